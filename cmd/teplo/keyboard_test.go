package main_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// controls are what people press; links inside sentences are not.
const controls = `:is(button, .chip, input, select, textarea, summary, .card h3 a, .oblasts a, .brand, .lang, .pick, thead a, tbody th a):not(.pick input, [type=hidden], #here *)`

// mainPages are those that people are led to.
func mainPages(s *server) map[string]string {
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0].ID
	return map[string]string{
		"home": "/?lang=uk", "board": "/place/UA80000000000093317?lang=uk&charging=yes", "hub": "/hubs/" + hub + "?lang=uk",
		"form": "/report?about=hub_status&lang=uk", "search": "/places?q=Іванівка&lang=uk", "dashboard": "/dashboard?lang=uk",
	}
}

// seen tells what a page's script finds wrong, in words.
func seen(ctx context.Context, t *testing.T, script string) []string {
	t.Helper()
	return act(ctx, t, chromedp.Evaluate[[]string](`(() => {
		const faults = [], all = [...document.querySelectorAll('`+controls+`')].filter((e) => e.checkVisibility());
		const name = (e) => e.outerHTML.slice(0, 90);
		if (all.length < 3) faults.push(all.length + ' controls');
		`+script+`
		return faults;
	})()`))
}

func report(t *testing.T, name string, faults []string) {
	t.Helper()
	if len(faults) > 0 {
		t.Errorf("%s:\n%s", name, strings.Join(faults, "\n"))
	}
}

// emulate makes the page believe a preference of its reader.
func emulate(ctx context.Context, t *testing.T, feature, value string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatal(err)
	}
}

// TestControls looks at what people press: large enough for a cold thumb, bordered so
// that it is seen on its ground (3:1, WCAG 1.4.11), and in forced colours too, where a
// chosen chip still says that it is.
func TestControls(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 40), "--drill", "--now", "2026-01-18T10:00:00Z")
	pages := mainPages(s)
	act(ctx, t, chromedp.EmulateViewport(360, 740))
	for name, path := range pages {
		act(ctx, t, chromedp.Navigate(s.base+path))
		report(t, name+": targets under 44 px", seen(ctx, t, `for (const e of all) {
			const r = e.getBoundingClientRect();
			if (r.height < 44 || r.width < 44) faults.push(r.width.toFixed() + '×' + r.height.toFixed() + ' ' + name(e));
		}`))
		for _, scheme := range []string{"light", "dark"} {
			emulate(ctx, t, "prefers-color-scheme", scheme)
			report(t, name+", "+scheme+": borders", seen(ctx, t, contrastScript))
		}
		emulate(ctx, t, "forced-colors", "active")
		report(t, name+", forced colours", seen(ctx, t, `if (!matchMedia('(forced-colors:active)').matches) faults.push('no forced colours');
		for (const e of all.filter((e) => e.matches('button, .chip, input, select, textarea'))) {
			const c = getComputedStyle(e);
			if (c.borderStyle === 'none' || parseFloat(c.borderWidth) < 1) faults.push('no border: ' + name(e));
			if (e.matches('.chip.on') && !/^✓|^\d+$/.test(e.textContent)) faults.push('colour alone: ' + name(e));
		}
		const on = document.querySelectorAll('.chip.on').length;
		if (location.search.includes('charging') && !on) faults.push('no chip is chosen');`))
		shoot(ctx, t, "forced-"+name)
		emulate(ctx, t, "forced-colors", "none")
	}
}

// contrastScript holds the border of each control, or its own ground, against the
// ground behind it.
const contrastScript = `
		const rgb = (text) => text.match(/[\d.]+/g).map(Number);
		const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
		const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
		const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
		for (const e of all.filter((e) => e.matches('button, .chip, input, select, textarea') && !/^(checkbox|radio)$/.test(e.type))) {
			const behind = ground(e.parentElement), best = Math.max(ratio(rgb(getComputedStyle(e).borderTopColor), behind), ratio(ground(e), behind));
			if (best < 3) faults.push(best.toFixed(2) + ':1 ' + name(e));
		}`

// TestTabOrder goes through pages with the Tab key alone: every stop comes after the
// one before it in the text, is on the screen and is not covered, and none is left out.
func TestTabOrder(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 40), "--drill", "--now", "2026-01-18T10:00:00Z")
	act(ctx, t, chromedp.EmulateViewport(360, 740))
	for name, path := range mainPages(s) {
		act(ctx, t, chromedp.Navigate(s.base+path))
		until(ctx, t, `document.readyState === 'complete' && ![...document.querySelectorAll('#showmap, [data-act=save], #near')].some((e) => e.hidden)`)
		total := act(ctx, t, chromedp.Evaluate[int](`(window.stops = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter((e) =>
			e.checkVisibility({ visibilityProperty: true }) && !e.disabled && e.type !== 'hidden' && e.tabIndex >= 0 &&
			!(e.type === 'radio' && e !== (e.form.querySelector('[name="' + e.name + '"]:checked') ?? e.form.querySelector('[name="' + e.name + '"]'))))).length`))
		if total < 8 || act(ctx, t, chromedp.Evaluate[bool](`!!document.querySelector('[tabindex]:not([tabindex="0"], [tabindex="-1"])')`)) {
			t.Errorf("%s: %d stops, or an order of its own", name, total)
		}
		for i := range total {
			act(ctx, t, chromedp.KeyEvent(kb.Tab))
			if fault := act(ctx, t, chromedp.Evaluate[string](fmt.Sprintf(`(() => {
				const e = document.activeElement, r = e.getBoundingClientRect();
				if (e !== stops[%d]) return 'is ' + e.outerHTML.slice(0, 80) + ', want ' + stops[%d].outerHTML.slice(0, 80);
				const left = Math.max(0, r.left), right = Math.min(innerWidth, r.right), top = Math.max(0, r.top), bottom = Math.min(innerHeight, r.bottom);
				if (right - left < 2 || bottom - top < Math.min(10, r.height)) return 'off the screen: ' + e.outerHTML.slice(0, 80);
				if (e instanceof SVGElement) return ''; // its middle may be a neighbour's
				const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
				if (!over || !(e.contains(over) || over.contains(e))) return 'covered: ' + e.outerHTML.slice(0, 80);
				return getComputedStyle(e).outlineStyle === 'none' ? 'focus does not show: ' + e.outerHTML.slice(0, 80) : '';
			})()`, i, i))); fault != "" {
				t.Errorf("%s, stop %d: %s", name, i+1, fault)
				break
			}
		}
	}
}
