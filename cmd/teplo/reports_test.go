package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

const geoJSON = "application/geo+json"

// outageAt is the body of a report that power is out.
func outageAt(id string, lon, lat float64) string {
	return fmt.Sprintf(`{"type":"Feature","id":%q,"geometry":{"type":"Point","coordinates":[%g,%g]},"properties":{"about":"outage","service":"power","state":"out"}}`, id, lon, lat)
}

func (s *server) post(body string, headers ...string) (int, map[string]any, http.Header) {
	s.t.Helper()
	resp, text := s.do(http.MethodPost, "/api/reports", body, append([]string{"Content-Type", geoJSON}, headers...)...)
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		s.t.Fatalf("%d %s: %v", resp.StatusCode, text, err)
	}
	return resp.StatusCode, out, resp.Header
}

func TestReport(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	id := uuid.NewString()
	code, first, head := s.post(outageAt(id, 30.52, 50.45), "Teplo-Reporter", "reporter-0123456789")
	if code != 201 || first["status"] != "counted" || first["id"] != id || head.Get("Location") != "/api/receipts/"+id || first["secret"] == "" {
		t.Fatalf("first: %d %v", code, first)
	}
	// Members in another order are the same JSON value.
	again := fmt.Sprintf(`{"properties":{"state":"out","service":"power","about":"outage"},"geometry":{"coordinates":[30.52,50.450],"type":"Point"},"id":%q,"type":"Feature"}`, id)
	if code, second, _ := s.post(again, "Teplo-Reporter", "reporter-0123456789"); code != 200 || second["secret"] != first["secret"] {
		t.Errorf("the same again: %d %v", code, second)
	}
	if code, other, _ := s.post(again); code != 200 || other["secret"] != nil {
		t.Errorf("the same from another source: %d %v", code, other)
	}
	if code, _, _ := s.post(outageAt(id, 30.53, 50.45)); code != 409 {
		t.Errorf("another body under the id: got %d, want 409", code)
	}
	if resp, body := s.get("/api/receipts/" + id); resp.StatusCode != 200 || strings.Contains(body, "secret") || !strings.Contains(body, "counted") {
		t.Errorf("receipt: %d %s", resp.StatusCode, body)
	}
	if resp, _ := s.get("/api/receipts/" + uuid.NewString()); resp.StatusCode != 404 {
		t.Errorf("unknown receipt: got %d", resp.StatusCode)
	}
	if n := s.items("/api/collections/outages/items").NumberMatched; n != 0 {
		t.Errorf("one report made %d public outages", n)
	}
}

func TestReportRefuses(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	point := `"geometry":{"type":"Point","coordinates":[30.5,50.4]}`
	for _, tc := range []struct{ name, body, field string }{
		{"no JSON", `{`, ""},
		{"not a feature", `{"type":"Point"}`, "type"},
		{"unknown member", `{"type":"Feature","foo":1,` + point + `,"properties":{"about":"outage","service":"power","state":"out"}}`, "foo"},
		{"unknown property", `{"type":"Feature",` + point + `,"properties":{"about":"outage","service":"power","state":"out","patrol":1}}`, "properties.patrol"},
		{"a member twice", `{"type":"Feature","type":"Feature",` + point + `,"properties":{"about":"outage","service":"power","state":"out"}}`, "type"},
		{"empty id", `{"type":"Feature","id":"",` + point + `,"properties":{"about":"outage","service":"power","state":"out"}}`, "id"},
		{"no service", `{"type":"Feature",` + point + `,"properties":{"about":"outage","state":"out"}}`, "properties.service"},
		{"wrong state", `{"type":"Feature",` + point + `,"properties":{"about":"outage","service":"power","state":"off"}}`, "properties.state"},
		{"outside", `{"type":"Feature","geometry":{"type":"Point","coordinates":[2.35,48.85]},"properties":{"about":"outage","service":"power","state":"out"}}`, "geometry.coordinates"},
		{"swapped", `{"type":"Feature","geometry":{"type":"Point","coordinates":[50.4,30.5]},"properties":{"about":"outage","service":"power","state":"out"}}`, "geometry.coordinates"},
		{"empty point", `{"type":"Feature","geometry":{"type":"Point","coordinates":[]},"properties":{"about":"outage","service":"power","state":"out"}}`, "geometry.coordinates"},
		{"no point", `{"type":"Feature","geometry":null,"properties":{"about":"outage","service":"power","state":"out"}}`, "geometry"},
		{"future", `{"type":"Feature",` + point + `,"properties":{"about":"outage","service":"power","state":"out","observed_at":"2999-01-01T00:00:00Z"}}`, "properties.observed_at"},
		{"past", `{"type":"Feature",` + point + `,"properties":{"about":"outage","service":"power","state":"out","observed_at":"2020-01-01T00:00:00Z"}}`, "properties.observed_at"},
		{"no id", `{"type":"Feature","id":"x",` + point + `,"properties":{"about":"outage","service":"power","state":"out"}}`, "id"},
		{"no such hub", `{"type":"Feature","properties":{"about":"hub_status","hub":"hub-none","state":"open"}}`, "properties.hub"},
	} {
		resp, body := s.do(http.MethodPost, "/api/reports", tc.body, "Content-Type", geoJSON)
		if resp.StatusCode != 400 || !strings.Contains(body, `"field":"`+tc.field+`"`) || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: got %d %s", tc.name, resp.StatusCode, body)
		}
	}
	if resp, _ := s.do(http.MethodPost, "/api/reports", "x", "Content-Type", "text/plain"); resp.StatusCode != 415 {
		t.Errorf("text/plain: got %d, want 415", resp.StatusCode)
	}
	if resp, _ := s.do(http.MethodPost, "/api/reports", strings.Repeat("x", 70_000), "Content-Type", geoJSON); resp.StatusCode != 413 {
		t.Errorf("70 KB: got %d, want 413", resp.StatusCode)
	}
	if code, body, _ := s.post(outageAt(uuid.NewString(), 30.5, 50.4), "Teplo-Reporter", "short"); code != 400 {
		t.Errorf("a short reporter: got %d %v", code, body)
	}
}

// events reads server-sent events until ctx ends.
func (s *server) events(ctx context.Context, path string) <-chan string {
	s.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	out := make(chan string, 100)
	go func() {
		defer resp.Body.Close()
		defer close(out)
		for sc := bufio.NewScanner(resp.Body); sc.Scan(); {
			if data, ok := strings.CutPrefix(sc.Text(), "data: "); ok {
				out <- data
			}
		}
	}()
	return out
}

// TestDrillShowsAtOnce: under the drill policy one report makes a public cell
// within its bucket, and the live stream says so.
func TestDrillShowsAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), "--policy", "drill")
	ctx, cancel := context.WithTimeout(t.Context(), timeLimit)
	defer cancel()
	live := s.events(ctx, "/api/live?collections=outages")
	id := uuid.NewString()
	if code, _, _ := s.post(outageAt(id, 30.52, 50.45)); code != 201 {
		t.Fatalf("got %d", code)
	}
	var change struct {
		Op, Collection, ID string
		Feature            feature
	}
	select {
	case data := <-live:
		if err := json.Unmarshal([]byte(data), &change); err != nil {
			t.Fatal(err)
		}
	case <-ctx.Done():
		t.Fatal("no change came")
	}
	if change.Op != "put" || change.Collection != "outages" || change.Feature.Geometry.Type != "MultiPolygon" || change.Feature.Properties["geo_precision"] != "cell" {
		t.Errorf("got %+v", change)
	}
	if n := s.items("/api/collections/outages/items?bbox=30.5,50.4,30.6,50.5").NumberMatched; n != 1 {
		t.Errorf("public cells: got %d, want 1", n)
	}
	if _, body := s.get("/api/receipts/" + id); !strings.Contains(body, "published") {
		t.Errorf("receipt: %s", body)
	}
	if _, home := s.get("/?lang=en"); !strings.Contains(home, "Drill:") {
		t.Error("no banner under the drill policy")
	}
	began := time.Now()
	if code := s.stop(); code != 0 || time.Since(began) > 10*time.Second {
		t.Errorf("stopping with an open stream: code %d after %v", code, time.Since(began))
	}
}

func TestHubStatus(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0]
	body := fmt.Sprintf(`{"type":"Feature","properties":{"about":"hub_status","hub":%q,"state":"open","amenities":["heat"]}}`, hub.ID)
	if code, out, _ := s.post(body, "Teplo-Reporter", "reporter-0123456789"); code != 201 || out["status"] != "counted" {
		t.Fatalf("got %d %v", code, out)
	}
	resp, text := s.get("/api/collections/hubs/items/" + hub.ID)
	var now feature
	if err := json.Unmarshal([]byte(text), &now); err != nil || resp.StatusCode != 200 {
		t.Fatal(err, resp.StatusCode)
	}
	if now.Properties["confirmations"] != 1.0 || now.Properties["status"] == "open" || now.Properties["rev"] == hub.Properties["rev"] {
		t.Errorf("after an anonymous word: %v", now.Properties)
	}
	if now.Properties["open_now"] != hub.Properties["open_now"] {
		t.Errorf("an anonymous word changed open_now from %v to %v", hub.Properties["open_now"], now.Properties["open_now"])
	}
}

// TestFullStore: at the limit of --max-size writes get 507 with words, and
// everything else goes on.
func TestFullStore(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	serve(t, db).stop()
	s := serve(t, db, "--max-size", "18MB", "--policy", "drill")
	var last int
	for i := 0; i < 20_000 && last != 507; i++ {
		resp, body := s.do(http.MethodPost, "/api/reports", outageAt(uuid.NewString(), 30.52, 50.45), "Content-Type", geoJSON)
		if last = resp.StatusCode; last == 429 {
			t.Fatal("limited before it was full")
		}
		if last == 507 && !strings.Contains(body, "full") {
			t.Errorf("507: %s", body)
		}
	}
	if last != 507 {
		t.Fatalf("never full: last answer %d", last)
	}
	if resp, body := s.get("/readyz"); resp.StatusCode != 200 || !strings.Contains(body, `"store":"full"`) {
		t.Errorf("readyz: %d %s", resp.StatusCode, body)
	}
	if resp, _ := s.get("/"); resp.StatusCode != 200 {
		t.Errorf("the page of a full store: %d", resp.StatusCode)
	}
}

// TestKill ends the server with SIGKILL in the middle of writes, again and again:
// every acknowledged report must be there after the restart, once.
func TestKill(t *testing.T) {
	db := bundled(t)
	cycles := 5
	if testing.Short() {
		cycles = 2
	}
	acked := map[string]string{}
	for cycle := range cycles {
		s := serve(t, db, "--policy", "drill")
		for id, body := range acked {
			if resp, _ := s.get("/api/receipts/" + id); resp.StatusCode != 200 {
				t.Fatalf("cycle %d: acknowledged report %s is lost", cycle, id)
			}
			if code, _, _ := s.post(body); code != 200 {
				t.Fatalf("cycle %d: %s sent again: got %d, want 200", cycle, id, code)
			}
			if rand.IntN(20) > 0 {
				delete(acked, id) // a sample is asked again next time
			}
		}
		var mu sync.Mutex // guards acked
		var wg sync.WaitGroup
		enough := make(chan struct{}, 1000)
		for range 16 {
			wg.Go(func() {
				for {
					id := uuid.NewString()
					body := outageAt(id, 24+rand.Float64()*10, 48+rand.Float64()*3)
					resp, err := http.Post(s.base+"/api/reports", geoJSON, strings.NewReader(body))
					if err != nil {
						return // the server was killed
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if resp.StatusCode == http.StatusCreated {
						mu.Lock()
						acked[id] = body
						mu.Unlock()
						select {
						case enough <- struct{}{}:
						default:
						}
					}
				}
			})
		}
		for range 50 + rand.IntN(300) {
			select {
			case <-enough:
			case <-time.After(timeLimit):
				t.Fatal("no acknowledgements")
			}
		}
		s.kill()
		wg.Wait()
		t.Logf("cycle %d: %d acknowledged", cycle, len(acked))
	}
	out, errs, code := teplo(t, "check", "--db", db)
	if code != 0 {
		t.Errorf("check: %d %s%s", code, out, errs)
	}
}
