package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// call sends JSON with a key and returns status and body.
func (s *server) call(key, method, path string, body any) (int, map[string]any) {
	s.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		text = string(b)
	}
	headers := []string{"Content-Type", "application/json"}
	if key != "" {
		headers = append(headers, "Authorization", "Bearer "+key)
	}
	resp, reply := s.do(method, path, text, headers...)
	var out map[string]any
	if len(reply) > 0 {
		if err := json.Unmarshal([]byte(reply), &out); err != nil {
			s.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, reply)
		}
	}
	return resp.StatusCode, out
}

// want calls and demands a status.
func (s *server) want(status int, key, method, path string, body any) map[string]any {
	s.t.Helper()
	code, out := s.call(key, method, path, body)
	if code != status {
		s.t.Fatalf("%s %s: got %d %v, want %d", method, path, code, out, status)
	}
	return out
}

// keys makes a key for each role and areas given as "role:area,area".
func keys(t *testing.T, db string, wanted ...string) []string {
	t.Helper()
	var out []string
	for _, w := range wanted {
		role, areas, _ := strings.Cut(w, ":")
		secret, errs, code := teplo(t, "key", "add", "--db", db, "--role", role, "--name", "Test "+role, "--areas", areas)
		if code != 0 || !regexp.MustCompile(`^tp_[0-9A-Za-z]+_[0-9A-Za-z]+\n$`).MatchString(secret) {
			t.Fatalf("key add %s: %d %q %s", w, code, secret, errs)
		}
		out = append(out, strings.TrimSpace(secret))
	}
	return out
}

type object = map[string]any

// point is a feature at Maidan in Kyiv.
func point(properties object) object {
	return object{"type": "Feature", "id": uuid.NewString(), "geometry": object{"type": "Point", "coordinates": []float64{30.523456, 50.450123}}, "properties": properties}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "teplo.db")
	s := serve(t, db)
	s.stop()
	first := regexp.MustCompile(`admin key: (tp_[0-9A-Za-z]+_[0-9A-Za-z]+)\n`).FindStringSubmatch(s.log.String())
	if first == nil {
		t.Fatalf("no admin key on the first start: %s", s.log.String())
	}
	admin := first[1]
	s = serve(t, db)
	made := s.want(201, admin, http.MethodPost, "/api/keys", object{"role": "moderator", "name": "M", "areas": []string{"UA80"}, "expires": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
	moderator, _ := made["secret"].(string)
	s.want(200, moderator, http.MethodGet, "/api/queue", nil)
	s.want(403, moderator, http.MethodGet, "/api/keys", nil)
	s.want(401, "", http.MethodGet, "/api/keys", nil)
	for field, body := range map[string]object{
		"role":    {"role": "king", "name": "x", "expires": "2099-01-01T00:00:00Z"},
		"name":    {"role": "aid", "areas": []string{"*"}, "expires": "2099-01-01T00:00:00Z"},
		"expires": {"role": "aid", "name": "x", "areas": []string{"*"}, "expires": "2020-01-01T00:00:00Z"},
		"areas":   {"role": "aid", "name": "x", "expires": "2099-01-01T00:00:00Z"},
	} {
		if out := s.want(400, admin, http.MethodPost, "/api/keys", body); !strings.Contains(fmt.Sprint(out["errors"]), "field:"+field) {
			t.Errorf("%s: %v", field, out)
		}
	}
	mistyped := moderator[:len(moderator)-1] + "-"
	for _, path := range []string{"/", "/healthz", "/api", "/api/collections/hubs/items", "/nothing"} {
		if resp, _ := s.get(path, "Authorization", "Bearer "+mistyped); resp.StatusCode != 401 || resp.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s with a mistyped key: %d", path, resp.StatusCode)
		}
	}
	s.want(204, admin, http.MethodDelete, "/api/keys/"+fmt.Sprint(made["id"]), nil)
	s.want(401, moderator, http.MethodGet, "/api/queue", nil)
	if out := s.want(200, admin, http.MethodGet, "/api/audit", nil); !strings.Contains(fmt.Sprint(out["entries"]), "key_revoke") {
		t.Errorf("audit: %v", out)
	}
	if out, errs, code := teplo(t, "key", "list", "--server", s.base, "--key", admin); code != 0 || strings.Count(out, "\n") != 2 || strings.Contains(out, moderator) {
		t.Errorf("key list: %d %s %s", code, out, errs)
	}
	s.stop()
	if strings.Contains(s.log.String(), "admin key") {
		t.Error("the second start shows a key")
	}
	for _, file := range []string{db, db + ".keys"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{admin, moderator} {
			if bytes.Contains(b, []byte(secret[12:40])) {
				t.Errorf("%s holds a secret", file)
			}
		}
	}
}

func TestNewHub(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "moderator:UA80", "moderator:*", "moderator:UA46", "volunteer:UA80")
	one, two, lviv, volunteer := k[0], k[1], k[2], k[3]
	s := serve(t, db)
	body := point(object{"about": "hub", "name": "Школа 99", "address": "вул. Нова, 1", "opening_text": "цілодобово", "amenities": []string{"heat"}})
	filed := s.want(201, volunteer, http.MethodPost, "/api/reports", body)
	if filed["status"] != "queued" {
		t.Fatalf("filed: %v", filed)
	}
	id := fmt.Sprint(filed["id"])
	public := s.items("/api/collections/hubs/items").NumberMatched
	if out := s.want(200, lviv, http.MethodGet, "/api/queue", nil); out["count"] != 0.0 {
		t.Errorf("a moderator of Lviv sees Kyiv's queue: %v", out)
	}
	if out := s.want(200, one, http.MethodGet, "/api/queue", nil); out["count"] != 1.0 || !strings.Contains(fmt.Sprint(out["items"]), "Школа 99") {
		t.Errorf("queue: %v", out)
	}
	s.want(404, lviv, http.MethodPost, "/api/queue/"+id+"/publish", nil)
	s.want(403, volunteer, http.MethodPost, "/api/queue/"+id+"/publish", nil)
	s.want(200, one, http.MethodPost, "/api/queue/"+id+"/claim", nil)
	s.want(409, two, http.MethodPost, "/api/queue/"+id+"/publish", nil)
	if out := s.want(200, one, http.MethodPost, "/api/queue/"+id+"/publish", nil); out["status"] != "queued" || out["approvals"] != 1.0 {
		t.Errorf("first approval: %v", out)
	}
	s.want(409, one, http.MethodPost, "/api/queue/"+id+"/publish", nil)
	if n := s.items("/api/collections/hubs/items").NumberMatched; n != public {
		t.Errorf("one moderator made a hub public: %d, was %d", n, public)
	}
	// A claim keeps others off; who holds it can reject, so it ends with another report.
	second := s.want(201, volunteer, http.MethodPost, "/api/reports", point(object{"about": "hub", "name": "Школа 100"}))
	for i, moderator := range []string{one, two} {
		if out := s.want(200, moderator, http.MethodPost, "/api/queue/"+fmt.Sprint(second["id"])+"/publish", object{"reason": "seen"}); i == 1 && out["status"] != "published" {
			t.Errorf("second approval: %v", out)
		}
	}
	found := s.items("/api/collections/hubs/items?bbox=30.52,50.45,30.53,50.46")
	names := fmt.Sprint(found.Features)
	if !strings.Contains(names, "Школа 100") || strings.Contains(names, "Школа 99") {
		t.Errorf("after two approvals: %s", names)
	}
	if out := s.want(400, one, http.MethodPost, "/api/queue/"+id+"/reject", nil); !strings.Contains(fmt.Sprint(out), "reason") {
		t.Errorf("reject without a reason: %v", out)
	}
	if out := s.want(200, one, http.MethodPost, "/api/queue/bulk", object{"ids": []string{id, id, uuid.NewString()}, "action": "reject", "reason": "doubled"}); out["done"] != 1.0 || len(out["failed"].([]any)) != 2 {
		t.Errorf("bulk: %v", out)
	}
	if _, receipt := s.get("/api/receipts/" + id); !strings.Contains(receipt, "rejected") || strings.Contains(receipt, "Школа") {
		t.Errorf("receipt: %s", receipt)
	}
}

func TestNeeds(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "aid:UA80", "aid:UA80", "aid:UA46", "volunteer:UA80")
	one, two, lviv, volunteer := k[0], k[1], k[2], k[3]
	s := serve(t, db)
	body := point(object{"about": "need", "need": "medical_power", "people": 2, "urgency": "life", "note": "бабуся, концентратор кисню, 5 поверх"})
	filed := s.want(201, "", http.MethodPost, "/api/reports", body)
	id := fmt.Sprint(filed["id"])
	need := "need-" + strings.ReplaceAll(id, "-", "")
	s.want(401, "", http.MethodGet, "/api/collections/needs/items", nil)
	s.want(403, volunteer, http.MethodGet, "/api/collections/needs/items", nil)
	if out := s.want(200, lviv, http.MethodGet, "/api/collections/needs/items", nil); out["numberMatched"] != 0.0 {
		t.Errorf("an aid group of Lviv sees Kyiv's needs: %v", out)
	}
	rough := fmt.Sprint(s.want(200, one, http.MethodGet, "/api/collections/needs/items", nil))
	if !strings.Contains(rough, need) || !strings.Contains(rough, "30.525 50.45]") || strings.Contains(rough, "30.523456") || strings.Contains(rough, "бабуся") {
		t.Errorf("needs: %s", rough)
	}
	if out := fmt.Sprint(s.want(200, one, http.MethodGet, "/api/needs/"+need, nil)); strings.Contains(out, "бабуся") || strings.Contains(out, "30.523456") {
		t.Errorf("exact before the claim: %s", out)
	}
	if out := fmt.Sprint(s.want(200, one, http.MethodPost, "/api/needs/"+need+"/claim", object{"note": "їдемо о 18:00"})); !strings.Contains(out, "бабуся") || !strings.Contains(out, "30.523456") {
		t.Errorf("the claimer sees: %s", out)
	}
	s.want(409, two, http.MethodPost, "/api/needs/"+need+"/claim", nil)
	s.want(409, two, http.MethodPost, "/api/needs/"+need+"/met", nil)
	s.want(404, lviv, http.MethodPost, "/api/needs/"+need+"/claim", nil)
	if _, receipt := s.get("/api/receipts/" + id); !strings.Contains(receipt, "claimed") || !strings.Contains(receipt, "їдемо о 18:00") {
		t.Errorf("receipt: %s", receipt)
	}
	s.want(200, one, http.MethodPost, "/api/needs/"+need+"/met", nil)
	s.want(409, one, http.MethodPost, "/api/needs/"+need+"/claim", nil)
	// Where nobody would see it, the numbers to call are the answer.
	elsewhere := point(object{"about": "need", "need": "heat"})
	elsewhere["geometry"] = object{"type": "Point", "coordinates": []float64{36.23, 49.99}}
	if out := s.want(409, "", http.MethodPost, "/api/reports", elsewhere); !strings.Contains(fmt.Sprint(out), "103") {
		t.Errorf("nobody there: %v", out)
	}
}

// TestModeratorRules: a moderator's rule and confirmation give what the press of
// last winter cannot: a present yes.
func TestModeratorRules(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "moderator:UA21,UA80", "volunteer:UA80")
	moderator, volunteer := k[0], k[1]
	s := serve(t, db)
	if v := ask[verdict](s, "/api/go?area=UA21"); v.Verdict != "unconfirmed" {
		t.Fatalf("before: %+v", v)
	}
	rule := ask[verdict](s, "/api/go?area=UA21").Because[0].Rule
	s.want(403, volunteer, http.MethodPost, "/api/curfews/"+rule+"/confirm", nil)
	s.want(200, moderator, http.MethodPost, "/api/curfews/"+rule+"/confirm", nil)
	if v := ask[verdict](s, "/api/go?area=UA21"); v.Verdict != "yes" || v.Stale {
		t.Errorf("after a confirmation: %+v", v)
	}
	curfew := object{"type": "Feature", "id": uuid.NewString(), "geometry": nil, "properties": object{
		"about": "curfew", "area_code": "UA80", "kind": "exceptional", "valid_from": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339),
		"valid_to": time.Now().Add(time.Hour).UTC().Format(time.RFC3339), "authority": "КМВА",
	}}
	s.want(401, "", http.MethodPost, "/api/reports", curfew)
	s.want(403, volunteer, http.MethodPost, "/api/reports", curfew)
	s.want(201, moderator, http.MethodPost, "/api/reports", curfew)
	if v := ask[verdict](s, "/api/go?area=UA80"); v.Verdict != "no" || v.Curfew.InForce != "yes" {
		t.Errorf("a continuous curfew of now: %+v", v)
	}
	curfew["id"] = uuid.NewString()
	curfew["properties"].(object)["timezone"] = "Europe/Nowhere"
	if out := s.want(400, moderator, http.MethodPost, "/api/reports", curfew); !strings.Contains(fmt.Sprint(out), "properties.timezone") {
		t.Errorf("an unknown zone: %v", out)
	}
	// A volunteer's word opens a hub inside the areas of the key, and nowhere else.
	for area, want := range map[string]string{"UA80": "published", "UA18": "counted"} {
		hub := s.items("/api/collections/hubs/items?limit=1&area=" + area).Features[0].ID
		status := object{"type": "Feature", "properties": object{"about": "hub_status", "hub": hub, "state": "open"}}
		if out := s.want(201, volunteer, http.MethodPost, "/api/reports", status); out["status"] != want {
			t.Errorf("%s: %v, want %s", area, out, want)
		}
		resp, text := s.get("/api/collections/hubs/items/" + hub)
		if open := strings.Contains(text, `"open_now":"yes"`); resp.StatusCode != 200 || open != (want == "published") {
			t.Errorf("%s: %s", area, text)
		}
	}
	hub := s.items("/api/collections/hubs/items?limit=1&area=UA80").Features[0].ID
	s.want(400, moderator, http.MethodPost, "/api/hubs/"+hub+"/retire", nil)
	s.want(200, moderator, http.MethodPost, "/api/hubs/"+hub+"/retire", object{"reason": "gone"})
	if resp, _ := s.get("/api/collections/hubs/items/" + hub); resp.StatusCode != 404 {
		t.Errorf("a retired hub: %d", resp.StatusCode)
	}
}

// TestHaltedKey: a key retires twenty within an hour; the next halts it, across a
// restart, until an admin frees it.
func TestHaltedKey(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "moderator:*", "admin:*")
	moderator, admin := k[0], k[1]
	id := strings.Split(moderator, "_")[1]
	s := serve(t, db)
	hubs := s.items("/api/collections/hubs/items?limit=22").Features
	for _, f := range hubs[:20] {
		s.want(200, moderator, http.MethodPost, "/api/hubs/"+f.ID+"/correct", object{"reason": "the hours", "opening_hours": "24/7"}) // moves nothing
	}
	for _, f := range hubs[:10] {
		s.want(200, moderator, http.MethodPost, "/api/hubs/"+f.ID+"/retire", object{"reason": "gone"})
	}
	for i, f := range hubs[10:20] {
		at := object{"type": "Point", "coordinates": []float64{30.5 + float64(i)/100, 50.45}}
		s.want(200, moderator, http.MethodPost, "/api/hubs/"+f.ID+"/correct", object{"reason": "it stands there", "geometry": at})
	}
	s.want(403, moderator, http.MethodPost, "/api/hubs/"+hubs[20].ID+"/retire", object{"reason": "gone"})
	if resp, _ := s.get("/api/collections/hubs/items/" + hubs[20].ID); resp.StatusCode != 200 {
		t.Errorf("the twenty-first is gone: %d", resp.StatusCode)
	}
	s.stop()
	s = serve(t, db)
	s.want(403, moderator, http.MethodGet, "/api/queue", nil)
	if out := fmt.Sprint(s.want(200, admin, http.MethodGet, "/api/audit", nil)); !strings.Contains(out, "key_halt") {
		t.Error("the audit does not tell of it")
	}
	s.want(404, admin, http.MethodPost, "/api/keys/nothing/free", nil)
	s.want(204, admin, http.MethodPost, "/api/keys/"+id+"/free", nil)
	s.want(200, moderator, http.MethodPost, "/api/hubs/"+hubs[20].ID+"/retire", object{"reason": "gone"})
}

// TestBrake: withheld areas vanish at once, from keys outside them too, and stay
// withheld over a restart.
func TestBrake(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "admin:*", "aid:UA18", "aid:UA80")
	admin, inside, outside := k[0], k[1], k[2]
	s := serve(t, db)
	all := "/api/collections/hubs/items?area=UA18"
	before := s.items(all).NumberMatched
	s.want(403, inside, http.MethodPost, "/api/policy", object{"withheld_areas": []string{"UA18"}, "reason": "x"})
	s.want(400, admin, http.MethodPost, "/api/policy", object{"withheld_areas": []string{"UA18"}})
	s.want(200, admin, http.MethodPost, "/api/policy", object{"withheld_areas": []string{"UA18"}, "reason": "a strike"})
	check := func(when string) {
		t.Helper()
		if n := s.items(all).NumberMatched; n != 0 || before == 0 {
			t.Errorf("%s: %d hubs of %d are still public", when, n, before)
		}
		if out := s.want(200, inside, http.MethodGet, all, nil); out["numberMatched"] != float64(before) {
			t.Errorf("%s: a key of the area sees %v of %d", when, out["numberMatched"], before)
		}
		if out := s.want(200, outside, http.MethodGet, all, nil); out["numberMatched"] != 0.0 {
			t.Errorf("%s: a key of another area sees %v", when, out["numberMatched"])
		}
	}
	check("at once")
	s.stop()
	s = serve(t, db)
	check("after a restart")
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	id := uuid.NewString()
	_, first, _ := s.post(outageAt(id, 30.52, 50.45), "Teplo-Reporter", "reporter-0123456789")
	secret := fmt.Sprint(first["secret"])
	path := "/api/reports/" + id + "/withdraw"
	s.want(403, "", http.MethodPost, path, object{"secret": "wrong"})
	s.want(400, "", http.MethodPost, path, object{})
	s.want(404, "", http.MethodPost, "/api/reports/"+uuid.NewString()+"/withdraw", object{"secret": secret})
	for range 2 {
		if out := s.want(200, "", http.MethodPost, path, object{"secret": secret}); out["status"] != "withdrawn" {
			t.Errorf("withdrawn: %v", out)
		}
	}
	if _, receipt := s.get("/api/receipts/" + id); !strings.Contains(receipt, "withdrawn") {
		t.Errorf("receipt: %s", receipt)
	}
	for note, status := range map[string]int{"стоїть блокпост біля школи": 400, "немає світла з 8 ранку": 201} {
		body := point(object{"about": "outage", "service": "power", "state": "out", "note": note})
		code, out := s.call("", http.MethodPost, "/api/reports", body)
		if code != status || status == 400 && !strings.Contains(fmt.Sprint(out), "properties.note") {
			t.Errorf("%s: %d %v", note, code, out)
		}
	}
}

// TestOperator: a hub's operator opens it in one tap; full reads as closed to all.
func TestOperator(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	moderator := keys(t, db, "moderator:*")[0]
	s := serve(t, db)
	hub := s.items("/api/collections/hubs/items?limit=1&area=UA18").Features[0].ID
	path := "/api/hubs/" + hub + "/operator-link"
	s.want(401, "", http.MethodPost, path, nil)
	first := fmt.Sprint(s.want(201, moderator, http.MethodPost, path, nil)["url"])
	link := strings.TrimPrefix(fmt.Sprint(s.want(201, moderator, http.MethodPost, path, nil)["url"]), s.base)
	p := newPhone(s)
	if resp, _ := p.open(strings.TrimPrefix(first, s.base)); resp.StatusCode != 404 {
		t.Errorf("the old link: %d", resp.StatusCode)
	}
	if _, page := p.open(link + "?lang=en"); strings.Count(page, `name="state"`) != 3 {
		t.Errorf("the operator's page: %s", page)
	}
	for _, tc := range []struct{ state, status, openNow string }{{"open", "open", "yes"}, {"full", "closed", "no"}, {"open", "open", "yes"}, {"closed", "closed", "no"}} {
		if resp, body := p.send(link, url.Values{"state": {tc.state}}); resp.StatusCode != 200 {
			t.Fatalf("%s: %d %s", tc.state, resp.StatusCode, body)
		}
		_, text := s.get("/api/collections/hubs/items/" + hub)
		if !strings.Contains(text, `"status":"`+tc.status+`"`) || !strings.Contains(text, `"open_now":"`+tc.openNow+`"`) || strings.Contains(text, "full") {
			t.Errorf("after %s: %s", tc.state, text)
		}
	}
	s.want(204, moderator, http.MethodDelete, path, nil)
	if resp, _ := p.open(link); resp.StatusCode != 404 {
		t.Errorf("an ended link: %d", resp.StatusCode)
	}
}

// TestCorrect: a moderator's correction stands until the source says something else.
func TestCorrect(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	moderator := keys(t, db, "moderator:UA80")[0]
	file := filepath.Join(filepath.Dir(db), "hubs.csv")
	source := "ref,name,lat,lon,opening_hours\n1,Школа,50.45,30.52,24/7\n"
	load := func(text, want string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, _ := teplo(t, "import", file, "--db", db, "--as", "hubs", "--source", "city"); !strings.HasPrefix(out, want) {
			t.Fatalf("import: %s%s, want %s", out, errs, want)
		}
	}
	load(source, "imported 1 new, 0 changed")
	s := serve(t, db)
	var hub string
	for _, f := range s.items("/api/collections/hubs/items?area=UA80").Features {
		if f.Properties["source"] == "city" {
			hub = f.ID
		}
	}
	path := "/api/hubs/" + hub + "/correct"
	for field, body := range map[string]object{
		"reason": {"opening_hours": "24/7"}, "opening_hours": {"reason": "x", "opening_hours": "sunrise"}, "heat": {"reason": "x", "heat": "maybe"},
		"foo": {"reason": "x", "foo": 1}, "geometry.coordinates": {"reason": "x", "geometry": object{"type": "Point", "coordinates": []float64{2, 48}}},
	} {
		if out := s.want(400, moderator, http.MethodPost, path, body); !strings.Contains(fmt.Sprint(out["errors"]), "field:"+field+" ") {
			t.Errorf("%s: %v", field, out)
		}
	}
	out := s.want(200, moderator, http.MethodPost, path, object{"reason": "called them", "opening_hours": "Mo-Su 08:00-17:00", "heat": "yes", "geometry": object{"type": "Point", "coordinates": []float64{30.53, 50.46}}})
	if text := fmt.Sprint(out); !strings.Contains(text, "Mo-Su 08:00-17:00") || !strings.Contains(text, "heat:yes") || !strings.Contains(text, "30.53") || !strings.Contains(text, "Школа") {
		t.Errorf("corrected: %s", text)
	}
	s.stop()
	load(source, "imported 0 new, 0 changed, 1 unchanged")
	s = serve(t, db)
	if _, text := s.get("/api/collections/hubs/items/" + hub); !strings.Contains(text, "Mo-Su 08:00-17:00") {
		t.Errorf("the same import undid the correction: %s", text)
	}
	s.stop()
	load(strings.Replace(source, "24/7", "10:00-12:00", 1), "imported 0 new, 1 changed")
	s = serve(t, db)
	if _, text := s.get("/api/collections/hubs/items/" + hub); !strings.Contains(text, "10:00-12:00") {
		t.Errorf("the source's new word is not there: %s", text)
	}
}
