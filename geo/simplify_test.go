package geo_test

import (
	"fmt"
	"math"
	"testing"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

func count(mp orb.MultiPolygon) int {
	n := 0
	for _, p := range mp {
		for _, r := range p {
			n += len(r)
		}
	}
	return n
}

// checkRings fails where a ring is open, too short, flat or crosses itself.
func checkRings(t *testing.T, mp orb.MultiPolygon) {
	t.Helper()
	for i, p := range mp {
		for j, r := range p {
			if len(r) < 4 || r[0] != r[len(r)-1] || planar.Area(r) == 0 {
				t.Fatalf("polygon %d ring %d is not valid: %v", i, j, r)
			}
			if k, l, ok := selfCrossing(r); ok {
				t.Fatalf("polygon %d ring %d: edges %d and %d cross: %v", i, j, k, l, r)
			}
		}
	}
}

// selfCrossing finds two edges, not neighbours, that properly cross.
func selfCrossing(r orb.Ring) (int, int, bool) {
	side := func(a, b, c orb.Point) float64 { return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0]) }
	for i := 1; i < len(r); i++ {
		for j := i + 2; j < len(r); j++ {
			a, b, c, d := r[i-1], r[i], r[j-1], r[j]
			if side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0 {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

func TestSimplify(t *testing.T) {
	r := random(t)
	for range 200 {
		mp := orb.MultiPolygon{
			{star(r, orb.Point{50, 50}, 3+r.IntN(20), 0.001, 0.01)},
			{star(r, orb.Point{30, 50}, 5+r.IntN(600), 2, 4), star(r, orb.Point{30, 50}, 3+r.IntN(200), 0.4, 0.9)},
			{star(r, orb.Point{40, 50}, 3+r.IntN(300), 0.5, 1)},
		}
		before := mp.Clone()
		most := 4 + r.IntN(200)
		got := geo.Simplify(mp, most)
		if !mp.Equal(before) {
			t.Fatal("its argument was changed")
		}
		if n := count(got); n > most {
			t.Fatalf("%d vertices became %d, want at most %d", count(mp), n, most)
		}
		if count(mp) <= most {
			if !got.Equal(mp) {
				t.Fatalf("%d vertices are few enough, but it changed", count(mp))
			}
			continue
		}
		checkRings(t, got)
		if len(got) == 0 || !mp[1].Bound().Pad(1e-9).Contains(got[0].Bound().Center()) {
			t.Fatalf("the largest polygon was lost: %v", got)
		}
		if most >= 100 {
			was, is := math.Abs(planar.Area(mp[1][0])), math.Abs(planar.Area(got[0][0]))
			if is < was/2 || is > was*2 {
				t.Fatalf("with %d vertices the area %.2f became %.2f", most, was, is)
			}
		}
		for _, p := range got {
			for _, hole := range p[1:] {
				for _, v := range hole {
					if !geo.Contains(orb.MultiPolygon{p[:1]}, v) {
						t.Fatalf("a hole's %v is outside of %v", v, p[0])
					}
				}
			}
		}
	}
}

func TestSimplifyKeepsForm(t *testing.T) {
	circle := func(x, y, radius float64) orb.Ring {
		ring := orb.Ring{}
		for i := range 1000 {
			a := 2 * math.Pi * float64(i) / 1000
			ring = append(ring, orb.Point{x + radius*math.Cos(a), y + radius*math.Sin(a)})
		}
		return append(ring, ring[0])
	}
	in := orb.MultiPolygon{{circle(5, 5, 0.0001)}, {circle(30, 50, 2), circle(30, 50, 0.5)}, {circle(40, 50, 0.5)}}
	got := geo.Simplify(in, 100)
	if len(got) != 2 || len(got[0]) != 2 || len(got[1]) != 1 {
		t.Fatalf("got %d polygons; want the two large ones, the larger first with its hole: %v", len(got), got)
	}
	if want, a := math.Pi*(4-0.25), planar.Area(got[0]); math.Abs(a-want) > 0.1 {
		t.Errorf("the area is %.3f, want %.3f", a, want)
	}
	if n := count(got); n < 50 {
		t.Errorf("only %d of 100 vertices used", n)
	}
}

func TestSimplifyOddShapes(t *testing.T) {
	flat := make(orb.Ring, 50)
	for i := range 49 {
		flat[i] = orb.Point{float64(i), 0}
	}
	flat[49] = flat[0]
	bow := orb.Ring{{0, 0}, {2, 2}, {2, 0}, {1, 0.5}, {0.5, 1}, {0, 2}, {0, 0}}
	tests := []struct {
		name  string
		in    orb.MultiPolygon
		most  int
		rings int
	}{
		{"nothing", nil, 0, 0},
		{"empty polygons", orb.MultiPolygon{{}, {{}}}, -1, 0},
		{"a flat ring", orb.MultiPolygon{{flat}}, 10, 1},
		{"a bow tie", orb.MultiPolygon{{bow}}, 6, 1},
		{"less than a triangle asked for", orb.MultiPolygon{{square(0, 0, 1, 1)}}, 0, 1},
		{"the whole world", orb.MultiPolygon{{square(-180, -90, 180, 90)}, {square(0, 0, 1, 1)}}, 6, 1},
	}
	for _, tt := range tests {
		got := geo.Simplify(tt.in, tt.most)
		rings := 0
		for _, p := range got {
			rings += len(p)
		}
		if rings != tt.rings || count(got) > max(4, tt.most) {
			t.Errorf("%s: got %v, want %d rings", tt.name, got, tt.rings)
		}
	}
}

func ExampleSimplify() {
	almostSquare := orb.MultiPolygon{{{{0, 0}, {0.5, 0.0001}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}}
	fmt.Println(geo.Simplify(almostSquare, 5))
	// Output: [[[[0 0] [1 0] [1 1] [0 1] [0 0]]]]
}
