package curfew_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/teplo/internal/curfew"
)

const (
	day     = 24 * time.Hour
	confirm = 90 * day // the default of policy curfew_confirm_within
)

// oblasts are the prefixes of all oblasts and cities of their rank.
var oblasts = strings.Fields(`UA01 UA05 UA07 UA12 UA14 UA18 UA21 UA23 UA26 UA32 UA35 UA44 UA46 UA48 UA51 UA53 UA56 UA59
	UA61 UA63 UA65 UA68 UA71 UA73 UA74 UA80 UA85`)

// TestRealForce: what the typed orders say of known nights.
func TestRealForce(t *testing.T) {
	book := curfew.New(realRules(t))
	for _, tc := range []struct {
		place, at   string
		state       curfew.State
		until, next string // local; empty: null
		change      string
		deciding    string
	}{
		// The 35 hours of March 2022. What followed is not among the rows: until is null.
		{"UA80", "2022-03-16 12:00", curfew.Yes, "2022-03-17 07:00", "", "2022-03-17 07:00", "c030"},
		{"UA80", "2022-03-15 19:59", curfew.Unknown, "", "", "2022-03-15 20:00", ""},
		{"UA80", "2022-03-17 07:00", curfew.Unknown, "", "", "2022-03-26 20:00", ""},
		// Announced and cancelled the same day: the usual hours stay, on the night of
		// summer time ten hours long.
		{"UA80", "2022-03-27 12:00", curfew.No, "", "2022-03-27 20:00", "2022-03-27 20:00", "c032"},
		{"UA80", "2022-03-26 20:00", curfew.Yes, "2022-03-27 07:00", "2022-03-27 20:00", "2022-03-27 07:00", "c032"},
		{"UA80", "2022-04-17 00:00", curfew.Yes, "2022-04-17 05:00", "2022-04-17 22:00", "2022-04-17 05:00", "c033"},
		{"UA80", "2022-12-31 22:59", curfew.No, "", "", "2022-12-31 23:00", "c009"},
		{"UA80", "2023-01-01 14:00", curfew.Unknown, "", "", "2023-01-02 12:00", "c044"},
		{"UA80", "2026-01-18 02:00", curfew.Yes, "2026-01-18 05:00", "2026-01-19 00:00", "2026-01-18 05:00", "c058"},
		{"UA80", "2026-03-29 01:00", curfew.Yes, "2026-03-29 05:00", "2026-03-30 00:00", "2026-03-29 05:00", "c058"},
		{"UA46", "2026-01-18 02:00", curfew.Yes, "2026-01-18 05:00", "2026-01-19 00:00", "2026-01-18 05:00", "c060"},
		// Zakarpattia had one night.
		{"UA21", "2022-04-23 22:59", curfew.Unknown, "", "", "2022-04-23 23:00", ""},
		{"UA21", "2022-04-23 23:00", curfew.Yes, "2022-04-24 05:00", "", "2022-04-24 05:00", "c041"},
		{"UA21", "2022-04-24 05:00", curfew.Unknown, "", "", "", ""},
		{"UA21", "2023-06-01 02:00", curfew.No, "", "", "", "c025"},
		{"UA21", "2026-01-18 02:00", curfew.No, "", "", "", "c067"},
		// Smaller areas differ from their oblast.
		{"UA1206017001", "2022-12-25 23:30", curfew.Yes, "2022-12-26 05:00", "2022-12-26 23:00", "2022-12-26 05:00", "c010"},
		{"UA12", "2022-12-25 23:30", curfew.No, "", "2022-12-26 00:00", "2022-12-26 00:00", "c012"},
		{"UA1208", "2024-01-10 04:30", curfew.No, "", "2024-01-10 23:00", "2024-01-10 23:00", "c054"},
		{"UA1214", "2024-01-10 22:30", curfew.Yes, "2024-01-11 05:00", "2024-01-11 22:00", "2024-01-11 05:00", "c055"},
		{"UA4806025001", "2023-05-01 23:30", curfew.Yes, "2023-05-02 05:00", "2023-05-02 23:00", "2023-05-02 05:00", "c052"},
		{"UA48", "2023-05-01 23:30", curfew.No, "", "2023-05-02 00:00", "2023-05-02 00:00", "c051"},
		// "Part of two raions" is applied nowhere as fact: from 21:00 to 23:00 who knows.
		{"UA23", "2024-01-10 20:59", curfew.No, "", "", "2024-01-10 21:00", "c056"},
		{"UA2306", "2024-01-10 22:00", curfew.Unknown, "", "", "2024-01-10 23:00", "c056 c057"},
		{"UA23", "2024-01-10 23:00", curfew.Yes, "2024-01-11 05:00", "", "2024-01-11 05:00", "c056"},
		{"UA65", "2023-01-10 06:29", curfew.Yes, "2023-01-10 06:30", "2023-01-10 19:00", "2023-01-10 06:30", "c024"},
		{"UA01", "2026-01-18 02:00", curfew.Unknown, "", "", "", ""},
		{"", "2026-01-18 02:00", curfew.Unknown, "", "", "", ""},
	} {
		f := book.InForce(tc.place, kyiv(t, tc.at))
		null := func(text string) time.Time {
			if text == "" {
				return time.Time{}
			}
			return kyiv(t, text)
		}
		if f.State != tc.state || !f.Until.Equal(null(tc.until)) || !f.NextStart.Equal(null(tc.next)) ||
			!f.Change.Equal(null(tc.change)) || sortedIDs(f.Deciding) != tc.deciding {
			t.Errorf("%s at %s: got %s, want %+v", tc.place, tc.at, forceText(f), tc)
		}
	}
}

// TestKnownAfterBlock: with a usual rule beside it the block of March 2022 ends.
func TestKnownAfterBlock(t *testing.T) {
	rules := append(realRules(t), curfew.Rule{
		ID: "usual", Area: "UA80", Kind: curfew.Baseline, Start: 20 * 60, End: 7 * 60, Zone: zone(t, "Europe/Kyiv"),
		From: kyiv(t, "2022-03-01"), Ordered: kyiv(t, "2022-03-01"), Confirmed: kyiv(t, "2022-03-01"),
	})
	f := curfew.New(rules).InForce("UA80", kyiv(t, "2022-03-16 12:00"))
	if !f.Until.Equal(kyiv(t, "2022-03-17 07:00")) || !f.NextStart.Equal(kyiv(t, "2022-03-17 20:00")) {
		t.Errorf("got %s", forceText(f))
	}
}

// TestRealNights: 00:00 to 05:00 lasts four hours when summer time begins and six
// when it ends.
func TestRealNights(t *testing.T) {
	rules := realRules(t)
	for _, tc := range []struct {
		place, date string
		want        time.Duration
	}{
		{"UA80", "2026-03-29", 4 * time.Hour},
		{"UA80", "2025-10-26", 6 * time.Hour},
		{"UA80", "2026-01-18", 5 * time.Hour},
		{"UA73", "2026-01-18", 4 * time.Hour},
	} {
		from := kyiv(t, tc.date)
		var got time.Duration
		for _, w := range curfew.New(rules).Windows(tc.place, from, from.Add(20*time.Hour)) {
			if w.State == curfew.Yes {
				got += w.To.Sub(w.From)
			}
		}
		if got != tc.want {
			t.Errorf("%s, %s: got %s, want %s", tc.place, tc.date, got, tc.want)
		}
	}
}

// TestRealVerdicts: January 2026, where the Cabinet enabled and Kyiv adopted.
func TestRealVerdicts(t *testing.T) {
	book := curfew.New(realRules(t))
	for _, tc := range []struct {
		places, at  string
		walk        time.Duration
		to          curfew.Destination
		by          curfew.Mode
		want        curfew.Verdict
		stale       bool
		because     string
		carry, till string
	}{
		{"UA80", "2026-01-18 02:00", 0, curfew.Hub, curfew.Foot, curfew.Allowed, false, "c058 c069", "identity_document", ""},
		{"UA80", "2026-01-18 02:00", 0, curfew.Hub, curfew.Car, curfew.Allowed, false, "c058 c069", "identity_document", ""},
		{"UA80", "2026-01-18 02:00", 0, curfew.Home, curfew.Taxi, curfew.Allowed, false, "c058 c069", "identity_document", ""},
		{"UA80", "2026-01-18 02:00", 0, curfew.Shelter, curfew.Foot, curfew.Unconfirmed, false, "c058", "", "2026-01-18 05:00"},
		{"UA80", "2026-01-18 12:00", 0, curfew.Hub, curfew.Foot, curfew.Allowed, false, "c058", "", ""},
		{"UA80", "2026-01-18 04:50", 20 * time.Minute, curfew.Hub, curfew.Foot, curfew.Allowed, false, "c058 c069", "identity_document", ""},
		{"UA80", "2026-01-10 02:00", 0, curfew.Hub, curfew.Foot, curfew.Forbidden, false, "c058", "", "2026-01-10 05:00"},
		// The country's rule only enables.
		{"UA46", "2026-01-18 02:00", 0, curfew.Hub, curfew.Foot, curfew.Unconfirmed, false, "c060 c068", "", "2026-01-18 05:00"},
		{"UA46", "2026-01-10 02:00", 0, curfew.Hub, curfew.Foot, curfew.Forbidden, false, "c060", "", "2026-01-10 05:00"},
		// The whole walk counts, its end included, and every place: a walk that is
		// to be home by midnight starts before 23:40.
		{"UA46", "2026-01-09 23:30", 20 * time.Minute, curfew.Hub, curfew.Foot, curfew.Allowed, false, "c060", "", "2026-01-09 23:40"},
		{"UA46", "2026-01-09 23:40", 20 * time.Minute, curfew.Hub, curfew.Foot, curfew.Forbidden, false, "c060", "", "2026-01-10 05:00"},
		{"UA80 UA32", "2026-01-18 02:00", 0, curfew.Hub, curfew.Foot, curfew.Unconfirmed, false, "c059 c068", "", "2026-01-18 05:00"},
		{"UA21", "2026-01-18 02:00", 0, curfew.Hub, curfew.Car, curfew.Allowed, false, "c067", "", ""},
		// The block of March 2022 named shelters itself.
		{"UA80", "2022-03-16 12:00", 0, curfew.Shelter, curfew.Foot, curfew.Allowed, false, "c030", "identity_document", "2022-03-17 07:00"},
		{"UA80", "2022-03-16 12:00", 0, curfew.Hub, curfew.Foot, curfew.Forbidden, false, "c030", "", "2022-03-17 07:00"},
		{"UA80", "2022-03-16 12:00", 0, curfew.Shelter, curfew.Car, curfew.Unconfirmed, false, "c030", "", ""},
		{"UA80", "2026-07-18 12:00", 0, curfew.Hub, curfew.Foot, curfew.Unconfirmed, true, "c058", "", ""},
		{"UA80", "2026-07-18 02:00", 0, curfew.Hub, curfew.Foot, curfew.Unconfirmed, true, "c058", "", ""},
		{"UA01", "2026-01-18 12:00", 0, curfew.Hub, curfew.Foot, curfew.Unconfirmed, false, "", "", ""},
		{"", "2026-01-18 12:00", 0, curfew.Hub, curfew.Foot, curfew.Unconfirmed, false, "", "", ""},
	} {
		at := kyiv(t, tc.at)
		got := book.Verdict(curfew.Ask{
			Places: strings.Split(tc.places, " "), From: at, To: at.Add(tc.walk), Destination: tc.to, Mode: tc.by, ConfirmWithin: confirm,
		})
		var until time.Time
		if tc.till != "" {
			until = kyiv(t, tc.till)
		}
		if got.Verdict != tc.want || got.Stale != tc.stale || ids(got.Because) != tc.because || strings.Join(got.Carry, " ") != tc.carry || !got.Until.Equal(until) {
			t.Errorf("%+v: got %s stale %v [%s] carry %v until %s", tc, got.Verdict, got.Stale, ids(got.Because), got.Carry, shown(got.Until))
		}
		if at.After(kyiv(t, "2026-06-01")) && book.InForce(tc.places, at).State == curfew.Unknown {
			t.Errorf("%+v: what the last known rules say is not told any more", tc)
		}
	}
}

// TestRealStale: half a year after the last source nothing is allowed anywhere.
func TestRealStale(t *testing.T) {
	book := curfew.New(realRules(t))
	for _, place := range oblasts {
		for hour := range 48 {
			at := kyiv(t, "2026-07-18").Add(time.Duration(hour) * time.Hour)
			for _, to := range []curfew.Destination{curfew.Hub, curfew.Home, curfew.Shelter} {
				a := curfew.Ask{Places: []string{place}, From: at, To: at, Destination: to, Mode: curfew.Foot, ConfirmWithin: confirm}
				if got := book.Verdict(a); got.Verdict != curfew.Unconfirmed || got.Stale != (len(got.Force.Deciding) > 0) {
					t.Errorf("%s at %s to %s: got %s, stale %v", place, shown(at), to, got.Verdict, got.Stale)
				}
			}
		}
	}
}

// TestRealOracle: every oblast and small area over four years against the oracle: the
// state on both sides of every change, and verdict and Force every five hours, which
// come past every hour of the day.
func TestRealOracle(t *testing.T) {
	rules := realRules(t)
	book := curfew.New(rules)
	from, to := kyiv(t, "2022-02-01"), kyiv(t, "2026-03-01")
	places := slices.Concat([]string{""}, oblasts, slices.Sorted(maps.Values(smallAreas)))
	o := newOracle(nil) // one for all: it remembers clocks
	for _, place := range places {
		o.rules = without(rules, func(r *curfew.Rule) bool { return !covers(r, place) })
		for _, w := range book.Windows(place, from, to) {
			for _, at := range []time.Time{w.From, w.To.Add(-time.Minute)} {
				if v := o.look(place, at); v.state != w.State {
					t.Fatalf("%q at %s: got %s, want %s", place, shown(at), w.State, v.state)
				}
			}
		}
		for n, at := 0, from; at.Before(to); n, at = n+1, at.Add(5*time.Hour) {
			f, v := book.InForce(place, at), o.look(place, at)
			if f.State != v.state || sortedIDs(f.Deciding) != sortedIDs(v.relied) || !f.Newest.Equal(v.newest) {
				t.Fatalf("%q at %s: got %s, want %s by [%s]", place, shown(at), forceText(f), v.state, sortedIDs(v.relied))
			}
			a := curfew.Ask{
				Places: []string{place}, From: at, To: at, ConfirmWithin: confirm,
				Destination: pickOf(n, curfew.Hub, curfew.Home, curfew.Shelter), Mode: pickOf(n/3, curfew.Foot, curfew.Car, curfew.Taxi),
			}
			want, stale := o.verdict(place, at, &a)
			if got := book.Verdict(a); got.Verdict != want || got.Stale != stale {
				t.Fatalf("%q at %s, %+v: got %s, want %s", place, shown(at), a, got.Verdict, want)
			}
		}
	}
}

func pickOf[T any](n int, of ...T) T { return of[n%len(of)] }
