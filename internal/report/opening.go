package report

import (
	"time"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/hours"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/wallclock"
)

// openingHorizon is how far ahead openings and closings are told (CONTRACT §3.2).
const openingHorizon = 31 * 24 * time.Hour

// Opening says when a hub takes people in: the plan (hours, availability and what
// its hours mean during a curfew), and over it the last word of an operator, an
// official source, a moderator or a volunteer (CONTRACT §3.2). Freshness and
// anonymous words do not change it. It is immutable and safe for concurrent use.
type Opening struct {
	hours    *hours.Hours // nil: not known
	fixed    string       // availability alone decides: no, or unknown; else empty
	inCurfew string       // open_in_curfew
	curfews  *curfew.Book
	place    string // prefix of the hub's code
	zone     *time.Location

	word                string    // open or closed; empty: none
	said, spent, expiry time.Time // when it was seen, when the plan ends it, when it is too old
}

// NewOpening reads what a hub's feature says. The zone is that of its hours.
func NewOpening(f *Feature, curfews *curfew.Book, p *Policy, zone *time.Location) *Opening {
	hub, _ := f.Facts.(Hub)
	o := &Opening{inCurfew: hub.OpenInCurfew, curfews: curfews, place: places.Prefix(f.AreaCode), zone: zone}
	if h, err := hours.Parse(hub.OpeningHours); err == nil && hub.OpeningHours != "" {
		o.hours = h
	}
	switch hub.Availability {
	case "closed":
		o.fixed = No
	case "standby", "reserve", "mobile":
		o.fixed = Unknown
	}
	switch hub.Status {
	case "open", "closed":
		o.word = hub.Status
	case "full":
		o.word = "closed"
	case "standby":
		if o.fixed == "" {
			o.fixed = Unknown
		}
	}
	if o.word == "" || hub.StatusAt == 0 {
		o.word = ""
		return o
	}
	o.said = hub.StatusAt.Time()
	o.expiry = o.said.Add(time.Duration(p.Expire.HubStatus))
	o.spent = o.spentAt()
	return o
}

// spentAt is when the plan takes a word's force away: a place seen open at four is
// not open after it closes at five, and one seen closed at night may open in the
// morning.
func (o *Opening) spentAt() time.Time {
	state, next := o.plan(o.said)
	for next.Before(o.expiry) {
		was := state
		at := next
		state, next = o.plan(at)
		if (was == Yes) == (state == Yes) {
			continue
		}
		if (state == Yes) == (o.word == "closed") {
			return at
		}
	}
	return o.expiry
}

// plan is what the hub intends at an instant, and up to when that surely holds.
func (o *Opening) plan(t time.Time) (state string, next time.Time) {
	far := t.Add(openingHorizon)
	if o.fixed != "" || o.hours == nil {
		if o.fixed == No {
			return No, far
		}
		return Unknown, far
	}
	next, _, ok := o.hours.Next(t, o.zone)
	if !ok {
		next = far
	}
	switch o.hours.At(t, o.zone) {
	case hours.Closed:
		return No, next
	case hours.Unknown:
		return Unknown, next
	}
	if o.inCurfew == Yes {
		return Yes, next
	}
	force := o.curfews.InForce(o.place, t)
	if !force.Change.IsZero() && force.Change.Before(next) {
		next = force.Change
	}
	if force.State == curfew.Unknown && force.Holds.Before(next) {
		next = force.Holds // who contradicts whom may change while nobody knows
	}
	switch {
	case force.State == curfew.Yes && o.inCurfew == No:
		return No, next
	case force.State == curfew.Yes, force.State == curfew.Unknown && len(force.Deciding) > 0:
		return Unknown, next
	case force.State == curfew.Unknown:
		night, change := o.mayBeCurfew(t)
		if change.Before(next) {
			next = change
		}
		if night {
			return Unknown, next
		}
	}
	return Yes, next
}

// Where no rule is known at all, a curfew may hold in the widest hours that any rule
// of 2022 to 2026 had for more than some days: 19:00 to 08:00, in minutes.
const (
	curfewMayBegin = 19 * 60
	curfewMayEnd   = 8 * 60
)

// mayBeCurfew tells whether a curfew that nobody told us of may hold, and until when
// that stays so.
func (o *Opening) mayBeCurfew(t time.Time) (may bool, change time.Time) {
	day := wallclock.DayOf(t, o.zone)
	end, begin := day.At(curfewMayEnd, o.zone), day.At(curfewMayBegin, o.zone)
	switch {
	case t.Before(end):
		return true, end
	case t.Before(begin):
		return false, begin
	}
	return true, (day + 1).At(curfewMayEnd, o.zone)
}

// CurfewBound reports whether it is a curfew alone that keeps the hub from being
// surely open: its hours say that it is.
func (o *Opening) CurfewBound(t time.Time) bool {
	state, _ := o.plan(t)
	return o.fixed == "" && o.hours != nil && state != Yes && o.hours.At(t, o.zone) == hours.Open
}

// piece is the state at an instant, the word heard, and up to when it surely holds.
func (o *Opening) piece(t time.Time) (state string, next time.Time) {
	state, next = o.plan(t)
	if o.word == "" || !t.Before(o.expiry) {
		return state, next
	}
	end := o.expiry
	switch {
	case t.Before(o.said):
		end = o.said
	case t.Before(o.spent):
		end = o.spent
		if state = No; o.word == "open" {
			state = Yes
		}
	case o.word == "closed" && state == Yes:
		state = Unknown // it should have opened since, and nobody saw it
	}
	if end.Before(next) {
		next = end
	}
	return state, next
}

// At returns yes, no or unknown for an instant.
func (o *Opening) At(t time.Time) string {
	state, _ := o.piece(t)
	return state
}

// Span tells of an instant whether the hub is open, when it next opens (zero while
// it is open) and when the present opening ends (zero while it is not): both zero
// beyond 31 days. Change is when any of the three is other than now.
func (o *Opening) Span(t time.Time) (state string, opens, closes, change time.Time) {
	last := t.Add(openingHorizon)
	state, next := o.piece(t)
	for s := state; !next.After(last); {
		at := next
		s, next = o.piece(at)
		if s != state && change.IsZero() {
			change = at
		}
		switch {
		case state == Yes && s != Yes:
			return state, opens, at, change
		case state != Yes && s == Yes:
			return state, at, closes, change
		}
	}
	return state, opens, closes, change
}

// Piece is a time of one state (yes, no or unknown), From included, To excluded.
type Piece struct {
	From, To time.Time
	State    string
}

// Pieces divides the time from from, included, up to to, excluded, into the longest
// runs of what At answers, in order and without gaps.
func (o *Opening) Pieces(from, to time.Time) []Piece {
	var out []Piece
	for t := from; t.Before(to); {
		state, next := o.piece(t)
		if next.After(to) {
			next = to
		}
		if n := len(out); n > 0 && out[n-1].State == state {
			out[n-1].To = next
		} else {
			out = append(out, Piece{t, next, state})
		}
		t = next
	}
	return out
}

// ReadHours returns the opening hours that a notice says for certain, or "".
func ReadHours(notice string) string {
	value, _ := hours.Read(notice)
	return value
}
