package tracker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
	"example.org/teplo/internal/tracker"
	"example.org/teplo/internal/view"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "checkstore" {
		if err := store.CheckFile(os.Args[2]); err != nil {
			os.Exit(65)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex // guards t
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// rig is a tracker on a real store.
type rig struct {
	*tracker.Tracker
	t     testing.TB
	path  string
	store *store.Store
	clock *clock
	stop  func()
}

func open(t testing.TB, path string, c *clock, p report.Policy) *rig {
	t.Helper()
	st, err := store.Open(store.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := tracker.Open(tracker.Config{Store: st, Now: c.now, Policy: p})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- tr.Run(ctx) }()
	r := &rig{Tracker: tr, t: t, path: path, store: st, clock: c}
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, st.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

func newRig(t testing.TB, p report.Policy) *rig {
	c := &clock{t: time.Date(2026, 1, 15, 6, 0, 0, 0, time.UTC)}
	return open(t, filepath.Join(t.TempDir(), "a.db"), c, p)
}

// draft is an outage report of one source from one address.
func (r *rig) draft(id, reporter, addr string, at orb.Point) tracker.Draft {
	return tracker.Draft{
		ID: report.HashUUID(id), Tier: report.TierAnonymous, Reporter: reporter, Network: tracker.Network{Addr: netip.MustParseAddr(addr)},
		Point: at, HasPoint: true, Body: [32]byte{1},
		Filed: report.Filed{About: report.AboutOutage, Service: "power", State: "out", ObservedAt: report.InstantOf(r.clock.now())},
	}
}

func (r *rig) file(d tracker.Draft) tracker.Receipt {
	r.t.Helper()
	receipt, err := r.File(r.t.Context(), d)
	if err != nil {
		r.t.Fatal(err)
	}
	return receipt
}

// publicOutages waits for the writer to have done what is due, and counts.
func (r *rig) publicOutages() int {
	r.t.Helper()
	if _, err := r.Import(r.t.Context(), nil, true); err != nil { // an empty operation takes its turn
		r.t.Fatal(err)
	}
	return r.Views().Public().Layer(report.Outages).Len()
}

var kyiv = orb.Point{30.52, 50.45}

// TestCapsByNetwork: of one network two sources count in a cell, and they reach
// at most four cells in a bucket.
func TestCapsByNetwork(t *testing.T) {
	r := newRig(t, report.Ukraine())
	for i := range 20 { // one network, twenty sources
		r.file(r.draft(fmt.Sprint("a", i), fmt.Sprintf("reporter-%08d", i), "203.0.113.7", kyiv))
	}
	r.clock.forward(3*time.Hour + 30*time.Minute)
	if n := r.publicOutages(); n != 0 {
		t.Fatalf("one network made %d public cells", n)
	}
	for i := range 3 { // three more networks with one source each: five sources count
		r.file(r.draft(fmt.Sprint("b", i), fmt.Sprintf("reporter-b-%08d", i), fmt.Sprintf("198.51.%d.1", i), kyiv))
	}
	r.clock.forward(3*time.Hour + 30*time.Minute)
	if n := r.publicOutages(); n != 1 {
		t.Errorf("five sources of four networks made %d public cells, want 1", n)
	}
}

// TestCellsPerNetwork: the fifth new cell of a network in a bucket does not count.
func TestCellsPerNetwork(t *testing.T) {
	p := report.Ukraine()
	p.MinSources, p.Delay = 1, 0
	r := newRig(t, p)
	for i := range 10 {
		at := orb.Point{kyiv[0] + float64(i)*0.2, kyiv[1]}
		r.file(r.draft(fmt.Sprint("a", i), "reporter-00000001", "203.0.113.7", at))
	}
	r.clock.forward(30 * time.Minute)
	if n := r.publicOutages(); n != 4 {
		t.Errorf("got %d public cells, want 4", n)
	}
}

func TestRateLimit(t *testing.T) {
	p := report.Ukraine()
	p.ReportsPerMinute = 5
	r := newRig(t, p)
	for i := range 5 {
		r.file(r.draft(fmt.Sprint(i), "reporter-00000001", "203.0.113.7", kyiv))
	}
	_, err := r.File(t.Context(), r.draft("6", "reporter-00000001", "203.0.113.200", kyiv))
	var limited *tracker.LimitedError
	if !errors.As(err, &limited) || limited.After > time.Minute {
		t.Fatalf("the sixth of a /24: got %v", err)
	}
	if _, err := r.File(t.Context(), r.draft("7", "reporter-00000001", "203.0.114.1", kyiv)); err != nil {
		t.Errorf("another network: %v", err)
	}
	r.clock.forward(time.Minute)
	r.file(r.draft("8", "reporter-00000001", "203.0.113.7", kyiv))
}

// TestOneSourceAcrossMidnight: a source keeps its tag from one day's key to the
// next, so that it is never counted twice.
func TestOneSourceAcrossMidnight(t *testing.T) {
	p := report.Ukraine()
	p.MinSources, p.WidespreadSources, p.Delay = 2, 15, 0
	r := newRig(t, p)
	r.clock.forward(17*time.Hour + 50*time.Minute) // 23:50
	r.file(r.draft("a", "reporter-00000001", "203.0.113.7", kyiv))
	r.clock.forward(20 * time.Minute) // 00:10 of the next day
	r.file(r.draft("b", "reporter-00000001", "198.51.100.1", kyiv))
	r.clock.forward(time.Hour)
	if n := r.publicOutages(); n != 0 {
		t.Error("one source on two days and networks was counted twice")
	}
	r.file(r.draft("c", "reporter-00000002", "198.51.101.1", kyiv))
	r.clock.forward(time.Hour)
	if n := r.publicOutages(); n != 1 {
		t.Error("a second source did not count")
	}
}

func TestRepeat(t *testing.T) {
	r := newRig(t, report.Ukraine())
	d := r.draft("a", "reporter-00000001", "203.0.113.7", kyiv)
	first := r.file(d)
	again := r.file(d)
	if !first.New || again.New || again.Secret != first.Secret || first.Secret == "" {
		t.Errorf("got %+v, then %+v", first, again)
	}
	other := d
	other.Body = [32]byte{2}
	var conflict *tracker.ConflictError
	if _, err := r.File(t.Context(), other); !errors.As(err, &conflict) {
		t.Errorf("another body: got %v", err)
	}
	r.stop()
	back := open(t, r.path, r.clock, report.Ukraine())
	if after := back.file(d); after.New || after.Secret != first.Secret {
		t.Errorf("after a restart: %+v", after)
	}
	if _, err := back.File(t.Context(), other); !errors.As(err, &conflict) {
		t.Errorf("another body after a restart: got %v", err)
	}
}

// TestManyAtOnce files from many goroutines; each gets its answer and the journal
// holds each once.
func TestManyAtOnce(t *testing.T) {
	r := newRig(t, report.Drill())
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range 50 {
				d := r.draft(fmt.Sprint(g, "-", i), fmt.Sprintf("reporter-%02d-%06d", g, i), "203.0.113.7", kyiv)
				if got, err := r.File(context.Background(), d); err != nil || !got.New {
					t.Errorf("%v: %+v, %v", d.ID, got, err)
				}
			}
		})
	}
	wg.Wait()
	if n := r.Views().Full().Layer(report.Reports).Len(); n != 800 {
		t.Errorf("reports: got %d, want 800", n)
	}
}

// TestReplayWithAndWithoutSealedParts: when the keys of a day are destroyed, a
// replay that cannot open the sealed parts gives the same bytes as the run that
// could, and so does one that can open those that are left.
func TestReplayWithAndWithoutSealedParts(t *testing.T) {
	r := newRig(t, report.Ukraine())
	for i := range 30 {
		d := r.draft(fmt.Sprint(i), fmt.Sprintf("reporter-%08d", i), fmt.Sprintf("203.0.%d.7", i), kyiv)
		d.Filed.Note = "a note"
		r.file(d)
		r.clock.forward(37 * time.Minute)
	}
	dump := func(r *rig) []byte {
		r.publicOutages()
		return r.Views().Full().Dump(r.Views().Public().Dump(nil))
	}
	before := dump(r)
	r.stop()
	again := open(t, r.path, r.clock, report.Ukraine())
	if got := dump(again); !bytes.Equal(got, before) {
		t.Fatal("a replay gives other bytes")
	}
	again.clock.forward(91 * 24 * time.Hour)
	erased := dump(again)
	if bytes.Equal(erased, before) {
		t.Fatal("nothing was erased")
	}
	again.stop()
	blind := open(t, r.path, r.clock, report.Ukraine())
	if got := dump(blind); !bytes.Equal(got, erased) {
		t.Error("a replay without sealed parts gives other bytes")
	}
	if bytes.Contains(erased, []byte("50.45]")) {
		t.Error("a point is still there after its key was destroyed")
	}
}

// TestImportIsIdempotent imports records twice, changed, and retired ones.
func TestImport(t *testing.T) {
	r := newRig(t, report.Ukraine())
	hub := func(ref, name string) report.Record {
		return report.Record{
			Ref: ref, Source: "s", Tier: report.TierOfficial, Name: name, Point: kyiv, HasPoint: true, AreaCode: "UA80000000000093317",
			Facts: report.Hub{NameUK: name},
		}
	}
	run := func(dry bool, list ...report.Record) string {
		t.Helper()
		got, err := r.Import(t.Context(), list, dry)
		if err != nil {
			t.Fatal(err)
		}
		out := ""
		for _, g := range got {
			out += string("ncsr"[g.Outcome])
		}
		return out
	}
	homeless := report.Record{Ref: "x", Source: "s", Name: "x", Facts: report.Hub{}}
	if got := run(true, hub("1", "a"), hub("2", "b")); got != "nn" || r.Views().Public().Layer(report.Hubs).Len() != 0 {
		t.Errorf("dry run: got %s", got)
	}
	for _, tc := range []struct{ got, want, what string }{
		{run(false, hub("1", "a"), hub("2", "b"), hub("1", "a"), homeless), "nnsr", "first, with a repeat and one without a place"},
		{run(false, hub("1", "a"), hub("2", "b")), "ss", "the same again"},
		{run(false, hub("1", "a2"), hub("3", "c")), "cn", "one changed, one new"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.what, tc.got, tc.want)
		}
	}
}

func TestViewSearch(t *testing.T) {
	r := newRig(t, report.Drill())
	var list []report.Record
	for i := range 500 {
		at := orb.Point{22 + float64(i%25)*0.7, 44.5 + float64(i/25)*0.35}
		list = append(list, report.Record{Ref: fmt.Sprint(i), Source: "s", Tier: report.TierOfficial, Name: "n", Point: at, HasPoint: true, Facts: report.Hub{}})
	}
	if _, err := r.Import(t.Context(), list, false); err != nil {
		t.Fatal(err)
	}
	layer := r.Views().Public().Layer(report.Hubs)
	seen := map[string]bool{}
	q := view.Query{Limit: 7}
	for {
		page := layer.Find(q)
		for _, f := range page.Features {
			if seen[f.ID] {
				t.Fatalf("%s comes twice", f.ID)
			}
			seen[f.ID] = true
		}
		if !page.More {
			break
		}
		q.After = page.Features[len(page.Features)-1].ID
	}
	if len(seen) != 500 {
		t.Errorf("paging led through %d of 500", len(seen))
	}
	last, n := -1.0, 0
	for _, d := range layer.Near(kyiv) {
		if d < last {
			t.Fatalf("%f after %f", d, last)
		}
		last, n = d, n+1
	}
	if n != 500 {
		t.Errorf("near: %d of 500", n)
	}
}
