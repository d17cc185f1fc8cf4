package site

import (
	"regexp"
	"strings"
)

// osmWord is a word of the opening_hours syntax, or a comment in quotes.
var osmWord = regexp.MustCompile(`"[^"]*"|24/7|[A-Za-z]+`)

// hours says OSM opening hours in words, for people who do not know what Mo-Fr or PH
// are. The order of the syntax is that of speech; only words change.
func (c *catalogue) hours(osm string) string {
	said := osmWord.ReplaceAllStringFunc(osm, func(word string) string {
		if word[0] == '"' {
			return "(" + strings.Trim(word, `"`) + ")"
		}
		if text, ok := c.Words["oh_"+strings.ToLower(strings.ReplaceAll(word, "/", ""))]; ok {
			return text
		}
		return word
	})
	return strings.ReplaceAll(said, "-", "–")
}
