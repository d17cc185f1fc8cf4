package main_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// darkDay is a store at the morning of 18 January 2026: hubs in Kyiv, one in an oblast
// whose hubs are withheld, and five official outages from 06:00 to 20:00 UTC.
func darkDay(t *testing.T) string {
	t.Helper()
	db := bundled(t)
	put := func(as, rows string) {
		file := filepath.Join(filepath.Dir(db), as+".csv")
		if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, code := teplo(t, "import", file, "--db", db, "--as", as, "--source", "city", "--now", "2026-01-18T07:00:00Z"); code != 0 {
			t.Fatal(out, errs)
		}
	}
	hubs := "ref,name,lat,lon,opening_hours,confirmed_at\nsouth," + canaryHub + ",46.6354,32.6169,,2026-01-18T06:00:00Z\n"
	for i := range 40 {
		hubs += fmt.Sprintf("%d,School %d,50.4%02d,30.5%02d,%s,2026-01-18T06:00:00Z\n", i, i, 40+i, i, []string{"24/7", ""}[i%2])
	}
	put("hubs", hubs)
	outages := "ref,area_code,service,starts_at,announced_end_at,confirmed_at\n"
	for i, area := range []string{"UA46060250000025047", "UA46000000000026241", "UA46060250000025047", "UA51000000000030770", "UA65000000000030969"} {
		service := []string{"power", "power", "water", "water", "power"}[i]
		outages += fmt.Sprintf("%d,%s,%s,2026-01-18T06:00:00Z,2026-01-18T20:00:00Z,2026-01-18T05:00:00Z\n", i, area, service)
	}
	put("outages", outages)
	return db
}

// firstKey is the admin key that the first start of a store prints.
func firstKey(s *server) string {
	s.t.Helper()
	found := regexp.MustCompile(`tp_\w+`).FindString(s.log.String())
	if found == "" {
		s.t.Fatal("the log has no admin key")
	}
	return found
}

// table reads a CSV of the dashboard: lines by the value of their first column.
func (s *server) table(path string, headers ...string) (map[string]map[string]string, *http.Response) {
	s.t.Helper()
	resp, body := s.get(path, headers...)
	text, marked := strings.CutPrefix(body, "\ufeff")
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if !marked || err != nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(body, "\r\n") {
		s.t.Fatalf("%s: %d %v %q", path, resp.StatusCode, err, body)
	}
	out := map[string]map[string]string{}
	for _, line := range lines[1:] {
		out[line[0]] = map[string]string{}
		for i, name := range lines[0] {
			out[line[0]][name] = line[i]
		}
	}
	return out, resp
}

var rowMark = regexp.MustCompile(`(?s)<tr data-oblast="(UA\d+)">(.*?)</tr>`)

// order lists the oblasts of a dashboard as its table has them.
func order(page string) (out []string) {
	for _, m := range rowMark.FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

// TestDashboard holds the numbers of the overview against those of the API, for
// everybody and for keys.
func TestDashboard(t *testing.T) {
	t.Parallel()
	s := serve(t, darkDay(t), "--drill", "--now", "2026-01-18T10:00:00Z")
	admin, k := firstKey(s), []string{} // of the server's own time
	for _, key := range []object{{"role": "aid", "areas": []string{"UA65"}}, {"role": "aid", "areas": []string{"UA80"}}, {"role": "volunteer", "areas": []string{"*"}}} {
		key["name"], key["expires"] = "Test", "2026-02-01T00:00:00Z"
		k = append(k, fmt.Sprint(s.want(201, admin, http.MethodPost, "/api/keys", key)["secret"]))
	}
	rows, resp := s.table("/dashboard?f=csv&lang=uk")
	if len(rows) != 27 || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), `attachment; filename="teplo-oblasts-20260118T10`) {
		t.Fatalf("%d rows, %v", len(rows), resp.Header)
	}
	sum := map[string]int{}
	for code, row := range rows {
		for _, name := range []string{"hubs", "hubs_open", "hubs_unknown", "outages", "outages_power", "outages_water"} {
			n, _ := strconv.Atoi(row[name])
			sum[name] += n
		}
		if got := s.items("/api/collections/hubs/items?limit=1&area=" + code).NumberMatched; row["hubs"] != fmt.Sprint(got) && row["hubs"] != "" {
			t.Errorf("%s: %s hubs, the API has %d", code, row["hubs"], got)
		}
	}
	open, unknown := 0, 0
	all := s.items("/api/collections/hubs/items")
	for _, f := range all.Features {
		switch f.Properties["open_now"] {
		case "yes":
			open++
		case "unknown":
			unknown++
		}
	}
	if want := map[string]int{"hubs": all.NumberMatched, "hubs_open": open, "hubs_unknown": unknown, "outages": 5, "outages_power": 3, "outages_water": 2}; fmt.Sprint(sum) != fmt.Sprint(want) || open == 0 || unknown == 0 {
		t.Errorf("got %v, want %v", sum, want)
	}
	lviv, south := rows["UA46000000000026241"], rows["UA65000000000030969"]
	if lviv["outages"] != "3" || lviv["curfew_in_force"] != "no" || lviv["as_of"] == "" || south["hubs"] != "" || south["outages"] != "1" {
		t.Errorf("Lviv %v, the withheld oblast %v", lviv, south)
	}
	for i, want := range map[int]string{-1: "", 0: "1", 1: "", 2: ""} {
		headers := []string{}
		if i >= 0 {
			headers = []string{"Authorization", "Bearer " + k[i]}
		}
		rows, resp := s.table("/dashboard?f=csv&lang=uk", headers...)
		if got := rows["UA65000000000030969"]["hubs"]; got != want {
			t.Errorf("key %d sees %q hubs in a withheld oblast, want %q", i, got, want)
		}
		control := resp.Header.Get("Cache-Control")
		if private := i == 0 || i == 1; private != (control == "no-store") || !strings.Contains(resp.Header.Get("Vary"), "Authorization") {
			t.Errorf("key %d: Cache-Control %q, Vary %q", i, control, resp.Header.Get("Vary"))
		}
	}
	_, page := s.get("/dashboard?lang=en", "Authorization", "Bearer "+k[0])
	if !strings.Contains(page, "In your areas (UA65)") || strings.Contains(page, canaryHub) {
		t.Error("a key's page does not say whose view it is, or names a hub")
	}
}

// TestDashboardPage reads the page as everybody has it: the order of its table, the
// picture, what is withheld.
func TestDashboardPage(t *testing.T) {
	t.Parallel()
	s := serve(t, darkDay(t), "--drill", "--now", "2026-01-18T10:00:00Z")
	resp, page := s.get("/dashboard?lang=uk", "Cookie", "teplo_lang=uk")
	if cache := resp.Header.Get("Cache-Control"); !regexp.MustCompile(`^public, max-age=(\d|1[0-5]), `).MatchString(cache) {
		t.Errorf("Cache-Control: %q", cache)
	}
	for _, want := range []string{"Огляд для координаторів", "Львівська область: 3 відключення", "Херсонська область: не публікуємо", `aria-sort="descending"`, "data-as-of=", "/api/collections/outages/items"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got := strings.Count(page, `<a href="/place/UA`); got != 54 || strings.Count(page, "aria-sort=") != 1 || strings.Contains(page, "style=") || strings.Contains(page, canaryHub) {
		t.Errorf("%d links to boards in the picture and the table, want 54", got)
	}
	if got := order(page); len(got) != 27 || got[0] != "UA46000000000026241" || !slices.Contains(got[1:3], "UA51000000000030770") {
		t.Errorf("by default the worst hit come first: %v", got)
	}
	up, down := order(second(s.get("/dashboard?lang=uk&sort=name"))), order(second(s.get("/dashboard?lang=uk&sort=name&order=desc")))
	slices.Reverse(down)
	if !slices.Equal(up, down) || up[0] != "UA01000000000013043" || slices.Index(up, "UA26000000000069363") > slices.Index(up, "UA80000000000093317") {
		t.Errorf("by name (І before К): %v, and backwards %v", up, down)
	}
	hubs := order(second(s.get("/dashboard?lang=uk&sort=hubs&order=asc")))
	if hubs[22] != "UA80000000000093317" || !slices.Contains(hubs[23:], "UA65000000000030969") {
		t.Errorf("by hubs: Kyiv has the most, what is withheld comes last: %v", hubs)
	}
	if resp, _ := s.get("/dashboard?sort=nothing&order=up&f=xlsx"); resp.StatusCode != http.StatusOK {
		t.Errorf("parameters that it does not know: %d", resp.StatusCode)
	}
}

func second(_ *http.Response, body string) string { return body }

// TestDashboardHistory: what the days were like is there after a restart, and the same.
func TestDashboardHistory(t *testing.T) {
	t.Parallel()
	db := darkDay(t)
	for range 2 {
		s := serve(t, db, "--drill", "--now", "2026-01-19T01:00:00Z")
		past, _ := s.table("/dashboard?f=csv&of=history&lang=en")
		noon, midnight := past["2026-01-18T12:00:00Z"], past["2026-01-19T00:00:00Z"]
		if hubs := fmt.Sprint(s.items("/api/collections/hubs/items?limit=1").NumberMatched); noon["outages_official"] != "5" || noon["hubs"] != hubs || midnight["outages_official"] != "0" {
			t.Errorf("noon %v, midnight %v, %s hubs", noon, midnight, hubs)
		}
		page := second(s.get("/dashboard?lang=en"))
		if !strings.Contains(page, "Outages: 0 at first, 0 now, 5 at most.") {
			t.Errorf("the chart does not say what it shows: %s", regexp.MustCompile(`aria-label="Outages: [^"]*"`).FindString(page))
		}
		s.stop()
	}
}
