package geo

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// BBox is a box in degrees. West above East crosses the antimeridian; a box may
// be a line or a point.
type BBox struct{ West, South, East, North float64 }

// ParseBBox reads the bbox parameter of OGC API - Features (§7.15.3): 4 numbers,
// or 6 of which the heights are ignored. Longitudes are -180 to 180, latitudes
// -90 to 90, south at most north.
func ParseBBox(s string) (BBox, error) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return BBox{}, fmt.Errorf("needs 4 or 6 numbers, has %d", len(parts))
	}
	v := make([]float64, len(parts))
	for i, part := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return BBox{}, fmt.Errorf("%q is not a number", part)
		}
		v[i] = f
	}
	if len(v) == 6 {
		if v[2] > v[5] {
			return BBox{}, fmt.Errorf("lowest height %v is above the highest %v", v[2], v[5])
		}
		v = []float64{v[0], v[1], v[3], v[4]}
	}
	b := BBox{West: v[0], South: v[1], East: v[2], North: v[3]}
	switch {
	case b.West < -180 || b.West > 180 || b.East < -180 || b.East > 180:
		return BBox{}, fmt.Errorf("longitudes are -180 to 180 degrees")
	case b.South < -90 || b.North > 90:
		return BBox{}, fmt.Errorf("latitudes are -90 to 90 degrees")
	case b.South > b.North:
		return BBox{}, fmt.Errorf("south %v is above north %v", b.South, b.North)
	}
	return b, nil
}

// Bounds returns the box as one bound, or as two when it crosses the antimeridian.
func (b BBox) Bounds() []orb.Bound {
	if b.West <= b.East {
		return []orb.Bound{{Min: orb.Point{b.West, b.South}, Max: orb.Point{b.East, b.North}}}
	}
	return []orb.Bound{
		{Min: orb.Point{b.West, b.South}, Max: orb.Point{180, b.North}},
		{Min: orb.Point{-180, b.South}, Max: orb.Point{b.East, b.North}},
	}
}

// ContainsPoint reports whether p lies in the box or on its edge.
func (b BBox) ContainsPoint(p orb.Point) bool {
	for _, bound := range b.Bounds() {
		if bound.Contains(p) {
			return true
		}
	}
	return false
}

// Intersects reports whether the true geometry, not only its bound, touches the
// box. Geometries are points, lines and polygons and collections of them.
func Intersects(g orb.Geometry, b BBox) bool {
	for _, bound := range b.Bounds() {
		if g.Bound().Intersects(bound) && touches(g, bound) {
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
		for _, p := range g {
			if b.Contains(p) {
				return true
			}
		}
	case orb.LineString:
		return lineTouches(g, b)
	case orb.MultiLineString:
		for _, l := range g {
			if lineTouches(l, b) {
				return true
			}
		}
	case orb.Polygon:
		return polygonTouches(g, b)
	case orb.MultiPolygon:
		for _, p := range g {
			if polygonTouches(p, b) {
				return true
			}
		}
	}
	return false
}

func polygonTouches(p orb.Polygon, b orb.Bound) bool {
	for _, ring := range p {
		if lineTouches(orb.LineString(ring), b) {
			return true
		}
	}
	return len(p) > 0 && contains(p, b.Min) // the box lies wholly inside
}

func lineTouches(l orb.LineString, b orb.Bound) bool {
	for i, p := range l {
		if b.Contains(p) || i > 0 && segmentTouches(l[i-1], p, b) {
			return true
		}
	}
	return false
}

// segmentTouches clips the segment by the box (Liang and Barsky, 1984).
func segmentTouches(p, q orb.Point, b orb.Bound) bool {
	lo, hi := 0.0, 1.0
	for axis := range 2 {
		d := q[axis] - p[axis]
		if d == 0 {
			if p[axis] < b.Min[axis] || p[axis] > b.Max[axis] {
				return false
			}
			continue
		}
		t, u := (b.Min[axis]-p[axis])/d, (b.Max[axis]-p[axis])/d
		lo, hi = max(lo, min(t, u)), min(hi, max(t, u))
	}
	return lo <= hi
}

// Contains reports whether p lies in the polygons, holes left out (even-odd
// rule). Points on an edge may count either way.
func Contains(mp orb.MultiPolygon, p orb.Point) bool {
	for _, poly := range mp {
		if len(poly) > 0 && poly[0].Bound().Contains(p) && contains(poly, p) {
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
			if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
				inside = !inside
			}
		}
	}
	return inside
}
