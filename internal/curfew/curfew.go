// Package curfew decides from rules whether a curfew is in force at a place and an
// instant, until when, when the next one starts, which rules say so, and whether a
// person may go all the same (CONTRACT §3.2 "Curfew rules, read.").
//
// A place is the prefix of its code: "" the country, "UA80", "UA1208", ...; a rule
// covers the places that begin with its own prefix and with none that it excepts.
// Nothing else is known of areas: a rule for a part of a place does not count there.
//
// Of the rules that cover a place and are valid at an instant those of the highest
// rank decide: exceptional ones over the rest, a smaller area over a larger one, a
// later order over an earlier one. What is missing, incomplete, contradicted or of
// an uncertain area makes the answer unknown, and unknown is never leave to go.
//
// Whatever only ages (an earlier Confirmed) or takes an exemption away never turns
// a verdict into yes. So the hours that an exemption restates cannot say that no
// curfew is in force, and never doubt what other rules decide.
//
// Everything is pure: no clock is read, and a [Book] is immutable and safe for
// concurrent use.
package curfew

import (
	"slices"
	"strings"
	"time"
)

// Book is a set of rules, laid out by place and time.
type Book struct {
	lines   map[string]timeline // by area; each has what it inherits
	lengths []int               // of the areas' prefixes, the longest first
}

// forever stands for the end of what has none.
var forever = time.Unix(1<<60, 0)

// New makes a book. The rules are copied, but not the slices in them, which must
// not change later. The order of the rules does not matter as long as their ids
// differ; a nil zone is UTC, empty members of Except are ignored.
func New(rules []Rule) *Book {
	own := slices.Clone(rules)
	ranked := make([]*Rule, len(own))
	areas := []string{""}
	for i := range own {
		if own[i].Zone == nil {
			own[i].Zone = time.UTC
		}
		ranked[i] = &own[i]
		areas = append(append(areas, own[i].Area), own[i].Except...)
	}
	slices.SortStableFunc(ranked, byRank)
	slices.Sort(areas)
	areas = slices.Compact(areas)

	baseless := baselessOf(ranked)
	b := &Book{lines: make(map[string]timeline, len(areas))}
	for _, area := range areas {
		b.lines[area] = lay(covering(ranked, area), baseless)
		b.lengths = append(b.lengths, len(area))
	}
	slices.Sort(b.lengths)
	slices.Reverse(b.lengths)
	b.lengths = slices.Compact(b.lengths)
	return b
}

// line finds what is laid out for the smallest known area that holds the place.
// The same rules cover both: where one begins or ends to cover is an area too.
func (b *Book) line(place string) timeline {
	for _, n := range b.lengths {
		if n <= len(place) {
			if l, ok := b.lines[place[:n]]; ok {
				return l
			}
		}
	}
	return nil
}

// covering keeps the rules that cover a place, in their order.
func covering(rules []*Rule, place string) []*Rule {
	var out []*Rule
	for _, r := range rules {
		excepted := slices.ContainsFunc(r.Except, func(e string) bool { return e != "" && strings.HasPrefix(place, e) })
		if strings.HasPrefix(place, r.Area) && !excepted {
			out = append(out, r)
		}
	}
	return out
}
