package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
)

// TestFormAnswersScripts: what the page's script sends to /report gets the replies of
// POST /api/reports.
func TestFormAnswersScripts(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	p := newPhone(s)
	script := []string{"Accept", "application/json", "Sec-Fetch-Site", "same-origin"}
	form := p.outageForm("Житомир")
	resp, body := p.send("/report?lang=uk", form, script...)
	var receipt struct{ ID, Status, Secret string }
	if err := json.Unmarshal([]byte(body), &receipt); err != nil || resp.StatusCode != 201 || receipt.ID != form.Get("id") || receipt.Status != "counted" || receipt.Secret == "" {
		t.Fatalf("sent: %d %s", resp.StatusCode, body)
	}
	if _, page := p.open("/receipts/" + receipt.ID + "?lang=uk"); !strings.Contains(page, "Відкликати") {
		t.Error("the browser that sent it cannot withdraw it")
	}
	form.Set("age_s", "4000") // later, from the queue
	if resp, body := p.send("/report?lang=uk", form, script...); resp.StatusCode != 200 || !strings.Contains(body, receipt.ID) {
		t.Errorf("sent twice: %d %s", resp.StatusCode, body)
	}
	if resp, _ := p.send("/report?lang=uk", form); resp.StatusCode != 303 {
		t.Errorf("the same without the script: %d", resp.StatusCode)
	}
	form.Set("service", "water")
	if resp, _ := p.send("/report?lang=uk", form, script...); resp.StatusCode != 409 {
		t.Errorf("another body under the same id: %d", resp.StatusCode)
	}
	for name, tc := range map[string]struct{ field, value, says string }{
		"ambiguous": {"place", "Іванівка", `{"field":"place","value":"UA`},
		"no place":  {"place", "", `"field":"place"`},
		"military":  {"note", "стоїть блокпост", `"field":"properties.note"`},
		"wrong id":  {"id", "x", `"field":"id"`},
	} {
		form := p.outageForm("Житомир")
		form.Set(tc.field, tc.value)
		resp, body := p.send("/report?lang=uk", form, script...)
		if resp.StatusCode != 400 || resp.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(body, tc.says) {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	if resp, _ := p.send("/report", form, "Accept", "application/json", "Sec-Fetch-Site", "cross-site"); resp.StatusCode != 403 {
		t.Errorf("from another site: %d", resp.StatusCode)
	}
	if resp, _ := p.send("/report", form, "Accept", "text/html,application/json;q=0.9,*/*;q=0.8"); resp.StatusCode != 409 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a browser's form: %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
}

// filed are the ids of all reports that the server has.
func (s *server) filed(key string) []string {
	s.t.Helper()
	var ids []string
	reply := s.want(200, key, http.MethodGet, "/api/collections/reports/items", nil)
	features, _ := reply["features"].([]any)
	for _, f := range features {
		hex := strings.TrimPrefix(fmt.Sprint(f.(object)["id"]), "report-")
		ids = append(ids, uuid.MustParse(hex).String())
	}
	slices.Sort(ids)
	return ids
}

// captive answers for somebody else's server, as hotels' networks do: a page, whatever
// is asked, and a refusal for what is sent.
func captive(t *testing.T, addr string) *http.Server {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, "<p>Log in to the network")
	})}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestOffline: the server is gone, the form still opens, two reports and one that will
// be refused wait through a restart of the browser; when the server is back there are
// two reports, not one and not three.
func TestOffline(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	key := keys(t, db, "moderator:*")[0]
	s := serve(t, db)
	v := newVisitor(t)
	v.open(s.base + "/report?about=outage&lang=uk")
	v.until(`navigator.serviceWorker.controller !== null`)
	v.faultless()
	s.stop()

	form := s.base + "/report?about=outage&lang=uk"
	v.open(form)
	v.until(`document.getElementById('kinds') !== null && !document.querySelector('[name=service]').checked`)
	first := v.press("power", "Житомир", "")
	v.queue("queued", 1)
	second := v.press("water", "Житомир", "")
	v.queue("queued", 2)
	v.open(form)
	third := v.press("heating", "Житомир", "стоїть блокпост")
	v.queue("queued", 3)
	ids := []string{first, second}
	slices.Sort(ids)
	if first == second || second == third || first == third {
		t.Errorf("ids of the kept form: %s, %s, %s", first, second, third)
	}
	v.faultless()
	shoot(v.Context, t, "offline-form-360")
	addr := strings.TrimPrefix(s.base, "http://")
	hanging, err := net.Listen("tcp", addr) // a network that takes and never gives
	if err != nil {
		t.Fatal(err)
	}
	v.open(s.base + "/place/UA18040190010057814?lang=en")
	v.queue("queued", 3)
	if got := v.text(`document.querySelector('h1').textContent`); got != "No network" {
		t.Errorf("another page: %s", got)
	}
	if v.text(`document.querySelector('[data-hub], [data-verdict]')`) != "null" {
		t.Error("a page of yesterday is shown")
	}
	shoot(v.Context, t, "offline-page-360")
	v.faultless()
	hanging.Close()
	v.reopen()
	v.open(s.base + "/report?about=hub_status&hub=hub-x&state=open")
	v.queue("queued", 3)
	if got := v.text(`document.documentElement.lang + [...new FormData(document.querySelector('form.report'))].filter(([n]) => n !== 'id').join('&')`); got != "enabout,hub_status&state,open&age_s,0&note,&hub,hub-x" {
		t.Errorf("the form about a hub: %s", got)
	}

	portal := captive(t, addr)
	v.run(`globalThis.outbox.flush(true)`)
	v.queue("queued", 3)
	portal.Close()

	s = serve(t, db, "--addr", addr)
	v.sync(s.base)
	if got := s.filed(key); !slices.Equal(got, ids) {
		t.Errorf("filed by the worker alone: %v, want %v", got, ids)
	}
	v.open(form)
	v.queue("sent", 2)
	v.queue("refused", 1)
	if got := s.filed(key); !slices.Equal(got, ids) {
		t.Errorf("filed: %v, want %v", got, ids)
	}
	if got := v.text(`document.querySelector('[data-state=refused]').dataset.queue + document.querySelector('[data-state=refused]').textContent`); !strings.HasPrefix(got, third) || !strings.Contains(got, "Про блокпости") {
		t.Errorf("refused: %s", got)
	}
	shoot(v.Context, t, "online-again-360")

	// The same once more, as if no reply had come, by two senders at once.
	v.run(fmt.Sprintf(`Object.defineProperty(navigator, 'locks', { value: undefined });
	Promise.all(%q.split(' ').map(async (id) => {
		const { all, remove, add } = globalThis.outbox, item = (await all()).find((i) => i.id === id);
		await remove(id);
		await add({ ...item, state: 'queued', fields: 'about=outage&state=out&place=Житомир&note=&service=' + (id === %q ? 'power' : 'water') + '&id=' + id });
	})).then(() => Promise.all([globalThis.outbox.flush(true), globalThis.outbox.flush(true)])).then(() => {})`, strings.Join(ids, " "), first))
	v.open(form)
	v.queue("sent", 2)
	if got := s.filed(key); !slices.Equal(got, ids) {
		t.Errorf("sent twice: %v, want %v", got, ids)
	}
	v.queue("refused", 1)
	v.run(`document.querySelector('[data-state=refused] button').click()`)
	v.queue("refused", 0)
	v.faultless()
}

// TestOfflinePlain: on plain http there is no worker; the queue sends while a page is
// open. With the network the person ends at the receipt and may withdraw.
func TestOfflinePlain(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	key := keys(t, db, "moderator:*")[0]
	s := serve(t, db)
	v := newVisitor(t, chromedp.Flag("host-resolver-rules", "MAP teplo.test 127.0.0.1"))
	host := strings.Replace(s.base, "127.0.0.1", "teplo.test", 1)
	form := host + "/report?about=outage&lang=uk"
	v.open(form)
	if v.text(`isSecureContext`) != "false" {
		t.Fatal("the test needs plain http")
	}
	v.cut(true)
	ids := []string{v.press("power", "Житомир", "")}
	v.queue("queued", 1)
	ids = append(ids, v.press("water", "Житомир", ""))
	v.queue("queued", 2)
	if got := v.text(`document.querySelector('#outbox .note').textContent`); !strings.Contains(got, "поки сторінка відкрита") {
		t.Errorf("what is said: %s", got)
	}
	if got := s.filed(key); len(got) != 0 {
		t.Errorf("the network was not cut: %v", got)
	}
	v.faultless()
	v.reopen()
	v.open(host + "/?lang=uk") // another page sends too
	v.until(`localStorage.outbox === '1'`)
	slices.Sort(ids)
	v.open(form)
	v.queue("sent", 2)
	if got := s.filed(key); !slices.Equal(got, ids) {
		t.Errorf("filed: %v, want %v", got, ids)
	}
	id := v.press("heating", "Житомир", "")
	v.until(fmt.Sprintf(`location.pathname === '/receipts/%s' && document.querySelector('form button') !== null`, id))
	v.faultless()
	v.open(form)
	id = v.press("communications", "Іванівка", "")
	v.queue("refused", 1)
	v.run(`document.querySelector('[data-state=refused] button').click()`) // one of the places
	v.queue("refused", 0)
	v.until(fmt.Sprintf(`document.querySelector('[data-queue="%s"]').dataset.state === 'sent'`, id))
	if got := s.filed(key); len(got) != 4 {
		t.Errorf("filed: %v", got)
	}
}

// TestOfflineObeys: what a server puts off stays in the queue, until it says.
func TestOfflineObeys(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	key := keys(t, db, "moderator:*")[0]
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(policy, []byte("reports_per_minute: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serve(t, db, "--policy", policy)
	v := newVisitor(t)
	form := s.base + "/report?about=outage&lang=uk"
	v.open(form)
	id := v.press("power", "Житомир", "")
	v.until(fmt.Sprintf(`location.pathname === '/receipts/%s'`, id))
	v.open(form)
	v.press("water", "Житомир", "")
	v.queue("queued", 1)
	v.until(`document.querySelector('[data-queue][data-state=queued]').textContent.includes('Забагато')`)
	held := act(v.Context, t, chromedp.Evaluate[float64](`globalThis.outbox.all().then((items) => items.find((i) => i.state === 'queued').hold - Date.now())`, chromedp.EvalAwaitPromise))
	if held <= 0 || held > 61_000 {
		t.Errorf("held for %g ms", held)
	}
	s.stop()
	s = serve(t, db, "--addr", strings.TrimPrefix(s.base, "http://"))
	done := act(v.Context, t, chromedp.Evaluate[bool](`globalThis.outbox.flush(true).then(() => globalThis.outbox.all()).then((items) => items.every((i) => i.state === 'sent'))`, chromedp.EvalAwaitPromise))
	if done || len(s.filed(key)) != 1 {
		t.Error("Retry-After was not obeyed")
	}
	v.run(`globalThis.outbox.all().then((items) => globalThis.outbox.update(items.find((i) => i.state === 'queued').id, { hold: 0 })).then(() => document.querySelector('[data-act=flush]').click())`)
	v.queue("sent", 2)
	if got := s.filed(key); len(got) != 2 {
		t.Errorf("filed: %v", got)
	}
	v.faultless()
}

// TestOfflineUnsure: where a server is full or does not know what became of a report, it
// waits; what had arrived all the same is not doubled.
func TestOfflineUnsure(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	key := keys(t, db, "moderator:*")[0]
	s := serve(t, db, "--max-size", "1MB")
	addr := strings.TrimPrefix(s.base, "http://")
	v := newVisitor(t)
	form := s.base + "/report?about=outage&lang=uk"
	v.open(form)
	v.press("power", "Житомир", "")
	v.queue("queued", 1)
	full := v.text(`document.getElementById('outbox').dataset.r507`)
	v.until(fmt.Sprintf(`document.querySelector('[data-queue]').textContent.includes(%q)`, full))
	s.stop()
	inner := serve(t, db)
	proxy := between(t, addr, inner.base, func(r *http.Response) {
		if r.Request.Method == http.MethodPost {
			body := `{"type":"/problems/unknown-outcome","title":"Service Unavailable","status":503}`
			r.StatusCode, r.Status, r.Body, r.ContentLength = http.StatusServiceUnavailable, "503", io.NopCloser(strings.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			r.Header.Set("Retry-After", "1")
		}
	})
	v.open(form)
	unsure := v.text(`document.getElementById('outbox').dataset.r503`)
	v.until(fmt.Sprintf(`document.querySelector('[data-queue]').textContent.includes(%q)`, unsure))
	if got := inner.filed(key); len(got) != 1 {
		t.Errorf("the report had not arrived: %v", got)
	}
	proxy.Close()
	inner.stop()
	s = serve(t, db, "--addr", addr)
	v.open(form)
	v.queue("sent", 1)
	if got := s.filed(key); len(got) != 1 {
		t.Errorf("filed: %v", got)
	}
}

// TestOfflineFull: the 51st is refused with words; a phone that keeps nothing, and one
// without scripts, send the ordinary way.
func TestOfflineFull(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	key := keys(t, db, "moderator:*")[0]
	s := serve(t, db)
	v := newVisitor(t)
	form := s.base + "/report?about=outage&lang=uk"
	v.open(form)
	v.run(`(async () => {
		for (let i = 0; i < 50; i++) await globalThis.outbox.add({ id: 'x' + i, seen: i, lang: 'uk', label: 'x', where: '', fields: '', next: 1e15, hold: 1e15 });
	})()`)
	v.press("power", "Житомир", "")
	v.until(`document.querySelector('#outbox [role=alert]').textContent.includes('50')`)
	if n := act(v.Context, t, chromedp.Evaluate[int](`globalThis.outbox.all().then((items) => items.length)`, chromedp.EvalAwaitPromise)); n != 50 {
		t.Errorf("%d are stored, want 50", n)
	}
	if got := v.text(`document.querySelector('form.report').elements.place.value`); got != "Житомир" {
		t.Errorf("what was written is gone: %q", got)
	}
	v.run(`globalThis.outbox.all().then((items) => Promise.all(items.map((i) => globalThis.outbox.remove(i.id))))`)
	v.run(`IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; 0`)
	id := v.press("power", "Житомир", "")
	v.until(fmt.Sprintf(`location.pathname === '/receipts/%s'`, id))

	if _, err := chromedp.Call(v.Context, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	v.open(form)
	id = v.press("water", "Житомир", "")
	v.until(fmt.Sprintf(`location.pathname === '/receipts/%s'`, id))
	if got := s.filed(key); len(got) != 2 {
		t.Errorf("filed: %v", got)
	}
}

// TestOfflineBudget: what a phone loads for this stays small.
func TestOfflineBudget(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	size := func(path string) (string, int) {
		resp, body := s.get(path, "Accept-Encoding", "br")
		if resp.StatusCode != 200 || resp.Header.Get("Content-Encoding") != "br" {
			t.Fatalf("%s: %d %v", path, resp.StatusCode, resp.Header)
		}
		text, err := io.ReadAll(brotli.NewReader(strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		return string(text), len(body)
	}
	worker, workerSize := size("/sw.js")
	var shell struct {
		Version, Queue string
		Paths          []string
	}
	text, _, _ := strings.Cut(strings.TrimPrefix(worker, "const shell="), ";")
	if err := json.Unmarshal([]byte(text), &shell); err != nil {
		t.Fatal(err)
	}
	queue := 0
	for _, path := range shell.Paths {
		_, n := size(path)
		t.Logf("%s: %d bytes", path, n)
		if strings.Contains(path, "outbox") || strings.Contains(path, "queue") {
			queue += n
		}
	}
	t.Logf("sw.js: %d bytes; the queue with its list: %d", workerSize, queue)
	if workerSize > 2<<10 || queue > 3<<10 {
		t.Error("over the budget: 2 KB and 3 KB")
	}
	if resp, _ := s.get("/sw.js"); resp.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("sw.js: %s", resp.Header.Get("Cache-Control"))
	}
	if resp, page := s.get("/offline/report?lang=en"); resp.Header.Get("Set-Cookie") != "" || hiddenID.MatchString(page) || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the kept form has an id or a cookie: %v", resp.Header)
	}
	for lang, name := range map[string]string{"uk": "Тепло", "en": "Teplo"} {
		resp, body := s.get("/manifest.webmanifest?lang=" + lang)
		if resp.Header.Get("Content-Type") != "application/manifest+json" || !strings.Contains(body, `"name":"`+name+`"`) || !strings.Contains(body, `"start_url":"/?lang=`+lang+`"`) {
			t.Errorf("manifest: %s %s", resp.Header.Get("Content-Type"), body)
		}
	}
}
