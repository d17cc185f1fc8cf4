package view

import (
	"container/heap"
	"strconv"
	"time"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// Derived is what of a feature changes with time alone (CONTRACT §3.1): right as of
// one instant, and no entry of any feed. Members that a collection lacks are zero.
type Derived struct {
	Confidence        int // hundredths; below 0: null
	OpenNow           string
	OpensAt, ClosesAt report.Instant
	InForce           string
	Due               time.Time // when one of them changes, in whole minutes; zero: never
}

// daily is how long what changes only beyond the horizon is left alone.
const daily = 24 * time.Hour

// rules are what derivation needs besides the feature.
type rules struct {
	policy  report.Policy
	curfews *curfew.Book
	zone    *time.Location
}

// DerivedAt returns the derived properties as of now: those at hand, or, where the
// next tick is late, made anew.
func (f *Feature) DerivedAt(now time.Time) Derived {
	if f.derived.Due.IsZero() || now.Before(f.derived.Due) {
		return f.derived
	}
	return f.Derive(now)
}

// Derive makes the derived properties as of any instant.
func (f *Feature) Derive(t time.Time) Derived {
	var d Derived
	var next [3]time.Time
	d.Confidence, next[0] = report.Confidence(f.Facts, &f.rules.policy, t)
	switch facts := f.Facts.Facts.(type) {
	case report.Hub:
		var opens, closes time.Time
		d.OpenNow, opens, closes, next[1] = f.Opening.Span(t)
		d.OpensAt, d.ClosesAt = report.InstantOf(opens), report.InstantOf(closes)
		if next[1].IsZero() && facts.OpeningHours != "" {
			next[1] = t.Add(daily)
		}
	case report.Curfew:
		d.InForce, next[1] = inForce(f.rules.curfews, f.Facts, &facts, t)
	}
	for _, n := range next {
		if !n.IsZero() && (d.Due.IsZero() || n.Before(d.Due)) {
			d.Due = n
		}
	}
	if whole := d.Due.Truncate(time.Minute); whole.Before(d.Due) {
		d.Due = whole.Add(time.Minute)
	}
	return d
}

// inForce tells of one rule what the rules together say of its own area while it is
// one of those that decide. An exemption is in force while it is valid.
func inForce(book *curfew.Book, f *report.Feature, c *report.Curfew, t time.Time) (state string, next time.Time) {
	valid := (c.ValidFrom == 0 || !t.Before(c.ValidFrom.Time())) && (c.ValidTo == 0 || t.Before(c.ValidTo.Time()))
	force := book.InForce(places.Prefix(f.AreaCode), t)
	next = t.Add(daily)
	for _, end := range []time.Time{force.Holds, c.ValidFrom.Time(), c.ValidTo.Time()} {
		if end.After(t) && end.Before(next) {
			next = end
		}
	}
	for _, r := range force.Deciding {
		if r.ID == f.ID {
			return string(force.State), next
		}
	}
	if valid && c.Kind == string(curfew.Exemption) {
		return report.Yes, next
	}
	return report.No, next
}

// maxAge is how long a reply may be kept at most (CONTRACT §3 allows 60 s).
const maxAge = 15 * time.Second

// MaxAgeSeconds is how long what is made of the snapshot now may be kept: not
// beyond the next change of a derived property.
func (s *Snapshot) MaxAgeSeconds(now time.Time) int {
	left := maxAge
	if !s.Due.IsZero() {
		left = min(left, max(0, s.Due.Sub(now)))
	}
	return int(left / time.Second)
}

// TickAt names what derived properties are as of now: the number of ticks, and the
// minute where the next is late.
func (s *Snapshot) TickAt(now time.Time) string {
	if s.Due.IsZero() || now.Before(s.Due) {
		return strconv.FormatUint(s.Ticks, 10)
	}
	return strconv.FormatUint(s.Ticks, 10) + "+" + strconv.FormatInt(now.Unix()/60, 36)
}

// agenda is a heap of features by when they are due. One that was replaced stays
// until its turn and is passed over then.
type agenda []*Feature

// Len implements [heap.Interface].
func (a agenda) Len() int { return len(a) }

// Less implements [heap.Interface].
func (a agenda) Less(i, j int) bool { return a[i].derived.Due.Before(a[j].derived.Due) }

// Swap implements [heap.Interface].
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push implements [heap.Interface].
func (a *agenda) Push(f any) { *a = append(*a, f.(*Feature)) }

// Pop implements [heap.Interface].
func (a *agenda) Pop() any {
	old := *a
	f := old[len(old)-1]
	old[len(old)-1] = nil
	*a = old[:len(old)-1]
	return f
}

// Due returns when the next derived property changes; zero: never.
func (v *Views) Due() time.Time {
	for len(v.agenda) > 0 && !v.shown(v.agenda[0]) {
		heap.Pop(&v.agenda)
	}
	if len(v.agenda) == 0 {
		return time.Time{}
	}
	return v.agenda[0].derived.Due
}

func (v *Views) shown(f *Feature) bool {
	c := f.Facts.Facts.Collection()
	for _, a := range []*audience{&v.public, &v.full} {
		if now, ok := a.layers[c].byID.Get(f.ID); ok && now == f {
			return true
		}
	}
	return false
}

// Tick re-encodes what has become due by now and shows it to readers. Like
// [Views.Publish] it is for the writer alone.
func (v *Views) Tick(s *report.State, now time.Time) {
	if due := v.Due(); due.IsZero() || now.Before(due) {
		return
	}
	v.pass(now)
	v.show(s)
}

// pass derives anew what is due.
func (v *Views) pass(now time.Time) {
	v.now = now
	for due := v.Due(); !due.IsZero() && !now.Before(due); due = v.Due() {
		old := heap.Pop(&v.agenda).(*Feature)
		fresh := *old
		v.settle(&fresh)
		for _, a := range []*audience{&v.public, &v.full} {
			l := a.layers[old.Facts.Facts.Collection()]
			if shown, ok := l.byID.Get(old.ID); ok && shown == old {
				l.replace(old, &fresh)
				a.repoint(&fresh)
				if string(old.time) != string(fresh.time) {
					a.ticked = true
				}
			}
		}
	}
}

// settle derives and encodes the time part of a feature and notes when it is due.
func (v *Views) settle(f *Feature) {
	f.derived = f.Derive(v.now)
	f.time = appendTime(nil, f, &f.derived)
	if !f.derived.Due.IsZero() {
		heap.Push(&v.agenda, f)
	}
}
