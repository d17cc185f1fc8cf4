package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"
)

// Tolerances of [Simplify] in degrees: about 15 m at first, each a quarter coarser
// than the last, at last coarser than the world.
const (
	firstToleranceDeg = 0.0002
	lastToleranceDeg  = 720
)

// Simplify returns mp unchanged if it has at most maxVertices positions, and else a
// coarser one with at most that many (4 if maxVertices is less): by Douglas and
// Peucker, with the finest tolerance that is coarse enough.
//
// Rings stay closed, have at least 4 positions and do not cross themselves if they
// did not before. Islands and holes smaller than the tolerance are left out, and
// holes that would no longer lie inside their polygon; the largest polygon never
// is. Polygons come largest first. Neighbours simplified one by one may overlap a
// little.
func Simplify(mp orb.MultiPolygon, maxVertices int) orb.MultiPolygon {
	if vertices(mp) <= maxVertices {
		return mp
	}
	maxVertices = max(4, maxVertices)
	rings := rankRings(mp)
	for tolerance := firstToleranceDeg; tolerance < lastToleranceDeg; tolerance *= 1.25 {
		if out, ok := coarsen(rings, tolerance, maxVertices); ok {
			return out
		}
	}
	if len(rings) == 0 {
		return orb.MultiPolygon{}
	}
	return orb.MultiPolygon{{triangle(rings[0].ring)}}
}

// rankedRing is a ring with where it belongs; area in square degrees.
type rankedRing struct {
	ring    orb.Ring
	polygon int
	hole    bool
	area    float64
}

// rankRings lists the rings of mp, largest first: an outer ring comes before its
// holes, the largest outer ring before all.
func rankRings(mp orb.MultiPolygon) []rankedRing {
	var out []rankedRing
	for i, p := range mp {
		for j, r := range p {
			if len(r) >= 4 {
				out = append(out, rankedRing{r, i, j > 0, math.Abs(planar.Area(r))})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b rankedRing) int { return cmp.Compare(b.area, a.area) })
	// Holes larger than any polygon are none.
	first := slices.IndexFunc(out, func(r rankedRing) bool { return !r.hole })
	if first < 0 {
		return nil
	}
	return out[first:]
}

// coarsen simplifies the rings to the tolerance; ok is false where they have too many
// vertices still or one crosses itself.
func coarsen(rings []rankedRing, tolerance float64, maxVertices int) (out orb.MultiPolygon, ok bool) {
	place := map[int]int{} // of a polygon in out
	total := 0
	for i, r := range rings {
		if i > 0 && (r.area < tolerance*tolerance || i >= maxVertices/4) {
			break
		}
		s := coarsenRing(r.ring, tolerance)
		at, known := place[r.polygon]
		if r.hole && (!known || !within(s, out[at])) {
			continue
		}
		if total += len(s); total > maxVertices || !simple(s) {
			return nil, false
		}
		if r.hole {
			out[at] = append(out[at], s)
			continue
		}
		place[r.polygon] = len(out)
		out = append(out, orb.Polygon{s})
	}
	return out, true
}

func coarsenRing(r orb.Ring, tolerance float64) orb.Ring {
	if len(r) == 4 {
		return r.Clone()
	}
	if s := simplify.DouglasPeucker(tolerance).Ring(r.Clone()); len(s) >= 4 {
		return s
	}
	return triangle(r)
}

// triangle stands for a ring too small to keep its form: its first position, the one
// farthest from that and the one farthest from both, in the ring's own order.
func triangle(r orb.Ring) orb.Ring {
	farthest := func(measure func(orb.Point) float64) int {
		best := 0
		for i, p := range r {
			if measure(p) > measure(r[best]) {
				best = i
			}
		}
		return best
	}
	b := farthest(func(p orb.Point) float64 { return planar.DistanceSquared(r[0], p) })
	c := farthest(func(p orb.Point) float64 { return math.Abs(cross(r[0], r[b], p)) })
	b, c = min(b, c), max(b, c)
	return orb.Ring{r[0], r[b], r[c], r[0]}
}

// within reports whether a hole still lies inside the outer ring of poly, and outside
// its other holes.
func within(hole orb.Ring, poly orb.Polygon) bool {
	for _, p := range hole {
		if !contains(poly, p) {
			return false
		}
	}
	for _, ring := range poly {
		if ringsCross(hole, ring) {
			return false
		}
	}
	return true
}

func vertices(mp orb.MultiPolygon) int {
	n := 0
	for _, p := range mp {
		for _, r := range p {
			n += len(r)
		}
	}
	return n
}
