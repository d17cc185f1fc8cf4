package report

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"example.org/teplo/geo"
)

// applyFile takes one report in: its word joins those about its cell or hub.
func (s *State) applyFile(e Entry) []string {
	f := e.Event.File
	if _, again := s.reports[f.ID]; again {
		return nil
	}
	filing := &Filing{Seq: e.Seq, At: e.Event.At, File: *f, Sealed: e.Sealed, actor: f.By}
	if l, ok := s.link(f.Filed.Hub); ok && f.Tier == TierOperator {
		filing.actor = l.name()
	}
	s.reports[f.ID] = filing
	s.enqueue(filing)
	if f.Source != "" {
		s.said[f.Source+"\x00"+reportID(f.ID)] = f.Hash
	}
	dirty := []string{reportID(f.ID)}
	if f.Filed.About == AboutNeed {
		s.needs[f.ID] = &needState{report: f.ID}
		s.dueAt(f.Filed.ObservedAt.Add(time.Duration(s.policy.Expire.Need)))
		dirty = append(dirty, needID(f.ID))
	}
	if !f.Counts {
		return dirty
	}
	switch f.Filed.About {
	case AboutOutage:
		if f.Cell != 0 {
			s.hear(filing)
		}
	case AboutHubStatus:
		if h := s.hubs[f.Filed.Hub]; h != nil {
			h.said(filing)
			h.schedule(s)
			dirty = append(dirty, h.id)
		}
	}
	return dirty
}

// hear adds a report's word to its cell; the cell itself changes at the next
// bucket's end.
func (s *State) hear(f *Filing) {
	if f.File.Filed.ObservedAt.Add(time.Duration(s.policy.Expire.Outage)) <= f.At {
		return // too old to count when it arrived
	}
	key := cellKey{cell: f.File.Cell, service: f.File.Filed.Service}
	c := s.cells[key]
	if c == nil {
		c = &cellState{area: f.File.CellArea}
		s.cells[key] = c
	}
	w := word{
		tag: f.File.Tag, out: f.File.Filed.State == "out", anon: f.File.Tier == TierAnonymous,
		observed: f.File.Filed.ObservedAt, arrival: f.At, seq: f.Seq, filing: f,
	}
	c.words = append(c.words, w)
	s.dueAt(w.arrival.Add(time.Duration(s.policy.Delay)))
	s.dueAt(w.observed.Add(time.Duration(s.policy.Expire.Outage)))
}

// CellHas returns how many counted words of this tag the cell holds and whether
// the cell is known at all: the writer asks before it decides what a report
// counts for.
func (s *State) CellHas(cell uint64, service string, tag Tag) (known, spoken bool) {
	c := s.cells[cellKey{cell: cell, service: service}]
	if c == nil {
		return false, false
	}
	for _, w := range c.words {
		if w.tag == tag {
			return true, true
		}
	}
	return true, false
}

// Heard reports whether a tag has a word anywhere that still counts or waits:
// across midnight a source keeps the tag that it was first heard under.
func (s *State) Heard(cell uint64, service, hub string, tag Tag) bool {
	if _, spoken := s.CellHas(cell, service, tag); spoken {
		return true
	}
	if h := s.hubs[hub]; h != nil {
		for _, w := range h.words {
			if w.tag() == tag {
				return true
			}
		}
	}
	return false
}

// FeatureID is the id of a report's feature: its UUID without dashes.
func (u UUID) FeatureID() string { return reportID(u) }

// ParseFeatureID reverses [UUID.FeatureID].
func ParseFeatureID(id string) (UUID, bool) {
	var u UUID
	rest, ok := strings.CutPrefix(id, "report-")
	if !ok || len(rest) != 2*len(u) {
		return u, false
	}
	_, err := hex.Decode(u[:], []byte(rest))
	return u, err == nil
}

// reportID is the id of a report's feature: its UUID without dashes.
func reportID(u UUID) string { return "report-" + hex.EncodeToString(u[:]) }

func areaID(code string) string { return "area-" + strings.ToLower(code) }

// reportFeature is what keys see of a report.
func (s *State) reportFeature(id string) (Feature, bool) {
	u, ok := ParseFeatureID(id)
	if !ok {
		return Feature{}, false
	}
	f, ok := s.reports[u]
	if !ok {
		return Feature{}, false
	}
	out := Feature{
		ID: id, AreaCode: f.File.AreaCode, Source: f.File.Source, Tier: f.File.Tier, Confidence: tierConfidence[f.File.Tier],
		ConfirmedAt: f.File.Filed.ObservedAt, Precision: f.File.Precision, CreatedAt: f.At,
	}
	facts := FiledFacts{
		Filed: f.File.Filed, Status: f.File.Status, Because: f.File.Because, By: f.File.By, Cell: f.File.Cell,
		Approvals: strings.Join(f.Case.Approvals, ","), ClaimedBy: f.Case.ClaimedBy, ClaimedUntil: f.Case.ClaimedUntil,
		Into: f.Case.Into, Reason: f.Case.Reason,
	}
	if n := s.needs[u]; n != nil {
		stand := n.stand(s)
		facts.NeedStatus, facts.Claimer, facts.ClaimNote = s.needStatus(n), stand.claimedBy, stand.note
	}
	switch {
	case f.Sealed != nil && f.Sealed.HasPoint:
		out.Place.Point = f.Sealed.Point
	case f.File.Cell != 0:
		out.Place.Point, out.Precision = UnpackCell(f.File.Cell).Center(), "cell"
	case f.File.Filed.Hub != "" && s.hubs[f.File.Filed.Hub] != nil:
		out.Place = s.hubFeature(s.hubs[f.File.Filed.Hub]).Place
	default:
		out.Place.Point, _ = s.AreaPoint(f.File.AreaCode)
	}
	if f.Sealed != nil {
		facts.People, facts.Note, facts.Name = f.Sealed.People, f.Sealed.Note, f.Sealed.Name
		facts.Address, facts.Opening = f.Sealed.Address, f.Sealed.Opening
	}
	out.Facts = facts
	return out, true
}

// parseCellID reverses cellKey.id.
func parseCellID(id string) (cellKey, bool) {
	var c geo.Cell
	var service string
	if n, err := fmt.Sscanf(id, "outage-c%dx%dy%d%s", &c.Z, &c.X, &c.Y, &service); err != nil || n != 4 {
		return cellKey{}, false
	}
	k := cellKey{cell: PackCell(c), service: service}
	return k, k.id() == id
}
