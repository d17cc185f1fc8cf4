package main_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var (
	hubMark  = regexp.MustCompile(`data-hub="(hub-[0-9a-v]+)"`)
	qrMark   = regexp.MustCompile(`(?s)<svg class="qr".*?</svg>`)
	linkMark = regexp.MustCompile(`<b>(https?://[^<]+)</b>`)
)

// hubsOf lists the hubs of a page in its order.
func hubsOf(page string) []string {
	var out []string
	for _, m := range hubMark.FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

// scan reads the one QR code in a picture.
func scan(t *testing.T, png []byte) string {
	t.Helper()
	path, err := exec.LookPath("zbarimg")
	need(t, err == nil, "zbarimg (zbar-tools)")
	file := filepath.Join(t.TempDir(), "qr.png")
	if err := os.WriteFile(file, png, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
	if err != nil {
		t.Fatalf("zbarimg: %v %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestPoster reads the sheets of a place and of a hub in both languages.
func TestPoster(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), "--public-url", "https://teplo.test")
	_, board := s.get("/place/UA18040190010057814?lang=uk")
	_, about := s.get("/about?lang=uk")
	fingerprint := regexp.MustCompile(`<code data-fingerprint>[0-9a-f ]{39}</code>`).FindString(about)
	shown := hubsOf(board)
	if len(shown) != 10 || fingerprint == "" {
		t.Fatalf("the board's hubs %v, the fingerprint %q", shown, fingerprint)
	}
	for lang, words := range map[string][]string{
		"uk": {"Житомир", "Надруковано ", "Не довіряйте після ", "спершу в укриття", "Комендантська година", "джерело", "Що взяти з собою", "nezlamnist.gov.ua", "1545", "Ліцей №5"},
		"en": {"Zhytomyr", "Printed ", "Do not trust it after ", "shelter first", "Curfew", "source", "What to bring", "nezlamnist.gov.ua", "1545", "Ліцей №5"},
	} {
		_, sheet := s.get("/poster/UA18040190010057814?lang=" + lang)
		for _, want := range append(words, `<html lang="`+lang+`"`, "https://teplo.test/s/57814<", fingerprint) {
			if !strings.Contains(sheet, want) {
				t.Errorf("%s: the sheet lacks %q", lang, want)
			}
		}
		if hubs := hubsOf(sheet); len(hubs) < 5 || len(hubs) > 10 || !slices.Equal(hubs, shown[:len(hubs)]) {
			t.Errorf("%s: hubs %v, want the first of the board's %v", lang, hubs, shown)
		}
		if strings.Contains(sheet, "<script") || strings.Contains(sheet, "style=") || strings.Contains(sheet, "127.0.0.1") {
			t.Errorf("%s: the sheet has a script, an inline style or another address", lang)
		}
		_, one := s.get("/poster/" + shown[0] + "?lang=" + lang)
		if got := hubsOf(one); len(got) != 1 || got[0] != shown[0] || !strings.Contains(one, "https://teplo.test/s/"+shortOf(t, shown[0])+"<") || len(qrMark.FindAllString(one, -1)) != 1 {
			t.Errorf("%s: the sheet of one hub: %v", lang, got)
		}
	}
	for _, from := range []string{"/place/UA18040190010057814", "/hubs/" + shown[0]} {
		if _, page := s.get(from + "?lang=uk"); !strings.Contains(page, "/poster/"+strings.Split(from, "/")[2]+"?lang=uk") || !strings.Contains(page, "Надрукувати аркуш") {
			t.Errorf("%s does not lead to its sheet", from)
		}
	}
	p := newPhone(s)
	if resp, _ := p.open("/poster/UA80?lang=en"); resp.StatusCode != 308 || resp.Header.Get("Location") != "/poster/UA80000000000093317?lang=en" {
		t.Errorf("p-code: %d %s", resp.StatusCode, resp.Header.Get("Location"))
	}
}

// TestPosterHides asks for what is nobody's business, and for a server that does not
// know where it is.
func TestPosterHides(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "aid:UA14")
	importHubs(t, db, "withheld", "1,"+canaryHub+",48.0123,37.8123,yes\n")
	s := serve(t, db)
	hidden := s.want(200, k[0], http.MethodGet, "/api/collections/hubs/items?area=UA14", nil)["features"].([]any)[0].(map[string]any)["id"].(string)
	strip := func(id string) string {
		resp, body := s.get("/poster/" + id)
		return fmt.Sprint(resp.StatusCode) + strings.ReplaceAll(body, id, "")
	}
	if a, b := strip(hidden), strip("hub-zzzzzzzzzzzzzzzz"); a != b || !strings.HasPrefix(a, "404") {
		t.Errorf("the sheet of a withheld hub: %s", a)
	}
	if got := strip("UA99"); !strings.HasPrefix(got, "404") {
		t.Errorf("an unknown place: %s", got)
	}
	_, sheet := s.get("/poster/UA14000000000091971?lang=en")
	if len(hubsOf(sheet)) > 0 || strings.Contains(sheet, canaryHub) || !strings.Contains(sheet, "not published here") || !strings.Contains(sheet, "1545") {
		t.Errorf("the sheet of a withheld oblast: %s", sheet)
	}
	if strings.Contains(sheet, "/s/") || qrMark.MatchString(sheet) || !strings.Contains(sheet, "There is no QR code") {
		t.Error("without an address the sheet has a code or does not say that it has none")
	}
}

// TestPosterCurfew prints at times when the rules say different things for as long as
// the sheet is believed.
func TestPosterCurfew(t *testing.T) {
	t.Parallel()
	const may, unsure = "During it you may walk", "is not confirmed"
	for _, tc := range []struct {
		name, now, area, want, not string
	}{
		{"an exemption", "2026-01-18T00:00:00Z", "UA80000000000093317", may, unsure},
		{"which nobody will have confirmed by the last night", "2026-04-15T12:00:00Z", "UA80000000000093317", unsure, may},
		{"believed for three days", "2026-01-18T00:00:00Z", "UA80000000000093317", "after 21 January 2026, 02:00", ""},
		{"a rule that ends before", "2022-12-02T12:00:00Z", "UA32000000000030281", "after 5 December 2022, 05:00", ""},
		{"no curfew", "2026-01-18T00:00:00Z", "UA21", "There is no curfew", may},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := serve(t, bundled(t), "--drill", "--now", tc.now)
			_, sheet := s.get("/poster/" + tc.area + "?lang=en")
			if !strings.Contains(sheet, tc.want) || tc.not != "" && strings.Contains(sheet, tc.not) {
				t.Errorf("want %q, not %q: %s", tc.want, tc.not, sheet)
			}
		})
	}
}

// darkly makes the page believe that its reader likes a dark screen, or prints.
func darkly(ctx context.Context, t *testing.T, media string) {
	t.Helper()
	dark := emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, dark); err != nil {
		t.Fatal(err)
	}
}

// TestPosterPrinted prints sheets from a dark screen: one page of A4, black on white,
// with a code that a phone reads and without what only a screen needs.
func TestPosterPrinted(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 40), "--drill", "--public-url", "https://teplo.test")
	act(ctx, t, chromedp.EmulateViewport(360, 740))
	darkly(ctx, t, "")
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0].ID
	cssSize := func(p *page.PrintToPDFParams) { p.PreferCSSPageSize = new(true) }
	for id, short := range map[string]string{"UA18040190010057814": "57814", "UA71080490010015879": "15879", "UA80000000000093317": "93317", "UA14000000000091971": "91971", hub: shortOf(t, hub)} {
		act(ctx, t, chromedp.Navigate(s.base+"/poster/"+id+"?lang=en"))
		if got := act(ctx, t, chromedp.Evaluate[string](`(() => { const c = getComputedStyle(document.querySelector('.sheet')); return c.color + ' on ' + c.backgroundColor; })()`)); got != "rgb(0, 0, 0) on rgb(255, 255, 255)" {
			t.Errorf("%s: %s", id, got)
		}
		if got := scan(t, act(ctx, t, chromedp.FullScreenshot(100))); got != "https://teplo.test/s/"+short {
			t.Errorf("%s: the code says %q", id, got)
		}
		pdf := act(ctx, t, chromedp.PrintToPDF(cssSize))
		if n := len(regexp.MustCompile(`/Type /Page\b`).FindAll(pdf, -1)); n != 1 || !regexp.MustCompile(`/MediaBox \[0 0 59[45][0-9.]* 84[12]`).Match(pdf) {
			t.Errorf("%s: %d pages, or not A4", id, n)
		}
		act(ctx, t, chromedp.Navigate(s.base+"/poster/"+id+"?lang=uk")) // its words are longer
		if n := len(regexp.MustCompile(`/Type /Page\b`).FindAll(act(ctx, t, chromedp.PrintToPDF(cssSize)), -1)); n != 1 {
			t.Errorf("%s in Ukrainian: %d pages", id, n)
		}
		darkly(ctx, t, "print")
		printed := act(ctx, t, chromedp.Evaluate[string](`['.drill', '.sheet', 'header .bar', 'footer', '.screen'].filter((e) => document.querySelector(e).getClientRects().length).join(' ')`))
		if printed != ".drill .sheet" {
			t.Errorf("%s: on paper stand %s", id, printed)
		}
		darkly(ctx, t, "")
	}
}

// TestLinksAsCodes makes an invitation and an operator's link: the code beside each is
// that link.
func TestLinksAsCodes(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "admin:*")
	s := serve(t, db)
	ctx := browserAt(t)
	p := signIn(s, k[0], "admin", "*")
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0].ID
	for path, fields := range map[string]url.Values{
		"/admin/invitation":     {"role": {"volunteer"}, "name": {"Оля"}, "days": {"7"}, "areas": {"UA80"}},
		"/moderate/hubs/" + hub: {"action": {"link"}},
	} {
		code, made := p.press(path, fields)
		link := linkMark.FindStringSubmatch(made)
		if code != 200 || link == nil {
			t.Fatalf("%s: %d %s", path, code, made)
		}
		file := filepath.Join(t.TempDir(), "link.html")
		if err := os.WriteFile(file, []byte("<body style='background:#000'>"+strings.Replace(qrMark.FindString(made), "<svg", "<svg width=300", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		act(ctx, t, chromedp.Navigate("file://"+file))
		if got := scan(t, act(ctx, t, chromedp.FullScreenshot(100))); got != link[1] {
			t.Errorf("%s: the code says %q, the link is %q", path, got, link[1])
		}
	}
}
