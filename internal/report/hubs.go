package report

import (
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// hubState is a hub as its source states it, with what has been said of it.
type hubState struct {
	recordState
	words    []hubWord // not yet expired, in the order of the journal
	operator Instant   // when its operator last said something that has expired since
}

// hubWord is one word about a hub's state: a report's, or (no filing) the status that
// the hub's own record states.
type hubWord struct {
	deed
	tier     Tier
	state    string // open, closed, full, absent, standby; empty: amenities alone
	observed Instant
	filing   *Filing
}

func (w *hubWord) tag() Tag {
	if w.filing == nil {
		return Tag{}
	}
	return w.filing.File.Tag
}

// strong reports whether a tier may set a hub's status (CONTRACT §3.3 "Who may close").
func (t Tier) strong() bool { return t == TierOfficial || t == TierOperator || t == TierVerified }

// maxWords is how many words of one source about one hub are kept: the newest.
const maxWords = 8

// stated takes in the status that the hub's own record states.
func (h *hubState) stated(facts Hub, tier Tier, d deed) {
	if facts.Status != "" && facts.Status != Unknown {
		h.hear(hubWord{deed: d, tier: tier, state: facts.Status, observed: facts.StatusAt})
	}
}

// said takes in a report about the hub's state; one that is known already changes
// nothing. Who may close is decided by the writer.
func (h *hubState) said(f *Filing) {
	if slices.ContainsFunc(h.words, func(w hubWord) bool { return w.filing == f }) {
		return
	}
	h.hear(hubWord{deed: f.deed(), tier: f.File.Tier, state: f.File.Filed.State, observed: f.File.Filed.ObservedAt, filing: f})
}

// hear keeps a word. The same word of the same source, observed later, takes the place
// of the earlier one.
func (h *hubState) hear(w hubWord) {
	mine, oldest := 0, -1
	for i := range h.words {
		old := &h.words[i]
		if old.tag() != w.tag() || old.by != w.by || (old.filing == nil) != (w.filing == nil) {
			continue
		}
		if old.state == w.state && old.observed <= w.observed && old.sees() == w.sees() {
			h.words = append(slices.Delete(h.words, i, i+1), w)
			return
		}
		if mine++; oldest < 0 {
			oldest = i
		}
	}
	if mine >= maxWords {
		h.words = slices.Delete(h.words, oldest, oldest+1)
	}
	h.words = append(h.words, w)
}

// later reports whether a word was observed after another; of two at once the one that
// came later is the later.
func (w *hubWord) later(other *hubWord) bool {
	return w.observed > other.observed || w.observed == other.observed && w.seq > other.seq
}

// heartbeat reports whether the hub's operator said so.
func (w *hubWord) heartbeat() bool {
	return w.filing != nil && w.filing.File.Counts && w.tier == TierOperator
}

// sees are the amenities that the word's source saw working.
func (w *hubWord) sees() Amenities {
	if w.filing == nil {
		return 0
	}
	return w.filing.File.Filed.Amenities
}

// stands reports whether a word counts now.
func (s *State) stands(w *hubWord) bool {
	if w.observed.Add(time.Duration(s.policy.Expire.HubStatus)) <= s.At {
		return false
	}
	if w.filing != nil {
		return w.filing.File.Counts
	}
	return !s.undone(w.deed)
}

func (h *hubState) schedule(s *State) {
	expire := time.Duration(s.policy.Expire.HubStatus)
	for i := range h.words {
		s.dueAt(h.words[i].observed.Add(expire))
	}
}

// expireHubs drops words older than expire.hub_status.
func (s *State) expireHubs(end Instant) []string {
	expire := time.Duration(s.policy.Expire.HubStatus)
	var dirty []string
	for _, id := range slices.Sorted(maps.Keys(s.hubs)) {
		h := s.hubs[id]
		n := len(h.words)
		h.words = slices.DeleteFunc(h.words, func(w hubWord) bool {
			over := w.observed.Add(expire) <= end
			if over && w.heartbeat() {
				h.operator = max(h.operator, w.observed)
			}
			return over
		})
		if n != len(h.words) {
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
	facts.Status, facts.StatusAt = Unknown, 0
	f.Heard.ListedAt = f.ConfirmedAt
	set := s.weigh(h, &f, &facts)
	s.agree(h, set, &f)
	if l, ok := s.link(h.id); ok {
		last := max(l.at, h.operator)
		for i := range h.words {
			if w := &h.words[i]; w.heartbeat() {
				last = max(last, w.observed)
			}
		}
		f.Heard.QuietFrom = last.Add(time.Duration(s.policy.Expire.HubStatus))
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

// weigh sets the hub's status to the last word of those who may set it, and its
// amenities to what any of them saw working. It returns that word, or nil.
func (s *State) weigh(h *hubState, f *Feature, facts *Hub) *hubWord {
	words := s.last(h, true)
	var set *hubWord
	for _, w := range words {
		if w.state != "" && (set == nil || w.later(set)) {
			set = w
		}
		facts.Amenities = facts.Amenities.seen(w.sees())
		f.Heard.saw(w)
		f.ConfirmedAt = max(f.ConfirmedAt, w.observed)
	}
	if set == nil {
		return nil
	}
	facts.StatusAt, facts.Status, f.Heard.StatusTier = set.observed, set.state, set.tier
	if set.state == "absent" {
		facts.Status = "closed"
	}
	for _, w := range words {
		if w.state != "" && opens(w.state) == opens(set.state) {
			f.Heard.StatusBy = either(f.Heard.StatusBy, tierConfidence[w.tier])
		}
	}
	return set
}

// agree counts those who agree with the hub's status and those who do not: each source
// once, by its last word. Anybody's words against it dispute it from max_per_network + 1
// sources newer than the word that set it.
func (s *State) agree(h *hubState, set *hubWord, f *Feature) {
	shut := set != nil && !opens(set.state)
	closed := 0
	for _, w := range s.last(h, false) {
		f.Heard.saw(w)
		newer := set == nil || w.observed > set.observed
		switch {
		case w.state == "":
		case opens(w.state):
			f.Confirmations++
			f.SeenAt = max(f.SeenAt, w.observed)
		case newer:
			closed++
		}
		if w.state == "" || opens(w.state) == shut && !newer {
			continue
		}
		if opens(w.state) == shut {
			f.Heard.Against++
			f.Heard.AgainstAt = max(f.Heard.AgainstAt, w.observed)
		} else {
			f.Heard.Agree++
		}
	}
	f.Disputed = closed > s.policy.MaxPerNetwork
}

// last lists the last standing word of each source that may set a status, or of each
// that may not, in the order in which they first spoke.
func (s *State) last(h *hubState, strong bool) []*hubWord {
	var out []*hubWord
	place := map[Tag]int{}
	for i := range h.words {
		w := &h.words[i]
		if w.tier.strong() != strong || !s.stands(w) {
			continue
		}
		if at, again := place[w.tag()]; !again {
			place[w.tag()] = len(out)
			out = append(out, w)
		} else if w.later(out[at]) {
			out[at] = w
		}
	}
	return out
}

// opens reports whether a state says that people are let in.
func opens(state string) bool { return state == "open" || state == "standby" }

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
