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

// appendTime writes the members of timeProperties.
func appendTime(b []byte, f *Feature, d *Derived) []byte {
	w := writer{b: b}
	w.hundredths("confidence", d.Confidence)
	switch f.Facts.Facts.(type) {
	case report.Hub:
		w.string("open_now", d.OpenNow)
		w.instant("opens_at", d.OpensAt)
		w.instant("closes_at", d.ClosesAt)
	case report.Curfew:
		w.string("in_force", d.InForce)
	}
	return w.b
}

// appendProperties writes the fixed properties of CONTRACT §3.1, without the
// closing brace: the same keys on every feature of a collection, scalars only, null
// for unknown.
func appendProperties(b []byte, f *report.Feature) []byte {
	w := writer{b: append(b, '{')}
	w.string("id", f.ID)
	w.string("name", f.Name)
	w.string("area_code", f.AreaCode)
	w.string("adm1_pcode", places.ADM1(f.AreaCode))
	w.string("adm2_pcode", places.ADM2(f.AreaCode))
	w.string("adm3_pcode", places.ADM3(f.AreaCode))
	w.string("source", f.Source)
	w.string("source_url", f.SourceURL)
	w.string("tier", string(f.Tier))
	w.instant("confirmed_at", f.ConfirmedAt)
	w.count("confirmations", f.Confirmations, 0)
	w.bool("disputed", f.Disputed)
	w.string("geo_precision", f.Precision)
	w.instant("created_at", f.CreatedAt)
	w.instant("updated_at", f.UpdatedAt)
	w.instant("expires_at", f.ExpiresAt)
	w.count("rev", f.Rev, 0)
	switch facts := f.Facts.(type) {
	case report.Hub:
		w.hub(&facts)
	case report.Outage:
		w.outage(&facts)
	case report.Curfew:
		w.curfew(&facts)
	case report.AreaFacts:
		w.string("level", facts.Level)
		w.string("name_uk", facts.NameUK)
		w.string("name_en", facts.NameEN)
		w.string("parent_code", facts.Parent)
	case report.FiledFacts:
		w.filed(&facts)
	case report.NeedFacts:
		w.string("need", facts.Need)
		w.count("people", facts.People, 1)
		w.string("urgency", facts.Urgency)
		w.string("status", facts.Status)
		w.instant("observed_at", facts.ObservedAt)
	}
	return w.b
}

func (w *writer) hub(h *report.Hub) {
	w.string("name_uk", h.NameUK)
	w.string("name_en", h.NameEN)
	w.string("category", h.Category)
	w.string("host_type", h.HostType)
	w.string("availability", h.Availability)
	w.string("activation", h.Activation)
	w.string("status", h.Status)
	w.instant("status_at", h.StatusAt)
	w.string("opening_hours", h.OpeningHours)
	w.string("opening_text", h.OpeningText)
	w.string("open_in_curfew", h.OpenInCurfew)
	w.string("address", h.Address)
	w.count("capacity", h.Capacity, 1)
	w.string("charging_policy", h.ChargingPolicy)
	for i, name := range report.AmenityNames {
		w.string(name, h.Amenities.At(i))
	}
}

func (w *writer) outage(o *report.Outage) {
	w.string("service", o.Service)
	w.string("kind", o.Kind)
	w.string("status", o.Status)
	w.string("certainty", o.Certainty)
	w.string("level", o.Level)
	w.instant("starts_at", o.StartsAt)
	w.instant("ends_at", o.EndsAt)
	w.instant("announced_end_at", o.AnnouncedEndAt)
}

func (w *writer) curfew(c *report.Curfew) {
	w.string("start_local", c.StartLocal)
	w.string("end_local", c.EndLocal)
	w.string("timezone", c.Timezone)
	w.string("kind", c.Kind)
	w.instant("valid_from", c.ValidFrom)
	w.instant("valid_to", c.ValidTo)
	w.string("exemptions", c.Exemptions)
	w.string("documents", c.Documents)
	w.string("authority", c.Authority)
	w.string("order", c.Order)
}

func (w *writer) filed(f *report.FiledFacts) {
	w.string("about", f.Filed.About)
	w.string("service", f.Filed.Service)
	w.string("state", f.Filed.State)
	w.string("hub", f.Filed.Hub)
	w.string("need", f.Filed.Need)
	w.count("people", f.People, 1)
	w.string("urgency", f.Filed.Urgency)
	w.instant("observed_at", f.Filed.ObservedAt)
	w.string("status", f.Status)
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
