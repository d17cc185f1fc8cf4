package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const kyivBoard = "/place/UA80000000000093317?lang=uk"

// saved stores the oblast of the board at hand on the phone.
func (v *visitor) saved() {
	v.t.Helper()
	v.until(`navigator.serviceWorker.controller !== null && document.querySelector('[data-act=save]')?.hidden === false`)
	v.run(`import(document.querySelector('[data-act=save]').dataset.module).then((m) => m.run())`)
	v.until(`document.querySelector('.save [role=status]').textContent.startsWith('Область збережено')`)
}

// forget empties the browser's own cache: it may show a page of the last minute.
func (v *visitor) forget() {
	v.t.Helper()
	if _, err := chromedp.Call(v.Context, network.ClearBrowserCache, cdp.Empty{}); err != nil {
		v.t.Fatal(err)
	}
}

// clock lets the phone's clock go wrong by so much, from the next page on.
func (v *visitor) clock(shift string) {
	v.t.Helper()
	source := fmt.Sprintf(`{ const own = Date.now; Date.now = () => own() + %s; }`, shift)
	if _, err := chromedp.Call(v.Context, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: source}); err != nil {
		v.t.Fatal(err)
	}
}

// cards are what a board's cards say of being open, by hub.
func (v *visitor) cards() map[string]string {
	v.t.Helper()
	var out map[string]string
	text := v.text(`JSON.stringify(Object.fromEntries([...document.querySelectorAll('[data-hub]')].map((c) => [c.dataset.hub, c.dataset.open])))`)
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		v.t.Fatal(err)
	}
	return out
}

// TestSave: an oblast that the phone has stored answers without a network: its board,
// hubs, search and what is near, with the present answers and the age of the data;
// after six hours, with a wrong clock or when touched, nothing is a yes.
func TestSave(t *testing.T) {
	t.Parallel()
	s := serve(t, kyivHubs(t, 400))
	v := newVisitor(t)
	v.open(s.base + kyivBoard)
	v.until(`document.querySelector('[data-act=save]').hidden === false`)
	if got := v.text(`document.querySelector('[data-act=save]').textContent`); got != "Зберегти на телефон: Київ (≈ 14 КБ)" {
		t.Errorf("the button: %s", got)
	}
	v.until(`navigator.serviceWorker.controller !== null`)
	click(v.Context, t, "[data-act=save]")
	v.until(`document.querySelector('.save [role=status]').textContent.startsWith('Область збережено')`)
	shoot(v.Context, t, "save-360")
	v.faultless()
	s.stop()
	v.forget()

	v.open(s.base + kyivBoard)
	v.until(`document.querySelectorAll('[data-hub]').length === 10`)
	for what, condition := range map[string]string{
		"its name":             `document.querySelector('h1').textContent === 'Київ'`,
		"the age of the data":  `Math.abs(Date.parse(document.querySelector('#stored-as-of time').dateTime) - Date.now()) < 3600e3`,
		"a verdict":            `document.querySelector('.verdict .state').textContent.length > 5`,
		"the rule of alerts":   `document.querySelector('.verdict .note').textContent.includes('укриття')`,
		"outages":              `[...document.querySelectorAll('h2')].some((h) => h.textContent === 'Відключення')`,
		"nothing hangs over":   `document.documentElement.scrollWidth <= innerWidth`,
		"distances and ages":   `[...document.querySelectorAll('[data-hub]')].every((c) => c.querySelector('[data-as-of]') && / · на (північ|південь|схід|захід|південний|північний)/.test(c.querySelector('b')?.textContent ?? ' · на схід'))`,
		"no sign of yesterday": `document.querySelector('[data-verdict]') === null`,
	} {
		if v.text(condition) != "true" {
			t.Errorf("the board lacks %s: %s", what, v.text(`document.querySelector('main').textContent.slice(0, 900)`))
		}
	}
	shoot(v.Context, t, "stored-board-360")
	for id, open := range v.cards() {
		v.open(s.base + "/hubs/" + id + "?lang=en")
		v.until(`document.querySelectorAll('[data-hub]').length === 1`)
		if got := v.cards()[id]; got != open || v.text(`document.body.textContent.includes('Coordinates: 50.')`) != "true" {
			t.Errorf("%s: %s on its page, %s on the board", id, got, open)
		}
		shoot(v.Context, t, "stored-hub-360")
		break
	}
	v.reopen()
	v.open(s.base + "/?lang=uk")
	v.until(`document.querySelector('#board a')?.textContent === 'Київ'`)
	stand(v.Context, t, 30.5234, 50.4501, 20)
	click(v.Context, t, "[data-act=near]")
	v.until(nearCards + ` === 10 && document.querySelector('#here [role=status]').textContent.includes('зі збереженого')`)
	shoot(v.Context, t, "stored-home-360")
	v.open(s.base + "/places?q=киї")
	v.until(`document.querySelector('#board a')?.textContent === 'Київ'`)
	v.open(s.base + "/places?q=харків")
	v.until(`document.querySelector('#board')?.textContent.includes('такого місця немає')`)
	v.open(s.base + "/place/UA63120270010096107")
	v.until(`document.querySelector('#board').getAttribute('aria-busy') === 'false' && document.querySelector('h1').textContent === 'Немає мережі'`)
	v.faultless()
}

// TestSavedIsServer: what the phone says without a network is what the server said just
// before, and what it says later is never more.
func TestSavedIsServer(t *testing.T) {
	t.Parallel()
	s := serve(t, kyivHubs(t, 40))
	v := newVisitor(t)
	v.open(s.base + kyivBoard)
	v.saved()
	v.open(s.base + kyivBoard)
	order := `[...document.querySelectorAll('[data-hub]')].map((c) => c.dataset.hub + c.dataset.open + (c.querySelector('.where b')?.textContent.replace(/ · /g, '') ?? '')).sort().join()`
	want, answers := v.text(order), map[string]string{}
	for _, f := range s.items("/api/collections/hubs/items?area=UA80&limit=1000").Features {
		answers[f.ID] = fmt.Sprint(f.Properties["open_now"])
	}
	s.stop()
	v.forget()
	v.open(s.base + kyivBoard)
	v.until(`document.querySelector('#board [data-hub]') !== null`)
	if got := v.text(order); got != want {
		t.Errorf("the phone's board:\n%s\nthe server's:\n%s", got, want)
	}
	all := func() {
		v.open(s.base + kyivBoard)
		v.until(`document.querySelector('#board [data-hub]') !== null`)
		v.run(`(() => { for (let more; (more = document.querySelector('#board .cards > button'));) more.click(); })()`)
	}
	all()
	yes := 0
	for id, open := range v.cards() {
		if answers[id] != open {
			t.Errorf("%s: the phone says %s, the server %s", id, open, answers[id])
		}
		if open == "yes" {
			yes++
		}
	}
	if yes < 5 {
		t.Errorf("%d are open: the test shows too little", yes)
	}
	for name, shift := range map[string]string{"after six hours": "6.1 * 3600e3", "with a clock that is slow": "-3 * 3600e3", "after eight days": "192 * 3600e3"} {
		v.reopen()
		v.clock(shift)
		all()
		cards := v.cards()
		if len(cards) < 30 {
			t.Errorf("%s: %d cards", name, len(cards))
		}
		for id, open := range cards {
			if open == "yes" || name == "after eight days" && open != "unknown" {
				t.Errorf("%s: %s is %s", name, id, open)
			}
		}
		if got := v.text(`document.querySelector('#board .verdict .state').textContent + document.getElementById('stored-as-of').textContent`); strings.Contains(got, "йти можна") && !strings.Contains(got, "чи можна") || !strings.Contains(got, "лише за розкладом") {
			t.Errorf("%s: %s", name, got)
		}
		shoot(v.Context, t, "stored-late-360")
	}
}

// between is a server that hands on what another says, changed.
func between(t *testing.T, addr, to string, change func(*http.Response)) *httptest.Server {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error { change(r); return nil }
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	p := &httptest.Server{Listener: l, Config: &http.Server{Handler: proxy}}
	p.Start()
	t.Cleanup(p.Close)
	return p
}

// TestSaveRefuses: data that somebody touched, of another oblast, older than what is
// stored, or under another key are not stored; of the key the person decides.
func TestSaveRefuses(t *testing.T) {
	t.Parallel()
	db := kyivHubs(t, 5)
	key := keys(t, db, "moderator:*")[0]
	old := filepath.Join(t.TempDir(), "old.db")
	s := serve(t, db)
	addr := strings.TrimPrefix(s.base, "http://")
	v := newVisitor(t)
	v.open(s.base + kyivBoard)
	v.saved()
	s.stop()
	for _, end := range []string{"", ".keys"} {
		b, err := os.ReadFile(db + end)
		if err == nil {
			err = os.WriteFile(old+end, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s = serve(t, db, "--addr", addr)
	hub := s.items("/api/collections/hubs/items?area=UA80&limit=1").Features[0].ID
	s.want(200, key, http.MethodPost, "/api/hubs/"+hub+"/retire", object{"reason": "gone"})
	refused := func(words string) {
		t.Helper()
		v.open(s.base + kyivBoard)
		v.until(`document.querySelector('.save [role=status]').textContent.startsWith('Область збережено')`)
		v.run(`document.querySelector('[data-act=save]').click()`)
		v.until(fmt.Sprintf(`document.querySelector('.save [role=status]').textContent.includes(%q)`, words))
	}
	v.open(s.base + kyivBoard)
	v.saved()
	seq := `(async () => { await import(document.querySelector('[data-act=save]').dataset.module); const r = await globalThis.outbox.transact('readonly', (store) => store.get('UA80'), 'packs'); return r.seq + ' ' + r.asOf + ' ' + r.key; })()`
	kept := act(v.Context, t, chromedp.Evaluate[string](seq, chromedp.EvalAwaitPromise))
	s.stop()

	inner := serve(t, db)
	body := func(to string) func(*http.Response) {
		return func(r *http.Response) {
			if r.Request.URL.Path != "/api/packs/UA80.json" {
				return
			}
			resp, b := inner.get("/api/packs/" + to + ".json")
			r.Header.Set("Teplo-Pack-Signature", resp.Header.Get("Teplo-Pack-Signature"))
			if to == "UA80" {
				b = strings.Replace(b, `"disputed":[0`, `"disputed":[1`, 1)
			}
			r.StatusCode, r.Status = http.StatusOK, "200 OK" // it may be that nothing has changed since
			r.Header.Del("Content-Encoding")
			r.Header.Set("Content-Length", fmt.Sprint(len(b)))
			r.ContentLength, r.Body = int64(len(b)), io.NopCloser(strings.NewReader(b))
		}
	}
	for to, words := range map[string]string{"UA80": "Підпис даних неправильний", "UA18": "Підпис даних неправильний"} {
		p := between(t, addr, inner.base, body(to))
		refused(words)
		p.Close()
	}
	inner.stop()

	s = serve(t, old, "--addr", addr)
	refused("старіші")
	s.stop()
	other := kyivHubs(t, 7)
	s = serve(t, other, "--addr", addr)
	refused("Був відбиток")
	_, about := s.get("/about")
	if got := v.text(`document.querySelector('.save [role=status]').textContent.match(/тепер ([0-9a-f ]+)/)[1]`); !strings.Contains(about, got) || len(got) != 39 {
		t.Errorf("the fingerprint %q is not that of /about", got)
	}
	shoot(v.Context, t, "save-key-360")
	v.run(`[...document.querySelectorAll('.save .choice button')].at(-1).click()`)
	v.until(`document.querySelector('.save [role=status]').textContent.startsWith('Область збережено')`)
	if got := act(v.Context, t, chromedp.Evaluate[string](seq, chromedp.EvalAwaitPromise)); got != kept {
		t.Errorf("what is stored changed: %s, before %s", got, kept)
	}
	refused("Був відбиток")
	v.run(`document.querySelector('.save .choice button').click()`)
	v.until(`document.querySelector('.save [role=status]').textContent.startsWith('Область збережено')`)
	if got := act(v.Context, t, chromedp.Evaluate[string](seq, chromedp.EvalAwaitPromise)); strings.HasSuffix(got, strings.Fields(kept)[2]) {
		t.Error("the new key was accepted and not taken")
	}
	v.run(`IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; 0`)
	v.run(`document.querySelector('[data-act=save]').click()`)
	v.until(`document.querySelector('.save [role=status]').textContent.includes('бракує місця')`)
	s.stop()
	v.forget()

	v.open(s.base + kyivBoard)
	v.until(`document.querySelector('#board [data-hub]') !== null`)
	v.run(`globalThis.outbox.transact('readwrite', (store) => { const asked = store.get('UA80'); asked.onsuccess = () => { asked.result.content[300] ^= 1; store.put(asked.result); }; return asked; }, 'packs').then(() => {})`)
	v.open(s.base + kyivBoard)
	v.until(`document.querySelector('#board').getAttribute('aria-busy') === 'false'`)
	if len(v.cards()) != 0 {
		t.Error("touched data are shown")
	}
	v.open(s.base + "/privacy?lang=uk")
	v.until(`document.querySelector('[data-act=wipe]') !== null`)
	v.run(`document.querySelector('[data-act=wipe] button').click()`)
	v.until(`document.querySelector('[data-act=wipe] [role=status]').textContent.includes('видалено')`)
	if got := act(v.Context, t, chromedp.Evaluate[string](left, chromedp.EvalAwaitPromise)); got != "0 0 0 0" {
		t.Errorf("left on the phone: %s", got)
	}
}
