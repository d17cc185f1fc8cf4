package places_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

// TestLocateWithin: whatever Locate finds at any point of a cell is in the cell's list,
// in the country, at its borders and in the sea; and in the country the list is short.
func TestLocateWithin(t *testing.T) {
	b := book(t)
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 1))
	cells, listed, nowhere := 1500, 0, 0
	if testing.Short() {
		cells = 150
	}
	for range cells {
		bound := geo.CellAt(orb.Point{22 + rnd.Float64()*18.3, 44.2 + rnd.Float64()*8.2}, 12).Bound()
		list := b.LocateWithin(bound)
		listed += len(list)
		if !slices.IsSorted(list) || len(list) == 0 {
			t.Fatalf("seed %d: %v: %q", seed, bound, list)
		}
		for range 40 {
			p := orb.Point{bound.Min[0] + rnd.Float64()*(bound.Max[0]-bound.Min[0]), bound.Min[1] + rnd.Float64()*(bound.Max[1]-bound.Min[1])}
			a, ok := b.Locate(p)
			if !ok {
				nowhere++
			}
			if !slices.Contains(list, a.Code) {
				t.Fatalf("seed %d: %v lies in %q, the list of its cell is %q", seed, p, a.Code, list)
			}
		}
	}
	if nowhere == 0 || listed > 12*cells {
		t.Errorf("seed %d: %d points nowhere, %d codes in %d cells", seed, nowhere, listed, cells)
	}
}
