package site

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/feed"
	"example.org/teplo/internal/places"
)

// Limits of a plain text answer (CONTRACT §2).
const (
	textBytes = 600
	textNames = 5
)

// handleText answers with plain text of at most 600 bytes, always with 200: for
// gateways and the worst phone.
func (s *Site) handleText(c *fiber.Ctx) error {
	r := s.begin(c)
	query := []rune(c.Query("q"))
	a, text := s.namedPlace(r, string(query[:min(len(query), maxQueryRunes)]))
	if text == "" {
		text = strings.Join(feed.Digest(r.snap, &a, r.now, r.cat.Lang), "\n")
	}
	c.Set(fiber.HeaderContentType, "text/plain; charset=utf-8")
	s.keep(r)
	return c.SendString(cutBytes(text, textBytes))
}

// namedPlace finds the one place of a name, or a sentence with the names that it
// might be.
func (s *Site) namedPlace(r *request, q string) (places.Area, string) {
	if a, ok := r.snap.Book.Area(q); ok {
		return a, ""
	}
	if a, ok := r.snap.Book.Resolve(q, "", places.LevelSettlement); ok {
		return a, ""
	}
	found := r.snap.Book.Search(q, nil, textNames)
	switch {
	case len(found) == 0:
		return places.Area{}, r.cat.t("not_found_place")
	case len(found) == 1:
		return found[0], ""
	}
	lines := []string{r.cat.t("which_place")}
	for _, a := range found {
		lines = append(lines, r.cat.choose(a.NameUK, a.NameEN)+", "+s.parents(r, a.Parent))
	}
	return places.Area{}, strings.Join(lines, "\n")
}

// cutBytes cuts a text to a number of bytes, at a character.
func cutBytes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
