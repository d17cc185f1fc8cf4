package tracker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// Errors of what keys ask for.
var (
	ErrNotFound  = errors.New("tracker: there is no such thing")
	ErrConflict  = errors.New("tracker: somebody else has it, or it is done already") // wrapped with the reason
	ErrHalted    = errors.New("tracker: this key moved or retired too much and waits for an admin")
	ErrForbidden = errors.New("tracker: not in this key's areas")
)

// conflict names why something cannot be done now.
func conflict(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrConflict, fmt.Sprintf(format, args...))
}

// acting is an operation of a key: judged on the state after all that came before,
// in a group of its own.
type acting struct {
	pending
	do  func(g *group) ([]store.Pending, error)
	err error
}

func (a *acting) size() int   { return 1 }
func (a *acting) alone() bool { return true }

func (a *acting) decide(_ *Tracker, g *group) []store.Pending {
	var events []store.Pending
	events, a.err = a.do(g)
	return events
}

func (a *acting) finish(_ *Tracker, _ []report.Entry, err error) {
	if a.err == nil {
		a.err = err
	}
	a.end()
}

func (t *Tracker) act(ctx context.Context, do func(g *group) ([]store.Pending, error)) error {
	op := &acting{pending: newPending(), do: do}
	if err := t.submit(op); err != nil {
		return err
	}
	if err := op.wait(ctx, t); err != nil {
		return err
	}
	return op.err
}

// one is a single event of the group.
func (g *group) one(e report.Event, sealed *report.Sealed) []store.Pending {
	return []store.Pending{g.pending(e, sealed)}
}

// AddKey makes an access key of a role, name, areas (prefixes) and end, and returns
// its secret, which is nowhere kept.
func (t *Tracker) AddKey(ctx context.Context, k access.Key, by string) (access.Secret, string, error) {
	secret, id, hash := access.NewSecret()
	err := t.act(ctx, func(g *group) ([]store.Pending, error) {
		return g.one(report.Event{Key: &report.KeyMade{
			ID: id, Role: string(k.Role), Name: k.Name, Areas: k.Areas, Expires: report.InstantOf(k.Expires), Hash: hash, By: by,
		}}, nil), nil
	})
	return secret, id, err
}

// RevokeKey ends an access key: it is unknown from the next request on.
func (t *Tracker) RevokeKey(ctx context.Context, id, by string) error {
	return t.act(ctx, func(g *group) ([]store.Pending, error) {
		k, ok := t.state.Keys()[id]
		if !ok || k.Revoked {
			return nil, ErrNotFound
		}
		return g.one(report.Event{KeyEnd: &report.KeyEnded{ID: id, By: by}}, nil), nil
	})
}

// maxStrikes is how many places a key may move, and features retire, in an hour
// (CONTRACT §3.3); one more halts it.
const maxStrikes = 20

// halt stops a key that has done as much as it may.
func (t *Tracker) halt(g *group, key string) ([]store.Pending, error) {
	if key == "" || t.state.Strikes(key, g.now) < maxStrikes {
		return nil, nil
	}
	return g.one(report.Event{Halt: &report.KeyHalt{ID: key}}, nil), ErrHalted
}

// FreeKey lets a halted key work again.
func (t *Tracker) FreeKey(ctx context.Context, id, by string) error {
	return t.act(ctx, func(g *group) ([]store.Pending, error) {
		if k, ok := t.state.Keys()[id]; !ok || !k.Halted {
			return nil, ErrNotFound
		}
		return g.one(report.Event{Halt: &report.KeyHalt{ID: id, Freed: true, By: by}}, nil), nil
	})
}

// Retire takes a feature off every public route.
func (t *Tracker) Retire(ctx context.Context, id, reason, by string) error {
	return t.act(ctx, func(g *group) ([]store.Pending, error) {
		if !t.state.Known(id) || t.state.Retired(id) {
			return nil, ErrNotFound
		}
		if events, err := t.halt(g, by); err != nil {
			return events, err
		}
		return g.one(report.Event{Retire: &report.Retire{ID: id, Reason: reason, By: by}}, nil), nil
	})
}

// Confirm renews what is known of a feature: the key saw it valid now.
func (t *Tracker) Confirm(ctx context.Context, id, by string) error {
	return t.act(ctx, func(g *group) ([]store.Pending, error) {
		if !t.state.Known(id) || t.state.Retired(id) {
			return nil, ErrNotFound
		}
		return g.one(report.Event{Confirm: &report.Confirm{ID: id, By: by}}, nil), nil
	})
}

// Correct changes what is known of a hub, an official outage or a rule, until its
// source says something else.
func (t *Tracker) Correct(ctx context.Context, id, reason, by string, change func(*report.Record)) error {
	return t.act(ctx, func(g *group) ([]store.Pending, error) {
		r, said, ok := t.state.Record(id)
		if !ok || t.state.Retired(id) {
			return nil, ErrNotFound
		}
		change(&r)
		r.Confirmed = max(r.Confirmed, g.now)
		put := report.Put{ID: id, Record: r, Hash: said, By: by, Reason: reason}
		if t.state.Moves(&put) {
			if events, err := t.halt(g, by); err != nil {
				return events, err
			}
		}
		return g.one(report.Event{Put: &put}, nil), nil
	})
}

// LinkOperator makes a hub's operator link anew and returns its secret; the old one
// ends. UnlinkOperator ends it.
func (t *Tracker) LinkOperator(ctx context.Context, hub, by string) (string, error) {
	secret, hash := access.NewToken()
	return secret, t.link(ctx, report.OperatorLink{Hub: hub, Hash: hash, By: by})
}

// UnlinkOperator ends a hub's operator link.
func (t *Tracker) UnlinkOperator(ctx context.Context, hub, by string) error {
	return t.link(ctx, report.OperatorLink{Hub: hub, By: by})
}

func (t *Tracker) link(ctx context.Context, l report.OperatorLink) error {
	return t.act(ctx, func(g *group) ([]store.Pending, error) {
		if _, ok := t.state.HubArea(l.Hub); !ok {
			return nil, ErrNotFound
		}
		return g.one(report.Event{Link: &l}, nil), nil
	})
}

// Limits of what a browser signs in with.
const (
	invitationLasts = 24 * time.Hour
	sessionLasts    = 12 * time.Hour
)

// Invite makes a single-use invitation to what k says and returns its code.
func (t *Tracker) Invite(ctx context.Context, k access.Key, by string) (string, error) {
	code, hash := access.NewToken()
	return code, t.act(ctx, func(g *group) ([]store.Pending, error) {
		return g.one(report.Event{Invite: &report.Invitation{
			Hash: hash, Role: string(k.Role), Name: k.Name, Areas: k.Areas, Expires: report.InstantOf(k.Expires), Until: g.now.Add(invitationLasts), By: by,
		}}, nil), nil
	})
}

// Join uses an invitation up and returns the secret of the session that it gives: a
// key of half a day at most.
func (t *Tracker) Join(ctx context.Context, code string) (access.Secret, time.Time, error) {
	secret, id, hash := access.NewSecret()
	var ends report.Instant
	err := t.act(ctx, func(g *group) ([]store.Pending, error) {
		i, ok := t.state.Invitations()[access.HashToken(code)]
		if ends = min(i.Expires, g.now.Add(sessionLasts)); !ok || i.Until <= g.now || ends <= g.now {
			return nil, ErrNotFound
		}
		return g.one(report.Event{Join: &report.Joined{Hash: i.Hash, Session: report.KeyMade{
			ID: id, Role: i.Role, Name: i.Name, Areas: i.Areas, Expires: ends, Hash: hash, By: i.By,
		}}}, nil), nil
	})
	return secret, ends.Time(), err
}

// Brake sets an emergency rule over the policy, at once and across restarts.
func (t *Tracker) Brake(ctx context.Context, b report.Brake) error {
	return t.act(ctx, func(g *group) ([]store.Pending, error) {
		return g.one(report.Event{Brake: &b}, nil), nil
	})
}

// Withdraw takes a report back within ten minutes of its arrival; a second time
// changes nothing. The secret is that of its receipt.
func (t *Tracker) Withdraw(ctx context.Context, id report.UUID, secret string) (Receipt, error) {
	const within = 10 * time.Minute
	id = t.First(id)
	r := Receipt{ID: id, Status: "withdrawn"}
	err := t.act(ctx, func(g *group) ([]store.Pending, error) {
		f, ok := t.state.Filing(id)
		if !ok {
			return nil, ErrNotFound
		}
		key, ok := t.cfg.Store.FindSourceKey(report.DayOf(f.At))
		switch {
		case ok && !sameSecret(withdrawSecret(key, id), secret):
			return nil, ErrForbidden
		case f.File.Status == "withdrawn":
			return nil, nil
		case !ok || g.now > f.At.Add(within):
			return nil, conflict("a report can be withdrawn for 10 minutes")
		case f.File.Status == "merged" || f.File.Status == "rejected":
			return nil, conflict("a moderator has %s it already", f.File.Status)
		}
		return g.one(report.Event{Judge: &report.Judgement{Report: id, Action: report.ActionWithdraw}}, nil), nil
	})
	return r, err
}

// StepNeed claims, releases or meets a need for a key.
func (t *Tracker) StepNeed(ctx context.Context, id report.UUID, action, note string, k *access.Key) error {
	return t.act(ctx, func(g *group) ([]store.Pending, error) {
		claimer, _, status, ok := t.state.Need(id)
		f, filed := t.state.Filing(id)
		if !ok || !filed || !k.Covers(f.File.AreaCode) {
			return nil, ErrNotFound
		}
		mine := claimer == k.ID || k.Role.Can(access.Moderator)
		switch {
		case !slices.Contains([]string{"open", "claimed"}, status):
			return nil, conflict("this need is %s", status)
		case action == report.NeedClaim && status == "claimed" && claimer != k.ID:
			return nil, conflict("another key has claimed this need")
		case action == report.NeedClaim && status == "claimed":
			return nil, nil
		case action != report.NeedClaim && (status != "claimed" || !mine):
			return nil, conflict("only who claimed this need, or a moderator, may do that")
		}
		var sealed *report.Sealed
		if note != "" {
			sealed = &report.Sealed{Note: note}
		}
		return g.one(report.Event{Need: &report.NeedStep{Report: id, Action: action, By: k.ID}}, sealed), nil
	})
}
