package tracker

import (
	"context"
	"sync"
	"time"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// Revert undoes all that a key did since an instant and returns how many things that
// were. It fails with [ErrNotFound] for a key that never was.
func (t *Tracker) Revert(ctx context.Context, v report.Revert) (int, error) {
	n := 0
	err := t.act(ctx, func(g *group) ([]store.Pending, error) {
		if _, ok := t.state.Keys()[v.Key]; !ok {
			return nil, ErrNotFound
		}
		if n = t.state.Deeds(v.Key, v.Since); n == 0 {
			return nil, nil
		}
		return g.one(report.Event{Revert: &v}, nil), nil
	})
	return n, err
}

// Lift lets the cells of an oblast (4-character p-code) through at the next bucket's end
// that wait for the policy's anonymous_cells, and returns how many wait.
func (t *Tracker) Lift(ctx context.Context, l report.CapLift) (int, error) {
	n := 0
	return n, t.act(ctx, func(g *group) ([]store.Pending, error) {
		if n = t.state.Waiting()[l.Area]; n == 0 {
			return nil, conflict("no cell of this oblast waits for anonymous_cells")
		}
		return g.one(report.Event{Lift: &l}, nil), nil
	})
}

// viewed knows which views are in the journal already.
type viewed struct {
	mu   sync.Mutex // guards last
	last map[report.Viewed]int64
}

// Looked writes that a key reads what is exact or not public: once per key, collection,
// area and minute. It returns after that is on disk.
func (t *Tracker) Looked(ctx context.Context, v report.Viewed) error {
	minute := t.cfg.Now().Unix() / int64(time.Minute/time.Second)
	t.viewed.mu.Lock()
	known := t.viewed.last[v] == minute
	t.viewed.mu.Unlock()
	if known {
		return nil
	}
	err := t.act(ctx, func(g *group) ([]store.Pending, error) { return g.one(report.Event{View: &v}, nil), nil })
	if err != nil {
		return err
	}
	t.viewed.mu.Lock()
	defer t.viewed.mu.Unlock()
	if t.viewed.last == nil || len(t.viewed.last) >= maxTracked {
		t.viewed.last = map[report.Viewed]int64{}
	}
	t.viewed.last[v] = minute
	return nil
}
