package report_test

import (
	"testing"
	"time"

	"example.org/teplo/internal/report"
)

func TestAnonymousCap(t *testing.T) {
	w := newWorld(t, report.Ukraine())
	for dx := range 40 {
		for i := range 5 {
			w.say(100*dx+i, report.TierAnonymous, "out", dx)
		}
	}
	shown := func() (n int) {
		for dx := range 40 {
			if _, ok := w.outage(dx); ok {
				n++
			}
		}
		return n
	}
	w.at(start.Add(3 * time.Hour))
	if got := shown(); got != 25 {
		t.Errorf("first bucket: got %d cells, want 25", got)
	}
	w.at(start.Add(3*time.Hour + 30*time.Minute))
	if got := shown(); got != 40 {
		t.Errorf("second bucket: got %d cells, want 40", got)
	}
}

// TestCapLift: a moderator lets through what waits for anonymous_cells, once, and
// nothing that has too few sources.
func TestCapLift(t *testing.T) {
	w := newWorld(t, report.Ukraine())
	for dx := range 100 {
		for i := range 5 - dx/99 { // the last has four sources
			w.say(100*dx+i, report.TierAnonymous, "out", dx)
		}
	}
	shown := func() (n int) {
		for dx := range 100 {
			if _, ok := w.outage(dx); ok {
				n++
			}
		}
		return n
	}
	w.at(start.Add(3 * time.Hour))
	if got, waiting := shown(), w.state.Waiting()["UA80"]; got != 25 || waiting != 74 {
		t.Errorf("first bucket: %d cells, %d wait; want 25, 74", got, waiting)
	}
	w.at(start.Add(3*time.Hour + time.Minute))
	w.add(report.Event{Lift: &report.CapLift{Area: "UA80", By: "m"}})
	if got := shown(); got != 25 {
		t.Errorf("between bucket ends: %d cells, want 25", got)
	}
	w.at(start.Add(3*time.Hour + 30*time.Minute))
	if got, waiting := shown(), w.state.Waiting()["UA80"]; got != 99 || waiting != 0 {
		t.Errorf("after the lift: %d cells, %d wait; want 99, 0", got, waiting)
	}
}
