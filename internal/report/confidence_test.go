package report_test

import (
	"testing"
	"time"

	"example.org/teplo/internal/report"
)

// TestConfidence checks the published formula on figures worked out by hand.
func TestConfidence(t *testing.T) {
	policy := report.Ukraine()
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) report.Instant { return report.InstantOf(now.Add(-d)) }
	hub := func(confirmed report.Instant, h report.Hub) report.Feature {
		return report.Feature{Confidence: 90, ConfirmedAt: confirmed, Facts: h}
	}
	heard := func(confirmed, said report.Instant, h report.Heard) report.Feature {
		f := hub(confirmed, report.Hub{Status: "open", StatusAt: said})
		f.Heard = h
		return f
	}
	crowded := func(f report.Feature, seen report.Instant) report.Feature {
		f.SeenAt = seen
		return f
	}
	const day = 24 * time.Hour
	for _, tc := range []struct {
		name string
		f    report.Feature
		want int
	}{
		{"a list of today", hub(ago(0), report.Hub{}), 45},
		{"a list of 90 days ago", hub(ago(90*day), report.Hub{}), 23},
		{"never confirmed", hub(0, report.Hub{}), 0},
		{"a volunteer says open now", heard(ago(0), ago(0), report.Heard{StatusBy: 80}), 81},
		{"said so two hours ago", heard(ago(0), ago(2*time.Hour), report.Heard{StatusBy: 80}), 63},
		{"said so too long ago", heard(ago(0), ago(12*time.Hour), report.Heard{StatusBy: 80}), 45},
		{"two volunteers", heard(ago(0), ago(0), report.Heard{StatusBy: 96}), 88},
		{"one person agrees", crowded(heard(ago(0), ago(0), report.Heard{StatusBy: 80, Agree: 1}), ago(0)), 86},
		{"a hundred agree: as three", crowded(heard(ago(0), ago(0), report.Heard{StatusBy: 80, Agree: 100}), ago(0)), 92},
		{"one person says otherwise", heard(ago(0), ago(0), report.Heard{StatusBy: 80, Against: 1}), 57},
		{"a hundred do", heard(ago(0), ago(0), report.Heard{StatusBy: 80, Against: 100}), 32},
		{"an operator silent for three days", heard(ago(0), ago(12*time.Hour), report.Heard{QuietFrom: ago(3 * day)}), 23},
		{"an operator who is not silent yet", heard(ago(0), ago(12*time.Hour), report.Heard{QuietFrom: ago(-time.Hour)}), 45},
		{"an outage of six hours ago", report.Feature{Confidence: 90, Facts: report.Outage{Status: "active", StartsAt: ago(6 * time.Hour)}}, 45},
		{"a community cell", report.Feature{Confidence: 60, Confirmations: -1, ConfirmedAt: ago(9 * time.Hour), Facts: report.Outage{Status: "active"}}, 60},
		{"a rule", report.Feature{Confidence: 90, ConfirmedAt: ago(900 * day), Facts: report.Curfew{}}, 90},
	} {
		if got, _ := report.Confidence(&tc.f, &policy, now); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}

// TestConfidenceNext: between an instant and the next that is told nothing changes,
// and there it does; steps are quarter hours; it never rises.
func TestConfidenceNext(t *testing.T) {
	rnd, policy := seeded(t), report.Ukraine()
	for range 60 {
		seen := report.InstantOf(time.Date(2026, 1, 10, 0, rnd.IntN(9000), 0, 0, time.UTC))
		f := report.Feature{Confidence: 30 + rnd.IntN(66), ConfirmedAt: seen, Facts: report.Hub{Status: "open", StatusAt: seen.Add(time.Duration(rnd.IntN(40)) * time.Hour)}}
		f.Heard = report.Heard{StatusBy: rnd.IntN(97), Agree: rnd.IntN(4), Against: rnd.IntN(3), QuietFrom: report.Instant(rnd.IntN(2)) * seen.Add(12*time.Hour)}
		f.SeenAt = seen.Add(time.Duration(rnd.IntN(40)) * time.Hour)
		if rnd.IntN(3) == 0 {
			f.Facts = report.Outage{Status: "active"}
		}
		at := time.Date(2026, 1, 12, rnd.IntN(48), rnd.IntN(60), 0, 0, time.UTC)
		got, next := report.Confidence(&f, &policy, at)
		for m := at; ; m = m.Add(7 * time.Minute) {
			now, _ := report.Confidence(&f, &policy, m)
			if !next.IsZero() && !m.Before(next) {
				if now, _ = report.Confidence(&f, &policy, next); now == got || next.Unix()%900 != 0 {
					t.Fatalf("%+v at %s: told a change to %d at %s", f, at, now, next)
				}
				break
			}
			if now != got {
				t.Fatalf("%+v at %s: %d becomes %d at %s, told %s", f, at, got, now, m, next)
			}
			if m.Sub(at) > 5*24*time.Hour {
				break
			}
		}
	}
}
