package main_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"

	"example.org/teplo/geo/pmtiles"
	"example.org/teplo/geo/pmtiles/pmtilestest"
	"example.org/teplo/geo/tile"
)

// kyivBounds is what the archives of these tests cover.
var kyivBounds = [4]float64{30.3, 50.3, 30.75, 50.6}

// worldOf projects to Web Mercator, the world 0..1 both ways.
func worldOf(lon, lat float64) (x, y float64) {
	return (lon + 180) / 360, (1 - math.Log(math.Tan(math.Pi/4+lat*math.Pi/360))/math.Pi) / 2
}

// tilesOver calls each with the tiles of a zoom that touch the bounds.
func tilesOver(z uint8, each func(at pmtilestest.Tile)) {
	n := math.Exp2(float64(z))
	west, north := worldOf(kyivBounds[0], kyivBounds[3])
	east, south := worldOf(kyivBounds[2], kyivBounds[1])
	for x := uint32(west * n); x <= uint32(east*n); x++ {
		for y := uint32(north * n); y <= uint32(south*n); y++ {
			each(pmtilestest.Tile{Z: z, X: x, Y: y})
		}
	}
}

// cityTile is one tile of a city that never was: a street each hundred metres or so, a
// few of them large, a river, parks, a railway; and what must not be drawn. Streets
// wave, so that they are no straight lines.
func cityTile(at pmtilestest.Tile) []byte {
	n := math.Exp2(float64(at.Z))
	step := 4096 / 15.0
	if at.Z < 14 {
		step = 4096 / 4.0
	}
	wave := func(v float64) float64 { return 22 * math.Sin(v*math.Pi/1024) }
	roads := tile.Layer{Name: "roads", Extent: 4096}
	for i := -1; i <= int(4096/step)+1; i++ {
		for _, upright := range []bool{false, true} {
			kind, name := "minor_road", fmt.Sprintf("вулиця %d-%d", at.X%100, i)
			switch {
			case i%15 == 4:
				kind, name = "highway", "проспект Перемоги"
			case i%5 == 2:
				kind, name = "medium_road", fmt.Sprintf("бульвар %d", i)
			case i%3 == 1:
				kind, name = "path", ""
			}
			var p orb.LineString
			for v := -64.0; v <= 4160; v += 264 {
				across := float64(i)*step + wave(v)
				if upright {
					p = append(p, orb.Point{across, v})
				} else {
					p = append(p, orb.Point{v, across})
				}
			}
			f := tile.Feature{Kind: tile.Lines, Parts: []orb.LineString{p}, Tags: map[string]any{"kind": kind}}
			if name != "" {
				f.Tags["name"] = name
			}
			roads.Features = append(roads.Features, f)
		}
	}
	rail := orb.LineString{{-64, 3300}, {4160, 2900}}
	roads.Features = append(roads.Features, tile.Feature{Kind: tile.Lines, Parts: []orb.LineString{rail}, Tags: map[string]any{"kind": "rail"}})
	local := func(lon, lat float64) orb.Point {
		x, y := worldOf(lon, lat)
		return orb.Point{(x*n - float64(at.X)) * 4096, (y*n - float64(at.Y)) * 4096}
	}
	area := func(kind string, west, south, east, north float64) tile.Feature {
		ring := orb.LineString{local(west, north), local(east, north), local(east, south), local(west, south), local(west, north)}
		return tile.Feature{Kind: tile.Polygons, Parts: []orb.LineString{ring}, Tags: map[string]any{"kind": kind}}
	}
	return tile.Encode([]tile.Layer{
		roads,
		{Name: "water", Extent: 4096, Features: []tile.Feature{area("river", 30.56, 50.2, 30.58, 50.7)}},
		{Name: "landuse", Extent: 4096, Features: []tile.Feature{area("park", 30.5, 50.43, 30.515, 50.445), area("military", 30.45, 50.4, 30.46, 50.41)}},
		{Name: "places", Extent: 4096, Features: []tile.Feature{{Kind: tile.Points, Parts: []orb.LineString{{local(30.53, 50.44)}}, Tags: map[string]any{"kind": "suburb", "name": "Липки <b>"}}}},
		{Name: "buildings", Extent: 4096, Features: []tile.Feature{area("building", 30.52, 50.45, 30.521, 50.451)}},
	})
}

// basemapFile writes an archive and returns its name.
func basemapFile(t testing.TB, a pmtilestest.Archive) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "city.pmtiles")
	if err := os.WriteFile(name, a.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// streetsFile is the city as vector tiles.
func streetsFile(t testing.TB) string {
	a := pmtilestest.Archive{
		Type: pmtiles.TypeMVT, Tiles: map[pmtilestest.Tile][]byte{}, Bounds: kyivBounds, PerLeaf: 100,
		Metadata: map[string]any{
			"attribution":   `<a href="https://www.openstreetmap.org/copyright" onclick="alert(1)">&copy; OpenStreetMap</a>`,
			"vector_layers": []map[string]any{{"id": "roads", "minzoom": 9, "maxzoom": 14}},
		},
	}
	for z := uint8(9); z <= 14; z++ {
		tilesOver(z, func(at pmtilestest.Tile) { a.Tiles[at] = cityTile(at) })
	}
	return basemapFile(t, a)
}

// imagesFile has tiles that are pictures: a checkerboard, each zoom of a colour.
func imagesFile(t testing.TB) string {
	a := pmtilestest.Archive{Type: pmtiles.TypePNG, Plain: true, Tiles: map[pmtilestest.Tile][]byte{}, Bounds: kyivBounds, Metadata: map[string]any{"attribution": "Somebody's pictures"}}
	for z := uint8(9); z <= 14; z++ {
		tilesOver(z, func(at pmtilestest.Tile) {
			m := image.NewPaletted(image.Rect(0, 0, 256, 256), color.Palette{color.NRGBA{200, 10 * z, 40, 255}, color.NRGBA{40, 10 * z, 200, 255}})
			for i := range m.Pix {
				m.Pix[i] = byte((at.X + at.Y) % 2)
			}
			var b bytes.Buffer
			if err := png.Encode(&b, m); err != nil {
				t.Fatal(err)
			}
			a.Tiles[at] = b.Bytes()
		})
	}
	return basemapFile(t, a)
}
