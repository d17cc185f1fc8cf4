package feed_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"example.org/teplo/internal/feed"
)

func TestSMS(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		parts      int
	}{
		{"nothing", "", 0},
		{"a word", "Київ", 1},
		{"Latin fits 160", strings.Repeat("word ", 32), 1},
		{"Latin over 160", strings.Repeat("word ", 33), 2},
		{"Cyrillic fits 70", strings.Repeat("слово ", 11), 1},
		{"Cyrillic over 70", strings.Repeat("слово ", 24), 3},
		{"no blank", strings.Repeat("я", 150), 3},
		{"pairs of surrogates", strings.Repeat("😀", 40), 2},
		{"one Cyrillic letter shortens all", strings.Repeat("word ", 16) + "я", 2},
	} {
		parts := feed.SMS(tc.text)
		if len(parts) != tc.parts {
			t.Errorf("%s: got %d parts %q, want %d", tc.name, len(parts), parts, tc.parts)
		}
		if got, want := strings.Join(parts, ""), strings.Join(strings.Fields(tc.text), ""); strings.ReplaceAll(got, " ", "") != want {
			t.Errorf("%s: letters are lost: %q", tc.name, parts)
		}
	}
}

func FuzzSMS(f *testing.F) {
	f.Add("Київ: комендантська година до 05:00.")
	f.Fuzz(func(t *testing.T, text string) {
		for _, part := range feed.SMS(text) {
			if n := len(utf16.Encode([]rune(part))); n == 0 || n > 160 {
				t.Errorf("%q: a part of %d units", text, n)
			}
		}
	})
}
