package curfew

import (
	"slices"
	"strings"
	"time"
)

// Ruling is a time of one verdict, From included, To excluded.
type Ruling struct {
	From, To time.Time
	Verdict  Verdict
	Carry    []string // documents to carry, where a yes rests on an exemption
}

// Rulings divides the time from a.From, included, up to a.To, excluded, into the
// longest runs of one verdict and the same documents, in order and without gaps: what
// [Book.Verdict] answers at each instant. The verdict for a walk (of at most 31 days)
// is the worst of the rulings that it meets, its last instant included.
func (b *Book) Rulings(a Ask) []Ruling {
	lines := b.linesOf(&a)
	var out []Ruling
	for t := a.From; t.Before(a.To); {
		answer := Answer{Verdict: Allowed}
		verdict, next := Unconfirmed, a.To
		if len(lines) > 0 {
			verdict, next = a.worst(lines, t, &answer)
		}
		next = earlier(next, a.To)
		if n := len(out) - 1; n >= 0 && out[n].Verdict == verdict && slices.Equal(out[n].Carry, answer.Carry) {
			out[n].To = next
		} else {
			out = append(out, Ruling{t, next, verdict, answer.Carry})
		}
		t = next
	}
	return out
}

// Areas lists a place and, in order, the areas inside it that rules of their own
// name: every place inside is ruled like the one of them with the longest prefix of its
// code.
func (b *Book) Areas(place string) []string {
	out := []string{place}
	for area := range b.lines {
		if area != place && strings.HasPrefix(area, place) {
			out = append(out, area)
		}
	}
	slices.Sort(out[1:])
	return out
}
