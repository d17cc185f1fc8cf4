package places

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

// nearMeters is how far the nearest settlement may be to stand for a point.
const nearMeters = 15_000

// Locate returns the finest area that a point certainly lies in: the nearest
// settlement within 15 km whose code lies in the smallest outline that contains
// the point, else that outline's area, else the nearest settlement within 15 km;
// false when there is none (CONTRACT §3.2 "Place → area").
func (b *Book) Locate(p orb.Point) (Area, bool) {
	outline := -1
	b.outlines.Search(p, p, func(_, _ [2]float64, i int) bool {
		smaller := outline < 0 || b.sizes[i] < b.sizes[outline] || b.sizes[i] == b.sizes[outline] && i < outline
		if smaller && geo.Contains(b.areas[i].Outline, p) {
			outline = i
		}
		return true
	})
	prefix := ""
	if outline >= 0 {
		prefix = Prefix(b.areas[outline].Code)
	}
	if i, ok := b.nearest(p, prefix); ok {
		return b.areas[i], true
	}
	if outline >= 0 {
		return b.areas[outline], true
	}
	return Area{}, false
}

// nearest finds the nearest settlement within reach whose code begins with prefix.
func (b *Book) nearest(p orb.Point, prefix string) (found int, ok bool) {
	dLat := nearMeters / 111_000.0
	dLon := dLat / max(0.05, math.Cos(p[1]*math.Pi/180))
	best := float64(nearMeters)
	b.points.Search([2]float64{p[0] - dLon, p[1] - dLat}, [2]float64{p[0] + dLon, p[1] + dLat}, func(at, _ [2]float64, i int) bool {
		if strings.HasPrefix(b.areas[i].Code, prefix) {
			if d := geo.DistanceMeters(p, at); d < best || d == best && (!ok || i < found) {
				best, found, ok = d, i, true
			}
		}
		return true
	})
	return found, ok
}

// levelRank puts what people look for first: settlements, then what they lie in.
func levelRank(a *Area) int {
	if a.Category == "K" {
		return 0
	}
	return slices.Index([]Level{LevelSettlement, LevelOblast, LevelRaion, LevelHromada, LevelDistrict}, a.Level)
}

// hit says how a name meets a query, the better the higher.
type hit int

const (
	hitPrefix hit = 1 + iota // it begins so
	hitAlike                 // a city that sounds so
	hitExact
)

// A query of so many letters finds by sound the cities of so many people: fewer
// letters, or every village, would find anything.
const (
	minSoundRunes  = 4
	soundPopulated = 10_000
)

// Search returns at most limit areas whose name is or begins with q: exact matches
// first, then cities of at least 10,000 people that sound like it (Russian
// spellings: "Харьков"), then what begins so; of these settlements before raions,
// then the larger, then the nearer to near.
// Case, apostrophes and look-alike letters do not matter; "м. Київ" finds Київ, and
// what follows a comma narrows ("Іванівка, Одеська").
func (b *Book) Search(q string, near *orb.Point, limit int) []Area {
	name, within, _ := strings.Cut(q, ",")
	want, qualifier := readName(name).forms[0], Fold(within)
	if want == "" || limit <= 0 {
		return nil
	}
	hits := map[int]hit{}
	first, _ := slices.BinarySearchFunc(b.names, want, func(e nameEntry, s string) int { return strings.Compare(e.name, s) })
	for _, e := range b.names[first:] {
		if !strings.HasPrefix(e.name, want) {
			break
		}
		if qualifier == "" || b.liesIn(e.area, qualifier) {
			h := hitPrefix
			if e.name == want {
				h = hitExact
			}
			hits[e.area] = max(hits[e.area], h)
		}
	}
	for _, i := range b.bySound[sound(want)] {
		if len([]rune(want)) >= minSoundRunes && (qualifier == "" || b.liesIn(i, qualifier)) {
			hits[i] = max(hits[i], hitAlike)
		}
	}
	order := make([]int, 0, len(hits))
	for i := range hits {
		order = append(order, i)
	}
	slices.SortFunc(order, func(x, y int) int { return b.rank(x, y, hits, near) })
	out := make([]Area, 0, min(limit, len(order)))
	for _, i := range order[:min(limit, len(order))] {
		out = append(out, b.areas[i])
	}
	return out
}

func (b *Book) rank(x, y int, hits map[int]hit, near *orb.Point) int {
	if hits[x] != hits[y] {
		return cmp.Compare(hits[y], hits[x])
	}
	p, q := &b.areas[x], &b.areas[y]
	far := func(i int) float64 {
		if near == nil || !b.located[i] {
			return math.MaxFloat64
		}
		return geo.DistanceMeters(*near, b.centers[i])
	}
	return cmp.Or(
		cmp.Compare(levelRank(p), levelRank(q)), cmp.Compare(q.Population, p.Population),
		cmp.Compare(far(x), far(y)), strings.Compare(p.Code, q.Code),
	)
}

// liesIn reports whether a parent of the area has a name that begins so.
func (b *Book) liesIn(i int, qualifier string) bool {
	for {
		parent, ok := b.byCode[b.areas[i].Parent]
		if !ok {
			return false
		}
		i = parent
		if strings.HasPrefix(Fold(b.areas[i].NameUK), qualifier) || strings.HasPrefix(Fold(b.areas[i].NameEN), qualifier) {
			return true
		}
	}
}
