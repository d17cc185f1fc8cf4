package tracker

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"example.org/teplo/geo"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// Limits of the review queue: what anybody may leave for moderators to read. Needs are
// not in it: they go to aid groups at once, so that no flood drives one out.
const (
	maxQueued        = 2000 // in all; beyond it the oldest of anonymous sources go
	maxQueuedNetwork = 50   // of one network; beyond it its own oldest go
)

// makeRoom drops what is too much in the queue with one more anonymous report from a
// network: the oldest of that network, or the oldest of all.
func (t *Tracker) makeRoom(g *group, id report.UUID, n Network) []store.Pending {
	var events []store.Pending
	drop := func(id report.UUID) {
		if g.dropped == nil {
			g.dropped = map[report.UUID]bool{}
		}
		g.dropped[id] = true
		events = append(events, g.pending(report.Event{Judge: &report.Judgement{Report: id, Action: report.ActionDrop}}, nil))
	}
	gone := func(id report.UUID) bool {
		f, ok := t.state.Filing(id)
		return g.dropped[id] || ok && !f.Queued()
	}
	for _, old := range t.limits.queue(n, id, gone) {
		if _, here := g.filed[old]; !here { // one of this group goes with the next
			drop(old)
		}
	}
	if waiting := t.state.Waiters(); len(waiting) >= maxQueued {
		for _, f := range waiting {
			if f.File.Tier == report.TierAnonymous && !g.dropped[f.File.ID] {
				drop(f.File.ID)
				break
			}
		}
	}
	return events
}

// queue notes a report of a network in the review queue and returns those of it that
// are too many. gone tells which wait no more.
func (l *limits) queue(n Network, id report.UUID, gone func(report.UUID) bool) []report.UUID {
	net := string(n.prefix())
	if len(l.queued) >= maxTracked {
		clear(l.queued)
	}
	mine := append(slices.DeleteFunc(l.queued[net], gone), id)
	l.queued[net] = mine
	return slices.Clone(mine[:max(0, len(mine)-maxQueuedNetwork)])
}

// repeats returns the first report of an anonymous source that says the same of the
// same thing, observed in the same bucket: one entry is enough for both. A note makes a
// report one of its own. A policy without limits takes every report.
func (l *limits) repeats(d *Draft, f *report.File, p *report.Policy) (first report.UUID, again bool) {
	if d.Key != nil || d.Operator || p.ReportsPerMinute == 0 || d.Filed.Note != "" {
		return first, false
	}
	switch d.Filed.About {
	case report.AboutOutage, report.AboutHubStatus, report.AboutCorrection:
	default:
		return first, false
	}
	what := fmt.Sprint(f.Filed.About, f.Filed.Hub, f.Cell, f.Filed.Service, f.Filed.State, f.Filed.Problem, f.Filed.Amenities, f.AreaCode,
		f.Filed.ObservedAt.FloorTo(time.Duration(p.Bucket)))
	word := report.HashUUID(string(f.Tag[:]), what)
	if first, again = l.words[word]; !again {
		if len(l.words) >= maxTracked {
			clear(l.words)
		}
		l.words[word] = d.ID
	}
	return first, again
}

// sameNeed finds a need that its own source repeats: the same kind at the same place,
// no more urgent and for no more people, and still open. A network is no source here:
// neighbours share one.
func (t *Tracker) sameNeed(d *Draft, f *report.File) (report.UUID, bool) {
	if f.Filed.About != report.AboutNeed || d.Key == nil && d.Reporter == "" {
		return report.UUID{}, false
	}
	policy := t.state.Policy()
	for old := range t.state.NeedsOf(f.Tag) {
		if old.File.Filed.Need != f.Filed.Need || urgency(f.Filed.Urgency) > urgency(old.File.Filed.Urgency) || old.Sealed == nil || d.Filed.People > old.Sealed.People {
			continue
		}
		if _, _, status, _ := t.state.Need(old.File.ID); status != "open" && status != "claimed" {
			continue
		}
		if d.HasPoint == old.Sealed.HasPoint && geo.Snap(d.Point, policy.ReportGridDeg) == geo.Snap(old.Sealed.Point, policy.ReportGridDeg) && f.AreaCode == old.File.AreaCode {
			return old.File.ID, true
		}
	}
	return report.UUID{}, false
}

// urgency orders the urgencies of a need; an unknown one is the least.
func urgency(u string) int {
	i := slices.Index(report.Urgencies, u)
	if i < 0 {
		return 0
	}
	return len(report.Urgencies) - i
}

// alias is a report that was not written because it said the same again.
type alias struct {
	first report.UUID
	body  [32]byte
}

// aliases lead from such reports to the first. They live in memory: a restart forgets
// them, and what is sent again then is taken anew.
type aliases struct {
	mu sync.RWMutex // guards byID
	// byID is bounded as the limits are.
	byID map[report.UUID]alias
}

func (a *aliases) of(id report.UUID) (alias, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	found, ok := a.byID[id]
	return found, ok
}

func (a *aliases) add(id report.UUID, to alias) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byID == nil || len(a.byID) >= maxTracked {
		a.byID = map[report.UUID]alias{}
	}
	a.byID[id] = to
}

// First returns the report whose receipt stands for id: id itself, or the one that said
// the same before.
func (t *Tracker) First(id report.UUID) report.UUID {
	if a, ok := t.aliases.of(id); ok {
		return a.first
	}
	return id
}
