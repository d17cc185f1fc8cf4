package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/export"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// gdal reads a file with GDAL, as GeoJSON.
func gdal(t testing.TB, format string, body []byte, args ...string) []feature {
	t.Helper()
	_, err := exec.LookPath("ogr2ogr")
	need(t, err == nil, "GDAL (gdal-bin)")
	f, _ := export.Named(format)
	path := filepath.Join(t.TempDir(), "x."+f.Extension)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	if format == "shp" {
		path = "/vsizip/" + path
	}
	args = append(args, "-f", "GeoJSONSeq", "/vsistdout/", path, "-lco", "COORDINATE_PRECISION=9", "-a_srs", "EPSG:4326", "-mapFieldType", "DateTime=String,Time=String")
	if strings.HasPrefix(format, "csv") && !bytes.Contains(body, []byte(",wkt\r\n")) {
		args = append(args, "-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat")
	}
	cmd := exec.Command("ogr2ogr", args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: ogr2ogr: %v: %s", format, err, errs.String())
	}
	if errs.Len() > 0 && format != "csv-hxl" { // to GDAL the tags are a row
		t.Errorf("%s: GDAL says %s", format, errs.String())
	}
	var list []feature
	for d := json.NewDecoder(&out); d.More(); {
		var f feature
		if err := d.Decode(&f); err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	return list
}

// TestGDAL: of every collection, in every format, GDAL reads N of N features with the
// geometry and every property of our GeoJSON.
func TestGDAL(t *testing.T) {
	rnd := seeded(t)
	for _, c := range collections {
		list := features(rnd, c, 40, named)
		for _, format := range export.Formats {
			got := gdal(t, format.Name, write(t, format.Name, selection(c, list)))
			if format.Name == "csv-hxl" && len(got) > 0 {
				got = got[1:] // the tags
			}
			compare(t, format.Name, c, got, list)
		}
	}
}

// TestHostile: texts that would break out of a format come back as they are, but for
// what the format says it changes.
func TestHostile(t *testing.T) {
	long := strings.Repeat("ї", 150)
	texts := []string{
		`"quoted", 'so'; and|more`, "two\nlines", "]]><script>&amp;</Placemark>", "=1+1", "+380 44", "-1", "@SUM(A1)", "\x00null\x1e\x07bell", "bad \xff\xfe bytes",
		"'already", " spaces ", "\t=tab", long, "x" + long, "🔥 вогонь", "\u2028line", "NULL", "0123", "\ufffe",
	}
	rnd := seeded(t)
	hostile := func(i int) string { return texts[i%len(texts)] }
	for _, c := range []report.Collection{report.Hubs, report.Curfews} {
		list := features(rnd, c, len(texts), hostile)
		for _, format := range []string{"csv", "kml", "shp", "fgb"} {
			compare(t, format, c, gdal(t, format, write(t, format, selection(c, list))), list)
		}
	}
}

// compare compares what GDAL read with what was written.
func compare(t *testing.T, format string, c report.Collection, got []feature, want []*view.Feature) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s of %s: GDAL reads %d of %d", format, c, len(got), len(want))
	}
	byID := map[string]feature{}
	for _, f := range got {
		if f.Properties["id"] == nil {
			f.Properties["id"] = f.ID // as GDAL writes the id of a feature that was GeoJSON
		}
		byID[fmt.Sprint(f.Properties["id"])] = f
	}
	for _, f := range want {
		g, ok := byID[f.ID]
		if !ok {
			t.Fatalf("%s of %s: %s is missing", format, c, f.ID)
		}
		var ours feature
		if err := json.Unmarshal(f.AppendJSON(nil, now), &ours); err != nil {
			t.Fatal(err)
		}
		if a, b := normal(t, g.Geometry), normal(t, ours.Geometry); a != b && format != "csv-hxl" {
			t.Errorf("%s of %s: %s is at %s, want %s", format, c, f.ID, a, b)
		}
		for _, p := range report.Properties(c) {
			name, value := p.Name, expected(format, ours.Properties[p.Name])
			switch {
			case format == "shp":
				name = name[:min(10, len(name))]
			case format == "kml" && name == "name":
				if name = "Name"; value == "" {
					value = f.ID
				}
			}
			if got := plain(g.Properties[name]); got != value {
				t.Errorf("%s of %s: %s of %s is %q, want %q", format, c, p.Name, f.ID, got, value)
			}
		}
		if format == "kml" {
			checkSpan(t, c, g, ours)
		}
	}
}

// checkSpan compares the time primitive of a Placemark with its properties.
func checkSpan(t *testing.T, c report.Collection, got, ours feature) {
	t.Helper()
	for field, name := range map[string]map[report.Collection]string{
		"begin":     {report.Outages: "starts_at", report.Curfews: "valid_from"},
		"end":       {report.Outages: "ends_at", report.Curfews: "valid_to"},
		"timestamp": {report.Reports: "observed_at", report.Needs: "observed_at"},
	} {
		if a, b := plain(got.Properties[field]), plain(ours.Properties[name[c]]); a != b {
			t.Errorf("kml of %s: %s is %q, want %q", c, field, a, b)
		}
	}
}

// expected is a value of our JSON as a format gives it back.
func expected(format string, v any) string {
	if b, ok := v.(bool); ok {
		switch format {
		case "shp":
			return map[bool]string{true: "T", false: "F"}[b]
		case "kml":
			return map[bool]string{true: "1", false: "0"}[b]
		}
	}
	text, isText := v.(string)
	if !isText || strings.HasPrefix(format, "geojson") || format == "ndjson" {
		return plain(v)
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe {
			return -1
		}
		return r
	}, text)
	if strings.HasPrefix(format, "csv") && text != "" && strings.ContainsRune("=+-@\t", rune(text[0])) {
		text = "'" + text
	}
	if format == "shp" || format == "kml" {
		text = strings.TrimLeft(text, " ") // by the reader
	}
	if format == "shp" {
		for len(text) > 254 {
			runes := []rune(text)
			text = string(runes[:len(runes)-1])
		}
	}
	return plain(text)
}

// plain writes a value in one way, times in that of RFC 3339.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		for _, layout := range []string{"2006/01/02 15:04:05Z07", time.RFC3339} {
			if at, err := time.Parse(layout, v); err == nil {
				return at.UTC().Format(time.RFC3339)
			}
		}
		if at, err := time.Parse("15:04:05", v); err == nil {
			return at.Format("15:04")
		}
		return strings.TrimRight(strings.ReplaceAll(v, "\r\n", "\n"), " ")
	}
	return fmt.Sprint(v)
}

// normal writes a geometry in one way: shapefiles turn rings round, and where a
// MultiPolygon has one member some readers tell of a Polygon.
func normal(t testing.TB, g geometry) string {
	t.Helper()
	var mp [][][][2]float64
	var err error
	switch g.Type {
	case "Point":
		var p [2]float64
		err = json.Unmarshal(g.Coordinates, &p)
		mp = [][][][2]float64{{{p}}}
	case "Polygon":
		mp = make([][][][2]float64, 1)
		err = json.Unmarshal(g.Coordinates, &mp[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &mp)
	default:
		return g.Type
	}
	if err != nil {
		t.Fatal(err)
	}
	var polygons []string
	for _, p := range mp {
		var rings []string
		for _, r := range p {
			var points []string
			for _, at := range r[:max(1, len(r)-1)] {
				points = append(points, fmt.Sprintf("%.9f %.9f", at[0], at[1]))
			}
			slices.Sort(points)
			rings = append(rings, strings.Join(points, ","))
		}
		slices.Sort(rings[1:])
		polygons = append(polygons, strings.Join(rings, ";"))
	}
	slices.Sort(polygons)
	return strings.TrimPrefix(g.Type, "Multi") + strings.Join(polygons, "|")
}

// TestIndex: through the index of FlatGeobuf GDAL finds just what meets a box.
func TestIndex(t *testing.T) {
	rnd := seeded(t)
	for _, c := range []report.Collection{report.Hubs, report.Outages} {
		for _, n := range []int{1, 17, 700} {
			list := features(rnd, c, n, named)
			body := write(t, "fgb", selection(c, list))
			found := 0
			for i := range 4 {
				w, s := 21+17*rnd.Float64(), 43+8*rnd.Float64()
				box := orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{w + 4*rnd.Float64(), s + 2*rnd.Float64()}}
				if i == 0 {
					w, s, box = 0, 0, orb.Bound{Max: orb.Point{60, 60}} // all of them
				}
				var want, got []string
				for _, f := range list {
					if geo.Intersects(f.Geometry, geo.BBox{West: w, South: s, East: box.Max[0], North: box.Max[1]}) {
						want = append(want, f.ID)
					}
				}
				for _, f := range gdal(t, "fgb", body, "-spat", fmt.Sprint(w), fmt.Sprint(s), fmt.Sprint(box.Max[0]), fmt.Sprint(box.Max[1])) {
					got = append(got, fmt.Sprint(f.Properties["id"]))
				}
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Errorf("%d %s in %v: got %v, want %v", n, c, box, got, want)
				}
				found += len(want)
			}
			if n == 700 && found <= n {
				t.Errorf("no small box holds any of %d %s", n, c)
			}
		}
	}
}

// TestLayers: what GDAL tells of the files as a whole: type of geometry, extent, place
// on earth, and of an empty selection that it is one.
func TestLayers(t *testing.T) {
	_, err := exec.LookPath("ogrinfo")
	need(t, err == nil, "GDAL (gdal-bin)")
	rnd := seeded(t)
	for _, c := range []report.Collection{report.Needs, report.Areas} {
		for _, n := range []int{0, 9} {
			list := features(rnd, c, n, named)
			for _, format := range []string{"kml", "shp", "fgb"} {
				f, _ := export.Named(format)
				path := filepath.Join(t.TempDir(), "x."+f.Extension)
				if err := os.WriteFile(path, write(t, format, selection(c, list)), 0o600); err != nil {
					t.Fatal(err)
				}
				if format == "shp" {
					path = "/vsizip/" + path
				}
				out, err := exec.Command("ogrinfo", "-ro", "-al", "-so", path).CombinedOutput()
				text := string(out)
				if format == "kml" && n == 0 && err == nil {
					continue // to GDAL a document without placemarks has no layer
				}
				if err != nil || !strings.Contains(text, fmt.Sprintf("Feature Count: %d\n", n)) || !strings.Contains(text, "Layer name: "+string(c)) {
					t.Fatalf("%s of %d %s: %v: %s", format, n, c, err, text)
				}
				kind := map[report.Collection]string{report.Needs: "Point", report.Areas: "Polygon"}[c]
				if format != "kml" && (!strings.Contains(text, kind+"\n") || !strings.Contains(text, "WGS")) {
					t.Errorf("%s of %s: %s", format, c, text)
				}
				if typed := "confirmed_at: DateTime (0.0)\nconfirmations: Integer64 (0.0)\ndisputed: Integer(Boolean)"; format == "fgb" && !strings.Contains(text, typed) {
					t.Errorf("fgb of %s: no %s in %s", c, typed, text)
				}
				if n > 0 {
					all := list[0].Bound
					for _, f := range list {
						all = all.Union(f.Bound)
					}
					r := func(v float64) float64 { return math.Round(v*1e6) / 1e6 }
					if want := fmt.Sprintf("Extent: (%.6f, %.6f) - (%.6f, %.6f)", r(all.Min[0]), r(all.Min[1]), r(all.Max[0]), r(all.Max[1])); !strings.Contains(text, want) {
						t.Errorf("%s of %s: no %s in %s", format, c, want, text)
					}
				}
			}
		}
	}
}
