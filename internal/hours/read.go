package hours

import (
	"html"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// Read tells the opening hours that a notice states in Ukrainian, English or Russian,
// as a value that Parse takes: "щодня з 08:00 до 22:00" is "Mo-Su 08:00-22:00". It
// takes a text only if it understands all of it and one reading is left; ok is false
// for "цілодобово з урахуванням комендантської години", "term time only" or "10-5".
// What only lengthens the hours ("за потреби довше") is left out of the value. Texts
// over 1000 bytes are not read.
func Read(text string) (value string, ok bool) {
	if len(text) > MaxBytes {
		return "", false
	}
	r := &reader{}
	if r.marks, r.english = marks(text); mixed(r.marks) || !r.clauses() {
		return "", false
	}
	return r.value()
}

// sentence takes the tags and character references of HTML out of a text.
func sentence(text string) string {
	for {
		before, rest, found := strings.Cut(text, "<")
		_, after, closed := strings.Cut(rest, ">")
		if !found || !closed {
			return html.UnescapeString(text)
		}
		text = before + "\n" + after
	}
}

// mixed tells whether times are written with dots and colons both: what has the dots
// may be dates then ("10.12-12.12, 13:00-18:00").
func mixed(marks []mark) bool {
	var dots, colons bool
	for _, m := range marks {
		if c := m.clock; c.minutes && c.half == noHalf {
			dots, colons = dots || c.dotted, colons || !c.dotted
		}
	}
	return dots && colons
}

// reader goes through the marks of a notice and fills in a week.
type reader struct {
	marks   []mark
	english bool
	week    [7][]span // by time.Weekday
	off     [7]bool
	whole   bool // the times are of all days, no day was named
}

// peek returns the next mark; beyond the last comes one of no kind.
func (r *reader) peek() mark {
	if len(r.marks) == 0 {
		return mark{}
	}
	return r.marks[0]
}

func (r *reader) is(kinds ...markKind) bool { return slices.Contains(kinds, r.peek().kind) }

func (r *reader) skip(kinds ...markKind) {
	for len(r.marks) > 0 && r.is(kinds...) {
		r.marks = r.marks[1:]
	}
}

// clauses reads days and what is said of them, up to the end of the text.
func (r *reader) clauses() bool {
	r.skip(markOpening)
	for first := true; ; first = false {
		r.skip(markSeparator, markComma, markAnd)
		if len(r.marks) == 0 {
			return !first
		}
		if r.is(markLonger) && !first {
			r.marks = r.marks[1:]
			r.skip(markSeparator, markComma)
			return len(r.marks) == 0
		}
		days, named := r.days()
		if !named && !first {
			return false
		}
		if !r.said(days, named) {
			return false
		}
	}
}

// said reads what a clause says of its days.
func (r *reader) said(days uint8, named bool) bool {
	r.skip(markOpening)
	var spans []span
	switch {
	case named && r.is(markClosed):
		r.skip(markClosed)
		return r.set(days, nil)
	case r.is(markRound):
		r.skip(markRound, markComma)
		spans = []span{wholeDay}
	default:
		var ok bool
		if spans, ok = r.times(); !ok {
			return false
		}
	}
	if !named {
		// "9:00-18:00 Пн-Пт": one list of days may follow the times, nothing else.
		r.skip(markComma, markFrom)
		if days, named = r.days(); named {
			if r.skip(markSeparator); len(r.marks) > 0 {
				return false
			}
			return r.set(days, spans)
		}
		r.whole = true
		days = allDays
	}
	return r.set(days, spans)
}

// set notes the times of some days; none means closed. A day may be named twice if
// its times do not meet: else the second could be an exception as well as an addition.
func (r *reader) set(days uint8, spans []span) bool {
	for d := range r.week {
		if days&(1<<d) == 0 {
			continue
		}
		if r.off[d] || spans == nil && r.week[d] != nil {
			return false
		}
		r.off[d] = spans == nil
		for _, s := range spans {
			if slices.ContainsFunc(r.week[d], func(o span) bool { return s.from < o.to && o.from < s.to }) {
				return false
			}
			r.week[d] = append(r.week[d], s)
		}
	}
	return true
}

// days reads a list of days and ranges of them, with the sign after it. Days that
// follow without a sign are left: they may be of another clause.
func (r *reader) days() (days uint8, named bool) {
	before := r.marks
	r.skip(markFrom)
	for r.is(markDays) {
		m := r.peek()
		r.marks = r.marks[1:]
		if bits.OnesCount8(m.days) == 1 && len(r.marks) > 1 && r.is(markDash, markTo) && r.marks[1].kind == markDays {
			last := r.marks[1].days
			if bits.OnesCount8(last) != 1 || last == m.days {
				break
			}
			r.marks = r.marks[2:]
			for day := m.days; day != last; day = next(day) {
				days |= day
			}
			days |= last
		} else {
			days |= m.days
		}
		named = true
		more := r.marks
		r.skip(markComma, markAnd, markSlash)
		if !r.is(markDays) || len(more) == len(r.marks) {
			r.skip(markDash, markComma, markSoft)
			return days, named
		}
	}
	r.marks = before
	return 0, false
}

const allDays = 1<<7 - 1

// next is the day after a single day.
func next(day uint8) uint8 { return day<<1&allDays | day>>6 }

// value writes the week down; days with the same times stand together.
func (r *reader) value() (string, bool) {
	h := &Hours{}
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		spans := r.week[d]
		if spans == nil {
			continue
		}
		slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
		same := slices.IndexFunc(h.rules, func(o rule) bool { return slices.Equal(o.spans, spans) })
		if same < 0 {
			same = len(h.rules)
			h.rules = append(h.rules, rule{state: Open, spans: spans})
		}
		h.rules[same].days.week |= 1 << d
	}
	if len(h.rules) == 0 {
		return "", false
	}
	if r.whole {
		h.rules[0].days = weekdays{}
	}
	for i := range h.rules {
		// A rule after ";" would end what the evening before brings into its days.
		h.rules[i].additional = i > 0 && r.overMidnight()
	}
	return h.String(), true
}

// overMidnight tells whether some evening lasts into the next day.
func (r *reader) overMidnight() bool {
	return slices.ContainsFunc(r.week[:], func(spans []span) bool {
		return slices.ContainsFunc(spans, func(s span) bool { return s.to > minutesPerDay })
	})
}
