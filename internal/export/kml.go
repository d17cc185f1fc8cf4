package export

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"strconv"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Roles of properties (filter.Property.Role) that tell the time of a feature.
const (
	roleInstant = "primary-instant"
	roleStart   = "primary-interval-start"
	roleEnd     = "primary-interval-end"
)

// kmlTypes are the types of SimpleField (OGC 12-007r2 §9.9); it has none for times,
// which are ISO 8601 texts.
var kmlTypes = map[filter.Kind]string{filter.Text: "string", filter.Integer: "int", filter.Number: "double", filter.Bool: "bool", filter.Time: "string"}

// kml writes elements whose texts are clean and escaped.
type kml struct {
	*bufio.Writer
	list []filter.Property
	buf  []byte
}

// writeKML writes a KML 2.2 document: a Placemark for each feature, its properties as
// typed data, its time as TimeSpan or TimeStamp where the collection has one.
func writeKML(w *bufio.Writer, s *Selection) error {
	k := &kml{Writer: w, list: report.Properties(s.Collection)}
	k.raw(xml.Header, `<kml xmlns="http://www.opengis.net/kml/2.2"><Document id="`, string(s.Collection), `">`)
	k.element("name", string(s.Collection))
	k.element("description", fmt.Sprintf("As of %s. Changes after this: since=%d.", s.timeStamp(), s.Cursor))
	k.raw(`<ExtendedData><Data name="cursor">`)
	k.element("value", strconv.FormatUint(s.Cursor, 10))
	k.raw("</Data></ExtendedData>\n", `<Schema name="`, string(s.Collection), `" id="properties">`)
	for _, p := range k.list {
		k.raw(`<SimpleField type="`, kmlTypes[p.Kind], `" name="`, p.Name, `"></SimpleField>`)
	}
	k.raw("</Schema>\n")
	for f, values := range s.rows() {
		if err := k.placemark(f, values); err != nil {
			return err
		}
	}
	k.raw("</Document></kml>\n")
	return nil
}

// placemark leaves null out: an element that is absent is what readers take for it.
func (k *kml) placemark(f *view.Feature, values view.Values) error {
	k.raw(`<Placemark id="`, f.ID, `">`)
	name := clean(f.Facts.Name)
	if name == "" {
		name = f.ID
	}
	k.element("name", name)
	k.element("description", summary(f.Facts))
	k.time(values)
	k.raw(`<ExtendedData><SchemaData schemaUrl="#properties">`)
	for i, v := range values {
		if !v.Null() && v.Kind() == filter.Bool { // 1 and 0 are Booleans of XML too, and all that some readers know
			v = filter.IntegerOf(int(v.Float()))
		}
		if text := clean(v.String()); text != "" {
			k.raw(`<SimpleData name="`, k.list[i].Name, `">`)
			k.text(text)
			k.raw("</SimpleData>")
		}
	}
	k.raw("</SchemaData></ExtendedData>")
	k.shape(f.Geometry)
	_, err := k.WriteString("</Placemark>\n")
	return err
}

// summary says whose word a feature is and of when: no fact without its age.
func summary(f *report.Feature) string {
	out := f.Source
	if f.ConfirmedAt != 0 {
		out += ", " + filter.TimeOf(f.ConfirmedAt.Time().Unix()).String()
	}
	return out
}

// time writes the time primitive by the roles of properties.
func (k *kml) time(values view.Values) {
	var span [2]string
	for i, p := range k.list {
		switch text := values[i].String(); {
		case text == "":
		case p.Role == roleInstant:
			k.raw("<TimeStamp><when>", text, "</when></TimeStamp>")
		case p.Role == roleStart:
			span[0] = "<begin>" + text + "</begin>"
		case p.Role == roleEnd:
			span[1] = "<end>" + text + "</end>"
		}
	}
	if span[0]+span[1] != "" {
		k.raw("<TimeSpan>", span[0], span[1], "</TimeSpan>")
	}
}

// shape writes a Point, or a MultiGeometry of Polygons.
func (k *kml) shape(g orb.Geometry) {
	if p, ok := g.(orb.Point); ok {
		k.raw("<Point>")
		k.coordinates([]orb.Point{p})
		k.raw("</Point>")
		return
	}
	k.raw("<MultiGeometry>")
	for _, poly := range polygons(g) {
		k.raw("<Polygon>")
		for i, r := range poly {
			side := "outerBoundaryIs"
			if i > 0 {
				side = "innerBoundaryIs"
			}
			k.raw("<", side, "><LinearRing>")
			k.coordinates(r)
			k.raw("</LinearRing></", side, ">")
		}
		k.raw("</Polygon>")
	}
	k.raw("</MultiGeometry>")
}

// coordinates are lon,lat without a height: KML drapes them over the ground.
func (k *kml) coordinates(points []orb.Point) {
	b := append(k.buf[:0], "<coordinates>"...)
	for i, p := range points {
		if i > 0 {
			b = append(b, ' ')
		}
		b = appendDecimal(b, p[0])
		b = appendDecimal(append(b, ','), p[1])
	}
	k.buf = append(b, "</coordinates>"...)
	k.Write(k.buf) //nolint:errcheck // the writer keeps its first error
}

func (k *kml) element(name, text string) {
	k.raw("<", name, ">")
	k.text(text)
	k.raw("</", name, ">")
}

// text escapes: names and notes come from anybody.
func (k *kml) text(s string) {
	xml.EscapeText(k, []byte(clean(s))) //nolint:errcheck // the writer keeps its first error
}

// raw writes what is XML already.
func (k *kml) raw(parts ...string) {
	for _, p := range parts {
		k.WriteString(p) //nolint:errcheck // the writer keeps its first error
	}
}
