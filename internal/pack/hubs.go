package pack

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// areaColumns are the areas that hubs and outages lie in.
type areaColumns struct {
	Code   []string `json:"code"`
	NameUK []string `json:"name_uk"`
	NameEN []string `json:"name_en"`
}

// planColumns are the different weeks that hubs have.
type planColumns struct {
	Open   [][]int `json:"open"`
	Unsure [][]int `json:"unsure"`
}

// hubColumns have one row for each hub; numbers without a unit are those of the
// legend.
type hubColumns struct {
	ID           []string  `json:"id"`
	Name         []string  `json:"name"`
	NameUK       []*string `json:"name_uk"` // null: as name
	NameEN       []*string `json:"name_en"`
	Lon          []int     `json:"lon"` // 10^-5 degrees more than the row before
	Lat          []int     `json:"lat"`
	Address      []*string `json:"address"`
	Area         []*int    `json:"area"` // row of areas
	Category     []*int    `json:"category"`
	Precision    []*int    `json:"geo_precision"`
	Availability []*int    `json:"availability"`
	Status       []*int    `json:"status"`
	StatusAt     []*int    `json:"status_at"` // minutes after as_of
	Disputed     []int     `json:"disputed"`
	ConfirmedAt  []*int    `json:"confirmed_at"` // minutes after as_of
	Tier         []*int    `json:"tier"`
	Has          []int     `json:"has"` // amenities that are there, a bit each
	Lacks        []int     `json:"lacks"`
	Plan         []int     `json:"plan"` // row of plans
}

func newAreaColumns() areaColumns { return areaColumns{[]string{}, []string{}, []string{}} }

// area returns the row of an area; null for none.
func (b *builder) area(code string) *int {
	if code == "" {
		return nil
	}
	row, known := b.areaNo[code]
	if !known {
		row = len(b.doc.Areas.Code)
		b.areaNo[code] = row
		a, _ := b.snap.Book.Area(code)
		b.doc.Areas.Code = append(b.doc.Areas.Code, code)
		b.doc.Areas.NameUK = append(b.doc.Areas.NameUK, a.NameUK)
		b.doc.Areas.NameEN = append(b.doc.Areas.NameEN, a.NameEN)
	}
	return &row
}

// degreeUnits are in one degree of lon and lat: 1 m or less.
const degreeUnits = 1e5

// hubs fills the columns of hubs. Neighbours stand together, because what is alike
// compresses: by area, then by what they say of themselves.
func (b *builder) hubs(list []*view.Feature) {
	slices.SortFunc(list, func(x, y *view.Feature) int {
		hx, _ := x.Facts.Facts.(report.Hub)
		hy, _ := y.Facts.Facts.(report.Hub)
		return cmp.Or(cmp.Compare(x.Facts.AreaCode, y.Facts.AreaCode), cmp.Compare(hx.Address, hy.Address), cmp.Compare(x.ID, y.ID))
	})
	plans := newPlans()
	out := &b.doc.Hubs
	*out = emptyHubs(len(list))
	lastLon, lastLat := 0, 0
	for _, f := range list {
		facts := f.Facts
		h, _ := facts.Facts.(report.Hub)
		lon, lat := int(math.Round(facts.Place.Point[0]*degreeUnits)), int(math.Round(facts.Place.Point[1]*degreeUnits))
		out.ID = append(out.ID, f.ID)
		out.Name = append(out.Name, facts.Name)
		out.NameUK = append(out.NameUK, unlike(h.NameUK, facts.Name))
		out.NameEN = append(out.NameEN, unlike(h.NameEN, facts.Name))
		out.Lon, out.Lat = append(out.Lon, lon-lastLon), append(out.Lat, lat-lastLat)
		out.Address = append(out.Address, unlike(h.Address, ""))
		out.Area = append(out.Area, b.area(facts.AreaCode))
		out.Category = append(out.Category, number(h.Category, words.Category))
		out.Precision = append(out.Precision, number(facts.Precision, words.Precision))
		out.Availability = append(out.Availability, number(h.Availability, words.Availability))
		out.Status = append(out.Status, number(h.Status, words.HubStatus))
		out.StatusAt = append(out.StatusAt, b.minute(h.StatusAt))
		out.ConfirmedAt = append(out.ConfirmedAt, b.minute(facts.ConfirmedAt))
		out.Tier = append(out.Tier, number(facts.Tier, words.Tier))
		disputed := 0
		if facts.Disputed {
			disputed = 1
		}
		out.Disputed = append(out.Disputed, disputed)
		out.Has = append(out.Has, amenities(h.Amenities, report.Yes))
		out.Lacks = append(out.Lacks, amenities(h.Amenities, report.No))
		out.Plan = append(out.Plan, plans.of(b, f, &h))
		lastLon, lastLat = lon, lat
	}
	b.doc.Plans = plans.columns
}

func emptyHubs(n int) hubColumns {
	numbers, texts, counts := func() []*int { return make([]*int, 0, n) }, func() []*string { return make([]*string, 0, n) }, func() []int { return make([]int, 0, n) }
	return hubColumns{
		ID: make([]string, 0, n), Name: make([]string, 0, n), NameUK: texts(), NameEN: texts(), Lon: counts(), Lat: counts(), Address: texts(),
		Area: numbers(), Category: numbers(), Precision: numbers(), Availability: numbers(), Status: numbers(), StatusAt: numbers(), Disputed: counts(),
		ConfirmedAt: numbers(), Tier: numbers(), Has: counts(), Lacks: counts(), Plan: counts(),
	}
}

// unlike is null for an empty text and for one that the reader knows already.
func unlike(text, known string) *string {
	if text == "" || text == known {
		return nil
	}
	return &text
}

// amenities is a bit, 2^i for the i-th of the legend, for each that has the value.
func amenities(a report.Amenities, value string) int {
	bits := 0
	for i := range report.AmenityNames {
		if a.At(i) == value {
			bits |= 1 << i
		}
	}
	return bits
}

// plans collects the different weeks: many hubs keep the same hours.
type plans struct {
	columns planColumns
	bySaid  map[said]int
	byWeek  map[string]int
}

// said is all that a hub's opening follows from (see [report.NewOpening]): hubs that
// say the same are reckoned once.
type said struct {
	hours, availability, inCurfew, status, place string
	statusAt                                     report.Instant
}

func newPlans() *plans {
	return &plans{planColumns{[][]int{}, [][]int{}}, map[said]int{}, map[string]int{}}
}

// of returns the row of a hub's week.
func (p *plans) of(b *builder, f *view.Feature, h *report.Hub) int {
	key := said{h.OpeningHours, h.Availability, h.OpenInCurfew, h.Status, places.Prefix(f.Facts.AreaCode), h.StatusAt}
	if row, known := p.bySaid[key]; known {
		return row
	}
	var list []stretch
	for _, piece := range f.Opening.Pieces(b.asOf, b.asOf.Add(week)) {
		list = append(list, stretch{piece.From, piece.To, answers[piece.State]})
	}
	m := minutesOf(b.asOf, list, func(_, _ int8) int8 { return answers[report.Unknown] })
	open, unsure := m.runs(answers[report.Yes]), m.runs(answers[report.Unknown])
	name, _ := json.Marshal([2][]int{open, unsure}) // numbers always encode
	row, known := p.byWeek[string(name)]
	if !known {
		row = len(p.columns.Open)
		p.columns.Open, p.columns.Unsure = append(p.columns.Open, open), append(p.columns.Unsure, unsure)
		p.byWeek[string(name)] = row
	}
	p.bySaid[key] = row
	return row
}

var answers = map[string]int8{report.No: 0, report.Unknown: 1, report.Yes: 2}
