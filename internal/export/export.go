// Package export writes the features of one collection in the formats that aid groups
// take: one file for each format.
//
// What a format can carry is the same in all: the properties of [report.Properties] in
// their order, coordinates rounded as in the GeoJSON of replies (6 decimals, so that no
// format tells more of a place than another), times in UTC. Memory does not grow with
// what is written: a format that needs lengths before the data goes over the features
// again, and FlatGeobuf alone keeps 56 bytes for each.
package export

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Selection is what is written: features of one collection out of one snapshot.
type Selection struct {
	Collection report.Collection
	Features   iter.Seq[*view.Feature] // is ranged over more than once: the same each time
	Now        time.Time               // as of which derived properties are right
	Cursor     uint64                  // number of the snapshot's last change (CONTRACT §3.4)
}

// Format is one way to write a selection.
type Format struct {
	Name      string // of f= and --format
	MediaType string
	Extension string // of a file, without a dot
	write     func(w *bufio.Writer, s *Selection) error
}

// Formats lists all formats. The list must not be changed.
var Formats = []Format{
	{"geojson", "application/geo+json", "geojson", writeGeoJSON},
	{"geojsonseq", "application/geo+json-seq", "geojsons", writeSequence},
	{"ndjson", "application/x-ndjson", "ndjson", writeLines},
	{"csv", "text/csv; charset=utf-8", "csv", writeCSV},
	{"csv-hxl", "text/csv; charset=utf-8", "hxl.csv", writeHXL},
	{"kml", "application/vnd.google-earth.kml+xml", "kml", writeKML},
	{"shp", "application/zip", "shp.zip", writeShapefile},
	{"fgb", "application/flatgeobuf", "fgb", writeFlatGeobuf},
}

// ErrTooLarge is returned, before the first byte, for a selection that the format cannot
// hold.
var ErrTooLarge = errors.New("export: too large for the format")

// Named finds a format by its name.
func Named(name string) (*Format, bool) {
	for i := range Formats {
		if Formats[i].Name == name {
			return &Formats[i], true
		}
	}
	return nil, false
}

// bufferSize is how much is handed on at once.
const bufferSize = 64 << 10

// Write writes a selection to w, in pieces, and ends at w's first error.
func (f *Format) Write(w io.Writer, s Selection) error {
	b := bufio.NewWriterSize(w, bufferSize)
	if err := f.write(b, &s); err != nil {
		return err
	}
	return b.Flush()
}

// rows yields each feature with its values, which hold until the next.
func (s *Selection) rows() iter.Seq2[*view.Feature, view.Values] {
	return func(yield func(*view.Feature, view.Values) bool) {
		var v view.Values
		for f := range s.Features {
			v.Set(f, s.Now)
			if !yield(f, v) {
				return
			}
		}
	}
}

// timeStamp is the instant that a selection is right as of.
func (s *Selection) timeStamp() string { return s.Now.UTC().Format(time.RFC3339) }

// polygonal tells collections of MultiPolygons from those of Points.
func polygonal(c report.Collection) bool {
	return c == report.Outages || c == report.Curfews || c == report.Areas
}

// polygons returns a geometry as polygons; a Point has none.
func polygons(g orb.Geometry) orb.MultiPolygon {
	switch g := g.(type) {
	case orb.MultiPolygon:
		return g
	case orb.Polygon:
		return orb.MultiPolygon{g}
	}
	return nil
}

// position is one point of a geometry: itself, or one certainly inside.
func position(g orb.Geometry) orb.Point {
	if p, ok := g.(orb.Point); ok {
		return p
	}
	return geo.PointInside(polygons(g))
}

// degrees rounds a coordinate as GeoJSON has it, to 0.1 m.
func degrees(v float64) float64 { return math.Round(v*1e6)/1e6 + 0 }

// clean leaves out what neither XML nor the readers of tables take: control characters
// but tab, LF and CR, U+FFFE and U+FFFF; bytes that are not UTF-8 become U+FFFD.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
