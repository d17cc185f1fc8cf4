package site

import (
	"fmt"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/places"
)

type homePage struct {
	page
	Lead    string
	Map     template.JS
	Box     string
	Oblasts []areaRow
}

// areaRow is one line of a list of areas.
type areaRow struct{ Code, Name, In, Hubs, Outages string }

// handleHome shows the country: no place is pretended before one is known.
func (s *Site) handleHome(c *fiber.Ctx) error {
	r := s.begin(c)
	n := s.figures(r.snap)
	m, err := s.mapJSON(r, nil)
	if err != nil {
		return err
	}
	newest := s.age(r.cat, n.newest[""].Time(), r.now).Words
	if newest == "" {
		newest = r.cat.t("age_unknown")
	}
	p := homePage{
		page: s.page(r, r.cat.t("home_title")), Map: m, Box: box(r),
		Lead: r.cat.t("home_lead", "hubs", r.cat.n("hubs", n.total), "areas", r.cat.n("areas", n.oblasts), "age", newest),
	}
	p.Description = s.previewCountry(r)
	for _, a := range r.snap.Book.Oblasts() {
		code := places.ADM1(a.Code)
		row := areaRow{Code: a.Code, Name: r.cat.choose(a.NameUK, a.NameEN), Hubs: r.cat.n("hubs", n.byPrefix[code])}
		if withheld(r, a.Code) {
			row.Hubs = r.cat.t("withheld_short")
		}
		if k := n.outages[code]; k > 0 {
			row.Outages = r.cat.n("outages", k)
		}
		p.Oblasts = append(p.Oblasts, row)
	}
	return s.render(r, fiber.StatusOK, "home.html", p)
}

// box is the policy's service area, as the script reads it: what lies far outside is no
// true position.
func box(r *request) string {
	b := r.snap.Policy.Box()
	return fmt.Sprintf("%g,%g,%g,%g", b.West, b.South, b.East, b.North)
}

type placesPage struct {
	page
	Query string
	Found []areaRow
}

// maxQueryRunes is as much of a search as is read.
const maxQueryRunes = 80

// handlePlaces searches places by name.
func (s *Site) handlePlaces(c *fiber.Ctx) error {
	r := s.begin(c)
	q := []rune(c.Query("q"))
	p := placesPage{page: s.page(r, r.cat.t("search_title")), Query: string(q[:min(len(q), maxQueryRunes)])}
	for _, a := range r.snap.Book.Search(p.Query, nil, 30) {
		p.Found = append(p.Found, areaRow{Code: a.Code, Name: r.cat.choose(a.NameUK, a.NameEN), In: s.parents(r, a.Parent)})
	}
	return s.render(r, fiber.StatusOK, "places.html", p)
}

// parents names what an area lies in, the finest first.
func (s *Site) parents(r *request, code string) string {
	out := ""
	for code != "" {
		a, ok := r.snap.Book.Area(code)
		if !ok {
			break
		}
		if out != "" {
			out += ", "
		}
		out += r.cat.choose(a.NameUK, a.NameEN)
		code = a.Parent
	}
	return out
}
