package hours

// clockMark is a time of day as a notice writes it.
type clockMark struct {
	hour, minute int
	minutes      bool // minutes are written
	padded       bool // the hour has two digits
	dotted       bool // "8.30", which may be a date as well
	half         half // what follows it
}

type half uint8

const (
	noHalf half = iota
	am
	pm
	noon // also midday; the hour is 12 then
	midnight
)

// How early a place opens and how late one that opens in the evening may close. What
// lies outside is more often a slip of the pen ("09:00 - 05:00") than a night.
const (
	earliest    = 5 * 60
	earliestAM  = 6 * 60 // of two readings one that begins earlier is none
	eveningFrom = 17 * 60
	nightUntil  = 8 * 60
	halfDay     = 12 * 60
)

// times reads one or more times, as "10:00-12:00 / 13:00-14:00". Without a sign
// between them they are not a list: the first may be a date.
func (r *reader) times() (spans []span, ok bool) {
	for {
		s, ok := r.time()
		if !ok {
			return nil, false
		}
		spans = append(spans, s)
		rest := r.marks
		r.skip(markComma, markAnd, markSlash, markSeparator)
		again := r.marks
		r.skip(markFrom)
		if !r.is(markClock) || len(again) == len(rest) {
			r.marks = rest
			return spans, true
		}
		r.marks = again
	}
}

// time reads "з 8:00 до 17:00" or "9-5pm".
func (r *reader) time() (s span, ok bool) {
	r.skip(markFrom)
	if !r.is(markClock) {
		return s, false
	}
	from := r.peek().clock
	r.marks = r.marks[1:]
	if r.is(markAnd) && len(r.marks) > 1 && r.marks[1].kind == markTo {
		r.skip(markAnd) // "з 08:00 і до 22:00"
	}
	if !r.is(markDash, markTo) {
		return s, false
	}
	r.marks = r.marks[1:]
	if !r.is(markClock) {
		return s, false
	}
	to := r.peek().clock
	r.marks = r.marks[1:]
	return certain(from, to, r.english)
}

// certain returns the times if one reading of them is left; in English a single digit
// without am or pm may be an evening.
func certain(from, to clockMark, english bool) (s span, ok bool) {
	for _, c := range [2]clockMark{from, to} {
		if c.minute > 59 || c.hour > 24 || c.half != noHalf && (c.hour < 1 || c.hour > 12) {
			return s, false
		}
	}
	switch {
	case from.half == midnight || from.half == am && from.hour == 12 || to.half == am && to.hour == 12:
		return s, false // 12am is also written for noon
	case from.half != noHalf && to.half != noHalf:
		s, ok = span{from.minuteOfDay(), to.minuteOfDay()}, true
	case from.half == noHalf && to.half == noHalf:
		s, ok = plain(from, to, english)
	default:
		s, ok = halfSaid(from, to)
	}
	if !ok {
		return s, false
	}
	return lasting(s)
}

// lasting refuses what begins in the small hours or runs through most of a night.
func lasting(s span) (span, bool) {
	switch {
	case s == wholeDay:
		return s, true
	case s.from < earliest || s.from >= minutesPerDay:
		return s, false
	case s.to > s.from:
		return s, true
	case s.from >= eveningFrom && s.to <= nightUntil:
		s.to += minutesPerDay
		return s, true
	}
	return s, false
}

// minuteOfDay takes an hour without am or pm as it stands. 12am is refused before.
func (c clockMark) minuteOfDay() int {
	m := c.hour*60 + c.minute
	switch {
	case c.half == midnight:
		return minutesPerDay
	case c.half == pm && c.hour != 12:
		return m + halfDay
	}
	return m
}

// plain reads times without am and pm: by the clock of 24 hours where they show it.
func plain(from, to clockMark, english bool) (s span, ok bool) {
	s = span{from.minuteOfDay(), to.minuteOfDay()}
	if to.hour == 24 && to.minute > 0 {
		return s, false
	}
	// An hour above 12 shows the clock in use; so do minutes with a leading zero, which
	// nobody writes in "9-5".
	afternoon := from.hour > 12 || to.hour > 12
	written := from.minutes && to.minutes
	switch {
	case s.to == 0 && from.hour > 12 && written:
		s.to = minutesPerDay
		return s, true
	case afternoon && s.to > s.from, s == wholeDay:
		return s, true
	case s.to <= s.from: // a night
		return s, written && from.hour > 12
	}
	return s, written && from.hour >= 7 && (from.padded || !english)
}

// halfSaid reads times of which one alone has am or pm (or noon, midnight): of the
// two readings of the other exactly one must make sense.
func halfSaid(from, to clockMark) (s span, ok bool) {
	s = span{from.minuteOfDay(), to.minuteOfDay()}
	if from.half == noHalf {
		if from.hour > 12 {
			return s, s.from < s.to
		}
		// "9-5pm" begins in the morning, for 21:00 would be after its end; "2-4pm" in
		// the afternoon; "7-9pm" may be either.
		later := s.from + halfDay
		first := s.from >= earliestAM && s.from < s.to
		second := from.hour < 12 && later < s.to
		if !first {
			s.from = later
		}
		return s, first != second
	}
	if to.hour > 12 || to.hour == 12 {
		return s, s.from < s.to
	}
	// "11am - 2" ends in the afternoon; "9am - 10" may be either.
	later := s.to + halfDay
	first, second := s.to > s.from, later > s.from && later < minutesPerDay
	if !first {
		s.to = later
	}
	return s, first != second
}
