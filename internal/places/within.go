package places

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

// distanceSlack covers what a box of degrees and a sphere differ in.
const distanceSlack = 1.01

// LocateWithin lists, in order, the codes of every area that [Book.Locate] may return
// for a point of the bound, with "" where it may find none. The list may hold more; it
// is short for a bound of some kilometres.
func (b *Book) LocateWithin(bound orb.Bound) []string {
	var met []int
	box := geo.BBox{West: bound.Min[0], South: bound.Min[1], East: bound.Max[0], North: bound.Max[1]}
	b.outlines.Search(bound.Min, bound.Max, func(_, _ [2]float64, i int) bool {
		if geo.Intersects(b.areas[i].Outline, box) {
			met = append(met, i)
		}
		return true
	})
	slices.SortFunc(met, func(x, y int) int { return cmp.Or(cmp.Compare(b.sizes[x], b.sizes[y]), x-y) })
	var out []string
	for _, i := range met {
		out = b.nearestWithin(bound, Prefix(b.areas[i].Code), b.areas[i].Code, out)
		if holds(b.areas[i].Outline, bound.Center(), box) {
			slices.Sort(out)
			return slices.Compact(out) // no larger outline counts, and no point lies outside all
		}
	}
	out = b.nearestWithin(bound, "", "", out)
	slices.Sort(out)
	return slices.Compact(out)
}

// holds reports whether the whole box lies in an outline: its middle does, and no ring
// meets the box.
func holds(mp orb.MultiPolygon, middle orb.Point, box geo.BBox) bool {
	for _, polygon := range mp {
		for _, ring := range polygon {
			if geo.Intersects(orb.LineString(ring), box) {
				return false
			}
		}
	}
	return geo.Contains(mp, middle)
}

// nearestWithin appends the settlements with a prefix that may be the nearest to a
// point of the bound, and the code that stands where there is none within reach. One
// cannot be the nearest where another is nearer even to its own farthest corner.
func (b *Book) nearestWithin(bound orb.Bound, prefix, otherwise string, out []string) []string {
	dLat := distanceSlack * nearMeters / 111_000.0
	dLon := dLat / max(0.05, math.Cos(max(math.Abs(bound.Min[1]), math.Abs(bound.Max[1]))*math.Pi/180))
	type candidate struct {
		code  string
		least float64
	}
	var all []candidate
	limit, sure := nearMeters*distanceSlack, false
	lo := [2]float64{bound.Min[0] - dLon, bound.Min[1] - dLat}
	b.points.Search(lo, [2]float64{bound.Max[0] + dLon, bound.Max[1] + dLat}, func(at, _ [2]float64, i int) bool {
		if !strings.HasPrefix(b.areas[i].Code, prefix) {
			return true
		}
		nearest := orb.Point{min(max(at[0], bound.Min[0]), bound.Max[0]), min(max(at[1], bound.Min[1]), bound.Max[1])}
		all = append(all, candidate{b.areas[i].Code, geo.DistanceMeters(at, nearest)})
		most := 0.0
		for _, corner := range bound.ToRing() {
			most = max(most, geo.DistanceMeters(at, corner))
		}
		if most *= distanceSlack; most < nearMeters {
			limit, sure = min(limit, most), true
		}
		return true
	})
	for _, c := range all {
		if c.least <= limit*distanceSlack {
			out = append(out, c.code)
		}
	}
	if !sure {
		out = append(out, otherwise)
	}
	return out
}
