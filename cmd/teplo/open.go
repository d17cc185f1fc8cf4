package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.org/teplo/data"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
	"example.org/teplo/internal/tracker"
)

// storeFlags are those of every command that opens a store.
type storeFlags struct {
	db, policy, maxSize, now string
}

func (f *storeFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.db, "db", "teplo.db", "the store's file")
	fs.StringVar(&f.policy, "policy", "", "ukraine, drill, or a YAML file; default: ukraine")
	fs.StringVar(&f.maxSize, "max-size", "10GB", "largest size of the store's file, e.g. 500MB, 10GB (10^9 bytes)")
	fs.StringVar(&f.now, "now", "", "start the clock at this RFC 3339 instant")
}

// policyOf reads a bundled name or a file.
func policyOf(name string) (report.Policy, error) {
	switch name {
	case "", "ukraine":
		return report.Ukraine(), nil
	case "drill":
		return report.Drill(), nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return report.Policy{}, fmt.Errorf("%w: policy: %w", errUsage, err)
	}
	p, err := report.ParsePolicy(text)
	if err != nil {
		return p, fmt.Errorf("%w: %s: %w", errUsage, name, err)
	}
	return p, knownAreas(name, p.WithheldAreas)
}

// knownAreas refuses codes that no area has: one that is mistyped would withhold
// nothing.
func knownAreas(name string, codes []string) error {
	areas, err := places.LoadBundled(data.Files)
	if err != nil {
		return err
	}
	book := places.NewBook(areas)
	for _, code := range codes {
		if _, ok := book.Area(code); !ok {
			return fmt.Errorf("%w: %s: policy: withheld_areas: %s is not a known code", errUsage, name, code)
		}
	}
	return nil
}

// clockFrom returns the present time, or a clock that starts at an instant now.
func clockFrom(start string) (func() time.Time, error) {
	if start == "" {
		return time.Now, nil
	}
	t, err := time.Parse(time.RFC3339, start)
	if err != nil {
		return nil, fmt.Errorf("%w: --now: %q is not an RFC 3339 instant such as 2026-01-15T18:00:00Z", errUsage, start)
	}
	began := time.Now()
	return func() time.Time { return t.Add(time.Since(began)) }, nil
}

// parseSize reads 500MB, 10GB or plain bytes.
func parseSize(s string) (int64, error) {
	upper, factor := strings.ToUpper(strings.TrimSpace(s)), int64(1)
	for suffix, f := range map[string]int64{"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12} {
		if rest, ok := strings.CutSuffix(upper, suffix); ok {
			upper, factor = strings.TrimSpace(rest), f
		}
	}
	n, err := strconv.ParseInt(upper, 10, 64)
	if err != nil || n <= 0 || n > 1e15/factor {
		return 0, fmt.Errorf("%w: --max-size: %q is not a size such as 500MB or 10GB", errUsage, s)
	}
	return n * factor, nil
}

// writer is an open store with its running tracker.
type writer struct {
	*tracker.Tracker
	store  *store.Store
	cancel context.CancelFunc
	done   chan error
}

// replayGC is the garbage collector's percentage during a replay.
const replayGC = 400

// openWriter opens the store, replays it, starts the writer and loads the bundled
// data. With adopt the policy named by the flags becomes the store's; without, the
// store keeps its own (a new one begins with the default).
func openWriter(ctx context.Context, f *storeFlags, now func() time.Time, log *slog.Logger, adopt bool) (*writer, error) {
	size, err := parseSize(f.maxSize)
	if err != nil {
		return nil, err
	}
	if f.db == "" {
		return nil, fmt.Errorf("%w: --db: the store's file has no name", errUsage)
	}
	policy := report.Ukraine()
	if adopt {
		if policy, err = policyOf(f.policy); err != nil {
			return nil, err
		}
	}
	st, err := store.Open(store.Config{Path: f.db, MaxBytes: size})
	if err != nil {
		return nil, err
	}
	cfg := tracker.Config{Store: st, Now: now, Log: log, Policy: policy, KeepPolicy: !adopt}
	usual := debug.SetGCPercent(replayGC) // a replay makes what stays: to look for garbage often finds none
	t, err := tracker.Open(cfg)
	debug.SetGCPercent(usual)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w := &writer{Tracker: t, store: st, cancel: cancel, done: make(chan error, 1)}
	go func() { w.done <- t.Run(run) }()
	if err := loadBundled(ctx, t, st); err != nil && !errors.Is(err, store.ErrFull) {
		return nil, errors.Join(err, w.close())
	}
	debug.FreeOSMemory() // a replay leaves much behind that nothing will need
	return w, nil
}

// close finishes what is queued and closes the store.
func (w *writer) close() error {
	w.cancel()
	return errors.Join(<-w.done, w.store.Close())
}
