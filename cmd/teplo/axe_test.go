package main_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestAccessible lets axe-core look at the pages (WCAG 2.2 AA and best practices), light
// and dark, in three widths, and looks for what hangs over.
func TestAccessible(t *testing.T) {
	t.Parallel()
	axe := axeScript(t)
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 40), "--drill", "--now", "2026-01-18T10:00:00Z")
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0].ID
	stand(ctx, t, 30.5234, 50.4501, 20)
	pages := map[string]string{
		"home": "/?lang=uk", "place": "/place/UA80000000000093317?lang=en", "withheld": "/place/UA65000000000030969?lang=uk", "hub": "/hubs/" + hub + "?lang=uk",
		"report": "/report?about=outage&lang=uk", "need": "/report?about=need&lang=en", "about": "/about?lang=uk", "api": "/api?f=html&lang=uk", "collections": "/api/collections?f=html&lang=en", "items": "/api/collections/hubs/items?f=html&lang=uk",
		"item": "/api/collections/hubs/items/" + hub + "?f=html&lang=en", "schema": "/api/collections/outages/schema?f=html&lang=uk", "dashboard": "/dashboard?lang=uk", "places": "/places?q=Іванівка&lang=uk",
		"missing": "/nothing?lang=uk", "moderate": "/moderate?lang=uk", "admin": "/admin?lang=en",
		"offline": "/offline?lang=en", "offline form": "/offline/report?about=outage&lang=uk", "privacy": "/privacy?lang=uk", "docs": "/api/docs?lang=uk", "poster": "/poster/UA80000000000093317?lang=uk", "poster of a hub": "/poster/" + hub + "?lang=en",
	}
	for _, scheme := range []string{"light", "dark"} {
		prefer(ctx, t, scheme)
		for _, width := range []int64{320, 360, 1280} {
			act(ctx, t, chromedp.EmulateViewport(width, 740))
			look := func(name string) {
				t.Helper()
				if found := violations(ctx, t, axe); len(found) > 0 {
					t.Errorf("%s, %s, %d px:\n%s", name, scheme, width, strings.Join(found, "\n"))
				}
			}
			for name, path := range pages {
				act(ctx, t, chromedp.Navigate(s.base+path))
				look(name)
			}
			act(ctx, t, chromedp.Navigate(s.base+pages["home"]))
			until(ctx, t, `!document.querySelector('[data-act=near]').hidden`)
			click(ctx, t, "[data-act=near]")
			until(ctx, t, nearCards+" >= 3")
			look("near")
			if width < 960 {
				click(ctx, t, "[data-act=map]")
			}
			until(ctx, t, `document.getElementById('map').dataset.ready === '1'`)
			look("map")
		}
	}
}

// axeScript is axe-core, which a page runs.
func axeScript(t *testing.T) string {
	t.Helper()
	axe, err := os.ReadFile(filepath.Join("..", "..", ".ci", "oracle", "node_modules", "axe-core", "axe.min.js"))
	need(t, err == nil, "axe-core: npm ci --prefix .ci/oracle")
	return string(axe)
}

// violations are what axe finds on the page at hand, and what hangs over.
func violations(ctx context.Context, t *testing.T, axe string) []string {
	t.Helper()
	act(ctx, t, chromedp.Evaluate[chromedp.Void](axe))
	found := act(ctx, t, chromedp.Evaluate[[]string](`axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
		.then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html.slice(0, 200)))`, chromedp.EvalAwaitPromise))
	if over := act(ctx, t, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); over > 0 {
		found = append(found, fmt.Sprintf("%d px hang over", over))
	}
	return found
}

// prefer sets the colours that a person prefers: light or dark.
func prefer(ctx context.Context, t *testing.T, scheme string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
}

// TestAccessibleOffline looks the same way at what the phone shows without a network:
// the queue with items in every state, a stored oblast, a board and a hub of it.
func TestAccessibleOffline(t *testing.T) {
	t.Parallel()
	axe := axeScript(t)
	s := serve(t, kyivHubs(t, 30))
	hub := s.items("/api/collections/hubs/items?limit=1&area=UA80").Features[0].ID
	v := newVisitor(t)
	v.open(s.base + kyivBoard)
	v.saved()
	if found := violations(v.Context, t, axe); len(found) > 0 {
		t.Errorf("the board with a stored oblast:\n%s", strings.Join(found, "\n"))
	}
	v.open(s.base + "/report?about=outage&lang=uk")
	v.run(`(async () => {
		const item = { seen: Date.now() - 6e5, lang: 'uk', label: 'Відключення', where: 'Київ', fields: 'about=outage&place=Іванівка', next: 1e15, hold: 1e15 };
		await globalThis.outbox.add({ ...item, id: 'a' });
		await globalThis.outbox.add({ ...item, id: 'b', state: 'refused', status: 400, errors: [{ field: 'place', value: 'UA80000000000093317', reason: 'Іванівка, Київ' }, { field: 'properties.note', value: '', reason: 'Про блокпости не можна / no checkpoints' }] });
		await globalThis.outbox.add({ ...item, id: 'c', state: 'sent', receipt: 'x', at: Date.now() });
	})()`)
	s.stop()
	for _, scheme := range []string{"light", "dark"} {
		prefer(v.Context, t, scheme)
		for _, width := range []int64{320, 360, 1280} {
			act(v.Context, t, chromedp.EmulateViewport(width, 740))
			for path, ready := range map[string]string{
				"/report?about=outage&lang=uk": `document.querySelectorAll('[data-queue]').length === 3`, "/?lang=en": `document.querySelector('#board a') !== null`,
				kyivBoard + "&x=1": `document.querySelector('#board [data-hub]') !== null`, "/hubs/" + hub + "?lang=uk": `document.querySelector('#board [data-hub]') !== null`, "/privacy?lang=en": `document.querySelector('[data-act=wipe]') !== null`,
			} {
				v.open(s.base + path)
				v.until(ready)
				if found := violations(v.Context, t, axe); len(found) > 0 {
					t.Errorf("%s, %s, %d px:\n%s", path, scheme, width, strings.Join(found, "\n"))
				}
			}
		}
	}
}
