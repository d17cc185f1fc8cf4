package tile_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"example.org/teplo/geo/tile"
)

// sheet is what a map reads.
type sheet struct {
	Extent                     int
	Water, Green, Rivers, Rail [][]int
	Roads                      [][][]int
	Names                      []string
	Labels                     []int
	Places                     [][]any
	LeftOut                    []string `json:"left_out"`
}

func sheetOf(t *testing.T, most int, add func(*tile.Sheet)) sheet {
	t.Helper()
	s := tile.NewSheet()
	add(s)
	var out sheet
	b := s.AppendJSON(nil, most)
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	if out.Extent != tile.Extent || len(out.Roads) != tile.RoadClasses || len(out.Labels)%6 != 0 {
		t.Fatalf("not what a map reads: %s", b)
	}
	return out
}

func line(kind string, tags map[string]any, points ...orb.Point) tile.Feature {
	if tags == nil {
		tags = map[string]any{}
	}
	tags["kind"] = kind
	return tile.Feature{Kind: tile.Lines, Parts: []orb.LineString{points}, Tags: tags}
}

func square(kind string, west, north, side float64) tile.Feature {
	ring := orb.LineString{{west, north}, {west + side, north}, {west + side, north + side}, {west, north + side}, {west, north}}
	return tile.Feature{Kind: tile.Polygons, Parts: []orb.LineString{ring}, Tags: map[string]any{"kind": kind}}
}

// town is a tile in Protomaps' schema with what is drawn and much that is not.
func town() []tile.Layer {
	return []tile.Layer{
		{Name: "roads", Extent: 4096, Features: []tile.Feature{
			line("major_road", map[string]any{"kind_detail": "primary", "name": "вулиця Хрещатик", "name:en": "Khreshchatyk"}, orb.Point{-100, 1000}, orb.Point{2000, 1000}),
			line("major_road", map[string]any{"kind_detail": "primary", "name": "вулиця Хрещатик"}, orb.Point{2000, 1000}, orb.Point{4200, 1000}),
			line("minor_road", map[string]any{"kind_detail": "residential", "name": "Street", "name:uk": "Теплий провулок"}, orb.Point{500, 0}, orb.Point{500, 4096}),
			line("path", map[string]any{"kind_detail": "footway"}, orb.Point{0, 0}, orb.Point{300, 300}),
			line("rail", nil, orb.Point{0, 3000}, orb.Point{4096, 3000}),
			line("rail", map[string]any{"is_tunnel": true}, orb.Point{0, 3100}, orb.Point{4096, 3100}),
			line("ferry", nil, orb.Point{0, 2000}, orb.Point{4096, 2000}),
		}},
		{Name: "water", Extent: 4096, Features: []tile.Feature{square("lake", 3000, 3000, 3000), square("swimming_pool", 10, 10, 50), line("stream", nil, orb.Point{0, 0}, orb.Point{9, 900})}},
		{Name: "landuse", Extent: 4096, Features: []tile.Feature{square("park", 100, 100, 500), square("military", 1000, 1000, 900)}},
		{Name: "buildings", Extent: 4096, Features: []tile.Feature{square("building", 100, 100, 50)}},
		{Name: "pois", Extent: 4096, Features: []tile.Feature{{Kind: tile.Points, Parts: []orb.LineString{{{5, 5}}}, Tags: map[string]any{"name": "Штаб", "kind": "military"}}}},
		{Name: "places", Extent: 4096, Features: []tile.Feature{
			{Kind: tile.Points, Parts: []orb.LineString{{{2000, 2000}}}, Tags: map[string]any{"name": "Липки", "name:en": "Lypky", "kind": "neighbourhood"}},
			{Kind: tile.Points, Parts: []orb.LineString{{{-9, 2000}}}, Tags: map[string]any{"name": "Сусіднє", "kind": "locality", "kind_detail": "village"}},
		}},
	}
}

func TestSheet(t *testing.T) {
	s := sheetOf(t, 1<<20, func(s *tile.Sheet) { s.Add(town(), tile.Square{Side: 1}) })
	if want := [][]int{{0, 1000, 4096, 0}}; !slices.EqualFunc(s.Roads[1], want, slices.Equal) {
		t.Errorf("a street of two pieces: got %v, want %v, joined and cut at the edge", s.Roads[1], want)
	}
	if len(s.Roads[3]) != 1 || len(s.Roads[4]) != 1 || len(s.Rail) != 1 || len(s.Green) != 1 || len(s.Water) != 1 || len(s.Rivers) != 0 || len(s.Roads[0])+len(s.Roads[2]) != 0 {
		t.Errorf("got %+v", s)
	}
	if want := []int{3000, 3000, 1100, 0, 0, 1100, -1100, 0}; !slices.Equal(s.Water[0], want) {
		t.Errorf("a lake over the edge: got %v, want %v", s.Water[0], want)
	}
	if !slices.Equal(s.Names, []string{"вулиця Хрещатик", "Теплий провулок"}) || !slices.Equal(s.Labels[:6], []int{0, 1, 0, 1000, 4096, 0}) {
		t.Errorf("names %q at %v", s.Names, s.Labels)
	}
	if len(s.Places) != 1 || s.Places[0][0] != "Липки" || s.Places[0][1] != "Lypky" {
		t.Errorf("places: %v", s.Places)
	}
}

// TestQuarters lays four tiles beside each other: a street through two is one.
func TestQuarters(t *testing.T) {
	s := sheetOf(t, 1<<20, func(s *tile.Sheet) {
		for i := range 4 {
			s.Add([]tile.Layer{{Name: "streets", Extent: 512, Features: []tile.Feature{
				line("residential", nil, orb.Point{-8, 256}, orb.Point{520, 256}), line("trunk_link", nil, orb.Point{100, 100}, orb.Point{100, 200}),
			}}}, tile.Square{X: i % 2, Y: i / 2, Side: 2})
		}
	})
	if want := [][]int{{0, 1024, 4096, 0}, {0, 3072, 4096, 0}}; !slices.EqualFunc(s.Roads[3], want, slices.Equal) {
		t.Errorf("got %v, want %v", s.Roads[3], want)
	}
	if len(s.Roads[0]) != 4 {
		t.Errorf("links: %v", s.Roads[0])
	}
}

// TestSchemas has the same street, name, water, wood and village in each schema.
func TestSchemas(t *testing.T) {
	lines := func(tags map[string]any) []tile.Feature {
		return []tile.Feature{{Kind: tile.Lines, Tags: tags, Parts: []orb.LineString{{{0, 0}, {4000, 4000}}}}}
	}
	areas := func(tags map[string]any) []tile.Feature {
		f := square("", 0, 0, 1000)
		f.Tags = tags
		return []tile.Feature{f}
	}
	points := func(tags map[string]any) []tile.Feature {
		return []tile.Feature{{Kind: tile.Points, Tags: tags, Parts: []orb.LineString{{{5, 5}}}}}
	}
	for schema, layers := range map[string][]tile.Layer{
		"OpenMapTiles": {
			{Name: "transportation", Extent: 4096, Features: lines(map[string]any{"class": "minor"})},
			{Name: "transportation_name", Extent: 4096, Features: lines(map[string]any{"class": "minor", "name": "Стрітенська"})},
			{Name: "water", Extent: 4096, Features: areas(map[string]any{"class": "lake"})},
			{Name: "waterway", Extent: 4096, Features: lines(map[string]any{"class": "river"})},
			{Name: "landcover", Extent: 4096, Features: areas(map[string]any{"class": "wood", "subclass": "forest"})},
			{Name: "place", Extent: 4096, Features: points(map[string]any{"class": "village", "name": "Нове"})},
		},
		"Protomaps 3": {
			{Name: "roads", Extent: 4096, Features: lines(map[string]any{"pmap:kind": "minor_road", "pmap:kind_detail": "residential", "name": "Стрітенська"})},
			{Name: "water", Extent: 4096, Features: append(areas(map[string]any{"pmap:kind": "lake"}), lines(map[string]any{"pmap:kind": "river"})...)},
			{Name: "landuse", Extent: 4096, Features: areas(map[string]any{"pmap:kind": "forest"})},
			{Name: "places", Extent: 4096, Features: points(map[string]any{"pmap:kind": "locality", "pmap:kind_detail": "village", "name": "Нове"})},
		},
		"Shortbread": {
			{Name: "streets", Extent: 4096, Features: lines(map[string]any{"kind": "residential"})},
			{Name: "street_labels", Extent: 4096, Features: lines(map[string]any{"kind": "residential", "name": "Стрітенська"})},
			{Name: "water_polygons", Extent: 4096, Features: areas(map[string]any{"kind": "water"})},
			{Name: "water_lines", Extent: 4096, Features: lines(map[string]any{"kind": "river"})},
			{Name: "land", Extent: 4096, Features: areas(map[string]any{"kind": "forest"})},
			{Name: "place_labels", Extent: 4096, Features: points(map[string]any{"kind": "village", "name": "Нове"})},
		},
	} {
		decoded, err := tile.Decode(tile.Encode(layers), tile.Wanted)
		if err != nil || len(decoded) != len(layers) {
			t.Fatalf("%s: %d layers, %v", schema, len(decoded), err)
		}
		s := sheetOf(t, 1<<20, func(s *tile.Sheet) { s.Add(decoded, tile.Square{Side: 1}) })
		if len(s.Roads[3]) != 1 || len(s.Water) != 1 || len(s.Rivers) != 1 || len(s.Green) != 1 || len(s.Places) != 1 || !slices.Equal(s.Names, []string{"Стрітенська"}) {
			t.Errorf("%s: %+v", schema, s)
		}
	}
	if tile.Wanted("buildings") || tile.Wanted("pois") || tile.Wanted("") {
		t.Error("buildings are wanted")
	}
}

// TestThrift makes sheets too large: what matters least goes first, and is named.
func TestThrift(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	city := func(s *tile.Sheet) {
		var f []tile.Feature
		for _, kind := range []string{"path", "residential", "primary"} {
			for range 300 {
				p := orb.LineString{{rnd.Float64() * 4096, rnd.Float64() * 4096}}
				for range 8 {
					p = append(p, orb.Point{rnd.Float64() * 4096, rnd.Float64() * 4096})
				}
				f = append(f, tile.Feature{Kind: tile.Lines, Parts: []orb.LineString{p}, Tags: map[string]any{"kind": kind}})
			}
		}
		s.Add([]tile.Layer{{Name: "roads", Extent: 4096, Features: f}}, tile.Square{Side: 1})
	}
	for most, want := range map[int]string{1 << 20: "", 80_000: "paths", 40_000: "paths, names of streets, green, streets", 100: "paths, names of streets, green, streets, water, all"} {
		s := sheetOf(t, most, city)
		if got := strings.Join(s.LeftOut, ", "); got != want {
			t.Errorf("at most %d: left out %q, want %q", most, got, want)
		}
		if len(s.LeftOut) > 0 != (len(s.Roads[4]) == 0) {
			t.Errorf("at most %d: %d paths", most, len(s.Roads[4]))
		}
	}
}

// TestLinesKeepTheirShape: random walks stay within a unit and a half of where they
// were (half of it is rounding), and no piece of street gets lost.
func TestLinesKeepTheirShape(t *testing.T) {
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 4))
		walk, angle := orb.LineString{{2000, 2000}}, 0.0
		for range 60 {
			angle += rnd.NormFloat64() * []float64{0.05, 0.3, 2}[seed%3]
			last := walk[len(walk)-1]
			walk = append(walk, orb.Point{last[0] + 8*math.Cos(angle), last[1] + 8*math.Sin(angle)})
		}
		s := sheetOf(t, 1<<20, func(s *tile.Sheet) {
			for i := 0; i+1 < len(walk); i += 6 { // in pieces, some of them backwards
				piece := slices.Clone(walk[i:min(i+7, len(walk))])
				if rnd.IntN(2) == 0 {
					slices.Reverse(piece)
				}
				s.Add([]tile.Layer{{Name: "roads", Extent: 4096, Features: []tile.Feature{line("primary", nil, piece...)}}}, tile.Square{Side: 1})
			}
		})
		for _, p := range walk {
			best := math.Inf(1)
			for _, path := range s.Roads[1] {
				best = min(best, toPath(p, path))
			}
			if !(best <= 1.5) {
				t.Fatalf("seed %d: %v is %.2f units off", seed, p, best)
			}
		}
	}
}

// toPath is the distance from a point to a path of the sheet.
func toPath(p orb.Point, path []int) float64 {
	best, x, y := math.Inf(1), float64(path[0]), float64(path[1])
	for i := 2; i < len(path); i += 2 {
		dx, dy := float64(path[i]), float64(path[i+1])
		k := min(1, max(0, ((p[0]-x)*dx+(p[1]-y)*dy)/(dx*dx+dy*dy)))
		best = min(best, math.Hypot(p[0]-x-k*dx, p[1]-y-k*dy))
		x, y = x+dx, y+dy
	}
	return best
}
