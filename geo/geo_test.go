package geo_test

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
)

// random returns a source whose seed is printed; SEED=n in the environment replays.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("SEED: %v", err)
		}
	}
	t.Logf("SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, seed))
}

// anywhere is a point of the whole world.
func anywhere(r *rand.Rand) orb.Point {
	return orb.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}
}

// star is a closed ring round a center that does not cross itself.
func star(r *rand.Rand, center orb.Point, corners int, least, most float64) orb.Ring {
	ring := make(orb.Ring, 0, corners+1)
	for i := range corners {
		angle := 2 * math.Pi * (float64(i) + 0.8*r.Float64()) / float64(corners)
		d := least + r.Float64()*(most-least)
		ring = append(ring, orb.Point{center[0] + d*math.Cos(angle), center[1] + d*math.Sin(angle)})
	}
	return append(ring, ring[0])
}

func TestDistanceMeters(t *testing.T) {
	tests := []struct {
		name string
		a, b orb.Point
		want float64
	}{
		{"nowhere", orb.Point{30.5, 50.4}, orb.Point{30.5, 50.4}, 0},
		{"one degree of a meridian", orb.Point{30, 50}, orb.Point{30, 51}, 111195},
		{"one degree at 60 north", orb.Point{30, 60}, orb.Point{31, 60}, 55597},
		{"over the antimeridian", orb.Point{179.5, 0}, orb.Point{-179.5, 0}, 111195},
		{"pole to pole", orb.Point{0, -90}, orb.Point{77, 90}, 20015115},
		{"to the antipode", orb.Point{30, 50}, orb.Point{-150, -50}, 20015115},
	}
	for _, tt := range tests {
		if got := geo.DistanceMeters(tt.a, tt.b); math.Abs(got-tt.want) > 1 {
			t.Errorf("%s: got %.1f m, want %.1f", tt.name, got, tt.want)
		}
	}
}

// The oracle is the angle between the two places seen from the middle of the earth.
func TestDistanceMetersAgainstVectors(t *testing.T) {
	r := random(t)
	vector := func(p orb.Point) (x, y, z float64) {
		lon, lat := p[0]*math.Pi/180, p[1]*math.Pi/180
		return math.Cos(lat) * math.Cos(lon), math.Cos(lat) * math.Sin(lon), math.Sin(lat)
	}
	for range 5000 {
		a, b := anywhere(r), anywhere(r)
		ax, ay, az := vector(a)
		bx, by, bz := vector(b)
		sine := math.Sqrt(math.Pow(ay*bz-az*by, 2) + math.Pow(az*bx-ax*bz, 2) + math.Pow(ax*by-ay*bx, 2))
		want := 6371008.8 * math.Atan2(sine, ax*bx+ay*by+az*bz)
		got := geo.DistanceMeters(a, b)
		if math.Abs(got-want) > 0.5 || got != geo.DistanceMeters(b, a) {
			t.Fatalf("%v to %v: got %v and back %v, want %v", a, b, got, geo.DistanceMeters(b, a), want)
		}
	}
}

func TestSnap(t *testing.T) {
	tests := []struct {
		p    orb.Point
		grid float64
		want orb.Point
	}{
		{orb.Point{30.5234, 50.4501}, 0.005, orb.Point{30.525, 50.45}},
		{orb.Point{30.5234, 50.4501}, 0, orb.Point{30.5234, 50.4501}},
		{orb.Point{30.5234, 50.4501}, -1, orb.Point{30.5234, 50.4501}},
		{orb.Point{-0.001, 0.001}, 0.005, orb.Point{0, 0}},
		{orb.Point{180, 90}, 0.005, orb.Point{180, 90}},
		{orb.Point{-180, -90}, 7, orb.Point{-175, -84}},
		{orb.Point{100, 50}, 1000, orb.Point{0, 0}},
	}
	for _, tt := range tests {
		got := geo.Snap(tt.p, tt.grid)
		if got != tt.want || math.Signbit(got[0]) != math.Signbit(tt.want[0]) {
			t.Errorf("Snap(%v, %v) = %v, want %v", tt.p, tt.grid, got, tt.want)
		}
	}
}

func TestSnapProperties(t *testing.T) {
	r := random(t)
	for range 5000 {
		grid := []float64{0.0001, 0.005, 0.01, 0.1, 1, 2.5}[r.IntN(6)]
		p := anywhere(r)
		got := geo.Snap(p, grid)
		for i, limit := range []float64{180, 90} {
			if d := math.Abs(got[i] - p[i]); d > grid/2+1e-8 || math.Abs(got[i]) > limit {
				t.Fatalf("Snap(%v, %v) = %v: %v degrees off", p, grid, got, d)
			}
			if n := got[i] / grid; math.Abs(n-math.Round(n)) > 1e-4 {
				t.Fatalf("Snap(%v, %v) = %v is no node", p, grid, got)
			}
		}
		if again := geo.Snap(got, grid); again != got {
			t.Fatalf("Snap(%v, %v) = %v, again %v", p, grid, got, again)
		}
	}
}

func TestBearingDeg(t *testing.T) {
	kyiv := orb.Point{30.5234, 50.4501}
	for _, tc := range []struct {
		name string
		to   orb.Point
		want float64
	}{
		{"north", orb.Point{30.5234, 51}, 0},
		{"east", orb.Point{30.6234, 50.4501}, 90},
		{"south", orb.Point{30.5234, 50}, 180},
		{"west", orb.Point{30.4234, 50.4501}, 270},
		{"Lviv", orb.Point{24.0297, 49.8397}, 264},
		{"itself", kyiv, 0},
	} {
		if got := geo.BearingDeg(kyiv, tc.to); math.Abs(got-tc.want) > 1.5 && math.Abs(got-tc.want) < 358.5 {
			t.Errorf("%s: got %.1f, want %.1f", tc.name, got, tc.want)
		}
	}
}
