// Package view holds what readers are served from: immutable snapshots of the
// state, one for each audience, with every feature encoded once when it changes,
// an R-tree and an order by id.
//
// A reader loads the snapshot of its audience and works on it as long as it
// likes; nothing it does waits for a writer. Both trees are copied on write, so a
// new snapshot costs what changed and no more.
package view

import (
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/btree"
	"github.com/tidwall/rtree"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// Collections lists the collections of the public view in the API's order; Full
// has Reports and Needs besides.
var Collections = []report.Collection{report.Hubs, report.Outages, report.Curfews, report.Areas}

// keyed are the collections that keys alone may read.
var keyed = []report.Collection{report.Reports, report.Needs}

// every lists all collections.
func every() []report.Collection { return slices.Concat(Collections, keyed) }

// Views publishes the snapshots. [Views.Publish] is for the writer alone;
// everything else is safe for concurrent use.
type Views struct {
	public, full audience
	book         *places.Book
	bookVersion  int
	shapes       map[string]shape // outlines by owner, of the present book
	scratch      []byte
	rules        *rules
	agenda       agenda
	now          time.Time // as of which derived properties are made

	mu   sync.Mutex    // guards wake
	wake chan struct{} // closed at the next publication
}

// audience is the writer's working copy and what its readers have.
type audience struct {
	layers  map[report.Collection]*Layer
	feed    *btree.BTreeG[*Change] // by number, then id
	last    map[string]*Change     // by id
	ticks   uint64                 // swaps in which a derived property changed
	ticked  bool
	current atomic.Pointer[Snapshot]
}

// Snapshot is the state of one audience at one moment. It never changes.
type Snapshot struct {
	Seq         uint64         // number of the audience's last change
	Journal     uint64         // sequence of the last entry
	At          report.Instant // time of the last entry
	Ticks       uint64         // how often derived properties changed, without any entry
	Due         time.Time      // when the next one changes; zero: never
	Policy      report.Policy
	Zone        *time.Location // the policy's
	Book        *places.Book
	Curfews     *curfew.Book
	Keys        map[string]access.Key          // by id; read-only
	Operators   map[[32]byte]string            // hubs by the hash of their operator's secret; read-only
	Invitations map[[32]byte]report.Invitation // not used yet, by the hash of their code; read-only
	Audit       []report.AuditLine             // what keys did, the oldest first; read-only
	Waiting     map[string]int                 // cells that wait for anonymous_cells, by oblast; read-only
	samples     []report.Sample
	layers      map[report.Collection]*Layer
	feed        *btree.BTreeG[*Change]
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
	Area       string // code of its area; of what is deleted, the last that the audience saw
	Rev        int
	At         report.Instant
	Feature    *Feature // nil: deleted
}

// New returns views of an empty state; it cannot fail.
func New() *Views {
	policy := report.Ukraine()
	v := &Views{
		wake: make(chan struct{}), bookVersion: -1, book: places.NewBook(nil), shapes: map[string]shape{},
		rules: &rules{policy: policy, curfews: curfew.New(nil), zone: policy.Location()},
	}
	for _, a := range []*audience{&v.public, &v.full} {
		a.layers = map[report.Collection]*Layer{}
		for _, c := range every() {
			a.layers[c] = &Layer{byID: &btree.Map[string, *Feature]{}, tree: &rtree.RTreeG[*Feature]{}}
		}
		a.feed, a.last = btree.NewBTreeGOptions(before, btree.Options{NoLocks: true}), map[string]*Change{}
		a.current.Store(&Snapshot{layers: map[report.Collection]*Layer{}, feed: a.feed.Copy(), Book: places.NewBook(nil), Curfews: v.rules.curfews, Zone: v.rules.zone})
	}
	return v
}

// Public returns what everybody may see.
func (v *Views) Public() *Snapshot { return v.public.current.Load() }

// Full returns what keys may see inside their scope.
func (v *Views) Full() *Snapshot { return v.full.current.Load() }

// Publish makes the state's changes visible to readers, with derived properties as
// of now.
func (v *Views) Publish(s *report.State, now time.Time) {
	v.now = now
	renewed := v.renewRules(s)
	if v.bookVersion != s.AreasVersion() {
		v.renewBook(s)
	}
	v.public.take(v, s.Public.Drain())
	v.full.take(v, s.Full.Drain())
	if renewed {
		v.reopen()
	}
	v.pass(now)
	v.show(s)
}

// show swaps the snapshots and wakes who waits.
func (v *Views) show(s *report.State) {
	due := v.Due()
	v.public.swap(v, s, s.Public.Seq, due)
	v.full.swap(v, s, s.Seq, due)
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

// renewRules takes over other curfew rules or another policy; it reports whether
// there are any.
func (v *Views) renewRules(s *report.State) bool {
	policy, curfews := s.Policy(), s.Curfews()
	if v.rules.curfews == curfews && reflect.DeepEqual(v.rules.policy, policy) {
		return false
	}
	v.rules = &rules{policy: policy, curfews: curfews, zone: policy.Location()}
	return true
}

// reopen derives everything anew by the present rules; of areas nothing follows from
// them. It is no change of any feed.
func (v *Views) reopen() {
	v.agenda = nil
	ruled := slices.DeleteFunc(slices.Clone(Collections), func(c report.Collection) bool { return c == report.Areas })
	done := map[*Feature]*Feature{} // what both audiences share is made once
	for _, a := range []*audience{&v.public, &v.full} {
		for _, c := range ruled {
			l := a.layers[c]
			for f := range l.All() {
				if done[f] == nil {
					fresh := *f
					v.open(&fresh)
					done[f] = &fresh
				}
			}
		}
	}
	for _, a := range []*audience{&v.public, &v.full} {
		for _, c := range ruled {
			l := a.layers[c]
			for _, f := range slices.Collect(l.All()) {
				l.replace(f, done[f])
				a.repoint(done[f])
			}
		}
		a.ticked = true
	}
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
		change := &Change{Seq: it.Seq, Collection: c, ID: it.Feature.ID, Area: it.Feature.AreaCode, Rev: it.Feature.Rev, At: it.Feature.UpdatedAt}
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

// repoint lets the feed show the feature that a tick made; its number stays.
func (a *audience) repoint(f *Feature) {
	if was := a.last[f.ID]; was != nil && was.Feature != nil {
		now := *was
		now.Feature = f
		a.feed.Set(&now)
		a.last[f.ID] = &now
	}
}

func (a *audience) swap(v *Views, s *report.State, seq uint64, due time.Time) {
	if a.ticked {
		a.ticks, a.ticked = a.ticks+1, false
	}
	snap := &Snapshot{
		Seq: seq, Journal: s.Seq, At: s.At, Ticks: a.ticks, Due: due, Policy: v.rules.policy, Zone: v.rules.zone, Book: v.book,
		Curfews: v.rules.curfews, Keys: s.Keys(), Operators: s.Operators(), Invitations: s.Invitations(), Audit: s.Audit(), Waiting: s.Waiting(), layers: map[report.Collection]*Layer{}, feed: a.feed.Copy(),
	}
	if a == &v.public {
		snap.samples = s.Samples()
	}
	for c, l := range a.layers {
		snap.layers[c] = &Layer{byID: l.byID.Copy(), tree: l.tree.Copy()}
	}
	a.current.Store(snap)
}
