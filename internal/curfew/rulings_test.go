package curfew_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/teplo/internal/curfew"
)

// TestRulingsRandom: at every instant that matters the rulings are the oracle's
// verdict, without gaps and as long as can be; and the worst that a walk meets is the
// verdict for it.
func TestRulingsRandom(t *testing.T) {
	rnd, seed := newRand(t)
	tally := map[curfew.Verdict]int{}
	for n := range 500 {
		base := kyiv(t, pick(rnd, bases...))
		rules := randomRules(t, rnd, base)
		book, o := curfew.New(rules), newOracle(rules)
		a := randomAsk(rnd, base)
		a.Places, a.To = a.Places[:1], base.Add(84*time.Hour)
		list := book.Rulings(a)
		i := 0
		for at := base; at.Before(a.To); at = at.Add(grid) {
			for _, at := range []time.Time{at, at.Add(1)} {
				for !at.Before(list[i].To) {
					if i++; i == len(list) || !list[i].From.Equal(list[i-1].To) || list[i].Verdict == list[i-1].Verdict && slices.Equal(list[i].Carry, list[i-1].Carry) {
						t.Fatalf("seed %d, set %d: ruling %d of %v", seed, n, i, list)
					}
				}
				want, _ := o.verdict(a.Places[0], at, &a)
				now := book.Verdict(curfew.Ask{Places: a.Places, From: at, To: at, Destination: a.Destination, Mode: a.Mode, ConfirmWithin: a.ConfirmWithin})
				if got := list[i]; got.Verdict != want || !slices.Equal(got.Carry, now.Carry) {
					t.Fatalf("seed %d, set %d: %+v at %s: got %s, carry %v; want %s, carry %v%s", seed, n, a, shown(at), got.Verdict, got.Carry, want, now.Carry, describe(rules))
				}
				tally[want]++
			}
		}
		walk := a
		walk.From = base.Add(time.Duration(rnd.IntN(120)) * grid / 2)
		walk.To = walk.From.Add(time.Duration(rnd.IntN(20)) * grid / 2)
		want := curfew.Allowed
		for _, r := range list {
			if r.From.After(walk.To) || !walk.From.Before(r.To) {
				continue
			}
			want = worst(want, r.Verdict)
		}
		if got := book.Verdict(walk).Verdict; got != want {
			t.Fatalf("seed %d, set %d: walk %+v: got %s, the rulings say %s%s", seed, n, walk, got, want, describe(rules))
		}
	}
	if tally[curfew.Allowed] < 300 || tally[curfew.Forbidden] < 300 {
		t.Errorf("seed %d: the sets are one-sided: %v", seed, tally)
	}
	if got := curfew.New(nil).Rulings(curfew.Ask{From: time.Unix(0, 0), To: time.Unix(60, 0)}); len(got) != 1 || got[0].Verdict != curfew.Unconfirmed {
		t.Errorf("no place: %v", got)
	}
}

// TestAreas: every place is ruled like the area of the list with the longest prefix.
func TestAreas(t *testing.T) {
	rnd, seed := newRand(t)
	inside := 0
	for n := range 300 {
		base := kyiv(t, bases[0])
		rules := randomRules(t, rnd, base)
		book := curfew.New(rules)
		list := book.Areas("UA12")
		for _, place := range []string{"UA12", "UA1206", "UA1206017", "UA1206017001", "UA1299"} {
			best := ""
			for _, area := range list {
				if strings.HasPrefix(place, area) && len(area) > len(best) {
					best = area
				}
			}
			if best == "" {
				t.Fatalf("nothing for %s in %v", place, list)
			}
			for i := range 8 {
				at := base.Add(time.Duration(i) * 6 * grid)
				if got, want := forceText(book.InForce(best, at)), forceText(book.InForce(place, at)); got != want {
					t.Fatalf("seed %d, set %d: %s as %s of %v: %s, want %s%s", seed, n, place, best, list, got, want, describe(rules))
				}
			}
		}
		if !slices.IsSorted(list) || list[0] != "UA12" {
			t.Fatalf("order: %v", list)
		}
		inside += len(list) - 1
	}
	if inside == 0 {
		t.Error("no area inside in any set")
	}
}
