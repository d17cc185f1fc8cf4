package intake

import (
	"cmp"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// placeKey is a name looked up inside an area.
type placeKey struct{ name, within string }

// resolution is what was found.
type resolution struct {
	area places.Area
	ok   bool
}

// area returns a known area by code. Without a book codes are checked by form.
func (rd *reader) area(code string) (places.Area, bool) {
	code, err := places.ParseCode(code)
	if err != nil {
		return places.Area{}, false
	}
	if rd.cfg.Book == nil {
		return places.Area{Code: code}, true
	}
	return rd.cfg.Book.Area(code)
}

// resolve finds the one area of a name inside another, and remembers it.
func (rd *reader) resolve(name, within string, levels ...places.Level) (places.Area, bool) {
	if rd.cfg.Book == nil || name == "" {
		return places.Area{}, false
	}
	key := placeKey{name, within}
	for _, l := range levels {
		key.within += " " + string(l)
	}
	if r, ok := rd.resolved[key]; ok {
		return r.area, r.ok
	}
	var r resolution
	r.area, r.ok = rd.cfg.Book.Resolve(name, within, levels...)
	if len(rd.resolved) < 1<<16 {
		rd.resolved[key] = r
	}
	return r.area, r.ok
}

// findNeighbourhood looks where the places lie whose names are certain: when all
// of them lie in one hromada, a name that is ambiguous in the oblast is the one
// there.
func (rd *reader) findNeighbourhood() {
	if rd.cfg.Book == nil || rd.cfg.Area == "" {
		return
	}
	counts := map[string]int{}
	for _, rec := range rd.sample {
		if rec.bad != nil {
			continue
		}
		w := &row{reader: rd, rec: rec}
		if a, ok := rd.resolve(w.settlementName(), rd.cfg.Area, places.LevelSettlement); ok {
			counts[places.ADM3(a.Code)]++
		}
	}
	if len(counts) == 1 {
		for code := range counts {
			rd.neighbourhood = code
		}
	}
}

// settlementName is the text that names a record's settlement.
func (w *row) settlementName() string { return w.cell("settlement").text }

// locate settles where a record is: its code, else the area that holds its point,
// else its settlement's name, else the area given for the whole file. A point that
// is wrong rejects the row even then: a silent wrong point is the worst failure.
func (w *row) locate(r *report.Record, needed bool) {
	point, has := w.point()
	if len(w.out.Problems) > 0 {
		return
	}
	r.Point, r.HasPoint = point, has
	if has {
		r.Precision = "exact"
	}
	if a, ok := w.named(point, has); ok {
		r.AreaCode = a.Code
		if !has {
			r.Precision = string(cmp.Or(places.LevelOfCode(a.Code), places.LevelOblast))
			if r.Precision == string(places.LevelDistrict) || a.Category == "K" {
				r.Precision = string(places.LevelSettlement)
			}
		}
		return
	}
	if !has && needed {
		c := w.cell("settlement")
		if c.text != "" {
			w.reject(c.field, c.text, "is not one known place; give coordinates, a code or --area")
			return
		}
		w.reject("area_code", "", "no code, no coordinates and no known place")
	}
}

// named finds the area of a record.
func (w *row) named(point orb.Point, has bool) (places.Area, bool) {
	if c := w.cell("area_code"); c.text != "" {
		if a, ok := w.area(c.text); ok {
			if has && w.elsewhere(a.Code, point) {
				w.reject(c.field, c.text, "its oblast does not hold the point %v, %v", point[1], point[0])
			}
			return a, true
		}
		if c.strict {
			w.reject(c.field, c.text, "is not a known KATOTTG code or p-code")
			return places.Area{}, false
		}
		w.notice(c.field, c.text, "is not a known code; left out")
	}
	if has && w.cfg.Book != nil {
		if a, ok := w.cfg.Book.Locate(point); ok {
			return a, true
		}
		return places.Area{}, false
	}
	if name := w.settlementName(); name != "" {
		oblast, _ := w.resolve(w.cell("oblast").text, "", places.LevelOblast)
		for _, within := range []string{w.neighbourhood, w.cfg.Area, oblast.Code} {
			if within == "" {
				continue
			}
			if a, ok := w.resolve(name, within, places.LevelSettlement, places.LevelOblast); ok {
				return a, true
			}
		}
		if w.cfg.Area == "" && oblast.Code == "" {
			if a, ok := w.resolve(name, "", places.LevelSettlement); ok {
				return a, true
			}
		}
		return places.Area{}, false
	}
	if w.cfg.Area != "" {
		return w.area(w.cfg.Area)
	}
	return places.Area{}, false
}

// nearBorderDeg is how far beyond an oblast's outline a point may lie: outlines are
// simplified, and a code may be that of the neighbour.
const nearBorderDeg = 0.1

// elsewhere reports whether a point certainly lies in another oblast than a code:
// nobody can tell which of the two is right.
func (w *row) elsewhere(code string, p orb.Point) bool {
	if w.cfg.Book == nil {
		return false
	}
	known := false
	for _, by := range []orb.Point{{0, 0}, {nearBorderDeg, 0}, {-nearBorderDeg, 0}, {0, nearBorderDeg}, {0, -nearBorderDeg}} {
		a, ok := w.cfg.Book.Locate(orb.Point{p[0] + by[0], p[1] + by[1]})
		if ok && places.ADM1(a.Code) == places.ADM1(code) {
			return false
		}
		known = known || ok
	}
	return known
}

// shown is a name that stands in for one that a record lacks.
func (w *row) shown(r *report.Record, fallback string) string {
	if r.Name != "" {
		return r.Name
	}
	return strings.TrimSpace(fallback)
}
