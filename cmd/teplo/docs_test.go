package main_test

import (
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	exampleBlock = regexp.MustCompile(`(?s)<pre[^>]*>(.*?)</pre>`)
	exampleURL   = regexp.MustCompile(`https?://[^"]+`)
	listedRoute  = regexp.MustCompile(`<dt><code>([A-Z]+) ([^<]+)</code></dt>`)
)

// TestDocs: the page about the API lists every route, in both languages alike, without a
// script or file from elsewhere, and what stands in its examples works here.
func TestDocs(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	c, err := s.contract()
	if err != nil {
		t.Fatal(err)
	}
	var before []string
	for _, lang := range []string{"uk", "en"} {
		resp, page := s.get("/api/docs?lang=" + lang)
		if resp.StatusCode != http.StatusOK || !strings.Contains(page, `<html lang="`+lang+`">`) {
			t.Fatalf("%s: %d", lang, resp.StatusCode)
		}
		for _, from := range regexp.MustCompile(`(?:src|href)="(https?:[^"]+)"`).FindAllStringSubmatch(page, -1) {
			t.Errorf("%s: something from elsewhere: %s", lang, from[1])
		}
		urls := 0
		for _, block := range exampleBlock.FindAllStringSubmatch(page, -1) {
			for _, url := range exampleURL.FindAllString(html.UnescapeString(block[1]), -1) {
				path, ours := strings.CutPrefix(url, s.base)
				if resp, body := s.get(path); !ours || resp.StatusCode != http.StatusOK {
					t.Errorf("%s: the example %s: %d %.200s", lang, url, resp.StatusCode, body)
				}
				urls++
			}
		}
		if urls < 8 {
			t.Errorf("%s: %d addresses in examples", lang, urls)
		}
		var listed []string
		for _, m := range listedRoute.FindAllStringSubmatch(page, -1) {
			listed = append(listed, m[1]+" "+strings.TrimPrefix(m[2], "/api"))
		}
		for path, item := range c.doc.Paths.Map() {
			if rest, ok := strings.CutPrefix(path, "/collections/"); ok {
				_, tail, _ := strings.Cut(rest, "/")
				path = strings.TrimSuffix("/collections/{c}/"+tail, "/")
			}
			for method := range item.Operations() {
				if name := method + " " + strings.TrimSuffix(path, "/"); !slices.Contains(listed, name) {
					t.Errorf("%s: %s is not listed", lang, name)
				}
			}
		}
		if before != nil && !slices.Equal(before, listed) {
			t.Errorf("%s lists other routes: %v", lang, listed)
		}
		before = listed
	}
}
