package view

import (
	"cmp"
	"slices"
)

// Scope is one collection as a key sees it: the full view inside its areas, the
// public one outside. Without Full it is the public one.
type Scope struct {
	Public, Full *Layer
	Covers       func(code string) bool
}

// Feature returns one feature by id.
func (s Scope) Feature(id string) (*Feature, bool) {
	if s.Full != nil {
		if f, ok := s.Full.Feature(id); ok && s.Covers(f.Facts.AreaCode) {
			return f, true
		}
	}
	f, ok := s.Public.Feature(id)
	if ok && s.Full != nil && s.Covers(f.Facts.AreaCode) {
		return nil, false // the full view knows it no more
	}
	return f, ok
}

// Find answers a query, in the order of ids.
func (s Scope) Find(q Query) Page {
	if s.Full == nil {
		return s.Public.Find(q)
	}
	all := q
	all.After, all.Skip, all.Limit = "", 0, 0
	inside := slices.DeleteFunc(slices.Clone(s.Full.Find(all).Features), func(f *Feature) bool { return !s.Covers(f.Facts.AreaCode) })
	outside := slices.DeleteFunc(slices.Clone(s.Public.Find(all).Features), func(f *Feature) bool { return s.Covers(f.Facts.AreaCode) })
	hits := slices.Concat(inside, outside)
	slices.SortFunc(hits, func(a, b *Feature) int { return cmp.Compare(a.ID, b.ID) })
	return after(hits, q)
}

// after makes the page that a query wants of all its hits.
func after(hits []*Feature, q Query) Page {
	page := Page{Matched: len(hits)}
	first, found := slices.BinarySearchFunc(hits, q.After, func(f *Feature, id string) int { return cmp.Compare(f.ID, id) })
	if found {
		first++
	}
	return page.cut(hits[first:], q)
}
