package tracker

import (
	"context"
	"slices"
	"time"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// claimFor is how long a moderator's claim keeps others off.
const claimFor = 15 * time.Minute

// Judged is what became of a report in the queue.
type Judged struct {
	Status    string
	Approvals int
	Until     time.Time // of a claim
}

// Judge does what a moderator asks with a report of the queue: claim, publish,
// reject, merge. A new hub is public once policy.new_hub_moderators different ones
// have said so, who filed it not counted. It fails with [ErrNotFound] outside the
// key's areas, and with [ErrConflict] where another works on it or it is done.
func (t *Tracker) Judge(ctx context.Context, j report.Judgement, k *access.Key) (Judged, error) {
	var out Judged
	err := t.act(ctx, func(g *group) ([]store.Pending, error) {
		p, judged, err := t.judge(j, k, g)
		out = judged
		if err != nil || p == nil {
			return nil, err
		}
		return []store.Pending{*p}, nil
	})
	return out, err
}

// JudgeAll does the same with many reports in one transaction; the outcome of each
// stands in its place.
func (t *Tracker) JudgeAll(ctx context.Context, ids []report.UUID, action, reason string, k *access.Key) ([]error, error) {
	outcomes := make([]error, len(ids))
	err := t.act(ctx, func(g *group) ([]store.Pending, error) {
		var events []store.Pending
		for i, id := range ids {
			if slices.Contains(ids[:i], id) {
				outcomes[i] = conflict("it stands twice in the list")
				continue
			}
			p, _, err := t.judge(report.Judgement{Report: id, Action: action, Reason: reason}, k, g)
			if outcomes[i] = err; p != nil {
				events = append(events, *p)
			}
		}
		return events, nil
	})
	return outcomes, err
}

// judge decides about one report; nil without an error: nothing has to be written.
func (t *Tracker) judge(j report.Judgement, k *access.Key, g *group) (*store.Pending, Judged, error) {
	f, ok := t.state.Filing(j.Report)
	if !ok || !k.Covers(f.File.AreaCode) {
		return nil, Judged{}, ErrNotFound
	}
	j.By = k.ID
	done := Judged{Status: f.File.Status, Approvals: len(f.Case.Approvals)}
	switch other := f.Claimed(g.now); {
	case !f.Queued() && (j.Action != report.ActionMerge || f.File.Filed.About != report.AboutNeed || f.File.Status != "published"):
		return nil, done, conflict("this report is %s", f.File.Status)
	case other != "" && other != k.ID:
		return nil, done, conflict("another moderator works on it until %s", f.Case.ClaimedUntil.Time().Format(time.RFC3339))
	}
	switch j.Action {
	case report.ActionClaim:
		j.Until = g.now.Add(claimFor)
		done.Until = j.Until.Time()
	case report.ActionReject:
		done.Status = "rejected"
	case report.ActionMerge:
		done.Status = "merged"
		if into, ok := report.ParseNeedID(j.Into); ok {
			other, ok := t.state.Filing(into)
			if !ok || into == j.Report || !k.Covers(other.File.AreaCode) {
				return nil, done, ErrNotFound
			}
			if other.File.Filed.About != f.File.Filed.About || other.File.Status == "merged" {
				return nil, done, conflict("the other report is about something else, or was merged itself")
			}
			j.Into = into.String()
		} else if _, ok := t.state.HubArea(j.Into); !ok {
			return nil, done, ErrNotFound
		}
	case report.ActionPublish:
		if slices.Contains(f.Case.Approvals, k.ID) {
			return nil, done, conflict("this key has approved it already")
		}
		if err := t.publish(&j, f, &done); err != nil {
			return nil, done, err
		}
	}
	p := g.pending(report.Event{Judge: &j}, nil)
	return &p, done, nil
}

// publish counts an approval and, when it is the one that a new hub needs, makes the
// hub of what was filed.
func (t *Tracker) publish(j *report.Judgement, f *report.Filing, done *Judged) error {
	if f.File.Filed.About != report.AboutHub {
		done.Status, done.Approvals = "published", done.Approvals+1
		return nil
	}
	if f.File.By == j.By {
		return conflict("who filed a hub does not count among its moderators")
	}
	policy := t.state.Policy()
	if done.Approvals++; done.Approvals < policy.NewHubModerators {
		return nil
	}
	if f.Sealed == nil {
		return conflict("what was filed can be read no more: its retention is over")
	}
	done.Status = "published"
	r := report.Record{
		Ref: f.File.ID.String(), Source: "teplo", Tier: report.TierVerified, Name: f.Sealed.Name, AreaCode: f.File.AreaCode,
		Point: f.Sealed.Point, HasPoint: f.Sealed.HasPoint, Precision: f.File.Precision, Confirmed: f.File.Filed.ObservedAt,
		Facts: report.Hub{
			Category: "warming", Availability: report.Unknown, Address: f.Sealed.Address, OpeningText: f.Sealed.Opening,
			OpeningHours: report.ReadHours(f.Sealed.Opening), Amenities: f.File.Filed.Amenities,
		},
	}
	j.Hub = &report.Put{ID: r.ID(), Record: r, Hash: r.ContentHash()}
	return nil
}
