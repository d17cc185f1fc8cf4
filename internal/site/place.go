package site

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
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

// hubsPerPage is how many cards a board shows (CONTRACT §2).
const hubsPerPage = 10

// chips are the amenities that a board filters by.
var chips = []string{"heat", "charging", "internet", "hot_drinks", "sleeping", "step_free"}

type placePage struct {
	page
	Name     string
	Code     string
	Crumbs   []areaRow
	Withheld bool
	Verdict  verdictBox
	Box      string
	HubsLead string
	TooFar   bool // the nearest hub is over an hour away, so none is shown
	Chips    []chip
	Hubs     []hubCard
	Pages    []chip
	Save     saveButton
	Radar    *radar // nil: no hub of the list has an exact place, or the place is no town
	Map      template.JS
	Outages  []outageCard
	Curfews  []curfewCard
	Children []areaRow
}

type chip struct {
	Name, URL string
	On        bool
}

// handlePlace is the board of one place: hubs, outages, curfew rules, each with
// source and age. A p-code redirects to the full code.
func (s *Site) handlePlace(c *fiber.Ctx) error {
	r := s.begin(c)
	a, ok := r.snap.Book.Area(c.Params("code"))
	if !ok {
		return s.missing(c)
	}
	if c.Params("code") != a.Code {
		return toFullCode(c, "/place/", a.Code)
	}
	name := r.cat.choose(a.NameUK, a.NameEN)
	p := placePage{
		page: s.page(r, name), Name: name, Code: a.Code, Crumbs: s.crumbs(r, a.Parent), Withheld: withheld(r, a.Code), Box: box(r),
	}
	p.Description = s.previewPlace(r, &a)
	center, _ := r.snap.Book.Center(a.Code)
	p.Verdict, p.Save = s.verdict(r, a.Code), s.saveButton(r, a.Code)
	s.fillHubs(r, &p, &a, center)
	p.Outages, p.Curfews = s.outages(r, &a, center), s.curfews(r, &a)
	n := s.figures(r.snap).byPrefix
	for _, child := range r.snap.Book.Children(a.Code) {
		p.Children = append(p.Children, areaRow{
			Code: child.Code, Name: r.cat.choose(child.NameUK, child.NameEN), Hubs: r.cat.n("hubs", n[places.Prefix(child.Code)]),
		})
	}
	zoom := map[places.Level]float64{places.LevelOblast: 7.5, places.LevelRaion: 9, places.LevelHromada: 10.5}[a.Level]
	var err error
	p.Map, err = s.mapJSON(r, &mapView{Lon: center[0], Lat: center[1], Zoom: cmp.Or(zoom, 10)})
	if err != nil {
		return err
	}
	return s.render(r, fiber.StatusOK, "place.html", p)
}

// toFullCode leads from a p-code to the page of the full code.
func toFullCode(c *fiber.Ctx, path, code string) error {
	target := path + code
	if q := string(c.Request().URI().QueryString()); q != "" {
		target += "?" + q
	}
	return c.Redirect(target, fiber.StatusPermanentRedirect)
}

func (s *Site) crumbs(r *request, code string) []areaRow {
	var out []areaRow
	for code != "" {
		a, ok := r.snap.Book.Area(code)
		if !ok {
			break
		}
		out = append(out, areaRow{Code: a.Code, Name: r.cat.choose(a.NameUK, a.NameEN)})
		code = a.Parent
	}
	slices.Reverse(out)
	return out
}

// withheld reports whether hubs of a place are public on no route.
func withheld(r *request, code string) bool {
	for _, w := range r.snap.Policy.WithheldAreas {
		if strings.HasPrefix(code, places.Prefix(w)) {
			return true
		}
	}
	return false
}

// offered is the longest walk that is offered as an answer (CONTRACT §2).
const offered = time.Hour

// stays is how long a hub must stay open after one arrives to be of use.
const stays = 30 * time.Minute

// walkingSpeed is the speed that walks are told by, in metres a second.
const walkingSpeed = 1.1

// walk is the way from the centre of a place to its hubs. A raion or an oblast is
// no place to walk from.
func (r *request) walk(a *places.Area, center orb.Point) *view.Walk {
	w := &view.Walk{From: center, Area: a.Code, At: r.now, By: curfew.Foot, Speed: walkingSpeed}
	if a.Level != places.LevelSettlement && a.Level != places.LevelDistrict && a.Category != "K" {
		w.Speed = 0
	}
	return w
}

// judged is how many hubs, by distance, are put in order by more than distance at
// once; a whole number of pages.
const judged = 50

// fillHubs lists the hubs of a place, the usable ones first; a place without any
// shows the nearest instead.
func (s *Site) fillHubs(r *request, p *placePage, a *places.Area, center orb.Point) {
	wanted, onlyOpen := fillChips(r, p)
	takes := func(f *view.Feature) bool {
		return offers(f, wanted) && (!onlyOpen || f.DerivedAt(r.now).OpenNow == report.Yes)
	}
	prefix := places.Prefix(a.Code)
	w := r.walk(a, center)
	total := s.figures(r.snap).byPrefix[prefix]
	if total > 0 && (wanted != nil || onlyOpen) {
		total = 0
		for f := range r.snap.Layer(report.Hubs).All() {
			if strings.HasPrefix(f.Facts.AreaCode, prefix) && takes(f) {
				total++
			}
		}
	}
	pageNo, pages := pageOf(r.c.Query("page"), total)
	first := (pageNo - 1) * hubsPerPage
	block := first / judged * judged // pages of one block share an order, so no hub is lost between them
	list := nearestOf(r, center, min(block+judged, total), func(f *view.Feature) bool { return strings.HasPrefix(f.Facts.AreaCode, prefix) && takes(f) })
	list = list[min(block, len(list)):]
	first, last := first-block, first-block+hubsPerPage
	p.HubsLead = r.cat.t("hubs_in", "hubs", r.cat.n("hubs", total))
	if total == 0 {
		list = nearestOf(r, center, hubsPerPage, takes)
	}
	if total == 0 && len(list) > 0 {
		p.HubsLead = r.cat.t("hubs_near")
		if meters := geo.DistanceMeters(center, list[0].Facts.Place.Point); meters*view.DetourFactor > walkingSpeed*offered.Seconds() {
			p.HubsLead, p.TooFar, list = r.cat.t("hubs_far", "distance", r.cat.distance(meters)), true, nil
		}
		w.Speed = walkingSpeed
	}
	if pages > 1 {
		for i := max(1, pageNo-3); i <= min(pages, pageNo+3); i++ {
			p.Pages = append(p.Pages, chip{Name: strconv.Itoa(i), On: i == pageNo, URL: r.with("page", strconv.Itoa(i))})
		}
	}
	ordered := s.order(r, w, list)
	shown, number := ordered[min(first, len(ordered)):min(last, len(ordered))], block+first+1
	for i := range shown {
		p.Hubs = append(p.Hubs, s.hubCard(r, &shown[i], a, center))
		p.Hubs[i].Number = number + i
	}
	if w.Speed > 0 {
		p.Radar = s.radar(r, p.Name, center, shown, number)
	}
}

// pageOf reads which page is wanted of how many; what does not exist is the first.
func pageOf(text string, total int) (page, pages int) {
	pages = (total + hubsPerPage - 1) / hubsPerPage
	page, err := strconv.Atoi(text)
	if err != nil || page < 1 || page > pages {
		return 1, pages
	}
	return page, pages
}

// nearestOf lists the nearest hubs that pass, at most so many.
func nearestOf(r *request, center orb.Point, most int, takes func(*view.Feature) bool) []*view.Feature {
	if most == 0 {
		return nil
	}
	var out []*view.Feature
	for f := range r.snap.Layer(report.Hubs).Near(center) {
		if takes(f) {
			out = append(out, f)
		}
		if len(out) == most {
			break
		}
	}
	return out
}

// order puts hubs in the order of cards (CONTRACT §2): usable ones first, then what
// is not confirmed, then what is shut; in each those with an exact place first, by
// distance, a fresher one first where it is not 1.3 times as far.
func (s *Site) order(r *request, w *view.Walk, list []*view.Feature) []view.Near {
	type ranked struct {
		view.Near
		rank    int
		worth   float64
		settled bool // not placed exactly
	}
	all := make([]ranked, len(list))
	for i, f := range list {
		n := r.snap.Reach(w, f)
		k := ranked{Near: n, rank: s.rank(r, &n), settled: f.Rough(), worth: geo.DistanceMeters(w.From, f.Facts.Place.Point)}
		if r.since(f.Facts.ConfirmedAt) > freshFor {
			k.worth *= 1.3
		}
		all[i] = k
	}
	slices.SortStableFunc(all, func(x, y ranked) int {
		settled := func(k ranked) int { // false before true
			if k.settled {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(x.rank, y.rank), settled(x)-settled(y), cmp.Compare(x.worth, y.worth), cmp.Compare(x.ID, y.ID))
	})
	out := make([]view.Near, len(all))
	for i := range all {
		out[i] = all[i].Near
	}
	return out
}

// rank is 0 for a usable hub (CONTRACT §2: open on arrival and a while after, the
// verdict not no) that was seen within half a day and that nobody contradicts, 1 for
// other usable ones, 2 for what is not confirmed, 3 for what is shut, 4
// for what is over an hour away.
func (s *Site) rank(r *request, n *view.Near) int {
	switch {
	case n.Minutes > int(offered/time.Minute):
		return 4
	case n.OnArrival == report.No:
		return 3
	case n.OnArrival != report.Yes, n.Opening.At(n.Arrival.Add(stays)) != report.Yes,
		n.Go.Verdict == curfew.Forbidden:
		return 2
	case n.Facts.Disputed, r.since(n.Facts.ConfirmedAt) > likelyFor:
		return 1
	}
	return 0
}

// offers reports whether a hub has all that is wanted.
func offers(f *view.Feature, wanted []string) bool {
	hub, ok := f.Facts.Facts.(report.Hub)
	for _, name := range wanted {
		ok = ok && hub.Amenities.Of(name) == report.Yes
	}
	return ok
}

// fillChips shows the filters and returns what is asked for.
func fillChips(r *request, p *placePage) (wanted []string, onlyOpen bool) {
	onlyOpen = r.c.Query("open") == "true"
	value := "true"
	if onlyOpen {
		value = ""
	}
	p.Chips = append(p.Chips, chip{Name: r.cat.t("only_open"), On: onlyOpen, URL: r.with("open", value)})
	for _, name := range report.AmenityNames {
		on := r.c.Query(name) == report.Yes
		if on {
			wanted = append(wanted, name)
		}
		if on || slices.Contains(chips, name) {
			value := report.Yes
			if on {
				value = ""
			}
			p.Chips = append(p.Chips, chip{Name: r.cat.t("a_" + name), On: on, URL: r.with(name, value)})
		}
	}
	return wanted, onlyOpen
}

// with is this page with one parameter set (or, empty, left out), from its first
// page on.
func (r *request) with(name, value string) string {
	v := url.Values{}
	for k, val := range r.c.Context().QueryArgs().All() {
		if key := string(k); key != "page" && key != "lang" {
			v.Set(key, string(val))
		}
	}
	v.Del(name)
	if value != "" {
		v.Set(name, value)
	}
	v.Set("lang", r.cat.Lang)
	return r.c.Path() + "?" + v.Encode()
}

// distance is a way in words: 10 m steps below 1 km, one decimal above.
func (c *catalogue) distance(meters float64) string {
	if meters < 1000 {
		return c.t("m", "n", strconv.Itoa(int(meters/10+0.5)*10))
	}
	text := fmt.Sprintf("%.1f", meters/1000)
	if c.Lang == "uk" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return c.t("km", "n", text)
}
