package main_test

import (
	"bytes"
	encoding "encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// canaries are words and numbers that must be found nowhere that the public, or who
// has the files, can look.
const (
	canaryHub     = "Канарковий пункт"
	canaryNote    = "канарка співає тихо"
	canaryAddress = "203.0.113.77"
	canarySecret  = "canary-reporter-0123456789"
	canaryLon     = 30.523411
	canaryLat     = 50.450177
)

// publicRoutes is every route that answers without a key.
func publicRoutes(hub, report string) []string {
	return []string{
		"/", "/?lang=en", "/place/UA14000000000091971", "/place/UA80000000000093317", "/places?q=Канарковий", "/places?q=Київ", "/hubs/" + hub,
		"/report?about=hub_status&hub=" + hub, "/receipts/" + report, "/about", "/privacy", "/dashboard", "/dashboard?f=csv", "/dashboard?f=csv&of=history", "/s/93317", "/poster/UA14000000000091971", "/poster/" + hub, "/api", "/api/collections", "/api/collections/hubs",
		"/api/collections/hubs/items?limit=10000", "/api/collections/hubs/items/" + hub, "/api/collections/hubs/items?area=UA14",
		"/api/collections/hubs/items?bbox=37,47,39,49", "/api/collections/outages/items", "/api/collections/curfews/items",
		"/api/collections/reports/items", "/api/collections/needs/items", "/api/collections/needs", "/api/receipts/" + report,
		"/api/collections/hubs/items?f=csv", "/api/collections/hubs/items?f=csv-hxl", "/api/collections/hubs/items?f=ndjson", "/api/collections/hubs/items?f=geojsonseq",
		"/api/collections/hubs/items?f=kml", "/api/collections/hubs/items?f=shp", "/api/collections/hubs/items?f=fgb", "/api/collections/hubs/items?f=html", "/api/collections/outages/items?f=csv",
		"/api/collections/hubs/items?filter=area_code%20LIKE%20'UA14%25'", "/api/collections/hubs/items?filter=S_INTERSECTS(geometry,BBOX(37,47,39,49))", "/api/collections/hubs/items?adm1_pcode=UA14",
		"/api/datapackage.json", "/api/openapi.json", "/api/docs", "/api/collections/hubs/schema", "/map/curfew.json?lang=uk",
		"/api/nearest?lon=37.8&lat=48&limit=50", "/api/similar?about=hub&lon=37.8&lat=48", "/api/similar?about=outage&lon=30.52&lat=50.45",
		"/api/places?q=Канарковий", "/api/areas/UA14/history", "/api/areas/UA80/history", "/api/go?area=UA14", "/api/feeds/curfew.ics?area=UA14",
		"/api/packs/UA14.json", "/api/points.json", "/api/packs/UA80.json", "/api/cells/12/2478/1423.json", "/api/cells/12/2395/1381.json",
		"/api/queue", "/api/keys", "/api/audit", "/api/needs/need-" + strings.ReplaceAll(report, "-", ""), "/healthz", "/readyz", "/metrics", "/nothing",
	}
}

func TestCanary(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "aid:UA80", "aid:UA14", "moderator:*")
	file := filepath.Join(filepath.Dir(db), "hubs.csv")
	if err := os.WriteFile(file, []byte("ref,name,lat,lon,heat\n1,"+canaryHub+",48.0123,37.8123,yes\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := teplo(t, "import", file, "--db", db, "--as", "hubs", "--source", "city"); code != 0 {
		t.Fatal(out, errs)
	}
	s := serve(t, db, "--trusted-proxies", "127.0.0.0/8", "--log-format", "json")
	hub := ""
	for _, f := range s.want(200, k[1], http.MethodGet, "/api/collections/hubs/items?area=UA14", nil)["features"].([]any) {
		hub = fmt.Sprint(f.(map[string]any)["id"])
	}
	if hub == "" {
		t.Fatal("an aid key of the area does not see the withheld hub")
	}
	var last string
	for _, about := range []object{
		{"about": "outage", "service": "power", "state": "out", "note": canaryNote},
		{"about": "need", "need": "heat", "people": 3, "note": canaryNote},
		{"about": "hub", "name": canaryHub, "note": canaryNote},
	} {
		last = uuid.NewString()
		body := fmt.Sprintf(`{"type":"Feature","id":%q,"geometry":{"type":"Point","coordinates":[%v,%v]},"properties":%s}`, last, canaryLon, canaryLat, jsonOf(t, about))
		resp, text := s.do(http.MethodPost, "/api/reports", body, "Content-Type", geoJSON, "Teplo-Reporter", canarySecret, "X-Forwarded-For", canaryAddress)
		if resp.StatusCode != 201 {
			t.Fatalf("%v: %d %s", about, resp.StatusCode, text)
		}
	}
	routes := publicRoutes(hub, last)
	for _, path := range routes {
		for _, headers := range [][]string{nil, {"Accept-Language", "en"}, {"Authorization", "Bearer " + k[0]}} {
			if headers != nil && headers[0] == "Authorization" && (strings.Contains(path, "needs") || strings.Contains(path, "reports") || strings.Contains(path, "keys")) {
				continue // an aid group of Kyiv may read these
			}
			resp, text := s.get(path, headers...)
			where := fmt.Sprintf("%s %v (%d)", path, headers, resp.StatusCode)
			for _, canary := range []string{canaryHub, canaryNote, canaryAddress, canarySecret, "30.523411", "50.450177", "37.8123"} {
				// What somebody asks with comes back in the form, and what is not there by its id.
				if strings.Contains(text, canary) && !strings.Contains(path, "q=") {
					t.Errorf("%s tells %q", where, canary)
				}
			}
			if !strings.Contains(path, hub) && strings.Contains(text, hub) {
				t.Errorf("%s names the withheld hub", where)
			}
			if strings.Contains(path, hub) && resp.StatusCode == 200 && !strings.HasPrefix(path, "/report") {
				t.Errorf("%s knows the withheld hub", where)
			}
		}
	}
	s.stop()
	searchFiles(t, s, db)
}

// searchFiles looks for canaries in logs and on disk.
func searchFiles(t *testing.T, s *server, db string) {
	t.Helper()
	files := map[string][]byte{"the log": []byte(s.log.String())}
	for _, suffix := range []string{"", ".keys", ".lock"} {
		b, err := os.ReadFile(db + suffix)
		if err != nil {
			t.Fatal(err)
		}
		files["DB"+suffix] = b
	}
	wanted := map[string][]byte{"the note": []byte(canaryNote), "the address": []byte(canaryAddress), "its bytes": {203, 0, 113, 77}, "the secret": []byte(canarySecret)}
	for name, v := range map[string]float64{"the longitude": canaryLon, "the latitude": canaryLat} {
		wanted[name] = encoding.BigEndian.AppendUint64(nil, math.Float64bits(v))
		wanted[name+", little end first"] = encoding.LittleEndian.AppendUint64(nil, math.Float64bits(v))
	}
	for where, b := range files {
		for what, canary := range wanted {
			if bytes.Contains(b, canary) {
				t.Errorf("%s holds %s", where, what)
			}
		}
	}
	// The search itself: what is stored openly is found.
	if !bytes.Contains(files["DB"], []byte("Житомир")) {
		t.Error("the search finds nothing at all")
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
