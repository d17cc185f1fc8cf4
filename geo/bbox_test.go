package geo_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
)

func TestParseBBox(t *testing.T) {
	tests := []struct {
		in   string
		want geo.BBox
		err  string // a part of it
	}{
		{in: "22,44,40.5,52.4", want: geo.BBox{West: 22, South: 44, East: 40.5, North: 52.4}},
		{in: " 22 , 44,40 ,52", want: geo.BBox{West: 22, South: 44, East: 40, North: 52}},
		{in: "22,44,-10,40,52,3e2", want: geo.BBox{West: 22, South: 44, East: 40, North: 52}},
		{in: "170,-1,-170,1", want: geo.BBox{West: 170, South: -1, East: -170, North: 1}},
		{in: "30,50,30,50", want: geo.BBox{West: 30, South: 50, East: 30, North: 50}},
		{in: "-180,-90,180,90", want: geo.BBox{West: -180, South: -90, East: 180, North: 90}},
		{in: "", err: "has 1"},
		{in: "1,2,3", err: "has 3"},
		{in: "1,2,3,4,5", err: "has 5"},
		{in: "1,2,3,4,5,6,7", err: "has 7"},
		{in: strings.Repeat(",", 1<<20), err: "has 1048577"},
		{in: "1,2,,4", err: `"" is not a number`},
		{in: "1,2,x,4", err: `"x" is not a number`},
		{in: "nan,2,3,4", err: "not a number"},
		{in: "1,2,inf,4", err: "not a number"},
		{in: "0x10,2,30,4", err: "not a number"},
		{in: "1_0,2,30,4", err: "not a number"},
		{in: "1,2,1e400,4", err: "not a number"},
		{in: "1,2,nan,3,4,5", err: "not a number"},
		{in: "1,2,9,3,4,5", err: "height"},
		{in: "-180.1,2,3,4", err: "longitudes"},
		{in: "1,2,181,4", err: "longitudes"},
		{in: "1,-91,3,4", err: "latitudes"},
		{in: "1,2,3,90.0001", err: "latitudes"},
		{in: "1,95,3,4", err: "latitudes"},
		{in: "1,4,3,2", err: "south 4 is above north 2"},
	}
	for _, tt := range tests {
		got, err := geo.ParseBBox(tt.in)
		if got != tt.want {
			t.Errorf("%.40q: got %v, want %v", tt.in, got, tt.want)
		}
		if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%.40q: error %v, want %q", tt.in, err, tt.err)
		}
	}
}

func TestBBoxBounds(t *testing.T) {
	one := geo.BBox{West: 22, South: 44, East: 40, North: 52}.Bounds()
	if len(one) != 1 || one[0] != (orb.Bound{Min: orb.Point{22, 44}, Max: orb.Point{40, 52}}) {
		t.Errorf("got %v, want one bound", one)
	}
	two := geo.BBox{West: 170, South: -1, East: -160, North: 1}.Bounds()
	want := []orb.Bound{{Min: orb.Point{170, -1}, Max: orb.Point{180, 1}}, {Min: orb.Point{-180, -1}, Max: orb.Point{-160, 1}}}
	if len(two) != 2 || two[0] != want[0] || two[1] != want[1] {
		t.Errorf("got %v, want %v", two, want)
	}
}

func TestContainsPointAgreesWithBounds(t *testing.T) {
	r := random(t)
	for range 20000 {
		// A coarse grid, so that edges and corners are met.
		v := func(limit int) float64 { return float64(r.IntN(9)-4) / 4 * float64(limit) }
		b := geo.BBox{West: v(180), South: v(90), East: v(180), North: v(90)}
		p := orb.Point{v(180), v(90)}
		want := false
		for _, bound := range b.Bounds() {
			want = want || bound.Contains(p)
		}
		if got := b.ContainsPoint(p); got != want {
			t.Fatalf("%v contains %v: got %v, want %v", b, p, got, want)
		}
		if got := geo.Intersects(p, b); got != want {
			t.Fatalf("%v meets %v: got %v, want %v", p, b, got, want)
		}
	}
}

func ExampleParseBBox() {
	b, err := geo.ParseBBox("178,-20,-178,-16") // Fiji, over the antimeridian
	fmt.Println(b.ContainsPoint(orb.Point{179.4, -16.6}), len(b.Bounds()), err)
	_, err = geo.ParseBBox("22,52,40,44")
	fmt.Println(err)
	// Output:
	// true 2 <nil>
	// south 52 is above north 44
}

// What parses lies in the world and parses to the same when written again.
func FuzzParseBBox(f *testing.F) {
	for _, s := range []string{"22,44,40,52", "170,-1,-170,1", "1,2,3,4,5,6", "1e1,-0,+2,.5", "nan,0,0,0", "1,2,3", ",,,", "0x1p-2,0,1,1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := geo.ParseBBox(s)
		if err != nil {
			if b != (geo.BBox{}) || len(err.Error()) > 500 {
				t.Fatalf("%q: box %v beside error %v", s, b, err)
			}
			return
		}
		if b.South > b.North || !b.ContainsPoint(orb.Point{b.West, b.South}) || !b.ContainsPoint(orb.Point{b.East, b.North}) {
			t.Fatalf("%q: box %v has not its corners", s, b)
		}
		var parts []string
		for _, v := range []float64{b.West, b.South, b.East, b.North} {
			parts = append(parts, strconv.FormatFloat(v, 'g', -1, 64))
		}
		if again, err := geo.ParseBBox(strings.Join(parts, ",")); again != b || err != nil {
			t.Fatalf("%q: %v, again %v %v", s, b, again, err)
		}
	})
}
