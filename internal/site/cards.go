package site

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// hubCard is a hub as people read it: shape, word and colour say the same.
type hubCard struct {
	ID, Name, NameLang, Open, Tone, Mark, State, Where, Distance, Hours, Tier, SourceURL, Confirmations string
	Amenities                                                                                           []string
	Confirmed                                                                                           age
}

// freshFor is how long a status is told without doubt.
const freshFor = 2 * time.Hour

// state says what is known of a hub being open. Yes needs hours, rules and a
// status together, so that a fresh status alone is not yet a yes.
func (s *Site) state(r *request, f *report.Feature, hub *report.Hub) (open, tone, mark, words string) {
	switch {
	case f.Disputed:
		return report.Unknown, "amber", "!", r.cat.t("st_disputed")
	case hub.Status == "open":
		age := ", " + s.age(r.cat, hub.StatusAt.Time(), r.now).Words
		if r.now.Sub(hub.StatusAt.Time()) > freshFor {
			return report.Unknown, "amber", "◐", r.cat.t("st_should") + age
		}
		return report.Unknown, "green", "●", r.cat.t("st_open") + age
	case hub.Status == "closed", hub.Availability == "closed":
		return report.No, "grey", "○", r.cat.t("st_closed")
	case hub.Status == "standby":
		return report.Unknown, "amber", "◐", r.cat.t("st_standby")
	default:
		return report.Unknown, "grey", "?", r.cat.t("st_unknown")
	}
}

func (s *Site) hubCard(r *request, f *view.Feature, here *places.Area, center orb.Point) hubCard {
	hub, _ := f.Facts.Facts.(report.Hub)
	c := hubCard{
		ID: f.ID, Name: cmp.Or(r.cat.choose(cmp.Or(hub.NameUK, f.Facts.Name), hub.NameEN), f.Facts.Name),
		Hours: cmp.Or(hub.OpeningText, hub.OpeningHours), Tier: r.cat.t("tier_" + string(f.Facts.Tier)),
		SourceURL: webURL(f.Facts.SourceURL), Confirmed: s.age(r.cat, f.Facts.ConfirmedAt.Time(), r.now),
	}
	c.Open, c.Tone, c.Mark, c.State = s.state(r, f.Facts, &hub)
	if c.NameLang = r.cat.Lang; r.cat.Lang == "en" && hub.NameEN == "" {
		c.NameLang = "uk"
	}
	if f.Facts.Confirmations > 0 {
		c.Confirmations = r.cat.t("confirmations", "n", r.cat.n("people", f.Facts.Confirmations))
	}
	for i, name := range report.AmenityNames {
		if hub.Amenities.At(i) == report.Yes {
			c.Amenities = append(c.Amenities, r.cat.t("a_"+name))
		}
	}
	c.Where = hub.Address
	town, known := r.snap.Book.Area(f.Facts.AreaCode)
	switch {
	case coarse(f) == 0 && here != nil:
		c.Distance = r.cat.distance(geo.DistanceMeters(center, f.Facts.Place.Point))
	case coarse(f) == 0 || !known:
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
	for f := range r.snap.Layer(report.Outages).All() {
		o, ok := f.Facts.Facts.(report.Outage)
		own := places.Prefix(f.Facts.AreaCode)
		here := own != "" && (strings.HasPrefix(prefix, own) || strings.HasPrefix(own, prefix))
		if f.Facts.Place.Kind == report.PlaceCell && a.Level == places.LevelSettlement {
			here = here || geo.Intersects(f.Geometry, geo.BBox{West: center[0], South: center[1], East: center[0], North: center[1]})
		}
		if !ok || !here || o.Status == "ended" || len(out) == hubsPerPage {
			continue
		}
		state, tone := "out_"+o.Status, "red"
		switch {
		case o.Status == "active" && o.Level == "widespread":
			state = "out_widespread"
		case o.Status == "active" && o.Certainty == "possible":
			state, tone = "out_possible", "amber"
		}
		out = append(out, outageCard{
			Service: r.cat.t("service_" + o.Service), Tone: tone, State: r.cat.t(state), Tier: r.cat.t("tier_" + string(f.Facts.Tier)),
			SourceURL: webURL(f.Facts.SourceURL), Confirmed: s.age(r.cat, f.Facts.ConfirmedAt.Time(), r.now),
		})
	}
	return out
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

type hubPage struct {
	page
	Crumbs []areaRow
	Hub    hubCard
	Rows   []factRow
	Map    template.JS
}

type factRow struct{ Name, Value string }

// handleHub shows one hub.
func (s *Site) handleHub(c *fiber.Ctx) error {
	r := s.begin(c)
	f, ok := r.snap.Layer(report.Hubs).Feature(c.Params("id"))
	if !ok {
		return s.missing(c)
	}
	card := s.hubCard(r, f, nil, orb.Point{})
	hub, _ := f.Facts.Facts.(report.Hub)
	p := hubPage{page: s.page(r, card.Name), Crumbs: s.crumbs(r, f.Facts.AreaCode), Hub: card}
	capacity := ""
	if hub.Capacity > 0 {
		capacity = strconv.Itoa(hub.Capacity)
	}
	for _, row := range []factRow{
		{"f_address", hub.Address},
		{"f_hours", cmp.Or(hub.OpeningText, hub.OpeningHours)},
		{"f_capacity", capacity},
		{"f_precision", r.cat.t("precision_" + f.Facts.Precision)},
		{"f_area", s.parents(r, f.Facts.AreaCode)},
	} {
		if row.Value != "" {
			p.Rows = append(p.Rows, factRow{r.cat.t(row.Name), row.Value})
		}
	}
	at := f.Facts.Place.Point
	var err error
	if p.Map, err = s.mapJSON(r, &mapView{Lon: at[0], Lat: at[1], Zoom: 13}); err != nil {
		return err
	}
	return s.render(r, fiber.StatusOK, "hubpage.html", p)
}
