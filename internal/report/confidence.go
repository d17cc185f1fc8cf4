package report

import (
	"math"
	"time"
)

// quarter is the step on which confidence moves (DESIGN.md §3.1).
const quarter = 15 * time.Minute

// Confidence returns how sure a feature is at an instant, in hundredths, and the
// next quarter hour at which that changes (zero: it does not). The formula, with
// w the weight of a tier ([tierConfidence]) and half lives of the policy:
//
//	hub     E · (1 + S) / 2, E = w · 2^(-age/existence) since it was last confirmed,
//	        S = 2^(-age/status) since its status was seen, 0.3 of that where only
//	        people without a name saw it open, 0 where nobody did
//	outage  w · 2^(-age/outage) since it was last confirmed or began; ended: as at its end
//	others  as filed; community cells by their class alone (CONTRACT §3.3)
//
// A disputed hub has half of it. What is confirmed later than t has no age yet.
func Confidence(f *Feature, p *Policy, t time.Time) (hundredths int, next time.Time) {
	hundredths = confidenceAt(f, p, t)
	if !decays(f) {
		return hundredths, time.Time{}
	}
	// Confidence only falls: the next step down is found by halving.
	step := t.Truncate(quarter)
	after := func(n int) time.Time { return step.Add(time.Duration(n) * quarter) }
	low, high := 0, 1
	for confidenceAt(f, p, after(high)) == hundredths {
		if low, high = high, 2*high; high > 1<<16 {
			return hundredths, time.Time{}
		}
	}
	for high-low > 1 {
		if mid := (low + high) / 2; confidenceAt(f, p, after(mid)) == hundredths {
			low = mid
		} else {
			high = mid
		}
	}
	return hundredths, after(high)
}

// decays reports whether time alone changes the feature's confidence.
func decays(f *Feature) bool {
	switch facts := f.Facts.(type) {
	case Hub:
		return true
	case Outage:
		return f.stated() && facts.Status != "ended"
	}
	return false
}

// stated reports whether an outage is one that a source states, not a cell that
// people's reports make.
func (f *Feature) stated() bool { return f.Confirmations >= 0 }

func confidenceAt(f *Feature, p *Policy, t time.Time) int {
	t = t.Truncate(quarter)
	weight := float64(f.Confidence) / 100
	switch facts := f.Facts.(type) {
	case Hub:
		exists := weight * decayed(f.ConfirmedAt, t, p.HalfLife.Existence)
		status := 0.0
		if facts.StatusAt != 0 && facts.Status != Unknown && t.Before(facts.StatusAt.Add(time.Duration(p.Expire.HubStatus)).Time()) {
			status = decayed(facts.StatusAt, t, p.HalfLife.Status)
		}
		if t.Before(f.SeenAt.Add(time.Duration(p.Expire.HubStatus)).Time()) {
			status = max(status, float64(tierConfidence[TierAnonymous])/100*decayed(f.SeenAt, t, p.HalfLife.Status))
		}
		return int(math.Round(100 * exists * (1 + status) / 2))
	case Outage:
		if !f.stated() {
			return f.Confidence
		}
		seen := max(f.ConfirmedAt, facts.StartsAt)
		if facts.Status == "ended" {
			end := f.ExpiresAt
			if end == 0 {
				end = seen.Add(time.Duration(p.Expire.Outage))
			}
			t = end.Time().Truncate(quarter)
		}
		return int(math.Round(100 * weight * decayed(seen, t, p.HalfLife.Outage)))
	}
	return f.Confidence
}

// decayed is 1 for what was just seen, a half after its half life; what was never
// confirmed, or a half life of 0, does not count at all.
func decayed(seen Instant, t time.Time, half Span) float64 {
	if seen == 0 || half <= 0 {
		return 0
	}
	age := max(0, t.Sub(seen.Time()))
	return math.Exp2(-float64(age) / float64(half))
}
