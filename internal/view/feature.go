package view

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// maxOutlineVertices bounds the outlines of outages and curfews (CONTRACT §3.1).
const maxOutlineVertices = 100

// Feature is one encoded feature. The geometry of areas is shared between all
// that are drawn alike, and what changes with time alone stands last, so the bytes
// come in four parts.
type Feature struct {
	ID       string
	Bound    orb.Bound
	Geometry orb.Geometry
	Facts    *report.Feature // what pages read; read-only
	Opening  *report.Opening // of a hub; else nil
	rules    *rules
	derived  Derived
	head     []byte // {"type":"Feature","id":"...","geometry":
	geometry []byte
	tail     []byte // ,"properties":{...
	time     []byte // ,"confidence":...
}

// AppendJSON appends the GeoJSON feature as of now.
func (f *Feature) AppendJSON(dst []byte, now time.Time) []byte {
	d := f.DerivedAt(now)
	if f.head != nil && d == f.derived {
		return append(append(f.appendFixed(dst), f.time...), "}}"...)
	}
	return f.AppendWith(dst, &d, nil)
}

// AppendWith appends the feature with other derived properties, and members after
// them: each begins with a comma.
func (f *Feature) AppendWith(dst []byte, d *Derived, members []byte) []byte {
	return append(append(appendTime(f.appendFixed(dst), f, d), members...), "}}"...)
}

// AppendChange appends the feature as feeds tell it: derived properties are null,
// for their passing is no change (CONTRACT §3.1).
func (f *Feature) AppendChange(dst []byte) []byte {
	dst = f.appendFixed(dst)
	for _, name := range timeProperties[f.Facts.Facts.Collection()] {
		dst = append(append(append(dst, `,"`...), name...), `":null`...)
	}
	return append(dst, "}}"...)
}

func (f *Feature) appendFixed(dst []byte) []byte {
	if f.head == nil {
		return appendProperties(append(geo.AppendGeometry(appendHead(dst, f.ID), f.Geometry), tailStart...), f.Facts)
	}
	dst = append(dst, f.head...)
	dst = append(dst, f.geometry...)
	return append(dst, f.tail...)
}

const tailStart = `,"properties":`

func appendHead(b []byte, id string) []byte {
	return append(appendString(append(b, `{"type":"Feature","id":`...), id), `,"geometry":`...)
}

// Size is about the length of what AppendJSON appends, in bytes.
func (f *Feature) Size() int { return len(f.head) + len(f.geometry) + len(f.tail) + len(f.time) + 2 }

// shape is a geometry with its bytes.
type shape struct {
	geometry  orb.Geometry
	bytes     []byte
	precision string
}

// encode makes the feature as readers get it. Reports and needs, which are many and
// read by few, are encoded when they are read.
func (v *Views) encode(f *report.Feature) *Feature {
	sh := v.shape(&f.Place)
	out := &Feature{ID: f.ID, Bound: sh.geometry.Bound(), Geometry: sh.geometry, Facts: f, rules: v.rules}
	if f.Precision == "" {
		kept := *f
		kept.Precision = sh.precision
		out.Facts = &kept
	}
	switch f.Facts.(type) {
	case report.FiledFacts, report.NeedFacts:
		out.derived.Confidence = f.Confidence
		return out
	}
	b := appendHead(v.scratch[:0], f.ID)
	split := len(b)
	b = appendProperties(append(b, tailStart...), out.Facts)
	v.scratch = b
	whole := slices.Clone(b) // one allocation of the exact size
	out.head, out.tail, out.geometry = whole[:split:split], whole[split:], sh.bytes
	v.open(out)
	return out
}

// open reads a hub's hours and derives what time changes.
func (v *Views) open(f *Feature) {
	f.rules = v.rules
	if _, hub := f.Facts.Facts.(report.Hub); hub {
		f.Opening = report.NewOpening(f.Facts, v.rules.curfews, &v.rules.policy, v.rules.zone)
	}
	v.settle(f)
}

// shape turns a place into geometry. Outlines are kept by the code of the area
// whose they are until the book changes: many areas are drawn as one.
func (v *Views) shape(p *report.Place) shape {
	switch p.Kind {
	case report.PlacePoint:
		return made(p.Point, "exact")
	case report.PlaceCell:
		return made(orb.MultiPolygon{report.UnpackCell(p.Cell).Polygon()}, "cell")
	case report.PlaceArea, report.PlaceOutline:
	}
	outline := v.outline(p.Area)
	key := string(rune('0'+p.Kind)) + outline.Owner
	sh, ok := v.shapes[key]
	if !ok {
		mp := outline.Outline
		if p.Kind == report.PlaceArea {
			mp = geo.Simplify(mp, maxOutlineVertices)
		}
		sh = made(mp, "")
		v.shapes[key] = sh
	}
	sh.precision = outline.Precision
	return sh
}

// outline is the shape of an area's code; that of the whole country, and of a
// code that nobody knows, is its oblasts together.
func (v *Views) outline(code string) places.Shape {
	if _, ok := v.book.Area(code); ok {
		return v.book.Shape(code)
	}
	var all orb.MultiPolygon
	for _, o := range v.book.Oblasts() {
		all = append(all, o.Outline...)
	}
	if len(all) == 0 {
		all = orb.MultiPolygon{geo.Cell{Z: 0}.Polygon()}
	}
	return places.Shape{Outline: all, Precision: "oblast"}
}

func made(g orb.Geometry, precision string) shape {
	return shape{geometry: g, bytes: geo.AppendGeometry(nil, g), precision: precision}
}

// timeProperties are the properties that time alone changes, in their order.
var timeProperties = map[report.Collection][]string{
	report.Hubs: {"confidence", "open_now", "opens_at", "closes_at"}, report.Curfews: {"confidence", "in_force"},
	report.Outages: {"confidence"}, report.Areas: {"confidence"}, report.Reports: {"confidence"}, report.Needs: {"confidence"},
}

// writer appends the members of one JSON object.
type writer struct{ b []byte }

func (w *writer) key(k string) {
	if len(w.b) == 0 || w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(append(append(w.b, '"'), k...), '"', ':')
}

func (w *writer) string(k, v string) {
	w.key(k)
	if v == "" {
		w.b = append(w.b, "null"...)
		return
	}
	w.b = appendString(w.b, v)
}

func (w *writer) bool(k string, v bool) {
	w.key(k)
	w.b = strconv.AppendBool(w.b, v)
}

func (w *writer) instant(k string, v report.Instant) {
	w.key(k)
	w.b = v.AppendJSON(w.b)
}

// count writes v, or null when it is less than least.
func (w *writer) count(k string, v, least int) {
	w.key(k)
	if v < least {
		w.b = append(w.b, "null"...)
		return
	}
	w.b = strconv.AppendInt(w.b, int64(v), 10)
}

func (w *writer) hundredths(k string, v int) {
	w.key(k)
	if v < 0 {
		w.b = append(w.b, "null"...)
		return
	}
	w.b = strconv.AppendFloat(w.b, float64(v)/100, 'f', -1, 64)
}

// appendString appends a JSON string; bytes that are not UTF-8 become U+FFFD,
// and <, >, & are escaped, so that the bytes are safe inside a page too.
func appendString(b []byte, s string) []byte {
	q, err := json.Marshal(strings.ToValidUTF8(s, "\uFFFD"))
	if err != nil {
		return append(b, `""`...) // a string always encodes
	}
	return append(b, q...)
}
