package main_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// TestFilter: expressions in CQL2 select what a look at every feature selects, page by
// page, beside the other parameters; what is wrong is told with its place.
func TestFilter(t *testing.T) {
	t.Parallel()
	s := serve(t, wide(t, 200))
	text := func(f feature, name string) string { v, _ := f.Properties[name].(string); return v }
	for _, tc := range []struct {
		collection, filter string
		takes              func(f feature) bool
	}{
		{"outages", `service = 'power' AND kind <> 'fault'`, func(f feature) bool { return text(f, "service") == "power" && text(f, "kind") != "fault" }},
		{"outages", `service IN ('water','heating') OR ends_at IS NULL`, func(f feature) bool {
			return text(f, "service") == "water" || text(f, "service") == "heating" || f.Properties["ends_at"] == nil
		}},
		{"outages", `starts_at >= TIMESTAMP('2026-02-01T00:00:00Z')`, func(f feature) bool { return text(f, "starts_at") >= "2026-02-01T00:00:00Z" }},
		{"hubs", `CASEI(name) LIKE CASEI('школа «їжак» 1%')`, func(f feature) bool { return strings.HasPrefix(text(f, "name"), "Школа «Їжак» 1") }},
		{"hubs", `heat = 'yes' AND NOT (name LIKE '%7')`, func(f feature) bool { return text(f, "heat") == "yes" && !strings.HasSuffix(text(f, "name"), "7") }},
		{"hubs", `S_INTERSECTS(geometry, BBOX(30,49,33,51))`, func(f feature) bool {
			var at [2]float64
			if err := json.Unmarshal(f.Geometry.Coordinates, &at); err != nil {
				t.Fatal(err)
			}
			lon, lat := at[0], at[1]
			return lon >= 30 && lon <= 33 && lat >= 49 && lat <= 51
		}},
		{"areas", `level = 'raion' AND adm1_pcode BETWEEN 'UA05' AND 'UA12'`, func(f feature) bool {
			return text(f, "level") == "raion" && text(f, "adm1_pcode") >= "UA05" && text(f, "adm1_pcode") <= "UA12"
		}},
	} {
		want := 0
		for _, f := range s.items("/api/collections/" + tc.collection + "/items?limit=10000").Features {
			if tc.takes(f) {
				want++
			}
		}
		path := "/api/collections/" + tc.collection + "/items?limit=10000&filter-lang=cql2-text&filter=" + url.QueryEscape(tc.filter)
		got := s.items(path)
		for _, f := range got.Features {
			if !tc.takes(f) {
				t.Errorf("%s takes %s", tc.filter, f.ID)
			}
		}
		if tc.collection != "areas" && (len(got.Features) != want || want == 0) || got.NumberMatched == 0 {
			t.Errorf("%s: %d features, want %d", tc.filter, len(got.Features), want)
		}
	}
	for bad, says := range map[string]string{
		"filter=heat%20%3D":                                    "filter",
		"filter=warmth%20%3D%20'yes'":                          "filter",
		"filter=heat%20%3D%203":                                "filter",
		"filter=":                                              "filter",
		"filter-lang=cql-text&filter=heat='yes'":               "filter-lang",
		"filter-crs=EPSG:4326&filter=heat='yes'":               "filter-crs",
		"filter=" + strings.Repeat("(", 70) + "TRUE":           "filter",
		"filter=" + url.QueryEscape(strings.Repeat("x", 9000)): "filter",
		"filter=S_INTERSECTS(geometry,POINT(200%2050))":        "filter",
	} {
		resp, body := s.get("/api/collections/hubs/items?" + bad)
		if resp.StatusCode != 400 || !strings.Contains(body, `"field":"`+says+`"`) {
			t.Errorf("%.80s: %d %s", bad, resp.StatusCode, body)
		}
	}
	long := "name = '" + strings.Repeat("ї", 4000) + "'" // 8 KB, and 24 KB in the address
	if got := s.items("/api/collections/hubs/items?filter=" + url.QueryEscape(long)); got.NumberMatched != 0 {
		t.Errorf("a long filter takes %d", got.NumberMatched)
	}
}
