package geo_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
)

func TestMeets(t *testing.T) {
	big, frame := orb.Polygon{square(0, 0, 30, 30)}, orb.Polygon{square(0, 0, 30, 30), square(5, 5, 25, 25)}
	tests := []struct {
		name string
		a, b orb.Geometry
		want bool
	}{
		{"nil", nil, big, false},
		{"the same point", orb.Point{1, 2}, orb.Point{1, 2}, true},
		{"other points", orb.Point{1, 2}, orb.MultiPoint{{1, 3}, {2, 2}}, false},
		{"one point of several", orb.Point{1, 2}, orb.MultiPoint{{1, 3}, {1, 2}}, true},
		{"point on a line", orb.Point{1, 1}, orb.LineString{{0, 0}, {2, 2}}, true},
		{"point on the line's continuation", orb.Point{3, 3}, orb.LineString{{0, 0}, {2, 2}}, false},
		{"point inside", orb.Point{1, 1}, big, true},
		{"point on the edge, west", orb.Point{0, 7}, big, true},
		{"point on the edge, east", orb.Point{30, 7}, big, true},
		{"point on the corner", orb.Point{30, 30}, big, true},
		{"point in a hole", orb.Point{15, 15}, frame, false},
		{"point on a hole's edge", orb.Point{25, 15}, frame, true},
		{"lines cross", orb.LineString{{0, 0}, {2, 2}}, orb.LineString{{0, 2}, {2, 0}}, true},
		{"lines touch", orb.LineString{{0, 0}, {2, 2}}, orb.LineString{{1, 1}, {1, 0}}, true},
		{"lines apart, bounds together", orb.LineString{{0, 0}, {2, 2}}, orb.LineString{{0, 1}, {0, 2}, {1, 2}}, false},
		{"line within", orb.LineString{{1, 1}, {2, 2}}, big, true},
		{"line in a hole", orb.MultiLineString{{{7, 7}, {8, 8}}}, frame, false},
		{"line through a hole", orb.MultiLineString{{{-7, 7}, {80, 8}}}, frame, true},
		{"polygon in a polygon", orb.Polygon{square(12, 12, 13, 13)}, big, true},
		{"polygon in a hole", orb.Polygon{square(12, 12, 13, 13)}, frame, false},
		{"polygon that fills the hole", orb.Polygon{square(5, 5, 25, 25)}, frame, true},
		{"polygon round the frame", orb.Polygon{square(-1, -1, 31, 31)}, frame, true},
		{"frame in the hole of a frame", orb.Polygon{square(-9, -9, 39, 39), square(-1, -1, 31, 31)}, frame, false},
		{"polygons share a corner", orb.Polygon{square(30, 30, 31, 31)}, big, true},
		{"a cross, no vertex of one in the other", orb.Polygon{square(-1, 10, 31, 11)}, orb.Polygon{square(10, -1, 11, 31)}, true},
		{"second polygon", orb.MultiPolygon{{square(50, 50, 51, 51)}, {square(1, 1, 2, 2)}}, big, true},
		{"bound", orb.Bound{Min: orb.Point{29, 29}, Max: orb.Point{40, 40}}, big, true},
		{"collection", orb.Collection{orb.Point{-1, 0}, orb.Collection{orb.Point{3, 3}}}, big, true},
		{"collection apart", orb.Collection{orb.Point{-1, 0}, orb.LineString{{-1, 0}, {-1, 9}}}, big, false},
		{"nothing in it", orb.Collection{orb.Polygon{}, orb.Polygon{{}}, orb.LineString{}, orb.MultiPoint{}}, big, false},
	}
	for _, tt := range tests {
		if got := geo.ShapeOf(tt.a).Meets(tt.b); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
		if got := geo.ShapeOf(tt.b).Meets(tt.a); got != tt.want {
			t.Errorf("%s, the other way: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// On small whole numbers the oracle is exact, as for Intersects.
func TestMeetsAgainstOracle(t *testing.T) {
	r := random(t)
	met := 0
	for range 50000 {
		a, b := anyTriangle(r), anyTriangle(r)
		if r.IntN(3) == 0 {
			b = b[:1+r.IntN(3)] // a point, or a line of one or two edges
		}
		want := linesMeet(a, b) || oracleInside(orb.Ring(a), b[0])
		g := orb.Geometry(b)
		switch len(b) {
		case 1:
			g = b[0]
		case 4:
			g, want = orb.Polygon{orb.Ring(b)}, want || oracleInside(orb.Ring(b), a[0])
		}
		if got := geo.ShapeOf(orb.Polygon{orb.Ring(a)}).Meets(g); got != want {
			t.Fatalf("%v meets %v: got %v, want %v", a, g, got, want)
		}
		if want {
			met++
		}
	}
	if met < 5000 || met > 45000 {
		t.Errorf("%d of 50000 met: the test tests one answer only", met)
	}
}

func anyTriangle(r *rand.Rand) orb.LineString {
	var l orb.LineString
	x, y := r.IntN(9), r.IntN(9)
	for range 3 {
		l = append(l, orb.Point{float64(x + r.IntN(5)), float64(y + r.IntN(5))})
	}
	return append(l, l[0])
}

func linesMeet(a, b orb.LineString) bool {
	for i := 1; i < len(a); i++ {
		for j := range b {
			if oracleSegments(a[i-1], a[i], b[max(0, j-1)], b[j]) {
				return true
			}
		}
	}
	return false
}

func TestMeetsNeedsNoMemory(t *testing.T) {
	s := geo.ShapeOf(orb.Polygon{square(10, 10, 20, 20)})
	for _, g := range []orb.Geometry{
		orb.Point{15, 15},
		orb.MultiPoint{{0, 0}, {1, 1}},
		orb.LineString{{0, 0}, {30, 31}},
		orb.MultiPolygon{{square(0, 0, 1, 1)}, {square(0, 0, 30, 30)}},
		orb.Collection{orb.Point{1, 1}},
	} {
		if n := testing.AllocsPerRun(100, func() { s.Meets(g) }); n != 0 {
			t.Errorf("%T: %v allocations", g, n)
		}
	}
}

func TestShapeBound(t *testing.T) {
	s := geo.ShapeOf(orb.Collection{orb.Point{5, 50}, orb.LineString{{1, 2}, {3, 4}}, orb.Polygon{square(2, 2, 9, 9)}})
	if got, want := s.Bound(), (orb.Bound{Min: orb.Point{1, 2}, Max: orb.Point{9, 50}}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func ExampleShape_Meets() {
	walk := geo.ShapeOf(orb.LineString{{30.50, 50.45}, {30.54, 50.45}})
	fmt.Println(walk.Meets(orb.Polygon{square(30.51, 50.44, 30.52, 50.46)}))
	fmt.Println(walk.Meets(orb.Point{30.52, 50.46}))
	// Output:
	// true
	// false
}
