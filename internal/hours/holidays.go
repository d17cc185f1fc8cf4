package hours

import (
	"time"

	"example.org/teplo/internal/wallclock"
)

// The years whose public holidays are known: the table below was checked from 2022
// on, and up to 2099 the Julian calendar is 13 days behind.
const (
	firstKnown = 2022
	lastKnown  = 2099
)

// fixedHoliday is a day of the year, in the years from since to until (0: no end).
type fixedHoliday struct {
	month        time.Month
	day          int
	since, until int
}

// Labour Code of Ukraine, article 73, with its changes of 2023: law 3107-IX of 29 May
// 2023 (8 May instead of 9 May) and law 3258-IX of 14 July 2023, in force since
// September 2023 (no 7 January; 15 July instead of 28 July; 1 October instead of 14).
// Statehood Day was first kept in 2022.
var fixedHolidays = [...]fixedHoliday{
	{time.January, 1, 0, 0},
	{time.January, 7, 0, 2023},
	{time.March, 8, 0, 0},
	{time.May, 1, 0, 0},
	{time.May, 8, 2024, 0},
	{time.May, 9, 0, 2023},
	{time.June, 28, 0, 0},
	{time.July, 15, 2024, 0},
	{time.July, 28, 0, 2023},
	{time.August, 24, 0, 0},
	{time.October, 1, 2023, 0},
	{time.October, 14, 0, 2022},
	{time.December, 25, 0, 0},
}

// trinityAfterEaster is in days; both are Sundays.
const trinityAfterEaster = 49

// holiday tells whether a day is a public holiday of Ukraine, whether work rests on
// it or not. There are no substitutes for holidays at the weekend: they rest under
// martial law with the rest of article 73 (law 2136-IX of 15 March 2022, article 6).
func holiday(day wallclock.Day) (is, known bool) {
	year, month, dayOfMonth := day.Date()
	if year < firstKnown || year > lastKnown {
		return false, false
	}
	for _, f := range fixedHolidays {
		if f.month == month && f.day == dayOfMonth && f.since <= year && (f.until == 0 || year <= f.until) {
			return true, true
		}
	}
	easter := orthodoxEaster(year)
	return day == easter || day == easter+trinityAfterEaster, true
}

// orthodoxEaster is by J. Meeus, Astronomical Algorithms, chapter 8 (Julian
// calendar), moved by the 13 days of 1900 to 2099.
func orthodoxEaster(year int) wallclock.Day {
	a, b, c := year%4, year%7, year%19
	d := (19*c + 15) % 30
	e := (2*a + 4*b - d + 34) % 7
	n := d + e + 114
	return wallclock.On(year, time.Month(n/31), n%31+1) + 13
}
