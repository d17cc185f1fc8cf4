package report

// Ledger numbers the changes of what one audience sees. The public one counts
// public changes alone, so its numbers betray nothing suppressed; the full one
// uses the journal's sequence (DESIGN.md §3.1).
type Ledger struct {
	Seq   uint64           // number of the last change; 0: none yet
	items map[string]*Item // by feature id; deleted ones stay as tombstones
	fresh []*Item          // changed since the last Drain
}

// Item is the present state of one feature for one audience, and the number of
// its last change.
type Item struct {
	Feature *Feature // never changed once made: readers may keep it
	Seq     uint64
	Live    bool // false: a tombstone, and Feature holds id, rev, area and collection alone
	fresh   bool
}

func newLedger() Ledger { return Ledger{items: map[string]*Item{}} }

// Item returns the state of one feature; false when it never was, or is gone.
func (l *Ledger) Item(id string) (*Item, bool) {
	it, ok := l.items[id]
	return it, ok && it.Live
}

// Drain returns the items that changed since the last call, each once, in the
// order of their first change since. Items are read-only.
func (l *Ledger) Drain() []*Item {
	out := l.fresh
	for _, it := range out {
		it.fresh = false
	}
	l.fresh = nil
	return out
}

// put records feature f under number seq when it differs from what the audience
// saw; it reports whether it did. Rev, CreatedAt and UpdatedAt are the ledger's.
//
// With force it is a change even where it looks the same: a replay that can no
// longer open a sealed part must count like the run that could.
func (l *Ledger) put(f Feature, seq uint64, at Instant, force bool) bool {
	it := l.items[f.ID]
	f.Rev, f.UpdatedAt = 1, at
	if f.CreatedAt == 0 {
		f.CreatedAt = at
	}
	if it == nil {
		it = &Item{}
		l.items[f.ID] = it
	} else {
		f.Rev = it.Feature.Rev + 1
		if it.Live {
			f.CreatedAt = it.Feature.CreatedAt
			same := f
			same.Rev, same.UpdatedAt = it.Feature.Rev, it.Feature.UpdatedAt
			if same == *it.Feature && !force {
				return false
			}
		}
	}
	it.Feature, it.Live = &f, true
	l.touch(it, seq)
	return true
}

// remove leaves a tombstone under number seq; it reports whether the audience
// had seen the feature.
func (l *Ledger) remove(id string, seq uint64) bool {
	it := l.items[id]
	if it == nil || !it.Live {
		return false
	}
	it.Feature = &Feature{ID: id, Rev: it.Feature.Rev, AreaCode: it.Feature.AreaCode, Facts: it.Feature.Facts}
	it.Live = false
	l.touch(it, seq)
	return true
}

func (l *Ledger) touch(it *Item, seq uint64) {
	it.Seq, l.Seq = seq, seq
	if !it.fresh {
		it.fresh = true
		l.fresh = append(l.fresh, it)
	}
}
