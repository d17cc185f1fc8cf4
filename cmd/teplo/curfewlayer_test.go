package main_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// curfewArea is one of /map/curfew.json.
type curfewArea struct {
	Code, State, Words string
	Rings              [][]int
}

func (s *server) curfewMap(lang string) (areas []curfewArea, legend string, seconds int) {
	s.t.Helper()
	_, body := s.get("/map/curfew.json?lang=" + lang)
	var doc struct {
		Legend  string
		Seconds int
		Areas   []curfewArea
	}
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		s.t.Fatalf("%v: %.200s", err, body)
	}
	return doc.Areas, doc.Legend, doc.Seconds
}

// TestCurfewMap holds every area of the layer to what /api/go says of it: in a night
// with rules in force, and in a year when nobody confirmed them.
func TestCurfewMap(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		now   string
		stale bool
	}{{"2026-01-17T23:30:00Z", false}, {"2026-01-18T12:00:00Z", false}, {"2026-11-25T12:00:00Z", true}, {"2026-11-25T23:30:00Z", true}} {
		s := serve(t, bundled(t), "--drill", "--now", tt.now)
		areas, legend, seconds := s.curfewMap("en")
		states := map[string]int{}
		drawn := 0
		for _, a := range areas {
			states[a.State]++
			if len(a.Rings) > 0 {
				drawn++
			}
			var said struct {
				Stale  bool
				Curfew struct {
					InForce string `json:"in_force"`
				}
			}
			_, body := s.get("/api/go?area=" + a.Code)
			if err := json.Unmarshal([]byte(body), &said); err != nil {
				t.Fatal(err)
			}
			want := said.Curfew.InForce
			if want == "no" && said.Stale {
				want = "unknown" // a "no" that nobody confirmed is none
			}
			if a.State != want {
				t.Errorf("%s: %s is %q, /api/go says %q", tt.now, a.Code, a.State, said.Curfew.InForce)
			}
			if (a.State == "unknown") != (a.Words == "not known") {
				t.Errorf("%s: %s is %q in the words %q", tt.now, a.Code, a.State, a.Words)
			}
		}
		t.Logf("%s: %v, %d s, %s", tt.now, states, seconds, legend)
		if len(areas) < 27 || drawn < 27 || states["unknown"] == 0 || seconds < 30 || seconds > 900 || tt.stale && states["no"] > 0 {
			t.Errorf("%s: %d areas, %d drawn, %v, again after %d s", tt.now, len(areas), drawn, states, seconds)
		}
	}
}

// TestCurfewLayer switches the layer on and off: nothing of it is loaded before.
func TestCurfewLayer(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, bundled(t), "--drill", "--now", "2026-01-17T23:30:00Z")
	const button = `[...document.querySelectorAll('#map button')].find((b) => /Curfew|Комендантська/.test(b.textContent))`
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range [][2]int64{{360, 740}, {1280, 800}} {
			if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
				t.Fatal(err)
			}
			act(ctx, t, chromedp.EmulateViewport(size[0], size[1], chromedp.EmulateScale(2)))
			act(ctx, t, chromedp.Navigate(s.base+"/?lang=uk"))
			act(ctx, t, chromedp.Evaluate[chromedp.Void](collectErrors))
			until(ctx, t, `document.getElementById('map').dataset.ready === '1' || (document.querySelector('[data-act=map]:not([hidden])')?.click(), false)`)
			if loaded := act(ctx, t, chromedp.Evaluate[bool](`performance.getEntriesByType('resource').some((e) => /curfew/.test(e.name))`)); loaded {
				t.Error("the layer is loaded before anybody asks")
			}
			before := colourCount(ctx, t, "curfew")
			act(ctx, t, chromedp.Evaluate[chromedp.Void](button+`.click()`))
			until(ctx, t, `document.getElementById('map').dataset.curfew === '1' && [...document.querySelectorAll('#map p')].some((p) => !p.hidden && p.textContent.includes('01:30'))`)
			act(ctx, t, chromedp.Evaluate[chromedp.Void](`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`, chromedp.EvalAwaitPromise))
			if pressed := act(ctx, t, chromedp.Evaluate[string](button+`.getAttribute('aria-pressed') + `+button+`.textContent[0]`)); pressed != "true✓" {
				t.Errorf("the button: %s", pressed)
			}
			if on := colourCount(ctx, t, "curfew"); before != 0 || on < 50 {
				t.Errorf("%s at %d px: %d pixels of curfew before, %d after", scheme, size[0], before, on)
			}
			shootMap(ctx, t, fmt.Sprintf("curfew-%d-%s", size[0], scheme))
			act(ctx, t, chromedp.Evaluate[chromedp.Void](button+`.click(); new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`, chromedp.EvalAwaitPromise))
			if off := colourCount(ctx, t, "curfew"); off != 0 {
				t.Errorf("%d pixels of curfew when it is off", off)
			}
			if faults := act(ctx, t, chromedp.Evaluate[[]string](`faults`)); len(faults) > 0 {
				t.Errorf("errors on the page: %s", strings.Join(faults, "; "))
			}
		}
	}
}
