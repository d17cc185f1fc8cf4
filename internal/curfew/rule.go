package curfew

import (
	"cmp"
	"strings"
	"time"

	"example.org/teplo/internal/wallclock"
)

// Kind says what a rule does. Any other word than these answers unknown.
type Kind string

// The kinds of CONTRACT §3.1.
const (
	Baseline    Kind = "baseline"    // the usual hours
	Extension   Kind = "extension"   // longer hours
	Easing      Kind = "easing"      // shorter hours
	Exceptional Kind = "exceptional" // a night or a few days: replaces lower rules while it is valid, outside of its hours too
	Exemption   Kind = "exemption"   // who may go although a curfew is in force
	Cancelled   Kind = "cancelled"   // voids other rules, sets no hours
	None        Kind = "none"        // no curfew
)

// Rule is one curfew rule of one area.
type Rule struct {
	ID         string
	Area       string         // prefix of the codes it covers; "" the country
	Except     []string       // prefixes inside Area that it does not cover
	Unresolved bool           // where in Area it applies is not certain: it decides nothing
	Kind       Kind           //
	Start, End int            // hours of each night, minutes after local midnight, 0..1439; an End not after Start is the next day's; -1 (or any other number): none
	Zone       *time.Location // of Start and End
	From, To   time.Time      // valid from From, included, to To, excluded; zero: open
	Exemptions []string       // words of CONTRACT §3.1: hub_access, go_home, shelter, on_foot, ...
	Documents  []string       // to carry when an exemption is used
	Ordered    time.Time      // what "later order" compares: date of the order, else From, else the source's date
	Confirmed  time.Time      // when it was last known to hold; zero: never
}

// State tells whether a curfew is in force.
type State string

// The states of CONTRACT §3.1 in_force.
const (
	Yes     State = "yes"
	No      State = "no"
	Unknown State = "unknown"
)

// byRank puts the higher rank first; ids make the order whole.
func byRank(a, b *Rule) int {
	return cmp.Or(
		compareRank(a, b),
		strings.Compare(a.Area, b.Area),
		strings.Compare(a.ID, b.ID),
	)
}

// compareRank is negative where a outranks b. Of areas that hold one place the
// longer prefix is the smaller area.
func compareRank(a, b *Rule) int {
	class := func(r *Rule) int {
		if r.Kind == Exceptional {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(class(b), class(a)),
		cmp.Compare(len(b.Area), len(a.Area)),
		b.Ordered.Compare(a.Ordered),
	)
}

// hours tells whether the rule has hours; whole is false where one end is missing.
func (r *Rule) hours() (nightly, whole bool) {
	const lastMinute = 24*60 - 1
	start := 0 <= r.Start && r.Start <= lastMinute
	end := 0 <= r.End && r.End <= lastMinute
	return start && end, start == end
}

// sameHours reports whether both have hours, and the same.
func (r *Rule) sameHours(o *Rule) bool {
	a, _ := r.hours()
	b, _ := o.hours()
	return a && b && r.Start == o.Start && r.End == o.End && (r.Zone == o.Zone || r.Zone.String() == o.Zone.String())
}

// end is To, or [forever].
func (r *Rule) end() time.Time {
	if r.To.IsZero() {
		return forever
	}
	return r.To
}

func (r *Rule) validAt(t time.Time) bool { return !t.Before(r.From) && t.Before(r.end()) }

// answer says what the rule by itself says at an instant of its validity, and up
// to when it surely does. A rule without hours is in force all the time, so the
// continuous block of Kyiv from 15 to 17 March 2022; one with half of its hours is
// unknown all the time.
func (r *Rule) answer(t time.Time) (State, time.Time) {
	switch r.Kind {
	case None:
		return No, forever
	case Baseline, Extension, Easing, Exceptional, Exemption:
	default:
		return Unknown, forever
	}
	nightly, whole := r.hours()
	switch {
	case !whole:
		return Unknown, forever
	case !nightly:
		return Yes, forever
	}
	return r.night(t)
}

// night answers by the hours alone. The night of the day before may still last;
// that of a day may be empty (wholly inside the hour that summer time skips).
func (r *Rule) night(t time.Time) (State, time.Time) {
	const perDay = 24 * 60
	end := r.End
	if end <= r.Start {
		end += perDay
	}
	day := wallclock.DayOf(t, r.Zone)
	first := day
	if end > perDay {
		first--
	}
	for d := first; d <= day+2; d++ {
		from, to, ok := d.Span(r.Start, end, r.Zone)
		switch {
		case !ok || !t.Before(to):
		case t.Before(from):
			return No, from
		default:
			return Yes, to
		}
	}
	return No, (day + 2).At(0, r.Zone)
}
