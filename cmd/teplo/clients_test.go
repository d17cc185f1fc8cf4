package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// everything is a store with more than so many features of each collection, and a key
// that reads all of them.
func everything(t *testing.T, n int) (db, key string) {
	t.Helper()
	db = wide(t, n)
	var needs, reports strings.Builder
	needs.WriteString("ref,need,people,urgency,lon,lat,observed_at\n")
	reports.WriteString("ref,about,service,state,lon,lat,observed_at\n")
	for i := range n {
		lon, lat := 26+float64(i%100)*0.08, 48.7+float64(i/100)*0.01
		fmt.Fprintf(&needs, "%d,%s,%d,today,%.5f,%.5f,2026-11-20T10:00:00Z\n", i, []string{"heat", "water", "food"}[i%3], 1+i%9, lon, lat)
		fmt.Fprintf(&reports, "%d,outage,power,out,%.5f,%.5f,2026-11-20T10:00:00Z\n", i, lon, lat)
	}
	for as, text := range map[string]string{"needs": needs.String(), "reports": reports.String()} {
		file := filepath.Join(t.TempDir(), as+".csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, code := teplo(t, "import", file, "--db", db, "--as", as, "--source", "Wide "+as); code != 0 || !strings.HasPrefix(out, fmt.Sprintf("imported %d new", n)) {
			t.Fatalf("%s: %d %s%.500s", as, code, out, errs)
		}
	}
	return db, keys(t, db, "aid:*")[0]
}

// gis runs a program of GDAL with a key and returns what it prints.
func gis(t *testing.T, key string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "GDAL_HTTP_HEADERS=Authorization: Bearer "+key, "OGR_GEOJSON_MAX_OBJ_SIZE=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	if strings.Contains(string(out), "ERROR") {
		t.Errorf("%s:\n%s", strings.Join(args, " "), out)
	}
	return string(out)
}

var featureCount = regexp.MustCompile(`Feature Count: (\d+)`)

// counted is the number of features that ogrinfo tells of.
func counted(t *testing.T, key string, args ...string) int {
	t.Helper()
	out := gis(t, key, append([]string{"ogrinfo", "-ro", "-so"}, args...)...)
	m := featureCount.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("ogrinfo %v: %s", args, out)
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// installed needs a program.
func installed(t *testing.T, program string) {
	t.Helper()
	_, err := exec.LookPath(program)
	need(t, err == nil, program)
}

const (
	clientFeatures = 5200
	allCollections = "hubs outages curfews areas needs reports"
)

// TestClients: the programs of aid groups get N of N of every collection of one server.
func TestClients(t *testing.T) {
	t.Parallel()
	db, key := everything(t, clientFeatures)
	s := serve(t, db, "--now", "2026-11-20T12:00:00Z", "--drill")
	for c := range strings.FieldsSeq(allCollections) {
		if n := s.itemsAs(key, "/api/collections/"+c+"/items?limit=1").NumberMatched; n < clientFeatures {
			t.Fatalf("%d %s", n, c)
		}
	}
	for name, test := range map[string]func(*testing.T, *server, string){"GDAL": gdal, "OWSLib": owslib, "QGIS": qgis} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, s, key)
		})
	}
}

// gdal reads, filters on the server, and writes what it got in the formats that aid
// groups keep.
func gdal(t *testing.T, s *server, key string) {
	installed(t, "ogr2ogr")
	for c := range strings.FieldsSeq(allCollections) {
		want := s.itemsAs(key, "/api/collections/"+c+"/items?limit=1").NumberMatched
		if c != "areas" { // 3,200 pages of ten
			if got := counted(t, key, "OAPIF:"+s.base+"/api", c); got != want {
				t.Errorf("%s: ogrinfo tells of %d, want %d", c, got, want)
			}
		}
		dir := t.TempDir()
		pkg, fgb, shp := filepath.Join(dir, "out.gpkg"), filepath.Join(dir, "out.fgb"), filepath.Join(dir, "out.shp")
		gis(t, key, "ogr2ogr", "-f", "GPKG", pkg, "OAPIF:"+s.base+"/api", c, "-oo", "PAGE_SIZE=10000", "-t_srs", "EPSG:3857")
		gis(t, "", "ogr2ogr", "-f", "FlatGeobuf", fgb, pkg, c)
		gis(t, "", "ogr2ogr", "-f", "ESRI Shapefile", "-lco", "ENCODING=UTF-8", shp, pkg, c, "-t_srs", "EPSG:4326")
		for _, file := range []string{pkg, fgb, shp} {
			if got := counted(t, "", "-al", file); got != want {
				t.Errorf("%s: %s has %d, want %d", c, filepath.Base(file), got, want)
			}
		}
	}
	power := s.items("/api/collections/outages/items?limit=1&service=power").NumberMatched
	if got := counted(t, key, "OAPIF:"+s.base+"/api", "outages", "-oo", "PAGE_SIZE=10000", "-where", "service = 'power'"); got != power || power == 0 {
		t.Errorf("-where: %d, want %d", got, power)
	}
	near := s.items("/api/collections/hubs/items?limit=1&bbox=30,49,31,50").NumberMatched
	if got := counted(t, key, "OAPIF:"+s.base+"/api", "hubs", "-oo", "PAGE_SIZE=10000", "-spat", "30", "49", "31", "50"); got != near || near == 0 {
		t.Errorf("-spat: %d, want %d", got, near)
	}
	if got := counted(t, key, "-al", s.base+"/api/collections/hubs/items?limit=10000"); got < clientFeatures {
		t.Errorf("the GeoJSON driver reads %d", got)
	}
}

// itemsAs reads items with a key.
func (s *server) itemsAs(key, path string) collection {
	s.t.Helper()
	resp, body := s.get(path, "Authorization", "Bearer "+key)
	if resp.StatusCode != 200 {
		s.t.Fatalf("%s: %d %s", path, resp.StatusCode, body)
	}
	return parse(s.t, body)
}

// python runs a script of Debian's own Python, which has the clients' modules.
func python(t *testing.T, module, script string) string {
	t.Helper()
	const interpreter = "/usr/bin/python3"
	err := exec.Command(interpreter, "-c", "import "+module).Run()
	need(t, err == nil, "python3 with "+module)
	cmd := exec.Command(interpreter, "-c", script)
	cmd.Env = append(os.Environ(), "QT_QPA_PLATFORM=offscreen", "HOME="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", module, err, out)
	}
	return string(out)
}

// owslib is the library of Python users: collections, pages, filters and queryables.
func owslib(t *testing.T, s *server, _ string) {
	out := python(t, "owslib", fmt.Sprintf(`
from owslib.ogcapi.features import Features
w = Features(%q)
print(sorted(w.feature_collections()))
for c in w.feature_collections():
    n, seen, offset = w.collection_items(c, limit=1)['numberMatched'], set(), 0
    while offset < n:
        page = w.collection_items(c, limit=10000, offset=offset)
        seen.update(f['id'] for f in page['features'])
        offset += page['numberReturned']
    print(c, n, len(seen), len(w.collection_queryables(c)['properties']) > 10)
print(w.collection_items('hubs', bbox=[30, 49, 31, 50], limit=1)['numberMatched'])
print(w.api()['openapi'])
`, s.base+"/api/"))
	for _, c := range public {
		n := s.items("/api/collections/" + c + "/items?limit=1").NumberMatched
		if want := fmt.Sprintf("%s %d %d True", c, n, n); !strings.Contains(out, want) || n < clientFeatures {
			t.Errorf("%s: want %q in\n%s", c, want, out)
		}
	}
	near := s.items("/api/collections/hubs/items?limit=1&bbox=30,49,31,50").NumberMatched
	if !strings.Contains(out, "['areas', 'curfews', 'hubs', 'outages']") || !strings.Contains(out, fmt.Sprintf("\n%d\n3.0", near)) {
		t.Error(out)
	}
}

// qgis makes a layer of each collection, which is valid, counts N and reads N.
func qgis(t *testing.T, s *server, _ string) {
	out := python(t, "qgis.core", fmt.Sprintf(`
from qgis.core import *
app = QgsApplication([], False)
app.initQgis()
for c in %q.split():
    layer = QgsVectorLayer("url='%s' typename='%%s'" %% c, c, 'OAPIF')
    names = [f.name() for f in layer.fields()]
    print('layer', c, layer.isValid(), layer.featureCount(), sum(1 for _ in layer.getFeatures()), 'tier' in names, layer.crs().authid())
`, strings.Join(public, " "), s.base+"/api/"))
	for _, c := range public {
		n := s.items("/api/collections/" + c + "/items?limit=1").NumberMatched
		if want := fmt.Sprintf("layer %s True %d %d True EPSG:4326", c, n, n); !strings.Contains(out, want) || n < clientFeatures {
			t.Errorf("%s: want %q in\n%s", c, want, out)
		}
	}
}
