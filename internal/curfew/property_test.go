package curfew_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.org/teplo/internal/curfew"
)

// weaken makes one of the changes that must never turn a verdict into yes.
func weaken(rnd *rand.Rand, rules []curfew.Rule, a *curfew.Ask) ([]curfew.Rule, string) {
	out := slices.Clone(rules)
	i := rnd.IntN(len(out))
	switch rnd.IntN(4) {
	case 0:
		out[i].Confirmed = out[i].Confirmed.Add(-time.Duration(rnd.IntN(200*24)) * time.Hour)
		return out, "aged " + out[i].ID
	case 1:
		for j := range out {
			out[j].Confirmed = out[j].Confirmed.Add(-time.Duration(rnd.IntN(100*24)) * time.Hour)
		}
		return out, "aged all"
	case 2:
		place := pick(rnd, a.Places...)
		return without(out, func(r *curfew.Rule) bool { return covers(r, place) }), "no rules for " + place
	}
	var exemptions []string
	for _, r := range out {
		if r.Kind == curfew.Exemption {
			exemptions = append(exemptions, r.ID)
		}
	}
	if len(exemptions) == 0 {
		return out, "nothing"
	}
	id := pick(rnd, exemptions...)
	return without(out, func(r *curfew.Rule) bool { return r.ID == id }), "without " + id
}

// checkSafe asks one question before and after a weakening.
func checkSafe(t *testing.T, rnd *rand.Rand, seed uint64, rules []curfew.Rule, book *curfew.Book, a *curfew.Ask) curfew.Verdict {
	t.Helper()
	before := book.Verdict(*a)
	weaker, how := weaken(rnd, rules, a)
	after := curfew.New(weaker).Verdict(*a)
	if before.Verdict != curfew.Allowed && after.Verdict == curfew.Allowed {
		t.Fatalf("seed %d: %+v: %s became yes by [%s], %s%s", seed, *a, before.Verdict, ids(after.Because), how, describe(rules))
	}
	if before.Verdict == curfew.Allowed {
		for _, place := range a.Places {
			for _, at := range []time.Time{a.From, a.To} {
				if book.InForce(place, at).State == curfew.Unknown {
					t.Fatalf("seed %d: %+v: yes from unknown at %q%s", seed, *a, place, describe(rules))
				}
			}
		}
	}
	checkReasons(t, a, &before)
	return before.Verdict
}

// TestNeverYes: ageing rules, taking exemptions away or all that covers a place never
// makes a yes (CONTRACT §3.2), nor does unknown.
func TestNeverYes(t *testing.T) {
	rnd, seed := newRand(t)
	tally := map[curfew.Verdict]int{}
	for range 6000 {
		base := kyiv(t, pick(rnd, bases...))
		rules := randomRules(t, rnd, base)
		book := curfew.New(rules)
		for range 4 {
			a := randomAsk(rnd, base.Add(time.Duration(rnd.IntN(96))*grid))
			tally[checkSafe(t, rnd, seed, rules, book, &a)]++
		}
	}
	if tally[curfew.Allowed] < 1000 || tally[curfew.Unconfirmed] < 1000 || tally[curfew.Forbidden] < 500 {
		t.Errorf("seed %d: the sets are one-sided: %v", seed, tally)
	}
}

// TestRealNeverYes: the same over the real rows.
func TestRealNeverYes(t *testing.T) {
	rnd, seed := newRand(t)
	rules := realRules(t)
	book := curfew.New(rules)
	from := kyiv(t, "2022-02-20")
	for n := range 1200 {
		a := randomAsk(rnd, from.Add(time.Duration(rnd.IntN(4*365*48))*grid))
		if n%2 == 0 { // the days of the exemptions
			a.From = kyiv(t, "2026-01-15").Add(time.Duration(rnd.IntN(20*48)) * grid)
			a.To = a.From
		}
		a.Places, a.ConfirmWithin = []string{pick(rnd, oblasts...), pick(rnd, "UA80", "UA80", "UA1206017001", "UA1208", "UA46")}, confirm
		checkSafe(t, rnd, seed, rules, book, &a)
	}
}

// TestOrderOfRules: the order in which rules are given does not matter.
func TestOrderOfRules(t *testing.T) {
	rnd, seed := newRand(t)
	for range 500 {
		base := kyiv(t, pick(rnd, bases...))
		rules := randomRules(t, rnd, base)
		a := randomAsk(rnd, base)
		one := curfew.New(rules).Verdict(a)
		rnd.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		other := curfew.New(rules).Verdict(a)
		if one.Verdict != other.Verdict || ids(one.Because) != ids(other.Because) || !slices.Equal(one.Carry, other.Carry) || forceText(one.Force) != forceText(other.Force) {
			t.Fatalf("seed %d: %+v: %s by [%s] and %s by [%s]%s", seed, a, one.Verdict, ids(one.Because), other.Verdict, ids(other.Because), describe(rules))
		}
	}
}
