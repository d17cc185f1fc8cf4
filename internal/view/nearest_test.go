package view_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

func seeded(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

var (
	start = time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)
	kyiv  = orb.Point{30.5234, 50.4501}
)

const kyivCode = "UA80000000000093317"

// world is a state and its views, fed by puts.
type world struct {
	t     testing.TB
	state *report.State
	views *view.Views
	now   time.Time
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, state: report.NewState(), views: view.New(), now: start}
	drill := report.Drill()
	w.add(report.Event{Policy: &drill})
	return w
}

func (w *world) add(e report.Event) {
	w.t.Helper()
	e.Version, e.At = report.EventVersion, report.InstantOf(w.now)
	if err := w.state.Apply(report.Entry{Seq: w.state.Seq + 1, Event: e}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) put(r report.Record) string {
	w.t.Helper()
	id := r.ID()
	w.add(report.Event{Put: &report.Put{ID: id, Record: r, Hash: r.ContentHash()}})
	return id
}

func (w *world) publish() *view.Snapshot {
	w.views.Publish(w.state, w.now)
	return w.views.Public()
}

// curfewAt puts a nightly curfew of Kyiv, with leave to walk to hubs.
func (w *world) curfewAt(from, to string) {
	w.put(report.Record{
		Ref: "rule", Source: "test", Tier: report.TierOfficial, AreaCode: kyivCode, Confirmed: report.InstantOf(w.now),
		Facts: report.Curfew{Kind: "baseline", StartLocal: from, EndLocal: to, Timezone: "Europe/Kyiv"},
	})
}

func hub(i int, at orb.Point, facts report.Hub) report.Record {
	return report.Record{
		Ref: strconv.Itoa(i), Source: "test", Tier: report.TierOfficial, Name: fmt.Sprintf("Hub %d", i), AreaCode: kyivCode,
		Point: at, HasPoint: true, Precision: "exact", Confirmed: report.InstantOf(start.Add(-time.Hour)), Facts: facts,
	}
}

// randomHubs puts n hubs around Kyiv, some with one place, some without a street.
func (w *world) randomHubs(rnd *rand.Rand, n int) {
	hours := []string{"", "24/7", "Mo-Su 08:00-17:00", "10:00-12:30", "22:00-06:00"}
	var at orb.Point
	for i := range n {
		if i == 0 || rnd.IntN(10) > 0 {
			at = geo.Snap(orb.Point{kyiv[0] + rnd.NormFloat64()*0.2, kyiv[1] + rnd.NormFloat64()*0.15}, 0.0001)
		}
		facts := report.Hub{OpeningHours: hours[rnd.IntN(len(hours))], Category: report.HubCategories[rnd.IntN(6)], OpenInCurfew: report.YesNoUnknown[rnd.IntN(3)]}
		facts.Amenities = facts.Amenities.With("heat", report.YesNoUnknown[rnd.IntN(3)])
		r := hub(i, at, facts)
		if rnd.IntN(20) == 0 {
			r.Precision = "settlement"
		}
		w.put(r)
	}
}

// naiveNearest looks at every hub.
func naiveNearest(snap *view.Snapshot, w *view.Walk) []string {
	type row struct {
		id           string
		meters       float64
		rough        int
		rank, minute int
	}
	var rows []row
	for f := range snap.Layer(report.Hubs).All() {
		if w.Wants != nil && !w.Wants(f) {
			continue
		}
		r := row{id: f.ID, meters: geo.DistanceMeters(w.From, f.Facts.Place.Point)}
		at := w.At
		if f.Facts.Precision == "settlement" {
			r.rough = 1
		} else {
			r.minute = int(math.Ceil(r.meters * 1.3 / w.Speed / 60))
			at = at.Add(time.Duration(r.minute) * time.Minute)
		}
		state := f.Opening.At(at)
		if r.rough == 1 && state == "yes" {
			state = "unknown"
		}
		if w.Open && state != "yes" {
			continue
		}
		r.rank = slices.Index([]string{"yes", "unknown", "no"}, state)
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(a.rough-b.rough, cmp.Compare(a.meters, b.meters), cmp.Compare(a.id, b.id))
	})
	rows = rows[:min(len(rows), w.Limit)]
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Or(a.rough-b.rough, a.rank-b.rank) })
	var out []string
	for _, r := range rows {
		out = append(out, r.id)
	}
	return out
}

// TestNearestAgainstNaive asks 100,000 random questions (2,000 in short mode).
func TestNearestAgainstNaive(t *testing.T) {
	rnd := seeded(t)
	rounds := 250
	if testing.Short() {
		rounds = 10
	}
	for range rounds {
		w := newWorld(t)
		w.curfewAt("23:00", "05:00")
		w.randomHubs(rnd, rnd.IntN(24))
		snap := w.publish()
		for range 400 {
			ask := view.Walk{
				From: orb.Point{kyiv[0] + rnd.NormFloat64()*0.2, kyiv[1] + rnd.NormFloat64()*0.15}, Area: kyivCode,
				At: start.Add(time.Duration(rnd.IntN(48*60)) * time.Minute), Speed: 0.5 + rnd.Float64()*2, By: curfew.Foot,
				Limit: 1 + rnd.IntN(8), Open: rnd.IntN(2) == 0,
			}
			if rnd.IntN(3) == 0 {
				ask.Wants = func(f *view.Feature) bool {
					return f.Facts.Facts.(report.Hub).Amenities.Of("heat") == report.Yes
				}
			}
			var got []string
			for _, n := range snap.Nearest(ask) {
				got = append(got, n.ID)
			}
			if want := naiveNearest(snap, &ask); !slices.Equal(got, want) {
				t.Fatalf("%+v: got %v, want %v", ask, got, want)
			}
		}
	}
}

// TestNearestGo: the verdict is for the whole walk: what begins before the curfew
// and ends in it is not allowed.
func TestNearestGo(t *testing.T) {
	w := newWorld(t)
	w.curfewAt("23:00", "05:00")
	w.put(hub(1, orb.Point{kyiv[0], kyiv[1] + 0.02}, report.Hub{OpeningHours: "24/7", OpenInCurfew: "yes"})) // 2,2 km, 44 min
	snap := w.publish()
	for clock, want := range map[string]curfew.Verdict{"20:00": curfew.Allowed, "20:15": curfew.Allowed, "20:17": curfew.Forbidden, "22:00": curfew.Forbidden} {
		at, err := time.Parse("2006-01-02 15:04", "2026-01-15 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		n := snap.Nearest(view.Walk{From: kyiv, Area: kyivCode, At: at, Speed: 1.1, By: curfew.Foot, Limit: 1})[0]
		if n.Minutes != 44 || n.Go.Verdict != want {
			t.Errorf("at %s UTC: got %d min, %s; want 44, %s", clock, n.Minutes, n.Go.Verdict, want)
		}
	}
	if p := places.Prefix(kyivCode); p != "UA80" {
		t.Errorf("prefix of Kyiv: %s", p)
	}
}

// BenchmarkNearest asks among 12,000 hubs.
func BenchmarkNearest(b *testing.B) {
	w := newWorld(b)
	w.curfewAt("23:00", "05:00")
	w.randomHubs(seeded(b), 12_000)
	snap := w.publish()
	for name, open := range map[string]bool{"any": false, "open": true} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				at := orb.Point{kyiv[0] + float64(i%100)*0.002, kyiv[1]}
				snap.Nearest(view.Walk{From: at, Area: kyivCode, At: start, Speed: 1.1, By: curfew.Foot, Limit: 5, Open: open})
			}
		})
	}
}
