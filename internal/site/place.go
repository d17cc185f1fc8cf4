package site

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
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
	Crumbs   []areaRow
	Withheld bool
	HubsLead string
	Chips    []chip
	Hubs     []hubCard
	Pages    []chip
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
		target := "/place/" + a.Code
		if q := string(c.Request().URI().QueryString()); q != "" {
			target += "?" + q
		}
		return c.Redirect(target, fiber.StatusPermanentRedirect)
	}
	name := r.cat.choose(a.NameUK, a.NameEN)
	p := placePage{page: s.page(r, name), Name: name, Crumbs: s.crumbs(r, a.Parent), Withheld: withheld(r, a.Code)}
	center, _ := r.snap.Book.Center(a.Code)
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

// found is a hub with its distance from the place's centre.
type found struct {
	f      *view.Feature
	meters float64
}

// fillHubs lists the hubs of a place, those with an exact place first, then by
// distance; a place without any shows the nearest instead.
func (s *Site) fillHubs(r *request, p *placePage, a *places.Area, center orb.Point) {
	wanted := fillChips(r, p)
	prefix := places.Prefix(a.Code)
	var inside, near []found
	for f := range r.snap.Layer(report.Hubs).All() {
		if strings.HasPrefix(f.Facts.AreaCode, prefix) && offers(f, wanted) {
			inside = append(inside, found{f, geo.DistanceMeters(center, f.Facts.Place.Point)})
		}
	}
	slices.SortStableFunc(inside, func(x, y found) int { return cmp.Compare(x.meters, y.meters) })
	if len(inside) == 0 {
		for f, d := range r.snap.Layer(report.Hubs).Near(center) {
			if offers(f, wanted) {
				near = append(near, found{f, d})
			}
			if len(near) == hubsPerPage {
				break
			}
		}
	}
	list := inside
	p.HubsLead = r.cat.t("hubs_in", "hubs", r.cat.n("hubs", len(inside)))
	if len(inside) == 0 && len(near) > 0 {
		list, p.HubsLead = near, r.cat.t("hubs_near")
	}
	slices.SortStableFunc(list, func(x, y found) int { return cmp.Compare(coarse(x.f), coarse(y.f)) })
	pageNo, err := strconv.Atoi(r.c.Query("page"))
	pages := (len(list) + hubsPerPage - 1) / hubsPerPage
	if err != nil || pageNo < 1 || pageNo > pages {
		pageNo = 1
	}
	if pages > 1 {
		for i := max(1, pageNo-3); i <= min(pages, pageNo+3); i++ {
			p.Pages = append(p.Pages, chip{Name: strconv.Itoa(i), On: i == pageNo, URL: r.with("page", strconv.Itoa(i))})
		}
	}
	from := (pageNo - 1) * hubsPerPage
	for _, h := range list[min(from, len(list)):min(from+hubsPerPage, len(list))] {
		p.Hubs = append(p.Hubs, s.hubCard(r, h.f, a, center))
	}
}

// coarse ranks a hub that stands at its settlement after those with a place.
func coarse(f *view.Feature) int {
	if f.Facts.Precision == "exact" || f.Facts.Precision == "street" {
		return 0
	}
	return 1
}

// offers reports whether a hub has all that is wanted.
func offers(f *view.Feature, wanted []string) bool {
	hub, ok := f.Facts.Facts.(report.Hub)
	for _, name := range wanted {
		ok = ok && hub.Amenities.Of(name) == report.Yes
	}
	return ok
}

// fillChips shows the filters and returns the amenities that are asked for.
func fillChips(r *request, p *placePage) (wanted []string) {
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
	return wanted
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
