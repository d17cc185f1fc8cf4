// Package tracker is the only writer: it takes what people file and what
// importers read, decides what each counts for, writes it to the journal in
// groups and shows it to readers after the commit.
//
// One goroutine ([Tracker.Run]) does all of it: it drains what is queued, decides,
// writes one transaction, applies the entries and publishes the views, and only
// then answers. Groups form by themselves while a commit runs; no timer waits.
package tracker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"sync/atomic"
	"time"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
	"example.org/teplo/internal/view"
)

// Limits of the queue and of one transaction.
const (
	queueLen     = 2048
	maxGroup     = 512 // operations in one transaction
	fullRetry    = time.Second
	maxGroupSize = 10_000 // events after which a transaction takes no more operations
)

// Errors of the tracker.
var (
	ErrBusy    = errors.New("tracker: the queue is full") // send again with the same id
	ErrStopped = errors.New("tracker: stopped")
)

// Config wires a tracker; Store and Now are required.
type Config struct {
	Store  *store.Store
	Now    func() time.Time
	Policy report.Policy // becomes an entry when it differs from the journal's
	// KeepPolicy leaves a store its own policy; Policy is for a new one.
	KeepPolicy bool
	Log        *slog.Logger
}

// Tracker is the writer and the owner of the state. File and Import are safe for
// concurrent use.
type Tracker struct {
	cfg    Config
	state  *report.State
	views  *view.Views
	limits *limits
	queue  chan operation
	done   chan struct{}

	committing atomic.Int64 // Unix ms at which the present commit began; 0: none
	failed     atomic.Pointer[error]
	full       atomic.Bool
	lastSweep  report.Instant
	held       operation // taken from the queue, for a group of its own
	aliases    aliases
	viewed     viewed
}

// operation is one request to the writer.
type operation interface {
	// size is the most events that decide returns.
	size() int
	// decide returns the events to write, from the state before this group.
	decide(t *Tracker, g *group) []store.Pending
	// finish is called once, after the commit was applied or with its error.
	finish(t *Tracker, entries []report.Entry, err error)
	// alone says that decide must see all that came before: no group with others.
	alone() bool
}

// pending is what a caller waits for.
type pending struct{ finished chan struct{} }

func newPending() pending { return pending{make(chan struct{})} }

func (p pending) end() { close(p.finished) }

// wait returns after the operation has finished, or an error after which its outcome
// is not known.
func (p pending) wait(ctx context.Context, t *Tracker) error {
	select {
	case <-p.finished:
		return nil
	case <-t.done:
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", store.ErrUnknown, ctx.Err())
	}
	select {
	case <-p.finished:
		return nil
	default:
		return fmt.Errorf("%w: %w", store.ErrUnknown, ErrStopped)
	}
}

// group is what the operations of one transaction share.
type group struct {
	now    report.Instant
	filed  map[report.UUID]*store.Pending // ids taken in this group
	said   map[string][16]byte            // by source and id
	events []store.Pending

	dropped map[report.UUID]bool // driven out of the review queue
}

// Open replays the store into a new tracker with its views, adopts the policy and
// makes up for what time did while nothing ran: nobody is served what has expired
// since. A full store is read all the same, unless it needs another policy.
func Open(cfg Config) (*Tracker, error) {
	t := &Tracker{
		cfg: cfg, state: report.NewState(), views: view.New(), limits: newLimits(),
		queue: make(chan operation, queueLen), done: make(chan struct{}),
	}
	if t.cfg.Log == nil {
		t.cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := cfg.Store.Replay(t.state.Apply); err != nil {
		return nil, err
	}
	t.views.Publish(t.state, t.clock().Time())
	if err := t.adoptPolicy(); err != nil {
		return nil, fmt.Errorf("tracker: policy: %w", err)
	}
	if err := t.commit(nil); errors.Is(err, store.ErrFull) {
		t.full.Store(true)
	} else if err != nil {
		return nil, err
	}
	return t, nil
}

// Views returns what readers are served from.
func (t *Tracker) Views() *view.Views { return t.views }

// Err returns why the tracker stopped taking writes, or nil.
func (t *Tracker) Err() error {
	if err := t.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Full reports whether the last write found no room; reading goes on.
func (t *Tracker) Full() bool { return t.full.Load() }

// Stalled returns how long the present commit has been waiting for the disk.
func (t *Tracker) Stalled() time.Duration {
	began := t.committing.Load()
	if began == 0 {
		return 0
	}
	return time.Duration(time.Now().UnixMilli()-began) * time.Millisecond
}

// Run is the writer: it works until ctx ends, finishes what is queued, and
// returns nil; or it returns the error after which nothing more may be written.
func (t *Tracker) Run(ctx context.Context) error {
	defer close(t.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		ops, end := t.next(ctx, timer)
		if end {
			return nil
		}
		err := t.commit(ops)
		full := errors.Is(err, store.ErrFull)
		if err != nil && !full {
			return t.fail(err)
		}
		wait := t.untilNext()
		if full {
			wait = max(wait, fullRetry) // what is due cannot be written now
		}
		if len(ops) > 0 || err != nil {
			t.full.Store(full)
		}
		timer.Reset(wait)
	}
}

// next waits for operations, for the time that is due, or for the end, when nothing is
// left to do.
func (t *Tracker) next(ctx context.Context, timer *time.Timer) (ops []operation, end bool) {
	if held := t.held; held != nil {
		t.held = nil
		return []operation{held}, false
	}
	select {
	case op := <-t.queue:
		return t.drain(op), false
	case <-timer.C:
		return nil, false
	case <-ctx.Done():
		ops = t.drain(nil)
		return ops, ops == nil
	}
}

// drain takes what waits, without waiting.
func (t *Tracker) drain(first operation) []operation {
	var ops []operation
	events := 0
	if first != nil {
		if ops, events = append(ops, first), first.size(); first.alone() {
			return ops
		}
	}
	for len(ops) < maxGroup && events < maxGroupSize {
		select {
		case op := <-t.queue:
			if op.alone() {
				if ops == nil {
					return []operation{op}
				}
				t.held = op
				return ops
			}
			ops, events = append(ops, op), events+op.size()
		default:
			return ops
		}
	}
	return ops
}

func (t *Tracker) fail(err error) error {
	t.failed.Store(&err)
	if t.held != nil {
		t.held.finish(t, nil, err)
	}
	for {
		select {
		case op := <-t.queue:
			op.finish(t, nil, err)
		default:
			return err
		}
	}
}

// clock returns the entry time: never before the last entry's.
func (t *Tracker) clock() report.Instant {
	return max(report.InstantOf(t.cfg.Now()), t.state.At)
}

// untilNext is the time to the next thing that time alone does.
func (t *Tracker) untilNext() time.Duration {
	wait, now := time.Minute, t.cfg.Now()
	if due := t.state.NextBucket(); due != 0 {
		wait = min(wait, due.Time().Sub(now))
	}
	if due := t.views.Due(); !due.IsZero() {
		wait = min(wait, due.Sub(now))
	}
	return max(wait, time.Millisecond)
}

// commit writes one group: first what time has made due, then what the
// operations ask for.
func (t *Tracker) commit(ops []operation) error {
	g := &group{now: t.clock(), filed: map[report.UUID]*store.Pending{}, said: map[string][16]byte{}}
	erased := t.due(g)
	spans := make([][2]int, len(ops))
	for i, op := range ops {
		from := len(g.events)
		g.events = append(g.events, op.decide(t, g)...)
		spans[i] = [2]int{from, len(g.events)}
	}
	entries, err := t.write(g.events)
	t.views.Tick(t.state, t.clock().Time())
	if err == nil {
		for _, e := range erased {
			if err := t.cfg.Store.Erase(e); err != nil {
				return fmt.Errorf("tracker: erase: %w", err)
			}
		}
	}
	for i, op := range ops {
		if err != nil {
			op.finish(t, nil, err)
			continue
		}
		op.finish(t, entries[spans[i][0]:spans[i][1]], nil)
	}
	return err
}

// write commits events, applies them and shows the result.
func (t *Tracker) write(events []store.Pending) ([]report.Entry, error) {
	if len(events) == 0 {
		return nil, nil
	}
	t.committing.Store(time.Now().UnixMilli())
	entries, err := t.cfg.Store.Append(events)
	t.committing.Store(0)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := t.state.Apply(e); err != nil {
			return nil, err
		}
	}
	t.views.Publish(t.state, t.clock().Time())
	return entries, nil
}

// due adds what time alone does to the group: the end of a bucket, erasures.
func (t *Tracker) due(g *group) []report.Erased {
	policy := t.state.Policy()
	if due := t.state.NextBucket(); due != 0 && due <= g.now {
		end := g.now.FloorTo(time.Duration(policy.Bucket))
		g.add(report.Event{Bucket: &report.Bucket{End: end}}, nil)
	}
	var erased []report.Erased
	if g.now >= t.lastSweep.Add(time.Minute) {
		t.lastSweep = g.now
		erased = t.cfg.Store.DueErasures(g.now, &policy)
		for _, e := range erased {
			g.add(report.Event{Erased: &e}, nil)
		}
	}
	return erased
}

// add appends an event to the group at its time.
func (g *group) add(e report.Event, sealed *report.Sealed) {
	g.events = append(g.events, g.pending(e, sealed))
}

func (g *group) pending(e report.Event, sealed *report.Sealed) store.Pending {
	e.Version, e.At = report.EventVersion, g.now
	return store.Pending{Event: e, Sealed: sealed}
}

// adoptPolicy writes the policy as an entry when it differs from the journal's.
func (t *Tracker) adoptPolicy() error {
	now := t.state.BasePolicy()
	if t.state.Seq > 0 && (t.cfg.KeepPolicy || reflect.DeepEqual(now, t.cfg.Policy)) {
		return nil
	}
	g := &group{now: t.clock()}
	g.add(report.Event{Policy: &t.cfg.Policy}, nil)
	_, err := t.write(g.events)
	return err
}

// submit queues an operation; it fails when the queue is full or the tracker has
// stopped.
func (t *Tracker) submit(op operation) error {
	if err := t.Err(); err != nil {
		return err
	}
	select {
	case <-t.done:
		return ErrStopped
	default:
	}
	select {
	case t.queue <- op:
		return nil
	default:
		return ErrBusy
	}
}
