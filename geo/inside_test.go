package geo_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

func TestContains(t *testing.T) {
	mp := orb.MultiPolygon{
		{square(0, 0, 10, 10), square(4, 4, 6, 6)},
		{square(20, 0, 30, 10)},
		{},
	}
	tests := []struct {
		p    orb.Point
		want bool
	}{
		{orb.Point{1, 1}, true},
		{orb.Point{5, 5}, false},
		{orb.Point{5, 7}, true},
		{orb.Point{15, 5}, false},
		{orb.Point{25, 5}, true},
		{orb.Point{25, 11}, false},
		{orb.Point{-1, 0}, false},
		{orb.Point{math.NaN(), 5}, false},
	}
	for _, tt := range tests {
		if got := geo.Contains(mp, tt.p); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.p, got, tt.want)
		}
	}
}

// The oracle adds the angles under which the edges are seen: a full turn inside.
func TestContainsAgainstAngles(t *testing.T) {
	r := random(t)
	for range 300 {
		ring := star(r, orb.Point{30, 50}, 3+r.IntN(40), 0.5, 5)
		for range 30 {
			p := orb.Point{25 + 10*r.Float64(), 45 + 10*r.Float64()}
			turn := 0.0
			for i := 1; i < len(ring); i++ {
				ax, ay := ring[i-1][0]-p[0], ring[i-1][1]-p[1]
				bx, by := ring[i][0]-p[0], ring[i][1]-p[1]
				turn += math.Atan2(ax*by-ay*bx, ax*bx+ay*by)
			}
			want := math.Abs(turn) > math.Pi
			if got := geo.Contains(orb.MultiPolygon{{ring}}, p); got != want {
				t.Fatalf("%v in %v: got %v, want %v", p, ring, got, want)
			}
		}
	}
}

func TestPointInside(t *testing.T) {
	r := random(t)
	for range 500 {
		center := orb.Point{30, 50}
		poly := orb.Polygon{star(r, center, 5+r.IntN(60), 2, 5)}
		if r.IntN(2) == 0 {
			poly = append(poly, star(r, center, 5+r.IntN(30), 0.3, 0.9)) // a hole where the centroid is
		}
		mp := orb.MultiPolygon{{star(r, orb.Point{10, 10}, 8, 0.01, 0.1)}, poly}
		p := geo.PointInside(mp)
		if !geo.Contains(mp, p) {
			t.Fatalf("%v is not in %v", p, mp)
		}
		if !poly.Bound().Contains(p) {
			t.Fatalf("%v is not in the largest polygon", p)
		}
	}
}

func TestPointInsideOfOddShapes(t *testing.T) {
	sliver := orb.Polygon{{{0, 0}, {10, 1e-7}, {10, 2e-7}, {0, 0}}}
	if p := geo.PointInside(orb.MultiPolygon{sliver}); !geo.Contains(orb.MultiPolygon{sliver}, p) {
		t.Errorf("sliver: %v is not inside", p)
	}
	flat := orb.MultiPolygon{{{{1, 2}, {3, 2}, {4, 2}, {1, 2}}}}
	if got, want := geo.PointInside(flat), (orb.Point{1, 2}); got != want {
		t.Errorf("flat: got %v, want its vertex %v", got, want)
	}
	for _, mp := range []orb.MultiPolygon{nil, {}, {{}}, {{{}}}} {
		if got := geo.PointInside(mp); got != (orb.Point{}) {
			t.Errorf("%v: got %v, want 0, 0", mp, got)
		}
	}
}

func TestWind(t *testing.T) {
	r := random(t)
	for range 300 {
		in := orb.MultiPolygon{
			{star(r, orb.Point{0, 0}, 9, 2, 3), star(r, orb.Point{0, 0}, 7, 0.1, 0.5)},
			{star(r, orb.Point{9, 9}, 5, 1, 2)},
		}
		for _, p := range in {
			for _, ring := range p {
				if r.IntN(2) == 0 {
					ring.Reverse()
				}
			}
		}
		before := in.Clone()
		got := geo.Wind(in)
		if !in.Equal(before) {
			t.Fatal("its argument was changed")
		}
		for i, p := range got {
			for j, ring := range p {
				if a := planar.Area(ring); (a > 0) != (j == 0) {
					t.Fatalf("polygon %d ring %d has the signed area %v", i, j, a)
				}
				back := ring.Clone()
				slices.Reverse(back)
				if !ring.Equal(in[i][j]) && !back.Equal(in[i][j]) {
					t.Fatalf("polygon %d ring %d has other positions", i, j)
				}
			}
		}
		if !geo.Wind(got).Equal(got) {
			t.Fatal("wound again, it changed")
		}
	}
	flat := orb.MultiPolygon{{{{0, 0}, {1, 0}, {2, 0}, {0, 0}}}}
	if got := geo.Wind(flat); !got.Equal(flat) {
		t.Errorf("flat ring: got %v, want it as it was", got)
	}
}

func ExampleContains() {
	yard := orb.MultiPolygon{{
		{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}},
		{{1, 1}, {1, 3}, {3, 3}, {3, 1}, {1, 1}}, // a hole
	}}
	fmt.Println(geo.Contains(yard, orb.Point{0.5, 2}), geo.Contains(yard, orb.Point{2, 2}))
	// Output: true false
}

func ExamplePointInside() {
	horseshoe := orb.MultiPolygon{{{{0, 0}, {9, 0}, {9, 8}, {6, 8}, {6, 2}, {2, 2}, {2, 8}, {0, 8}, {0, 0}}}}
	fmt.Println(geo.Contains(horseshoe, geo.PointInside(horseshoe)))
	// Output: true
}

func ExampleWind() {
	clockwise := orb.MultiPolygon{{{{0, 0}, {0, 1}, {1, 1}, {0, 0}}}}
	fmt.Println(geo.Wind(clockwise))
	// Output: [[[[0 0] [1 1] [0 1] [0 0]]]]
}
