package main_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPrivacy reads the page in both languages, with the numbers of a policy of our
// own.
func TestPrivacy(t *testing.T) {
	t.Parallel()
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte("retention: {report: 41d, note: 5d}\nexpire: {outage: 7h, hub_status: 9h, need: 48h}\nmin_sources: 6\ndelay: 4h\nreport_grid: 0.01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, bundled(t), "--policy", policy)
	for lang, words := range map[string][]string{
		"uk": {"окупованій території", "41 день", "5 днів", "7 год після кінця доби", "9 год", "2 дні", "мине 4 год", "щонайменше: 6", "1,1 км", "Відкликати", "10 хвилин", "назавжди", "Видалити все"},
		"en": {"occupied territory", "41 days", "5 days", "7 h after the end", "9 h", "2 days", "before 4 h", "say it: 6", "1.1 km", "Withdraw", "10 minutes", "for ever", "Delete all"},
	} {
		resp, page := s.get("/privacy?lang=" + lang)
		for _, want := range append(words, "teplo_lang", "teplo_reporter", "teplo_receipt", "__Host-teplo_session", `method="post"`, "<noscript>") {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", lang, want)
			}
		}
		if resp.StatusCode != 200 || resp.Header.Get("Cache-Control") != "no-store" || strings.Contains(page, "data-done") {
			t.Errorf("%s: %d %s", lang, resp.StatusCode, resp.Header.Get("Cache-Control"))
		}
		for _, from := range []string{"/", "/place/UA80000000000093317", "/about", "/report", "/nothing"} {
			if _, other := s.get(from + "?lang=" + lang); !strings.Contains(other, `href="/privacy?lang=`+lang+`"`) {
				t.Errorf("%s: %s does not lead to the page", lang, from)
			}
		}
		if _, form := s.get("/report?lang=" + lang); !strings.Contains(form, words[0]) || !strings.Contains(form, "#occupied") {
			t.Errorf("%s: the form does not warn: %s", lang, form)
		}
		if _, home := s.get("/?lang=" + lang); strings.Contains(home, "wipe.") {
			t.Error("the script stands on other pages too")
		}
	}
}

// cookies are the names of those that the phone would send to a path.
func (p *phone) cookies(path string) []string {
	at, err := url.Parse(p.s.base + path)
	if err != nil {
		p.s.t.Fatal(err)
	}
	var out []string
	for _, c := range p.Jar.Cookies(at) {
		out = append(out, c.Name)
	}
	return out
}

// TestWipeWithoutScript presses the button of a browser that runs no script.
func TestWipeWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), "--policy", "drill")
	p := newPhone(s)
	p.open("/report?lang=en")
	p.send("/report", url.Values{"about": {"outage"}, "service": {"power"}, "state": {"out"}, "place": {"UA80"}})
	if report, receipts := p.cookies("/report"), p.cookies("/receipts"); len(report) != 2 || len(receipts) != 2 {
		t.Fatalf("before: %v, %v", report, receipts)
	}
	if resp, _ := p.send("/privacy?lang=en", url.Values{}, "Sec-Fetch-Site", "cross-site"); resp.StatusCode != 403 || len(p.cookies("/report")) != 2 {
		t.Errorf("from another site: %d, %v", resp.StatusCode, p.cookies("/report"))
	}
	resp, page := p.send("/privacy?lang=en", url.Values{"wiped": {""}}, "Sec-Fetch-Site", "same-origin")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Clear-Site-Data") != `"cache", "storage"` {
		t.Errorf("the button: %d %q", resp.StatusCode, resp.Header.Get("Clear-Site-Data"))
	}
	if !strings.Contains(page, "The cookies have expired") || strings.Contains(page, "All that this site kept") || !strings.Contains(page, `<html lang="en">`) {
		t.Errorf("afterwards: %s", page)
	}
	if left := append(p.cookies("/report"), p.cookies("/receipts")...); len(left) > 0 {
		t.Errorf("cookies that are left: %v", left)
	}
}

// TestWipeSession wipes the phone of an admin: the session's key works no more.
func TestWipeSession(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "admin:*")
	s := serve(t, db)
	p := signIn(s, k[0], "admin", "*")
	if code, _ := p.press("/privacy", url.Values{}); code != 200 {
		t.Errorf("the button: %d", code)
	}
	if resp, _ := s.get("/admin?lang=en", "Cookie", p.cookie); resp.StatusCode != 401 {
		t.Errorf("the session afterwards: %d", resp.StatusCode)
	}
}

const (
	// filled puts something into each store of the browser.
	filled = `(async () => {
		localStorage.setItem('teplo', 'x'); sessionStorage.setItem('teplo', 'x');
		await (await caches.open('teplo')).put('/x', new Response('x'));
		const db = await new Promise((resolve, reject) => { const r = indexedDB.open('teplo'); r.onsuccess = () => resolve(r.result); r.onerror = reject; });
		if (!globalThis.held) db.close();
	})()`
	// left counts what is in them.
	left = `(async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length, (await indexedDB.databases()).length].join(' '))()`
	// pressed clicks the button; what the script says is kept, and not sent, so that
	// the server's reply deletes nothing.
	pressed = `(async () => {
		const form = document.querySelector('[data-act="wipe"]');
		const said = new Promise((resolve) => { form.submit = () => resolve(form.elements.wiped.value); });
		form.querySelector('button').click();
		return said;
	})()`
)

// TestWipe presses the button of a browser that runs scripts.
func TestWipe(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, bundled(t))
	act(ctx, t, chromedp.Navigate(s.base+"/privacy?lang=uk"))
	act(ctx, t, chromedp.Evaluate[chromedp.Void](collectErrors))
	fill := func() {
		t.Helper()
		act(ctx, t, chromedp.Evaluate[chromedp.Void](filled, chromedp.EvalAwaitPromise))
		if got := act(ctx, t, chromedp.Evaluate[string](left, chromedp.EvalAwaitPromise)); got != "1 1 1 1" {
			t.Fatalf("before: %s", got)
		}
	}
	fill()
	if said, got := act(ctx, t, chromedp.Evaluate[string](pressed, chromedp.EvalAwaitPromise)), act(ctx, t, chromedp.Evaluate[string](left, chromedp.EvalAwaitPromise)); said != "all" || got != "0 0 0 0" {
		t.Errorf("the script says %q and left %s", said, got)
	}
	// A database that is held open is not deleted, and nobody says that it was.
	act(ctx, t, chromedp.Evaluate[chromedp.Void](`globalThis.held = true; 0`))
	fill()
	if said, got := act(ctx, t, chromedp.Evaluate[string](pressed, chromedp.EvalAwaitPromise)), act(ctx, t, chromedp.Evaluate[string](`[localStorage.length, sessionStorage.length].join(' ')`)); said != "part" || got != "0 0" {
		t.Errorf("the script says %q and left %s", said, got)
	}
	if faults := act(ctx, t, chromedp.Evaluate[[]string](`faults`)); len(faults) > 0 {
		t.Errorf("errors on the page: %q", faults)
	}
	// And the whole way, to the page that says so.
	act(ctx, t, chromedp.Navigate(s.base+"/privacy?lang=uk"))
	act(ctx, t, chromedp.Evaluate[chromedp.Void](`document.querySelector('[data-act="wipe"] button').click()`))
	act(ctx, t, chromedp.WaitVisible(`[data-done]`))
	if got := act(ctx, t, chromedp.Evaluate[string](`document.querySelector('[data-done]').textContent`)); !strings.Contains(got, "Усе, що цей сайт тримав") {
		t.Errorf("the page afterwards: %s", got)
	}
	if _, page := s.get("/privacy?done=all"); strings.Contains(page, "data-done") {
		t.Error("an address says that all was deleted")
	}
}
