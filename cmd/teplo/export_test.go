package main_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

// exported is a collection as teplo export writes it.
type exported struct {
	Name     string
	Cursor   int
	Features []feature
}

func readExport(t testing.TB, path string) exported {
	t.Helper()
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out exported
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// withheldHub puts a hub into an oblast in which hubs are public on no route.
func withheldHub(t testing.TB, db string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(file, []byte("ref,name,lat,lon,heat,area_code\n1,Прихований,48.02,37.80,yes,UA14\n2,Видимий,50.45,30.52,yes,UA80\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := teplo(t, "import", file, "--as", "hubs", "--db", db, "--source", "test"); code != 0 {
		t.Fatal(out, errs)
	}
}

// TestExport: a file for everybody has what everybody may see, --full has the rest; both
// say where changes go on, and standard output has the same bytes.
func TestExport(t *testing.T) {
	t.Parallel()
	db, dir := bundled(t), t.TempDir()
	withheldHub(t, db)
	public, full := filepath.Join(dir, "public.geojson"), filepath.Join(dir, "full.geojson")
	if out, errs, code := teplo(t, "export", "hubs", "--db", db, "-o", public, "--now", "2026-01-15T10:00:00Z"); code != 0 || out != "" || errs != fmt.Sprintf("cursor %d\n", readExport(t, public).Cursor) {
		t.Fatal(out, errs, code)
	}
	if _, errs, code := teplo(t, "export", "hubs", "--full", "--db", db, "-o", full); code != 0 {
		t.Fatal(errs, code)
	}
	names := func(path string) string {
		var out []string
		for _, f := range readExport(t, path).Features {
			out = append(out, fmt.Sprint(f.Properties["name"]))
		}
		return strings.Join(out, "\n")
	}
	if got := names(public); !strings.Contains(got, "Видимий") || strings.Contains(got, "Прихований") {
		t.Errorf("public: %s", got)
	}
	if got := names(full); !strings.Contains(got, "Видимий") || !strings.Contains(got, "Прихований") {
		t.Errorf("full: %s", got)
	}
	if info, err := os.Stat(full); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("full has mode %v, %v", info.Mode(), err)
	}
	file := filepath.Join(dir, "x.csv")
	if _, errs, code := teplo(t, "export", "curfews", "--db", db, "--format", "csv", "-o", file, "--now", "2026-01-15T10:00:00Z"); code != 0 {
		t.Fatal(errs, code)
	}
	out, _, code := teplo(t, "export", "--format=csv", "--public", "--db", db, "curfews", "--now", "2026-01-15T10:00:00Z")
	if body, err := os.ReadFile(file); err != nil || code != 0 || string(body) != out || len(out) < 1000 {
		t.Errorf("%d bytes on standard output, %d in the file, %v", len(out), len(body), err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan []byte)
	go func() { body, _ := os.ReadFile(pipe); read <- body }()
	if _, errs, code := teplo(t, "export", "curfews", "--format", "csv", "--db", db, "-o", pipe, "--now", "2026-01-15T10:00:00Z"); code != 0 || string(<-read) != out {
		t.Errorf("into a pipe: %d %s", code, errs)
	}
	if info, err := os.Stat(pipe); err != nil || info.Mode().IsRegular() {
		t.Errorf("the pipe is a file: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestExportRefusals: what cannot be meant is wrong usage, a store in use is 75, and no
// failure touches the file that is there.
func TestExportRefusals(t *testing.T) {
	t.Parallel()
	db, dir := bundled(t), t.TempDir()
	file, none := filepath.Join(dir, "old.csv"), filepath.Join(dir, "none.db")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve(t, db)
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, "hubs outages curfews areas reports needs"},
		{[]string{"warm"}, 2, "hubs"},
		{[]string{"hubs", "areas"}, 2, "hubs"},
		{[]string{"hubs", "--format", "xlsx"}, 2, "geojson, geojsonseq, ndjson, csv, csv-hxl, kml, shp or fgb"},
		{[]string{"hubs", "--public", "--full"}, 2, "not both"},
		{[]string{"reports"}, 2, "--full"},
		{[]string{"needs", "--server", "http://127.0.0.1:1"}, 2, "--full"},
		{[]string{"hubs", "--full", "--server", "http://127.0.0.1:1"}, 2, "--key"},
		{[]string{"hubs", "--server", "http://127.0.0.1:1"}, 1, "127.0.0.1:1"},
		{[]string{"hubs", "--now", "today"}, 2, "--now"},
		{[]string{"hubs", "--db", none}, 1, "none.db"},
		{[]string{"hubs"}, 75, "in use by process"},
		{[]string{"hubs", "-o", filepath.Join(dir, "no", "x.csv")}, 1, "-o"},
	} {
		args := append([]string{"export", "--db", db, "-o", file}, tt.args...)
		if out, errs, code := teplo(t, args...); code != tt.code || !strings.Contains(errs, tt.want) || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: %d %q %q, want %d and %q", tt.args, code, out, errs, tt.code, tt.want)
		}
	}
	if body, err := os.ReadFile(file); err != nil || string(body) != "old" {
		t.Errorf("the file is %q, %v", body, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

// TestExportServer: out of a running server comes what it shows to everybody, or to the
// key. A reply that breaks off leaves no file, and a refusal is told in its words.
func TestExportServer(t *testing.T) {
	t.Parallel()
	db, file := bundled(t), filepath.Join(t.TempDir(), "x")
	withheldHub(t, db)
	key := keys(t, db, "aid:UA14")[0]
	s := serve(t, db)
	out, errs, code := teplo(t, "export", "hubs", "--server", s.base+"/", "--key", key, "-o", file)
	if got := readExport(t, file); code != 0 || out != "" || errs != fmt.Sprintf("cursor %d\n", got.Cursor) || len(got.Features) != s.items("/api/collections/hubs/items?limit=1").NumberMatched {
		t.Errorf("%d %q %d features", code, errs, len(got.Features))
	}
	if text, _ := os.ReadFile(file); strings.Contains(string(text), "Прихований") {
		t.Error("without --full the key shows")
	}
	if out, _, code := teplo(t, "export", "hubs", "--full", "--format", "csv-hxl", "--server", s.base, "--key", key); code != 0 || !strings.Contains(out, "Прихований") {
		t.Errorf("--full: %d, %d bytes", code, len(out))
	}
	_ = os.Remove(file)
	if _, errs, code := teplo(t, "export", "needs", "--full", "--server", s.base, "--key", "tp_no_key", "-o", file); code != 1 || !strings.Contains(errs, "answered 401: ") {
		t.Errorf("needs with a wrong key: %d %s", code, errs)
	}
	breaks := between(t, "127.0.0.1:0", s.base, func(r *http.Response) {
		r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 20_000), iotest.ErrReader(io.ErrUnexpectedEOF)))
	})
	for _, format := range []string{"geojson", "ndjson"} {
		if _, errs, code := teplo(t, "export", "curfews", "--format", format, "--server", breaks.URL, "-o", file); code != 1 || !strings.Contains(errs, "EOF") {
			t.Errorf("%s: %d %s", format, code, errs)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a reply that broke off became a file")
	}
}

// TestExportGDAL: of the bundled data GDAL reads N of N, out of the real binary.
func TestExportGDAL(t *testing.T) {
	t.Parallel()
	_, err := exec.LookPath("ogrinfo")
	need(t, err == nil, "GDAL (gdal-bin)")
	db, dir := bundled(t), t.TempDir()
	for c, format := range map[string]string{"areas": "fgb", "hubs": "shp"} {
		lines, _, code := teplo(t, "export", c, "--format", "ndjson", "--db", db)
		if code != 0 || lines == "" {
			t.Fatal(c, code)
		}
		path := filepath.Join(dir, c+"."+map[string]string{"fgb": "fgb", "shp": "zip"}[format])
		if _, errs, code := teplo(t, "export", c, "--format", format, "--db", db, "-o", path); code != 0 {
			t.Fatal(errs, code)
		}
		if format == "shp" {
			path = "/vsizip/" + path
		}
		out, err := exec.Command("ogrinfo", "-ro", "-al", "-so", path).CombinedOutput()
		if want := fmt.Sprintf("Feature Count: %d\n", strings.Count(lines, "\n")); err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s of %s: %v, no %s in %s", format, c, err, want, out)
		}
		if !strings.Contains(string(out), "confidence: Real (") {
			t.Errorf("%s of %s: confidence is no fraction in %s", format, c, out)
		}
	}
}

// TestExportLive: out of a real server comes what its own route answers, byte by byte; a
// format that the route refuses is told in its words.
func TestExportLive(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), "--drill", "--now", "2026-01-15T10:00:00Z") // no rule begins or ends for hours
	all := s.items("/api/collections/curfews/items")
	for _, format := range []string{"geojson", "geojsonseq", "ndjson", "csv", "csv-hxl", "kml", "fgb"} {
		route := format
		if format == "geojson" {
			route = "ndjson"
		}
		resp, body := s.get("/api/collections/curfews/items?f=" + route)
		out, errs, code := teplo(t, "export", "curfews", "--server", s.base, "--format", format)
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", route, resp.StatusCode, body)
		}
		if want := "cursor " + resp.Header.Get("Teplo-Cursor") + "\n"; code != 0 || errs != want {
			t.Errorf("%s: %d %q, want %q", format, code, errs, want)
		}
		if format == "geojson" {
			var got exported
			if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Features) != all.NumberMatched {
				t.Errorf("%d of %d features, %v", len(got.Features), all.NumberMatched, err)
			}
		} else if withoutTime(out) != withoutTime(body) || len(out) < 1000 {
			t.Errorf("%s: %d bytes, the route has %d", format, len(out), len(body))
		}
	}
}

// withoutTime leaves out the second at which a reply was made.
func withoutTime(s string) string {
	return regexp.MustCompile(`2026-01-15T10:0[0-9]:[0-9]{2}Z`).ReplaceAllString(s, "")
}

// TestExportRoute: items come as files by f= and by Accept, whole or a page, to keys
// what their scope has, and to nobody more than the GeoJSON tells.
func TestExportRoute(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	withheldHub(t, db)
	key := keys(t, db, "aid:UA14")[0]
	s := serve(t, db)
	for _, tc := range []struct{ query, accept, mediaType, name string }{
		{"?f=csv", "", "text/csv; charset=utf-8", "hubs.csv"},
		{"", "text/csv", "text/csv; charset=utf-8", "hubs.csv"},
		{"?f=csv-hxl", "", "text/csv; charset=utf-8", "hubs.hxl.csv"},
		{"", "application/geo+json-seq", "application/geo+json-seq", "hubs.geojsons"},
		{"", "application/x-ndjson", "application/x-ndjson", "hubs.ndjson"},
		{"", "application/vnd.google-earth.kml+xml", "application/vnd.google-earth.kml+xml", "hubs.kml"},
		{"?f=shp", "", "application/zip", "hubs.shp.zip"},
		{"", "application/flatgeobuf", "application/flatgeobuf", "hubs.fgb"},
	} {
		for who, sees := range map[string]bool{"": false, key: true} {
			headers := []string{"Accept", cmp.Or(tc.accept, "*/*")}
			if who != "" {
				headers = append(headers, "Authorization", "Bearer "+who)
			}
			resp, body := s.get("/api/collections/hubs/items"+tc.query, headers...)
			if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != tc.mediaType || !strings.Contains(resp.Header.Get("Content-Disposition"), `"`+tc.name+`"`) || resp.Header.Get("Teplo-Cursor") == "" {
				t.Errorf("%s %s: %d %v", tc.query, tc.accept, resp.StatusCode, resp.Header)
			}
			if zipped := tc.mediaType == "application/zip"; !zipped && (!strings.Contains(body, "Видимий") || strings.Contains(body, "Прихований") != sees) {
				t.Errorf("%s %s to %q: %d bytes", tc.query, tc.accept, who, len(body))
			}
		}
	}
	for format, place := range map[string]string{"kml": "<description>", "fgb": "Licence: "} {
		resp, body := s.get("/api/collections/hubs/items?f=" + format)
		if _, after, ok := strings.Cut(body, place); !ok || !strings.Contains(after, "creativecommons.org/licenses/by/4.0") || !strings.Contains(after, "list of hubs is not complete") || !strings.Contains(strings.Join(resp.Header.Values("Link"), ","), `rel="license"`) {
			t.Errorf("%s does not say its terms", format)
		}
	}
	_, whole := s.get("/api/collections/areas/items?f=csv&level=raion")
	if n := s.items("/api/collections/areas/items?limit=1&level=raion").NumberMatched; strings.Count(whole, "\r\n") != n+1 || n < 100 {
		t.Errorf("%d lines of %d raions", strings.Count(whole, "\r\n"), n)
	}
	if resp, page := s.get("/api/collections/areas/items?f=csv&level=raion&limit=10"); strings.Count(page, "\r\n") != 11 || !strings.Contains(resp.Header.Get("Link"), `rel="next"`) {
		t.Errorf("a page: %d lines, Link %s", strings.Count(page, "\r\n"), resp.Header.Get("Link"))
	}
	if resp, _ := s.get("/api/collections/needs/items?f=csv"); resp.StatusCode != 401 {
		t.Errorf("needs without a key: %d", resp.StatusCode)
	}
	if resp, body := s.get("/api/datapackage.json"); resp.StatusCode != 200 || !strings.Contains(body, "/api/collections/hubs/items?f=csv") {
		t.Errorf("the data package: %d %.300s", resp.StatusCode, body)
	}
}
