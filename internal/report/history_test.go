package report_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/report"
)

// watcher is somebody who counts all that is public after every entry.
type watcher struct {
	ids  map[string]bool
	seen []report.Sample // At is when the count began to hold
}

func (c *watcher) look(w *world) {
	last := &w.entries[len(w.entries)-1].Event
	if last.Put != nil {
		c.ids[last.Put.ID] = true
	}
	s := report.Sample{At: last.At, Oblasts: map[string]report.Counts{}}
	for id := range c.ids {
		it, ok := w.state.Public.Item(id)
		if !ok {
			continue
		}
		n := s.Oblasts[it.Feature.AreaCode[:4]]
		switch facts := it.Feature.Facts.(type) {
		case report.Hub:
			n.Hubs++
		case report.Outage:
			if facts.Status == "active" && it.Feature.Tier == report.TierOfficial {
				n.Official++
			} else if facts.Status == "active" {
				n.Cells++
			}
		}
		if n != (report.Counts{}) {
			s.Oblasts[it.Feature.AreaCode[:4]] = n
		}
	}
	c.seen = append(c.seen, s)
}

// at is what the watcher counted last before an instant.
func (c *watcher) at(i report.Instant) map[string]report.Counts {
	var out map[string]report.Counts
	for _, s := range c.seen {
		if s.At < i {
			out = s.Oblasts
		}
	}
	return out
}

// week plays some days of hubs, official outages and words, with a watcher beside.
func week(t *testing.T, rnd *rand.Rand) (*world, *watcher) {
	w, c := newWorld(t, report.Ukraine()), &watcher{ids: map[string]bool{}}
	for dx := range 4 {
		c.ids[cellID(dx)] = true
	}
	put := func(r report.Record) string {
		r.Source, r.Tier, r.Confirmed = "city", report.TierOfficial, w.now
		w.add(report.Event{Put: &report.Put{ID: r.ID(), Record: r, Hash: r.ContentHash()}})
		return r.ID()
	}
	for i := range 700 {
		w.at(w.now + report.Instant(rnd.IntN(20*60*1000)))
		c.look(w)
		code := []string{"UA80000000000093317", "UA46000000000026241", "UA14000000000091971"}[rnd.IntN(3)]
		switch rnd.IntN(9) {
		case 0:
			id := put(report.Record{Ref: strconv.Itoa(i), Name: "School", AreaCode: code, Point: orb.Point{24, 49}, HasPoint: true, Facts: report.Hub{}})
			if rnd.IntN(3) == 0 {
				c.look(w)
				w.add(report.Event{Retire: &report.Retire{ID: id, Reason: "no"}})
			}
		case 1:
			o := report.Outage{Service: "power", StartsAt: w.now.Add(time.Duration(rnd.IntN(5)-2) * time.Hour)}
			if rnd.IntN(2) == 0 {
				o.AnnouncedEndAt = o.StartsAt.Add(time.Duration(1+rnd.IntN(12)) * time.Hour)
			}
			put(report.Record{Ref: strconv.Itoa(i), AreaCode: code, Facts: o})
		default:
			w.say(rnd.IntN(12), []report.Tier{report.TierAnonymous, report.TierVerified}[rnd.IntN(2)], []string{"out", "out", "back"}[rnd.IntN(3)], rnd.IntN(4))
		}
		c.look(w)
	}
	return w, c
}

// TestHistoryIsWhatWasPublic: each sample is what somebody who watched counted last
// before it, a replay gives the same, and only so many are kept.
func TestHistoryIsWhatWasPublic(t *testing.T) {
	rnd := seeded(t)
	var sum report.Counts
	for range 5 {
		w, c := week(t, rnd)
		samples := w.state.Samples()
		if want := int(w.now/report.Instant(report.SampleEvery.Milliseconds()) - start/report.Instant(report.SampleEvery.Milliseconds())); len(samples) != want || want < 12 {
			t.Fatalf("%d samples, want %d", len(samples), want)
		}
		for _, s := range samples {
			if want := c.at(s.At); !reflect.DeepEqual(s.Oblasts, want) {
				t.Fatalf("at %v: got %v, want %v", s.At.Time(), s.Oblasts, want)
			}
			if n, ok := s.Oblasts["UA14"]; ok && n.Hubs+n.Cells > 0 {
				t.Fatalf("withheld hubs or cells are counted: %v", n)
			}
			for _, n := range s.Oblasts {
				sum.Hubs, sum.Official, sum.Cells = sum.Hubs+n.Hubs, sum.Official+n.Official, sum.Cells+n.Cells
			}
		}
		again := &world{t: t, state: report.NewState(), entries: w.entries}
		for _, e := range w.entries {
			if err := again.state.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(samples, again.state.Samples()) {
			t.Fatal("a replay gives another history")
		}
	}
	if sum.Hubs == 0 || sum.Official == 0 || sum.Cells == 0 {
		t.Errorf("%+v: the test looks at nothing", sum)
	}
}

// TestHistoryForgets: a month is kept, and a pause of the writer neither lets outages
// go on in it that were over nor costs more than a month of samples.
func TestHistoryForgets(t *testing.T) {
	w := newWorld(t, report.Ukraine())
	r := report.Record{Ref: "1", Source: "city", Tier: report.TierOfficial, AreaCode: "UA46000000000026241", Confirmed: w.now, Facts: report.Outage{Service: "power", StartsAt: w.now}}
	w.add(report.Event{Put: &report.Put{ID: r.ID(), Record: r, Hash: r.ContentHash()}})
	for i := range 6 {
		w.say(i, report.TierAnonymous, "out", 0)
	}
	w.at(start.Add(3 * time.Hour)) // the cell is public until 18:00, the outage presumed over then
	w.now = start.Add(2 * 24 * time.Hour)
	policy := w.state.Policy()
	w.add(report.Event{Policy: &policy})
	got := fmt.Sprint(w.state.Samples())
	if want := fmt.Sprint([]report.Sample{
		{At: start.Add(6 * time.Hour), Oblasts: map[string]report.Counts{"UA46": {Official: 1}, "UA80": {Cells: 1}}},
		{At: start.Add(12 * time.Hour), Oblasts: map[string]report.Counts{"UA46": {Official: 1}, "UA80": {Cells: 1}}},
	}); got[:len(want)-1] != want[:len(want)-1] || len(w.state.Samples()) != 8 || len(w.state.Samples()[2].Oblasts) > 0 {
		t.Errorf("got %s, want %s and six empty ones", got, want)
	}
	w.now = start.Add(3 * 365 * 24 * time.Hour)
	w.add(report.Event{Policy: &policy})
	if n := len(w.state.Samples()); n != report.KeptSamples || w.state.Samples()[n-1].At > w.now {
		t.Errorf("%d samples, want %d", n, report.KeptSamples)
	}
}
