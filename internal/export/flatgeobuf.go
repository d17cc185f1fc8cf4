package export

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"

	flatbuffers "github.com/google/flatbuffers/go"
	"github.com/paulmach/orb"

	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Words of FlatGeobuf 3 (flatgeobuf.org, header.fbs and feature.fbs).
const (
	fgbMagic        = "fgb\x03fgb\x00"
	fgbPoint        = 1
	fgbPolygon      = 3
	fgbMultiPolygon = 6
)

// fgbTypes are the types of columns: Long, Double, Bool, DateTime (ISO 8601), String.
var fgbTypes = map[filter.Kind]byte{filter.Integer: 7, filter.Number: 10, filter.Bool: 2, filter.Time: 13, filter.Text: 11}

// flatGeobuf encodes tables by the numbers of their fields, as the schemas count them.
type flatGeobuf struct {
	s          *Selection
	b          *flatbuffers.Builder
	values     view.Values
	properties []byte
	offsets    []flatbuffers.UOffsetT
}

// writeFlatGeobuf writes header, packed R-tree and features in the order of the tree. A
// feature is encoded twice, for the tree stands before the features and tells where
// each begins.
func writeFlatGeobuf(w *bufio.Writer, s *Selection) error {
	e := &flatGeobuf{s: s, b: flatbuffers.NewBuilder(1 << 10)}
	tree := newTree(s.Features)
	w.WriteString(fgbMagic)                          //nolint:errcheck // the writer keeps its first error
	w.Write(e.header(tree.bound(), len(tree.items))) //nolint:errcheck
	at := uint64(0)
	for i := range tree.items {
		tree.items[i].offset = at
		at += uint64(len(e.feature(tree.items[i].feature)))
	}
	if err := tree.write(w); err != nil {
		return err
	}
	for i := range tree.items {
		if _, err := w.Write(e.feature(tree.items[i].feature)); err != nil {
			return err
		}
	}
	return nil
}

// header encodes table Header; an empty file has no tree.
func (e *flatGeobuf) header(bound orb.Bound, count int) []byte {
	b := e.b
	b.Reset()
	name := b.CreateString(string(e.s.Collection))
	description := b.CreateString(fmt.Sprintf("As of %s. Changes after this: since=%d.", e.s.timeStamp(), e.s.Cursor))
	metadata := b.CreateString(fmt.Sprintf(`{"cursor":"%d","timeStamp":%q}`, e.s.Cursor, e.s.timeStamp()))
	columns := e.columns()
	authority := b.CreateString("EPSG")
	b.StartObject(6) // Crs
	b.PrependUOffsetTSlot(0, authority, 0)
	b.PrependInt32Slot(1, 4326, 0)
	crs := b.EndObject()
	envelope := e.doubles([]orb.Point{bound.Min, bound.Max})
	geometry, nodeSize := byte(fgbPoint), uint16(treeNode)
	if polygonal(e.s.Collection) {
		geometry = fgbMultiPolygon
	}
	b.StartObject(14)
	b.PrependUOffsetTSlot(0, name, 0)
	if count > 0 {
		b.PrependUOffsetTSlot(1, envelope, 0)
	} else {
		nodeSize = 0
	}
	b.PrependByteSlot(2, geometry, 0)
	b.PrependUOffsetTSlot(7, columns, 0)
	b.PrependUint64Slot(8, uint64(count), 0)
	b.PrependUint16Slot(9, nodeSize, treeNode)
	b.PrependUOffsetTSlot(10, crs, 0)
	b.PrependUOffsetTSlot(12, description, 0)
	b.PrependUOffsetTSlot(13, metadata, 0)
	b.FinishSizePrefixed(b.EndObject())
	return b.FinishedBytes()
}

// columns encodes a Column for each property. Every feature refers to them by number:
// their order is that of the values.
func (e *flatGeobuf) columns() flatbuffers.UOffsetT {
	b := e.b
	var list []flatbuffers.UOffsetT
	for _, p := range report.Properties(e.s.Collection) {
		name, about := b.CreateString(p.Name), b.CreateString(p.About)
		b.StartObject(11)
		b.PrependUOffsetTSlot(0, name, 0)
		b.PrependByteSlot(1, fgbTypes[p.Kind], 0)
		b.PrependUOffsetTSlot(3, about, 0)
		list = append(list, b.EndObject())
	}
	return e.vector(list)
}

// vector encodes a list of tables that are encoded already.
func (e *flatGeobuf) vector(list []flatbuffers.UOffsetT) flatbuffers.UOffsetT {
	e.b.StartVector(4, len(list), 4)
	for i := len(list) - 1; i >= 0; i-- {
		e.b.PrependUOffsetT(list[i])
	}
	return e.b.EndVector(len(list))
}

// feature encodes table Feature with its length before it; the bytes hold until the
// next call.
func (e *flatGeobuf) feature(f *view.Feature) []byte {
	b := e.b
	b.Reset()
	e.values.Set(f, e.s.Now)
	properties := e.properties[:0]
	for i, v := range e.values {
		properties = appendProperty(properties, i, v)
	}
	e.properties = properties
	data := b.CreateByteVector(properties)
	var geometry flatbuffers.UOffsetT
	if polygonal(e.s.Collection) {
		geometry = e.multiPolygon(polygons(f.Geometry))
	} else {
		xy := e.doubles([]orb.Point{position(f.Geometry)})
		geometry = e.geometry(fgbPoint, 0, xy, 0)
	}
	b.StartObject(3)
	b.PrependUOffsetTSlot(0, geometry, 0)
	b.PrependUOffsetTSlot(1, data, 0)
	b.FinishSizePrefixed(b.EndObject())
	return b.FinishedBytes()
}

// appendProperty appends, little endian and without padding, the column's number and its value; null is left out.
func appendProperty(b []byte, column int, v filter.Value) []byte {
	if v.Null() {
		return b
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(column))
	switch v.Kind() {
	case filter.Integer:
		return binary.LittleEndian.AppendUint64(b, uint64(int64(v.Float())))
	case filter.Number:
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v.Float()))
	case filter.Bool:
		return append(b, byte(v.Float()))
	case filter.Text, filter.Time:
	}
	text := clean(v.String())
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(text))), text...)
}

// multiPolygon encodes its polygons as parts of one geometry.
func (e *flatGeobuf) multiPolygon(mp orb.MultiPolygon) flatbuffers.UOffsetT {
	list := e.offsets[:0]
	for _, p := range mp {
		list = append(list, e.polygon(p))
	}
	e.offsets = list
	return e.geometry(fgbMultiPolygon, 0, 0, e.vector(list))
}

// polygon encodes the positions of all rings in one list, and where each ring ends.
func (e *flatGeobuf) polygon(p orb.Polygon) flatbuffers.UOffsetT {
	var ends flatbuffers.UOffsetT
	total := 0
	for _, r := range p {
		total += len(r)
	}
	if len(p) > 1 {
		e.b.StartVector(4, len(p), 4)
		end := total
		for i := len(p) - 1; i >= 0; i-- {
			e.b.PrependUint32(uint32(end))
			end -= len(p[i])
		}
		ends = e.b.EndVector(len(p))
	}
	e.b.StartVector(8, 2*total, 8)
	for i := len(p) - 1; i >= 0; i-- {
		e.prepend(p[i])
	}
	return e.geometry(fgbPolygon, ends, e.b.EndVector(2*total), 0)
}

// doubles encodes positions as a vector x, y, x, y.
func (e *flatGeobuf) doubles(points []orb.Point) flatbuffers.UOffsetT {
	e.b.StartVector(8, 2*len(points), 8)
	e.prepend(points)
	return e.b.EndVector(2 * len(points))
}

// prepend puts positions before those that are there: buffers grow towards their front.
func (e *flatGeobuf) prepend(points []orb.Point) {
	for i := len(points) - 1; i >= 0; i-- {
		e.b.PrependFloat64(degrees(points[i][1]))
		e.b.PrependFloat64(degrees(points[i][0]))
	}
}

// geometry encodes table Geometry; 0 leaves a field out. Tables do not nest while they
// are built: what it refers to is encoded before.
func (e *flatGeobuf) geometry(kind byte, ends, xy, parts flatbuffers.UOffsetT) flatbuffers.UOffsetT {
	e.b.StartObject(8)
	e.b.PrependUOffsetTSlot(0, ends, 0)
	e.b.PrependUOffsetTSlot(1, xy, 0)
	e.b.PrependByteSlot(6, kind, 0)
	e.b.PrependUOffsetTSlot(7, parts, 0)
	return e.b.EndObject()
}
