package tracker_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
)

// oblast is a first-level area around Kyiv, as large as its bots need.
func oblast() report.Record {
	ring := orb.Ring{{29, 49}, {33, 49}, {33, 52}, {29, 52}, {29, 49}}
	return report.Record{
		Ref: "UA80000000000093317", AreaCode: "UA80000000000093317", Source: "test", Tier: report.TierOfficial, Point: kyiv, HasPoint: true,
		Facts: report.Area{Level: string(places.LevelOblast), Category: "K", NameUK: "Київ", Outline: orb.MultiPolygon{{ring}}},
	}
}

// fileAll files drafts from many goroutines; what is over a limit is no fault.
func (r *rig) fileAll(drafts []tracker.Draft) {
	r.t.Helper()
	next := make(chan tracker.Draft)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for d := range next {
				if _, err := r.File(r.t.Context(), d); err != nil && !errors.Is(err, tracker.ErrLimited) {
					r.t.Error(err)
				}
			}
		})
	}
	for _, d := range drafts {
		next <- d
	}
	close(next)
	wg.Wait()
}

// officialHubs imports hubs around Kyiv and returns their ids.
func (r *rig) officialHubs(n int) []string {
	r.t.Helper()
	if _, err := r.Import(r.t.Context(), []report.Record{oblast()}, false); err != nil {
		r.t.Fatal(err)
	}
	var hubs []report.Record
	var ids []string
	for i := range n {
		h := report.Record{
			Ref: strconv.Itoa(i), Source: "city", Tier: report.TierOfficial, Name: "Школа", AreaCode: "UA80000000000093317",
			Point: orb.Point{30.4 + float64(i%10)*0.02, 50.4 + float64(i/10)*0.02}, HasPoint: true, Precision: "exact",
			Confirmed: report.InstantOf(r.clock.now()), Facts: report.Hub{OpeningHours: "Mo-Su 06:00-20:00", OpenInCurfew: report.Yes},
		}
		hubs, ids = append(hubs, h), append(ids, h.ID())
	}
	if _, err := r.Import(r.t.Context(), hubs, false); err != nil {
		r.t.Fatal(err)
	}
	return ids
}

// states reads open_now and disputed of every public hub.
func (r *rig) states() (open map[string]string, disputed int) {
	open = map[string]string{}
	for f := range r.Views().Public().Layer(report.Hubs).All() {
		open[f.ID] = f.DerivedAt(r.clock.now()).OpenNow
		if f.Facts.Disputed {
			disputed++
		}
	}
	return open, disputed
}

// TestBots: 10,000 anonymous reporters on 500 networks, each with three lies, make no
// public hub, close none, change no open_now, dispute no more than their networks may
// speak of, and move no cell beyond possible and some, nor more than anonymous_cells
// of an oblast in a bucket.
func TestBots(t *testing.T) {
	r := newRig(t, report.Ukraine())
	policy := report.Ukraine()
	ids := r.officialHubs(60)
	rnd := rand.New(rand.NewPCG(1, 2))
	before, _ := r.states()
	var drafts []tracker.Draft
	for bot := range 10_000 {
		addr := fmt.Sprintf("100.%d.%d.9", 64+(bot%500)/250, (bot%500)%250)
		lie := func(kind string) tracker.Draft {
			d := r.draft(fmt.Sprint(kind, bot), fmt.Sprintf("bot-%012d", bot), addr, orb.Point{29.5 + rnd.Float64()*3, 49.5 + rnd.Float64()*2})
			d.Filed.ObservedAt = report.InstantOf(r.clock.now())
			return d
		}
		outage, closed, hub := lie("outage"), lie("closed"), lie("hub")
		target := (4*(bot%500) + bot/500%4) % 60 // together they can reach the minimum in sixty cells
		outage.Point = orb.Point{29.6 + float64(target%10)*0.15, 49.8 + float64(target/10)*0.12}
		closed.Filed = report.Filed{About: report.AboutHubStatus, Hub: ids[rnd.IntN(len(ids))], State: "closed", ObservedAt: closed.Filed.ObservedAt}
		closed.HasPoint = false
		hub.Filed = report.Filed{About: report.AboutHub, Name: "Безкоштовний чай", ObservedAt: hub.Filed.ObservedAt}
		drafts = append(drafts, outage, closed, hub)
	}
	r.fileAll(drafts)
	open, disputed := r.states()
	if len(open) != len(before) {
		t.Errorf("public hubs: %d, were %d", len(open), len(before))
	}
	for id, was := range before {
		if open[id] != was {
			t.Errorf("%s was %s and is %s", id, was, open[id])
		}
	}
	if most := 500 * policy.CellsPerNetwork * policy.MaxPerNetwork / (policy.MaxPerNetwork + 1); disputed > most {
		t.Errorf("%d hubs disputed, the caps allow %d", disputed, most)
	}
	last := 0
	for range 8 {
		r.clock.forward(30 * time.Minute)
		n := r.publicOutages()
		if n-last > policy.AnonymousCells {
			t.Errorf("%d new cells in one bucket, at most %d", n-last, policy.AnonymousCells)
		}
		last = n
		for f := range r.Views().Public().Layer(report.Outages).All() {
			if o, _ := f.Facts.Facts.(report.Outage); o.Certainty != "possible" || o.Level != "some" {
				t.Fatalf("bots alone made %+v", o)
			}
		}
	}
	if last == 0 {
		t.Error("no cell at all: the test looks at nothing")
	}
}

// TestTwoNetworks: however many reporters two networks pretend to be, they dispute no
// more hubs than one of them may speak of.
func TestTwoNetworks(t *testing.T) {
	r := newRig(t, report.Ukraine())
	ids := r.officialHubs(60)
	var drafts []tracker.Draft
	for i, hub := range ids { // hub by hub: both networks spend what they may on the same ones
		for bot := range 40 {
			d := r.draft(fmt.Sprint("d", bot, "-", i), fmt.Sprintf("bot-%012d", bot), fmt.Sprintf("100.64.%d.1", bot%2), kyiv)
			d.HasPoint, d.Filed = false, report.Filed{About: report.AboutHubStatus, Hub: hub, State: "closed", ObservedAt: d.Filed.ObservedAt}
			drafts = append(drafts, d)
		}
	}
	r.clock.forward(time.Minute)
	for len(drafts) > 0 { // below reports_per_minute of a network
		n := min(len(drafts), 500)
		r.fileAll(drafts[:n])
		drafts = drafts[n:]
		r.clock.forward(time.Minute)
	}
	if _, disputed := r.states(); disputed > report.Ukraine().CellsPerNetwork || disputed == 0 {
		t.Errorf("two networks dispute %d hubs", disputed)
	}
}

// TestOneVolunteer: one stolen volunteer's key is one source: it makes no cell public
// and no hub, and what it says of hubs ends with its key's areas.
func TestOneVolunteer(t *testing.T) {
	r := newRig(t, report.Ukraine())
	ids := r.officialHubs(20)
	key := &access.Key{ID: "stolen", Role: access.Volunteer, Areas: []string{"UA46"}}
	var drafts []tracker.Draft
	for i := range 300 {
		d := r.draft(fmt.Sprint("v", i), "", "203.0.113.9", orb.Point{29.5 + float64(i%100)*0.02, 50})
		d.Key = key
		c := r.draft(fmt.Sprint("c", i), "", "203.0.113.9", kyiv)
		c.Key, c.HasPoint = key, false
		c.Filed = report.Filed{About: report.AboutHubStatus, Hub: ids[i%len(ids)], State: "closed", ObservedAt: c.Filed.ObservedAt}
		drafts = append(drafts, d, c)
	}
	before, _ := r.states()
	r.fileAll(drafts)
	r.clock.forward(4 * time.Hour)
	if n := r.publicOutages(); n != 0 {
		t.Errorf("one volunteer made %d public cells", n)
	}
	if open, _ := r.states(); fmt.Sprint(open) != fmt.Sprint(before) {
		t.Errorf("outside its areas the key closed hubs: %v", open)
	}
}

// TestBlackout: a true blackout of every cell, told by honest people and some
// volunteers, is shown within two hours of the delay.
func TestBlackout(t *testing.T) {
	r := newRig(t, report.Ukraine())
	r.officialHubs(1)
	var drafts []tracker.Draft
	cells := 0
	for x := range 15 {
		for y := range 10 {
			at := orb.Point{29.6 + float64(x)*0.15, 49.8 + float64(y)*0.12}
			for i := range 6 {
				n := cells*6 + i
				d := r.draft(fmt.Sprint("b", n), fmt.Sprintf("person-%012d", n), fmt.Sprintf("10.%d.%d.1", n/250, n%250), at)
				if i == 0 && cells%2 == 0 {
					d.Key = &access.Key{ID: fmt.Sprint("volunteer", cells), Role: access.Volunteer}
				}
				drafts = append(drafts, d)
			}
			cells++
		}
	}
	r.fileAll(drafts)
	r.clock.forward(2*time.Hour + 30*time.Minute)
	if n := r.publicOutages(); n != 0 {
		t.Errorf("%d cells before the delay", n)
	}
	for range 5 { // the delay, and two hours
		r.clock.forward(30 * time.Minute)
		r.publicOutages()
	}
	if n := r.publicOutages(); n != cells {
		t.Errorf("two hours after the delay %d of %d cells are shown", n, cells)
	}
}
