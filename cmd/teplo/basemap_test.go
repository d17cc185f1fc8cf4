package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// streetURL is where a server has its squares, up to the zoom.
func (s *server) streetURL() string {
	s.t.Helper()
	_, page := s.get("/?lang=en")
	found := regexp.MustCompile(`/basemap/[0-9a-f]+/`).FindString(page)
	if found == "" {
		s.t.Fatal("the page knows no street map")
	}
	return found
}

// TestBasemapFlag: what is no street map is one clear line, before the store opens.
func TestBasemapFlag(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.pmtiles")
	if err := os.WriteFile(bad, []byte(strings.Repeat("SQLite format 3\x00", 50)), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(streetsFile(t))
	if err != nil {
		t.Fatal(err)
	}
	short := filepath.Join(t.TempDir(), "short.pmtiles")
	if err := os.WriteFile(short, whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	db := filepath.Join(t.TempDir(), "none.db")
	for _, tt := range []struct {
		file, want string
		code       int
	}{
		{bad, "does not begin with PMTiles", 65}, {short, "cut short", 65}, {t.TempDir(), "no file", 65}, {filepath.Join(t.TempDir(), "missing"), "no such file", 2},
	} {
		_, errs, code := teplo(t, "serve", "--db", db, "--basemap", tt.file)
		if code != tt.code || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, tt.want) || !strings.Contains(errs, tt.file) {
			t.Errorf("%s: exit %d, %q; want %d and %q", filepath.Base(tt.file), code, errs, tt.code, tt.want)
		}
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("a store was made all the same")
	}
}

// TestBasemap asks for squares: single tiles up to zoom 11, whole cells of zoom 12,
// nothing finer.
func TestBasemap(t *testing.T) {
	t.Parallel()
	plain := serve(t, bundled(t))
	if resp, _ := plain.get("/basemap/0123456789ab/9/299/172"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("without --basemap: %d", resp.StatusCode)
	}
	s := serve(t, bundled(t), "--basemap", streetsFile(t))
	at := s.streetURL()
	resp, body := s.get(at + "12/2395/1381")
	var sheet struct {
		Water, Green, Rail [][]int
		Roads              [][][]int
		Names              []string
		Places             [][]any
	}
	if err := json.Unmarshal([]byte(body), &sheet); err != nil || len(sheet.Roads) != 5 || len(sheet.Roads[3]) < 50 || len(sheet.Water) == 0 || len(sheet.Names) < 20 || len(sheet.Rail) == 0 {
		t.Fatalf("a cell: %v, %d bytes: %.300s", err, len(body), body)
	}
	if got := resp.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control %q", got)
	}
	if n := s.weigh(at + "12/2395/1381"); n > 60<<10 || n >= len(body) {
		t.Errorf("a cell: %d bytes of %d", n, len(body))
	}
	for _, hidden := range []string{"military", "building", "Штаб"} {
		if strings.Contains(body, hidden) {
			t.Errorf("a cell tells of %s", hidden)
		}
	}
	if _, again := s.get(at + "12/2395/1381"); again != body {
		t.Error("a cell differs when it is asked for again")
	}
	for path, want := range map[string]int{
		at + "11/1197/690": 200, at + "12/0/0": 200, at + "0/0/0": 200,
		at + "13/4790/2762": 400, at + "12/4096/0": 400, at + "3/0/8": 400, at + "x/0/0": 400, at + "1/-1/0": 400, at + "12/99999999999/0": 400,
		"/basemap/0123456789ab/12/2395/1381": 404, at + "12/2395": 404, at + "12/2395/1381/1": 404,
	} {
		if resp, body := s.get(path); resp.StatusCode != want {
			t.Errorf("%s: %d %.100s, want %d", path, resp.StatusCode, body, want)
		}
	}
	if _, empty := s.get(at + "12/0/0"); empty != "{}" {
		t.Errorf("where there is nothing: %s", empty)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// TestBasemapImages reads a cell of pictures as the page does.
func TestBasemapImages(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), "--basemap", imagesFile(t))
	_, body := s.get(s.streetURL() + "12/2395/1381")
	n := int(body[0]) | int(body[1])<<8 | int(body[2])<<16
	var head struct {
		Type  string
		Z     int
		Tiles [][3]int
	}
	if err := json.Unmarshal([]byte(body[4:4+n]), &head); err != nil || head.Type != "image/png" || head.Z != 14 || len(head.Tiles) != 16 {
		t.Fatalf("%v: %+v", err, head)
	}
	rest := body[4+n:]
	for _, image := range head.Tiles {
		if image[0]>>2 != 2395 || image[1]>>2 != 1381 || !strings.HasPrefix(rest, "\x89PNG") {
			t.Fatalf("an image at %v begins with %.8q", image, rest)
		}
		rest = rest[image[2]:]
	}
	if rest != "" {
		t.Errorf("%d bytes are left over", len(rest))
	}
}

// zoomTo presses + so often, each time after the map was drawn.
func zoomTo(ctx context.Context, t *testing.T, times int) {
	t.Helper()
	for range times {
		act(ctx, t, chromedp.Evaluate[chromedp.Void](`document.getElementById('map').dispatchEvent(new KeyboardEvent('keydown', { key: '+' })); new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`, chromedp.EvalAwaitPromise))
	}
}

// colourCount counts the pixels of the map that have a colour of the palette.
func colourCount(ctx context.Context, t *testing.T, name string) int {
	t.Helper()
	return act(ctx, t, chromedp.Evaluate[int](fmt.Sprintf(`(() => {
		const c = document.querySelector('#map canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		const hex = getComputedStyle(document.getElementById('map')).getPropertyValue('--map-%s').trim().slice(1), want = parseInt(hex, 16);
		let n = 0;
		for (let i = 0; i < d.length; i += 4) if ((d[i] << 16 | d[i + 1] << 8 | d[i + 2]) === want) n++;
		return n;
	})()`, name)))
}

// shootMap keeps a screenshot of the map and what is around it.
func shootMap(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("TEPLO_SHOTS")
	if dir == "" {
		return
	}
	act(ctx, t, chromedp.Evaluate[chromedp.Void](`document.getElementById('map').scrollIntoView({ block: 'center' })`))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), act(ctx, t, chromedp.CaptureScreenshot()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// openMap shows the map of Kyiv's page and waits until it is drawn.
func openMap(ctx context.Context, t *testing.T, s *server, lang string) {
	t.Helper()
	act(ctx, t, chromedp.Navigate(s.base+"/place/UA80000000000093317?lang="+lang))
	act(ctx, t, chromedp.Evaluate[chromedp.Void](collectErrors))
	until(ctx, t, `document.getElementById('map').dataset.ready === '1' || (document.querySelector('[data-act=map]:not([hidden])')?.click(), false)`)
}

// TestStreets draws streets in the browser, light and dark, on a phone and at a desk:
// by whole cells of zoom 12, loaded only when near enough, and still when nobody moves.
func TestStreets(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 1400), "--basemap", streetsFile(t))
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range [][2]int64{{360, 740}, {1280, 800}} {
			if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
				t.Fatal(err)
			}
			act(ctx, t, chromedp.EmulateViewport(size[0], size[1], chromedp.EmulateScale(2)))
			openMap(ctx, t, s, "uk")
			zoomTo(ctx, t, 3)
			until(ctx, t, `document.getElementById('map').dataset.street === 'ready'`)
			shootMap(ctx, t, fmt.Sprintf("streets-far-%d-%s", size[0], scheme))
			zoomTo(ctx, t, 3)
			until(ctx, t, `document.getElementById('map').dataset.street === 'ready'`)
			shootMap(ctx, t, fmt.Sprintf("streets-mid-%d-%s", size[0], scheme))
			zoomTo(ctx, t, 2)
			until(ctx, t, `document.getElementById('map').dataset.street === 'ready'`)
			shootMap(ctx, t, fmt.Sprintf("streets-near-%d-%s", size[0], scheme))
			for name, least := range map[string]int{"main": 300, "road": 1000, "text": 200} {
				if got := colourCount(ctx, t, name); got < least {
					t.Errorf("%s at %d px: %d pixels of %s, want %d", scheme, size[0], got, name, least)
				}
			}
		}
	}
	asked := act(ctx, t, chromedp.Evaluate[[]string](`performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname).filter((p) => p.startsWith('/basemap/'))`))
	cells := 0
	for _, path := range asked {
		switch z := strings.Split(path, "/")[3]; {
		case z == "12":
			cells++
		case len(z) > 1 && z > "12":
			t.Errorf("the page asked for %s, finer than a cell", path)
		}
	}
	if cells == 0 {
		t.Errorf("no cell among %q", asked)
	}
	if credit := act(ctx, t, chromedp.Evaluate[string](`document.querySelector('#map small').textContent`)); credit != "Natural Earth, GeoNames, © OpenStreetMap" {
		t.Errorf("attribution %q", credit)
	}
	still := `(async () => {
		let drawn = 0;
		const old = requestAnimationFrame, to = CanvasRenderingContext2D.prototype.fillRect;
		CanvasRenderingContext2D.prototype.fillRect = function (...a) { drawn++; return to.apply(this, a); };
		for (let i = 0; i < 30; i++) await new Promise((done) => old(done));
		CanvasRenderingContext2D.prototype.fillRect = to;
		return drawn;
	})()`
	if n := act(ctx, t, chromedp.Evaluate[int](still, chromedp.EvalAwaitPromise)); n > 0 {
		t.Errorf("a still map was drawn: %d rectangles in 30 frames", n)
	}
	if faults := act(ctx, t, chromedp.Evaluate[[]string](`faults`)); len(faults) > 0 {
		t.Errorf("errors on the page: %q", faults)
	}
}

// TestStreetImages draws pictures where the archive has them.
func TestStreetImages(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, bundled(t), "--basemap", imagesFile(t))
	act(ctx, t, chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2)))
	openMap(ctx, t, s, "en")
	zoomTo(ctx, t, 6)
	until(ctx, t, `(() => {
		if (document.getElementById('map').dataset.street !== 'ready') return false;
		const c = document.querySelector('#map canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		let n = 0;
		for (let i = 0; i < d.length; i += 4) if (d[i] === 200 && d[i + 1] === 140 && d[i + 2] === 40) n++;
		return n > 20000;
	})()`)
	shootMap(ctx, t, "street-images-360")
	if faults := act(ctx, t, chromedp.Evaluate[[]string](`faults`)); len(faults) > 0 {
		t.Errorf("errors on the page: %q", faults)
	}
}
