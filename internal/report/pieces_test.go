package report_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/report"
)

// TestPieces: at every minute of a week the pieces are what At answers, whatever the
// hub says and the rules are, also where they contradict each other for a while.
func TestPieces(t *testing.T) {
	zone, policy := kyivZone(t), report.Ukraine()
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 1))
	base := time.Date(2026, 3, 26, 7, 0, 0, 0, time.UTC) // the clock changes on the 29th
	some := func(texts ...string) string { return texts[rnd.IntN(len(texts))] }
	near := func() time.Time { return base.Add(time.Duration(rnd.IntN(8*24*4)-48) * 15 * time.Minute) }
	tally := map[string]int{}
	for n := range 40 {
		var rules []curfew.Rule
		for i := range rnd.IntN(5) {
			rules = append(rules, curfew.Rule{
				ID: string(rune('a' + i)), Area: "UA80", Kind: []curfew.Kind{curfew.Baseline, curfew.Baseline, curfew.Exceptional, curfew.None}[rnd.IntN(4)],
				Start: 30 * rnd.IntN(48), End: 30 * rnd.IntN(48), Zone: zone, From: near(), To: near(), Ordered: base, Confirmed: base,
			})
		}
		hub := report.Hub{
			OpeningHours: some("24/7", "08:00-20:00", "22:00-06:00", "Mo-Fr 09:00-18:00", "Mo off; 10:00-12:00 unknown", ""),
			OpenInCurfew: some("yes", "no", "unknown", "unknown"), Availability: some("", "", "", "standby", "closed"),
			Status: some("unknown", "open", "closed", "full"), StatusAt: report.InstantOf(base.Add(time.Duration(rnd.IntN(24)-12) * time.Hour)),
		}
		o := report.NewOpening(hubFeature(hub), curfew.New(rules), &policy, zone)
		at, to := base, base.Add(7*24*time.Hour)
		last := ""
		for _, p := range o.Pieces(base, to) {
			if !p.From.Equal(at) || p.State == last {
				t.Fatalf("seed %d, set %d: a piece of %s from %s to %s after %s until %s", seed, n, p.State, p.From, p.To, last, at)
			}
			for ; at.Before(p.To); at = at.Add(time.Minute) {
				if want := o.At(at); want != p.State {
					t.Fatalf("seed %d, set %d: at %s got %s, want %s; %+v %+v", seed, n, at, p.State, want, hub, rules)
				}
			}
			last = p.State
			tally[last]++
		}
		if !at.Equal(to) {
			t.Fatalf("seed %d, set %d: ends at %s", seed, n, at)
		}
	}
	if tally["yes"] < 20 || tally["no"] < 20 || tally["unknown"] < 20 {
		t.Errorf("seed %d: the sets are one-sided: %v", seed, tally)
	}
}

// TestRulesBeginInDoubt: where no rule is known the day counts as free, up to the
// instant from which rules contradict each other: a state that stays unknown is no
// reason to go on with a yes.
func TestRulesBeginInDoubt(t *testing.T) {
	zone, policy := kyivZone(t), report.Ukraine()
	noon := time.Date(2026, 1, 15, 12, 0, 0, 0, zone)
	rule := func(id string, start, end int) curfew.Rule {
		return curfew.Rule{ID: id, Area: "UA80", Kind: curfew.Baseline, Start: start, End: end, Zone: zone, From: noon.Add(time.Hour), Ordered: noon, Confirmed: noon}
	}
	book := curfew.New([]curfew.Rule{rule("a", 10*60, 20*60), rule("b", 23*60, 5*60)})
	o := report.NewOpening(hubFeature(report.Hub{OpeningHours: "24/7"}), book, &policy, zone)
	if got := o.At(noon); got != report.Yes {
		t.Fatalf("at noon: %s", got)
	}
	if _, _, closes, _ := o.Span(noon); !closes.Equal(noon.Add(time.Hour)) {
		t.Errorf("closes: got %s, want an hour after noon", closes)
	}
	if p := o.Pieces(noon, noon.Add(3*time.Hour)); len(p) != 2 || !p[1].From.Equal(noon.Add(time.Hour)) || p[1].State != report.Unknown {
		t.Errorf("pieces: %v", p)
	}
}
