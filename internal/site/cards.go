package site

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// hubCard is a hub as people read it: shape, word and colour say the same.
type hubCard struct {
	ID, Name, NameLang, Open, Tone, Mark, State, Until, Where, Distance, Hours, Activation, ActivationLang, Go, Tier, SourceURL, Confirmations, Against string
	Amenities                                                                                                                                           []string
	Route                                                                                                                                               template.URL // geo:, only of an exact place
	Number                                                                                                                                              int          // in its list; 0: it stands alone
	Confirmed                                                                                                                                           age
}

// Within these ages of its last confirmation an open hub is told as open, and as
// one that should be open; later it is not confirmed. Age changes words and order,
// never data-open.
const (
	freshFor  = 2 * time.Hour
	likelyFor = 12 * time.Hour
)

// state says what is known of a hub being open.
func (s *Site) state(r *request, f *view.Feature) (open, tone, mark, words string) {
	open = f.DerivedAt(r.now).OpenNow
	hub, _ := f.Facts.Facts.(report.Hub)
	seen, told := r.since(f.Facts.ConfirmedAt), r.since(f.Facts.SeenAt)
	switch {
	case f.Facts.Disputed:
		return open, "amber", "!", r.cat.t("st_disputed")
	case hub.Status == "closed" && open == report.No:
		return open, "grey", "⊖", r.cat.t("st_closed")
	case hub.Availability == "closed":
		return open, "grey", "⊖", r.cat.t("st_closed_for_good")
	case open == report.No:
		return open, "grey", "⊖", r.cat.t("st_shut")
	case open == report.Yes && seen <= freshFor:
		return open, "green", "●", r.cat.t("st_open")
	case open == report.Yes && (seen <= likelyFor || told <= freshFor):
		return open, "amber", "◐", r.cat.t("st_should")
	case open == report.Yes:
		return open, "amber", "◐", r.cat.t("st_timetable")
	case (hub.Availability == "standby" || hub.Availability == "reserve") && s.activated(r, f, hub.Activation):
		return open, "amber", "◐", r.cat.t("st_activated")
	case hub.Status == "standby", hub.Availability == "standby", hub.Availability == "reserve":
		return open, "amber", "◐", r.cat.t("st_standby")
	case hub.Availability == "mobile":
		return open, "amber", "◐", r.cat.t("st_mobile")
	default:
		return open, "grey", "?", r.cat.t("st_unknown")
	}
}

// activated reports whether power has been out at a standby hub for so long that
// its rule should have opened it.
func (s *Site) activated(r *request, f *view.Feature, rule string) bool {
	a, ok := report.ReadActivation(rule)
	if !ok {
		return false
	}
	at := f.Facts.Place.Point
	here := geo.BBox{West: at[0], South: at[1], East: at[0], North: at[1]}
	for _, out := range r.snap.Layer(report.Outages).Find(view.Query{BBox: &here}).Features {
		o, _ := out.Facts.Facts.(report.Outage)
		if o.Service == "power" && o.Status == "active" && a.Reached(o.StartsAt, report.InstantOf(r.now)) {
			return true
		}
	}
	return false
}

// activation says in the page's language when a standby hub opens.
func activation(r *request, text string) (words, lang string) {
	if a, ok := report.ReadActivation(text); ok && r.cat.Lang == "en" {
		return a.Words().EN, "en"
	}
	return text, "uk"
}

// since is the age of what was said at an instant; what a drill's clock has not
// reached yet is as old as can be.
func (r *request) since(at report.Instant) time.Duration {
	if age := r.now.Sub(at.Time()); age > -time.Minute {
		return age
	}
	return math.MaxInt64
}

// until says when the present opening ends, or the next begins.
func (s *Site) until(r *request, f *view.Feature) string {
	d := f.DerivedAt(r.now)
	switch {
	case d.ClosesAt != 0 && f.Opening.CurfewBound(d.ClosesAt.Time()):
		return r.cat.t("until_curfew", "time", s.clock(r, d.ClosesAt.Time()))
	case d.ClosesAt != 0:
		return r.cat.t("until", "time", s.clock(r, d.ClosesAt.Time()))
	case d.OpensAt != 0 && f.Opening.CurfewBound(r.now):
		return r.cat.t("opens_after_curfew", "time", s.clock(r, d.OpensAt.Time()))
	case d.OpensAt != 0:
		return r.cat.t("opens", "time", s.clock(r, d.OpensAt.Time()))
	}
	return ""
}

// clock writes a time of day, with the day where that is not today or tonight.
func (s *Site) clock(r *request, t time.Time) string {
	local := t.In(r.snap.Zone)
	if t.Sub(r.now) < 20*time.Hour {
		return local.Format("15:04")
	}
	return local.Format("15:04") + ", " + r.cat.date(local)
}

// compass names eight directions, from north clockwise.
var compass = []string{"n", "ne", "e", "se", "s", "sw", "w", "nw"}

// away says how far a hub is, how long one walks, and in which direction.
func (s *Site) away(r *request, n *view.Near, from orb.Point) string {
	if n.Minutes < 0 {
		return ""
	}
	i := int(geo.BearingDeg(from, n.Facts.Place.Point)/45+0.5) % len(compass)
	parts := []string{r.cat.distance(n.Meters), r.cat.t("dir_" + compass[i])}
	if n.Minutes <= int(offered/time.Minute) {
		parts = slices.Insert(parts, 1, r.cat.t("minutes_on_foot", "n", strconv.Itoa(n.Minutes)))
	} else {
		parts = append(parts, r.cat.t("too_far"))
	}
	return strings.Join(parts, " · ")
}

// hubCard writes one hub; here is the place that the page is of, or nil.
func (s *Site) hubCard(r *request, n *view.Near, here *places.Area, center orb.Point) hubCard {
	f := n.Feature
	hub, _ := f.Facts.Facts.(report.Hub)
	c := hubCard{
		ID: f.ID, Name: cmp.Or(r.cat.choose(cmp.Or(hub.NameUK, f.Facts.Name), hub.NameEN), f.Facts.Name),
		Hours: cmp.Or(hub.OpeningText, hub.OpeningHours), Tier: r.cat.t("tier_" + string(f.Facts.Tier)),
		SourceURL: webURL(f.Facts.SourceURL), Confirmed: s.age(r.cat, f.Facts.ConfirmedAt.Time(), r.now),
		Until: s.until(r, f), Distance: s.away(r, n, center), Go: r.cat.t("go_" + string(n.Go.Verdict)),
	}
	c.Open, c.Tone, c.Mark, c.State = s.state(r, f)
	c.Activation, c.ActivationLang = activation(r, hub.Activation)
	if c.NameLang = r.cat.Lang; r.cat.Lang == "en" && hub.NameEN == "" {
		c.NameLang = "uk"
	}
	if f.Facts.Confirmations > 0 {
		c.Confirmations = r.cat.t("heard_seen", "people", r.cat.n("people", f.Facts.Confirmations)) + ", " + s.age(r.cat, f.Facts.SeenAt.Time(), r.now).Words
	}
	if heard := f.Facts.Heard; f.Facts.Disputed {
		c.Against = r.cat.t("heard_against", "people", r.cat.n("people", heard.Against)) + ", " + s.age(r.cat, heard.AgainstAt.Time(), r.now).Words
	}
	for i, name := range report.AmenityNames {
		if hub.Amenities.At(i) == report.Yes {
			c.Amenities = append(c.Amenities, r.cat.t("a_"+name))
		}
	}
	if at := f.Facts.Place.Point; !f.Rough() {
		c.Route = template.URL(fmt.Sprintf("geo:%g,%g?q=%g,%g", at[1], at[0], at[1], at[0])) //nolint:gosec // our own numbers
	}
	c.Where = hub.Address
	town, known := r.snap.Book.Area(f.Facts.AreaCode)
	switch {
	case !f.Rough() || !known:
	case here != nil && town.Code == here.Code && hub.Address != "":
		// the page names the town already
	case hub.Address == "":
		c.Where = r.cat.t("in_town_only", "town", r.cat.choose(town.NameUK, town.NameEN))
	default:
		c.Where = r.cat.t("in_town", "town", r.cat.choose(town.NameUK, town.NameEN), "address", hub.Address)
	}
	return c
}

// webURL lets only web addresses become links.
func webURL(u string) string {
	if strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://") {
		return u
	}
	return ""
}

type outageCard struct {
	Service, Tone, State, Tier, SourceURL string
	Confirmed                             age
}

// outages lists what is out or announced in a place: official outages of it, of
// what it lies in and of what lies in it, and community cells at its centre.
func (s *Site) outages(r *request, a *places.Area, center orb.Point) []outageCard {
	var out []outageCard
	prefix := places.Prefix(a.Code)
	at := geo.BBox{West: center[0], South: center[1], East: center[0], North: center[1]}
	for f := range r.snap.Layer(report.Outages).All() {
		o, ok := f.Facts.Facts.(report.Outage)
		if !ok || o.Status == "ended" {
			continue
		}
		own := places.Prefix(f.Facts.AreaCode)
		here := own != "" && (strings.HasPrefix(prefix, own) || strings.HasPrefix(own, prefix))
		if !here && f.Facts.Place.Kind == report.PlaceCell && a.Level == places.LevelSettlement {
			here = geo.Intersects(f.Geometry, at)
		}
		if !here {
			continue
		}
		if out = append(out, s.outageCard(r, f, &o)); len(out) == hubsPerPage {
			break
		}
	}
	return out
}

func (s *Site) outageCard(r *request, f *view.Feature, o *report.Outage) outageCard {
	state, tone := "out_"+o.Status, "red"
	switch {
	case o.Status == "active" && o.Level == "widespread":
		state = "out_widespread"
	case o.Status == "active" && o.Certainty == "possible":
		state, tone = "out_possible", "amber"
	}
	return outageCard{
		Service: r.cat.t("service_" + o.Service), Tone: tone, State: r.cat.t(state), Tier: r.cat.t("tier_" + string(f.Facts.Tier)),
		SourceURL: webURL(f.Facts.SourceURL), Confirmed: s.age(r.cat, f.Facts.ConfirmedAt.Time(), r.now),
	}
}

type curfewCard struct {
	ID, Hours, Kind, Area, Valid, Exemptions, Tier, Authority, SourceURL string
	Unresolved                                                           bool
	Confirmed                                                            age
}

// curfews lists every rule for a place and for what it lies in, the newest first.
func (s *Site) curfews(r *request, a *places.Area) []curfewCard {
	var rules []*report.Feature
	for f := range r.snap.Layer(report.Curfews).All() {
		if own := places.Prefix(f.Facts.AreaCode); strings.HasPrefix(places.Prefix(a.Code), own) {
			rules = append(rules, f.Facts)
		}
	}
	slices.SortStableFunc(rules, func(x, y *report.Feature) int { return cmp.Compare(y.ConfirmedAt, x.ConfirmedAt) })
	var out []curfewCard
	for _, f := range rules {
		rule, ok := f.Facts.(report.Curfew)
		if !ok {
			continue
		}
		c := curfewCard{
			ID: f.ID, Hours: r.cat.t("curfew_nohours"), Kind: r.cat.t("ck_" + rule.Kind), Area: s.ruleArea(r, f, &rule),
			Tier: r.cat.t("tier_" + string(f.Tier)), Authority: rule.Authority, SourceURL: webURL(f.SourceURL),
			Unresolved: rule.Unresolved, Confirmed: s.age(r.cat, f.ConfirmedAt.Time(), r.now), Valid: s.validity(r, &rule),
		}
		if rule.StartLocal != "" || rule.EndLocal != "" {
			c.Hours = r.cat.t("curfew_hours", "from", rule.StartLocal, "to", rule.EndLocal)
		}
		var allowed []string
		for name := range strings.SplitSeq(rule.Exemptions, ",") {
			if _, known := r.cat.Words["ex_"+name]; known {
				allowed = append(allowed, r.cat.t("ex_"+name))
			}
		}
		c.Exemptions = strings.Join(allowed, ", ")
		out = append(out, c)
	}
	return out
}

func (s *Site) ruleArea(r *request, f *report.Feature, rule *report.Curfew) string {
	if rule.AreaText != "" {
		return rule.AreaText
	}
	if a, ok := r.snap.Book.Area(f.AreaCode); ok {
		return a.NameUK
	}
	return r.cat.t("country")
}

func (s *Site) validity(r *request, rule *report.Curfew) string {
	var parts []string
	if rule.ValidFrom != 0 {
		parts = append(parts, r.cat.t("valid_from", "date", r.cat.date(rule.ValidFrom.Time().In(s.zone))))
	}
	if rule.ValidTo != 0 {
		parts = append(parts, r.cat.t("valid_to", "date", r.cat.date(rule.ValidTo.Time().In(s.zone))))
	}
	return strings.Join(parts, " ")
}

// heardRow is one thing that is known of a hub: from whom, never by name, and when.
type heardRow struct {
	Words, SourceURL string
	At               age
}

// heard tells the provenance of a hub, the strongest word first.
func (s *Site) heard(r *request, f *view.Feature) []heardRow {
	facts, known := f.Facts, f.Facts.Heard
	row := func(at report.Instant, words string) heardRow {
		return heardRow{Words: words, At: s.age(r.cat, at.Time(), r.now)}
	}
	listed := row(known.ListedAt, r.cat.t("heard_list", "tier", r.cat.t("tier_"+string(facts.Tier))))
	listed.SourceURL = webURL(facts.SourceURL)
	out := []heardRow{listed}
	if hub, _ := facts.Facts.(report.Hub); known.StatusTier != "" {
		out = append(out, row(hub.StatusAt, r.cat.t("heard_status", "tier", r.cat.t("tier_"+string(known.StatusTier)), "state", r.cat.t("status_"+hub.Status))))
	}
	if facts.Confirmations > 0 {
		out = append(out, row(facts.SeenAt, r.cat.t("heard_seen", "people", r.cat.n("people", facts.Confirmations))))
	}
	if hub, _ := facts.Facts.(report.Hub); known.Against > 0 && hub.Status != "closed" {
		out = append(out, row(known.AgainstAt, r.cat.t("heard_against", "people", r.cat.n("people", known.Against))))
	}
	if known.Working != 0 {
		var seen []string
		for i, name := range report.AmenityNames {
			if known.Working.At(i) == report.Yes {
				seen = append(seen, r.cat.t("a_"+name))
			}
		}
		out = append(out, row(known.WorkingAt, r.cat.t("heard_working", "what", strings.Join(seen, ", "))))
	}
	return out
}

type hubPage struct {
	page
	Crumbs  []areaRow
	Verdict verdictBox
	Hub     hubCard
	Heard   []heardRow
	Rows    []factRow
	Map     template.JS
}

type factRow struct{ Name, Value, Lang string }

// confidence tells how sure a hub is, and its parts.
func confidence(r *request, f *view.Feature, hub *report.Hub) string {
	exists, status, amenity := report.Attributes(f.Facts, &r.snap.Policy, r.now)
	percent := func(n int) string { return strconv.Itoa(n) + " %" }
	parts := []string{r.cat.t("sure_exists") + " " + percent(exists), r.cat.t("sure_status") + " " + percent(status)}
	for i, name := range report.AmenityNames {
		if hub.Amenities.At(i) != report.Unknown {
			parts = append(parts, strings.ToLower(r.cat.t("a_"+name))+" "+percent(amenity(name)))
		}
	}
	return percent(f.DerivedAt(r.now).Confidence) + " (" + strings.Join(parts, ", ") + ")"
}

// handleHub shows one hub.
func (s *Site) handleHub(c *fiber.Ctx) error {
	r := s.begin(c)
	f, ok := r.snap.Layer(report.Hubs).Feature(c.Params("id"))
	if !ok {
		return s.missing(c)
	}
	near := r.snap.Reach(&view.Walk{Area: f.Facts.AreaCode, At: r.now, By: curfew.Foot}, f)
	card := s.hubCard(r, &near, nil, orb.Point{})
	hub, _ := f.Facts.Facts.(report.Hub)
	p := hubPage{page: s.page(r, card.Name), Crumbs: s.crumbs(r, f.Facts.AreaCode), Hub: card, Heard: s.heard(r, f), Verdict: s.verdict(r, f.Facts.AreaCode)}
	p.Description = s.previewHub(r, f)
	if card.NameLang != r.cat.Lang {
		p.TitleLang = card.NameLang
	}
	capacity, at := "", f.Facts.Place.Point
	if hub.Capacity > 0 {
		capacity = strconv.Itoa(hub.Capacity)
	}
	where := ""
	if !f.Rough() {
		where = fmt.Sprintf("%.5f, %.5f", at[1], at[0]) // latitude first, as people type it into maps
	}
	for _, row := range []factRow{
		{"f_address", hub.Address, "uk"},
		{"f_coordinates", where, r.cat.Lang},
		{"f_hours", cmp.Or(hub.OpeningText, hub.OpeningHours), "uk"},
		{"f_capacity", capacity, r.cat.Lang},
		{"f_confidence", confidence(r, f, &hub), r.cat.Lang},
		{"f_precision", r.cat.t("precision_" + f.Facts.Precision), r.cat.Lang},
		{"f_area", s.parents(r, f.Facts.AreaCode), r.cat.Lang},
	} {
		if row.Value != "" {
			row.Name = r.cat.t(row.Name)
			p.Rows = append(p.Rows, row)
		}
	}
	var err error
	if p.Map, err = s.mapJSON(r, &mapView{Lon: at[0], Lat: at[1], Zoom: 13}); err != nil {
		return err
	}
	return s.render(r, fiber.StatusOK, "hubpage.html", p)
}
