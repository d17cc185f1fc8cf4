package report

import (
	"math"
	"time"
)

// quarter is the step on which confidence moves (DESIGN.md §3.1).
const quarter = 15 * time.Minute

// Confidence returns how sure a feature is at an instant, in hundredths, and the
// next quarter hour at which that changes (zero: it does not). With w the weight of a
// tier ([tierConfidence]), d(age, half) = 2^(-age/half) and half lives of the policy:
//
//	hub     E · (1 + S) / 2 · (1 - C)
//	E       that it exists: 1 - (1 - w·d(confirmed, existence)) · (1 - P·d(seen, existence));
//	        from expire.hub_status after its operator's last word on also · d(silence, amenity)
//	S       that its status is so: 1 - (1 - W·d(status, status)) · (1 - P·d(seen, status)),
//	        W = 1 - Π(1 - w) over the sources that may set it and say so
//	P       of n people without a name who agree: 1 - 0.7^n, at most 0.6
//	C       of n such people who say otherwise since: the same
//	outage  w · d(age, outage) since it was last confirmed or began; ended: as at its end
//	others  as filed; community cells by their class alone (CONTRACT §3.3)
//
// What is confirmed later than t has no age yet.
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
		a := attributes(f, &facts, p, t)
		return int(math.Round(100 * a.exists * (1 + a.status) / 2 * a.agreed))
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

// crowdMost is what people without a name weigh together at most, in hundredths.
const crowdMost = 60

// crowd is what n people without a name weigh together, in hundredths.
func crowd(n int) int {
	weight := 0
	for range min(n, crowdMost) {
		weight = min(crowdMost, either(weight, tierConfidence[TierAnonymous]))
	}
	return weight
}

// either is the chance that one of two independent witnesses is right, in hundredths.
func either(a, b int) int { return 100 - (100-a)*(100-b)/100 }

// saw takes in the amenities that a word's source saw working.
func (h *Heard) saw(w *hubWord) {
	sees := w.sees()
	if sees == 0 {
		return
	}
	h.Working = h.Working.seen(sees)
	h.WorkingAt = max(h.WorkingAt, w.observed)
	if together := either(h.WorkingBy, tierConfidence[w.tier]); w.tier.strong() {
		h.WorkingBy = together
	} else {
		h.WorkingBy = max(h.WorkingBy, min(crowdMost, together))
	}
}

// attribute is the confidence of a hub's parts, 0 to 1.
type attribute struct{ exists, status, agreed float64 }

func attributes(f *Feature, facts *Hub, p *Policy, t time.Time) attribute {
	a := attribute{agreed: 1 - float64(crowd(f.Heard.Against))/100}
	witness := float64(crowd(f.Heard.Agree)) / 100
	seen := f.SeenAt
	if facts.Status == "closed" || facts.Status == "full" {
		seen = facts.StatusAt // those who agree do not say open
	}
	a.exists = sum(float64(f.Confidence)/100*decayed(f.ConfirmedAt, t, p.HalfLife.Existence), witness*decayed(seen, t, p.HalfLife.Existence))
	if quiet := f.Heard.QuietFrom; quiet != 0 && t.After(quiet.Time()) {
		a.exists *= decayed(quiet, t, p.HalfLife.Amenity)
	}
	fresh := func(at Instant) bool { return at != 0 && t.Before(at.Add(time.Duration(p.Expire.HubStatus)).Time()) }
	if facts.Status != Unknown && fresh(facts.StatusAt) {
		a.status = float64(f.Heard.StatusBy) / 100 * decayed(facts.StatusAt, t, p.HalfLife.Status)
	}
	if fresh(seen) {
		a.status = sum(a.status, witness*decayed(seen, t, p.HalfLife.Status))
	}
	return a
}

// sum is the chance that one of two independent witnesses is right.
func sum(a, b float64) float64 { return a + b - a*b }

// Attributes returns how sure the parts of a hub are at an instant, in hundredths: that
// it exists, that its status is so, and that amenities which are listed, or were seen,
// work. The parts decay with half_life.existence, .status and .amenity.
func Attributes(f *Feature, p *Policy, t time.Time) (exists, status int, amenity func(name string) int) {
	facts, _ := f.Facts.(Hub)
	t = t.Truncate(quarter)
	a := attributes(f, &facts, p, t)
	listed := float64(f.Confidence) / 100 * decayed(f.Heard.ListedAt, t, p.HalfLife.Amenity)
	seen := float64(f.Heard.WorkingBy) / 100 * decayed(f.Heard.WorkingAt, t, p.HalfLife.Amenity)
	amenity = func(name string) int {
		switch {
		case facts.Amenities.Of(name) == Unknown:
			return 0
		case f.Heard.Working.Of(name) == Yes:
			return int(math.Round(100 * sum(listed, seen)))
		}
		return int(math.Round(100 * listed))
	}
	return int(math.Round(100 * a.exists * a.agreed)), int(math.Round(100 * a.status * a.agreed)), amenity
}
