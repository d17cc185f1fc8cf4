package view_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

func openNow(t *testing.T, f *view.Feature, now time.Time) string {
	t.Helper()
	var out struct {
		Properties struct {
			OpenNow    string  `json:"open_now"`
			Confidence float64 `json:"confidence"`
		}
	}
	if err := json.Unmarshal(f.AppendJSON(nil, now), &out); err != nil {
		t.Fatal(err)
	}
	return out.Properties.OpenNow
}

// TestTick: time alone opens and closes a hub, without an entry, a new rev or a
// number; a reader who comes before the tick gets the truth all the same.
func TestTick(t *testing.T) {
	w := newWorld(t)
	id := w.put(hub(1, kyiv, report.Hub{OpeningHours: "Mo-Su 08:00-17:00"}))
	before := w.publish()
	f, _ := before.Layer(report.Hubs).Feature(id)
	if got := openNow(t, f, start); got != "yes" { // noon in Kyiv
		t.Fatalf("at noon: %s", got)
	}
	shut := time.Date(2026, 1, 15, 15, 0, 0, 0, time.UTC)
	if before.Due.IsZero() || before.Due.After(shut) {
		t.Fatalf("due %s, want at most %s", before.Due, shut)
	}
	if got := openNow(t, f, shut); got != "no" {
		t.Errorf("at five, before the tick: %s", got)
	}
	for now := before.Due; !now.After(shut); now = w.views.Public().Due { // as the writer does
		w.views.Tick(w.state, now)
	}
	after := w.views.Public()
	g, _ := after.Layer(report.Hubs).Feature(id)
	if got := openNow(t, g, shut); got != "no" {
		t.Errorf("after the tick: %s", got)
	}
	if after.Seq != before.Seq || g.Facts.Rev != f.Facts.Rev || after.Ticks == before.Ticks {
		t.Errorf("seq %d, was %d; rev %d, was %d; ticks %d, was %d", after.Seq, before.Seq, g.Facts.Rev, f.Facts.Rev, after.Ticks, before.Ticks)
	}
	if string(f.AppendChange(nil)) != string(g.AppendChange(nil)) || !strings.Contains(string(g.AppendChange(nil)), `"open_now":null`) {
		t.Errorf("a feed tells of time: %s", g.AppendChange(nil))
	}
	for c := range after.Changes(0) {
		if c.ID == id && c.Feature != g {
			t.Error("the feed keeps an old feature alive")
		}
	}
}

// TestRulesReopen: a curfew rule that comes later changes hubs at once.
func TestRulesReopen(t *testing.T) {
	w := newWorld(t)
	id := w.put(hub(1, kyiv, report.Hub{OpeningHours: "24/7"}))
	f, _ := w.publish().Layer(report.Hubs).Feature(id)
	if got := openNow(t, f, start); got != "yes" {
		t.Errorf("without a rule: %s", got)
	}
	w.curfewAt("11:00", "15:00")
	f, _ = w.publish().Layer(report.Hubs).Feature(id)
	if got := openNow(t, f, start); got != "unknown" {
		t.Errorf("in the curfew: %s", got)
	}
}

// TestInForce: a rule's own in_force follows its night.
func TestInForce(t *testing.T) {
	w := newWorld(t)
	w.curfewAt("00:00", "05:00")
	snap := w.publish()
	for f := range snap.Layer(report.Curfews).All() {
		for hour, want := range map[int]string{21: "no", 22: "yes", 26: "yes", 27: "no"} {
			at := time.Date(2026, 1, 15, hour, 0, 0, 0, time.UTC)
			if got := f.DerivedAt(at).InForce; got != want {
				t.Errorf("%s: got %s, want %s", at, got, want)
			}
		}
	}
	if snap.MaxAgeSeconds(snap.Due.Add(-3*time.Second)) > 3 || snap.MaxAgeSeconds(start) == 0 {
		t.Error("a reply may outlive the next change")
	}
	if snap.TickAt(start) == snap.TickAt(snap.Due.Add(time.Minute)) {
		t.Error("one validator before and after a change")
	}
}
