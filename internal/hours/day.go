package hours

import (
	"slices"
	"time"

	"example.org/teplo/internal/wallclock"
)

// layer is what one rule lays over a stretch of a day.
type layer struct {
	from, to time.Time
	rule     *rule
}

// layers returns what the rules lay over a day, the decisive one last. The flags
// tell whether the day, and the day before, are public holidays. A rule that opens
// drops what came before it, a span from the evening before included, yet not what
// itself and later rules bring from there: so npm opening_hours has it.
func (h *Hours) layers(day wallclock.Day, zone *time.Location, holiday, holidayBefore bool) []layer {
	var out []layer
	add := func(r *rule, from, to int) {
		if start, end, ok := day.Span(from, to, zone); ok {
			out = append(out, layer{start, end, r})
		}
	}
	for i := range h.rules {
		r := &h.rules[i]
		if r.selects(day, holiday) {
			if !r.additional && r.state != Closed {
				out = out[:0]
			}
			for _, s := range r.spans {
				add(r, s.from, min(s.to, minutesPerDay))
			}
		}
		spills := func(s span) bool { return s.to > minutesPerDay }
		if slices.ContainsFunc(r.spans, spills) && r.selects(day-1, holidayBefore) {
			for _, s := range r.spans {
				if spills(s) {
					add(r, 0, s.to-minutesPerDay)
				}
			}
		}
	}
	return out
}

// day returns the states of a whole day, one after the other without gap.
func (h *Hours) day(day wallclock.Day, zone *time.Location) []Interval {
	start, end := day.At(0, zone), day.At(minutesPerDay, zone)
	var cases [][]layer // more than one where it is not known what is a holiday
	for _, today := range h.mayBeHoliday(day) {
		for _, before := range h.mayBeHoliday(day - 1) {
			cases = append(cases, h.layers(day, zone, today, before))
		}
	}
	cuts := []time.Time{start, end}
	for _, layers := range cases {
		for _, l := range layers {
			cuts = append(cuts, l.from, l.to)
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	var out []Interval
	for i, from := range cuts[:len(cuts)-1] {
		// A time that the clock skips at midnight may end in the day after.
		if to := cuts[i+1]; from.Before(to) && !from.Before(start) && !to.After(end) {
			state, comment := decide(cases, from)
			out = appendInterval(out, Interval{from, to, state, comment})
		}
	}
	return out
}

// decide returns the state from an instant on in which all cases agree, else Unknown.
func decide(cases [][]layer, at time.Time) (State, string) {
	var state State
	var comment string
	for i, layers := range cases {
		var s State
		var c string
		for _, l := range slices.Backward(layers) {
			if !at.Before(l.from) && at.Before(l.to) {
				s, c = l.rule.state, l.rule.comment
				break
			}
		}
		switch {
		case i == 0:
			state, comment = s, c
		case s != state:
			return Unknown, ""
		case c != comment:
			comment = ""
		}
	}
	return state, comment
}

// mayBeHoliday returns the answers that are possible, and one where it is not asked.
func (h *Hours) mayBeHoliday(day wallclock.Day) []bool {
	if !h.holidays {
		return []bool{false}
	}
	is, known := holiday(day)
	if !known {
		return []bool{false, true}
	}
	return []bool{is}
}
