package hours_test

import (
	"testing"
	"time"

	"example.org/teplo/internal/hours"
)

// clockDay is a local day, found by looking at the clock every minute.
type clockDay struct {
	year    int
	month   time.Month
	day     int
	weekday time.Weekday
	minutes []time.Time       // every minute of the day, in order
	first   map[int]time.Time // minute after midnight that the clock shows → its first pass
}

// clockDays goes through the minutes of a zone from noon to noon, and returns the
// whole days between.
func clockDays(z *time.Location, from time.Time, days int) []*clockDay {
	var out []*clockDay
	for t := from; len(out) < days+2; t = t.Add(time.Minute) {
		local := t.In(z)
		y, m, d := local.Date()
		if n := len(out); n == 0 || out[n-1].day != d {
			out = append(out, &clockDay{y, m, d, local.Weekday(), nil, map[int]time.Time{}})
		}
		c := out[len(out)-1]
		c.minutes = append(c.minutes, t)
		if minute := local.Hour()*60 + local.Minute(); c.first[minute].IsZero() {
			c.first[minute] = t
		}
	}
	return out[:len(out)-1]
}

// instant is when the clock shows a minute; one that it skips is counted on from the
// last that it shows, or from the start of a day without midnight.
func (c *clockDay) instant(minute int) (t time.Time, skipped bool) {
	for back := 0; back <= minute; back++ {
		if t, ok := c.first[minute-back]; ok {
			return t.Add(time.Duration(back) * time.Minute), back > 0
		}
	}
	return c.minutes[0].Add(time.Duration(minute) * time.Minute), true
}

// holidays2026 are those of the days that the tests look at.
var holidays2026 = map[[2]int]bool{{3, 8}: true, {4, 12}: true, {10, 1}: true, {1, 1}: true, {12, 25}: true}

func (r *modelRule) selects(c *clockDay) bool {
	holiday := r.holidays && holidays2026[[2]int{int(c.month), c.day}]
	if r.week != nil && !r.week[c.weekday] && !holiday {
		return false
	}
	for _, in := range r.dates {
		if in(c.year, c.month, c.day) {
			return true
		}
	}
	return len(r.dates) == 0
}

// naive says the state of every minute of a day, each rule one after the other.
func (m *model) naive(before, c *clockDay) []string {
	states := make([]string, len(c.minutes))
	clear := func() {
		for i := range states {
			states[i] = "off"
		}
	}
	lay := func(from, to int, state string) {
		start, skippedStart := c.instant(from)
		end, skippedEnd := c.instant(min(to, 1439))
		if to == 1440 {
			end, skippedEnd = c.minutes[len(c.minutes)-1].Add(time.Minute), false
		}
		for i, t := range c.minutes {
			if !t.Before(start) && t.Before(end) && !(skippedStart && skippedEnd) {
				states[i] = state
			}
		}
	}
	clear()
	for _, r := range m.rules {
		if r.selects(c) {
			if !r.additional && r.state != "off" {
				clear()
			}
			for _, s := range r.spans {
				lay(s[0], min(s[1], 1440), r.state)
			}
		}
		if r.selects(before) {
			for _, s := range r.spans {
				if s[1] > 1440 {
					lay(0, s[1]-1440, r.state)
				}
			}
		}
	}
	return states
}

// TestNaive: At, Intervals and Next say for every minute what the generator's own
// model says, on days of 23, 24 and 25 hours and in zones that change the clock at
// other times.
func TestNaive(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	g := newGenerator(seed)
	type stretch struct {
		zone  *time.Location
		days  []*clockDay
		first string
	}
	var stretches []stretch
	for _, s := range [][2]string{
		{"Europe/Kyiv", "2026-03-27 12:00"},
		{"Europe/Kyiv", "2026-10-23 12:00"},
		{"America/New_York", "2026-03-06 12:00"},
		{"Australia/Lord_Howe", "2026-04-03 12:00"},
		{"Atlantic/Azores", "2026-10-23 12:00"},
		{"Asia/Beirut", "2026-03-27 12:00"},
	} {
		z := zone(t, s[0])
		stretches = append(stretches, stretch{z, clockDays(z, at(t, z, s[1]), 4), s[0] + " " + s[1]})
	}
	for range 40 {
		m := g.value()
		h := parse(t, m.text)
		for _, s := range stretches {
			if diff := compareNaive(&m, h, s.zone, s.days); diff != "" {
				t.Fatalf("seed %d: %s, %s: %s", seed, m.text, s.first, diff)
			}
		}
	}
}

// compareNaive returns the first minute on which the answers differ, or nothing.
func compareNaive(m *model, h *hours.Hours, z *time.Location, days []*clockDay) string {
	var minutes []time.Time
	var want []string
	for i, c := range days[1:] {
		minutes = append(minutes, c.minutes...)
		want = append(want, m.naive(days[i], c)...)
	}
	end := minutes[len(minutes)-1].Add(time.Minute)
	intervals := h.Intervals(minutes[0], end, z)
	for i := range intervals[min(1, len(intervals)):] {
		a, b := intervals[i], intervals[i+1]
		if a.To.After(b.From) || a.To.Equal(b.From) && a.State == b.State {
			return "intervals overlap or are not joined: " + text(intervals)
		}
	}
	next, _, ok := h.Next(minutes[0].Add(-time.Nanosecond), z)
	for i, at := range minutes {
		for len(intervals) > 0 && !at.Before(intervals[0].To) {
			intervals = intervals[1:]
		}
		within := "off"
		if len(intervals) > 0 && !at.Before(intervals[0].From) {
			within = intervals[0].State.String()
		}
		if got := h.At(at, z).String(); got != want[i] || within != want[i] {
			return at.In(z).Format(wall+" MST") + ": At says " + got + ", Intervals " + within + ", want " + want[i]
		}
		if changes := i > 0 && want[i] != want[i-1]; changes != (ok && next.Equal(at)) && i > 0 {
			return at.In(z).Format(wall+" MST") + ": Next says " + next.In(z).Format(wall+" MST")
		}
		if i == 0 || ok && !next.After(at) {
			next, _, ok = h.Next(at, z)
		}
	}
	return ""
}

// TestMidnight: where the clock changes over midnight every minute still belongs to
// one day, and At, Intervals and Next agree on it. In St. John's it went from 00:01 to
// 23:01 the day before, in Toronto from 23:30 to 00:30, at Scoresby Sound from 23:00
// to 24:00.
func TestMidnight(t *testing.T) {
	for _, tc := range [][2]string{
		{"America/St_Johns", "2010-11-05 12:00"},
		{"America/Toronto", "1919-03-29 12:00"},
		{"America/Scoresbysund", "2026-03-27 12:00"},
		{"America/Santiago", "2026-09-05 12:00"},
	} {
		z := zone(t, tc[0])
		from := at(t, z, tc[1])
		to := from.Add(3 * 24 * time.Hour)
		whole := parse(t, "24/7").Intervals(from, to, z)
		if len(whole) != 1 || !whole[0].From.Equal(from) || !whole[0].To.Equal(to) {
			t.Errorf("%s: 24/7 is %s", tc[0], text(whole))
		}
		for _, value := range []string{"24/7", "22:00-02:00", "23:15-23:45", "00:15-00:30", "23:15-24:15", "Su-Mo 24/7; Mo 00:00-01:00 off", "22:00-23:30,00:00-00:15 unknown"} {
			h := parse(t, value)
			intervals := h.Intervals(from, to, z)
			for i := range intervals[min(1, len(intervals)):] {
				if a, b := intervals[i], intervals[i+1]; a.To.After(b.From) || a.To.Equal(b.From) && a.State == b.State {
					t.Errorf("%s, %s: %s", tc[0], value, text(intervals))
				}
			}
			before := hours.Closed
			for m := from; m.Before(to); m = m.Add(time.Minute) {
				for len(intervals) > 0 && !m.Before(intervals[0].To) {
					intervals = intervals[1:]
				}
				want := hours.Closed
				if len(intervals) > 0 && !m.Before(intervals[0].From) {
					want = intervals[0].State
				}
				if got := h.At(m, z); got != want {
					t.Fatalf("%s, %s at %s: At says %s, Intervals %s", tc[0], value, m, got, want)
				}
				if m.After(from) && want != before {
					if next, state, ok := h.Next(m.Add(-time.Minute), z); !ok || !next.Equal(m) || state != want {
						t.Fatalf("%s, %s at %s: Next says %s, %s, want %s", tc[0], value, m, next, state, want)
					}
				}
				before = want
			}
		}
	}
}
