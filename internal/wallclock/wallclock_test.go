package wallclock_test

import (
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"

	"example.org/teplo/internal/wallclock"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestSpan: the instants are those of npm opening_hours 3.15.0 (getOpenIntervals
// from noon of the day before), for days of 23, 24 and 25 hours.
func TestSpan(t *testing.T) {
	spring, autumn, plain := wallclock.On(2026, 3, 29), wallclock.On(2026, 10, 25), wallclock.On(2026, 1, 15)
	for _, tc := range []struct {
		day        wallclock.Day
		from, to   int
		start, end string // empty: no time at all
	}{
		{plain, 0, 300, "2026-01-14T22:00:00Z", "2026-01-15T03:00:00Z"},
		{spring, 180, 240, "", ""},
		{spring, 195, 225, "", ""},
		{spring, 210, 300, "2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"},
		{spring, 120, 210, "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z"},
		{spring, 0, 300, "2026-03-28T22:00:00Z", "2026-03-29T02:00:00Z"},
		{spring, 120, 180, "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
		{spring - 1, 23 * 60, 1440 + 210, "2026-03-28T21:00:00Z", "2026-03-29T01:30:00Z"},
		{autumn, 0, 300, "2026-10-24T21:00:00Z", "2026-10-25T03:00:00Z"},
		{autumn, 195, 225, "2026-10-25T00:15:00Z", "2026-10-25T00:45:00Z"},
		{autumn, 210, 300, "2026-10-25T00:30:00Z", "2026-10-25T03:00:00Z"},
		{autumn, 180, 240, "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"},
		{autumn - 1, 22 * 60, 1440 + 195, "2026-10-24T19:00:00Z", "2026-10-25T00:15:00Z"},
		{autumn, 0, 1440, "2026-10-24T21:00:00Z", "2026-10-25T22:00:00Z"},
	} {
		start, end, ok := tc.day.Span(tc.from, tc.to, zone(t, "Europe/Kyiv"))
		if !ok {
			if tc.start != "" {
				t.Errorf("day %d, %d-%d: got nothing, want %s", tc.day, tc.from, tc.to, tc.start)
			}
			continue
		}
		if got, until := start.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339); got != tc.start || until != tc.end {
			t.Errorf("day %d, %d-%d: got %s to %s, want %s to %s", tc.day, tc.from, tc.to, got, until, tc.start, tc.end)
		}
	}
}

// TestShows: whatever the clock shows comes back, and earlier minutes are never
// later instants by more than the hour of a change.
func TestShows(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 0))
	for _, name := range []string{"Europe/Kyiv", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC", "Pacific/Auckland"} {
		z := zone(t, name)
		for range 20_000 {
			at := time.Unix(rnd.Int64N(4e9), 0).Truncate(time.Minute).In(z)
			day := wallclock.DayOf(at, z)
			got := day.At(at.Hour()*60+at.Minute(), z)
			same := got.Format("2006-01-02 15:04") == at.Format("2006-01-02 15:04")
			if !same || got.After(at) || at.Sub(got) > time.Hour {
				t.Fatalf("seed %d: %s, %s: got %s", seed, name, at, got)
			}
			if y, m, d := day.Date(); wallclock.On(y, m, d) != day || day.Weekday() != at.Weekday() {
				t.Fatalf("seed %d: %s: day %d is %d-%d-%d", seed, at, day, y, m, d)
			}
		}
	}
}
