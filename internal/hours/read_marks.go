package hours

import (
	"strconv"
	"strings"
	"unicode"
)

// marks reads the words and signs of a notice; what the vocabulary does not have
// becomes a mark that fits nowhere. The flag tells whether there are English words,
// beside am and pm.
func marks(text string) (out []mark, english bool) {
	words := words(sentence(text))
	for len(words) > 0 {
		if m, n := clockOf(words); n > 0 {
			out, words = append(out, mark{kind: markClock, clock: m}), words[n:]
			continue
		}
		m, n := phrase(words)
		english = english || words[0][0] >= 'a' && words[0][0] <= 'z'
		var before markKind
		if len(out) > 0 {
			before = out[len(out)-1].kind
		}
		switch w := words[0]; {
		case w == "." && before == markUnit: // "год."
		case (w == ":" || w == "." || w == "\n") && before == markDays:
			out = append(out, mark{kind: markSoft})
		case w == "\n" && before == markSoft, w == ":" && before == markOpening:
		case w == "." || w == "\n":
			out = append(out, mark{kind: markSeparator})
		default:
			out = append(out, m)
		}
		words = words[n:]
	}
	return withoutUnits(out), english
}

// withoutUnits drops the word hours where it follows a time of day.
func withoutUnits(marks []mark) []mark {
	out := marks[:0]
	for _, m := range marks {
		if m.kind == markUnit && len(out) > 0 && out[len(out)-1].kind == markClock {
			continue
		}
		out = append(out, m)
	}
	return out
}

// words divides a text into words, numbers and single signs, without apostrophes and
// spaces, in lower case; the end of a line is a sign.
func words(text string) []string {
	// Letters and digits part by themselves: "10am", "24h".
	class := func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return '0'
		case unicode.IsLetter(r), unicode.Is(unicode.Mn, r):
			return 'a'
		}
		return r
	}
	var out []string
	last := rune(0)
	for _, r := range strings.ToLower(text) {
		c := class(r)
		switch {
		case strings.ContainsRune("'’ʼ`", r):
			continue
		case r == '\n':
			out = append(out, "\n")
		case unicode.IsSpace(r):
		case c == last && (c == '0' || c == 'a'):
			out[len(out)-1] += string(r)
		default:
			out = append(out, string(r))
		}
		last = c
	}
	return out
}

// phrase looks the first words up, as many of them as the vocabulary knows together.
func phrase(words []string) (m mark, n int) {
	for n := min(longestPhrase, len(words)); n > 0; n-- {
		if m, ok := vocabulary[strings.Join(words[:n], " ")]; ok {
			return m, n
		}
	}
	return mark{kind: markOther}, 1
}

// clockOf reads a time of day: "8", "8:00", "8.30 pm", "noon"; n is how many words it
// takes, 0 if there is none.
func clockOf(words []string) (c clockMark, n int) {
	switch words[0] {
	case "noon", "midday":
		return clockMark{hour: 12, half: noon}, 1
	case "midnight":
		return clockMark{hour: 12, half: midnight}, 1
	}
	// "24/7" and "24 hours" are no time of day.
	if m, _ := phrase(words); !isNumber(words[0]) || m.kind != markOther {
		return c, 0
	}
	c.hour, _ = strconv.Atoi(words[0])
	c.padded = len(words[0]) == 2
	n = 1
	if len(words) > 2 && (words[1] == ":" || words[1] == ".") && isNumber(words[2]) && len(words[2]) == 2 {
		c.minute, _ = strconv.Atoi(words[2])
		c.minutes, c.dotted = true, words[1] == "."
		n = 3
	}
	h, taken := halfOf(words[n:])
	c.half = h
	return c, n + taken
}

// isNumber tells whether a word is digits; of numbers too high for a clock certain
// makes nothing.
func isNumber(word string) bool { return word[0] >= '0' && word[0] <= '9' }

// halfOf reads what makes a number a time before or after noon.
func halfOf(words []string) (h half, n int) {
	if len(words) == 0 {
		return noHalf, 0
	}
	switch words[0] {
	case "am":
		return am, 1
	case "pm":
		return pm, 1
	case "noon", "midday":
		return noon, 1
	case "midnight":
		return midnight, 1
	}
	// "a.m."; its last dot is often left out.
	dotted := len(words) > 2 && words[1] == "." && words[2] == "m"
	if !dotted || words[0] != "a" && words[0] != "p" {
		return noHalf, 0
	}
	h, n = am, 3
	if words[0] == "p" {
		h = pm
	}
	if len(words) > 3 && words[3] == "." {
		n = 4
	}
	return h, n
}
