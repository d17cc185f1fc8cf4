// Package wallclock turns local days and times of day into instants, the same way
// for opening hours and curfews (CONTRACT §3.2): a time that a summer-time change
// doubles is its first pass; one that it skips counts by the offset before the
// change (03:30 is 04:30 then), and a span wholly inside the skipped hour is empty.
// So npm opening_hours does when it is asked from noon of the day before.
//
// Everything is pure and safe for concurrent use.
package wallclock

import "time"

const (
	minutesPerDay = 24 * 60
	secondsPerDay = minutesPerDay * 60
)

// Day is a day of the Gregorian calendar, in days since 1 January 1970, wherever
// the clock stands.
type Day int

// DayOf returns the local day of t.
func DayOf(t time.Time, zone *time.Location) Day { return On(t.In(zone).Date()) }

// On returns the day of a date; a day beyond its month's end runs on, as in
// [time.Date].
func On(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// Date returns year, month and day of the month.
func (d Day) Date() (year int, month time.Month, day int) { return d.midnightUTC().Date() }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.midnightUTC().Weekday() }

func (d Day) midnightUTC() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// At returns the instant at which the clock shows so many minutes after midnight;
// from 1440 on they are of the days that follow.
func (d Day) At(minute int, zone *time.Location) time.Time {
	t, _ := d.at(minute, zone)
	return t
}

// Span returns the instants of a span of minutes after midnight; ok is false where
// it is empty.
func (d Day) Span(from, to int, zone *time.Location) (start, end time.Time, ok bool) {
	start, skippedStart := d.at(from, zone)
	end, skippedEnd := d.at(to, zone)
	return start, end, start.Before(end) && !(skippedStart && skippedEnd)
}

// at also tells whether the clock never shows the time. Two changes of one zone
// within two days do not happen.
func (d Day) at(minute int, zone *time.Location) (t time.Time, skipped bool) {
	wall := int64(d)*secondsPerDay + int64(minute)*60
	before, after := offset(wall-secondsPerDay, zone), offset(wall+secondsPerDay, zone)
	for _, o := range [2]int64{before, after} { // of two passes the first
		if offset(wall-o, zone) == o {
			return time.Unix(wall-o, 0).In(zone), false
		}
	}
	return time.Unix(wall-before, 0).In(zone), true
}

func offset(unix int64, zone *time.Location) int64 {
	_, o := time.Unix(unix, 0).In(zone).Zone()
	return int64(o)
}
