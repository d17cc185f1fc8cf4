package site

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Short links stand on paper, so they must mean the same for ever. They are derived
// and not stored, so that every node and every restored copy knows them:
//
//   - a place is the serial number of its KATOTTG code, five digits. No other area
//     has it, so new areas do not change it, as they would change the shortest prefix
//     of a hash. Digits are easy to copy from a sheet.
//   - a hub is the first 40 bits of its id, which is a hash of its source and
//     reference: eight letters of Crockford's base 32, where I, L and O are read as 1
//     and 0. Of 10,000 hubs two share them once in some 20,000 countries; then the
//     link shows both and guesses nothing.
//
// The lengths tell both apart, and 8 is the most that CONTRACT §2 allows.
const (
	hubShortLen = 8
	hubIDPrefix = "hub-"

	idLetters    = "0123456789abcdefghijklmnopqrstuv" // base32hex, as ids are written
	shortLetters = "0123456789abcdefghjkmnpqrstvwxyz"
)

// shortOfHub returns the short form of a hub's id.
func shortOfHub(id string) string {
	return mapLetters(id[len(hubIDPrefix):][:hubShortLen], idLetters, shortLetters)
}

// mapLetters writes a text in another alphabet; what is not in the first is a blank,
// which no id has.
func mapLetters(text, from, to string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(from, r); i >= 0 {
			return rune(to[i])
		}
		return ' '
	}, text)
}

// misread are letters that people take for digits.
var misread = strings.NewReplacer("i", "1", "l", "1", "o", "0")

type choicePage struct {
	page
	Choices []areaRow // Code is the path
}

// handleShort leads from a short link to its page. Hubs are looked up among the
// public ones alone: one that is withheld looks like one that never was.
func (s *Site) handleShort(c *fiber.Ctx) error {
	r := s.begin(c)
	var found []areaRow
	short := c.Params("short")
	for _, a := range r.snap.Book.WithSerial(short) {
		found = append(found, areaRow{Code: "/place/" + a.Code, Name: r.cat.choose(a.NameUK, a.NameEN), In: s.parents(r, a.Parent)})
	}
	for _, f := range hubsOfShort(r.snap.Layer(report.Hubs), short) {
		found = append(found, areaRow{Code: "/hubs/" + f.ID, Name: f.Facts.Name, In: s.parents(r, f.Facts.AreaCode)})
	}
	switch len(found) {
	case 0:
		return s.missing(c)
	case 1:
		target := found[0].Code
		if c.Query("lang") == r.cat.Lang {
			target = r.cat.link(target)
		}
		c.Set(fiber.HeaderCacheControl, "no-cache") // a hub may be gone with the next reply
		return c.Redirect(target, fiber.StatusFound)
	}
	return s.render(r, fiber.StatusMultipleChoices, "choice.html", choicePage{s.page(r, r.cat.t("choice_title")), found})
}

// hubsOfShort finds the hubs of a short form: a range of ids.
func hubsOfShort(hubs *view.Layer, short string) []*view.Feature {
	if len(short) != hubShortLen {
		return nil
	}
	prefix := hubIDPrefix + mapLetters(misread.Replace(strings.ToLower(short)), shortLetters, idLetters)
	const most = 10
	var out []*view.Feature
	for _, f := range hubs.Find(view.Query{After: prefix, Limit: most}).Features {
		if strings.HasPrefix(f.ID, prefix) {
			out = append(out, f)
		}
	}
	return out
}
