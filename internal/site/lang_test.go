package site

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/teplo/web"
)

// catalogues loads both.
func catalogues(t *testing.T) (uk, en *catalogue) {
	t.Helper()
	uk, err := loadCatalogue(web.Files, "uk")
	if err != nil {
		t.Fatal(err)
	}
	if en, err = loadCatalogue(web.Files, "en"); err != nil {
		t.Fatal(err)
	}
	return uk, en
}

var (
	placeholder = regexp.MustCompile(`\{[a-z]+\}`)
	cyrillic    = regexp.MustCompile(`\p{Cyrillic}`)
)

// TestCatalogues: the same keys, the same placeholders, no Cyrillic in English.
func TestCatalogues(t *testing.T) {
	uk, en := catalogues(t)
	for key, text := range uk.Words {
		other, ok := en.Words[key]
		a, b := placeholder.FindAllString(text, -1), placeholder.FindAllString(other, -1)
		slices.Sort(a)
		slices.Sort(b)
		switch {
		case !ok || text == "" || other == "":
			t.Errorf("%s stands in one catalogue only, or is empty", key)
		case !slices.Equal(a, b):
			t.Errorf("%s: placeholders %v and %v", key, a, b)
		case cyrillic.MatchString(other):
			t.Errorf("%s: Cyrillic in English: %s", key, other)
		}
	}
	if len(en.Words) != len(uk.Words) || len(uk.Months) != 12 || len(en.Months) != 12 {
		t.Errorf("%d and %d words", len(uk.Words), len(en.Words))
	}
	for key := range uk.Plurals {
		if len(uk.Plurals[key]) != 4 || len(en.Plurals[key]) != 2 {
			t.Errorf("plural %s: %d and %d forms", key, len(uk.Plurals[key]), len(en.Plurals[key]))
		}
	}
}

// TestTemplatesSayNothingThemselves: every word comes from the catalogues, and
// every key that templates ask for is there.
func TestTemplates(t *testing.T) {
	uk, _ := catalogues(t)
	files, err := fs.Glob(web.Files, "templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	asked := regexp.MustCompile(`\{\{t "([a-z0-9_]+)"\}\}`)
	for _, name := range files {
		b, err := fs.ReadFile(web.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		if cyrillic.Match(b) {
			t.Errorf("%s holds words of its own", name)
		}
		for _, m := range asked.FindAllStringSubmatch(string(b), -1) {
			if _, ok := uk.Words[m[1]]; !ok {
				t.Errorf("%s asks for %q", name, m[1])
			}
		}
		if strings.Contains(string(b), "style=") || strings.Contains(string(b), "onclick") {
			t.Errorf("%s: the CSP forbids inline style and handlers", name)
		}
	}
}

func TestPlurals(t *testing.T) {
	uk, en := catalogues(t)
	for n, want := range map[int]string{
		0: "0 пунктів", 1: "1 пункт", 2: "2 пункти", 4: "4 пункти", 5: "5 пунктів", 11: "11 пунктів", 12: "12 пунктів", 14: "14 пунктів",
		21: "21 пункт", 22: "22 пункти", 111: "111 пунктів", 1001: "1001 пункт",
	} {
		if got := uk.n("hubs", n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
	if got := en.n("hubs", 1) + en.n("hubs", 2); got != "1 hub2 hubs" {
		t.Errorf("English: %q", got)
	}
}

func TestAge(t *testing.T) {
	uk, en := catalogues(t)
	s := &Site{zone: time.FixedZone("", 2*3600)}
	now := time.Date(2026, 1, 15, 20, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		30 * time.Second: "just now", 90 * time.Second: "1 min ago", 3 * time.Hour: "3 h ago", 50 * time.Hour: "2 days ago", 100 * 24 * time.Hour: "7 October 2025",
	} {
		if got := s.age(en, now.Add(-d), now); got.Words != want || !got.Known {
			t.Errorf("%v: got %q, want %q", d, got.Words, want)
		}
	}
	if got := s.age(uk, now.Add(-2*24*time.Hour), now).Words; got != "2 дні тому" {
		t.Errorf("got %q", got)
	}
	if s.age(uk, time.Time{}, now).Known {
		t.Error("an unknown time has an age")
	}
}

// TestEveryAmenityHasWords: what the API can say, pages can say.
func TestEveryAmenityHasWords(t *testing.T) {
	uk, _ := catalogues(t)
	for key := range maps.Keys(uk.Words) {
		if uk.t(key) == key {
			t.Errorf("%s has no words", key)
		}
	}
	if got := uk.distance(1234) + uk.distance(56); got != "1,2 км60 м" {
		t.Errorf("distances: %q", got)
	}
	if webURL("javascript:alert(1)") != "" || webURL("https://example.org") == "" {
		t.Error("links: only web addresses")
	}
}
