package report_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/hours"
	"example.org/teplo/internal/report"
)

func kyivZone(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// nightly is a book with one curfew of Kyiv, 00:00 to 05:00.
func nightly(t testing.TB) *curfew.Book {
	return curfew.New([]curfew.Rule{{ID: "a", Area: "UA80", Kind: curfew.Baseline, Start: 0, End: 300, Zone: kyivZone(t)}})
}

func hubFeature(h report.Hub) *report.Feature {
	return &report.Feature{ID: "hub-1", AreaCode: "UA80000000000093317", Tier: report.TierOfficial, Facts: h}
}

// TestOpening tells the rules of CONTRACT §3.2 one by one.
func TestOpening(t *testing.T) {
	zone, policy := kyivZone(t), report.Ukraine()
	at := func(clock string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", "2026-01-"+clock, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	seen := func(clock string) report.Instant { return report.InstantOf(at(clock)) }
	for _, tc := range []struct {
		name          string
		hub           report.Hub
		at            string
		state         string
		opens, closes string
	}{
		{"hours, open", report.Hub{OpeningHours: "Mo-Su 08:00-17:00"}, "15 12:00", "yes", "", "15 17:00"},
		{"hours, shut", report.Hub{OpeningHours: "Mo-Su 08:00-17:00"}, "15 18:00", "no", "16 08:00", ""},
		{"no hours", report.Hub{}, "15 12:00", "unknown", "", ""},
		{"hours not understood", report.Hub{OpeningText: "за потреби"}, "15 12:00", "unknown", "", ""},
		{"round the clock, curfew not mentioned", report.Hub{OpeningHours: "24/7"}, "15 02:00", "unknown", "15 05:00", ""},
		{"round the clock, by day", report.Hub{OpeningHours: "24/7"}, "15 12:00", "yes", "", "16 00:00"},
		{"round the clock but for the curfew", report.Hub{OpeningHours: "24/7", OpenInCurfew: "no"}, "15 02:00", "no", "15 05:00", ""},
		{"round the clock, curfew too", report.Hub{OpeningHours: "24/7", OpenInCurfew: "yes"}, "15 02:00", "yes", "", ""},
		{"standby", report.Hub{OpeningHours: "24/7", Availability: "standby"}, "15 12:00", "unknown", "", ""},
		{"gone", report.Hub{OpeningHours: "24/7", Availability: "closed"}, "15 12:00", "no", "", ""},
		{"standby, seen open", report.Hub{Availability: "standby", Status: "open", StatusAt: seen("15 10:00")}, "15 12:00", "yes", "", "15 22:00"},
		{"seen open after hours", report.Hub{OpeningHours: "08:00-17:00", Status: "open", StatusAt: seen("15 18:00")}, "15 19:00", "yes", "", "16 06:00"},
		{"seen open before it closed", report.Hub{OpeningHours: "08:00-17:00", Status: "open", StatusAt: seen("15 16:00")}, "15 18:00", "no", "16 08:00", ""},
		{"seen open too long ago", report.Hub{Status: "open", StatusAt: seen("15 00:00")}, "15 12:00", "unknown", "", ""},
		{"seen open before the curfew", report.Hub{OpeningHours: "24/7", Status: "open", StatusAt: seen("14 23:00")}, "15 01:00", "unknown", "15 05:00", ""},
		{"seen open in the curfew", report.Hub{OpeningHours: "24/7", Status: "open", StatusAt: seen("15 01:00")}, "15 02:00", "yes", "", "16 00:00"},
		{"seen closed", report.Hub{OpeningHours: "08:00-20:00", Status: "closed", StatusAt: seen("15 10:00")}, "15 12:00", "no", "16 08:00", ""},
		{"full is closed", report.Hub{OpeningHours: "08:00-20:00", Status: "full", StatusAt: seen("15 10:00")}, "15 12:00", "no", "16 08:00", ""},
		{"seen closed at night", report.Hub{OpeningHours: "08:00-20:00", Status: "closed", StatusAt: seen("14 22:00")}, "15 09:00", "unknown", "15 10:00", ""},
		{"not seen yet", report.Hub{OpeningHours: "08:00-20:00", Status: "closed", StatusAt: seen("15 14:00")}, "15 12:00", "yes", "", "15 14:00"},
	} {
		o := report.NewOpening(hubFeature(tc.hub), nightly(t), &policy, zone)
		state, opens, closes, _ := o.Span(at(tc.at))
		show := func(v time.Time) string {
			if v.IsZero() {
				return ""
			}
			return v.In(zone).Format("02 15:04")
		}
		if state != tc.state || show(opens) != tc.opens || show(closes) != tc.closes {
			t.Errorf("%s: got %s, opens %q, closes %q; want %s, %q, %q", tc.name, state, show(opens), show(closes), tc.state, tc.opens, tc.closes)
		}
	}
}

// TestOpeningWithoutRules: where no curfew rule is known, or rules contradict each
// other, a night is no surely open one; by day hours hold.
func TestOpeningWithoutRules(t *testing.T) {
	zone, policy := kyivZone(t), report.Ukraine()
	night, noon := time.Date(2026, 1, 15, 23, 30, 0, 0, zone), time.Date(2026, 1, 15, 12, 0, 0, 0, zone)
	one := curfew.Rule{ID: "a", Area: "UA80", Kind: curfew.Baseline, Start: 23 * 60, End: 300, Zone: zone}
	other := curfew.Rule{ID: "b", Area: "UA80", Kind: curfew.Baseline, Start: 0, End: 300, Zone: zone}
	for name, rules := range map[string][]curfew.Rule{"none": nil, "contradiction": {one, other}} {
		for inCurfew, want := range map[string]string{"no": "unknown", "unknown": "unknown", "yes": "yes"} {
			o := report.NewOpening(hubFeature(report.Hub{OpeningHours: "24/7", OpenInCurfew: inCurfew}), curfew.New(rules), &policy, zone)
			if got := o.At(night); got != want {
				t.Errorf("%s, %s: at night got %s, want %s", name, inCurfew, got, want)
			}
			if got := o.At(noon); got != "yes" {
				t.Errorf("%s, %s: at noon got %s", name, inCurfew, got)
			}
			if _, _, closes, _ := o.Span(noon); name == "none" && want != "yes" && !closes.Equal(time.Date(2026, 1, 15, 19, 0, 0, 0, zone)) {
				t.Errorf("without a rule it closes at %s", closes)
			}
		}
	}
}

// naiveOpening says the same minute by minute, without knowing when anything changes.
type naiveOpening struct {
	hub     report.Hub
	curfews *curfew.Book
	zone    *time.Location
	expire  time.Duration
	hours   *hours.Hours
	known   map[time.Time]string // of the plan
}

func (o *naiveOpening) plan(at time.Time) string {
	if _, known := o.known[at]; !known {
		o.known[at] = o.planned(at)
	}
	return o.known[at]
}

func (o *naiveOpening) planned(at time.Time) string {
	switch {
	case o.hub.Availability == "closed":
		return "no"
	case o.hub.Availability == "standby", o.hub.Availability == "reserve", o.hub.Availability == "mobile", o.hub.Status == "standby":
		return "unknown"
	}
	if o.hours == nil {
		return "unknown"
	}
	switch o.hours.At(at, o.zone) {
	case hours.Closed:
		return "no"
	case hours.Unknown:
		return "unknown"
	}
	if o.hub.OpenInCurfew == "yes" {
		return "yes"
	}
	if o.curfews.InForce("UA80", at).State == curfew.Yes {
		if o.hub.OpenInCurfew == "no" {
			return "no"
		}
		return "unknown"
	}
	return "yes"
}

func (o *naiveOpening) at(at time.Time) string {
	plan, said := o.plan(at), o.hub.StatusAt.Time()
	if o.hub.StatusAt == 0 || at.Before(said) || at.Sub(said) >= o.expire || o.hub.Status == "standby" || o.hub.Status == "" {
		return plan
	}
	open := o.hub.Status == "open"
	before := o.plan(said)
	for m := said.Add(time.Minute); !m.After(at); m = m.Add(time.Minute) {
		now := o.plan(m)
		switch {
		case open && before == "yes" && now != "yes":
			return plan
		case !open && before != "yes" && now == "yes":
			if plan == "yes" {
				return "unknown"
			}
			return plan
		}
		before = now
	}
	if open {
		return "yes"
	}
	return "no"
}

func TestOpeningAgainstNaive(t *testing.T) {
	rnd, zone, policy := seeded(t), kyivZone(t), report.Ukraine()
	book := nightly(t)
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	for range 60 {
		day := time.Date(2026, []time.Month{1, 3, 10}[rnd.IntN(3)], 25+rnd.IntN(5), 0, 0, 0, 0, zone)
		hub := report.Hub{
			OpeningHours: pick("", "24/7", "Mo-Su 08:00-17:00", "22:00-03:30", "Mo-Fr 09:00-12:00,13:00-18:00; Sa off", "03:00-04:00", "Su off; Mo-Sa 10:00-02:00"),
			Availability: pick("", "permanent", "permanent", "permanent", "standby", "closed", "mobile"),
			OpenInCurfew: pick("yes", "no", "unknown", ""), Status: pick("", "open", "closed", "full", "standby"),
		}
		hub.StatusAt = report.InstantOf(day.Add(time.Duration(rnd.IntN(24*60)) * time.Minute))
		naive := naiveOpening{hub: hub, curfews: book, zone: zone, expire: time.Duration(policy.Expire.HubStatus), known: map[time.Time]string{}}
		if h, err := hours.Parse(hub.OpeningHours); err == nil && hub.OpeningHours != "" {
			naive.hours = h
		}
		o := report.NewOpening(hubFeature(hub), book, &policy, zone)
		compareOpening(t, rnd, o, &naive, day)
	}
}

func compareOpening(t *testing.T, rnd *rand.Rand, o *report.Opening, naive *naiveOpening, day time.Time) {
	t.Helper()
	for range 4 {
		at := day.Add(time.Duration(rnd.IntN(2*24*60)) * time.Minute).UTC()
		state, opens, closes, change := o.Span(at)
		if want := naive.at(at); state != want || o.At(at) != want {
			t.Fatalf("%+v at %s: got %s, want %s", naive.hub, at, state, want)
		}
		for m := at; m.Before(at.Add(30 * time.Hour)); m = m.Add(time.Minute) {
			now := naive.at(m)
			if !change.IsZero() && !m.Before(change) {
				if m.Equal(change) && now == state {
					t.Fatalf("%+v at %s: told a change at %s where none is", naive.hub, at, change)
				}
				break
			}
			if now != state {
				t.Fatalf("%+v at %s: changes at %s, told %s", naive.hub, at, m, change)
			}
		}
		if state == "yes" && !closes.Equal(change) || state != "yes" && !closes.IsZero() {
			t.Fatalf("%+v at %s: closes %s, changes %s", naive.hub, at, closes, change)
		}
		if !opens.IsZero() && (state == "yes" || naive.at(opens) != "yes" || naive.at(opens.Add(-time.Minute)) == "yes") {
			t.Fatalf("%+v at %s: opens %s", naive.hub, at, opens)
		}
	}
}
