package export

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Numbers of the ESRI Shapefile Technical Description (July 1998).
const (
	shpCode      = 9994
	shpVersion   = 1000
	shpPoint     = 1
	shpPolygon   = 5
	shpHeader    = 100 // bytes, of .shp and .shx
	shpMaxBytes  = math.MaxInt32
	shpPointSize = 20 // bytes of a Point's content
	shpPolySize  = 44 // those of a Polygon's before its parts
	shxRecord    = 8
)

// wgs84 is the .prj file: the ESRI well-known text of WGS 84.
const wgs84 = `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`

// shapefile is what a first look at the features tells: the headers want the lengths
// of what follows.
type shapefile struct {
	s     *Selection
	kind  uint32
	bytes int64 // of .shp
	count int64
	bound orb.Bound
	table dbf
	buf   []byte
}

// writeShapefile writes a zip of .shp, .shx, .dbf, .prj and .cpg. Names of columns are
// cut to 10 characters (no two begin alike), texts to 254 bytes, and times are texts,
// because a date of dBASE has no time. What one of the parts cannot hold in 2 GB is
// [ErrTooLarge].
func writeShapefile(w *bufio.Writer, s *Selection) error {
	sh := shapefile{s: s, kind: shpPoint, bytes: shpHeader, table: newDBF(s.Collection)}
	if polygonal(s.Collection) {
		sh.kind = shpPolygon
	}
	sh.measure()
	if largest := max(sh.bytes, sh.table.bytes(sh.count)); largest > shpMaxBytes {
		return fmt.Errorf("%w: a part of the shapefile would have %d MB, and may have 2147: select less, or take fgb", ErrTooLarge, largest/1e6)
	}
	z := zip.NewWriter(w)
	parts := []struct {
		extension string
		write     func(w *bufio.Writer) error
	}{
		{"shp", sh.writeShapes},
		{"shx", sh.writeIndex},
		{"dbf", func(w *bufio.Writer) error { return sh.table.write(w, s, sh.count) }},
		{"prj", func(w *bufio.Writer) error { _, err := w.WriteString(wgs84); return err }},
		{"cpg", func(w *bufio.Writer) error { _, err := w.WriteString("UTF-8"); return err }},
	}
	for _, part := range parts {
		entry, err := z.CreateHeader(&zip.FileHeader{Name: string(s.Collection) + "." + part.extension, Method: zip.Deflate, Modified: s.Now.UTC()})
		if err != nil {
			return err
		}
		b := bufio.NewWriterSize(entry, bufferSize)
		if err := part.write(b); err != nil {
			return err
		}
		if err := b.Flush(); err != nil {
			return err
		}
	}
	return z.Close()
}

// measure is the first of the passes over the features; each part of the zip is another.
func (sh *shapefile) measure() {
	for f, values := range sh.s.rows() {
		b := f.Bound
		if sh.count == 0 {
			sh.bound = b
		}
		sh.bound = sh.bound.Union(b)
		sh.bytes += 8 + sh.size(f.Geometry)
		sh.table.measure(values)
		sh.count++
	}
}

// size is the length of a record's content in bytes.
func (sh *shapefile) size(g orb.Geometry) int64 {
	if sh.kind == shpPoint {
		return shpPointSize
	}
	n := int64(shpPolySize)
	for _, p := range polygons(g) {
		for _, r := range p {
			n += 4 + 16*int64(len(r))
		}
	}
	return n
}

// header writes what .shp and .shx begin with; lengths count 16-bit words.
func (sh *shapefile) header(w *bufio.Writer, length int64) {
	b := binary.BigEndian.AppendUint32(sh.buf[:0], shpCode)
	b = append(b, make([]byte, 20)...)
	b = binary.BigEndian.AppendUint32(b, uint32(length/2))
	b = binary.LittleEndian.AppendUint32(b, shpVersion)
	b = binary.LittleEndian.AppendUint32(b, sh.kind)
	b = appendBox(b, sh.bound)
	sh.buf = append(b, make([]byte, 32)...) // no z, no m
	w.Write(sh.buf)                         //nolint:errcheck // the writer keeps its first error
}

// writeShapes writes a record for each feature: number and length big endian, the rest
// little endian, as the description has it.
func (sh *shapefile) writeShapes(w *bufio.Writer) error {
	sh.header(w, sh.bytes)
	number := uint32(0)
	for f := range sh.s.Features {
		number++
		b := binary.BigEndian.AppendUint32(sh.buf[:0], number)
		b = binary.BigEndian.AppendUint32(b, uint32(sh.size(f.Geometry)/2))
		b = binary.LittleEndian.AppendUint32(b, sh.kind)
		if sh.kind == shpPoint {
			b = appendXY(b, position(f.Geometry))
		} else {
			b = appendPolygons(b, polygons(f.Geometry))
		}
		sh.buf = b
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// writeIndex writes where each record of .shp begins.
func (sh *shapefile) writeIndex(w *bufio.Writer) error {
	sh.header(w, shpHeader+shxRecord*sh.count)
	at := int64(shpHeader)
	for f := range sh.s.Features {
		size := sh.size(f.Geometry)
		b := binary.BigEndian.AppendUint32(sh.buf[:0], uint32(at/2))
		sh.buf = binary.BigEndian.AppendUint32(b, uint32(size/2))
		if _, err := w.Write(sh.buf); err != nil {
			return err
		}
		at += 8 + size
	}
	return nil
}

// appendPolygons appends the content of a Polygon record: all rings in one list, outer
// ones clockwise and holes counterclockwise, the opposite of GeoJSON.
func appendPolygons(b []byte, mp orb.MultiPolygon) []byte {
	var parts, points int
	for _, p := range mp {
		parts += len(p)
		for _, r := range p {
			points += len(r)
		}
	}
	b = appendBox(b, mp.Bound())
	b = binary.LittleEndian.AppendUint32(b, uint32(parts))
	b = binary.LittleEndian.AppendUint32(b, uint32(points))
	first := 0
	for _, p := range mp {
		for _, r := range p {
			b = binary.LittleEndian.AppendUint32(b, uint32(first))
			first += len(r)
		}
	}
	for _, p := range mp {
		for i, r := range p {
			want := orb.CW
			if i > 0 {
				want = orb.CCW
			}
			b = appendRing(b, r, r.Orientation() != want)
		}
	}
	return b
}

// appendRing turns a ring round as it goes, for geometries are shared and read-only.
func appendRing(b []byte, r orb.Ring, backwards bool) []byte {
	if !backwards {
		for _, p := range r {
			b = appendXY(b, p)
		}
		return b
	}
	for _, p := range slices.Backward(r) {
		b = appendXY(b, p)
	}
	return b
}

func appendBox(b []byte, box orb.Bound) []byte { return appendXY(appendXY(b, box.Min), box.Max) }

func appendXY(b []byte, p orb.Point) []byte {
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(degrees(p[0])))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(degrees(p[1])))
}
