package main_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// staffPhone is a browser that is signed in by an invitation.
type staffPhone struct {
	*phone
	cookie string
}

// signIn invites somebody with an admin's key and signs in by the invitation.
func signIn(s *server, admin, role string, areas ...string) *staffPhone {
	s.t.Helper()
	invite := object{"role": role, "name": "Test " + role, "areas": areas, "expires": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}
	return join(s, fmt.Sprint(s.want(201, admin, http.MethodPost, "/api/invitations", invite)["url"]))
}

func join(s *server, link string) *staffPhone {
	s.t.Helper()
	p := newPhone(s)
	resp, _ := p.send(strings.TrimPrefix(link, s.base), nil)
	cookie, _, _ := strings.Cut(resp.Header.Get("Set-Cookie"), ";")
	if resp.StatusCode != 303 || !strings.HasPrefix(cookie, "__Host-teplo_session=") {
		s.t.Fatalf("signing in: %d %q", resp.StatusCode, cookie)
	}
	return &staffPhone{p, cookie}
}

// press sends a form as its page does and returns status and the page that follows.
func (p *staffPhone) press(path string, fields url.Values) (int, string) {
	p.s.t.Helper()
	resp, page := p.send(path+"?lang=en", fields, "Cookie", p.cookie, "Sec-Fetch-Site", "same-origin")
	if resp.StatusCode == 303 {
		return 303, p.see(resp.Header.Get("Location"))
	}
	return resp.StatusCode, page
}

func (p *staffPhone) see(path string) string {
	p.s.t.Helper()
	if !strings.Contains(path, "lang=") {
		path += "?lang=en"
	}
	_, page := p.s.get(path, "Cookie", p.cookie)
	return page
}

// TestModeratePage walks a moderator's page: bulk, merge, a correction, a retirement, an
// operator's link, signing out.
func TestModeratePage(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "admin:*", "volunteer:UA80")
	s := serve(t, db)
	p := signIn(s, k[0], "moderator", "UA80", "UA18")
	var ids []string
	for i := range 4 {
		filed := s.want(201, k[1], http.MethodPost, "/api/reports", point(object{"about": "hub", "name": fmt.Sprint("School ", i)}))
		ids = append(ids, fmt.Sprint(filed["id"]))
	}
	page := p.see("/moderate")
	if strings.Count(page, "data-case=") != 4 || strings.Count(page, `value="merge"`) != 4 || !strings.Contains(page, `form="bulk"`) {
		t.Fatalf("the queue: %s", page)
	}
	receipt := func(id string) string {
		_, text := s.get("/api/receipts/" + id)
		return text
	}
	if code, page := p.press("/moderate/"+ids[1], url.Values{"action": {"merge"}, "into": {ids[0]}}); code != 303 || !strings.Contains(page, "Done.") || !strings.Contains(receipt(ids[1]), `"merged"`) {
		t.Errorf("merge: %d %s", code, receipt(ids[1]))
	}
	bulk := url.Values{"ids": {ids[2], ids[3], ids[1]}, "action": {"reject"}, "reason": {"there is no such school"}}
	if code, page := p.press("/moderate", bulk); code != 200 || !strings.Contains(page, "Done: 2; failed: 1") || !strings.Contains(receipt(ids[3]), `"rejected"`) {
		t.Errorf("bulk: %d %s", code, page)
	}
	if code, page := p.press("/moderate", url.Values{"action": {"reject"}, "reason": {"x"}}); code != 400 || !strings.Contains(page, "ids") {
		t.Errorf("bulk of nothing: %d", code)
	}
	hubs := s.items("/api/collections/hubs/items?limit=2&area=UA18").Features
	edit := "/moderate/hubs/" + hubs[0].ID
	page = p.see(edit)
	fields := url.Values{"action": {"correct"}, "reason": {"called them"}}
	for _, m := range regexp.MustCompile(`<input id="e-[a-z_]+" name="([a-z_]+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		fields.Set(m[1], strings.ReplaceAll(strings.ReplaceAll(m[2], "&#34;", `"`), "&#39;", "'"))
	}
	if fields.Get("name") == "" || fields.Get("lon") == "" {
		t.Fatalf("the edit page: %s", page)
	}
	fields.Set("capacity", "55")
	fields.Set("charging", "yes")
	if code, page := p.press(edit, fields); code != 303 || !strings.Contains(page, "Done.") {
		t.Errorf("correct: %d %s", code, page)
	}
	if _, text := s.get("/api/collections/hubs/items/" + hubs[0].ID); !strings.Contains(text, `"capacity":55`) || !strings.Contains(text, `"charging":"yes"`) {
		t.Errorf("corrected: %s", text)
	}
	fields.Set("lat", "north")
	if code, page := p.press(edit, fields); code != 400 || !strings.Contains(page, "Check the fields") {
		t.Errorf("a bad place: %d", code)
	}
	if code, page := p.press(edit, url.Values{"action": {"link"}}); code != 200 || !regexp.MustCompile(`http[^<]*/o/[0-9A-Za-z]+`).MatchString(page) {
		t.Errorf("the operator's link: %d", code)
	}
	if code, _ := p.press("/moderate/hubs/"+hubs[1].ID, url.Values{"action": {"retire"}, "reason": {"burnt down"}}); code != 303 {
		t.Errorf("retire: %d", code)
	}
	if resp, _ := s.get("/hubs/" + hubs[1].ID); resp.StatusCode != 404 {
		t.Errorf("a retired hub: %d", resp.StatusCode)
	}
	all := s.items("/api/collections/hubs/items").Features
	other := all[slices.IndexFunc(all, func(f feature) bool {
		return f.Properties["adm1_pcode"] != "UA18" && f.Properties["adm1_pcode"] != "UA80"
	})].ID
	if resp, _ := s.get("/moderate/hubs/"+other, "Cookie", p.cookie); resp.StatusCode != 404 {
		t.Errorf("a hub of another area: %d", resp.StatusCode)
	}
	if resp, _ := s.get(edit); resp.StatusCode != 404 {
		t.Errorf("the edit page without a session: %d", resp.StatusCode)
	}
	if resp, _ := s.get("/admin?lang=en", "Cookie", p.cookie); resp.StatusCode != 401 {
		t.Errorf("a moderator on the admin's page: %d", resp.StatusCode)
	}
	p.press("/moderate/leave", url.Values{})
	if page := p.see("/moderate"); !strings.Contains(page, "invitation is needed") {
		t.Errorf("after signing out: %s", page)
	}
	if out := fmt.Sprint(s.want(200, k[0], http.MethodGet, "/api/audit", nil)); !strings.Contains(out, "view") || !strings.Contains(out, "burnt down") {
		t.Errorf("audit: %s", out)
	}
}

// TestAdminPage walks the admin's page: an invitation, a key, its revocation and the
// undoing of what it did, the brake.
func TestAdminPage(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "admin:*", "moderator:*")
	s := serve(t, db)
	if resp, page := s.get("/admin?lang=en"); resp.StatusCode != 401 || strings.Contains(page, keyID(k[0])) {
		t.Errorf("without a session: %d", resp.StatusCode)
	}
	p := signIn(s, k[0], "admin", "*")
	if page := p.see("/admin"); !strings.Contains(page, keyID(k[1])) || strings.Contains(page, k[1]) {
		t.Fatalf("the keys: %s", page)
	}
	whom := url.Values{"role": {"aid"}, "name": {"Red Cross"}, "areas": {"UA80, UA32"}, "days": {"7"}}
	code, page := p.press("/admin/invitation", whom)
	link := regexp.MustCompile(`http[^<"]*/join/[0-9A-Za-z]+`).FindString(page)
	if code != 200 || link == "" {
		t.Fatalf("an invitation: %d %s", code, page)
	}
	join(s, link)
	code, page = p.press("/admin/key", whom)
	secret := regexp.MustCompile(`tp_[0-9A-Za-z]+_[0-9A-Za-z]+`).FindString(page)
	if code != 200 || secret == "" {
		t.Fatalf("a key: %d %s", code, page)
	}
	s.want(200, secret, http.MethodGet, "/api/collections/needs/items", nil)
	whom.Set("areas", "UA99")
	if code, page := p.press("/admin/key", whom); code != 400 || !strings.Contains(page, "UA99") && !strings.Contains(page, "not a known") {
		t.Errorf("a key for nowhere: %d", code)
	}
	hub := s.items("/api/collections/hubs/items?limit=1&area=UA18").Features[0].ID
	s.want(200, k[1], http.MethodPost, "/api/hubs/"+hub+"/retire", object{"reason": "theft"})
	undo := url.Values{"key": {keyID(k[1])}, "since": {time.Now().Add(-24 * time.Hour).Format("2006-01-02T15:04")}, "reason": {"stolen"}}
	if code, page := p.press("/admin/revert", undo); code != 200 || !strings.Contains(page, "Deeds undone: 1.") {
		t.Errorf("revert: %d %s", code, page)
	}
	if resp, _ := s.get("/hubs/" + hub); resp.StatusCode != 200 {
		t.Errorf("the hub that the thief retired: %d", resp.StatusCode)
	}
	if code, _ := p.press("/admin/revoke", url.Values{"key": {keyID(k[1])}}); code != 303 {
		t.Errorf("revoke: %d", code)
	}
	s.want(401, k[1], http.MethodGet, "/api/queue", nil)
	if code, page := p.press("/admin/brake", url.Values{"withheld": {"UA18", "UA65"}}); code != 400 || !strings.Contains(page, "Check the fields") {
		t.Errorf("the brake without a reason: %d", code)
	}
	if code, _ := p.press("/admin/brake", url.Values{"withheld": {"UA18", "UA65"}, "reason": {"a strike"}}); code != 303 {
		t.Errorf("the brake: %d", code)
	}
	if resp, _ := s.get("/hubs/" + hub); resp.StatusCode != 404 {
		t.Errorf("a hub of a withheld oblast: %d", resp.StatusCode)
	}
	if page := p.see("/admin"); !regexp.MustCompile(`value="UA18" checked`).MatchString(page) || regexp.MustCompile(`name="community" value="yes" checked`).MatchString(page) {
		t.Error("the page does not show the brake as it is")
	}
	if resp, _ := p.send("/admin/brake", url.Values{"reason": {"x"}}, "Cookie", p.cookie, "Sec-Fetch-Site", "cross-site"); resp.StatusCode != 403 {
		t.Errorf("from another site: %d", resp.StatusCode)
	}
}
