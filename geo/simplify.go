package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"
)

// Simplify returns mp with at most maxVertices vertices (at least 4): the largest
// polygons first, without holes, each ring closed and with at least 4 positions.
func Simplify(mp orb.MultiPolygon, maxVertices int) orb.MultiPolygon {
	if vertices(mp) <= maxVertices {
		return mp
	}
	outer := make([]orb.Ring, 0, len(mp))
	for _, p := range mp {
		if len(p) > 0 && len(p[0]) >= 4 {
			outer = append(outer, p[0])
		}
	}
	area := func(r orb.Ring) float64 { return math.Abs(planar.Area(orb.Polygon{r})) }
	slices.SortStableFunc(outer, func(a, b orb.Ring) int { return cmp.Compare(area(b), area(a)) })
	outer = outer[:min(len(outer), max(1, maxVertices/4))]
	for tolerance := 0.0005; ; tolerance *= 1.5 {
		out, n := orb.MultiPolygon{}, 0
		for _, r := range outer {
			s := r
			if len(r) > 4 {
				s = simplify.DouglasPeucker(tolerance).Ring(r.Clone())
			}
			if len(s) < 4 {
				s = box(r)
			}
			if n+len(s) > maxVertices && tolerance > 5 {
				break // nothing gets smaller any more: the rest is left out
			}
			n += len(s)
			out = append(out, orb.Polygon{s})
		}
		if n <= maxVertices {
			return out
		}
	}
}

// box stands for a ring that is too small to keep its form.
func box(r orb.Ring) orb.Ring {
	b := r.Bound()
	return orb.Ring{b.Min, {b.Max[0], b.Min[1]}, b.Max, b.Min}
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

// PointInside returns a point certainly inside mp: the middle of the widest
// stretch of a horizontal line through its largest polygon. An empty mp gives 0, 0.
func PointInside(mp orb.MultiPolygon) orb.Point {
	var largest orb.Polygon
	best := -1.0
	for _, p := range mp {
		if a := math.Abs(planar.Area(p)); a > best {
			largest, best = p, a
		}
	}
	if len(largest) == 0 {
		return orb.Point{}
	}
	b := largest.Bound()
	var out orb.Point
	widest := -1.0
	for i := 1; i < 16; i++ {
		y := b.Min[1] + (b.Max[1]-b.Min[1])*(float64(i)+0.1234)/16.5
		var xs []float64
		for _, r := range largest {
			for j := 1; j < len(r); j++ {
				p, q := r[j-1], r[j]
				if (p[1] > y) != (q[1] > y) {
					xs = append(xs, (q[0]-p[0])*(y-p[1])/(q[1]-p[1])+p[0])
				}
			}
		}
		slices.Sort(xs)
		for j := 1; j < len(xs); j += 2 {
			if w := xs[j] - xs[j-1]; w > widest {
				widest, out = w, orb.Point{(xs[j] + xs[j-1]) / 2, y}
			}
		}
	}
	return out
}

// Wind returns mp with outer rings counterclockwise and holes clockwise
// (RFC 7946 §3.1.6).
func Wind(mp orb.MultiPolygon) orb.MultiPolygon {
	out := mp.Clone()
	for _, p := range out {
		for i, r := range p {
			want := orb.CCW
			if i > 0 {
				want = orb.CW
			}
			if r.Orientation() != want {
				r.Reverse()
			}
		}
	}
	return out
}
