package filter

import (
	"errors"

	"github.com/paulmach/orb"
)

// like is a LIKE pattern.
type like struct {
	a       operand
	pattern pattern
}

func (n *like) eval(values []Value, _ orb.Geometry) truth {
	v := n.a.value(values)
	if v.Null() {
		return unknown
	}
	return truthOf(n.pattern.match(reader{rest: v.text, fold: n.a.fold}))
}

// pattern is a pattern of LIKE, a character a glyph.
type pattern []glyph

type glyph struct {
	char rune
	any  bool // %: no, one or several characters
	one  bool // _: one character
}

// patternOf reads a pattern: after \ any character is plain. With fold, CASEI, the
// plain ones are folded.
func patternOf(text string, fold bool) (pattern, error) {
	var p pattern
	escaped := false
	for _, c := range text {
		switch {
		case escaped || c != '\\' && c != '%' && c != '_':
			escaped = false
			// A reader of its own for each: folding does not depend on the neighbours.
			for in := (reader{rest: string(c), fold: fold}); ; {
				folded, ok := in.next()
				if !ok {
					break
				}
				p = append(p, glyph{char: folded})
			}
		case c == '\\':
			escaped = true
		case c == '_':
			p = append(p, glyph{one: true})
		case len(p) == 0 || !p[len(p)-1].any:
			p = append(p, glyph{any: true})
		}
	}
	if escaped {
		return nil, errors.New(`the pattern ends with its escape character \`)
	}
	return p, nil
}

// match goes back to the last % alone: what those before it took need not change. So
// the steps are at most the length of the text times that of the pattern.
func (p pattern) match(in reader) bool {
	i, last := 0, -1
	var taken reader // what the last % has left over
	for {
		if i < len(p) && p[i].any {
			last, taken = i, in
			i++
			continue
		}
		c, ok := in.next()
		switch {
		case !ok:
			return i == len(p)
		case i < len(p) && (p[i].one || p[i].char == c):
			i++
		case last < 0:
			return false
		default:
			taken.next()
			in, i = taken, last+1
		}
	}
}
