package report

import (
	"cmp"
	"slices"
)

// Actions of a [Judgement].
const (
	ActionClaim    = "claim"
	ActionPublish  = "publish"
	ActionReject   = "reject"
	ActionMerge    = "merge"
	ActionWithdraw = "withdraw" // by who filed it
	ActionDrop     = "drop"     // by the server: the queue is full
)

// Judgement is what a moderator (or who filed it) does with a report.
type Judgement struct {
	Report UUID    `cbor:"1,keyasint"`
	Action string  `cbor:"2,keyasint"`
	By     string  `cbor:"3,keyasint,omitempty"` // id of the key; empty: who filed it
	Reason string  `cbor:"4,keyasint,omitempty"`
	Into   string  `cbor:"5,keyasint,omitempty"` // what it was merged into: a report's UUID or a hub's id
	Until  Instant `cbor:"6,keyasint,omitempty"` // of a claim
	Hub    *Put    `cbor:"7,keyasint,omitempty"` // the new hub that this approval makes public
}

// Confirm says that a feature was seen valid at the entry's time, by a key.
type Confirm struct {
	ID string `cbor:"1,keyasint"`
	By string `cbor:"2,keyasint,omitempty"`
}

// Case is what moderators have done with one report.
type Case struct {
	ClaimedBy    string // id of a key
	ClaimedUntil Instant
	Approvals    []string // ids of keys, each once
	Into         string
	Reason       string
}

// Queued reports whether the report waits for a moderator.
func (f *Filing) Queued() bool { return f.File.Status == "queued" }

// Claimed returns the key that works on the report now, or "".
func (f *Filing) Claimed(now Instant) string {
	if f.Case.ClaimedUntil > now {
		return f.Case.ClaimedBy
	}
	return ""
}

// Waiters returns the reports that wait for a moderator, the oldest first. What is
// returned is good until the next entry.
func (s *State) Waiters() []*Filing { return s.queue }

// enqueue keeps the queue: a report that waits is in it, in the order of the journal.
func (s *State) enqueue(f *Filing) {
	at, in := slices.BinarySearchFunc(s.queue, f.Seq, func(q *Filing, seq uint64) int { return cmp.Compare(q.Seq, seq) })
	switch waits := f.Queued(); {
	case waits && !in:
		s.queue = slices.Insert(s.queue, at, f)
	case !waits && in:
		s.queue = slices.Delete(s.queue, at, at+1)
	}
}

// past is a report before the first judgement, and the judgements since.
type past struct {
	status, because string
	counts          bool
	judged          []judged
}

type judged struct {
	deed
	Judgement
}

// deed is who answers for a report, and when it was filed.
func (f *Filing) deed() deed { return deed{by: f.actor, at: f.At, seq: f.Seq} }

// applyJudgement takes a judgement in and derives what the report is now.
func (s *State) applyJudgement(j *Judgement) []string {
	f := s.reports[j.Report]
	if f == nil {
		return nil
	}
	f.remember()
	f.past.judged = append(f.past.judged, judged{s.deedOf(j.By), *j})
	return s.judge(f)
}

func (f *Filing) remember() {
	if f.past == nil {
		f.past = &past{status: f.File.Status, because: f.File.Because, counts: f.File.Counts}
	}
}

// judge derives what a report is now from how it was filed and the judgements that
// stand, and names all that this changes.
func (s *State) judge(f *Filing) []string {
	if f.past != nil {
		f.File.Status, f.File.Because, f.File.Counts = f.past.status, f.past.because, f.past.counts
		f.Case = Case{}
		for i := range f.past.judged {
			if j := &f.past.judged[i]; !s.undone(j.deed) {
				s.follow(f, j)
			}
		}
	}
	if s.undone(f.deed()) {
		f.remember()
		f.File.Status, f.File.Because, f.File.Counts = "rejected", BecauseReverted, false
	}
	s.enqueue(f)
	dirty := []string{reportID(f.File.ID)}
	if f.File.Cell != 0 {
		s.dueAt(s.At)
	}
	if s.needs[f.File.ID] != nil {
		dirty = append(dirty, needID(f.File.ID))
	}
	if h := s.hubs[f.File.Filed.Hub]; h != nil && f.File.Filed.About == AboutHubStatus {
		if f.File.Counts {
			h.said(f)
			h.schedule(s)
		}
		dirty = append(dirty, h.id)
	}
	return append(dirty, s.born(f)...)
}

// follow takes one judgement that stands into a report. A report is published by the
// first yes, a new hub by the one that brings it; what a status says counts from then
// on.
func (s *State) follow(f *Filing, j *judged) {
	switch j.Action {
	case ActionClaim:
		f.Case.ClaimedBy, f.Case.ClaimedUntil = j.By, j.Until
	case ActionReject:
		f.File.Status, f.File.Because, f.Case.Reason, f.File.Counts = "rejected", BecauseModerator, j.Reason, false
	case ActionDrop:
		f.File.Status, f.File.Because = "rejected", BecauseFull
	case ActionMerge:
		f.File.Status, f.File.Because, f.Case.Into, f.Case.Reason = "merged", "", j.Into, j.Reason
	case ActionWithdraw:
		f.File.Status, f.File.Because, f.File.Counts = "withdrawn", "", false
	case ActionPublish:
		if !slices.Contains(f.Case.Approvals, j.By) {
			f.Case.Approvals = append(slices.Clip(f.Case.Approvals), j.By)
		}
		f.Case.Reason = j.Reason
		if f.File.Filed.About == AboutHub && !s.brings(f, j) {
			return
		}
		f.File.Status, f.File.Because = "published", ""
		f.File.Counts = f.File.Counts || f.File.Filed.About == AboutHubStatus
	}
}

// brings reports whether a yes makes a new hub public: it was the one that was
// missing, and none that it was added to has been undone since.
func (s *State) brings(f *Filing, j *judged) bool {
	if j.Hub == nil {
		return false
	}
	for _, other := range f.past.judged {
		if at := s.undoneBy(other.deed); other.Action == ActionPublish && at > j.seq && other.seq <= j.seq {
			return false
		}
	}
	return true
}

// born brings the hub that moderators made of a report, or takes it away.
func (s *State) born(f *Filing) []string {
	if f.File.Filed.About != AboutHub || f.past == nil {
		return nil
	}
	var dirty []string
	for i := range f.past.judged {
		j := &f.past.judged[i]
		if j.Hub == nil {
			continue
		}
		if j.seq == s.Seq {
			s.applyPut(j.Hub, s.At)
		}
		s.hubs[j.Hub.ID].unborn = f.File.Status != "published"
		dirty = append(dirty, j.Hub.ID)
	}
	return dirty
}

// applyConfirm renews what is known of a feature: it was seen valid now.
func (s *State) applyConfirm(c *Confirm) []string {
	b := s.reference(c.ID)
	if b == nil {
		return nil
	}
	rec := b.rec
	rec.Confirmed = max(rec.Confirmed, s.At)
	b.changed(deed{by: cmp.Or(c.By, "store"), at: s.At, seq: s.Seq}, b.rec, rec, true)
	if s.curfews[c.ID] != nil {
		s.rules = nil
	}
	return []string{c.ID}
}
