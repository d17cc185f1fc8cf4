package geo

import "github.com/paulmach/orb"

// Intersects reports whether the geometry itself, not only its bound, meets the
// box; touching counts, a box inside a hole does not. It takes points, lines,
// polygons and the multi kinds of them; any other kind, and nil, meets nothing.
func Intersects(g orb.Geometry, b BBox) bool {
	for _, bound := range b.Bounds() {
		if touches(g, bound) {
			return true
		}
	}
	return false
}

func touches(g orb.Geometry, b orb.Bound) bool {
	switch g := g.(type) {
	case orb.Point:
		return b.Contains(g)
	case orb.MultiPoint:
		return anyOf(g, b, func(p orb.Point, b orb.Bound) bool { return b.Contains(p) })
	case orb.LineString:
		return lineTouches(g, b)
	case orb.MultiLineString:
		return anyOf(g, b, lineTouches[orb.LineString])
	case orb.Polygon:
		return polygonTouches(g, b)
	case orb.MultiPolygon:
		return anyOf(g, b, polygonTouches)
	}
	return false
}

func anyOf[E any](list []E, b orb.Bound, touches func(E, orb.Bound) bool) bool {
	for _, e := range list {
		if touches(e, b) {
			return true
		}
	}
	return false
}

func polygonTouches(p orb.Polygon, b orb.Bound) bool {
	if len(p) == 0 || !p[0].Bound().Intersects(b) {
		return false
	}
	// Where no edge meets the box, it lies wholly inside or wholly outside.
	return anyOf(p, b, lineTouches[orb.Ring]) || contains(p, b.Min)
}

func lineTouches[L ~[]orb.Point](l L, b orb.Bound) bool {
	for i, p := range l {
		if b.Contains(p) || i > 0 && segmentTouches(l[i-1], p, b) {
			return true
		}
	}
	return false
}

// segmentTouches tests the three axes that can separate a segment from a box: lon,
// lat and the segment's normal. No division, so that a corner touched is a corner
// touched.
func segmentTouches(p, q orb.Point, b orb.Bound) bool {
	for axis := range 2 {
		if max(p[axis], q[axis]) < b.Min[axis] || min(p[axis], q[axis]) > b.Max[axis] {
			return false
		}
	}
	var left, right bool
	for _, corner := range [4]orb.Point{b.Min, {b.Max[0], b.Min[1]}, b.Max, {b.Min[0], b.Max[1]}} {
		side := cross(p, q, corner)
		left, right = left || side >= 0, right || side <= 0
	}
	return left && right
}

// cross is twice the signed area of the triangle a, b, c: above 0 where c lies left
// of the way from a to b.
func cross(a, b, c orb.Point) float64 {
	return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0])
}
