package main_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// keyID is the public part of a key.
func keyID(secret string) string { return strings.Split(secret, "_")[1] }

// TestRevert: an admin undoes all that a stolen moderator's key did since an instant,
// with what came of the operator link that it made; what others did stays.
func TestRevert(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "moderator:*", "moderator:*", "admin:*")
	thief, honest, admin := k[0], k[1], k[2]
	s := serve(t, db)
	hubs := s.items("/api/collections/hubs/items?limit=5&area=UA18").Features
	item := func(i int) string {
		_, text := s.get("/api/collections/hubs/items/" + hubs[i].ID)
		return text
	}
	act := func(key string, i int, what string, body object) {
		t.Helper()
		s.want(200, key, http.MethodPost, "/api/hubs/"+hubs[i].ID+"/"+what, body)
	}
	act(thief, 0, "correct", object{"reason": "before it was stolen", "capacity": 77})
	before := item(3)
	since := time.Now().UTC().Add(time.Millisecond) // times of entries are whole milliseconds
	for !time.Now().After(since.Add(2 * time.Millisecond)) {
		continue
	}
	act(thief, 0, "correct", object{"reason": "theft", "name": "Пастка", "geometry": object{"type": "Point", "coordinates": []float64{30.9, 50.9}}})
	act(honest, 0, "correct", object{"reason": "hours", "opening_hours": "Mo-Fr 08:00-20:00"})
	act(thief, 1, "retire", object{"reason": "theft"})
	act(honest, 2, "retire", object{"reason": "closed for good"})
	link := strings.TrimPrefix(fmt.Sprint(s.want(201, thief, http.MethodPost, "/api/hubs/"+hubs[3].ID+"/operator-link", nil)["url"]), s.base)
	p := newPhone(s)
	if resp, page := p.send(link, url.Values{"state": {"closed"}}); resp.StatusCode != 200 {
		t.Fatalf("the thief as operator: %d %s", resp.StatusCode, page)
	}
	if !strings.Contains(item(3), `"status":"closed"`) {
		t.Fatalf("the thief's link closed nothing: %s", item(3))
	}
	path := "/api/keys/" + keyID(thief) + "/revert"
	s.want(403, honest, http.MethodPost, path, object{"since": since, "reason": "x"})
	for field, body := range map[string]object{"since": {"reason": "x"}, "reason": {"since": since}} {
		if out := s.want(400, admin, http.MethodPost, path, body); !strings.Contains(fmt.Sprint(out["errors"]), "field:"+field) {
			t.Errorf("%s: %v", field, out)
		}
	}
	s.want(404, admin, http.MethodPost, "/api/keys/nothing/revert", object{"since": since, "reason": "x"})
	// Two corrections and retirements, the link and what was said through it.
	if out := s.want(200, admin, http.MethodPost, path, object{"since": since, "reason": "the phone was stolen"}); out["reverted"] != 4.0 {
		t.Errorf("reverted: %v, want 4", out["reverted"])
	}
	check := func(when string) {
		t.Helper()
		if text := item(0); strings.Contains(text, "Пастка") || strings.Contains(text, "30.9") || !strings.Contains(text, `"capacity":77`) || !strings.Contains(text, "Mo-Fr 08:00-20:00") {
			t.Errorf("%s: the corrected hub: %s", when, text)
		}
		if text := item(1); !strings.Contains(text, hubs[1].ID) {
			t.Errorf("%s: the hub that the thief retired: %s", when, text)
		}
		if text := item(2); strings.Contains(text, hubs[2].ID) {
			t.Errorf("%s: the hub that an honest moderator retired is back: %s", when, text)
		}
		if text := item(3); strings.Contains(text, `"status":"closed"`) || strings.Contains(before, `"status":"closed"`) {
			t.Errorf("%s: what the thief's link said: %s", when, text)
		}
		if resp, _ := p.open(link); resp.StatusCode != 404 {
			t.Errorf("%s: the thief's link: %d", when, resp.StatusCode)
		}
	}
	check("at once")
	if out := s.want(200, admin, http.MethodPost, path, object{"since": since, "reason": "again"}); out["reverted"] != 0.0 {
		t.Errorf("a second time: %v", out)
	}
	s.stop()
	s = serve(t, db)
	p = newPhone(s)
	check("after a restart")
	if out := fmt.Sprint(s.want(200, admin, http.MethodGet, "/api/audit?actor="+keyID(admin), nil)); !strings.Contains(out, "revert") || !strings.Contains(out, "the phone was stolen") {
		t.Errorf("audit: %s", out)
	}
}

// TestViewsAreAudited: who reads needs and reports stands in the journal, one entry per
// key, collection, area and minute.
func TestViewsAreAudited(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "aid:UA80", "moderator:*", "admin:*")
	aid, moderator, admin := k[0], k[1], k[2]
	s := serve(t, db)
	filed := s.want(201, "", http.MethodPost, "/api/reports", point(object{"about": "need", "need": "heat", "urgency": "today"}))
	need := "need-" + strings.ReplaceAll(fmt.Sprint(filed["id"]), "-", "")
	for range 3 {
		s.want(200, aid, http.MethodGet, "/api/needs/"+need, nil)
		s.want(200, aid, http.MethodGet, "/api/collections/needs/items", nil)
		s.want(200, aid, http.MethodGet, "/api/collections/needs/items?area=UA80", nil)
		s.want(200, aid, http.MethodGet, "/api/collections/hubs/items?limit=1", nil)
		s.want(200, moderator, http.MethodGet, "/api/queue", nil)
	}
	seen := map[string]int{}
	entries, _ := s.want(200, admin, http.MethodGet, "/api/audit?limit=100", nil)["entries"].([]any)
	for _, e := range entries {
		if line, _ := e.(object); line["action"] == "view" {
			seen[fmt.Sprint(line["actor"], " ", line["target"])]++
		}
	}
	for _, want := range []string{keyID(aid) + " needs *", keyID(aid) + " needs UA80", keyID(moderator) + " reports *"} {
		if n := seen[want]; n != 1 && n != 2 { // two where the minute turned
			t.Errorf("%s: %d entries of 3 views", want, n)
		}
	}
	for what := range seen {
		if strings.Contains(what, "hubs") {
			t.Errorf("a view of what is public: %s", what)
		}
	}
}

// TestNeedsAreForgotten: after its retention nobody can tell whose a need was: not its
// exact place, how many people, nor the note. That it was, and its kind, stays.
func TestNeedsAreForgotten(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	admin := keys(t, db, "admin:*", "aid:UA80")[0]
	began := time.Now().UTC()
	at := func(days int) *server {
		return serve(t, db, "--drill", "--now", began.AddDate(0, 0, days).Format(time.RFC3339))
	}
	s := at(0)
	body := point(object{"about": "need", "need": "medicine", "people": 3, "urgency": "today", "note": "інсулін, третій підʼїзд"})
	need := "need-" + strings.ReplaceAll(fmt.Sprint(s.want(201, "", http.MethodPost, "/api/reports", body)["id"]), "-", "")
	made := s.want(201, admin, http.MethodPost, "/api/keys", object{"role": "moderator", "name": "M", "areas": []string{"*"}, "expires": began.AddDate(1, 0, 0).Format(time.RFC3339)})
	look := func(s *server) string {
		return fmt.Sprint(s.want(200, fmt.Sprint(made["secret"]), http.MethodGet, "/api/needs/"+need, nil))
	}
	if text := look(s); !strings.Contains(text, "30.523456") || !strings.Contains(text, "інсулін") || !strings.Contains(text, "people:3") || !strings.Contains(text, "status:open") {
		t.Fatalf("at once: %s", text)
	}
	s.stop()
	s = at(9) // the note has gone after a week, the need has expired after three days
	if text := look(s); strings.Contains(text, "інсулін") || !strings.Contains(text, "30.523456") || !strings.Contains(text, "status:expired") {
		t.Errorf("after nine days: %s", text)
	}
	s.stop()
	s = at(92)
	if text := look(s); strings.Contains(text, "30.523456") || strings.Contains(text, "people:3") || !strings.Contains(text, "need:medicine") {
		t.Errorf("after 92 days: %s", text)
	}
}
