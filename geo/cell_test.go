package geo_test

import (
	"fmt"
	"math"
	"testing"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
)

func TestCellAt(t *testing.T) {
	tests := []struct {
		p    orb.Point
		zoom int
		want geo.Cell
	}{
		{orb.Point{30.5234, 50.4501}, 12, geo.Cell{Z: 12, X: 2395, Y: 1381}},
		{orb.Point{0, 0}, 0, geo.Cell{}},
		{orb.Point{0, 0}, 1, geo.Cell{Z: 1, X: 1, Y: 1}}, // west and north edge belong to the cell
		{orb.Point{-180, 90}, 5, geo.Cell{Z: 5}},
		{orb.Point{180, -90}, 5, geo.Cell{Z: 5, X: 31, Y: 31}},
		{orb.Point{0, 0}, -3, geo.Cell{}},
		{orb.Point{180, -90}, 99, geo.Cell{Z: 28, X: 1<<28 - 1, Y: 1<<28 - 1}},
	}
	for _, tt := range tests {
		if got := geo.CellAt(tt.p, tt.zoom); got != tt.want {
			t.Errorf("CellAt(%v, %d) = %v, want %v", tt.p, tt.zoom, got, tt.want)
		}
	}
}

func TestCellProperties(t *testing.T) {
	r := random(t)
	for range 20000 {
		p := orb.Point{r.Float64()*360 - 180, r.Float64()*170 - 85}
		zoom := r.IntN(geo.MaxZoom + 1)
		c := geo.CellAt(p, zoom)
		if !c.Valid() {
			t.Fatalf("CellAt(%v, %d) = %v is not valid", p, zoom, c)
		}
		if b := c.Bound().Pad(1e-11); !b.Contains(p) {
			t.Fatalf("%v is not in %v, %v", p, c, b)
		}
		if got := geo.CellAt(c.Center(), zoom); got != c {
			t.Fatalf("the center of %v lies in %v", c, got)
		}
		ring := c.Polygon()[0]
		if len(ring) != 5 || ring[0] != ring[4] || ring.Orientation() != orb.CCW {
			t.Fatalf("%v has the ring %v", c, ring)
		}
		if east := (geo.Cell{Z: c.Z, X: c.X + 1, Y: c.Y}); east.Valid() && east.Bound().Min[0] != c.Bound().Max[0] {
			t.Fatalf("%v and its neighbour do not share an edge", c)
		}
		if south := (geo.Cell{Z: c.Z, X: c.X, Y: c.Y + 1}); south.Valid() && south.Bound().Max[1] != c.Bound().Min[1] {
			t.Fatalf("%v and its neighbour do not share an edge", c)
		}
	}
}

func TestCellValid(t *testing.T) {
	tests := []struct {
		c    geo.Cell
		want bool
	}{
		{geo.Cell{}, true},
		{geo.Cell{X: 1}, false},
		{geo.Cell{Z: 12, X: 4095, Y: 4095}, true},
		{geo.Cell{Z: 12, X: 4096}, false},
		{geo.Cell{Z: 12, Y: 4096}, false},
		{geo.Cell{Z: 29}, false},
		{geo.Cell{Z: math.MaxUint32, X: 1, Y: 1}, false},
	}
	for _, tt := range tests {
		if got := tt.c.Valid(); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.c, got, tt.want)
		}
	}
}

func ExampleCellAt() {
	c := geo.CellAt(orb.Point{30.5234, 50.4501}, 12) // the middle of Kyiv
	b := c.Bound()
	fmt.Println(c, c.Valid())
	fmt.Printf("%.3f..%.3f, %.3f..%.3f\n", b.Min[0], b.Max[0], b.Min[1], b.Max[1])
	// Output:
	// {12 2395 1381} true
	// 30.498..30.586, 50.402..50.458
}

func ExampleDistanceMeters() {
	fmt.Printf("%.0f\n", geo.DistanceMeters(orb.Point{30.5234, 50.4501}, orb.Point{30.5300, 50.4501}))
	// Output: 467
}

func ExampleSnap() {
	fmt.Println(geo.Snap(orb.Point{30.5234, 50.4501}, 0.005))
	// Output: [30.525 50.45]
}

func TestBlock(t *testing.T) {
	for _, tt := range []struct {
		c    geo.Cell
		want int
	}{
		{geo.Cell{Z: 12, X: 2395, Y: 1381}, 9},
		{geo.Cell{Z: 12}, 6},
		{geo.Cell{Z: 12, X: 4095, Y: 4095}, 6},
		{geo.Cell{Z: 1}, 4},
		{geo.Cell{}, 1},
	} {
		n := 1 << tt.c.Z
		seen := map[geo.Cell]bool{}
		for _, near := range tt.c.Block() {
			dx := (int(near.X) - int(tt.c.X) + n) % n
			dy := int(near.Y) - int(tt.c.Y)
			if !near.Valid() || near.Z != tt.c.Z || seen[near] || dx > 1 && dx != n-1 || dy < -1 || dy > 1 {
				t.Errorf("%v has the neighbour %v", tt.c, near)
			}
			seen[near] = true
		}
		if len(seen) != tt.want || !seen[tt.c] {
			t.Errorf("%v: %d cells, want %d with itself", tt.c, len(seen), tt.want)
		}
	}
}

func TestOverlaps(t *testing.T) {
	r := random(t)
	var inside int
	for range 20000 {
		a := geo.CellAt(orb.Point{r.Float64(), r.Float64()}, 6+r.IntN(8))
		b := geo.CellAt(orb.Point{r.Float64(), r.Float64()}, 6+r.IntN(8))
		finer, coarser := a, b
		if finer.Z < coarser.Z {
			finer, coarser = b, a
		}
		want := geo.CellAt(finer.Center(), int(coarser.Z)) == coarser
		if a.Overlaps(b) != want || b.Overlaps(a) != want {
			t.Fatalf("%v and %v: got %v, want %v", a, b, a.Overlaps(b), want)
		}
		if want {
			inside++
		}
	}
	if inside < 100 {
		t.Errorf("only %d pairs overlap", inside)
	}
}
