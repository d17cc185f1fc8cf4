package filter

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb"
)

// like is a LIKE pattern.
type like struct {
	a       operand
	pattern *pattern
}

func (n *like) eval(values []Value, _ orb.Geometry) truth {
	v := n.a.value(values)
	if v.Null() {
		return unknown
	}
	return truthOf(n.pattern.match(reader{rest: v.text, fold: n.a.fold}))
}

// pattern is an automaton whose states are bits: bit i is on where what was read so far
// fits the first i characters of the pattern, % not counted. All states go on at once,
// so that the steps are those of the text, whatever the pattern.
type pattern struct {
	length int
	stay   bits           // bit i: % stands before character i
	any    bits           // bit i: character i is _
	takes  map[rune]*bits // bit i: character i is this one, or _
}

// bits have room for a pattern of MaxPattern characters.
type bits [(MaxPattern + 1) / 64]uint64

func (b *bits) set(i int) { b[i/64] |= 1 << (i % 64) }

// patternOf reads a pattern: after \ any character is plain. With fold, CASEI, the
// plain ones are folded, which may make several of one.
func patternOf(text string, fold bool) (*pattern, error) {
	p := &pattern{takes: map[rune]*bits{}}
	escaped, fits := false, true
	for _, c := range text {
		switch {
		case escaped || c != '\\' && c != '%' && c != '_':
			escaped = false
			in := reader{rest: string(c), fold: fold}
			for plain, ok := in.next(); ok; plain, ok = in.next() {
				if p.takes[plain] == nil {
					p.takes[plain] = &bits{}
				}
				fits = fits && p.add(p.takes[plain])
			}
		case c == '\\':
			escaped = true
		case c == '%':
			p.stay.set(p.length)
		default:
			fits = fits && p.add(&p.any)
		}
	}
	if !fits {
		return nil, fmt.Errorf("the pattern is longer than %d characters", MaxPattern)
	}
	if escaped {
		return nil, errors.New(`the pattern ends with its escape character \`)
	}
	for _, b := range p.takes {
		for i := range b {
			b[i] |= p.any[i]
		}
	}
	return p, nil
}

// add makes the next character one that these bits are of.
func (p *pattern) add(to *bits) bool {
	if p.length == MaxPattern {
		return false
	}
	to.set(p.length)
	p.length++
	return true
}

// match reads the text once.
func (p *pattern) match(in reader) bool {
	on := bits{1}
	words := p.length/64 + 1
	for c, ok := in.next(); ok; c, ok = in.next() {
		takes := p.takes[c]
		if takes == nil {
			takes = &p.any
		}
		var carry, alive uint64
		for i := range on[:words] {
			taken := on[i] & takes[i]
			on[i] = taken<<1 | carry | on[i]&p.stay[i]
			carry = taken >> 63
			alive |= on[i]
		}
		if alive == 0 {
			return false
		}
	}
	return on[p.length/64]>>(p.length%64)&1 == 1
}
