package pack

import (
	"time"

	"example.org/teplo/internal/report"
)

// stretch is a time of one answer, from included, to excluded.
type stretch struct {
	from, to time.Time
	answer   int8
}

// minutes holds one answer for each minute of the week after as_of.
type minutes [weekMinutes]int8

const unset = -1

// minutesOf lays stretches, which follow each other, over the minutes of the week. In a
// minute that holds two answers the mix of both counts.
func minutesOf(asOf time.Time, list []stretch, mix func(a, b int8) int8) *minutes {
	var m minutes
	for i := range m {
		m[i] = unset
	}
	for _, s := range list {
		first := int(s.from.Sub(asOf) / time.Minute)
		last := int((s.to.Sub(asOf) - 1) / time.Minute) // the minute of the last instant
		for i := max(0, first); i <= min(last, weekMinutes-1); i++ {
			if m[i] != unset && m[i] != s.answer {
				m[i] = mix(m[i], s.answer)
			} else {
				m[i] = s.answer
			}
		}
	}
	return &m
}

// runs tells when an answer holds: alternately for how many minutes it does not and for
// how many it does, from as_of on; after the last it does not.
func (m *minutes) runs(answer int8) []int {
	out := []int{}
	holds, since := false, 0
	for i := range m {
		if (m[i] == answer) != holds {
			out = append(out, i-since)
			holds, since = !holds, i
		}
	}
	if holds {
		out = append(out, weekMinutes-since)
	}
	return out
}

// minute is an instant in whole minutes after as_of, rounded down; null where it is not
// known.
func (b *builder) minute(at report.Instant) *int {
	if at == 0 {
		return nil
	}
	d := at.Time().Sub(b.asOf)
	n := int(d / time.Minute)
	if d < 0 && d%time.Minute != 0 {
		n--
	}
	return &n
}
