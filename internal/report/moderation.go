package report

import "slices"

// Actions of a [Judgement].
const (
	ActionClaim    = "claim"
	ActionPublish  = "publish"
	ActionReject   = "reject"
	ActionMerge    = "merge"
	ActionWithdraw = "withdraw" // by who filed it
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

// Queue returns the reports that wait for a moderator, the oldest first.
func (s *State) Queue() []*Filing {
	var out []*Filing
	for _, f := range s.reports {
		if f.Queued() {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b *Filing) int { return int(a.Seq) - int(b.Seq) })
	return out
}

func (s *State) applyJudgement(e Entry) []string {
	j := e.Event.Judge
	f := s.reports[j.Report]
	if f == nil {
		return nil
	}
	dirty := []string{reportID(j.Report)}
	switch j.Action {
	case ActionClaim:
		f.Case.ClaimedBy, f.Case.ClaimedUntil = j.By, j.Until
	case ActionReject:
		f.File.Status, f.File.Because, f.Case.Reason = "rejected", BecauseModerator, j.Reason
	case ActionMerge:
		f.File.Status, f.File.Because, f.Case.Into, f.Case.Reason = "merged", "", j.Into, j.Reason
	case ActionWithdraw:
		dirty = append(dirty, s.withdraw(f)...)
	case ActionPublish:
		dirty = append(dirty, s.approve(f, j, e)...)
	}
	return dirty
}

// approve counts a moderator's yes. A report is published by the first, a new hub by
// the one that brings it; what a status says counts from then on.
func (s *State) approve(f *Filing, j *Judgement, e Entry) []string {
	if !slices.Contains(f.Case.Approvals, j.By) {
		f.Case.Approvals = append(slices.Clip(f.Case.Approvals), j.By)
	}
	f.Case.Reason = j.Reason
	if f.File.Filed.About == AboutHub && j.Hub == nil {
		return nil
	}
	f.File.Status, f.File.Because = "published", ""
	if j.Hub != nil {
		dirty, _ := s.applyPut(j.Hub, e.Event.At)
		return dirty
	}
	if h := s.hubs[f.File.Filed.Hub]; h != nil && f.File.Filed.About == AboutHubStatus && f.File.Filed.State != "" && !f.File.Counts {
		f.File.Counts = true
		h.said(hubWord{tag: f.File.Tag, tier: f.File.Tier, state: f.File.Filed.State, observed: f.File.Filed.ObservedAt, counts: true, seq: e.Seq})
		h.schedule(s)
		return []string{h.id}
	}
	return nil
}

// withdraw takes a report's words back: what it said of a cell or a hub no longer
// counts.
func (s *State) withdraw(f *Filing) []string {
	f.File.Status, f.File.Because = "withdrawn", ""
	if c := s.cells[cellKey{cell: f.File.Cell, service: f.File.Filed.Service}]; c != nil {
		c.words = slices.DeleteFunc(c.words, func(w word) bool { return w.report == f.File.ID })
		s.dueAt(f.At)
	}
	if n := s.needs[f.File.ID]; n != nil {
		n.status = "withdrawn"
		return []string{needID(f.File.ID)}
	}
	if h := s.hubs[f.File.Filed.Hub]; h != nil {
		h.crowd = slices.DeleteFunc(h.crowd, func(w hubWord) bool { return w.seq == f.Seq })
		if h.strong.seq == f.Seq {
			h.strong.state = ""
		}
		return []string{h.id}
	}
	return nil
}

// applyConfirm renews what is known of a feature: it was seen valid now.
func (s *State) applyConfirm(c *Confirm, at Instant) []string {
	for _, m := range []map[string]*recordState{s.outages, s.curfews} {
		if r := m[c.ID]; r != nil {
			r.rec.Confirmed = max(r.rec.Confirmed, at)
			if s.curfews[c.ID] != nil {
				s.rules = nil
			}
			return []string{c.ID}
		}
	}
	if h := s.hubs[c.ID]; h != nil {
		h.rec.Confirmed = max(h.rec.Confirmed, at)
		return []string{c.ID}
	}
	return nil
}
