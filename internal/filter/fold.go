package filter

import (
	"cmp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

// reader gives the characters of a text one by one, folded if asked to, and needs no
// memory for it. A copy goes on from where the original was.
type reader struct {
	rest string
	left string // what the folding of the last character has left over
	fold bool
}

func (r *reader) next() (rune, bool) {
	if r.left != "" {
		c, size := utf8.DecodeRuneInString(r.left)
		r.left = r.left[size:]
		return c, true
	}
	if r.rest == "" {
		return 0, false
	}
	c, size := utf8.DecodeRuneInString(r.rest)
	r.rest = r.rest[size:]
	switch {
	case !r.fold:
	case c < utf8.RuneSelf:
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
	default:
		if to := foldings()[c]; to != "" {
			c, size = utf8.DecodeRuneInString(to)
			r.left = to[size:]
		}
	}
	return c, true
}

// foldings holds Unicode's full case folding (ß is ss) of each character outside ASCII
// that it changes. All of them have case, or are like letters that have.
var foldings = sync.OnceValue(func() map[rune]string {
	to := make(map[rune]string, 1600)
	caser := cases.Fold()
	for _, table := range []*unicode.RangeTable{
		unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Uppercase, unicode.Other_Lowercase,
	} {
		each(table, func(c rune) {
			if folded := caser.String(string(c)); folded != string(c) {
				to[c] = folded
			}
		})
	}
	return to
})

// each calls do with every character of a table.
func each(table *unicode.RangeTable, do func(rune)) {
	for _, r := range table.R16 {
		for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
			do(c)
		}
	}
	for _, r := range table.R32 {
		for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
			do(c)
		}
	}
}

// orderFolded compares by code point after folding.
func orderFolded(a, b reader) int {
	for {
		x, more := a.next()
		y, too := b.next()
		if !more || !too {
			return cmp.Compare(int(truthOf(more)), int(truthOf(too)))
		}
		if x != y {
			return cmp.Compare(x, y)
		}
	}
}

// folded folds a whole text.
func folded(text string) string {
	var out strings.Builder
	for in := (reader{rest: text, fold: true}); ; {
		c, ok := in.next()
		if !ok {
			return out.String()
		}
		out.WriteRune(c)
	}
}
