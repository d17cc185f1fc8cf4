package report_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/report"
)

// act is one thing of a random history: who does it, and what it does to a world. What
// it does is told from the world alone, so that it can be done in one without others.
type act struct {
	by string // key; empty: a source or anybody
	do func(w *world)
}

const thief = "k0"

// deeds makes a random one of keys k0 to k3, with the thief's own keys and links.
func deeds(rnd *rand.Rand) []act {
	var acts []act
	links := map[string]string{} // by hub: whose link is in force
	approved := map[int][]string{}
	add := func(by string, do func(w *world)) { acts = append(acts, act{by, do}) }
	keys := []string{thief, "k1", "k2", "k3"}
	reverts := rnd.IntN(2) == 0 // then nothing whose meaning depends on what stood when it was said
	for i := range 60 {
		key, hub := keys[rnd.IntN(len(keys))], "h"+strconv.Itoa(rnd.IntN(3))
		put := hubRecord(hub, kyiv, "UA80000000000093317")
		n := rnd.IntN(3)
		switch rnd.IntN(13) {
		case 0:
			put.Record.Name = fmt.Sprint("imported ", i)
			add("", func(w *world) { w.add(report.Event{Put: &put}) })
		case 1, 2, 3:
			add(key, func(w *world) { w.correct(put.ID, key, i, n) })
		case 4:
			add(key, func(w *world) { w.add(report.Event{Confirm: &report.Confirm{ID: put.ID, By: key}}) })
		case 5:
			if rnd.IntN(2) == 0 {
				add(key, func(w *world) { w.add(report.Event{Retire: &report.Retire{ID: put.ID, By: key}}) })
			}
		case 6:
			add(key, func(w *world) { w.status(put.ID, key, report.TierVerified, []string{"open", "closed", "full"}[n]) })
		case 7:
			add("", func(w *world) {
				w.status(put.ID, "anybody "+strconv.Itoa(n), report.TierAnonymous, []string{"open", "closed"}[i%2])
			})
		case 8:
			if !reverts && len(approved[n]) < 2 && !slices.Contains(approved[n], key) {
				approved[n] = append(approved[n], key)
				add(key, func(w *world) { w.approve(n, key) })
			}
		case 9:
			made := "made" + strconv.Itoa(i)
			add(key, func(w *world) {
				w.add(report.Event{Key: &report.KeyMade{ID: made, Role: "volunteer", By: key, Expires: start.Add(999 * time.Hour)}})
			})
			if keys = append(keys, made); key == thief {
				keys = append(keys, made, made) // it is busy
			}
		case 10:
			links[put.ID] = fmt.Sprint("link of ", key, i)
			owner, hash := links[put.ID], [32]byte(append(make([]byte, 31), byte(i+1)))
			add(key, func(w *world) {
				w.add(report.Event{Link: &report.OperatorLink{Hub: put.ID, Hash: hash, By: key}})
				w.owners[owner] = true
			})
		case 11:
			if owner := links[put.ID]; owner != "" && !reverts {
				add("", func(w *world) {
					if w.owners[owner] { // who has no link says nothing
						w.status(put.ID, owner, report.TierOperator, []string{"open", "closed", "full"}[n])
					}
				})
			}
		case 12:
			switch n {
			case 0:
				add(key, func(w *world) {
					w.add(report.Event{Brake: &report.Brake{HasAreas: true, Withheld: []string{"UA80", "UA05", "UA07"}[i%3 : i%3+1], By: key}})
				})
			case 1:
				add(key, func(w *world) { w.add(report.Event{KeyEnd: &report.KeyEnded{ID: keys[1+i%3], By: key}}) })
			default:
				if !reverts {
					continue
				}
				other := keys[1+i%3]
				add(thief, func(w *world) {
					w.add(report.Event{Revert: &report.Revert{Key: other, Since: start.Add(time.Duration(i/2) * time.Minute), By: thief}})
				})
			}
		}
	}
	return acts
}

func (w *world) correct(id, key string, i, field int) {
	r, said, ok := w.state.Record(id)
	if !ok {
		return
	}
	hub := r.Facts.(report.Hub)
	switch field {
	case 0:
		r.Name = fmt.Sprint("corrected ", i)
	case 1:
		r.Point = orb.Point{30 + float64(i)/100, 50}
	default:
		hub.Address, hub.Capacity = fmt.Sprint("street ", i), i
	}
	r.Facts, r.Confirmed = hub, max(r.Confirmed, w.now)
	w.add(report.Event{Put: &report.Put{ID: id, Record: r, Hash: said, By: key}})
}

func (w *world) status(hub, source string, tier report.Tier, state string) {
	f := &report.File{
		ID: report.HashUUID("status", hub, source, w.now.Time().String()), Tier: tier, Tag: report.Tag(report.HashUUID("tag", source)),
		Filed: report.Filed{About: report.AboutHubStatus, Hub: hub, State: state, ObservedAt: w.now}, Counts: true, Status: "published",
	}
	if tier == report.TierVerified {
		f.By = source
	}
	w.add(report.Event{File: f})
}

// approve says yes to new hub n, as the writer does: the second yes brings it.
func (w *world) approve(n int, key string) {
	id := report.HashUUID("new hub", strconv.Itoa(n))
	j := &report.Judgement{Report: id, Action: report.ActionPublish, By: key}
	if f, _ := w.state.Filing(id); len(f.Case.Approvals) == 1 {
		put := hubRecord("new"+strconv.Itoa(n), kyiv, "UA80000000000093317")
		j.Hub = &put
	}
	w.add(report.Event{Judge: j})
}

// run does what acts say, one a minute; skip names those to leave out. A key that was
// not made does nothing.
func run(t *testing.T, acts []act, skip func(i int, by string) bool) *world {
	w := newWorld(t, report.Ukraine())
	w.owners = map[string]bool{}
	for i := range 4 {
		w.add(report.Event{Key: &report.KeyMade{ID: "k" + strconv.Itoa(i), Role: "moderator", Expires: start.Add(999 * time.Hour)}})
	}
	for i := range 3 {
		w.add(report.Event{File: &report.File{ID: report.HashUUID("new hub", strconv.Itoa(i)), Tier: report.TierAnonymous, Status: "queued", Filed: report.Filed{About: report.AboutHub}}})
	}
	for i := range 3 {
		put := hubRecord("h"+strconv.Itoa(i), kyiv, "UA80000000000093317")
		w.add(report.Event{Put: &put})
	}
	for i, a := range acts {
		w.at(start.Add(time.Duration(i) * time.Minute))
		if _, known := w.state.Keys()[a.by]; a.by == "" || known {
			if !skip(i, a.by) {
				a.do(w)
			}
		}
	}
	w.at(start.Add(time.Duration(len(acts)) * time.Minute))
	return w
}

// look is what there is to see of a world, but for numbers and times of change.
func (w *world) look() map[string]string {
	out := map[string]string{"withheld": fmt.Sprint(w.state.Policy().WithheldAreas)}
	for i := range 3 {
		for _, id := range []string{hubRecord("h"+strconv.Itoa(i), kyiv, "").ID, hubRecord("new"+strconv.Itoa(i), kyiv, "").ID} {
			if it, ok := w.state.Full.Item(id); ok {
				f := *it.Feature
				f.Rev, f.CreatedAt, f.UpdatedAt = 0, 0, 0
				out[id] = fmt.Sprintf("%+v", f)
			}
			if _, ok := w.state.Public.Item(id); ok {
				out[id+" public"] = "yes"
			}
		}
	}
	for i := range 3 {
		f, _ := w.state.Filing(report.HashUUID("new hub", strconv.Itoa(i)))
		out[f.File.ID.String()] = fmt.Sprint(f.File.Status, f.Case.Approvals)
	}
	for id, k := range w.state.Keys() {
		if !k.Revoked {
			out["key "+id] = k.Name
		}
	}
	for hash, hub := range w.state.Operators() {
		out["link "+hub] = fmt.Sprint(hash)
	}
	return out
}

// TestRevert: after a revert the world looks as if the thief, and the keys and links
// that it made since, had done nothing since then.
func TestRevert(t *testing.T) {
	rnd := seeded(t)
	undone := 0
	for range 400 {
		acts := deeds(rnd)
		from := rnd.IntN(len(acts) + 1)
		since := start.Add(time.Duration(from) * time.Minute)
		w := run(t, acts, func(int, string) bool { return false })
		n := w.state.Deeds(thief, since)
		w.add(report.Event{Revert: &report.Revert{Key: thief, Since: since, By: "k3"}})
		oracle := run(t, acts, func(i int, by string) bool { return by == thief && i >= from })
		if got, want := w.look(), oracle.look(); !maps.Equal(got, want) {
			for id := range want {
				if got[id] != want[id] {
					t.Errorf("%s:\ngot  %s\nwant %s", id, got[id], want[id])
				}
			}
			for id := range got {
				if _, ok := want[id]; !ok {
					t.Errorf("%s: got %s, want nothing", id, got[id])
				}
			}
			t.Fatalf("since act %d of %d", from, len(acts))
		}
		if again := w.state.Deeds(thief, since); again != 0 {
			t.Errorf("%d deeds are left to undo", again)
		}
		undone += n
		again := report.NewState()
		for _, e := range w.entries {
			if err := again.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if t.Logf("%d deeds undone", undone); undone == 0 {
		t.Error("nothing was undone: the test shows nothing")
	}
}
