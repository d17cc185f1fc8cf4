package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"example.org/teplo/geo"
)

// kyivHubs is a store with so many hubs of our own making in Kyiv.
func kyivHubs(t *testing.T, n int) string {
	return hubsIn(t, n, geo.BBox{West: 30.38, South: 50.38, East: 30.66, North: 50.52})
}

// hubsIn is a store with the bundled hubs and so many of our own making in a box, with
// coordinates and hours.
func hubsIn(t *testing.T, n int, box geo.BBox) string {
	db, rnd := bundled(t), rand.New(rand.NewPCG(3, 3))
	var csv strings.Builder
	csv.WriteString("ref,name,lon,lat,address,opening_hours,heat,charging,confirmed_at\n")
	for i := range n {
		hours := []string{"24/7", "Mo-Su 08:00-20:00", "Mo-Fr 09:00-18:00", ""}[rnd.IntN(4)]
		fmt.Fprintf(&csv, "%d,Школа %d,%.5f,%.5f,\"вул. Тепла, %d\",%s,yes,%s,2026-01-18T0%d:00:00Z\n", i, i, box.West+(box.East-box.West)*rnd.Float64(), box.South+(box.North-box.South)*rnd.Float64(), i, hours, []string{"yes", "no"}[rnd.IntN(2)], rnd.IntN(10))
	}
	file := filepath.Join(t.TempDir(), "hubs.csv")
	if err := os.WriteFile(file, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := teplo(t, "import", file, "--db", db, "--as", "hubs", "--source", "Test city"); code != 0 || !strings.HasPrefix(out, fmt.Sprintf("imported %d new", n)) {
		t.Fatalf("import: %d %s%s", code, out, errs)
	}
	return db
}

// stand puts the browser's position, of an accuracy in metres, and lets the page have it.
func stand(ctx context.Context, t *testing.T, lon, lat, accuracy float64) {
	t.Helper()
	permit(ctx, t, browser.PermissionSettingGranted)
	if _, err := chromedp.Call(ctx, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{Longitude: &lon, Latitude: &lat, Accuracy: &accuracy}); err != nil {
		t.Fatal(err)
	}
}

func permit(ctx context.Context, t *testing.T, setting browser.PermissionSetting) {
	t.Helper()
	if _, err := chromedp.Call(ctx, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: "geolocation"}, Setting: setting}); err != nil {
		t.Fatal(err)
	}
}

// click presses what a selector finds.
func click(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	act(ctx, t, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).click()`, selector)))
}

const nearCards = `document.querySelectorAll('#here [data-hub]').length`

// TestNear: a tap shows the hubs near the phone, usable ones first, and the position
// goes nowhere: not finer than the cell of zoom 12.
func TestNear(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 400), "--drill", "--now", "2026-01-18T10:00:00Z")
	act(ctx, t, chromedp.EmulateViewport(360, 740))
	stand(ctx, t, 30.5234, 50.4501, 20)
	act(ctx, t, chromedp.Navigate(s.base+"/?lang=uk"))
	act(ctx, t, chromedp.Evaluate[chromedp.Void](collectErrors))
	until(ctx, t, `!document.querySelector('[data-act=near]').hidden`)
	asked := act(ctx, t, chromedp.Evaluate[string](`document.body.textContent.includes('Визначаємо') ? 'early' : ''`))
	if asked != "" {
		t.Error("it asks before the tap")
	}
	click(ctx, t, "[data-act=near]")
	until(ctx, t, nearCards+` >= 10`)
	for what, condition := range map[string]string{
		"cards have ages, marks and distances": `[...document.querySelectorAll('#here [data-hub]')].every((c) => c.dataset.open && c.querySelector('[data-as-of]') && (c.querySelector('b')?.textContent ?? 'пішки').includes('пішки'))`,
		"a way is offered":                     `document.querySelector('#here .card a[href^="geo:50."]') !== null`,
		"the verdict stands there":             `document.querySelector('#here .verdict .state').textContent.length > 5`,
		"it says as of when":                   `/Станом на \d\d:\d\d/.test(document.querySelector('#here [role=status]').textContent)`,
		"nothing hangs over":                   `document.documentElement.scrollWidth <= innerWidth`,
	} {
		if !act(ctx, t, chromedp.Evaluate[bool](condition)) {
			t.Errorf("not so: %s: %s", what, act(ctx, t, chromedp.Evaluate[string](`document.getElementById('here').textContent.slice(0, 600)`)))
		}
	}
	shoot(ctx, t, "near-360-uk")
	urls := act(ctx, t, chromedp.Evaluate[[]string](`performance.getEntriesByType('resource').map((e) => e.name)`))
	if all := strings.Join(urls, " "); !strings.Contains(all, "/api/cells/12/2395/1381.json") || strings.Contains(all, "30.5") || strings.Contains(all, "50.4") {
		t.Errorf("the phone asked for %s", all)
	}
	before := act(ctx, t, chromedp.Evaluate[string](`document.querySelector('#here [role=status]').textContent`))
	click(ctx, t, "#here .chips button:nth-child(2)")
	if after := act(ctx, t, chromedp.Evaluate[string](`document.querySelector('#here [role=status]').textContent`)); after == before {
		t.Error("a filter changes nothing")
	}
	if faults := act(ctx, t, chromedp.Evaluate[[]string](`faults`)); len(faults) > 0 {
		t.Errorf("errors on the page: %q", faults)
	}
}

// TestNearFails: denied, not found, far away and without a network have words of their
// own, and the town box takes over.
func TestNearFails(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, bundled(t))
	tap := func(words string) {
		t.Helper()
		act(ctx, t, chromedp.Navigate(s.base+"/?lang=en"))
		until(ctx, t, `!document.querySelector('[data-act=near]').hidden`)
		click(ctx, t, "[data-act=near]")
		until(ctx, t, fmt.Sprintf(`document.querySelector('#here [role=status]').textContent.includes(%q)`, words))
	}
	stand(ctx, t, 2.35, 48.85, 20)
	tap("GPS may be jammed")
	if focus := act(ctx, t, chromedp.Evaluate[string](`document.activeElement.id`)); focus != "q" {
		t.Errorf("the focus is on %q, not in the town box", focus)
	}
	if _, err := chromedp.Call(ctx, emulation.SetGeolocationOverride, emulation.SetGeolocationOverrideParams{}); err != nil {
		t.Fatal(err)
	}
	tap("could not be found")
	permit(ctx, t, browser.PermissionSettingDenied)
	tap("is denied")
	stand(ctx, t, 28.66, 50.26, 9000) // the hubs of Zhytomyr have no place of their own
	tap("more in town")
	stand(ctx, t, 33.5, 46.6, 20) // Kherson oblast
	tap("not published")
	stand(ctx, t, 31.9, 51.9, 20)
	tap("no hub with a known place")
	act(ctx, t, chromedp.Navigate(s.base+"/?lang=en"))
	until(ctx, t, `!document.querySelector('[data-act=near]').hidden`)
	stand(ctx, t, 24.02, 49.84, 20) // where nothing is kept of
	if _, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{Offline: true}}}); err != nil {
		t.Fatal(err)
	}
	click(ctx, t, "[data-act=near]")
	until(ctx, t, `document.querySelector('#here [role=status]').textContent.includes('could not be loaded')`)
}

// TestPhoneIsServer: from random places what the script reckons from a cell is what the
// server answers then; where the phone does not know in which area it stands, never
// more.
func TestPhoneIsServer(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	const now = "2026-01-18T21:20:00Z" // near the beginning of the curfew
	s := serve(t, kyivHubs(t, 400), "--drill", "--now", now)
	act(ctx, t, chromedp.Navigate(s.base+"/about?lang=en"))
	_, page := s.get("/?lang=en")
	_, near, _ := strings.Cut(page, `data-module="`)
	near, _, _ = strings.Cut(near, `"`)
	_, script := s.get(near)
	i := strings.Index(script, "/a/phone.")
	if i < 0 {
		t.Fatalf("%s does not import phone.js", near)
	}
	module := script[i : i+len("/a/phone.0123456789.js")]
	rnd := rand.New(rand.NewPCG(7, 7))
	better := map[string]int{"no": 0, "unconfirmed": 1, "unknown": 1, "yes": 2}
	hubs, certain := 0, 0
	for range 25 {
		lon, lat := 30.4+0.3*rnd.Float64(), 50.38+0.14*rnd.Float64()
		type way struct {
			ID, Arrival, Go, AsOf string
			Minutes               int
		}
		ways := act(ctx, t, chromedp.Evaluate[[]way](fmt.Sprintf(`(async () => {
			const { read, cellOf } = await import(%q), cell = cellOf(%v, %v);
			const doc = read(await (await fetch('/api/cells/12/' + cell.x + '/' + cell.y + '.json')).json(), 'uk');
			return doc.hubs.map((hub) => doc.reach(hub, [%v, %v], doc.asOf)).map((w) => ({ ID: w.hub.id, Arrival: w.arrival, Go: w.go, Minutes: w.minutes, AsOf: new Date(doc.asOf).toISOString() }));
		})()`, module, lon, lat, lon, lat), chromedp.EvalAwaitPromise))
		if len(ways) == 0 {
			continue
		}
		byID := map[string]way{}
		for _, w := range ways {
			byID[w.ID] = w
		}
		for _, f := range s.items(fmt.Sprintf("/api/nearest?lon=%v&lat=%v&limit=50&at=%s", lon, lat, url.QueryEscape(ways[0].AsOf))).Features {
			w, ok := byID[f.ID]
			if !ok {
				continue // beyond the neighbouring cells
			}
			hubs++
			arrival, verdict := fmt.Sprint(f.Properties["open_on_arrival"]), fmt.Sprint(f.Properties["go"])
			if minutes, exact := f.Properties["walk_min"].(float64); exact && int(minutes) != w.Minutes || w.Arrival != arrival {
				t.Errorf("%s from %v,%v: the phone says %d min, %s; the server %v, %s", f.ID, lon, lat, w.Minutes, w.Arrival, f.Properties["walk_min"], arrival)
			}
			if better[w.Go] > better[verdict] {
				t.Errorf("%s from %v,%v: the phone says %s, the server %s", f.ID, lon, lat, w.Go, verdict)
			}
			if w.Go == verdict {
				certain++
			}
		}
	}
	if t.Logf("%d hubs, %d verdicts alike", hubs, certain); hubs < 500 || certain < hubs/2 {
		t.Error("the test shows too little")
	}
}
