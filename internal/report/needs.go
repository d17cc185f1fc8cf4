package report

import (
	"cmp"
	"encoding/hex"
	"iter"
	"slices"
	"time"

	"example.org/teplo/geo"
)

// NeedStep is what an aid group does with a need: claim, release, met. Its note, for
// the receipt, is the entry's sealed note.
type NeedStep struct {
	Report UUID   `cbor:"1,keyasint"`
	Action string `cbor:"2,keyasint"`
	By     string `cbor:"3,keyasint,omitempty"`
}

// Steps of a need.
const (
	NeedClaim   = "claim"
	NeedRelease = "release"
	NeedMet     = "met"
)

// NeedStatuses are those of CONTRACT §3.1.
var NeedStatuses = []string{"open", "claimed", "met", "withdrawn", "expired"}

// needState is a need as it stands.
type needState struct {
	report UUID
	steps  []needStep // in the order of the journal
}

// needStep is one thing that a key did with a need.
type needStep struct {
	deed
	action  string
	note    string // of the claimer, for the receipt; lost when its key is erased
	noteDay int32
}

// needStand is how a need stands.
type needStand struct {
	status, claimedBy, note string
}

// stand follows the steps that are not undone.
func (n *needState) stand(s *State) needStand {
	out := needStand{status: "open"}
	for i := range n.steps {
		step := &n.steps[i]
		if s.undone(step.deed) {
			continue
		}
		switch step.action {
		case NeedClaim:
			out = needStand{"claimed", step.by, step.note}
		case NeedRelease:
			out = needStand{"open", "", step.note}
		case NeedMet:
			out = needStand{"met", step.by, step.note}
		}
	}
	return out
}

// eraseNotes drops the notes of a day; it reports whether the day had steps.
func (n *needState) eraseNotes(day int32) bool {
	had := false
	for i := range n.steps {
		if n.steps[i].noteDay == day {
			n.steps[i].note, had = "", true
		}
	}
	return had
}

// NeedFacts is what a feature of a need shows to keys.
type NeedFacts struct {
	Need, Urgency, Status string
	People                int
	ObservedAt            Instant
}

// Collection implements [Facts].
func (NeedFacts) Collection() Collection { return Needs }

func needID(u UUID) string { return "need-" + hex.EncodeToString(u[:]) }

// NeedID is the id of a need's feature.
func (u UUID) NeedID() string { return needID(u) }

// ParseNeedID reverses [UUID.NeedID]; a report's UUID is taken too.
func ParseNeedID(id string) (UUID, bool) {
	if u, ok := ParseUUID(id); ok {
		return u, true
	}
	var u UUID
	if len(id) != len("need-")+32 || id[:5] != "need-" {
		return u, false
	}
	n, err := hex.Decode(u[:], []byte(id[5:]))
	return u, err == nil && n == len(u)
}

// Need returns a need's claimer, the claimer's note and its status.
func (s *State) Need(id UUID) (claimedBy, note, status string, ok bool) {
	n := s.needs[id]
	if n == nil {
		return "", "", "", false
	}
	stand := n.stand(s)
	return stand.claimedBy, stand.note, s.needStatus(n), true
}

// needStatus is the status: of the report where that is not published, of its age, of
// what keys did.
func (s *State) needStatus(n *needState) string {
	f, status := s.reports[n.report], n.stand(s).status
	switch {
	case f.File.Status != "published":
		return f.File.Status
	case status != "met" && f.File.Filed.ObservedAt.Add(time.Duration(s.policy.Expire.Need)) <= s.At:
		return "expired"
	}
	return status
}

// NeedsOf returns the needs that one source filed and that are not over, the oldest
// first.
func (s *State) NeedsOf(tag Tag) iter.Seq[*Filing] {
	return func(yield func(*Filing) bool) {
		var mine []*Filing
		for u := range s.needs {
			if f := s.reports[u]; f.File.Tag == tag && f.File.Status == "published" {
				mine = append(mine, f)
			}
		}
		slices.SortFunc(mine, func(a, b *Filing) int { return cmp.Compare(a.Seq, b.Seq) })
		for _, f := range mine {
			if !yield(f) {
				return
			}
		}
	}
}

func (s *State) applyNeed(e Entry) []string {
	step := e.Event.Need
	n := s.needs[step.Report]
	if n == nil {
		return nil
	}
	made := needStep{deed: s.deedOf(step.By), action: step.Action, noteDay: DayOf(e.Event.At)}
	if e.Sealed != nil {
		made.note = e.Sealed.Note
	}
	n.steps = append(n.steps, made)
	return []string{needID(step.Report), reportID(step.Report)}
}

// needFeature is a need on the policy's grid: nearer than that only its claimer and
// moderators see.
func (s *State) needFeature(id string) (Feature, bool) {
	u, ok := ParseNeedID(id)
	n := s.needs[u]
	if !ok || n == nil || !slices.Contains(NeedStatuses, s.needStatus(n)) {
		return Feature{}, false // merged into another, or refused
	}
	f := s.reports[u]
	out, _ := s.reportFeature(reportID(u))
	out.ID, out.ExpiresAt = id, f.File.Filed.ObservedAt.Add(time.Duration(s.policy.Expire.Need))
	out.Place.Point = geo.Snap(out.Place.Point, s.policy.ReportGridDeg)
	facts := NeedFacts{
		Need: f.File.Filed.Need, Urgency: f.File.Filed.Urgency, Status: s.needStatus(n), ObservedAt: f.File.Filed.ObservedAt,
	}
	if f.Sealed != nil {
		facts.People = f.Sealed.People
	}
	out.Facts = facts
	return out, true
}

// expireNeeds lists the needs whose time has come.
func (s *State) expireNeeds(end Instant) []string {
	var dirty []string
	for _, u := range sortedUUIDs(s.needs) {
		id := needID(u)
		if it, ok := s.Full.Item(id); ok && it.Feature.Facts.(NeedFacts).Status != s.needStatus(s.needs[u]) {
			dirty = append(dirty, id, reportID(u))
		}
	}
	return dirty
}
