package main_test

import (
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
	axe, err := os.ReadFile(filepath.Join("..", "..", ".ci", "oracle", "node_modules", "axe-core", "axe.min.js"))
	need(t, err == nil, "axe-core: npm ci --prefix .ci/oracle")
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 40), "--drill", "--now", "2026-01-18T10:00:00Z")
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0].ID
	stand(ctx, t, 30.5234, 50.4501, 20)
	pages := map[string]string{
		"home": "/?lang=uk", "place": "/place/UA80000000000093317?lang=en", "withheld": "/place/UA65000000000030969?lang=uk", "hub": "/hubs/" + hub + "?lang=uk",
		"report": "/report?about=outage&lang=uk", "need": "/report?about=need&lang=en", "about": "/about?lang=uk", "dashboard": "/dashboard?lang=uk", "places": "/places?q=Іванівка&lang=uk",
		"missing": "/nothing?lang=uk", "moderate": "/moderate?lang=uk", "admin": "/admin?lang=en",
		"offline": "/offline?lang=en", "offline form": "/offline/report?about=outage&lang=uk", "privacy": "/privacy?lang=uk", "docs": "/api/docs?lang=uk", "poster": "/poster/UA80000000000093317?lang=uk", "poster of a hub": "/poster/" + hub + "?lang=en",
	}
	for _, scheme := range []string{"light", "dark"} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{320, 360, 1280} {
			act(ctx, t, chromedp.EmulateViewport(width, 740))
			look := func(name string) {
				t.Helper()
				act(ctx, t, chromedp.Evaluate[chromedp.Void](string(axe)))
				found := act(ctx, t, chromedp.Evaluate[[]string](`axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
					.then((r) => r.violations.map((v) => v.id + ' ' + v.nodes[0].html.slice(0, 200)))`, chromedp.EvalAwaitPromise))
				if over := act(ctx, t, chromedp.Evaluate[int](`document.documentElement.scrollWidth - innerWidth`)); over > 0 {
					found = append(found, fmt.Sprintf("%d px hang over", over))
				}
				if len(found) > 0 {
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
