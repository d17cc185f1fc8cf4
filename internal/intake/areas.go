package intake

import (
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// areaFacts makes what one source says of an area.
func (w *row) areaFacts(r *report.Record) {
	a := report.Area{
		Category: w.text("category", 1), NameEN: w.text("name_en", maxName), Alias: w.text("alias", maxName),
		Population: w.number("population", 50_000_000),
	}
	name := w.text("name_uk", maxName)
	code := ""
	for _, prop := range []string{"level_5", "level_4", "level_3", "level_2", "level_1", "area_code"} {
		if c := w.cell(prop); c.text != "" && code == "" {
			parsed, err := places.ParseCode(c.text)
			if err != nil {
				w.reject(c.field, c.text, "%v", err)
				return
			}
			code = parsed
		}
	}
	if code == "" {
		w.reject("area_code", name, "no code: which area is this?")
		return
	}
	if len(code) < 19 {
		known, ok := w.area(code)
		// Only Kyiv and Sevastopol have p-codes of every level; of another area a
		// coarser one is not the same.
		if !ok || len(known.Code) < 19 || places.Prefix(known.Code) != code && known.Category != "K" {
			w.reject("area_code", code, "is not a known p-code")
			return
		}
		code = known.Code
	}
	w.nameArea(&a, code, name)
	r.AreaCode, r.Ref = code, code
	r.Name = a.NameUK
	if !w.areaShape(r, &a) {
		return
	}
	r.Facts = a
}

// nameArea takes the name and category where the source is a register; others add
// names by which people search.
func (w *row) nameArea(a *report.Area, code, name string) {
	known, have := w.area(code)
	have = have && known.NameUK != ""
	if a.Category == "" || places.LevelOf(a.Category) == "" {
		a.Category = ""
		if have {
			if name != "" && !strings.HasPrefix(known.NameUK, name) {
				a.Alias = strings.Trim(a.Alias+","+name, ",")
			}
			a.NameEN = ""
			return
		}
		a.Level, a.NameUK = string(places.LevelOfCode(code)), name
		return
	}
	a.Level = string(places.LevelOf(a.Category))
	a.NameUK, _ = places.Shown(places.Level(a.Level), a.Category, name)
	if have && (a.Level == string(places.LevelOblast)) {
		a.NameUK = known.NameUK
	}
	if !have {
		_, a.NameEN = places.Shown(places.Level(a.Level), a.Category, name)
	} else {
		a.NameEN = ""
	}
}

// areaShape takes an outline or a point.
func (w *row) areaShape(r *report.Record, a *report.Area) bool {
	if w.rec.shape == nil || string(w.rec.shape) == "null" {
		r.Point, r.HasPoint = w.point()
		return len(w.out.Problems) == 0
	}
	g, err := geo.ParseGeometry(w.rec.shape)
	if err != nil {
		w.reject("geometry", "", "%v", err)
		return false
	}
	switch g := g.(type) {
	case orb.MultiPolygon:
		a.Outline = geo.Wind(g)
	case orb.Polygon:
		a.Outline = geo.Wind(orb.MultiPolygon{g})
	default:
		w.reject("geometry.type", g.GeoJSONType(), "is not Polygon or MultiPolygon")
		return false
	}
	return true
}
