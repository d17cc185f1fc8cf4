package report

import (
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// hubState is a hub as its source states it, with what has been seen of it.
type hubState struct {
	recordState
	strong hubWord   // the last word of a source above community
	crowd  []hubWord // the latest word of each other source, in the order of the journal
}

// hubWord is what one source said of a hub's state.
type hubWord struct {
	tag      Tag
	tier     Tier
	state    string // open, closed, full, absent, standby
	observed Instant
	counts   bool
	seq      uint64
}

// stated takes in the status that the hub's own source states.
func (h *hubState) stated(facts Hub, tier Tier, seq uint64) {
	if facts.Status != "" && facts.Status != Unknown && facts.StatusAt >= h.strong.observed {
		h.strong = hubWord{tier: tier, state: facts.Status, observed: facts.StatusAt, counts: true, seq: seq}
	}
}

// said takes in a report about the hub's state. Who may close is decided by the
// writer; a word above community sets the status, any other only counts.
func (h *hubState) said(w hubWord) {
	if w.tier == TierOfficial || w.tier == TierOperator || w.tier == TierVerified {
		if w.observed >= h.strong.observed {
			h.strong = w
		}
		return
	}
	for i, old := range h.crowd {
		if old.tag == w.tag {
			if w.observed >= old.observed {
				h.crowd = append(slices.Delete(h.crowd, i, i+1), w)
			}
			return
		}
	}
	h.crowd = append(h.crowd, w)
}

func (h *hubState) schedule(s *State) {
	expire := time.Duration(s.policy.Expire.HubStatus)
	if h.strong.state != "" {
		s.dueAt(h.strong.observed.Add(expire))
	}
	for _, w := range h.crowd {
		s.dueAt(w.observed.Add(expire))
	}
}

// expireHubs drops words older than expire.hub_status.
func (s *State) expireHubs(end Instant) []string {
	expire := time.Duration(s.policy.Expire.HubStatus)
	var dirty []string
	for _, id := range slices.Sorted(maps.Keys(s.hubs)) {
		h := s.hubs[id]
		n := len(h.crowd)
		h.crowd = slices.DeleteFunc(h.crowd, func(w hubWord) bool { return w.observed.Add(expire) <= end })
		strong := h.strong.state != "" && h.strong.observed.Add(expire) <= end
		if strong {
			h.strong.state = ""
		}
		if strong || n != len(h.crowd) {
			dirty = append(dirty, id)
		}
	}
	return dirty
}

// hubFeature is the feature of one hub. A hub without a point of its own stands
// at its area, and the view finds where that is.
func (s *State) hubFeature(h *hubState) Feature {
	f := h.feature()
	facts := h.rec.Facts.(Hub)
	expire := time.Duration(s.policy.Expire.HubStatus)
	facts.Status, facts.StatusAt = Unknown, 0
	f.Heard.ListedAt = f.ConfirmedAt
	if w := h.strong; w.state != "" && w.observed.Add(expire) > s.At {
		facts.StatusAt, facts.Status, f.Heard.StatusTier = w.observed, w.state, w.tier
		if w.state == "absent" {
			facts.Status = "closed"
		}
		if w.observed > f.ConfirmedAt {
			f.ConfirmedAt = w.observed
		}
	}
	var against int
	var latest Instant
	for _, w := range h.crowd {
		switch {
		case !w.counts:
		case w.state == "open":
			f.Confirmations++
			f.SeenAt = max(f.SeenAt, w.observed)
		case w.observed > h.strong.observed:
			against++
			latest = max(latest, w.observed)
		}
	}
	f.Disputed = against > s.policy.MaxPerNetwork
	if f.Disputed {
		f.Heard.Against, f.Heard.AgainstAt = against, latest
		f.Confidence /= 2
	}
	fillUnknown(&facts)
	f.Facts = facts
	if h.rec.HasPoint {
		f.Place = Place{Kind: PlacePoint, Point: h.rec.Point}
	} else {
		p, _ := s.AreaPoint(h.rec.AreaCode) // the writer takes no hub that has none
		f.Place = Place{Kind: PlacePoint, Area: h.rec.AreaCode, Point: p}
	}
	return f
}

func fillUnknown(h *Hub) {
	for _, p := range []*string{&h.Availability, &h.Status, &h.OpenInCurfew} {
		if *p == "" {
			*p = Unknown
		}
	}
}

// AreaPoint is where a record without coordinates stands: the point of its
// settlement, or of the nearest larger area that has one; false when none has.
func (s *State) AreaPoint(code string) (orb.Point, bool) {
	for code != "" {
		a := s.areas[areaID(code)]
		if a == nil {
			break
		}
		if a.area.HasPoint {
			return a.area.Point, true
		}
		code = a.area.Parent
	}
	return orb.Point{}, false
}
