package main_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

// previewOf reads the OpenGraph properties of a page.
func previewOf(page string) map[string]string {
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`<meta property="og:([a-z]+)" content="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		out[m[1]] = html.UnescapeString(m[2])
	}
	return out
}

// TestPreviews reads what a messenger shows of a link, in a night when one may go: no
// yes is told to people who see it days later.
func TestPreviews(t *testing.T) {
	t.Parallel()
	const town, withheld = "/place/UA18040190010057814", "/place/UA14000000000091971"
	s := serve(t, bundled(t), append(night, "--public-url", "https://teplo.test")...)
	hub := "/hubs/" + s.items("/api/collections/hubs/items?limit=1&area=UA18").Features[0].ID
	for _, tc := range []struct{ path, lang, title, description string }{
		{"/", "uk", "Де зігрітися", "Станом на 18 січня 2026, 02:00"},
		{"/", "en", "Where to warm up", "As of 18 January 2026, 02:00"},
		{town, "uk", "Житомир", "15 пунктів тут, найновіше підтвердження: 23 листопада 2022. Станом на 18 січня 2026"},
		{town, "en", "Zhytomyr", "15 hubs here, newest confirmation: 23 November 2022. As of 18 January 2026"},
		{"/place/UA80000000000093317", "en", "Kyiv", "5 hubs here"},
		{"/place/UA46000000000026241", "en", "Lviv", "No warming hub is known here. As of 18 January 2026"},
		{withheld, "uk", "Донецька", "не публікуємо"},
		{hub, "uk", "", "Житомир, "},
		{hub, "en", "", "Confirmed: 23 November 2022 (official). As of 18 January 2026"},
		{"/about", "en", "", "each fact with source and age"},
	} {
		_, page := s.get(tc.path + "?lang=" + tc.lang)
		p := previewOf(page)
		if !strings.Contains(p["title"], tc.title) || p["title"] == "" || !strings.Contains(p["description"], tc.description) || p["type"] != "website" {
			t.Errorf("%s in %s: %q", tc.path, tc.lang, p)
		}
		if want := map[string]string{"uk": "uk_UA", "en": "en_GB"}[tc.lang]; p["locale"] != want || p["url"] != "https://teplo.test"+tc.path+"?lang="+tc.lang || p["image"] != "" {
			t.Errorf("%s in %s: %q", tc.path, tc.lang, p)
		}
		if strings.Contains(p["description"], "may walk") {
			t.Errorf("%s tells a yes that will be read later: %s", tc.path, p["description"])
		}
	}
	if _, page := serve(t, bundled(t)).get("/?lang=en"); previewOf(page)["url"] != "" || previewOf(page)["title"] == "" {
		t.Errorf("without an address: %q", previewOf(page))
	}
}
