package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
)

// cellKey is one cell and service: the only shape in which community outages
// become public.
type cellKey struct {
	cell    uint64
	service string
}

// id is the same on every node: it is made of the tile and the service.
func (k cellKey) id() string {
	c := UnpackCell(k.cell)
	return fmt.Sprintf("outage-c%dx%dy%d%s", c.Z, c.X, c.Y, k.service)
}

// CellFeatureID is the id of a cell's feature for one service.
func CellFeatureID(c geo.Cell, service string) string {
	return cellKey{cell: PackCell(c), service: service}.id()
}

// word is what one source said of a cell once.
type word struct {
	tag      Tag
	out      bool
	anon     bool
	observed Instant
	arrival  Instant
	seq      uint64
	filing   *Filing // whose report it is; it counts while that does
}

// cellState holds the words about one cell and what of it is public.
type cellState struct {
	area  string  // code of the area of the cell's centre
	words []word  // not yet expired, in the order of the journal
	shown *Outage // nil: nothing public
	tier  Tier
	at    Instant // what confirmed_at shows
	until Instant
}

// tally is what the words of one cell amount to at a bucket's end.
type tally struct {
	key      cellKey
	state    *cellState
	outs     []word // latest word of each source that says out, oldest observation first
	anonOnly bool
	deciding uint64 // journal sequence of the word that reached the minimum
	agreed   bool   // an official outage or a stronger source says the same
}

func (s *State) sortedCells() []cellKey {
	return slices.SortedFunc(maps.Keys(s.cells), func(a, b cellKey) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), strings.Compare(a.service, b.service))
	})
}

// applyBucket ends a bucket: words that are old enough count, words that are too
// old are dropped, and the public cells become what the rest says (CONTRACT §3.3
// "Cells"). What else time ends goes too.
func (s *State) applyBucket(end Instant) []string {
	s.due, s.lastEnd = 0, end
	var tallies []*tally
	for _, key := range s.sortedCells() {
		t := s.count(key, end)
		if len(t.state.words) == 0 && t.state.shown == nil {
			delete(s.cells, key)
			continue
		}
		tallies = append(tallies, t)
	}
	var dirty []string
	for _, t := range s.admit(tallies) {
		if s.show(t, end) {
			dirty = append(dirty, t.key.id())
			dirty = append(dirty, s.tellReporters(t)...)
		}
	}
	for _, t := range tallies {
		if len(t.state.words) == 0 && t.state.shown == nil {
			delete(s.cells, t.key)
		}
	}
	dirty = append(dirty, s.expireHubs(end)...)
	dirty = append(dirty, s.passOutages(end)...)
	dirty = append(dirty, s.expireNeeds(end)...)
	s.schedule(end)
	return dirty
}

// count prunes the words of one cell and tallies those that count at end.
func (s *State) count(key cellKey, end Instant) *tally {
	c := s.cells[key]
	delay, expire := time.Duration(s.policy.Delay), time.Duration(s.policy.Expire.Outage)
	latest := map[Tag]int{} // looked up, never ranged over
	var kept []word
	for _, w := range c.words {
		if end-w.observed >= Instant(expire.Milliseconds()) {
			continue
		}
		if w.filing.File.Counts && w.arrival.Add(delay) <= end {
			if i, ok := latest[w.tag]; ok {
				if w.observed < kept[i].observed {
					continue // an older observation that came later
				}
				kept[i].seq = 0 // superseded
			}
			latest[w.tag] = len(kept)
		}
		kept = append(kept, w)
	}
	t := &tally{key: key, state: c, anonOnly: true}
	c.words = kept[:0:0]
	for _, w := range kept {
		if w.seq == 0 {
			continue
		}
		c.words = append(c.words, w)
		if w.out && w.filing.File.Counts && w.arrival.Add(delay) <= end {
			t.outs = append(t.outs, w)
			t.anonOnly = t.anonOnly && w.anon
		}
	}
	slices.SortFunc(t.outs, func(a, b word) int { return cmp.Or(cmp.Compare(a.observed, b.observed), cmp.Compare(a.seq, b.seq)) })
	if n := s.policy.MinSources; len(t.outs) >= n {
		seqs := make([]uint64, len(t.outs))
		for i, w := range t.outs {
			seqs[i] = w.seq
		}
		slices.Sort(seqs)
		t.deciding = seqs[n-1]
		t.agreed = s.officialOut(key.service, c.area)
	}
	return t
}

// admit leaves out those cells beyond anonymous_cells: new ones of an oblast that
// rest on anonymous sources alone, in the order of their deciding word. They
// wait for the next bucket.
func (s *State) admit(tallies []*tally) []*tally {
	order := slices.Clone(tallies)
	slices.SortStableFunc(order, func(a, b *tally) int { return cmp.Compare(a.deciding, b.deciding) })
	fresh := map[string]int{}
	clear(s.waiting)
	var out []*tally
	for _, t := range order {
		capped := len(t.outs) >= s.policy.MinSources && t.anonOnly && !t.agreed && t.state.shown == nil
		if capped && s.policy.AnonymousCells > 0 {
			oblast := places.ADM1(t.state.area)
			if fresh[oblast] >= s.policy.AnonymousCells && !s.lifted[oblast] {
				s.waiting[oblast]++
				s.dueAt(s.lastEnd + 1)
				continue
			}
			fresh[oblast]++
		}
		out = append(out, t)
	}
	clear(s.lifted)
	return out
}

// CapLift lets the cells of one oblast through at the next bucket's end that wait for
// anonymous_cells; min_sources holds all the same (CONTRACT §3.3 "Cells").
type CapLift struct {
	Area   string `cbor:"1,keyasint"` // 4-character p-code
	Reason string `cbor:"2,keyasint,omitempty"`
	By     string `cbor:"3,keyasint"`
}

func (s *State) applyLift(l *CapLift) {
	s.lifted[l.Area] = true
	s.dueAt(s.At)
}

// Waiting returns how many cells wait for anonymous_cells, by the 4-character p-code of
// their oblast. For moderators alone: the public must not tell them from no data.
func (s *State) Waiting() map[string]int { return maps.Clone(s.waiting) }

// show sets what is public of one cell; it reports whether that changed.
func (s *State) show(t *tally, end Instant) bool {
	c, n := t.state, len(t.outs)
	if n < s.policy.MinSources || !s.policy.CommunityOutages {
		changed := c.shown != nil
		c.shown = nil
		return changed
	}
	bucket := time.Duration(s.policy.Bucket)
	now := Outage{Service: t.key.service, Kind: Unknown, Status: "active", Certainty: "definite", Level: "some"}
	tier := TierCommunity
	switch {
	case t.anonOnly:
		now.Certainty, tier = "possible", TierAnonymous
	case n >= s.policy.WidespreadSources:
		now.Level = "widespread"
	}
	now.StartsAt = t.outs[s.policy.MinSources-1].observed.FloorTo(bucket)
	if c.shown != nil {
		now.StartsAt = c.shown.StartsAt
	}
	// The age that is shown is the one that min_sources vouch for, so that no
	// single report moves it.
	vouched := t.outs[n-s.policy.MinSources].observed
	at, until := vouched.FloorTo(bucket), vouched.Add(time.Duration(s.policy.Expire.Outage)).CeilTo(bucket)
	if c.shown != nil && *c.shown == now && c.at == at && c.until == until && c.tier == tier {
		return false
	}
	c.shown, c.at, c.until, c.tier = &now, at, until, tier
	return true
}

// tellReporters lets the receipts of a cell that changed in public say so.
func (s *State) tellReporters(t *tally) []string {
	var dirty []string
	for _, w := range t.outs {
		if f := w.filing; t.state.shown != nil && f.File.Status == "counted" {
			f.File.Status, f.File.Because = "published", ""
			if f.past != nil {
				f.past.status, f.past.because = "published", ""
			}
			dirty = append(dirty, reportID(f.File.ID))
		}
	}
	return dirty
}

// cellFeature is the feature of one public cell.
func (k cellKey) feature(c *cellState) Feature {
	confidence := 40
	switch {
	case c.shown.Level == "widespread":
		confidence = 80
	case c.tier == TierCommunity:
		confidence = 60
	}
	return Feature{
		ID: k.id(), AreaCode: c.area, Tier: c.tier, Source: "teplo", Confidence: confidence, Confirmations: -1,
		ConfirmedAt: c.at, ExpiresAt: c.until, Precision: "cell", Place: Place{Kind: PlaceCell, Cell: k.cell}, Facts: *c.shown,
	}
}

// dueAt notes that time changes something at i: at the first bucket's end at or
// after it that is not over yet.
func (s *State) dueAt(i Instant) {
	end := max(i, s.lastEnd+1).CeilTo(time.Duration(s.policy.Bucket))
	if s.due == 0 || end < s.due {
		s.due = end
	}
}

// schedule finds the next moment at which time changes something.
func (s *State) schedule(now Instant) {
	delay, expire := time.Duration(s.policy.Delay), time.Duration(s.policy.Expire.Outage)
	for _, c := range s.cells { // a minimum does not depend on the order
		for _, w := range c.words {
			if ripe := w.arrival.Add(delay); ripe > now {
				s.dueAt(ripe)
			}
			s.dueAt(w.observed.Add(expire))
		}
	}
	for _, h := range s.hubs {
		h.schedule(s)
	}
	for u, n := range s.needs {
		if end := s.reports[u].File.Filed.ObservedAt.Add(time.Duration(s.policy.Expire.Need)); end > now && n.stand(s).status != "met" {
			s.dueAt(end)
		}
	}
	for _, o := range s.outages {
		s.scheduleOutage(o.rec.Facts.(Outage), o.rec.Confirmed, now)
	}
}
