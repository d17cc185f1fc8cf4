package site

import (
	"encoding/json"
	"math"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
)

const (
	outlineVertices = 100 // of an area on the map
	outlineGrid     = 1e3 // steps in a degree: about 100 m
	// A reply tells the map when to ask again: at the next change, within bounds.
	leastAsk, mostAsk = 30 * time.Second, 15 * time.Minute
)

// curfewMap is where a curfew is in force now, as the map draws it.
type curfewMap struct {
	AsOf    string       `json:"as_of"`
	Seconds int          `json:"seconds"` // after which it may be otherwise
	Legend  string       `json:"legend"`
	Areas   []curfewArea `json:"areas"` // those inside others after them
}

type curfewArea struct {
	Code  string      `json:"code"`
	State string      `json:"state"` // yes, no, unknown
	Words string      `json:"words"`
	At    *[2]float64 `json:"at"`              // lon, lat; null: no place for words
	Rings [][]int     `json:"rings,omitempty"` // thousandths of a degree, as differences
}

// outlines are those of one book, made by the first who asks.
type outlines struct {
	book  *places.Book
	rings map[string][][]int
}

// handleCurfewMap answers with every oblast and every area that has rules of its own.
// An area of which nothing is known is told as unknown, and so is a "no" that nobody
// confirmed lately: the map must not send anybody out.
func (s *Site) handleCurfewMap(c *fiber.Ctx) error {
	r := s.begin(c)
	out := curfewMap{AsOf: r.now.UTC().Format(time.RFC3339), Areas: []curfewArea{}}
	next, shapes := r.now.Add(mostAsk), s.outlines(r)
	for _, o := range r.snap.Book.Oblasts() {
		for _, prefix := range r.snap.Curfews.Areas(places.ADM1(o.Code)) {
			a, ok := r.snap.Book.Area(prefix)
			if !ok {
				continue
			}
			force := r.snap.Curfews.InForce(prefix, r.now)
			row := curfewArea{Code: prefix, Rings: shapes[a.Code]}
			if a.HasPoint {
				row.At = &[2]float64{a.Point[0], a.Point[1]}
			}
			row.State, row.Words = s.forceWords(r, &force)
			out.Areas = append(out.Areas, row)
			if force.Holds.After(r.now) && force.Holds.Before(next) {
				next = force.Holds
			}
		}
	}
	out.Seconds = int(max(next.Sub(r.now), leastAsk) / time.Second)
	out.Legend = r.cat.t("map_curfew_legend", "time", r.now.In(r.snap.Zone).Format("15:04"))
	plain, err := json.Marshal(out)
	if err != nil {
		return err
	}
	gz, err := gzipped(plain, tileBrotli)
	if err != nil {
		return err
	}
	brot, err := brotlied(plain, tileBrotli)
	if err != nil {
		return err
	}
	s.keep(r)
	return (&asset{mediaType: "application/json", plain: plain, gz: gz, brot: brot}).send(c)
}

// forceWords says what holds and until when.
func (s *Site) forceWords(r *request, f *curfew.Force) (state, words string) {
	stale := f.Newest.Add(time.Duration(r.snap.Policy.CurfewConfirm)).Before(r.now)
	clock := func(t time.Time) string { return t.In(r.snap.Zone).Format("15:04") }
	soon := func(t time.Time) bool { return !t.IsZero() && t.Before(r.now.Add(24*time.Hour)) }
	switch {
	case f.State == curfew.Unknown, f.State == curfew.No && stale:
		return string(curfew.Unknown), r.cat.t("map_curfew_unknown")
	case f.State == curfew.Yes && soon(f.Until):
		words = r.cat.t("map_curfew_until", "time", clock(f.Until))
	case f.State == curfew.Yes:
		words = r.cat.t("map_curfew_yes")
	case soon(f.NextStart):
		words = r.cat.t("map_curfew_from", "time", clock(f.NextStart))
	default:
		words = r.cat.t("map_curfew_no")
	}
	if stale {
		words += ", " + r.cat.t("map_curfew_stale")
	}
	return string(f.State), words
}

// outlines has the rings of all areas that have some of their own.
func (s *Site) outlines(r *request) map[string][][]int {
	if known := s.covers.Load(); known != nil && known.book == r.snap.Book {
		return known.rings
	}
	out := &outlines{r.snap.Book, map[string][][]int{}}
	for _, o := range r.snap.Book.Oblasts() {
		for _, prefix := range r.snap.Curfews.Areas(places.ADM1(o.Code)) {
			a, ok := r.snap.Book.Area(prefix)
			if sh := r.snap.Book.Shape(prefix); ok && sh.Owner == a.Code {
				out.rings[a.Code] = ringsOf(geo.Simplify(sh.Outline, outlineVertices))
			}
		}
	}
	s.covers.Store(out)
	return out.rings
}

// ringsOf writes rings as a map reads them.
func ringsOf(mp orb.MultiPolygon) [][]int {
	var out [][]int
	for _, polygon := range mp {
		for _, ring := range polygon {
			var row []int
			var last [2]int
			for _, p := range ring {
				at := [2]int{int(math.Round(p[0] * outlineGrid)), int(math.Round(p[1] * outlineGrid))}
				row = append(row, at[0]-last[0], at[1]-last[1])
				last = at
			}
			out = append(out, row)
		}
	}
	return out
}
