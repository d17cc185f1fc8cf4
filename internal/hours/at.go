package hours

import (
	"time"

	"example.org/teplo/internal/wallclock"
)

// Horizon is how far Next looks ahead (CONTRACT §3.2: null beyond 31 days).
const Horizon = 31 * 24 * time.Hour

// Interval is a time of one state, From included, To not. Comment is that of the
// rule, where one and the same holds throughout, else empty.
type Interval struct {
	From, To time.Time
	State    State
	Comment  string
}

// At returns the state at an instant, for a place whose clock shows the zone.
func (h *Hours) At(t time.Time, zone *time.Location) State {
	for _, i := range h.day(dayWith(t, zone), zone) {
		if t.Before(i.To) {
			return i.State
		}
	}
	return Closed
}

// Intervals returns when the place is open, or may be, between two instants: in
// order, disjoint, those that adjoin in one state as one, cut off at from and to. It
// takes time in proportion to the days between.
func (h *Hours) Intervals(from, to time.Time, zone *time.Location) []Interval {
	var all, out []Interval
	if !from.Before(to) {
		return nil
	}
	for day := dayWith(from, zone); day.At(0, zone).Before(to); day++ {
		for _, i := range h.day(day, zone) {
			if i.From.Before(from) {
				i.From = from.In(zone)
			}
			if i.To.After(to) {
				i.To = to.In(zone)
			}
			if i.From.Before(i.To) {
				all = appendInterval(all, i)
			}
		}
	}
	for _, i := range all {
		if i.State != Closed {
			out = append(out, i)
		}
	}
	return out
}

// Next returns the first instant after t at which the state changes, and the state
// from then on; ok is false where it stays for the next 31 days. A change of the
// comment alone is none.
func (h *Hours) Next(t time.Time, zone *time.Location) (at time.Time, state State, ok bool) {
	last := t.Add(Horizon)
	var now State
	known := false
	for day := dayWith(t, zone); !day.At(0, zone).After(last); day++ {
		for _, i := range h.day(day, zone) {
			switch {
			case !t.Before(i.To):
			case !known:
				now, known = i.State, true
			case i.State != now:
				return i.From, i.State, !i.From.After(last)
			}
		}
	}
	return time.Time{}, Closed, false
}

// appendInterval adds an interval that follows, as part of the last one where the
// state stays.
func appendInterval(to []Interval, i Interval) []Interval {
	if n := len(to) - 1; n >= 0 && to[n].State == i.State && to[n].To.Equal(i.From) {
		to[n].To = i.To
		if to[n].Comment != i.Comment {
			to[n].Comment = ""
		}
		return to
	}
	return append(to, i)
}

// dayWith returns the day whose midnights t lies between. Where the clock goes back
// over midnight that is not always the date it shows.
func dayWith(t time.Time, zone *time.Location) wallclock.Day {
	day := wallclock.DayOf(t, zone)
	for t.Before(day.At(0, zone)) {
		day--
	}
	for !t.Before(day.At(minutesPerDay, zone)) {
		day++
	}
	return day
}
