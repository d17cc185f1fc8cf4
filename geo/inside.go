package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Contains reports whether p lies in one of the polygons, holes left out (even-odd
// rule). Of polygons that share an edge, a point on it lies in exactly one, as in
// exactly one of a hole and the polygon that fills it.
func Contains(mp orb.MultiPolygon, p orb.Point) bool {
	for _, poly := range mp {
		if contains(poly, p) {
			return true
		}
	}
	return false
}

func contains(poly orb.Polygon, p orb.Point) bool {
	inside := false
	for _, ring := range poly {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] > p[1]) == (b[1] > p[1]) {
				continue
			}
			if a[1] > b[1] {
				a, b = b, a // upwards: both neighbours of an edge round the same way
			}
			if cross(a, b, p) > 0 {
				inside = !inside
			}
		}
	}
	return inside
}

// scanLines is how many parallels PointInside tries; odd multiples of an uneven
// step, which seldom meet the round latitudes of vertices.
const scanLines = 15

// PointInside returns a point certainly inside mp, holes left out, where
// [Contains] is true: the middle of the widest stretch of a parallel through its
// largest polygon. What has no inside (all rings flat) gives one of its vertices,
// an empty mp gives 0, 0.
func PointInside(mp orb.MultiPolygon) orb.Point {
	largest, best := orb.Polygon(nil), -1.0
	for _, p := range mp {
		if len(p) == 0 || len(p[0]) == 0 {
			continue
		}
		if a := math.Abs(planar.Area(p)); a > best {
			largest, best = p, a
		}
	}
	if largest == nil {
		return orb.Point{}
	}
	out, widest := largest[0][0], 0.0
	b := largest.Bound()
	for i := 1; i <= scanLines; i++ {
		y := b.Min[1] + (b.Max[1]-b.Min[1])*(float64(i)+0.1234)/(scanLines+1.5)
		xs := crossings(largest, y)
		for j := 1; j < len(xs); j += 2 {
			p := orb.Point{(xs[j] + xs[j-1]) / 2, y}
			if w := xs[j] - xs[j-1]; w > widest && contains(largest, p) {
				widest, out = w, p
			}
		}
	}
	return out
}

// crossings returns the longitudes, ascending, at which the rings cross the
// parallel latDeg.
func crossings(poly orb.Polygon, latDeg float64) []float64 {
	var xs []float64
	for _, r := range poly {
		for j := 1; j < len(r); j++ {
			p, q := r[j-1], r[j]
			if (p[1] > latDeg) != (q[1] > latDeg) {
				xs = append(xs, (q[0]-p[0])*(latDeg-p[1])/(q[1]-p[1])+p[0])
			}
		}
	}
	slices.Sort(xs)
	return xs
}

// Wind returns a copy of mp with outer rings counterclockwise and holes clockwise
// (RFC 7946 §3.1.6). Flat rings stay as they are.
func Wind(mp orb.MultiPolygon) orb.MultiPolygon {
	out := mp.Clone()
	for _, p := range out {
		for i, r := range p {
			wrong := orb.CW
			if i > 0 {
				wrong = orb.CCW
			}
			if r.Orientation() == wrong {
				r.Reverse()
			}
		}
	}
	return out
}
