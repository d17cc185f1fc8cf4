package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// verdict is what /api/go answers.
type verdict struct {
	Verdict string
	Curfew  struct {
		InForce          string `json:"in_force"`
		Until, NextStart *string
	}
	Because  []struct{ Rule, TextUK, SourceURL string }
	Carry    []string
	NoticeUK string `json:"notice_uk"`
	NoticeEN string `json:"notice_en"`
	AreaCode string `json:"area_code"`
	Stale    bool
}

func ask[T any](s *server, path string) T {
	s.t.Helper()
	resp, body := s.get(path)
	var out T
	if err := json.Unmarshal([]byte(body), &out); err != nil || resp.StatusCode != 200 {
		s.t.Fatalf("%s: %d %s", path, resp.StatusCode, body)
	}
	return out
}

// night is the night of 17 to 18 January 2026 in Kyiv, 02:00.
var night = []string{"--drill", "--now", "2026-01-18T00:00:00Z"}

func TestGo(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), night...)
	for _, tc := range []struct {
		name, query, verdict, inForce, until string
	}{
		{"Kyiv to a hub", "area=UA80", "yes", "yes", "2026-01-18T03:00:00Z"},
		{"by point", "lon=30.52&lat=50.45", "yes", "yes", "2026-01-18T03:00:00Z"},
		{"by car", "area=UA80&by=car", "yes", "yes", "2026-01-18T03:00:00Z"},
		{"by taxi home", "area=UA80&by=taxi&to=home", "yes", "yes", "2026-01-18T03:00:00Z"},
		{"no leave for shelters is known", "area=UA80&to=shelter", "unconfirmed", "yes", "2026-01-18T03:00:00Z"},
		{"Lviv: only the government's rule", "area=UA46", "unconfirmed", "yes", "2026-01-18T03:00:00Z"},
		{"Zakarpattia has none", "area=UA21", "yes", "no", ""},
		{"by day", "area=UA80&at=2026-01-18T12:00:00%2B02:00", "yes", "no", ""},
		{"the block of March 2022", "area=UA80&at=2022-03-16T12:00:00%2B02:00", "no", "yes", "2022-03-17T05:00:00Z"},
		{"the block that was cancelled", "area=UA80&at=2022-03-27T12:00:00%2B03:00", "yes", "no", ""},
		{"23 hours", "area=UA80&at=2026-03-29T01:00:00Z", "yes", "yes", "2026-03-29T02:00:00Z"},
		{"25 hours", "area=UA80&at=2025-10-26T00:00:00Z", "unconfirmed", "yes", "2025-10-26T03:00:00Z"},
		{"months later nothing is sure", "area=UA80&at=2026-07-18T12:00:00Z", "unconfirmed", "no", ""},
		{"no rule covers 2021", "area=UA80&at=2021-01-18T12:00:00Z", "unconfirmed", "unknown", ""},
		{"nowhere", "lon=0&lat=0", "unconfirmed", "unknown", ""},
	} {
		v := ask[verdict](s, "/api/go?"+tc.query)
		until := ""
		if v.Curfew.Until != nil {
			until = *v.Curfew.Until
		}
		if v.Verdict != tc.verdict || v.Curfew.InForce != tc.inForce || until != tc.until {
			t.Errorf("%s: got %s, in force %s until %q; want %s, %s, %q", tc.name, v.Verdict, v.Curfew.InForce, until, tc.verdict, tc.inForce, tc.until)
		}
		if !strings.Contains(v.NoticeUK, "тривоги") || !strings.Contains(v.NoticeEN, "not legal advice") {
			t.Errorf("%s: notice %q", tc.name, v.NoticeUK)
		}
	}
	kyiv := ask[verdict](s, "/api/go?area=UA80")
	if !slices.Equal(kyiv.Carry, []string{"identity_document", "military_document"}) || len(kyiv.Because) != 2 || kyiv.AreaCode != "UA80000000000093317" {
		t.Errorf("Kyiv: %+v", kyiv)
	}
	if resp, _ := s.get("/api/go?area=UA80"); resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a verdict may be kept: %s", resp.Header.Get("Cache-Control"))
	}
}

func TestQuestionsRefuse(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	for path, field := range map[string]string{
		"/api/go": "lon", "/api/go?lon=30&lat=300": "lat", "/api/go?area=UA80&at=yesterday": "at", "/api/go?area=UA99": "area", "/api/go?lon=30": "lat",
		"/api/go?area=UA80&by=bike": "by", "/api/go?area=UA80&to=pub": "to", "/api/go?area=UA80&lon=30&lat=50": "area", "/api/go?area=UA80&x=1": "x",
		"/api/go?area=UA80&area=UA80": "area", "/api/go?area=UA80&at=2026-01-18T02:00:00": "at",
		"/api/nearest": "lon", "/api/nearest?lon=30&lat=50&limit=0": "limit", "/api/nearest?lon=30&lat=50&speed=20": "speed",
		"/api/nearest?lon=30&lat=50&heat=maybe": "heat", "/api/nearest?lon=30&lat=50&open=yes": "open", "/api/nearest?lon=NaN&lat=50": "lon",
		"/api/places": "q", "/api/places?q=a&limit=x": "limit", "/api/places?q=a&lon=3": "lat",
		"/api/feeds/curfew.ics": "area", "/api/feeds/curfew.ics?area=UA99": "area", "/api/areas/UA80/history?limit=-1": "limit",
	} {
		resp, body := s.get(path)
		if resp.StatusCode != 400 || !strings.Contains(body, `"field":"`+field+`"`) || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: got %d %s, want the field %s", path, resp.StatusCode, body, field)
		}
	}
	if resp, _ := s.get("/api/areas/UA99/history"); resp.StatusCode != 404 {
		t.Errorf("history of an unknown area: %d", resp.StatusCode)
	}
}

// hubsCSV is three hubs of Kyiv with exact places, and one without.
const hubsCSV = `ref,name,lat,lon,opening_hours,open_in_curfew,heat,category,address
near,Школа 1,50.4510,30.5240,Mo-Su 08:00-17:00,unknown,yes,state,вул. Перша 1
open,Школа 2,50.4600,30.5240,24/7,yes,yes,state,вул. Друга 2
far,Школа 3,50.5100,30.5240,24/7,yes,no,business,вул. Третя 3
`

func TestNearest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, file := filepath.Join(dir, "teplo.db"), filepath.Join(dir, "hubs.csv")
	if err := os.WriteFile(file, []byte(hubsCSV), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := teplo(t, "import", file, "--db", db, "--as", "hubs", "--source", "test", "--now", "2026-01-17T20:00:00Z"); code != 0 {
		t.Fatal(out, errs)
	}
	s := serve(t, db, night...)
	found := s.items("/api/nearest?lon=30.524&lat=50.45&limit=3")
	var got []string
	for _, f := range found.Features {
		p := f.Properties
		got = append(got, fmt.Sprintf("%v %v m %v min %v %v", p["name"], p["distance_m"], p["walk_min"], p["open_on_arrival"], p["go"]))
	}
	want := []string{"Школа 2 1112 m 22 min yes yes", "Школа 3 6672 m 132 min yes yes", "Школа 1 111 m 3 min no yes"}
	if !slices.Equal(got, want) {
		t.Errorf("at night: got %q, want %q", got, want)
	}
	for query, want := range map[string][]string{
		"limit=1": {"Школа 1"}, "limit=3&open=true": {"Школа 2", "Школа 3"}, "limit=3&open=true&heat=yes": {"Школа 2"},
		"limit=1&category=business": {"Школа 3"}, "limit=2&heat=yes&category=state": {"Школа 2", "Школа 1"},
	} {
		var names []string
		for _, f := range s.items("/api/nearest?lon=30.524&lat=50.45&" + query).Features {
			names = append(names, fmt.Sprint(f.Properties["name"]))
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: got %q, want %q", query, names, want)
		}
	}
	noon := s.items("/api/nearest?area=UA80&at=2026-01-18T12:00:00%2B02:00&limit=1").Features[0].Properties
	if noon["open_now"] != "yes" || noon["closes_at"] == nil || noon["opens_at"] != nil {
		t.Errorf("at noon: %v", noon)
	}
	// What has no exact place has no distance, is never a yes, and comes last.
	all := s.items("/api/nearest?lon=30.524&lat=50.45&limit=50").Features
	rough := false
	for _, f := range all {
		p := f.Properties
		if p["geo_precision"] == "settlement" {
			rough = true
			if p["distance_m"] != nil || p["walk_min"] != nil || p["open_on_arrival"] == "yes" {
				t.Errorf("rough: %v", p)
			}
		} else if rough {
			t.Errorf("%v stands after a hub without an exact place", p["name"])
		}
	}
	if !rough {
		t.Error("no bundled hub among 50")
	}
}

func TestPlacesSearch(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	type found struct {
		Places []struct {
			Code, Level string
			NameUK      string  `json:"name_uk"`
			RaionUK     *string `json:"raion_uk"`
			OblastUK    *string `json:"oblast_uk"`
			DistanceM   *int    `json:"distance_m"`
		}
	}
	search := func(q, more string) found {
		return ask[found](s, "/api/places?q="+url.QueryEscape(q)+more)
	}
	villages := search("Іванівка", "&limit=200")
	seen := map[string]bool{}
	for _, p := range villages.Places {
		if p.NameUK == "Іванівка" && p.Level == "settlement" {
			if p.RaionUK == nil || p.OblastUK == nil || seen[p.Code] {
				t.Errorf("%+v", p)
			}
			seen[p.Code] = true
		}
	}
	if len(seen) != 119 { // 110 villages and 9 settlements of the register
		t.Errorf("places named Іванівка: got %d, want 119", len(seen))
	}
	_, want := s.get("/api/places?limit=50&q=" + url.QueryEscape("Кам'янка"))
	for _, q := range []string{"Кам’янка", "Камʼянка", "кам`янка", "КАМ'ЯНКА"} {
		if _, got := s.get("/api/places?limit=50&q=" + url.QueryEscape(q)); got != want || strings.Count(got, "code") < 20 {
			t.Errorf("%s: %s, want %s", q, got, want)
		}
	}
	for q, name := range map[string]string{"Харьков": "Харків", "Kyiv": "Київ", "Новоград-Волинський": "Звягель", "zhytomyr": "Житомир"} {
		if got := search(q, "&lon=30.5&lat=50.4").Places; len(got) == 0 || got[0].NameUK != name || got[0].DistanceM == nil {
			t.Errorf("%s: got %+v, want %s", q, got, name)
		}
	}
}

// TestCurfewCalendar: a calendar program reads the nights, those of 23 and 25 hours too.
func TestCurfewCalendar(t *testing.T) {
	t.Parallel()
	_, err := os.Stat(filepath.Join("..", "..", ".ci", "oracle", "node_modules", "ical.js"))
	need(t, err == nil, "ical.js (npm ci --prefix .ci/oracle)")
	_, err = exec.LookPath("node")
	need(t, err == nil, "node")
	for now, want := range map[string]struct{ first, last, status string }{
		"2026-03-20T12:00:00Z": {"2026-03-20T22:00:00.000Z 2026-03-21T03:00:00.000Z", "2026-03-28T22:00:00.000Z 2026-03-29T02:00:00.000Z", "CONFIRMED"},
		"2026-10-20T12:00:00Z": {"2026-10-20T21:00:00.000Z 2026-10-21T02:00:00.000Z", "2026-10-24T21:00:00.000Z 2026-10-25T03:00:00.000Z", "TENTATIVE"},
	} {
		s := serve(t, bundled(t), "--drill", "--now", now)
		resp, text := s.get("/api/feeds/curfew.ics?area=UA80")
		if resp.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.Contains(text, "\r\n") {
			t.Errorf("%s: %s", now, resp.Header.Get("Content-Type"))
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
			if len(line) > 75 {
				t.Errorf("a line of %d octets: %s", len(line), line)
			}
		}
		var events []struct{ UID, Start, End, Status, Summary string }
		cmd := exec.Command("node", filepath.Join("..", "..", ".ci", "oracle", "calendar.cjs"))
		cmd.Stdin = strings.NewReader(text)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("ical.js: %v %s", err, errs.String())
		}
		if err := json.Unmarshal(out, &events); err != nil {
			t.Fatal(err)
		}
		nights := map[string]string{}
		for _, e := range events {
			nights[e.Start+" "+e.End] = e.Status
		}
		if len(nights) < 14 || len(nights) != len(events) || nights[want.first] != want.status || nights[want.last] != want.status {
			t.Errorf("%s: %d nights: %v", now, len(events), nights)
		}
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), night...)
	h := ask[struct {
		Entries []struct{ At, Kind, Collection, ID string }
	}](s, "/api/areas/UA80/history")
	kinds := map[string]int{}
	last := "9999"
	for _, e := range h.Entries {
		kinds[e.Kind]++
		if e.At > last {
			t.Errorf("%s stands after %s", e.At, last)
		}
		last = e.At
	}
	for kind, least := range map[string]int{"curfew_introduced": 3, "curfew_extended": 1, "curfew_eased": 2, "curfew_exception": 2, "curfew_cancelled": 1, "exemption_added": 2} {
		if kinds[kind] < least {
			t.Errorf("%s: got %d, want %d at least", kind, kinds[kind], least)
		}
	}
	if n := len(ask[struct{ Entries []any }](s, "/api/areas/UA80/history?limit=2").Entries); n != 2 {
		t.Errorf("limit=2: got %d", n)
	}
}

// TestBoardVerdict: the board leads with the verdict, and in another season with
// its doubt.
func TestBoardVerdict(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	s := serve(t, db, night...)
	_, page := s.get("/place/UA80000000000093317?lang=uk")
	for _, want := range []string{`data-verdict="yes"`, "Комендантська година до 05:00", "йти можна", "паспорт", "спершу в укриття", "Підстава", "interfax.com.ua"} {
		if !strings.Contains(page, want) {
			t.Errorf("the board of Kyiv lacks %q", want)
		}
	}
	if strings.Index(page, "data-verdict") > strings.Index(page, "data-hub=") {
		t.Error("hubs stand before the verdict")
	}
	_, english := s.get("/place/UA46060250010015970?lang=en")
	if !strings.Contains(english, `data-verdict="unconfirmed"`) || !strings.Contains(english, "no decision for this place is known") {
		t.Error("the board of Lviv gives leave that nobody gave")
	}
	s.stop()
	later := serve(t, bundled(t), "--drill", "--now", "2026-07-18T12:00:00Z")
	if _, page := later.get("/place/UA80000000000093317?lang=en"); !strings.Contains(page, `data-verdict="unconfirmed"`) {
		t.Error("half a year later the verdict is still sure")
	}
	later.stop()
	if !strings.Contains(later.log.String(), "unconfirmed") {
		t.Errorf("the first start does not say that verdicts are unconfirmed: %s", later.log.String())
	}
}

// TestBoardPages: the pages of a board hold every hub once, whatever the order.
func TestBoardPages(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, file := filepath.Join(dir, "teplo.db"), filepath.Join(dir, "hubs.csv")
	const hubs = 137
	rows := "ref,name,lat,lon,opening_hours,open_in_curfew,address\n"
	for i := range hubs {
		rows += fmt.Sprintf("h%d,Школа %d,%.4f,30.5240,%s,yes,вул. %d\n", i, i, 50.36+float64(i)*0.001, []string{"24/7", "Mo-Su 08:00-09:00", ""}[i%3], i)
	}
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := teplo(t, "import", file, "--db", db, "--as", "hubs", "--source", "test", "--now", "2026-01-17T20:00:00Z"); code != 0 {
		t.Fatal(out, errs)
	}
	s := serve(t, db, night...)
	all := ask[struct{ NumberMatched int }](s, "/api/collections/hubs/items?area=UA80").NumberMatched // with the bundled ones
	if all < hubs {
		t.Fatalf("%d of %d hubs were imported", all, hubs)
	}
	seen := map[string]int{}
	pages := (all + 9) / 10
	for page := range pages {
		_, body := s.get(fmt.Sprintf("/place/UA80000000000093317?page=%d", page+1))
		for _, part := range strings.Split(body, `data-hub="`)[1:] {
			seen[part[:strings.IndexByte(part, '"')]]++
		}
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s stands on %d pages", id, n)
		}
	}
	if len(seen) != all {
		t.Errorf("%d pages show %d of %d hubs", pages, len(seen), all)
	}
}

// TestTimePasses: the API's derived properties move with the clock alone.
func TestTimePasses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, file := filepath.Join(dir, "teplo.db"), filepath.Join(dir, "hubs.csv")
	if err := os.WriteFile(file, []byte(hubsCSV), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := teplo(t, "import", file, "--db", db, "--as", "hubs", "--source", "test", "--now", "2026-01-17T20:00:00Z"); code != 0 {
		t.Fatal(out, errs)
	}
	s := serve(t, db, "--drill", "--now", "2026-01-18T05:59:50Z") // ten seconds to eight in Kyiv
	var etags []string
	for deadline := time.Now().Add(timeLimit); ; {
		resp, body := s.get("/api/collections/hubs/items?area=UA80")
		var page struct {
			TimeStamp string
			Features  []feature
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatal(err)
		}
		open := page.TimeStamp >= "2026-01-18T06:00:00Z"
		for _, f := range page.Features {
			if f.Properties["name"] == "Школа 1" && (f.Properties["open_now"] == "yes") != open {
				t.Fatalf("at %s: %v", page.TimeStamp, f.Properties)
			}
		}
		if etag := resp.Header.Get("ETag"); !slices.Contains(etags, etag) {
			etags = append(etags, etag)
		}
		if open {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("eight never came: %s", page.TimeStamp)
		}
	}
	if resp, _ := s.get("/api/collections/hubs/items?area=UA80", "If-None-Match", etags[0]); len(etags) > 1 && resp.StatusCode != 200 {
		t.Errorf("what was right before eight still holds after it: %d", resp.StatusCode)
	}
}

// TestText: plain text for the worst phone, and the same as messages.
func TestText(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), night...)
	for q, want := range map[string]string{
		"Київ": "йти можна", "UA80": "йти можна", "Іванівка": "Оберіть", "абракадабра": "не знайдено", "": "не знайдено", "Донецьк": "не публікуємо", "Житомир": "1545",
	} {
		resp, text := s.get("/t?lang=uk&q=" + url.QueryEscape(q))
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/plain; charset=utf-8" || len(text) > 600 || !strings.Contains(text, want) {
			t.Errorf("%q: %d, %d bytes: %s", q, resp.StatusCode, len(text), text)
		}
		if strings.Contains(text, "можна.") && !strings.Contains(text, "укриття") {
			t.Errorf("%q: a yes without the shelter: %s", q, text)
		}
	}
	if resp, text := s.get("/t?lang=en&q=" + strings.Repeat("x", 3000)); resp.StatusCode != 200 || len(text) > 600 {
		t.Errorf("a long question: %d", resp.StatusCode)
	}
	d := ask[struct{ Parts []string }](s, "/api/digest?area=UA80")
	for _, part := range d.Parts {
		if n := len([]rune(part)); n > 70 {
			t.Errorf("a part of %d letters: %s", n, part)
		}
	}
	if len(d.Parts) < 3 {
		t.Errorf("digest: %v", d)
	}
	situation := ask[map[string]any](s, "/api/situation?area=UA18")
	hubs := situation["hubs"].(map[string]any)
	if hubs["total"].(float64) < 20 || hubs["total"] != hubs["open"].(float64)+hubs["closed"].(float64)+hubs["unknown"].(float64) || situation["newest_fact_at"] == nil {
		t.Errorf("situation: %v", situation)
	}
	for _, path := range []string{"/api/situation", "/api/situation?area=UA99", "/api/digest?area=UA80&lang=fr", "/api/digest"} {
		if resp, _ := s.get(path); resp.StatusCode != 400 {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}
