package main_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestSignIn: an invitation works once and gives a browser a moderator's queue; what
// it changes must come from our own pages.
func TestSignIn(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "admin:*", "volunteer:UA80")
	s := serve(t, db)
	if resp, page := s.get("/moderate?lang=en"); resp.StatusCode != 401 || !strings.Contains(page, "invitation is needed") {
		t.Errorf("the queue without a session: %d", resp.StatusCode)
	}
	invite := object{"role": "moderator", "name": "Olena", "areas": []string{"UA80"}, "expires": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}
	s.want(401, "", http.MethodPost, "/api/invitations", invite)
	link := strings.TrimPrefix(fmt.Sprint(s.want(201, k[0], http.MethodPost, "/api/invitations", invite)["url"]), s.base)
	p := newPhone(s)
	if resp, page := p.open(link + "?lang=en"); resp.StatusCode != 200 || !strings.Contains(page, "Moderator") || !strings.Contains(page, "Sign in") {
		t.Fatalf("the invitation: %d %s", resp.StatusCode, page)
	}
	if resp, _ := s.get(link, "Host", "teplo.example"); resp.StatusCode != 200 {
		t.Errorf("by another name: %d", resp.StatusCode)
	}
	resp, _ := p.send(link, nil)
	cookie, _, _ := strings.Cut(resp.Header.Get("Set-Cookie"), ";")
	if flags := resp.Header.Get("Set-Cookie"); resp.StatusCode != 303 || !strings.HasPrefix(cookie, "__Host-teplo_session=tp_") ||
		!strings.Contains(flags, "HttpOnly") || !strings.Contains(strings.ToLower(flags), "secure") || !strings.Contains(flags, "SameSite=Strict") {
		t.Fatalf("signing in: %d %q", resp.StatusCode, flags)
	}
	if resp, _ := newPhone(s).send(link, nil); resp.StatusCode != 404 {
		t.Errorf("the invitation a second time: %d", resp.StatusCode)
	}
	filed := s.want(201, k[1], http.MethodPost, "/api/reports", point(object{"about": "hub", "name": "Школа 77", "note": "є генератор"}))
	id := fmt.Sprint(filed["id"])
	if resp, page := s.get("/moderate?lang=en", "Cookie", cookie); resp.StatusCode != 200 || !strings.Contains(page, "Школа 77") || !strings.Contains(page, "є генератор") || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the queue: %d %s", resp.StatusCode, page)
	}
	reject := url.Values{"action": {"reject"}, "reason": {"doubled"}}
	for _, headers := range [][]string{{"Cookie", cookie}, {"Cookie", cookie, "Sec-Fetch-Site", "cross-site"}, {"Cookie", cookie, "Origin", "https://evil.example"}} {
		if resp, _ := p.send("/moderate/"+id, reject, headers...); resp.StatusCode != 403 {
			t.Errorf("%v: %d", headers[2:], resp.StatusCode)
		}
	}
	if resp, _ := p.send("/moderate/"+id, url.Values{"action": {"reject"}}, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"); resp.StatusCode != 400 {
		t.Errorf("rejecting without a reason: %d", resp.StatusCode)
	}
	if resp, body := p.send("/moderate/"+id, reject, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"); resp.StatusCode != 303 {
		t.Errorf("rejecting: %d %s", resp.StatusCode, body)
	}
	if resp, _ := p.send("/moderate/"+id, reject, "Cookie", cookie, "Sec-Fetch-Site", "same-origin"); resp.StatusCode != 409 {
		t.Errorf("rejecting twice: %d", resp.StatusCode)
	}
	if _, page := s.get("/moderate?lang=en", "Cookie", cookie); !strings.Contains(page, "queue is empty") {
		t.Errorf("the queue afterwards: %s", page)
	}
}
