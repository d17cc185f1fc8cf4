package geo_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
)

func square(west, south, east, north float64) orb.Ring {
	return orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

func TestIntersects(t *testing.T) {
	box := geo.BBox{West: 10, South: 10, East: 20, North: 20}
	frame := orb.Polygon{square(0, 0, 30, 30), square(5, 5, 25, 25)}
	tests := []struct {
		name string
		g    orb.Geometry
		b    geo.BBox
		want bool
	}{
		{"nil", nil, box, false},
		{"point inside", orb.Point{15, 15}, box, true},
		{"point on the corner", orb.Point{20, 10}, box, true},
		{"point outside", orb.Point{20.001, 10}, box, false},
		{"no points", orb.MultiPoint{}, box, false},
		{"one point of several", orb.MultiPoint{{0, 0}, {12, 12}}, box, true},
		{"line through, both ends outside", orb.LineString{{0, 15}, {30, 16}}, box, true},
		{"line past a corner, its bound overlapping", orb.LineString{{0, 19}, {15, 35}}, box, false},
		{"line touching a corner", orb.LineString{{5, 15}, {15, 25}}, box, true},
		{"line along an edge", orb.LineString{{0, 20}, {30, 20}}, box, true},
		{"lines", orb.MultiLineString{{{0, 0}, {1, 1}}, {{0, 15}, {30, 15}}}, box, true},
		{"no polygon", orb.Polygon{}, box, false},
		{"a polygon of nothing", orb.Polygon{{}}, box, false},
		{"polygon round the box", orb.Polygon{square(0, 0, 30, 30)}, box, true},
		{"polygon in the box", orb.Polygon{square(12, 12, 13, 13)}, box, true},
		{"box in a hole", frame, box, false},
		{"box touching a hole's edge", frame, geo.BBox{West: 5, South: 10, East: 20, North: 20}, true},
		{"polygon sharing an edge", orb.Polygon{square(20, 10, 30, 20)}, box, true},
		{"polygon sharing a corner", orb.Polygon{square(20, 20, 30, 30)}, box, true},
		{"second polygon", orb.MultiPolygon{{square(0, 0, 1, 1)}, {square(11, 11, 12, 12)}}, box, true},
		{"point box in a polygon", orb.Polygon{square(0, 0, 30, 30)}, geo.BBox{West: 1, South: 2, East: 1, North: 2}, true},
		{"east of the antimeridian", orb.Point{-179, 0}, geo.BBox{West: 170, South: -1, East: -170, North: 1}, true},
		{"far from the antimeridian", orb.Point{0, 0}, geo.BBox{West: 170, South: -1, East: -170, North: 1}, false},
		{"another kind", orb.Collection{orb.Point{15, 15}}, box, false},
	}
	for _, tt := range tests {
		if got := geo.Intersects(tt.g, tt.b); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// On small whole numbers the oracle is exact: segments by the orientation of
// triples of integers, insides by a ray.
func TestIntersectsAgainstOracle(t *testing.T) {
	r := random(t)
	v := func() float64 { return float64(r.IntN(13)) }
	met := 0
	for range 50000 {
		b := geo.BBox{West: v(), South: v()}
		b.East, b.North = b.West+float64(r.IntN(4)), b.South+float64(r.IntN(4))
		line := orb.LineString{{v(), v()}, {v(), v()}, {v(), v()}}
		want := oracleMeets(line, b)
		if got := geo.Intersects(line, b); got != want {
			t.Fatalf("%v meets %v: got %v, want %v", line, b, got, want)
		}
		ring := orb.Ring{line[0], line[1], line[2], line[0]}
		want = oracleMeets(orb.LineString(ring), b) || oracleInside(ring, orb.Point{b.West, b.South})
		if got := geo.Intersects(orb.MultiPolygon{{ring}}, b); got != want {
			t.Fatalf("polygon %v meets %v: got %v, want %v", ring, b, got, want)
		}
		if want {
			met++
		}
	}
	if met < 5000 || met > 45000 {
		t.Errorf("%d of 50000 met: the test tests one answer only", met)
	}
}

func oracleMeets(line orb.LineString, b geo.BBox) bool {
	edges := square(b.West, b.South, b.East, b.North)
	for i, p := range line {
		if b.ContainsPoint(p) {
			return true
		}
		for j := 1; i > 0 && j < len(edges); j++ {
			if oracleSegments(line[i-1], p, edges[j-1], edges[j]) {
				return true
			}
		}
	}
	return false
}

func oracleSegments(a, b, c, d orb.Point) bool {
	turn := func(p, q, r orb.Point) int {
		v := int((q[0]-p[0])*(r[1]-p[1])) - int((q[1]-p[1])*(r[0]-p[0]))
		return min(1, max(-1, v))
	}
	on := func(p, q, r orb.Point) bool {
		return turn(p, q, r) == 0 && orb.LineString{p, q}.Bound().Contains(r)
	}
	return turn(a, b, c)*turn(a, b, d) < 0 && turn(c, d, a)*turn(c, d, b) < 0 ||
		on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b)
}

// oracleInside: strictly inside a triangle (corners and edges are oracleMeets').
func oracleInside(r orb.Ring, p orb.Point) bool {
	side := func(a, b orb.Point) float64 { return (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0]) }
	x, y, z := side(r[0], r[1]), side(r[1], r[2]), side(r[2], r[0])
	return x > 0 && y > 0 && z > 0 || x < 0 && y < 0 && z < 0
}

// Squares as cells of a grid: every point of it lies in exactly one, edges and
// corners too, whichever way the rings turn.
func TestContainsDividesThePlane(t *testing.T) {
	r := random(t)
	var nodes [7][7]orb.Point
	for i := range nodes {
		for j := range nodes[i] {
			nodes[i][j] = orb.Point{float64(i) + 0.4*r.Float64(), float64(j) + 0.4*r.Float64()}
		}
	}
	var cells []orb.MultiPolygon
	for i := range 6 {
		for j := range 6 {
			ring := orb.Ring{nodes[i][j], nodes[i+1][j], nodes[i+1][j+1], nodes[i][j+1], nodes[i][j]}
			if r.IntN(2) == 0 {
				ring.Reverse()
			}
			cells = append(cells, orb.MultiPolygon{{ring}})
		}
	}
	for range 20000 {
		p := pointOfGrid(r, nodes)
		in := 0
		for _, c := range cells {
			if geo.Contains(c, p) {
				in++
			}
		}
		if in != 1 {
			t.Fatalf("%v lies in %d cells, want 1", p, in)
		}
	}
}

// pointOfGrid is a vertex, a point on an edge, or one between, all well inside.
func pointOfGrid(r *rand.Rand, nodes [7][7]orb.Point) orb.Point {
	i, j := 1+r.IntN(4), 1+r.IntN(4)
	a, b := nodes[i][j], nodes[i+1][j]
	switch r.IntN(3) {
	case 0:
		return a
	case 1:
		f := r.Float64()
		return orb.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])}
	}
	return orb.Point{1 + 4*r.Float64(), 1 + 4*r.Float64()}
}

func ExampleIntersects() {
	road := orb.LineString{{30.0, 50.0}, {31.0, 51.0}}
	fmt.Println(geo.Intersects(road, geo.BBox{West: 30.4, South: 50.4, East: 30.6, North: 50.6}))
	fmt.Println(geo.Intersects(road, geo.BBox{West: 30.8, South: 50.0, East: 31.0, North: 50.2}))
	// Output:
	// true
	// false
}
