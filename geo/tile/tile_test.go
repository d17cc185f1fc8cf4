package tile_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"example.org/teplo/geo/tile"
)

func randomLayers(rnd *rand.Rand) []tile.Layer {
	at := func() orb.Point { return orb.Point{float64(rnd.IntN(5000) - 400), float64(rnd.IntN(5000) - 400)} }
	var layers []tile.Layer
	for i := range 1 + rnd.IntN(4) {
		l := tile.Layer{Name: fmt.Sprint("layer ", i), Extent: 512 << rnd.IntN(5)}
		for range rnd.IntN(20) {
			f := tile.Feature{ID: rnd.Uint64N(3), Kind: tile.Kind(1 + rnd.IntN(3)), Tags: map[string]any{}}
			for range rnd.IntN(5) {
				f.Tags[fmt.Sprint("key ", rnd.IntN(9))] = []any{"слово", "word", rnd.Float64(), float64(rnd.IntN(9)), true, false}[rnd.IntN(6)]
			}
			if len(f.Tags) == 0 {
				f.Tags = nil
			}
			for range 1 + rnd.IntN(3) {
				part := orb.LineString{at(), at()}
				for range rnd.IntN(9) {
					part = append(part, at())
				}
				if f.Kind == tile.Polygons {
					part = append(part, part[0])
				}
				f.Parts = append(f.Parts, part)
			}
			if f.Kind == tile.Points {
				f.Parts = f.Parts[:1]
			}
			l.Features = append(l.Features, f)
		}
		layers = append(layers, l)
	}
	return layers
}

func TestRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		want := randomLayers(rand.New(rand.NewPCG(seed, 3)))
		got, err := tile.Decode(tile.Encode(want), nil)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %v\ngot  %v\nwant %v", seed, err, got, want)
		}
	}
}

// TestRealTile reads a tile that Mapzen's server made, which comes with orb, beside
// the same data as GeoJSON.
func TestRealTile(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/paulmach/orb").Output()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(strings.TrimSpace(string(dir)), "encoding", "mvt", "testdata", "16-17896-24449")
	packed, err := os.ReadFile(name + ".mvt")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := tile.Decode(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct {
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, l := range layers {
		if len(l.Features) != len(want[l.Name].Features) {
			t.Errorf("%s: %d features, want %d", l.Name, len(l.Features), len(want[l.Name].Features))
			continue
		}
		for i, f := range l.Features {
			w := want[l.Name].Features[i]
			var lon, lat float64
			first := strings.TrimLeft(string(w.Geometry.Coordinates), "[")
			if _, err := fmt.Sscanf(first, "%f,%f", &lon, &lat); err != nil {
				t.Fatal(err)
			}
			x, y := place(16, 17896, 24449, f.Parts[0][0], l.Extent)
			if math.Abs(x-lon) > 1e-5 || math.Abs(y-lat) > 1e-5 || f.Tags["kind"] != w.Properties["kind"] || f.Tags["name"] != w.Properties["name"] {
				t.Errorf("%s %d: %.6f %.6f %v, want %.6f %.6f %v", l.Name, i, x, y, f.Tags, lon, lat, w.Properties)
			}
			compared++
		}
	}
	if compared < 250 {
		t.Errorf("%d features compared", compared)
	}
}

// place is where a point of a tile lies, in degrees (Web Mercator).
func place(z int, x, y float64, p orb.Point, extent uint32) (lon, lat float64) {
	n := math.Exp2(float64(z))
	wx, wy := (x+p[0]/float64(extent))/n, (y+p[1]/float64(extent))/n
	return wx*360 - 180, math.Atan(math.Sinh(math.Pi*(1-2*wy))) * 180 / math.Pi
}

func TestHostile(t *testing.T) {
	layer := func(fields ...byte) []byte { return append([]byte{0x1a, byte(len(fields))}, fields...) }
	feature := func(kind byte, geometry ...byte) []byte {
		f := append([]byte{0x18, kind, 0x22, byte(len(geometry))}, geometry...)
		return layer(append([]byte{0x12, byte(len(f))}, f...)...)
	}
	for name, b := range map[string][]byte{
		"a field that ends early":       {0x1a, 9, 1},
		"a number without an end":       {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"groups":                        {0x1b},
		"text":                          []byte("<html>"),
		"a layer that ends early":       layer(0x0a, 5, 'a'),
		"an extent of 0":                layer(0x28, 0),
		"an extent beyond all":          layer(0x28, 0xff, 0xff, 0xff, 0xff, 0x0f),
		"a kind that is none":           feature(7, 9, 0, 0),
		"a million points in one byte":  feature(2, 9, 0, 0, 0xfa, 0xff, 0xff, 0x0f),
		"a line before its beginning":   feature(2, 10, 2, 2),
		"a ring that closes nothing":    feature(3, 15),
		"a line that is closed":         feature(2, 9, 0, 0, 15),
		"a command that is none":        feature(2, 11, 0, 0),
		"half a point":                  feature(1, 9, 0),
		"a fixed field that ends early": layer(0x22, 3, 0x19, 1, 2, 0x0d),
	} {
		if _, err := tile.Decode(b, nil); !errors.Is(err, tile.ErrFormat) {
			t.Errorf("%s: got %v, want ErrFormat", name, err)
		}
	}
	if layers, err := tile.Decode(feature(2, 9, 0, 0, 10, 2, 4), nil); err != nil || !reflect.DeepEqual(layers[0].Features[0].Parts, []orb.LineString{{{0, 0}, {1, 2}}}) {
		t.Errorf("the control: %v, %v", layers, err)
	}
	if layers, err := tile.Decode(feature(7, 9, 0, 0), func(string) bool { return false }); err != nil || layers != nil {
		t.Errorf("what is not wanted: %v, %v", layers, err)
	}
}

// FuzzDecode reads whatever there is, and makes a sheet of it.
func FuzzDecode(f *testing.F) {
	f.Add(tile.Encode(town())[:400])
	f.Add(tile.Encode(randomLayers(rand.New(rand.NewPCG(1, 3)))[:1]))
	f.Add([]byte{0x1a, 9, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		layers, err := tile.Decode(b, nil)
		if err != nil {
			if !errors.Is(err, tile.ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		s := tile.NewSheet()
		s.Add(layers, tile.Square{X: 1, Y: 2, Side: 4})
		if out := s.AppendJSON(nil, 1<<20); !json.Valid(out) {
			t.Fatalf("not JSON: %s", out)
		}
	})
}
