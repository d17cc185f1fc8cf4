package view_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// told is one report of a random world.
type told struct {
	at       time.Time
	observed time.Time
	source   int
	cell     int
	out      bool
	verified bool
}

// randomTold makes the reports of one world: few cells, so that some reach the
// minimum and some do not.
func randomTold(rnd *rand.Rand) []told {
	var list []told
	at := start
	for range 5 + rnd.IntN(45) {
		at = at.Add(time.Duration(rnd.IntN(20*60)) * time.Second)
		list = append(list, told{
			at: at, observed: at.Add(-time.Duration(rnd.IntN(90)) * time.Minute), source: rnd.IntN(9), cell: rnd.IntN(3),
			out: rnd.IntN(4) > 0, verified: rnd.IntN(6) == 0,
		})
	}
	return list
}

// live plays reports as the writer does: before an entry at or after the end of a
// bucket that is due stands the bucket.
func live(t *testing.T, list []told) *world {
	t.Helper()
	w := &world{t: t, state: report.NewState(), views: view.New(), now: start}
	policy := report.Ukraine()
	w.add(report.Event{Policy: &policy})
	w.publish()
	turn := func(at time.Time) {
		for due := w.state.NextBucket(); due != 0 && !due.Time().After(at); due = w.state.NextBucket() {
			w.now = due.Time()
			w.add(report.Event{Bucket: &report.Bucket{End: due}})
		}
		w.now = at
	}
	for i, r := range list {
		turn(r.at)
		var id report.UUID
		binary.BigEndian.PutUint64(id[:], uint64(i+1))
		binary.BigEndian.PutUint64(id[8:], uint64(r.at.UnixNano()))
		cell := geo.CellAt(orb.Point{30.5 + float64(r.cell)*0.2, 50.45}, policy.CellZoom)
		tier, state := report.TierAnonymous, "back"
		if r.verified {
			tier = report.TierVerified
		}
		if r.out {
			state = "out"
		}
		w.add(report.Event{File: &report.File{
			ID: id, Tier: tier, Tag: report.Tag{byte(r.source + 1)}, AreaCode: kyivCode, Cell: report.PackCell(cell), CellArea: kyivCode, Counts: true,
			Status: "counted", Filed: report.Filed{About: report.AboutOutage, Service: "power", State: state, ObservedAt: report.InstantOf(r.observed)},
		}})
	}
	turn(start.Add(40 * time.Hour))
	w.publish()
	return w
}

// everPublic lists the cells that were public at any time.
func everPublic(w *world) []string {
	var ids []string
	for c := range w.views.Public().Changes(0) {
		ids = append(ids, c.ID)
	}
	return ids
}

// allPublic is every byte that the public may have, its history included.
func allPublic(w *world) []byte {
	snap := w.views.Public()
	return fmt.Append(snap.Dump(nil), snap.History(w.now.Add(time.Minute)))
}

// TestSuppressedTellsNothing: in 10,000 random worlds (500 in short mode) the public
// bytes, numbers and times stay the same when any one source of a cell that never
// became public is taken out of the journal.
func TestSuppressedTellsNothing(t *testing.T) {
	rnd := seeded(t)
	worlds, public := 10_000, 0
	if testing.Short() {
		worlds = 500
	}
	for range worlds {
		list := randomTold(rnd)
		w := live(t, list)
		shown := everPublic(w)
		public += len(shown)
		cell, source := rnd.IntN(3), rnd.IntN(9)
		id := cellID(cell)
		if slices.Contains(shown, id) {
			continue
		}
		less := slices.DeleteFunc(slices.Clone(list), func(r told) bool { return r.cell == cell && r.source == source })
		if a, b := allPublic(w), allPublic(live(t, less)); !bytes.Equal(a, b) {
			t.Fatalf("cell %s, source %d of %+v shows:\n%s\nagainst\n%s", id, source, list, a, b)
		}
	}
	if public < worlds/20 {
		t.Errorf("%d public cells in %d worlds: the test looks at nothing", public, worlds)
	}
}

func cellID(cell int) string {
	policy := report.Ukraine()
	c := geo.CellAt(orb.Point{30.5 + float64(cell)*0.2, 50.45}, policy.CellZoom)
	return report.CellFeatureID(c, "power")
}
