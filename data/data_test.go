package data_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"example.org/teplo/data"
)

// TestSumsStandInTheReadmes: a data set that was made again, or touched by hand,
// differs from what its README says of it.
func TestSumsStandInTheReadmes(t *testing.T) {
	n := 0
	err := fs.WalkDir(data.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		b, err := data.Files.ReadFile(name)
		if err != nil {
			return err
		}
		readme, err := os.ReadFile(path.Join(path.Dir(name), "README.md"))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(b)
		for _, want := range []string{hex.EncodeToString(sum[:]), "`" + path.Base(name) + "`", "Licence: ", ".ci/data/make.sh"} {
			if !strings.Contains(string(readme), want) {
				t.Errorf("the README of %s does not say %s", name, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != 8 {
		t.Errorf("got %d data sets, want 8", n)
	}
}

// baseMap is what of TopoJSON the base map uses.
type baseMap struct {
	Transform struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]int
	Objects   map[string]struct {
		Geometries []struct {
			Type       string
			Arcs       json.RawMessage
			Properties struct{ ID, C string }
		}
	}
}

// ring joins arcs to a ring in degrees; arc ~i is arc i backwards (TopoJSON 2.1.4).
func (m *baseMap) ring(arcs []int) (out [][2]float64) {
	for _, a := range arcs {
		i := max(a, ^a)
		var x, y int
		var line [][2]float64
		for _, d := range m.Arcs[i] {
			x, y = x+d[0], y+d[1]
			line = append(line, [2]float64{float64(x)*m.Transform.Scale[0] + m.Transform.Translate[0], float64(y)*m.Transform.Scale[1] + m.Transform.Translate[1]})
		}
		for j := range line {
			if a < 0 {
				out = append(out, line[len(line)-1-j])
			} else {
				out = append(out, line[j])
			}
		}
	}
	return out
}

// holds tells by the even-odd rule whether p lies in a polygon's rings.
func (m *baseMap) holds(polygon [][]int, lon, lat float64) (in bool) {
	for _, arcs := range polygon {
		r := m.ring(arcs)
		for i := range r {
			a, b := r[i], r[(i+1)%len(r)]
			if (a[1] > lat) != (b[1] > lat) && lon < (b[0]-a[0])*(lat-a[1])/(b[1]-a[1])+a[0] {
				in = !in
			}
		}
	}
	return in
}

// TestBaseMapDrawsUkraineWhole: the sources give Crimea to another country.
func TestBaseMapDrawsUkraineWhole(t *testing.T) {
	b, err := data.Files.ReadFile("basemap/base.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 46_000 {
		t.Errorf("the base map has %d bytes, more than 46,000", len(b))
	}
	var m baseMap
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, g := range m.Objects["land"].Geometries {
		count[g.Properties.C]++
	}
	if count["UA"] != 27 || len(count) != 10 {
		t.Errorf("land: got %v, want 27 of UA and 9 neighbours", count)
	}
	for city, at := range map[string][2]float64{
		"Simferopol": {34.1003, 44.9521}, "Kerch": {36.44, 45.36}, "Sevastopol": {33.55, 44.59}, "Donetsk": {37.8028, 48.0159},
		"Luhansk": {39.3078, 48.574}, "Kyiv": {30.52, 50.45}, "Uzhhorod": {22.35, 48.62}, "Kharkiv": {36.23, 49.99},
	} {
		var owners []string
		for _, g := range m.Objects["land"].Geometries {
			polygons := [][][]int{nil}
			target := any(&polygons)
			if g.Type == "Polygon" {
				target = &polygons[0]
			}
			if err := json.Unmarshal(g.Arcs, target); err != nil {
				t.Fatal(err)
			}
			for _, p := range polygons {
				if m.holds(p, at[0], at[1]) {
					owners = append(owners, g.Properties.C)
				}
			}
		}
		if len(owners) != 1 || owners[0] != "UA" {
			t.Errorf("%s is drawn in %v, want UA", city, owners)
		}
	}
}
