package curfew_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"example.org/teplo/internal/curfew"
)

// grid is what all times of random rules are multiples of; so looking at every
// multiple and the nanosecond after it (staleness begins then) misses nothing.
const grid = 30 * time.Minute

// bases lie about plain days and the changes of Kyiv's clock.
var bases = []string{"2026-01-15", "2026-03-28", "2026-03-29", "2025-10-25", "2025-10-26"}

var randomPlaces = []string{"", "UA12", "UA1206", "UA1206017", "UA1206017001", "UA80", "UA99"}

func pick[T any](rnd *rand.Rand, from ...T) T { return from[rnd.IntN(len(from))] }

func newRand(t testing.TB) (*rand.Rand, uint64) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	return rand.New(rand.NewPCG(seed, 1)), seed
}

// randomRules make up to 9 rules about a day, so few areas, orders and hours that
// they often meet.
func randomRules(t testing.TB, rnd *rand.Rand, base time.Time) []curfew.Rule {
	t.Helper()
	near := func() time.Time { return base.Add(time.Duration(rnd.IntN(288)-144) * grid) }
	minute := func() int {
		return pick(rnd, 0, 0, 30, 180, 210, 240, 300, 300, 1380, 1380, 1410, 720, 30*rnd.IntN(48))
	}
	rules := make([]curfew.Rule, 1+rnd.IntN(9))
	for i := range rules {
		r := &rules[i]
		*r = curfew.Rule{
			ID:   fmt.Sprintf("r%d", i),
			Area: pick(rnd, "", "UA12", "UA12", "UA1206", "UA1206", "UA1206017", "UA80"),
			Kind: pick(rnd, curfew.Baseline, curfew.Baseline, curfew.Baseline, curfew.Extension, curfew.Easing, curfew.Exceptional,
				curfew.Exceptional, curfew.Exemption, curfew.Exemption, curfew.Cancelled, curfew.None),
			Start: minute(), End: minute(), Zone: zone(t, pick(rnd, "Europe/Kyiv", "Europe/Kyiv", "Europe/Kyiv", "UTC")),
			Ordered: base.AddDate(0, 0, -rnd.IntN(3)), Confirmed: near(),
			Unresolved: rnd.IntN(12) == 0,
		}
		if rnd.IntN(4) > 0 {
			r.Confirmed = base
		}
		vary(rnd, r, near)
	}
	return rules
}

// vary opens validities, takes hours away, excepts areas and exempts people.
func vary(rnd *rand.Rand, r *curfew.Rule, near func() time.Time) {
	if rnd.IntN(3) == 0 {
		r.From = near()
	}
	if rnd.IntN(3) == 0 {
		r.To = near()
	}
	hourless := 12
	if r.Kind == curfew.Cancelled || r.Kind == curfew.Exemption {
		hourless = 2
	}
	if rnd.IntN(hourless) == 0 {
		r.Start, r.End = -1, -1
	}
	if rnd.IntN(15) == 0 {
		r.Start = pick(rnd, -1, 1440)
	}
	if rnd.IntN(8) == 0 {
		r.Except = []string{pick(rnd, "", "UA1206", "UA1206017", "UA80")}
	}
	if r.Kind == curfew.Exemption || rnd.IntN(8) == 0 {
		for _, word := range []string{"hub_access", "shelter", "on_foot", "taxi", "late_train"} {
			if rnd.IntN(2) == 0 {
				r.Exemptions = append(r.Exemptions, word)
			}
		}
	}
	if rnd.IntN(3) == 0 {
		r.Documents = []string{"ticket"}
	}
}

func randomAsk(rnd *rand.Rand, from time.Time) curfew.Ask {
	return curfew.Ask{
		Places: pick(rnd, []string{"UA1206017001"}, []string{"UA1206", "UA12"}, []string{"UA1206017", "UA80"}, []string{pick(rnd, randomPlaces...)}),
		From:   from, To: from.Add(pick(rnd, 0, 0, grid, 3*grid, 20*grid)),
		Destination:   pick(rnd, curfew.Hub, curfew.Hub, curfew.Home, curfew.Shelter),
		Mode:          pick(rnd, curfew.Foot, curfew.Foot, curfew.Car, curfew.Taxi),
		ConfirmWithin: pick(rnd, 1000*time.Hour, 48*time.Hour, 12*time.Hour),
	}
}

func describe(rules []curfew.Rule) string {
	out := ""
	for _, r := range rules {
		out += fmt.Sprintf("\n  %s %q but %q %s %d-%d %s from %s to %s ordered %s confirmed %s unresolved %v %v", r.ID, r.Area, r.Except, r.Kind,
			r.Start, r.End, r.Zone, shown(r.From), shown(r.To), shown(r.Ordered), shown(r.Confirmed), r.Unresolved, r.Exemptions)
	}
	return out
}

// TestWindowsRandom: the windows are what the oracle sees minute for minute, and are
// the longest runs.
func TestWindowsRandom(t *testing.T) {
	rnd, seed := newRand(t)
	for n := range 1000 {
		base := kyiv(t, pick(rnd, bases...))
		rules := randomRules(t, rnd, base)
		book, o := curfew.New(rules), newOracle(rules)
		place := pick(rnd, randomPlaces...)
		from, to := base.Add(-30*time.Hour), base.Add(54*time.Hour)
		windows := book.Windows(place, from, to)
		at := from
		for i, w := range windows {
			if !w.From.Equal(at) || !w.From.Before(w.To) || i > 0 && windows[i-1].State == w.State || w.From.Truncate(grid) != w.From {
				t.Fatalf("seed %d, set %d: window %d of %v", seed, n, i, windows)
			}
			for ; at.Before(w.To); at = at.Add(grid) {
				if v := o.look(place, at); v.state != w.State {
					t.Fatalf("seed %d, set %d: %q at %s: got %s, want %s%s", seed, n, place, shown(at), w.State, v.state, describe(rules))
				}
			}
		}
		if !at.Equal(to) {
			t.Fatalf("seed %d, set %d: ends at %s, want %s", seed, n, shown(at), shown(to))
		}
	}
}

// TestMinutes: the same, looking at every single minute, with hours and validities
// on any minute.
func TestMinutes(t *testing.T) {
	rnd, seed := newRand(t)
	for n := range 60 {
		base := kyiv(t, pick(rnd, bases...))
		rules := randomRules(t, rnd, base)
		for i := range rules {
			r := &rules[i]
			shift := time.Duration(rnd.IntN(30)) * time.Minute
			if r.Start >= 0 && r.End >= 0 && r.Start < 1440 {
				r.Start, r.End = (r.Start+rnd.IntN(30))%1440, (r.End+rnd.IntN(30))%1440
			}
			if !r.From.IsZero() {
				r.From = r.From.Add(shift)
			}
		}
		book, o := curfew.New(rules), newOracle(rules)
		place := pick(rnd, randomPlaces...)
		from := base.Add(-6 * time.Hour)
		for _, w := range book.Windows(place, from, from.Add(36*time.Hour)) {
			for at := w.From; at.Before(w.To); at = at.Add(time.Minute) {
				if v := o.look(place, at); v.state != w.State {
					t.Fatalf("seed %d, set %d: %q at %s: got %s, want %s%s", seed, n, place, shown(at), w.State, v.state, describe(rules))
				}
			}
		}
	}
}

// TestInForceRandom: every member of Force is what follows from the oracle's states
// of the next 31 days.
func TestInForceRandom(t *testing.T) {
	rnd, seed := newRand(t)
	for n := range 120 {
		base := kyiv(t, pick(rnd, bases...))
		rules := randomRules(t, rnd, base)
		book, o := curfew.New(rules), newOracle(rules)
		place := pick(rnd, randomPlaces...)
		var states []curfew.State // from base on
		for i := range 34 * 48 {
			states = append(states, o.look(place, base.Add(time.Duration(i)*grid)).state)
		}
		for range 20 {
			i := rnd.IntN(2 * 48)
			at := base.Add(time.Duration(i) * grid)
			got, want := book.InForce(place, at), o.force(states[i:i+31*48+1], place, at)
			if g, w := forceText(got), forceText(want); g != w {
				t.Fatalf("seed %d, set %d: %q at %s:\n got %s\nwant %s%s", seed, n, place, shown(at), g, w, describe(rules))
			}
		}
	}
}

// force reads what is asked for off the states from at on.
func (o *oracle) force(states []curfew.State, place string, at time.Time) curfew.Force {
	v := o.look(place, at)
	f := curfew.Force{State: states[0], Deciding: v.relied, Newest: v.newest}
	changes := []int{}
	for i := 1; i < len(states); i++ {
		if states[i] != states[i-1] {
			changes = append(changes, i)
		}
	}
	when := func(i int) time.Time { return at.Add(time.Duration(i) * grid) }
	if len(changes) > 0 {
		f.Change = when(changes[0])
		next := states[changes[0]]
		uncovered := next == curfew.Unknown && len(o.look(place, f.Change).relied) == 0
		if states[0] == curfew.Yes && (next == curfew.No || uncovered) {
			f.Until = f.Change
		}
	}
	for i, s := range states {
		if s == curfew.Unknown {
			break
		}
		if i > 0 && s == curfew.Yes && states[i-1] == curfew.No {
			f.NextStart = when(i)
			break
		}
	}
	return f
}

func forceText(f curfew.Force) string {
	return fmt.Sprintf("%s until %s next %s change %s by [%s] newest %s", f.State, shown(f.Until), shown(f.NextStart), shown(f.Change), sortedIDs(f.Deciding), shown(f.Newest))
}

// TestVerdictRandom: the verdict of a walk is the worst that the oracle finds in any
// place at any instant, its Until the first later start with another.
func TestVerdictRandom(t *testing.T) {
	rnd, seed := newRand(t)
	tally := map[curfew.Verdict]int{}
	for n := range 700 {
		base := kyiv(t, pick(rnd, bases...))
		rules := randomRules(t, rnd, base)
		book, o := curfew.New(rules), newOracle(rules)
		a := randomAsk(rnd, base)
		instants := o.verdicts(&a, base, 6*24*time.Hour)
		steps := 2 * int(a.To.Sub(a.From)/grid)
		for range 8 {
			i := rnd.IntN(3 * 96)
			a.From = instants[i].at
			a.To = a.From.Add(time.Duration(steps/2) * grid)
			got, want, stale := book.Verdict(a), instants[i].verdict, false
			for _, x := range instants[i : i+steps+1] {
				want = worst(want, x.verdict)
			}
			for _, x := range instants[i : i+steps+1] {
				stale = stale || x.stale && x.verdict == want
			}
			j := i
			for j+steps+1 < len(instants) && worstOf(instants[j:j+steps+1]) == want {
				j++
			}
			until := instants[j].at
			if until.After(a.From.Add(48 * time.Hour)) {
				until = time.Time{}
			}
			if got.Verdict != want || got.Stale != stale || !got.Until.Equal(until) {
				t.Fatalf("seed %d, set %d: %+v:\n got %s stale %v until %s by %s\nwant %s stale %v until %s%s", seed, n, a, got.Verdict, got.Stale,
					shown(got.Until), ids(got.Because), want, stale, shown(until), describe(rules))
			}
			checkReasons(t, &a, &got)
			tally[want]++
		}
	}
	if tally[curfew.Allowed] < 300 || tally[curfew.Unconfirmed] < 300 || tally[curfew.Forbidden] < 100 {
		t.Errorf("seed %d: the sets are one-sided: %v", seed, tally)
	}
}

type instant struct {
	at      time.Time
	verdict curfew.Verdict
	stale   bool
}

// verdicts are the worst of the places at every multiple of the grid and just after.
func (o *oracle) verdicts(a *curfew.Ask, from time.Time, long time.Duration) []instant {
	var out []instant
	for at := from; at.Before(from.Add(long)); at = at.Add(grid) {
		for _, at := range []time.Time{at, at.Add(1)} {
			x := instant{at: at, verdict: curfew.Allowed}
			for _, place := range a.Places {
				v, stale := o.verdict(place, at, a)
				switch {
				case v == x.verdict:
					x.stale = x.stale || stale
				case worst(v, x.verdict) == v:
					x.verdict, x.stale = v, stale
				}
			}
			out = append(out, x)
		}
	}
	return out
}

func worst(a, b curfew.Verdict) curfew.Verdict {
	order := []curfew.Verdict{curfew.Allowed, curfew.Unconfirmed, curfew.Forbidden}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

func worstOf(of []instant) curfew.Verdict {
	v := curfew.Allowed
	for _, x := range of {
		v = worst(v, x.verdict)
	}
	return v
}

// checkReasons: a yes has reasons, a yes in curfew has an exemption among them that
// names what was asked, and what to carry.
func checkReasons(t *testing.T, a *curfew.Ask, got *curfew.Answer) {
	t.Helper()
	exempted := slices.ContainsFunc(got.Because, func(r *curfew.Rule) bool { return named(r, a) && r.Area != "" && !r.Unresolved })
	switch {
	case got.Verdict != curfew.Allowed:
		if len(got.Carry) > 0 {
			t.Errorf("%s says to carry %v", got.Verdict, got.Carry)
		}
	case len(got.Because) == 0, got.Force.State == curfew.Unknown:
		t.Errorf("yes in force %s because of [%s]", got.Force.State, ids(got.Because))
	case got.Force.State == curfew.Yes && (!exempted || len(got.Carry) == 0):
		t.Errorf("yes in a curfew because of [%s], carry %v", ids(got.Because), got.Carry)
	}
}
