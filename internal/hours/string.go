package hours

import (
	"fmt"
	"slices"
	"strings"
)

// String returns the value in one spelling: Parse takes it, unless lists of days of
// the month make it longer than MaxBytes, and it means the same.
func (h *Hours) String() string {
	if len(h.rules) == 1 && h.rules[0].bare() && h.rules[0].state == Open && h.rules[0].comment == "" {
		return "24/7"
	}
	if len(h.rules) == 0 {
		return Closed.String()
	}
	var b strings.Builder
	for i := range h.rules {
		r := &h.rules[i]
		switch {
		case r.additional:
			b.WriteString(", ")
		case i > 0:
			b.WriteString("; ")
		}
		b.WriteString(r.String())
	}
	return b.String()
}

// bare tells whether the rule holds on all days, all day.
func (r *rule) bare() bool { return len(r.dates) == 0 && !r.days.any() && r.wholeDay() }

// wholeDay tells whether the rule has no times that need writing.
func (r *rule) wholeDay() bool { return slices.Equal(r.spans, []span{wholeDay}) }

// String writes the parts in their order; a state only where it is not implied.
func (r *rule) String() string {
	var parts, list []string
	for _, d := range r.dates {
		list = append(list, d.String())
	}
	if list != nil {
		parts = append(parts, strings.Join(list, ","))
	}
	switch {
	case r.days.any():
		parts = append(parts, r.days.String())
	case len(r.dates) == 1 && r.dates[0].months && r.dates[0].from.year != 0:
		parts = append(parts, weekdays{week: allDays}.String()) // Parse wants days there
	}
	if !r.wholeDay() || r.state == Open {
		list = nil
		for _, s := range r.spans {
			list = append(list, s.String())
		}
		parts = append(parts, strings.Join(list, ","))
	}
	if r.state == Closed || (r.state == Unknown) == (r.comment == "") {
		parts = append(parts, r.state.String())
	}
	if r.comment != "" {
		parts = append(parts, `"`+r.comment+`"`)
	}
	return strings.Join(parts, " ")
}

// String writes a range within one month with both months.
func (s dateSpan) String() string {
	switch from, to := s.from.String(), s.to.String(); {
	case !s.months && s.from == s.to:
		return from
	case !s.months:
		return from + "-" + to
	case s.from.month == s.to.month:
		return from
	default:
		return from + "-" + monthName(s.to.month)
	}
}

func (d date) String() string {
	text := monthName(d.month)
	if d.year != 0 {
		text = fmt.Sprintf("%d %s", d.year, text)
	}
	if d.day != 0 {
		text += fmt.Sprintf(" %02d", d.day)
	}
	return text
}

// String begins the week on Monday; from three days on they are a range.
func (w weekdays) String() string {
	var list []string
	if w.holidays {
		list = append(list, "PH")
	}
	has := func(i int) bool { return i < 7 && w.week&(1<<((i+1)%7)) != 0 }
	name := func(i int) string { return weekdayNames[(i+1)%7] }
	for i := 0; i < 7; i++ {
		last := i
		for has(i) && has(last+1) {
			last++
		}
		switch {
		case !has(i):
		case last > i+1:
			list = append(list, name(i)+"-"+name(last))
			i = last
		default:
			list = append(list, name(i))
		}
	}
	return strings.Join(list, ",")
}

// String writes what ends the next day by that day's clock: 20:00-02:00.
func (s span) String() string {
	to := s.to
	if to > minutesPerDay {
		to -= minutesPerDay
	}
	return clockText(s.from) + "-" + clockText(to)
}

func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
