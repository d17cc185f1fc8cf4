package view

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// Query selects features of one collection. The zero value selects all.
type Query struct {
	BBox  *geo.BBox           // nil: everywhere
	Area  string              // prefix of codes, see [places.Prefix]
	After string              // only ids above this one
	Skip  int                 // leave out so many first
	Limit int                 // at most so many; 0: all
	Takes func(*Feature) bool // only these; nil: all
}

// Page is one page of a query's answer, in the order of ids.
type Page struct {
	Features []*Feature
	Matched  int  // of the whole query, without After, Skip and Limit
	More     bool // the next page starts after the last feature
}

// Layer returns one collection; an unknown one is empty.
func (s *Snapshot) Layer(c report.Collection) *Layer {
	if l, ok := s.layers[c]; ok {
		return l
	}
	return &emptyLayer
}

var emptyLayer Layer

// Len returns the number of features.
func (l *Layer) Len() int {
	if l.byID == nil {
		return 0
	}
	return l.byID.Len()
}

// Feature returns one feature by id.
func (l *Layer) Feature(id string) (*Feature, bool) {
	if l.byID == nil {
		return nil, false
	}
	return l.byID.Get(id)
}

// All yields every feature in the order of ids.
func (l *Layer) All() iter.Seq[*Feature] {
	return func(yield func(*Feature) bool) {
		if l.byID != nil {
			l.byID.Scan(func(_ string, f *Feature) bool { return yield(f) })
		}
	}
}

// Bound returns the extent of the collection; false when it is empty.
func (l *Layer) Bound() (orb.Bound, bool) {
	if l.Len() == 0 {
		return orb.Bound{}, false
	}
	lo, hi := l.tree.Bounds()
	return orb.Bound{Min: lo, Max: hi}, true
}

// Find answers a query.
func (l *Layer) Find(q Query) Page {
	if l.Len() == 0 {
		return Page{}
	}
	if q.BBox == nil && q.Area == "" && q.Takes == nil {
		return l.scan(q)
	}
	var hits []*Feature
	prefix := places.Prefix(q.Area)
	take := func(f *Feature) {
		if strings.HasPrefix(f.Facts.AreaCode, prefix) && (q.Takes == nil || q.Takes(f)) {
			hits = append(hits, f)
		}
	}
	if q.BBox == nil {
		for f := range l.All() {
			take(f)
		}
	} else {
		for i, b := range q.BBox.Bounds() {
			l.tree.Search(b.Min, b.Max, func(_, _ [2]float64, f *Feature) bool {
				twice := i == 1 && f.Bound.Intersects(q.BBox.Bounds()[0])
				if !twice && geo.Intersects(f.Geometry, *q.BBox) {
					take(f)
				}
				return true
			})
		}
		slices.SortFunc(hits, func(a, b *Feature) int { return cmp.Compare(a.ID, b.ID) })
	}
	return after(hits, q)
}

func (p Page) cut(hits []*Feature, q Query) Page {
	hits = hits[min(q.Skip, len(hits)):]
	if q.Limit > 0 && len(hits) > q.Limit {
		hits, p.More = hits[:q.Limit], true
	}
	p.Features = hits
	return p
}

// scan pages through the whole collection without a search.
func (l *Layer) scan(q Query) Page {
	page := Page{Matched: l.byID.Len()}
	skip := q.Skip
	l.byID.Ascend(q.After, func(id string, f *Feature) bool {
		if id == q.After {
			return true
		}
		if skip > 0 {
			skip--
			return true
		}
		if q.Limit > 0 && len(page.Features) == q.Limit {
			page.More = true
			return false
		}
		page.Features = append(page.Features, f)
		return true
	})
	return page
}

// Near yields the features of a layer by distance from p, nearest first, with
// the distance of their bound's nearest corner in metres.
func (l *Layer) Near(p orb.Point) iter.Seq2[*Feature, float64] {
	return func(yield func(*Feature, float64) bool) {
		if l.Len() == 0 {
			return
		}
		dist := func(lo, hi [2]float64, _ *Feature, _ bool) float64 {
			nearest := orb.Point{min(max(p[0], lo[0]), hi[0]), min(max(p[1], lo[1]), hi[1])}
			return geo.DistanceMeters(p, nearest)
		}
		l.tree.Nearby(dist, func(_, _ [2]float64, f *Feature, d float64) bool { return yield(f, d) })
	}
}

// Changes yields the changes after number since, oldest first; each id appears
// once, at its latest change.
func (s *Snapshot) Changes(since uint64) iter.Seq[*Change] {
	return func(yield func(*Change) bool) {
		s.feed.Ascend(&Change{Seq: since + 1}, yield)
	}
}

// Dump appends every byte of the snapshot in order: what two replays of one
// journal must agree on.
func (s *Snapshot) Dump(dst []byte) []byte {
	for _, c := range every() {
		for f := range s.Layer(c).All() {
			dst = append(f.AppendChange(dst), '\n')
		}
	}
	for c := range s.Changes(0) {
		w := writer{b: append(dst, '{')}
		w.count("seq", int(c.Seq), 0)
		w.string("id", c.ID)
		w.count("rev", c.Rev, 0)
		dst = append(w.b, "}\n"...)
	}
	return dst
}
