package main_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// The agents of browsers that know geo: and of some that do not.
const (
	androidAgent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
	iphoneAgent  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
	macAgent     = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
)

// TestRoute presses the way to a hub as different phones do, on a board and in what is
// near; nothing is asked of anybody for it. Without scripts the hub's page has the
// coordinates to copy.
func TestRoute(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 40), "--drill", "--now", "2026-01-18T10:00:00Z")
	stand(ctx, t, 30.5234, 50.4501, 20)
	const press = `(() => {
		const way = document.querySelector('%s a[href^="geo:"]'), was = way.href;
		way.addEventListener('click', (e) => e.preventDefault());
		way.click();
		return was + ' ' + way.href;
	})()`
	for _, phone := range []struct {
		agent   string
		touches int
		maps    bool
	}{{androidAgent, 5, false}, {iphoneAgent, 5, true}, {macAgent, 5, true}, {macAgent, 0, false}} {
		if _, err := chromedp.Call(ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: phone.agent}); err != nil {
			t.Fatal(err)
		}
		touch := fmt.Sprintf(`Object.defineProperty(Navigator.prototype, 'maxTouchPoints', { get: () => %d }); 0`, phone.touches)
		for path, where := range map[string]string{"/place/UA80000000000093317?lang=uk": ".hubs", "/?lang=uk": "#here"} {
			forget := beforeScripts(ctx, t, touch)
			act(ctx, t, chromedp.Navigate(s.base+path))
			until(ctx, t, `!document.querySelector('[data-act=near]').hidden`) // the page's script has run
			if where == "#here" {
				click(ctx, t, "[data-act=near]")
				until(ctx, t, nearCards+` >= 3`)
			}
			was, is, _ := strings.Cut(act(ctx, t, chromedp.Evaluate[string](fmt.Sprintf(press, where))), " ")
			place, _, _ := strings.Cut(strings.TrimPrefix(was, "geo:"), "?")
			want := was
			if phone.maps {
				want = "maps:?dirflg=w&daddr=" + place
			}
			if is != want || !strings.Contains(place, ",") {
				t.Errorf("%s, %d fingers: %s led to %s, want %s", phone.agent[:30], phone.touches, was, is, want)
			}
			forget()
		}
	}
	for _, f := range s.items("/api/collections/hubs/items").Features {
		var at [2]float64
		if err := json.Unmarshal(f.Geometry.Coordinates, &at); err != nil {
			t.Fatal(err)
		}
		exact := f.Properties["geo_precision"] == "exact"
		if has := strings.Contains(second(s.get("/hubs/"+f.ID+"?lang=en")), fmt.Sprintf("%.5f, %.5f</dd>", at[1], at[0])); has != exact {
			t.Errorf("%s (%v): coordinates to copy %v", f.ID, f.Properties["geo_precision"], has)
		}
	}
}
