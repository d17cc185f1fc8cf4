package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// document reads a JSON document of the API.
func (s *server) document(path string, headers ...string) object {
	s.t.Helper()
	resp, body := s.get(path, headers...)
	var out object
	if err := json.Unmarshal([]byte(body), &out); err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %v %.300s", path, resp.StatusCode, err, body)
	}
	return out
}

// links are those of a document, by rel and type.
func (s *server) links(doc object) map[string]string {
	s.t.Helper()
	out := map[string]string{}
	list, _ := doc["links"].([]any)
	for _, l := range list {
		link, _ := l.(object)
		href := fmt.Sprint(link["href"])
		if !strings.HasPrefix(href, s.base) && link["rel"] != "license" || link["type"] == nil {
			s.t.Errorf("a link that is not absolute, or has no type: %v", link)
		}
		out[fmt.Sprint(link["rel"])+" "+fmt.Sprint(link["type"])] = href
	}
	return out
}

// wide is a store with outages of every service and curfew rules, beside what is
// bundled.
func wide(t *testing.T, n int) string {
	t.Helper()
	db, rnd := bundled(t), rand.New(rand.NewPCG(5, 5))
	areas := areaCodes(t)
	var outages, curfews, hubs strings.Builder
	outages.WriteString("ref,service,kind,status,area_code,starts_at,ends_at,confirmed_at\n")
	curfews.WriteString("ref,kind,start_local,end_local,area_code,valid_from,valid_to,confirmed_at\n")
	hubs.WriteString("ref,name,lon,lat,address,opening_hours,heat,charging,confirmed_at\n")
	when := func(day int) string {
		return time.Date(2026, 1, 1+day, rnd.IntN(24), 0, 0, 0, time.UTC).Format(time.RFC3339)
	}
	for i := range n {
		code, day, end := areas[i%len(areas)], rnd.IntN(100), ""
		if i%3 > 0 {
			end = when(100 + rnd.IntN(100))
		}
		fmt.Fprintf(&outages, "%d,%s,%s,active,%s,%s,%s,2026-01-18T00:00:00Z\n", i, []string{"power", "heating", "water", "communications"}[i%4], []string{"planned", "fault"}[i%2], code, when(day), end)
		fmt.Fprintf(&curfews, "%d,exceptional,22:00,05:00,%s,%s,%s,2026-01-18T00:00:00Z\n", i, code, when(day), end)
		fmt.Fprintf(&hubs, "%d,\"Школа «Їжак» %d\",%.5f,%.5f,\"вул. Тепла, %d\",24/7,%s,yes,2026-01-18T00:00:00Z\n", i, i, 25+10*rnd.Float64(), 48.6+2*rnd.Float64(), i, []string{"yes", "no"}[i%2])
	}
	for as, text := range map[string]string{"outages": outages.String(), "curfews": curfews.String(), "hubs": hubs.String()} {
		file := filepath.Join(t.TempDir(), as+".csv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, code := teplo(t, "import", file, "--db", db, "--as", as, "--source", "Wide "+as); code != 0 || !strings.HasPrefix(out, fmt.Sprintf("imported %d new", n)) {
			t.Fatalf("%s: %d %s%.500s", as, code, out, errs)
		}
	}
	return db
}

// areaCodes are codes of areas outside those that are withheld.
func areaCodes(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "data", "gazetteer", "gazetteer.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		if code, _, _ := strings.Cut(line, ","); strings.HasPrefix(code, "UA") && !slices.Contains(withheld, code[:4]) {
			out = append(out, code)
		}
	}
	if len(out) < 1000 {
		t.Fatalf("%d codes in the gazetteer", len(out))
	}
	return out
}

var public = []string{"hubs", "outages", "curfews", "areas"}

// TestMetadata: the documents that clients begin with, their links, and that each
// collection is told alike in the list and by itself.
func TestMetadata(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	landing := s.links(s.document("/api"))
	for _, rel := range []string{"service-desc application/vnd.oai.openapi+json;version=3.0", "service-doc text/html", "conformance application/json", "data application/json", "self application/json", "alternate text/html"} {
		if landing[rel] == "" {
			t.Errorf("the landing page has no link %s: %v", rel, landing)
		}
	}
	classes := fmt.Sprint(s.document("/api/conformance")["conformsTo"])
	for _, class := range []string{"core", "geojson", "oas30", "html"} {
		if !strings.Contains(classes, "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"+class) {
			t.Errorf("no class %s: %s", class, classes)
		}
	}
	list := s.document("/api/collections")
	s.links(list)
	collections, _ := list["collections"].([]any)
	if len(collections) != len(public) {
		t.Errorf("%d collections", len(collections))
	}
	for _, c := range collections {
		in, _ := c.(object)
		id := fmt.Sprint(in["id"])
		if own := s.document("/api/collections/" + id); !reflect.DeepEqual(own, in) {
			t.Errorf("%s is told otherwise by itself: %v, in the list %v", id, own, in)
		}
		links := s.links(in)
		for _, rel := range []string{"items application/geo+json", "items text/html", "self application/json", "alternate text/html", "http://www.opengis.net/def/rel/ogc/1.0/queryables application/schema+json"} {
			if links[rel] == "" {
				t.Errorf("%s has no link %s: %v", id, rel, links)
			}
		}
		for _, href := range links {
			if path, own := strings.CutPrefix(href, s.base); own {
				if resp, _ := s.get(path); resp.StatusCode != 200 {
					t.Errorf("%s leads to %d", href, resp.StatusCode)
				}
			}
		}
		if spatial := fmt.Sprint(in["extent"]); id != "outages" && !strings.Contains(spatial, "bbox:[[") {
			t.Errorf("%s: extent %s", id, spatial)
		}
	}
	for _, path := range []string{"/api", "/api/conformance", "/api/collections", "/api/collections/hubs", "/api/collections/hubs/items", "/api/collections/hubs/schema", "/api/collections/hubs/queryables"} {
		if resp, body := s.get(path + "?unknownQueryParameter=1"); resp.StatusCode != 400 || !strings.Contains(body, `"field":"unknownQueryParameter"`) {
			t.Errorf("%s: an unknown parameter gives %d %s", path, resp.StatusCode, body)
		}
		if resp, _ := s.get(path, "Accept", "image/png"); resp.StatusCode != 406 {
			t.Errorf("%s as a picture: %d", path, resp.StatusCode)
		}
		resp, page := s.get(path, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language", "en")
		if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") || !strings.Contains(page, `<html lang="en">`) || !strings.Contains(strings.Join(resp.Header.Values("Vary"), ","), "Accept,") && !strings.Contains(strings.Join(resp.Header.Values("Vary"), ",")+",", " Accept,") {
			t.Errorf("%s for a browser: %d %v", path, resp.StatusCode, resp.Header)
		}
		head, err := http.Head(s.base + path)
		if err != nil {
			t.Fatal(err)
		}
		head.Body.Close()
		if plain, body := s.get(path); head.StatusCode != 200 || head.ContentLength != int64(len(body)) || head.Header.Get("Content-Type") != plain.Header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d, %d bytes of %d", path, head.StatusCode, head.ContentLength, len(body))
		}
	}
}

// TestSchemas: the properties of every feature are those of the schema, of its types,
// and the same may be asked for.
func TestSchemas(t *testing.T) {
	t.Parallel()
	s := serve(t, wide(t, 30))
	for _, c := range public {
		schema, _ := s.document("/api/collections/" + c + "/schema")["properties"].(object)
		queryables, _ := s.document("/api/collections/" + c + "/queryables")["properties"].(object)
		if len(schema) != len(queryables) || schema["geometry"] == nil {
			t.Errorf("%s: %d properties, %d queryables", c, len(schema), len(queryables))
		}
		features := s.items("/api/collections/" + c + "/items?limit=50").Features
		if len(features) == 0 {
			t.Errorf("no %s", c)
		}
		for _, f := range features {
			if len(f.Properties) != len(schema)-1 {
				t.Fatalf("%s has %d properties, the schema %d", f.ID, len(f.Properties), len(schema)-1)
			}
			for name, value := range f.Properties {
				p, _ := schema[name].(object)
				if !of(value, p) {
					t.Errorf("%s: %s is %v, by the schema %v", f.ID, name, value, p)
				}
			}
		}
	}
}

// of reports whether a value keeps to the schema of its property.
func of(value any, p object) bool {
	enum, limited := p["enum"].([]any)
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return p["type"] == "boolean"
	case float64:
		return p["type"] == "number" || p["type"] == "integer" && v == float64(int(v))
	case string:
		if p["format"] == "date-time" {
			_, err := time.Parse(time.RFC3339, v)
			return err == nil
		}
		return p["type"] == "string" && (!limited || slices.Contains(enum, any(v)))
	}
	return false
}

// TestPaging: next leads through all of a selection exactly once, whatever the limit.
func TestPaging(t *testing.T) {
	t.Parallel()
	s := serve(t, wide(t, 150))
	for _, query := range []string{"outages/items?", "outages/items?service=water&", "outages/items?bbox=25,48,35,51&", "curfews/items?datetime=2026-02-01T00:00:00Z/..&", "areas/items?area=UA18&level=settlement&", "hubs/items?heat=yes&"} {
		want := s.items("/api/collections/" + query + "limit=10000")
		ids := func(c collection) (out []string) {
			for _, f := range c.Features {
				out = append(out, f.ID)
			}
			return out
		}
		if want.NumberMatched != len(want.Features) || len(want.Features) < 20 || !slices.IsSorted(ids(want)) {
			t.Errorf("%s: %d of %d", query, len(want.Features), want.NumberMatched)
		}
		for _, limit := range []int{7, 50, 999} {
			var got []string
			for path := fmt.Sprintf("/api/collections/%slimit=%d", query, limit); path != ""; {
				page := s.items(path)
				got = append(got, ids(page)...)
				if page.NumberMatched != want.NumberMatched || page.NumberReturned != len(page.Features) || len(page.Features) > limit {
					t.Errorf("%s: %d of %d", path, page.NumberReturned, page.NumberMatched)
				}
				path = ""
				for _, l := range page.Links {
					if l.Rel == "next" {
						path = strings.TrimPrefix(l.Href, s.base)
					}
				}
			}
			if !slices.Equal(got, ids(want)) {
				t.Errorf("%s by %d: %d features, want %d", query, limit, len(got), len(want.Features))
			}
		}
		if got := s.items("/api/collections/" + query + "limit=5&offset=7"); !slices.Equal(ids(got), ids(want)[7:12]) {
			t.Errorf("%s: offset 7 gives %v", query, ids(got))
		}
	}
}

// TestDatetime: the time of what is shown meets that which is asked for, in all forms of
// the standard, and its identities hold.
func TestDatetime(t *testing.T) {
	t.Parallel()
	s := serve(t, wide(t, 200))
	for c, span := range map[string][2]string{"outages": {"starts_at", "ends_at"}, "curfews": {"valid_from", "valid_to"}} {
		ask := func(when string) map[string]bool {
			out := map[string]bool{}
			for _, f := range s.items("/api/collections/" + c + "/items?limit=10000&datetime=" + url.QueryEscape(when)).Features {
				out[f.ID] = true
			}
			return out
		}
		all := s.items("/api/collections/" + c + "/items?limit=10000").Features
		naive := func(from, to string) map[string]bool {
			out := map[string]bool{}
			for _, f := range all {
				begins, _ := f.Properties[span[0]].(string)
				ends, _ := f.Properties[span[1]].(string)
				if (to == "" || begins == "" || begins <= to) && (from == "" || ends == "" || ends >= from) {
					out[f.ID] = true
				}
			}
			return out
		}
		a, b := "2026-03-01T00:00:00Z", "2026-03-20T00:00:00Z"
		for when, want := range map[string]map[string]bool{
			a: naive(a, a), a + "/" + b: naive(a, b), "../" + b: naive("", b), "/" + b: naive("", b), a + "/..": naive(a, ""), a + "/": naive(a, ""),
			"2026-03-01T02:00:00+02:00": naive(a, a), "2026-03-01t00:00:00.000z/..": naive(a, ""),
		} {
			if got := ask(when); !reflect.DeepEqual(got, want) || len(want) == 0 {
				t.Errorf("%s %s: %d features, want %d of %d", c, when, len(got), len(want), len(all))
			}
		}
		if n := len(naive(a, b)); n == len(all) {
			t.Errorf("%s: the interval leaves nothing out", c)
		}
	}
	for _, when := range []string{"", "..", "../..", "/", "2026", "2026-03-01", "2026-03-01T00:00:00", "2026-05-01T00:00:00Z/2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z/x", "2026-03-01T00:00:00Z/../..", "2026-02-30T00:00:00Z"} {
		if resp, body := s.get("/api/collections/outages/items?datetime=" + url.QueryEscape(when)); resp.StatusCode != 400 || !strings.Contains(body, `"field":"datetime"`) {
			t.Errorf("datetime=%s: %d %s", when, resp.StatusCode, body)
		}
	}
	if all, got := s.items("/api/collections/hubs/items?limit=1").NumberMatched, s.items("/api/collections/hubs/items?limit=1&datetime=1990-01-01T00:00:00Z").NumberMatched; all != got {
		t.Errorf("hubs have no time: %d of %d", got, all)
	}
}

// TestPropertyFilters: a parameter of each property selects what has that value.
func TestPropertyFilters(t *testing.T) {
	t.Parallel()
	s := serve(t, wide(t, 100))
	for _, c := range []string{"hubs", "outages", "curfews"} {
		all, tried := s.items("/api/collections/"+c+"/items?limit=10000").Features, 0
		for name, value := range all[len(all)/2].Properties {
			if value == nil {
				continue
			}
			want := 0
			for _, f := range all {
				if f.Properties[name] == value {
					want++
				}
			}
			text := fmt.Sprint(value)
			if n, number := value.(float64); number {
				text = strconv.FormatFloat(n, 'f', -1, 64)
			}
			tried++
			if got := s.items("/api/collections/" + c + "/items?limit=1&" + name + "=" + url.QueryEscape(text)).NumberMatched; got != want {
				t.Errorf("%s with %s=%s: %d, want %d", c, name, text, got, want)
			}
		}
		if tried < 10 {
			t.Errorf("%s: only %d properties were tried", c, tried)
		}
	}
	for _, bad := range []string{"heat=perhaps", "heat=", "capacity=many", "disputed=maybe", "status_at=yesterday", "name=", "confidence=high", "service=power", "heat=yes&heat=no"} {
		if resp, body := s.get("/api/collections/hubs/items?" + bad); resp.StatusCode != 400 || !strings.Contains(body, `"field":"`+strings.Split(bad, "=")[0]+`"`) {
			t.Errorf("%s: %d %s", bad, resp.StatusCode, body)
		}
	}
}

// TestCompressed: what is compressed is the same, has the same validators, and comes
// from where it was kept.
func TestCompressed(t *testing.T) {
	t.Parallel()
	s := serve(t, wide(t, 300))
	const path = "/api/collections/outages/items?limit=200"
	resp, plain := s.get(path, "Accept-Encoding", "identity")
	for range 2 {
		for coding, reader := range map[string]func(string) (io.Reader, error){
			"gzip": func(b string) (io.Reader, error) { return gzip.NewReader(strings.NewReader(b)) },
			"br":   func(b string) (io.Reader, error) { return brotli.NewReader(strings.NewReader(b)), nil },
		} {
			r, body := s.get(path, "Accept-Encoding", coding)
			from, err := reader(body)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(from)
			stamp := func(b string) string { _, rest, _ := strings.Cut(b, `"numberMatched"`); return rest }
			if err != nil || stamp(string(text)) != stamp(plain) || r.Header.Get("Content-Encoding") != coding || r.Header.Get("ETag") != resp.Header.Get("ETag") || r.Header.Get("Link") != resp.Header.Get("Link") ||
				r.Header.Get("Content-Type") != "application/geo+json" || len(body) > len(plain)/4 {
				t.Errorf("%s: %v, %d bytes of %d, %v", coding, err, len(body), len(plain), r.Header)
			}
		}
	}
	if r, body := s.get(path, "If-None-Match", resp.Header.Get("ETag")); r.StatusCode != 304 || body != "" || r.Header.Get("ETag") != resp.Header.Get("ETag") {
		t.Errorf("again: %d", r.StatusCode)
	}
	if r, _ := s.get("/api/collections/outages/items?limit=199"); r.Header.Get("ETag") == resp.Header.Get("ETag") {
		t.Error("another selection has the same ETag")
	}
}
