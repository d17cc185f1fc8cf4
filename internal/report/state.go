package report

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
)

// State is what follows from the journal so far. It is changed by [State.Apply]
// alone, from one goroutine; readers are served from views made of it.
type State struct {
	Seq    uint64  // of the last entry
	At     Instant // of the last entry
	Public Ledger
	Full   Ledger

	policy       Policy
	withheld     Withheld
	areas        map[string]*areaState
	hubs         map[string]*hubState
	outages      map[string]*recordState
	curfews      map[string]*recordState
	cells        map[cellKey]*cellState
	reports      map[UUID]*Filing
	said         map[string][16]byte // what a source last said of a feature
	retired      map[string][]deed
	due          Instant // the next bucket's end that changes something; 0: none
	lastEnd      Instant // of the last bucket that ended
	areasVersion int
	rules        *curfew.Book // of curfews; nil: to be made
	keys         map[string]access.Key
	strikes      map[string][]Instant // by key: when it moved or retired something
	needs        map[UUID]*needState
	queue        []*Filing // that wait for a moderator, in the order of the journal
	audit        []AuditLine
	invitations  map[[32]byte]Invitation // by the hash of their code
	invited      map[[32]byte]deed       // who made them
	operators    map[[32]byte]string     // hubs by the hash of their operator's secret
	links        map[string][]operatorLink
	makers       map[string]deed   // who made a key, a session or an operator link
	ended        map[string][]deed // who revoked a key
	reverts      []reverted
	basePolicy   Policy // without the brake
	brakes       []braking
	brake        Brake           // what the brakes amount to
	lifted       map[string]bool // oblasts whose anonymous_cells is lifted for the next bucket
	waiting      map[string]int  // by oblast: cells that wait for anonymous_cells
	publicNext   uint64          // number of the public changes of the entry at hand
	past         history
}

// recordState is a record of reference as its source last stated it.
type recordState struct {
	id        string
	rec       Record
	createdAt Instant
	history   []change // what keys made of it since its source last said it; nil: nothing
	void      bool     // the key that brought it is undone
	unborn    bool     // a hub whose moderators are undone
}

type areaState struct {
	recordState
	area    places.Area
	version int
}

// Filing is one report as filed: what its receipt shows and what its words count
// for.
type Filing struct {
	Seq    uint64
	At     Instant // arrival
	File   File
	Sealed *Sealed // nil: none, or erased
	Case   Case

	actor string // who answers for it: a key, or an operator's link; empty: nobody
	past  *past  // what moderators did; nil: nothing
}

// NewState returns the state before the first entry, under the policy [Ukraine].
func NewState() *State {
	s := &State{
		Public: newLedger(), Full: newLedger(),
		areas: map[string]*areaState{}, hubs: map[string]*hubState{}, outages: map[string]*recordState{},
		curfews: map[string]*recordState{}, cells: map[cellKey]*cellState{}, reports: map[UUID]*Filing{},
		said: map[string][16]byte{}, retired: map[string][]deed{}, needs: map[UUID]*needState{}, strikes: map[string][]Instant{},
		invited: map[[32]byte]deed{}, links: map[string][]operatorLink{}, makers: map[string]deed{}, ended: map[string][]deed{},
		lifted: map[string]bool{}, waiting: map[string]int{}, past: newHistory(),
	}
	s.setPolicy(Ukraine())
	return s
}

// Policy returns the policy in force, the brake applied.
func (s *State) Policy() Policy { return s.policy }

// Withheld returns the gate's knowledge of withheld areas as of now.
func (s *State) Withheld() *Withheld { return &s.withheld }

// Said returns the hash of what source last said of the feature id.
func (s *State) Said(source, id string) ([16]byte, bool) {
	h, ok := s.said[source+"\x00"+id]
	return h, ok
}

// Known reports whether a record of reference with this id exists.
func (s *State) Known(id string) bool {
	_, hub := s.hubs[id]
	_, outage := s.outages[id]
	_, curfew := s.curfews[id]
	_, area := s.areas[id]
	return hub || outage || curfew || area
}

// Record returns a record of reference as it stands, and what its source last said.
func (s *State) Record(id string) (r Record, said [16]byte, ok bool) {
	switch {
	case s.hubs[id] != nil:
		r = s.hubs[id].rec
	case s.outages[id] != nil:
		r = s.outages[id].rec
	case s.curfews[id] != nil:
		r = s.curfews[id].rec
	default:
		return r, said, false
	}
	said, _ = s.Said(r.Source, id)
	return r, said, true
}

// Retired reports whether the feature was taken off by hand.
func (s *State) Retired(id string) bool { return s.gone(id) }

// Filing returns a report by its id.
func (s *State) Filing(id UUID) (*Filing, bool) {
	f, ok := s.reports[id]
	return f, ok
}

// HubArea returns the area code of a hub, and whether there is such a hub that
// is not withheld.
func (s *State) HubArea(id string) (string, bool) {
	h, ok := s.hubs[id]
	if !ok || s.gone(id) {
		return "", false
	}
	return h.rec.AreaCode, true
}

// AreasVersion counts the changes of areas: a reader that keeps a
// [places.Book] makes a new one when it moves.
func (s *State) AreasVersion() int { return s.areasVersion }

// Areas returns every area, in the order of codes.
func (s *State) Areas() iter.Seq[places.Area] {
	return func(yield func(places.Area) bool) {
		for _, id := range slices.Sorted(maps.Keys(s.areas)) {
			if !yield(s.areas[id].area) {
				return
			}
		}
	}
}

// NextBucket returns the end of the next bucket at which time alone changes
// something, or 0.
func (s *State) NextBucket() Instant { return s.due }

// ErrGap says that an entry does not follow the last one.
var ErrGap = errors.New("report: entry out of order")

// Apply takes the next entry into the state. It is pure: the same entries in the
// same order give the same state on every machine. An entry that was applied
// already is ignored; one that leaves a gap is refused with [ErrGap].
func (s *State) Apply(e Entry) error {
	if e.Seq <= s.Seq {
		return nil
	}
	if e.Seq != s.Seq+1 {
		return fmt.Errorf("%w: %d after %d", ErrGap, e.Seq, s.Seq)
	}
	ev := &e.Event
	s.sample(ev.At)
	s.Seq, s.At = e.Seq, ev.At
	var dirty, forced []string
	s.strike(ev)
	switch {
	case ev.Policy != nil:
		s.setPolicy(*ev.Policy)
		dirty = s.everyGated()
		s.schedule(ev.At)
	case ev.Put != nil:
		dirty, forced = s.applyPut(ev.Put, ev.At)
	case ev.File != nil:
		dirty = s.applyFile(e)
	case ev.Bucket != nil:
		dirty = s.applyBucket(ev.Bucket.End)
	case ev.Erased != nil:
		forced = s.applyErased(ev.Erased)
	case ev.Retire != nil:
		s.retired[ev.Retire.ID] = append(s.retired[ev.Retire.ID], s.deedOf(ev.Retire.By))
		if s.curfews[ev.Retire.ID] != nil {
			s.rules = nil
		}
		dirty = []string{ev.Retire.ID}
	case ev.Brake != nil:
		dirty = s.applyBrake(ev.Brake)
		s.schedule(ev.At)
	case ev.Key != nil:
		s.applyKey(ev.Key)
	case ev.KeyEnd != nil:
		s.endKey(ev.KeyEnd)
	case ev.Halt != nil:
		s.applyHalt(ev.Halt)
	case ev.Link != nil:
		dirty = s.applyLink(ev.Link)
	case ev.Invite != nil:
		s.applyInvitation(ev.Invite)
	case ev.Join != nil:
		s.applyJoined(ev.Join)
	case ev.Judge != nil:
		dirty = s.applyJudgement(ev.Judge)
	case ev.Need != nil:
		dirty = s.applyNeed(e)
	case ev.Confirm != nil:
		dirty = s.applyConfirm(ev.Confirm)
	case ev.Revert != nil:
		dirty = s.applyRevert(ev.Revert)
	case ev.Lift != nil:
		s.applyLift(ev.Lift)
	}
	s.note(&e)
	s.publish(dirty, false)
	s.publish(forced, true)
	s.publicNext = 0
	return nil
}

// publish re-derives the features of dirty for both audiences. All public
// changes of one entry share one number.
func (s *State) publish(dirty []string, force bool) {
	if s.publicNext == 0 {
		s.publicNext = s.Public.Seq + 1
	}
	next := s.publicNext
	for _, id := range dirty {
		if was, ok := s.Public.Item(id); ok {
			s.past.reckon(was.Feature, -1)
		}
		s.publishOne(id, next, force)
		if is, ok := s.Public.Item(id); ok {
			s.past.reckon(is.Feature, 1)
		}
	}
}

// publishOne re-derives one feature; its public change, if it is one, has number next.
func (s *State) publishOne(id string, next uint64, force bool) {
	f, ok := s.feature(id)
	if !ok {
		s.Full.remove(id, s.Seq)
		s.Public.remove(id, next)
		return
	}
	s.Full.put(f, s.Seq, s.At, force)
	if pub, ok := Public(f, &s.withheld); ok {
		s.Public.put(pub, next, s.publicAt(&pub), force)
	} else {
		s.Public.remove(id, next)
	}
}

// publicAt is the time that a public change bears: a cell's are bucket ends.
func (s *State) publicAt(f *Feature) Instant {
	if f.Place.Kind == PlaceCell && f.Tier != TierOfficial {
		return s.lastEnd
	}
	return s.At
}

func (s *State) setPolicy(p Policy) {
	s.basePolicy, s.policy = p, s.braked(p)
	s.renewWithheld()
}

func (s *State) renewWithheld() {
	s.withheld = Withheld{policy: &s.policy}
	for _, code := range s.policy.WithheldAreas {
		for _, id := range slices.Sorted(maps.Keys(s.areas)) {
			a := s.areas[id]
			if a.area.Outline != nil && (a.area.Code == code || places.Prefix(a.area.Code) == places.Prefix(code)) {
				s.withheld.outlines = append(s.withheld.outlines, a.area.Outline)
			}
		}
	}
}

// everyGated lists the ids whose publicity depends on the withheld areas.
func (s *State) everyGated() []string {
	out := slices.Sorted(maps.Keys(s.hubs))
	for _, k := range s.sortedCells() {
		out = append(out, k.id())
	}
	return out
}

// applyPut takes a record of reference in.
func (s *State) applyPut(p *Put, at Instant) (dirty, forced []string) {
	r := p.Record
	s.said[r.Source+"\x00"+p.ID] = p.Hash
	base := recordState{id: p.ID, rec: r, createdAt: at}
	switch facts := r.Facts.(type) {
	case Hub:
		h, known := s.hubs[p.ID]
		if !known {
			h = &hubState{recordState: base}
			s.hubs[p.ID] = h
		}
		h.changed(s.deedOf(p.By), h.rec, r, known)
		h.stated(facts, r.Tier, s.deedOf(p.By))
		s.dueAt(facts.StatusAt.Add(time.Duration(s.policy.Expire.HubStatus)))
	case Outage:
		s.putRecord(s.outages, base, p.By)
		s.scheduleOutage(facts, r.Confirmed, at)
	case Curfew:
		s.putRecord(s.curfews, base, p.By)
		s.rules = nil
	case Area:
		return s.applyArea(p.ID, base, facts)
	}
	return []string{p.ID}, nil
}

func (s *State) putRecord(m map[string]*recordState, base recordState, by string) {
	b, known := m[base.id]
	if !known {
		b = &base
		m[base.id] = b
	}
	b.changed(s.deedOf(by), b.rec, base.rec, known)
}

// applyArea merges what one source says of an area. What is drawn as the area
// changes with its outline.
func (s *State) applyArea(id string, base recordState, facts Area) (dirty, forced []string) {
	a := s.areas[id]
	if a == nil {
		a = &areaState{recordState: base}
		s.areas[id] = a
	}
	s.areasVersion++
	a.rec, a.version = base.rec, a.version+1
	a.area = facts.merge(a.area, &base.rec)
	dirty = []string{id}
	if facts.Outline == nil {
		return dirty, nil
	}
	if s.policy.withholds(a.area.Code) {
		s.renewWithheld()
		dirty = append(dirty, s.everyGated()...)
	}
	for _, m := range []map[string]*recordState{s.outages, s.curfews} {
		for _, id := range slices.Sorted(maps.Keys(m)) {
			if m[id].rec.AreaCode == a.area.Code {
				forced = append(forced, id)
			}
		}
	}
	return dirty, forced
}

// AreaMerged returns what an area would be with r, and whether that differs
// from what is known: an importer asks before it writes.
func (s *State) AreaMerged(r *Record) (merged places.Area, differs bool) {
	facts, ok := r.Facts.(Area)
	if !ok {
		return places.Area{}, false
	}
	a := s.areas[r.ID()]
	if a == nil {
		return facts.merge(places.Area{}, r), true
	}
	merged = facts.merge(a.area, r)
	old := a.area
	differs = merged.NameUK != old.NameUK || merged.NameEN != old.NameEN || merged.Category != old.Category ||
		merged.Parent != old.Parent || merged.Level != old.Level || merged.Population != old.Population ||
		merged.Point != old.Point || merged.HasPoint != old.HasPoint || len(merged.Aliases) != len(old.Aliases) ||
		!orb.Equal(merged.Outline, old.Outline)
	return merged, differs
}

// applyErased drops what was opened from sealed parts of a day, and names the
// reports and needs that thereby changed: those filed that day, opened or not.
func (s *State) applyErased(e *Erased) (forced []string) {
	if e.Class == ClassSource {
		return nil
	}
	for _, u := range sortedUUIDs(s.needs) {
		if e.Class == ClassNote && s.needs[u].eraseNotes(e.Day) {
			forced = append(forced, reportID(u))
		}
	}
	for _, id := range s.filingsOfDay(e.Day) {
		f := s.reports[id]
		if e.Class == ClassReport {
			f.Sealed = nil
		} else if f.Sealed != nil {
			c := *f.Sealed
			c.Note = ""
			f.Sealed = &c
		}
		forced = append(forced, reportID(id))
		if s.needs[id] != nil {
			forced = append(forced, needID(id))
		}
	}
	return forced
}

func sortedUUIDs[V any](m map[UUID]V) []UUID {
	return slices.SortedFunc(maps.Keys(m), func(a, b UUID) int { return slices.Compare(a[:], b[:]) })
}

func (s *State) filingsOfDay(day int32) []UUID {
	var ids []UUID
	for id, f := range s.reports {
		if DayOf(f.At) == day {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b UUID) int { return int(s.reports[a].Seq) - int(s.reports[b].Seq) })
	return ids
}

// DayOf returns the UTC day of an instant, in days since the Unix epoch.
func DayOf(i Instant) int32 { return int32(i / Instant(24*time.Hour/time.Millisecond)) }
