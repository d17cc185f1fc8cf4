package report

import (
	"maps"
	"reflect"
	"slices"
)

// Revert undoes all that a key did since an instant, and all that keys, sessions and
// operator links did that it made since (CONTRACT §3.3). Nothing is taken out of the
// journal: what was done stays there, and the state is derived again without it. A
// revert made by a key that is reverted later is void in its turn.
type Revert struct {
	Key    string  `cbor:"1,keyasint"`
	Since  Instant `cbor:"2,keyasint"`
	Reason string  `cbor:"3,keyasint,omitempty"`
	By     string  `cbor:"4,keyasint,omitempty"`
}

// deed is something that somebody answers for: who, and when.
type deed struct {
	by  string // id of a key, or the name of an operator link; empty: a source, or anybody
	at  Instant
	seq uint64
}

// reverted is a revert that stands in the journal.
type reverted struct {
	deed
	key   string
	since Instant
}

func (s *State) deedOf(by string) deed { return deed{by: by, at: s.At, seq: s.Seq} }

// covers reports whether a revert undoes a deed: by its key since then, or by what
// that key made since then.
func (s *State) covers(r *reverted, d deed) bool {
	for d.by != "" && d.seq < r.seq {
		if d.by == r.key && d.at >= r.since {
			return true
		}
		d = s.makers[d.by]
	}
	return false
}

// undoneBy returns the number of the first revert in force that undoes a deed; 0: the
// deed stands.
func (s *State) undoneBy(d deed) uint64 {
	if d.by == "" {
		return 0
	}
	for i := range s.reverts {
		if r := &s.reverts[i]; s.covers(r, d) && s.undoneBy(r.deed) == 0 {
			return r.seq
		}
	}
	return 0
}

func (s *State) undone(d deed) bool { return s.undoneBy(d) != 0 }

// Deeds returns how many things a revert of a key since an instant would undo. Looking
// at something, claiming and signing in are no such things.
func (s *State) Deeds(key string, since Instant) int {
	r := reverted{deed: deed{seq: s.Seq + 1}, key: key, since: since}
	n := 0
	for i := range s.audit {
		line := &s.audit[i]
		d := deed{by: line.Actor, at: line.At, seq: line.Seq}
		if !slices.Contains(idle, line.Action) && s.covers(&r, d) && !s.undone(d) {
			n++
		}
	}
	for _, f := range s.reports {
		if s.covers(&r, f.deed()) && !s.undone(f.deed()) {
			n++
		}
	}
	return n
}

// idle are acts of which nothing remains that could be undone.
var idle = []string{"view", "join", ActionClaim}

// applyRevert derives everything again that keys had a hand in.
func (s *State) applyRevert(v *Revert) []string {
	s.reverts = append(s.reverts, reverted{deed: s.deedOf(v.By), key: v.Key, since: v.Since})
	s.renewKeys()
	s.renewLinks()
	maps.DeleteFunc(s.invited, func(_ [32]byte, d deed) bool { return s.undone(d) })
	s.renewInvitations()
	s.renewBrake()
	s.rules = nil
	dirty := s.everyGated()
	for _, m := range []map[string]*recordState{s.outages, s.curfews} {
		for _, id := range slices.Sorted(maps.Keys(m)) {
			s.refold(m[id])
			dirty = append(dirty, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.hubs)) {
		s.refold(&s.hubs[id].recordState)
	}
	for _, u := range sortedUUIDs(s.reports) {
		if f := s.reports[u]; f.past != nil || f.actor != "" {
			s.judge(f)
			dirty = append(dirty, reportID(u))
		}
		if n := s.needs[u]; n != nil && n.steps != nil {
			dirty = append(dirty, needID(u), reportID(u))
		}
	}
	s.schedule(s.At)
	s.dueAt(s.At)
	return dirty
}

// change is a record as a key found it and left it.
type change struct {
	deed
	from, to Record
}

// gone reports whether a feature is on no route: retired, or brought by what is undone.
func (s *State) gone(id string) bool {
	for _, d := range s.retired[id] {
		if !s.undone(d) {
			return true
		}
	}
	if b := s.reference(id); b != nil {
		return b.void || b.unborn
	}
	return false
}

// reference is the record of reference with an id, of a collection that keys may change;
// nil: there is none.
func (s *State) reference(id string) *recordState {
	if h := s.hubs[id]; h != nil {
		return &h.recordState
	}
	if o := s.outages[id]; o != nil {
		return o
	}
	return s.curfews[id]
}

// changed notes that a key changed a record, or brought it.
func (b *recordState) changed(d deed, old, rec Record, known bool) {
	switch {
	case d.by == "":
		b.history = nil // its source says it anew
	case !known:
		b.history = []change{{deed: d, to: rec}}
	case b.history == nil:
		b.history = []change{{to: old}, {d, old, rec}}
	default:
		b.history = append(b.history, change{d, old, rec})
	}
	b.rec, b.void = rec, false
}

// refold makes a record of those changes that stand. A change is what differs between
// the record as it was found and left, so that a good one survives when a bad one below
// it goes.
func (s *State) refold(b *recordState) {
	if b.history == nil {
		return
	}
	b.void = s.undone(b.history[0].deed)
	rec := b.history[0].to
	for i := 1; i < len(b.history); i++ {
		if c := &b.history[i]; !s.undone(c.deed) {
			rec = rebase(&rec, &c.from, &c.to)
		}
	}
	b.rec = rec
}

// rebase applies to base what changed between two versions of a record.
func rebase(base, from, to *Record) Record {
	if reflect.DeepEqual(base, from) {
		return *to
	}
	w := wire{}
	if err := decMode.Unmarshal(encode(rebased(tree(base), tree(from), tree(to))), &w); err != nil {
		return *to // never: three trees of one shape
	}
	rec, err := w.record()
	if err != nil {
		return *to
	}
	return rec
}

// tree is a record as nested maps.
func tree(r *Record) any {
	var t any
	if err := decMode.Unmarshal(encode(r.wire()), &t); err != nil {
		panic("report: a record that we encoded: " + err.Error())
	}
	return t
}

func rebased(base, from, to any) any {
	b, ok1 := base.(map[any]any)
	f, ok2 := from.(map[any]any)
	t, ok3 := to.(map[any]any)
	if !ok1 || !ok2 || !ok3 {
		return to
	}
	out := maps.Clone(b)
	for key := range f {
		if _, still := t[key]; !still {
			delete(out, key)
		}
	}
	for key, value := range t {
		if !reflect.DeepEqual(f[key], value) {
			out[key] = rebased(b[key], f[key], value)
		}
	}
	return out
}

// renewKeys revokes the keys whose making is undone, and gives those back whose
// revocation is.
func (s *State) renewKeys() {
	keys := maps.Clone(s.keys)
	for id, k := range keys { // each on its own: the order does not show
		k.Revoked = s.undone(s.makers[id])
		for _, d := range s.ended[id] {
			k.Revoked = k.Revoked || !s.undone(d)
		}
		keys[id] = k
	}
	s.keys = keys
}

// makes notes who brought a key, a session or an operator link.
func (s *State) makes(id, by string) { s.makers[id] = s.deedOf(by) }
