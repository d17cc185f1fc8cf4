package hours

import (
	"strings"
	"time"

	"example.org/teplo/internal/wallclock"
)

// Years are those that npm opening_hours takes for years too.
const (
	firstYear = 1901
	lastYear  = 2099
)

// isYear tells years from hours and days.
func isYear(t token) bool { return t.kind == number && t.n >= firstYear && t.n <= lastYear }

// monthOf returns the month that a token names.
func monthOf(t token) (time.Month, bool) {
	if t.kind != word || len(t.text) != 3 {
		return 0, false
	}
	const names = "janfebmaraprmayjunjulaugsepoctnovdec"
	i := strings.Index(names, t.text)
	return time.Month(i/3 + 1), i >= 0 && i%3 == 0
}

// dates reads a list of dates, months and ranges of them; none if there is none. A
// list that mixes years with none is refused, for a year might be meant for all.
func (p *parser) dates() ([]dateSpan, error) {
	var dates []dateSpan
	if _, ok := monthOf(p.peek(0)); !ok && !isYear(p.peek(0)) {
		return nil, nil
	}
	for {
		start := p.peek(0)
		s, err := p.dateSpan()
		if err != nil {
			return nil, err
		}
		dates = append(dates, s)
		for p.moreDays(s) {
			p.next()
			more := dateSpan{from: date{month: s.to.month}}
			if more.from.day, err = p.dayOfMonth(s.to.month); err != nil {
				return nil, err
			}
			if more.to, err = p.lastOfMonth(more.from); err != nil {
				return nil, err
			}
			dates = append(dates, more)
		}
		if mixed := (s.from.year == 0) != (dates[0].from.year == 0); mixed || len(dates) > 1 && s.from.year != 0 && (s.months || dates[0].months) {
			return nil, p.fail(start, "in a list of dates all have a year and a day, or none has a year")
		}
		if _, ok := monthOf(p.peek(1)); p.peek(0).kind != ',' || !ok && !isYear(p.peek(1)) {
			return dates, nil
		}
		p.next()
	}
}

// moreDays tells whether ",25" follows a date such as Dec 24, and not a time.
func (p *parser) moreDays(s dateSpan) bool {
	return !s.months && s.from.year == 0 && p.peek(0).kind == ',' && p.peek(1).kind == number &&
		len(p.peek(1).text) <= 2 && p.peek(2).kind != ':'
}

// dateSpan reads a date, a month, or a range.
func (p *parser) dateSpan() (s dateSpan, err error) {
	start := p.peek(0)
	if s.from, err = p.yearMonth(); err != nil {
		return s, err
	}
	if t := p.peek(0); t.kind != number || p.peek(1).kind == ':' || len(t.text) > 2 || p.peek(1).kind == '/' {
		return p.months(s.from)
	}
	if s.from.day, err = p.dayOfMonth(s.from.month); err != nil {
		return s, err
	}
	if _, ok := monthOf(p.peek(1)); p.peek(0).kind != '-' || !ok && !isYear(p.peek(1)) {
		s.to, err = p.lastOfMonth(s.from)
		return s, err
	}
	p.next()
	if s.to, err = p.yearMonth(); err != nil {
		return s, err
	}
	if s.to.day, err = p.dayOfMonth(s.to.month); err != nil {
		return s, err
	}
	return s, p.checkSpan(start, s)
}

// checkSpan refuses ranges of dates that have no meaning, or two. npm opening_hours
// takes Feb 29 for Mar 1 in most years and "Jan 05-Jan 04" for no day at all.
func (p *parser) checkSpan(start token, s dateSpan) error {
	switch {
	case (s.from.year == 0) != (s.to.year == 0):
		return p.fail(start, "both dates of a range have a year, or none")
	case s.from.year != 0 && s.to.key() < s.from.key():
		return p.fail(start, "the range ends before it begins")
	case isLeapDay(s.from), isLeapDay(s.to):
		return p.fail(start, "a range that begins or ends on Feb 29 differs from year to year")
	case s.from.year == 0 && dayOfYear(s.to)%365+1 == dayOfYear(s.from):
		return p.fail(start, "the range is the whole year or nothing")
	}
	return nil
}

func isLeapDay(d date) bool { return d.month == time.February && d.day == 29 }

// dayOfYear counts from 1 in a year without leap day.
func dayOfYear(d date) int {
	return int(wallclock.On(2023, d.month, d.day)-wallclock.On(2023, time.January, 1)) + 1
}

// yearMonth reads a month with or without its year before it.
func (p *parser) yearMonth() (d date, err error) {
	if t := p.peek(0); isYear(t) {
		p.next()
		d.year = t.n
	}
	t := p.next()
	var ok bool
	if d.month, ok = monthOf(t); !ok {
		return d, p.fail(t, "expected a month (Jan to Dec)")
	}
	return d, nil
}

// dayOfMonth reads a day that the month has in a leap year.
func (p *parser) dayOfMonth(month time.Month) (int, error) {
	t := p.next()
	longest := time.Date(2024, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if t.kind != number || len(t.text) > 2 || t.n < 1 || t.n > longest {
		return 0, p.fail(t, "expected a day of the month")
	}
	return t.n, nil
}

// lastOfMonth reads the "-26" of Dec 24-26, if it is there. npm opening_hours never
// takes a range of one month that ends with February.
func (p *parser) lastOfMonth(from date) (date, error) {
	if p.peek(0).kind != '-' {
		return from, nil
	}
	p.next()
	t := p.peek(0)
	to := from
	var err error
	if to.day, err = p.dayOfMonth(from.month); err != nil {
		return to, err
	}
	switch {
	case to.day <= from.day:
		return to, p.fail(t, "the range ends before it begins")
	case from.month == time.February && to.day >= 28:
		return to, p.fail(t, "a range up to the end of February names both months (Feb 01-Feb 28)")
	}
	return to, nil
}

// months reads the rest of a month or a range of months. A year before it is that of
// both months, so that it cannot run over New Year.
func (p *parser) months(from date) (dateSpan, error) {
	s := dateSpan{from: from, to: from, months: true}
	s.to.day = 31
	if t := p.peek(1); p.accept('-') {
		p.next()
		var ok bool
		switch s.to.month, ok = monthOf(t); {
		case !ok:
			return s, p.fail(t, "expected the last month of a range")
		case s.to.month == from.month:
			return s, p.fail(t, "a range has two different months")
		case from.year != 0 && s.to.month < from.month:
			return s, p.fail(t, "a range over New Year has a year and a day at both ends")
		}
	} else if t := p.peek(0); from.year != 0 && t.kind == number && p.peek(1).kind == ':' {
		// npm opening_hours refuses it: its hour may be meant for a day.
		return s, p.fail(t, "expected a day, or days of the week, between a month of one year and a time")
	}
	return s, nil
}

// monthName is as in the syntax.
func monthName(m time.Month) string { return m.String()[:3] }
