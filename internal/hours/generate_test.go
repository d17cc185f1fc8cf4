package hours_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// model is a value as the generator means it: what the naive oracle evaluates.
type model struct {
	text  string
	rules []modelRule
}

type modelRule struct {
	additional bool
	dates      []func(year int, month time.Month, day int) bool // any of them; none: all
	week       map[time.Weekday]bool
	holidays   bool
	spans      [][2]int // minutes; the second is after the first
	state      string   // open, unknown, off
}

// generator makes values of the whole subset; the same seed makes the same values.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 7))} }

func (g generator) one(of ...string) string { return of[g.IntN(len(of))] }

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

// spell varies case and the space that stands around.
func (g generator) spell(s string) string {
	switch g.IntN(8) {
	case 0:
		return strings.ToLower(s)
	case 1:
		return strings.ToUpper(s)
	}
	return s
}

func (g generator) dash() string { return g.one("-", "-", "-", " - ", "- ") }

func (g generator) value() model {
	var m model
	for i := range 1 + g.IntN(4) {
		r, text, mayFollow := g.rule(i > 0)
		separator := ""
		if i > 0 {
			separator = g.one("; ", ";", " ;")
			if last := m.rules[i-1]; last.state == "follow" {
				m.rules[i-1].state = "open"
				if g.chance(60) {
					separator = g.one(", ", ",")
					r.additional = true
				}
			} else if mayFollowSeparator(m.text) && g.chance(40) {
				separator = ", "
				r.additional = true
			}
		}
		if mayFollow && r.state == "open" {
			r.state = "follow"
		}
		m.text += separator + text
		m.rules = append(m.rules, r)
	}
	if last := &m.rules[len(m.rules)-1]; last.state == "follow" {
		last.state = "open"
	}
	if g.chance(10) {
		m.text += ";"
	}
	return m
}

// mayFollowSeparator tells whether "," after the text begins another rule: it ends
// with a modifier or a comment.
func mayFollowSeparator(text string) bool {
	lower := strings.ToLower(text)
	for _, end := range []string{`"`, "off", "closed", "unknown", "open"} {
		if strings.HasSuffix(lower, end) {
			return true
		}
	}
	return false
}

// rule makes one rule; mayFollow tells that it ends with times, after which "," may
// begin another rule.
func (g generator) rule(needsDay bool) (r modelRule, text string, mayFollow bool) {
	var parts []string
	if g.chance(35) {
		dates := g.dates(&r)
		parts = append(parts, dates)
		needsDay = needsDay && len(dates) == 0 || len(dates) == len("2026 Jan") && dates[0] == '2'
	}
	if g.chance(65) || needsDay {
		parts = append(parts, g.days(&r))
	}
	r.state = "open"
	r.spans = [][2]int{{0, 1440}}
	timed := false
	switch {
	case g.chance(5):
		parts = append(parts, "24/7")
	case g.chance(85):
		parts = append(parts, g.times(&r))
		timed = true
	}
	modified := true
	switch {
	case g.chance(20):
		parts, r.state = append(parts, g.spell(g.one("off", "closed"))), "off"
	case g.chance(12):
		parts, r.state = append(parts, g.spell("unknown")), "unknown"
	case g.chance(12):
		parts = append(parts, g.spell("open"))
	default:
		modified = false
	}
	if g.chance(12) || len(parts) == 0 {
		parts = append(parts, `"`+g.one("on request", "за дзвінком", "a;b,c")+`"`)
		if !modified {
			r.state = "unknown"
		}
		modified = true
	}
	return r, strings.Join(parts, g.one(" ", " ", "  ")), timed && !modified
}

var modelWeek = []string{"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"}

func (g generator) days(r *modelRule) string {
	r.week = map[time.Weekday]bool{}
	var list []string
	for range 1 + g.IntN(3) {
		from := g.IntN(7)
		switch {
		case g.chance(15):
			r.holidays = true
			list = append(list, g.spell("PH"))
		case g.chance(45):
			length := 1 + g.IntN(6)
			for i := range length + 1 {
				r.week[time.Weekday((from+i)%7)] = true
			}
			list = append(list, g.spell(modelWeek[from])+g.dash()+modelWeek[(from+length)%7])
		default:
			r.week[time.Weekday(from)] = true
			list = append(list, g.spell(modelWeek[from]))
		}
	}
	return strings.Join(list, g.one(",", ",", ", "))
}

// times makes spans whose ends fall often on the hours that clocks skip and double.
func (g generator) times(r *modelRule) string {
	r.spans = nil
	var list []string
	minute := func(most int) int {
		if g.chance(25) {
			return 60*g.IntN(6) + g.one2(0, 15, 30)
		}
		return min(most, 15*g.IntN(96))
	}
	for range 1 + g.IntN(3) {
		from, to := minute(1425), minute(1440)
		if g.chance(10) {
			to = 1440
		}
		end := to
		if to <= from {
			end += 1440
		}
		r.spans = append(r.spans, [2]int{from, end})
		shown := to
		if end > 1440 && end-1440 == to && g.chance(30) {
			shown = end // 26:00
		}
		list = append(list, g.clock(from, true)+g.dash()+g.clock(shown, false))
	}
	return strings.Join(list, g.one(",", ",", ", "))
}

func (g generator) one2(of ...int) int { return of[g.IntN(len(of))] }

func (g generator) clock(m int, start bool) string {
	if start && g.chance(30) {
		return fmt.Sprintf("%d:%02d", m/60, m%60)
	}
	return fmt.Sprintf("%02d:%02d", m/60, m%60)
}

func (g generator) month() time.Month {
	return time.Month(g.one2(1, 2, 3, 3, 3, 4, 4, 9, 10, 10, 10, 11, 12))
}

var modelMonths = []string{"", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// dates are near the days that the tests look at, March, April and October 2026.
func (g generator) dates(r *modelRule) string {
	if g.chance(25) {
		return g.datedYear(r)
	}
	var list []string
	for range 1 + g.IntN(2) {
		from, to := g.month(), g.month()
		first, last := 1+g.IntN(28), 1+g.IntN(27)
		switch g.IntN(5) {
		case 0:
			list = append(list, g.spell(modelMonths[from]))
			r.dates = append(r.dates, between(from, 0, from, 31))
		case 1:
			if from == to {
				to = to%12 + 1
			}
			list = append(list, g.spell(modelMonths[from])+g.dash()+modelMonths[to])
			r.dates = append(r.dates, between(from, 0, to, 31))
		case 2:
			list = append(list, fmt.Sprintf("%s %02d", modelMonths[from], first))
			r.dates = append(r.dates, between(from, first, from, first))
			if g.chance(40) {
				list = append(list, fmt.Sprint(last))
				r.dates = append(r.dates, between(from, last, from, last))
			}
		case 3:
			first, last := min(first, last), max(first, last)
			if first == last || last == 28 {
				first, last = 3, 14
			}
			list = append(list, fmt.Sprintf("%s %d-%d", modelMonths[from], first, last))
			r.dates = append(r.dates, between(from, first, from, last))
		default:
			if from == to {
				to = to%12 + 1
			}
			list = append(list, fmt.Sprintf("%s %02d%s%s %02d", modelMonths[from], first, g.dash(), modelMonths[to], last))
			r.dates = append(r.dates, between(from, first, to, last))
		}
	}
	return strings.Join(list, ",")
}

func (g generator) datedYear(r *modelRule) string {
	start := time.Date(2026, g.month(), 1+g.IntN(28), 0, 0, 0, 0, time.UTC)
	end := start.AddDate(0, 0, 1+g.IntN(200))
	number := func(y int, m time.Month, d int) int { return y*400 + int(m)*32 + d }
	from, to := number(start.Date()), number(end.Date())
	text := start.Format("2006 Jan 02") + g.dash() + end.Format("2006 Jan 2")
	switch g.IntN(3) {
	case 0:
		to, text = from, start.Format("2006 Jan 2")
	case 1:
		month, last := start.Month(), start.Month()
		text = start.Format("2006 Jan")
		if month < time.December && g.chance(50) {
			last++
			text += g.dash() + modelMonths[last]
		}
		from, to = number(2026, month, 0), number(2026, last, 31)
	}
	r.dates = append(r.dates, func(y int, m time.Month, d int) bool { return from <= number(y, m, d) && number(y, m, d) <= to })
	return text
}

// between is a range of every year, over New Year where it ends earlier.
func between(fromMonth time.Month, fromDay int, toMonth time.Month, toDay int) func(int, time.Month, int) bool {
	from, to := int(fromMonth)*32+fromDay, int(toMonth)*32+toDay
	return func(_ int, m time.Month, d int) bool {
		key := int(m)*32 + d
		if from <= to {
			return from <= key && key <= to
		}
		return key >= from || key <= to
	}
}
