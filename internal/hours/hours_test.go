package hours_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"example.org/teplo/internal/hours"
)

// need skips a test on a machine that lacks something, and fails it where
// everything is installed (TEPLO_NO_SKIP=1).
func need(t testing.TB, ok bool, what string) {
	t.Helper()
	switch {
	case ok:
	case os.Getenv("TEPLO_NO_SKIP") == "1":
		t.Fatalf("%s is missing", what)
	default:
		t.Skipf("%s is missing", what)
	}
}

// realFile is a file from outside, beside the project.
func realFile(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "real", name)
	_, err := os.Stat(path)
	need(t, err == nil, path)
	return path
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func parse(t testing.TB, value string) *hours.Hours {
	t.Helper()
	h, err := hours.Parse(value)
	if err != nil {
		t.Fatalf("%q: %v", value, err)
	}
	return h
}

const wall = "2006-01-02 15:04"

func at(t testing.TB, z *time.Location, clock string) time.Time {
	t.Helper()
	instant, err := time.ParseInLocation(wall, clock, z)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

// text writes intervals as "15 08:00-17:00 open "comment"", the day in front where
// it is not that of the interval before.
func text(intervals []hours.Interval) string {
	var out []string
	for _, i := range intervals {
		s := i.From.Format("02 15:04") + "-" + i.To.Format("02 15:04")
		if i.State != hours.Open {
			s += " " + i.State.String()
		}
		if i.Comment != "" {
			s += ` "` + i.Comment + `"`
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// TestIntervals fixes what the rules mean, over the days from Friday 16 to Monday 19
// January 2026 (all four whole).
func TestIntervals(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	for _, tc := range []struct{ value, want string }{
		{"24/7", "16 00:00-20 00:00"},
		{"off", ""},
		{"Sa 24/7", "17 00:00-18 00:00"},
		{"Sa", "17 00:00-18 00:00"},
		{"sa 9:00 - 12:00 , 13:00-14:00", "17 09:00-17 12:00; 17 13:00-17 14:00"},
		{"Su-Mo 10:00-12:00", "18 10:00-18 12:00; 19 10:00-19 12:00"},
		{"Sa 22:00-02:00", "17 22:00-18 02:00"},
		{"Sa 20:00-26:00", "17 20:00-18 02:00"},
		{"Sa 00:00-24:00; Su 00:00-01:00", "17 00:00-18 01:00"},
		{"Sa 10:00-10:00", "17 10:00-18 10:00"},
		// A later rule takes the day, and what an earlier one brings into it.
		{"Fr-Su 08:00-20:00; Sa 10:00-12:00", "16 08:00-16 20:00; 17 10:00-17 12:00; 18 08:00-18 20:00"},
		{"Fr 22:00-02:00; Sa 10:00-12:00", "16 22:00-17 00:00; 17 10:00-17 12:00"},
		{"Sa 10:00-12:00; Fr 22:00-02:00", "16 22:00-17 02:00; 17 10:00-17 12:00"},
		{"Fr 22:00-02:00, Sa 10:00-12:00", "16 22:00-17 02:00; 17 10:00-17 12:00"},
		{"Fr 22:00-02:00; Sa off", "16 22:00-17 00:00"},
		{"Sa off; Fr 22:00-02:00", "16 22:00-17 02:00"},
		{"Sa 08:00-20:00; Sa 12:00-13:00 off", "17 08:00-17 12:00; 17 13:00-17 20:00"},
		{"Sa 08:00-20:00; Sa 12:00-13:00 unknown", "17 12:00-17 13:00 unknown"},
		{"Sa 08:00-20:00, Sa 12:00-13:00 unknown", "17 08:00-17 12:00; 17 12:00-17 13:00 unknown; 17 13:00-17 20:00"},
		// Comments.
		{`"on request"`, `16 00:00-20 00:00 unknown "on request"`},
		{`Sa 10:00-12:00 "on request"`, `17 10:00-17 12:00 unknown "on request"`},
		{`Sa 10:00-12:00 open "back door"`, `17 10:00-17 12:00 "back door"`},
		{`Sa 10:00-12:00 open "a", Sa 12:00-14:00 open "b"`, `17 10:00-17 14:00`},
		{"Sa unknown", "17 00:00-18 00:00 unknown"},
		// Dates.
		{"Nov-Mar Sa 10:00-12:00", "17 10:00-17 12:00"},
		{"Feb-Nov 10:00-12:00", ""},
		{"Dec 24-Jan 17 10:00-12:00", "16 10:00-16 12:00; 17 10:00-17 12:00"},
		{"2025 Nov 01-2026 Jan 16 10:00-12:00", "16 10:00-16 12:00"},
		{"2025 Jan 17 10:00-12:00", ""},
		{"2026 Jan 17 10:00-12:00", "17 10:00-17 12:00"},
		{"2026 Jan Mo-Su 10:00-12:00; Jan 17-18 off", "16 10:00-16 12:00; 19 10:00-19 12:00"},
		{"Jan 16,18 10:00-12:00", "16 10:00-16 12:00; 18 10:00-18 12:00"},
		{"Jan 16,Jan 18-19,Mar 10:00-12:00", "16 10:00-16 12:00; 18 10:00-18 12:00; 19 10:00-19 12:00"},
		{"PH 10:00-12:00", ""},
		{"PH,Sa 10:00-12:00;", "17 10:00-17 12:00"},
	} {
		got := parse(t, tc.value).Intervals(at(t, kyiv, "2026-01-16 00:00"), at(t, kyiv, "2026-01-20 00:00"), kyiv)
		if text(got) != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.value, text(got), tc.want)
		}
	}
}

// TestHolidayRules: PH alone, in a list, off, and in a year that nobody knows.
func TestHolidayRules(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	for _, tc := range []struct {
		value, at string
		want      hours.State
	}{
		{"Mo-Fr 08:00-17:00; PH off", "2026-08-24 10:00", hours.Closed}, // a Monday
		{"Mo-Fr 08:00-17:00", "2026-08-24 10:00", hours.Open},
		{"PH,Sa,Su 10:00-14:00", "2026-08-24 10:00", hours.Open},
		{"PH,Sa,Su 10:00-14:00", "2026-08-25 10:00", hours.Closed},
		{"Jan-Jul PH 10:00-14:00", "2026-08-24 10:00", hours.Closed},
		{"PH 22:00-02:00", "2026-08-25 01:00", hours.Open},
		{"Mo-Fr 08:00-17:00; PH off", "2021-08-24 10:00", hours.Unknown}, // a Tuesday
		{"Mo-Fr 08:00-17:00; PH off", "2021-08-24 18:00", hours.Closed},
		{"Mo-Fr 08:00-17:00", "2021-08-24 10:00", hours.Open},
		{"PH 22:00-02:00", "2100-01-01 01:00", hours.Closed}, // 31 December 2099 is none
		{"PH 22:00-02:00", "2100-01-01 22:00", hours.Unknown},
		{"PH 22:00-02:00", "2022-01-01 01:00", hours.Unknown}, // brought from 2021
		{"PH 22:00-02:00", "2022-01-01 03:00", hours.Closed},
		{"Mo-Su 10:00-14:00; PH 10:00-14:00", "2021-08-24 10:00", hours.Open}, // either way
	} {
		if got := parse(t, tc.value).At(at(t, kyiv, tc.at), kyiv); got != tc.want {
			t.Errorf("%s at %s: got %s, want %s", tc.value, tc.at, got, tc.want)
		}
	}
}

func TestNext(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	for _, tc := range []struct{ value, from, want string }{
		{"Mo-Fr 08:00-17:00", "2026-01-16 07:59", "2026-01-16 08:00 open"},
		{"Mo-Fr 08:00-17:00", "2026-01-16 08:00", "2026-01-16 17:00 off"},
		{"Mo-Fr 08:00-17:00", "2026-01-16 17:00", "2026-01-19 08:00 open"},
		{"Mo-Fr 08:00-12:00,12:00-17:00", "2026-01-16 10:00", "2026-01-16 17:00 off"},
		{"Sa 08:00-24:00; Su 00:00-05:00", "2026-01-17 10:00", "2026-01-18 05:00 off"},
		{`Sa 08:00-10:00 open "a", Sa 10:00-12:00 open "b"`, "2026-01-17 09:00", "2026-01-17 12:00 off"},
		{"Sa 08:00-10:00, Sa 10:00-12:00 unknown", "2026-01-17 09:00", "2026-01-17 10:00 unknown"},
		{"24/7", "2026-01-16 10:00", ""},
		{"off", "2026-01-16 10:00", ""},
		{"Feb 16 10:00-12:00", "2026-01-16 10:00", "2026-02-16 10:00 open"},
		{"Feb 16 10:00-12:00", "2026-01-16 09:59", ""},
		{"24/7; Mar 29 03:00-04:00 off", "2026-03-28 10:00", ""}, // an hour that is not
		{"Mo-Su 03:00-04:00", "2026-10-25 02:00", "2026-10-25 03:00 open"},
	} {
		got := ""
		if next, state, ok := parse(t, tc.value).Next(at(t, kyiv, tc.from), kyiv); ok {
			got = next.Format(wall) + " " + state.String()
		}
		if got != tc.want {
			t.Errorf("%s from %s: got %q, want %q", tc.value, tc.from, got, tc.want)
		}
	}
}

// TestCutOff: an interval ends where the question does; no question, no answer.
func TestCutOff(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	h, from, to := parse(t, "24/7"), at(t, kyiv, "2026-01-16 10:30"), at(t, kyiv, "2026-01-18 11:15")
	if got, want := text(h.Intervals(from, to, kyiv)), "16 10:30-18 11:15"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := h.Intervals(from, from, kyiv); got != nil {
		t.Errorf("an empty question: got %s", text(got))
	}
	if got := h.Intervals(to, from, kyiv); got != nil {
		t.Errorf("a question backwards: got %s", text(got))
	}
	var zero hours.Hours
	if _, _, ok := zero.Next(from, kyiv); ok || zero.At(from, kyiv) != hours.Closed || zero.String() != "off" {
		t.Error("the zero Hours is not closed for good")
	}
}

// refused are values outside the subset, and what the error says.
var refused = []struct {
	value  string
	offset int
	part   string
	reason string // a part of it
}{
	{"", 0, "", "expected more"},
	{";", 0, ";", "not expected"},
	{"Mo;;Tu", 3, ";", "not expected"},
	{"Mo 10:00-12:00,", 15, "", "expected more"},
	{"Mo[1] 10:00-12:00", 2, "[", "counted within the month"},
	{"week 1-10 Mo", 0, "week", "numbered weeks"},
	{"Mo sunrise-sunset", 3, "sunrise", "move"},
	{"easter 10:00-12:00", 0, "easter", "move"},
	{"SH off", 0, "SH", "school holidays"},
	{"Mo 10:00-12:00 || Tu", 15, "|", "fallback"},
	{"08:00+", 5, "+", "open ends"},
	{"08:00-10:00+", 11, "+", "open ends"},
	{"08:00-10:00/30", 11, "/", "steps"},
	{"2024-2030/2 10:00-12:00", 4, "-", "expected a month"},
	{"2026 10:00-12:00", 5, "10", "expected a month"},
	{"9am-5pm", 1, "am", "24 hours"},
	{"10:00am-12:00", 5, "am", "24 hours"},
	{"10:00-12:00 pm", 12, "pm", "24 hours"},
	{"10:00", 5, "", "expected -"},
	{"10:00-", 6, "", "expected more"},
	{"10-12", 2, "-", "expected : and minutes"},
	{"10:0-12:00", 3, "0", "minutes"},
	{"10:60-12:00", 3, "60", "minutes"},
	{"24:00-26:00", 0, "24", "before 24:00"},
	{"10:00-49:00", 6, "49", "0 to 48"},
	{"10:00-48:30", 6, "48", "0 to 48"},
	{"10:00-34:01", 6, "34", "a day at most"},
	{"9:00-5:00", 5, "5", "morning or afternoon"},
	{"Mo-Mo 10:00-12:00", 3, "Mo", "two different days"},
	{"Mo-PH 10:00-12:00", 3, "PH", "last day"},
	{"Mo- 10:00-12:00", 4, "10", "last day"},
	{"Mo,10:00-12:00", 2, ",", "not expected"},
	{"Mo, 10:00-12:00", 2, ",", "not expected"},
	{"PH Mo 10:00-12:00", 3, "Mo", "in this place"},
	{"Monday 10:00-12:00", 0, "Monday", "not a word"},
	{"10:00-12:00 Mo", 12, "Mo", "in this place"},
	{"Mo Jan 10:00-12:00", 3, "Jan", "in this place"},
	{"10:00-12:00; 14:00-16:00", 13, "14", "names its days"},
	{"Mo 10:00-12:00; off", 16, "off", "names its days"},
	{`Mo 10:00-12:00; "call"`, 16, `"call"`, "names its days"},
	{"24/7, Mo off", 4, ",", "not expected"},
	{"open open", 5, "open", "in this place"},
	{`"a" "b"`, 4, `"b"`, "not expected"},
	{`Mo "open`, 3, `"open`, "closing quote"},
	{`Mo ""`, 3, `""`, "needs a text"},
	{"Jan 32", 4, "32", "day of the month"},
	{"Feb 30", 4, "30", "day of the month"},
	{"Jan 0", 4, "0", "day of the month"},
	{"Jan 20-15", 7, "15", "before it begins"},
	{"Jan-Jan", 4, "Jan", "two different months"},
	{"Jan-Mar 15", 10, "", "expected : and minutes"},
	{"Jan 15-Mar", 10, "", "day of the month"},
	{"Jan 05-Jan 04", 0, "Jan", "whole year or nothing"},
	{"Dec 24-2026 Jan 06", 0, "Dec", "or none"},
	{"2025 Nov-2026 Mar", 9, "2026", "last month"},
	{"2026 Nov-Mar", 9, "Mar", "over New Year"},
	{"2026 Mar 01-2025 Mar 01", 0, "2026", "before it begins"},
	{"2026 Mar 01,Mar 05", 12, "Mar", "all have a year"},
	{"2026 Mar 10:00-12:00", 9, "10", "between a month of one year"},
	{"2026 Mar,2026 May", 9, "2026", "all have a year"},
	{"Feb 01-29", 7, "29", "both months"},
	{"Feb 20-Feb 29", 0, "Feb", "Feb 29"},
	{"Mo 10:00-12:00 § 3", 15, "§", "not expected"},
	{"Mo \xff", 3, "\xff", "UTF-8"},
	{"Mo 00010:00-12:00", 3, "00010", "too long"},
	{strings.Repeat("Mo ", 333) + "Tu", 1000, "u", "1000 bytes"},
}

// TestRefused: offset, part and reason of every error.
func TestRefused(t *testing.T) {
	for _, tc := range refused {
		_, err := hours.Parse(tc.value)
		var e *hours.Error
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v, want an *Error", tc.value, err)
			continue
		}
		if e.Offset != tc.offset || e.Part != tc.part || !strings.Contains(e.Reason, tc.reason) {
			t.Errorf("%q: got %d, %q, %q; want %d, %q, …%s…", tc.value, e.Offset, e.Part, e.Reason, tc.offset, tc.part, tc.reason)
		}
	}
}

// TestString: one spelling of many.
func TestString(t *testing.T) {
	for _, tc := range []struct{ value, want string }{
		{"24/7", "24/7"},
		{"00:00-24:00", "24/7"},
		{"open", "24/7"},
		{"closed", "off"},
		{"mo,TU,we 9:00-12:00", "Mo-We 09:00-12:00"},
		{"Su,Sa 20:00-26:00", "Sa,Su 20:00-02:00"},
		{"Sa,Su,PH off", "PH,Sa,Su off"},
		{"Mo-Su 00:00-00:00", "Mo-Su 00:00-24:00"},
		{"Mo", "Mo 00:00-24:00"},
		{`unknown "x"`, `"x"`},
		{"unknown", "unknown"},
		{`Mo 10:00-11:00 open "x",Tu off`, `Mo 10:00-11:00 open "x", Tu off`},
		{"dec 24 , 26-28;", "Dec 24,Dec 26-Dec 28 00:00-24:00"},
		{"2026 Nov - Dec Mo 9:00-10:00", "2026 Nov-Dec Mo 09:00-10:00"},
		{"2026 jan", "2026 Jan Mo-Su 00:00-24:00"},
		{"2026 jan 5 off", "2026 Jan 05 off"},
	} {
		h := parse(t, tc.value)
		if got := h.String(); got != tc.want {
			t.Errorf("%q: got %q, want %q", tc.value, got, tc.want)
		}
		if again := parse(t, h.String()).String(); again != tc.want {
			t.Errorf("%q: twice gives %q", tc.value, again)
		}
	}
}
