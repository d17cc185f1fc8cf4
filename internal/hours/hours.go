// Package hours reads opening hours: the subset of the OSM key opening_hours that
// warm hubs use (Parse), and the notices from which such a value can be told for
// certain (Read). It says whether a place is open at an instant, and when that
// changes next.
//
// What is read. Rules stand in the order dates, days, times, modifier, comment.
// Dates: Nov-Mar, Dec 24-Jan 06, Dec 24,25, 2026 Jan 15, 2025 Nov 01-2026 Mar 31,
// 2026 Jan-Mar. Days: Mo-Fr, Fr-Mo, Sa,Su and PH (public holidays of Ukraine).
// Times: 08:00-12:00,13:00-17:00, 22:00-02:00, 20:00-26:00, 24/7; without times a
// rule lasts all day. Modifiers: open, closed, off, unknown. A comment without
// modifier means unknown. Everything else is an error, never a guess; so is what is
// written in the syntax and yet read in two ways, such as a rule after ";" that
// names no day.
//
// What it means. A rule after ";" that opens, or is unknown, takes the place of all
// that earlier rules say of a day that it selects, with what they bring into that
// day from the evening before. A rule after ",", or one that closes, is laid over
// them. So npm opening_hours 3.15.0 reads the specification
// (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification); the tests
// compare with it and name where it is not followed.
//
// Days begin at local midnight; package wallclock says which instants a wall time
// means where the clock changes.
package hours

import (
	"time"

	"example.org/teplo/internal/wallclock"
)

// State is what the hours say of an instant.
type State uint8

// The zero State is Closed. Unknown is said by the value itself (unknown, or a
// comment alone), or comes of a public holiday of a year that is not known.
const (
	Closed State = iota
	Open
	Unknown
)

// String returns the modifier of the syntax: off, open or unknown.
func (s State) String() string {
	switch s {
	case Closed:
		return "off"
	case Open:
		return "open"
	}
	return "unknown"
}

// Hours is a parsed value. It does not change and is safe for concurrent use; the
// zero Hours is always closed.
type Hours struct {
	rules    []rule
	holidays bool // some rule names PH
}

// minutesPerDay is also the end of a span that lasts until midnight.
const minutesPerDay = 24 * 60

// rule is one rule of the value; its fields are ANDed, the items of each are ORed.
type rule struct {
	additional bool // after ",": laid over the rules before it
	dates      []dateSpan
	days       weekdays
	spans      []span
	state      State
	comment    string
}

// span is in minutes after midnight; to is at most a day after from.
type span struct{ from, to int }

var wholeDay = span{0, minutesPerDay}

// weekdays are the days that a rule names; none means all.
type weekdays struct {
	week     uint8 // a bit for each time.Weekday
	holidays bool
}

func (w weekdays) any() bool { return w.week != 0 || w.holidays }

// selects tells whether the rule applies to a day.
func (r *rule) selects(day wallclock.Day, holiday bool) bool {
	if r.days.any() && r.days.week&(1<<day.Weekday()) == 0 && !(r.days.holidays && holiday) {
		return false
	}
	if len(r.dates) == 0 {
		return true
	}
	year, month, dayOfMonth := day.Date()
	for _, d := range r.dates {
		if d.contains(date{year, month, dayOfMonth}) {
			return true
		}
	}
	return false
}

// date is a day of one year, or of every year (year 0).
type date struct {
	year  int
	month time.Month
	day   int
}

// key orders dates.
func (d date) key() int { return d.year<<9 | int(d.month)<<5 | d.day }

// dateSpan holds both its ends. Without years it may run over New Year. Spans of
// months go from day 0 to day 31.
type dateSpan struct {
	from, to date
	months   bool
}

// contains takes a date with its year.
func (s dateSpan) contains(d date) bool {
	if s.from.year == 0 {
		d.year = 0
	}
	from, to, key := s.from.key(), s.to.key(), d.key()
	if from <= to {
		return from <= key && key <= to
	}
	return from <= key || key <= to
}
