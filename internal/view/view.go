// Package view holds what readers are served from: immutable snapshots of the
// state, one for each audience, with every feature encoded once when it changes,
// an R-tree and an order by id.
//
// A reader loads the snapshot of its audience and works on it as long as it
// likes; nothing it does waits for a writer. Both trees are copied on write, so a
// new snapshot costs what changed and no more.
package view

import (
	"sync"
	"sync/atomic"

	"github.com/tidwall/btree"
	"github.com/tidwall/rtree"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// Collections lists the collections of the public view in the API's order; Full
// has Reports besides.
var Collections = []report.Collection{report.Hubs, report.Outages, report.Curfews, report.Areas}

// Views publishes the snapshots. [Views.Publish] is for the writer alone;
// everything else is safe for concurrent use.
type Views struct {
	public, full audience
	book         *places.Book
	bookVersion  int
	shapes       map[string]shape // outlines by owner, of the present book
	scratch      []byte

	mu   sync.Mutex    // guards wake
	wake chan struct{} // closed at the next publication
}

// audience is the writer's working copy and what its readers have.
type audience struct {
	layers  map[report.Collection]*Layer
	feed    *btree.BTreeG[*Change] // by number, then id
	last    map[string]*Change     // by id
	current atomic.Pointer[Snapshot]
}

// Snapshot is the state of one audience at one moment. It never changes.
type Snapshot struct {
	Seq     uint64         // number of the audience's last change
	Journal uint64         // sequence of the last entry
	At      report.Instant // time of the last entry
	Policy  report.Policy
	Book    *places.Book
	layers  map[report.Collection]*Layer
	feed    *btree.BTreeG[*Change]
}

// Layer is one collection of a snapshot.
type Layer struct {
	byID *btree.Map[string, *Feature]
	tree *rtree.RTreeG[*Feature]
}

// Change is one line of the change feed: each id appears once, at its latest.
type Change struct {
	Seq        uint64
	Collection report.Collection
	ID         string
	Rev        int
	At         report.Instant
	Feature    *Feature // nil: deleted
}

// New returns views of an empty state; it cannot fail.
func New() *Views {
	v := &Views{wake: make(chan struct{}), bookVersion: -1, book: places.NewBook(nil), shapes: map[string]shape{}}
	for _, a := range []*audience{&v.public, &v.full} {
		a.layers = map[report.Collection]*Layer{}
		for _, c := range append(Collections, report.Reports) {
			a.layers[c] = &Layer{byID: &btree.Map[string, *Feature]{}, tree: &rtree.RTreeG[*Feature]{}}
		}
		a.feed, a.last = btree.NewBTreeGOptions(before, btree.Options{NoLocks: true}), map[string]*Change{}
		a.current.Store(&Snapshot{layers: map[report.Collection]*Layer{}, feed: a.feed.Copy(), Book: places.NewBook(nil)})
	}
	return v
}

// Public returns what everybody may see.
func (v *Views) Public() *Snapshot { return v.public.current.Load() }

// Full returns what keys may see inside their scope.
func (v *Views) Full() *Snapshot { return v.full.current.Load() }

// Publish makes the state's changes visible to readers.
func (v *Views) Publish(s *report.State) {
	if v.bookVersion != s.AreasVersion() {
		v.renewBook(s)
	}
	v.public.take(v, s.Public.Drain())
	v.full.take(v, s.Full.Drain())
	v.public.swap(v, s, s.Public.Seq)
	v.full.swap(v, s, s.Seq)
	v.mu.Lock()
	close(v.wake)
	v.wake = make(chan struct{})
	v.mu.Unlock()
}

// Changed returns a channel that is closed at the next publication. A follower
// takes it before it looks, so that nothing slips between:
//
//	woken := v.Changed(); snap := v.Public(); ...; <-woken
func (v *Views) Changed() <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.wake
}

// renewBook makes a new book of places and re-encodes what is drawn as an area.
func (v *Views) renewBook(s *report.State) {
	var areas []places.Area
	for a := range s.Areas() {
		areas = append(areas, a)
	}
	v.book, v.bookVersion, v.shapes = places.NewBook(areas), s.AreasVersion(), map[string]shape{}
	done := map[*Feature]*Feature{} // what both audiences share is made once
	for _, a := range []*audience{&v.public, &v.full} {
		for _, l := range a.layers {
			var redo []*Feature
			l.byID.Scan(func(_ string, f *Feature) bool {
				if k := f.Facts.Place.Kind; k == report.PlaceArea || k == report.PlaceOutline {
					redo = append(redo, f)
				}
				return true
			})
			for _, f := range redo {
				if done[f] == nil {
					facts := *f.Facts
					if facts.Place.Kind == report.PlaceOutline {
						facts.Precision = "" // as the new shape has it
					}
					done[f] = v.encode(&facts)
				}
				l.replace(f, done[f])
			}
		}
	}
}

func (a *audience) take(v *Views, items []*report.Item) {
	for _, it := range items {
		c := it.Feature.Facts.Collection()
		l := a.layers[c]
		old, _ := l.byID.Get(it.Feature.ID)
		change := &Change{Seq: it.Seq, Collection: c, ID: it.Feature.ID, Rev: it.Feature.Rev, At: it.Feature.UpdatedAt}
		if it.Live {
			if change.Feature = v.same(c, it.Feature); change.Feature == nil {
				change.Feature = v.encode(it.Feature)
			}
			l.replace(old, change.Feature)
		} else if old != nil {
			l.byID.Delete(old.ID)
			l.tree.Delete(old.Bound.Min, old.Bound.Max, old)
		}
		a.record(change)
	}
}

// same finds the public feature when a key sees exactly what everybody sees: its
// bytes are kept once.
func (v *Views) same(c report.Collection, f *report.Feature) *Feature {
	pub, ok := v.public.layers[c].byID.Get(f.ID)
	if !ok {
		return nil
	}
	want := *f
	if want.Precision == "" {
		want.Precision = pub.Facts.Precision
	}
	if *pub.Facts != want {
		return nil
	}
	return pub
}

// record moves an id to its latest place in the feed.
func (a *audience) record(c *Change) {
	if was, ok := a.last[c.ID]; ok {
		a.feed.Delete(was)
	}
	a.feed.Set(c)
	a.last[c.ID] = c
}

// before is the order of the feed.
func before(x, y *Change) bool { return x.Seq < y.Seq || x.Seq == y.Seq && x.ID < y.ID }

func (l *Layer) replace(old, now *Feature) {
	if old != nil {
		l.tree.Delete(old.Bound.Min, old.Bound.Max, old)
	}
	l.byID.Set(now.ID, now)
	l.tree.Insert(now.Bound.Min, now.Bound.Max, now)
}

func (a *audience) swap(v *Views, s *report.State, seq uint64) {
	snap := &Snapshot{Seq: seq, Journal: s.Seq, At: s.At, Policy: s.Policy(), Book: v.book, layers: map[report.Collection]*Layer{}, feed: a.feed.Copy()}
	for c, l := range a.layers {
		snap.layers[c] = &Layer{byID: l.byID.Copy(), tree: l.tree.Copy()}
	}
	a.current.Store(snap)
}
