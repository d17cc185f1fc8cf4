package main_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browserAt opens Debian's Chromium without a window.
func browserAt(t *testing.T) context.Context { return browserIn(t, t.TempDir()) }

// browserIn opens it on a profile that may outlive it.
func browserIn(t *testing.T, profile string, flags ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	need(t, err == nil, "chromium")
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(opts, flags...)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, stopTime := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stopTime)
	return ctx
}

// act runs one action of the browser.
func act[T any](ctx context.Context, t *testing.T, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// until waits for a condition of the page at hand, whatever the browser leaves meanwhile.
func until(ctx context.Context, t *testing.T, condition string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](condition, chromedp.WithPollingInterval(50*time.Millisecond)))
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			page := act(context.WithoutCancel(ctx), t, chromedp.Evaluate[string](`location.href + ' ' + JSON.stringify(globalThis.faults) + ' ' + document.body.innerText.slice(0, 600)`))
			t.Fatalf("waiting for %s: %v; the page: %s", condition, err, page)
		}
	}
}

// shoot keeps a screenshot where TEPLO_SHOTS says, for people to look at.
func shoot(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("TEPLO_SHOTS")
	if dir == "" {
		return
	}
	png := act(ctx, t, chromedp.FullScreenshot(100))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// collectErrors makes the page remember its errors, those of the CSP included.
const collectErrors = `window.faults = [];
addEventListener('error', (e) => faults.push(e.message));
addEventListener('unhandledrejection', (e) => faults.push(String(e.reason)));
addEventListener('securitypolicyviolation', (e) => faults.push(e.violatedDirective + ' ' + e.blockedURI)); 0`

// TestBrowser loads the page, finds a hub in the list and on the map, and sees a
// status that was reported elsewhere appear without a reload.
func TestBrowser(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, bundled(t))
	act(ctx, t, chromedp.EmulateViewport(360, 740))
	act(ctx, t, chromedp.Navigate(s.base+"/?lang=uk"))
	act(ctx, t, chromedp.Evaluate[chromedp.Void](collectErrors))
	if got := act(ctx, t, chromedp.Evaluate[int](`document.querySelectorAll('.oblasts a').length`)); got != 27 {
		t.Errorf("oblasts: got %d, want 27", got)
	}
	until(ctx, t, `!document.querySelector('[data-act=map]').hidden`)
	click(ctx, t, "[data-act=map]")
	until(ctx, t, `document.getElementById('map').dataset.ready === '1'`)
	total := s.items("/api/collections/hubs/items").NumberMatched
	if got := act(ctx, t, chromedp.Evaluate[string](`document.getElementById('map').dataset.hubs`)); got != fmt.Sprint(total) {
		t.Errorf("hubs on the map: got %s, want %d", got, total)
	}
	shoot(ctx, t, "home-360-uk")

	act(ctx, t, chromedp.Navigate(s.base+"/place/UA18040190010057814?lang=uk"))
	act(ctx, t, chromedp.Evaluate[chromedp.Void](collectErrors))
	until(ctx, t, `!document.querySelector('[data-act=map]').hidden`)
	click(ctx, t, "[data-act=map]")
	until(ctx, t, `document.getElementById('map').dataset.ready === '1'`)
	id := act(ctx, t, chromedp.Evaluate[string](`document.querySelector('[data-hub]').dataset.hub`))
	card := fmt.Sprintf(`document.querySelector('[data-hub=%q]')`, id)
	if text := act(ctx, t, chromedp.Evaluate[string](card+`.textContent`)); strings.Contains(text, "на місці") {
		t.Errorf("confirmed before anybody said so: %s", text)
	}
	drawn := act(ctx, t, chromedp.Evaluate[int](`(() => {
		const c = document.querySelector('#map canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		const seen = new Set();
		for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
		return seen.size;
	})()`))
	if drawn < 5 {
		t.Errorf("the map has %d colours: nothing is drawn", drawn)
	}
	shoot(ctx, t, "place-360-uk")
	code, _, _ := s.post(fmt.Sprintf(`{"type":"Feature","properties":{"about":"hub_status","hub":%q,"state":"open"}}`, id), "Teplo-Reporter", "reporter-0123456789")
	if code != 201 {
		t.Fatalf("report: %d", code)
	}
	until(ctx, t, card+`.textContent.includes('1 людина на місці')`)
	if faults := act(ctx, t, chromedp.Evaluate[[]string](`faults`)); len(faults) > 0 {
		t.Errorf("errors on the page: %q", faults)
	}
}

// TestPagesFit looks at every page in two widths for what hangs over the edge, and
// at every host that a page asks.
func TestPagesFit(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, bundled(t))
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0].ID
	for _, width := range []int64{320, 360, 1280} {
		act(ctx, t, chromedp.EmulateViewport(width, 740))
		for name, path := range map[string]string{
			"home": "/?lang=en", "place": "/place/UA18040190010057814?lang=en", "oblast": "/place/UA46000000000026241?lang=uk",
			"hub": "/hubs/" + hub + "?lang=uk", "places": "/places?q=Іванівка&lang=uk", "missing": "/nothing?lang=uk",
			"poster": "/poster/UA18040190010057814?lang=en", "poster of a hub": "/poster/" + hub + "?lang=uk", "privacy": "/privacy?lang=uk", "dashboard": "/dashboard?lang=uk", "report": "/report?about=need&lang=uk",
		} {
			act(ctx, t, chromedp.Navigate(s.base+path))
			if over := act(ctx, t, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); over > 0 {
				t.Errorf("%s at %d px: %d px hang over", name, width, over)
			}
			foreign := act(ctx, t, chromedp.Evaluate[int](`performance.getEntriesByType('resource').filter((e) => new URL(e.name).host !== location.host).length`))
			if foreign > 0 {
				t.Errorf("%s: %d requests to other hosts", name, foreign)
			}
			shoot(ctx, t, fmt.Sprintf("%s-%d", name, width))
		}
	}
}
