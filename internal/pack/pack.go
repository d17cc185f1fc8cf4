// Package pack makes the documents that a phone stores to answer without a network:
// the public state of one oblast ([Oblast]) or of a cell with its neighbours
// ([Around]), as JSON in columns, and signs them ([Sign]).
//
// A document holds instants, never rules: for each hub when it is open in the next
// seven days, for each area when one may walk to a hub. They are counted in whole
// minutes from as_of and follow from the very functions that answer on the server, so
// that what a phone reckons at an instant is what the server would have said then. A
// minute in which an answer changes has the lesser one: never more than the server
// says.
//
// Everything comes from the snapshot that is given, which is the public one. The
// members are described in .docs/API.md.
package pack

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Zoom is that of the cells that documents are made for.
const Zoom = 12

// format is raised when a reader of the old one would misread the new.
const format = 1

// Times of a document: what it tells, and how long a yes may rest on it (CONTRACT
// §3.4).
const (
	weekMinutes = 7 * 24 * 60
	week        = weekMinutes * time.Minute
	validFor    = 6 * time.Hour
)

type document struct {
	Format        int            `json:"format"`
	ADM1          string         `json:"adm1,omitempty"`
	Cell          string         `json:"cell,omitempty"`
	AsOf          string         `json:"as_of"`
	ValidUntil    string         `json:"valid_until"`
	Seq           uint64         `json:"seq"`
	Withheld      bool           `json:"withheld"`
	WithheldAreas []string       `json:"withheld_areas"`
	Revoked       []string       `json:"revoked"`
	Legend        legend         `json:"legend"`
	Areas         areaColumns    `json:"areas"`
	Plans         planColumns    `json:"plans"`
	Hubs          hubColumns     `json:"hubs"`
	Curfew        curfewColumns  `json:"curfew"`
	Start         []string       `json:"start"`
	Outages       *outageColumns `json:"outages"`
	Towns         *townColumns   `json:"towns,omitempty"` // of an oblast
}

// legend lists the words that columns give by their number.
type legend struct {
	Tier         []string `json:"tier"`
	Precision    []string `json:"geo_precision"`
	Category     []string `json:"category"`
	Availability []string `json:"availability"`
	HubStatus    []string `json:"hub_status"`
	Amenity      []string `json:"amenity"`
	Service      []string `json:"service"`
	Kind         []string `json:"kind"`
	Certainty    []string `json:"certainty"`
	Level        []string `json:"level"`
	OutageStatus []string `json:"outage_status"`
}

var words = legend{
	Tier: report.Tiers, Precision: report.Precisions, Category: report.HubCategories, Availability: report.Availabilities,
	HubStatus: report.HubStatuses, Amenity: report.AmenityNames, Service: report.Services, Kind: report.OutageKinds,
	Certainty: report.Certainties, Level: report.OutageLevels, OutageStatus: report.OutageStatuses,
}

// number is the place of a word in its list, null where it is not in it.
func number[S ~string](word S, list []string) *int {
	if i := slices.Index(list, string(word)); i >= 0 {
		return &i
	}
	return nil
}

// builder makes one document of one snapshot as of one minute.
type builder struct {
	snap   *view.Snapshot
	asOf   time.Time
	doc    document
	areaNo map[string]int // by code
}

func newBuilder(snap *view.Snapshot, now time.Time) *builder {
	asOf := now.UTC().Truncate(time.Minute)
	return &builder{snap: snap, asOf: asOf, areaNo: map[string]int{}, doc: document{
		Format: format, AsOf: asOf.Format(time.RFC3339), ValidUntil: asOf.Add(validFor).Format(time.RFC3339), Seq: snap.Seq,
		WithheldAreas: []string{}, Revoked: []string{}, Legend: words, Areas: newAreaColumns(), Start: []string{},
	}}
}

// Oblast makes the document of one oblast, given by its p-code of 4 characters.
func Oblast(snap *view.Snapshot, adm1 string, now time.Time) ([]byte, error) {
	b := newBuilder(snap, now)
	b.doc.ADM1 = adm1
	b.withhold([]string{adm1})
	b.doc.Withheld = slices.ContainsFunc(b.doc.WithheldAreas, func(w string) bool { return strings.HasPrefix(adm1, w) })
	in := func(f *view.Feature) bool { return places.ADM1(f.Facts.AreaCode) == adm1 }
	b.hubs(selected(snap, report.Hubs, in))
	b.outages(selected(snap, report.Outages, func(f *view.Feature) bool {
		code := f.Facts.AreaCode
		return in(f) || code == "" && f.Facts.Place.Kind == report.PlaceArea // of the whole country
	}))
	b.curfews([]string{adm1})
	b.doc.Start = slices.DeleteFunc(slices.Clone(b.doc.Curfew.Area), func(area string) bool { return area == "" })
	b.revoke([]string{adm1})
	b.towns(adm1)
	return json.Marshal(&b.doc)
}

// selected lists the features that pass, in the order of ids.
func selected(snap *view.Snapshot, c report.Collection, in func(*view.Feature) bool) []*view.Feature {
	var out []*view.Feature
	for f := range snap.Layer(c).All() {
		if in(f) {
			out = append(out, f)
		}
	}
	return out
}

// Around makes the document of a valid cell of [Zoom] and its neighbours.
func Around(snap *view.Snapshot, cell geo.Cell, now time.Time) ([]byte, error) {
	b := newBuilder(snap, now)
	b.doc.Cell = strconv.Itoa(int(cell.Z)) + "/" + strconv.Itoa(int(cell.X)) + "/" + strconv.Itoa(int(cell.Y))
	hubs := b.inBlock(cell, report.Hubs)
	codes := snap.Book.LocateWithin(cell.Bound())
	for _, code := range codes {
		b.doc.Withheld = b.doc.Withheld || b.withholds(code)
	}
	near := slices.Clone(codes)
	for _, c := range cell.Block() {
		near = append(near, snap.Book.LocateWithin(c.Bound())...)
	}
	for _, f := range hubs {
		near = append(near, f.Facts.AreaCode)
	}
	oblasts := oblastsOf(near)
	b.withhold(near)
	b.hubs(hubs)
	b.outages(b.inBlock(cell, report.Outages))
	b.curfews(oblasts)
	for _, code := range codes {
		if row := b.doc.Curfew.of(code); !slices.Contains(b.doc.Start, row) {
			b.doc.Start = append(b.doc.Start, row)
		}
	}
	b.revoke(oblasts)
	return json.Marshal(&b.doc)
}

// inBlock lists, in the order of ids, the features of a cell and its neighbours. A
// point belongs to one cell; what only touches the edge of a cell is not in it.
func (b *builder) inBlock(cell geo.Cell, c report.Collection) []*view.Feature {
	found := map[string]*view.Feature{}
	for _, near := range cell.Block() {
		bound := near.Bound()
		box := geo.BBox{West: bound.Min[0], South: bound.Min[1], East: bound.Max[0], North: bound.Max[1]}
		for _, f := range b.snap.Layer(c).Find(view.Query{BBox: &box}).Features {
			switch p := f.Facts.Place; {
			case p.Kind == report.PlacePoint && geo.CellAt(p.Point, Zoom) != near:
			case p.Kind == report.PlaceCell && !report.UnpackCell(p.Cell).Overlaps(near):
			default:
				found[f.ID] = f
			}
		}
	}
	out := make([]*view.Feature, 0, len(found))
	for _, f := range found {
		out = append(out, f)
	}
	slices.SortFunc(out, func(x, y *view.Feature) int { return strings.Compare(x.ID, y.ID) })
	return out
}

// oblastsOf lists the p-codes of the oblasts of codes, in order.
func oblastsOf(codes []string) []string {
	var out []string
	for _, code := range codes {
		if adm1 := places.ADM1(code); adm1 != "" {
			out = append(out, adm1)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withhold names the withheld areas that codes lie in, or hold.
func (b *builder) withhold(codes []string) {
	for _, w := range b.snap.Policy.WithheldAreas {
		w = places.Prefix(w)
		touched := slices.ContainsFunc(codes, func(code string) bool {
			return code != "" && (strings.HasPrefix(code, w) || strings.HasPrefix(w, places.Prefix(code)))
		})
		if touched {
			b.doc.WithheldAreas = append(b.doc.WithheldAreas, w)
		}
	}
}

func (b *builder) withholds(code string) bool {
	return slices.ContainsFunc(b.snap.Policy.WithheldAreas, func(w string) bool { return strings.HasPrefix(code, places.Prefix(w)) })
}

// revoke names the hubs of oblasts that were public and are no more. Their ids are
// told by the change feed too: nothing that never was public stands in it.
func (b *builder) revoke(oblasts []string) {
	for c := range b.snap.Changes(0) {
		if c.Feature == nil && c.Collection == report.Hubs && slices.Contains(oblasts, places.ADM1(c.Area)) {
			b.doc.Revoked = append(b.doc.Revoked, c.ID)
		}
	}
	slices.Sort(b.doc.Revoked)
}
