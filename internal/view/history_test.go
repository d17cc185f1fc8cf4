package view_test

import (
	"reflect"
	"testing"
	"time"

	"example.org/teplo/internal/report"
)

// TestHistoryHidesWrites: an entry that the public does not see leaves the history as
// it was, also where it comes after the end of a sample's time.
func TestHistoryHidesWrites(t *testing.T) {
	w := newWorld(t)
	w.put(hub(1, kyiv, report.Hub{}))
	w.put(report.Record{
		Ref: "1", Source: "test", Tier: report.TierOfficial, AreaCode: kyivCode, Confirmed: report.InstantOf(w.now),
		Facts: report.Outage{Service: "power", StartsAt: report.InstantOf(w.now), AnnouncedEndAt: report.InstantOf(w.now.Add(8 * time.Hour))},
	})
	w.publish()
	began := w.now
	for _, hours := range []time.Duration{1, 7, 8, 14, 200, 2000} {
		now := began.Add(hours * time.Hour)
		quiet := w.views.Public().History(now)
		w.now = now.Add(-time.Minute)
		w.add(report.Event{File: &report.File{ID: report.HashUUID("need", now.String()), Status: "queued", Filed: report.Filed{About: report.AboutNeed, ObservedAt: report.InstantOf(w.now)}}})
		if got := w.publish().History(now); !reflect.DeepEqual(got, quiet) {
			t.Fatalf("after %d h: %v, in quiet %v", hours, got, quiet)
		}
		if want := min(report.KeptSamples, int(now.Unix()/21600-began.Unix()/21600)); len(quiet) != want {
			t.Fatalf("after %d h: %d samples, want %d", hours, len(quiet), want)
		}
	}
	if s := w.views.Public().History(began.Add(7 * time.Hour)); s[0].Oblasts["UA80"].Hubs != 1 {
		t.Errorf("%v", s)
	}
}
