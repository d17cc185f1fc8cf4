package site

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// dashboardPage is the country in figures, for those who coordinate. Here outages lead:
// who comes has a list of hubs already.
type dashboardPage struct {
	page
	AsOf     age
	Scope    string // whose view it is, where it is not everybody's
	Numbers  []bigNumber
	Map      dashMap
	Columns  []column
	Rows     []dashRow
	Nowhere  string // outages that belong to no oblast
	Charts   []chart
	Past     []pastRow
	CSV      string
	PastCSV  string
	GeoJSON  []chip
	Withheld bool
}

// bigNumber is one of the four numbers, with what is counted.
type bigNumber struct {
	Label, Value, Note string
	Age                age // instead of Value where it is known
}

// oblastFigures are the numbers of one oblast.
type oblastFigures struct {
	code            string
	names           [2]string // uk, en
	hidden          bool      // its hubs are not shown to the reader
	hubs            int
	open, unknown   int
	out             map[string]int // active outages by service
	outages         int            // all of them
	curfew          string         // yes, no, unknown, or mixed where parts of it differ
	newest          report.Instant // what was confirmed last
	official, cells int            // of outages: those stated for an area, those of cells
}

// handleDashboard shows the country in figures, or sends them as CSV.
func (s *Site) handleDashboard(c *fiber.Ctx) error {
	r := s.begin(c)
	key := s.overseer(c)
	// A shared cache must not give a coordinator what it keeps for everybody.
	defer c.Append(fiber.HeaderVary, fiber.HeaderAuthorization, fiber.HeaderCookie)
	if key != nil {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	rows, nowhere := s.countOblasts(r, key)
	past := s.past(r)
	if c.Query("f") == "csv" {
		if c.Query("of") == "history" {
			return s.sendCSV(r, "history", pastTable(past))
		}
		return s.sendCSV(r, "oblasts", oblastTable(r, rows))
	}
	p := dashboardPage{
		page: s.page(r, r.cat.t("dash_title")), AsOf: s.age(r.cat, r.now, r.now), Map: s.dashMap(r, rows),
		CSV: r.cat.link("/dashboard?f=csv"), PastCSV: r.cat.link("/dashboard?f=csv&of=history"), Columns: columns(r),
	}
	p.Sheet = "dashboard.css"
	if key != nil {
		p.Scope = r.cat.t("dash_scope", "areas", cmp.Or(strings.Join(key.Areas, ", "), "*"))
	}
	sortRowsBy(r, rows)
	for i := range rows {
		p.Rows = append(p.Rows, s.dashRow(r, &rows[i]))
		p.Withheld = p.Withheld || rows[i].hidden
	}
	if nowhere.outages > 0 {
		p.Nowhere = r.cat.t("dash_nowhere", "outages", r.cat.n("outages", nowhere.outages))
	}
	p.Numbers = s.bigNumbers(r, rows, &nowhere)
	p.Charts, p.Past = s.charts(r, past)
	for _, collection := range []report.Collection{report.Outages, report.Hubs, report.Curfews} {
		p.GeoJSON = append(p.GeoJSON, chip{Name: r.cat.t("dash_geo_" + string(collection)), URL: "/api/collections/" + string(collection) + "/items"})
	}
	return s.render(r, fiber.StatusOK, "dashboard.html", p)
}

// overseer is the key of a reader who sees more than everybody inside its areas; nil:
// the public view (CONTRACT §3).
func (s *Site) overseer(c *fiber.Ctx) *access.Key {
	if key := s.cfg.Caller(c); key != nil && key.Role.Can(access.Aid, access.Moderator) {
		return key
	}
	return nil
}

// hubsFor are the hubs that a reader sees: the full view inside the key's areas, the
// public one outside.
func (s *Site) hubsFor(r *request, key *access.Key) iter.Seq[*view.Feature] {
	if key == nil {
		return r.snap.Layer(report.Hubs).All()
	}
	return func(yield func(*view.Feature) bool) {
		for f := range s.cfg.Views.Full().Layer(report.Hubs).All() {
			if key.Covers(f.Facts.AreaCode) && !yield(f) {
				return
			}
		}
		for f := range r.snap.Layer(report.Hubs).All() {
			if !key.Covers(f.Facts.AreaCode) && !yield(f) {
				return
			}
		}
	}
}

// countOblasts counts what the reader sees, in the order of the oblasts' codes, and
// what belongs to none. Outages are the same for every reader.
func (s *Site) countOblasts(r *request, key *access.Key) (rows []oblastFigures, nowhere oblastFigures) {
	at := map[string]*oblastFigures{}
	oblasts := r.snap.Book.Oblasts()
	rows = make([]oblastFigures, len(oblasts))
	for i, a := range oblasts {
		prefix := places.Prefix(a.Code)
		rows[i] = oblastFigures{code: a.Code, names: [2]string{a.NameUK, cmp.Or(a.NameEN, a.NameUK)}, out: map[string]int{}, curfew: r.curfewIn(prefix)}
		rows[i].hidden = withheld(r, a.Code) && (key == nil || !key.Covers(prefix))
		at[places.ADM1(a.Code)] = &rows[i]
	}
	nowhere.out = map[string]int{}
	of := func(f *view.Feature) *oblastFigures {
		if row, ok := at[places.ADM1(f.Facts.AreaCode)]; ok {
			return row
		}
		return &nowhere
	}
	for f := range s.hubsFor(r, key) {
		row := of(f)
		row.hidden = false // a key that covers a part of it sees that part
		row.hubs++
		row.confirmed(f, r.now)
		switch f.DerivedAt(r.now).OpenNow {
		case report.Yes:
			row.open++
		case report.Unknown:
			row.unknown++
		}
	}
	for f := range r.snap.Layer(report.Outages).All() {
		o, _ := f.Facts.Facts.(report.Outage)
		if o.Status != "active" {
			continue
		}
		row := of(f)
		row.out[o.Service]++
		row.outages++
		row.confirmed(f, r.now)
		if f.Facts.Tier == report.TierOfficial || f.Facts.Confirmations >= 0 {
			row.official++
		} else {
			row.cells++
		}
	}
	return rows, nowhere
}

// confirmed notes how fresh what is known of an oblast is. What a drill's clock has not
// reached yet is not.
func (o *oblastFigures) confirmed(f *view.Feature, now time.Time) {
	if at := f.Facts.ConfirmedAt; at > o.newest && !at.Time().After(now) {
		o.newest = at
	}
}

// curfewIn is whether a curfew is in force in an oblast now; mixed, where parts of it
// have rules of their own that say otherwise.
func (r *request) curfewIn(prefix string) string {
	state := r.snap.Curfews.InForce(prefix, r.now).State
	for _, inner := range r.ruled(prefix) {
		if r.snap.Curfews.InForce(inner, r.now).State != state {
			return "mixed"
		}
	}
	return string(state)
}

// bigNumbers are the four numbers of the first screen.
func (s *Site) bigNumbers(r *request, rows []oblastFigures, nowhere *oblastFigures) []bigNumber {
	sum := *nowhere
	for i := range rows {
		row := &rows[i]
		sum.hubs, sum.open, sum.unknown = sum.hubs+row.hubs, sum.open+row.open, sum.unknown+row.unknown
		sum.outages, sum.official, sum.cells = sum.outages+row.outages, sum.official+row.official, sum.cells+row.cells
		sum.newest = max(sum.newest, row.newest)
	}
	worst, note := worstHit(r, rows)
	return []bigNumber{
		{Label: r.cat.t("dash_outages"), Value: strconv.Itoa(sum.outages), Note: r.cat.t("dash_outages_note", "official", strconv.Itoa(sum.official), "cells", strconv.Itoa(sum.cells))},
		{Label: r.cat.t("dash_hubs"), Value: r.cat.t("dash_hubs_value", "open", strconv.Itoa(sum.open), "hubs", strconv.Itoa(sum.hubs)), Note: r.cat.t("dash_hubs_note", "unknown", strconv.Itoa(sum.unknown))},
		{Label: r.cat.t("dash_worst"), Value: worst, Note: note},
		{Label: r.cat.t("dash_newest"), Value: r.cat.t("age_unknown"), Age: s.age(r.cat, sum.newest.Time(), r.now), Note: r.cat.t("dash_newest_note")},
	}
}

// worstHit names the oblast with the most outages, and the two after it.
func worstHit(r *request, rows []oblastFigures) (first, others string) {
	top := make([]*oblastFigures, 0, len(rows))
	for i := range rows {
		if rows[i].outages > 0 {
			top = append(top, &rows[i])
		}
	}
	slices.SortFunc(top, func(a, b *oblastFigures) int {
		return cmp.Or(cmp.Compare(b.outages, a.outages), cmp.Compare(a.code, b.code))
	})
	top = top[:min(3, len(top))]
	if len(top) == 0 {
		return r.cat.t("dash_none"), r.cat.t("no_outages")
	}
	note := []string{r.cat.n("outages", top[0].outages)}
	for _, o := range top[1:] {
		note = append(note, r.cat.choose(o.names[0], o.names[1])+": "+strconv.Itoa(o.outages))
	}
	return r.cat.choose(top[0].names[0], top[0].names[1]), strings.Join(note, "; ")
}

// pastRow is one line of the history in words.
type pastRow struct{ Time, ISO, Outages, Hubs string }

// pastFigures are what the public saw of the country at one moment.
type pastFigures struct {
	at                    time.Time
	official, cells, hubs int
}

// past sums the history over the country. What is withheld today is left out of all of
// it: an oblast that was public once tells nothing more.
func (s *Site) past(r *request) []pastFigures {
	var out []pastFigures
	for _, sample := range r.snap.History(r.now) {
		p := pastFigures{at: sample.At.Time()}
		for adm1, n := range sample.Oblasts { // a sum does not depend on the order
			p.official += n.Official
			if withheld(r, adm1) {
				continue
			}
			p.hubs += n.Hubs
			if r.snap.Policy.CommunityOutages {
				p.cells += n.Cells
			}
		}
		out = append(out, p)
	}
	return out
}
