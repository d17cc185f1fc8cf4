package report_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/report"
)

func seeded(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// world builds a journal event by event, the way the writer does: before an entry
// at or after a due bucket's end comes the bucket.
type world struct {
	t       testing.TB
	state   *report.State
	entries []report.Entry
	now     report.Instant
	owners  map[string]bool // operator links that were made
}

var start = report.InstantOf(time.Date(2026, 1, 15, 6, 0, 0, 0, time.UTC))

func newWorld(t testing.TB, p report.Policy) *world {
	w := &world{t: t, state: report.NewState(), now: start}
	w.add(report.Event{Policy: &p})
	return w
}

func (w *world) add(e report.Event) {
	w.t.Helper()
	e.Version, e.At = report.EventVersion, w.now
	entry := report.Entry{Seq: uint64(len(w.entries) + 1), Event: e}
	w.entries = append(w.entries, entry)
	if err := w.state.Apply(entry); err != nil {
		w.t.Fatal(err)
	}
}

// at moves the clock and ends the bucket that is due by then.
func (w *world) at(i report.Instant) {
	w.t.Helper()
	w.now = i
	if due := w.state.NextBucket(); due != 0 && due <= i {
		p := w.state.Policy()
		w.add(report.Event{Bucket: &report.Bucket{End: i.FloorTo(time.Duration(p.Bucket))}})
	}
}

var kyiv = orb.Point{30.52, 50.45}

// say files one outage word at a cell of Kyiv.
func (w *world) say(source int, tier report.Tier, state string, dx int) {
	w.t.Helper()
	cell := geo.CellAt(kyiv, 12)
	cell.X += uint32(dx)
	w.add(report.Event{File: &report.File{
		ID: report.HashUUID("say", strconv.Itoa(len(w.entries))), Tier: tier, Tag: report.Tag(report.HashUUID("tag", strconv.Itoa(source))),
		Filed: report.Filed{About: report.AboutOutage, Service: "power", State: state, ObservedAt: w.now},
		Cell:  report.PackCell(cell), CellArea: "UA80000000000093317", AreaCode: "UA80000000000093317", Counts: true, Status: "counted",
	}})
}

func cellID(dx int) string {
	c := geo.CellAt(kyiv, 12)
	return fmt.Sprintf("outage-c12x%dy%dpower", int(c.X)+dx, c.Y)
}

func (w *world) outage(dx int) (report.Outage, bool) {
	it, ok := w.state.Public.Item(cellID(dx))
	if !ok {
		return report.Outage{}, false
	}
	return it.Feature.Facts.(report.Outage), true
}

// TestCellBecomesPublic walks one cell through its life: four sources are nothing,
// the fifth counts three hours after it arrived, at a bucket's end.
func TestCellBecomesPublic(t *testing.T) {
	w := newWorld(t, report.Ukraine())
	for i := range 4 {
		w.say(i, report.TierAnonymous, "out", 0)
	}
	w.say(3, report.TierAnonymous, "out", 0) // the same source twice
	w.at(start.Add(4 * time.Hour))
	if _, ok := w.outage(0); ok {
		t.Fatal("public with four sources")
	}
	w.say(4, report.TierAnonymous, "out", 0)
	w.at(w.now.Add(2*time.Hour + 59*time.Minute))
	if _, ok := w.outage(0); ok {
		t.Fatal("public before the delay was over")
	}
	w.at(w.now.Add(time.Minute))
	o, ok := w.outage(0)
	if !ok {
		t.Fatal("not public with five sources after the delay")
	}
	if o.Level != "some" || o.Certainty != "possible" || o.Status != "active" {
		t.Errorf("anonymous alone: got %+v, want possible, some", o)
	}
	bucket := report.Instant(30 * 60 * 1000)
	it, _ := w.state.Public.Item(cellID(0))
	f := it.Feature
	for name, at := range map[string]report.Instant{"starts_at": o.StartsAt, "confirmed_at": f.ConfirmedAt, "created_at": f.CreatedAt, "updated_at": f.UpdatedAt, "expires_at": f.ExpiresAt} {
		if at == 0 || at%bucket != 0 {
			t.Errorf("%s %v is not a bucket's end", name, at.Time())
		}
	}
	if f.Confirmations >= 0 {
		t.Errorf("confirmations of a cell: got %d, want null", f.Confirmations)
	}
	w.say(0, report.TierAnonymous, "back", 0)
	w.at(w.now.Add(3*time.Hour + 30*time.Minute))
	if _, ok := w.outage(0); ok {
		t.Error("public after one of five said that power is back")
	}
}

func TestLevels(t *testing.T) {
	for _, tc := range []struct {
		name                   string
		anonymous, volunteers  int
		shown                  bool
		level, certainty, tier string
	}{
		{"fourteen anonymous", 14, 0, true, "some", "possible", "anonymous"},
		{"fifty anonymous", 50, 0, true, "some", "possible", "anonymous"},
		{"one volunteer among five", 4, 1, true, "some", "definite", "community"},
		{"a volunteer and fourteen", 14, 1, true, "widespread", "definite", "community"},
		{"four volunteers", 0, 4, false, "", "", ""},
	} {
		w := newWorld(t, report.Ukraine())
		for i := range tc.anonymous {
			w.say(i, report.TierAnonymous, "out", 0)
		}
		for i := range tc.volunteers {
			w.say(1000+i, report.TierVerified, "out", 0)
		}
		w.at(start.Add(3 * time.Hour))
		o, ok := w.outage(0)
		if ok != tc.shown || o.Level != tc.level || o.Certainty != tc.certainty {
			t.Errorf("%s: got %v %+v, want %v %s %s", tc.name, ok, o, tc.shown, tc.level, tc.certainty)
		}
	}
}

// TestAnonymousCap: in one bucket and oblast only so many cells that rest on
// anonymous sources alone; the rest follow in the next.
func TestExpiry(t *testing.T) {
	w := newWorld(t, report.Ukraine())
	for i := range 6 {
		w.say(i, report.TierAnonymous, "out", 0)
	}
	w.at(start.Add(3 * time.Hour))
	if _, ok := w.outage(0); !ok {
		t.Fatal("not public")
	}
	w.at(start.Add(11*time.Hour + 59*time.Minute))
	if _, ok := w.outage(0); !ok {
		t.Fatal("gone before 12 h")
	}
	w.at(start.Add(12 * time.Hour))
	if _, ok := w.outage(0); ok {
		t.Error("still public after 12 h")
	}
	if w.state.NextBucket() != 0 {
		t.Errorf("something is due at %v though nothing is left", w.state.NextBucket().Time())
	}
}

// history makes a random journal; each is called after every bucket's end.
func history(t testing.TB, rnd *rand.Rand, n int, each func(w *world, end report.Instant)) *world {
	w := newWorld(t, report.Ukraine())
	step := func(to report.Instant) {
		w.at(to)
		if last := w.entries[len(w.entries)-1].Event; last.Bucket != nil && each != nil {
			each(w, last.Bucket.End)
		}
	}
	for range n {
		step(w.now + report.Instant(rnd.IntN(20*60*1000)))
		state, tier := "out", report.TierAnonymous
		if rnd.IntN(5) == 0 {
			state = "back"
		}
		if rnd.IntN(6) == 0 {
			tier = report.TierVerified
		}
		w.say(rnd.IntN(40), tier, state, rnd.IntN(6))
	}
	step(w.now.Add(4 * time.Hour))
	return w
}

// naive counts one cell at a bucket's end from the whole journal.
func naive(w *world, dx int, end report.Instant) int {
	p := w.state.Policy()
	cell := report.PackCell(geo.Cell{Z: 12, X: geo.CellAt(kyiv, 12).X + uint32(dx), Y: geo.CellAt(kyiv, 12).Y})
	latest := map[report.Tag]*report.File{}
	for _, e := range w.entries {
		f := e.Event.File
		if f == nil || f.Cell != cell || e.Event.At.Add(time.Duration(p.Delay)) > end {
			continue
		}
		if end-f.Filed.ObservedAt >= report.Instant(time.Duration(p.Expire.Outage).Milliseconds()) {
			continue
		}
		if old := latest[f.Tag]; old == nil || f.Filed.ObservedAt >= old.Filed.ObservedAt {
			latest[f.Tag] = f
		}
	}
	n := 0
	for _, f := range latest {
		if f.Filed.State == "out" {
			n++
		}
	}
	return n
}

func TestCellsAgainstOracle(t *testing.T) {
	rnd := seeded(t)
	public, hidden := 0, 0
	for range 20 {
		history(t, rnd, 150, func(w *world, end report.Instant) {
			for dx := range 6 {
				_, got := w.outage(dx)
				if want := naive(w, dx, end) >= 5; got != want {
					t.Fatalf("cell %d at %v: public %v, want %v (%d sources)", dx, end.Time(), got, want, naive(w, dx, end))
				}
				if got {
					public++
				} else {
					hidden++
				}
			}
		})
	}
	if public == 0 || hidden == 0 {
		t.Errorf("%d public, %d hidden: the test says nothing", public, hidden)
	}
}

// dump writes both ledgers: what two states must agree on.
func dump(w *world) []byte {
	var b bytes.Buffer
	var ids []string
	for dx := range 6 {
		ids = append(ids, cellID(dx))
	}
	for _, e := range w.entries {
		if e.Event.File != nil {
			ids = append(ids, e.Event.File.ID.FeatureID())
		}
	}
	slices.Sort(ids)
	for _, l := range []*report.Ledger{&w.state.Public, &w.state.Full} {
		fmt.Fprintf(&b, "%d\n", l.Seq)
		for _, id := range ids {
			if it, ok := l.Item(id); ok {
				fmt.Fprintf(&b, "%d %+v\n", it.Seq, *it.Feature)
			}
		}
	}
	return b.Bytes()
}

// TestReplayIsEqual applies a journal again, from its encoded bytes, twice over.
func TestReplayIsEqual(t *testing.T) {
	w := history(t, seeded(t), 300, nil)
	again := &world{t: t, state: report.NewState(), entries: w.entries}
	for _, e := range w.entries {
		ev, err := report.DecodeEvent(report.EncodeEvent(&e.Event))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a second time changes nothing
			if err := again.state.Apply(report.Entry{Seq: e.Seq, Event: ev}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !bytes.Equal(dump(w), dump(again)) {
		t.Error("a replay gives another state")
	}
	if err := again.state.Apply(report.Entry{Seq: again.state.Seq + 2}); err == nil {
		t.Error("a gap was accepted")
	}
}

// TestSuppressedLooksLikeNoData: a cell below the minimum leaves no trace in what
// the public sees, not even in its numbers.
func TestSuppressedLooksLikeNoData(t *testing.T) {
	full, without := newWorld(t, report.Ukraine()), newWorld(t, report.Ukraine())
	for i := range 8 {
		full.say(i, report.TierAnonymous, "out", 0)
		without.say(i, report.TierAnonymous, "out", 0)
	}
	for i := range 4 {
		full.say(100+i, report.TierAnonymous, "out", 3)
	}
	for _, w := range []*world{full, without} {
		for h := range 14 {
			w.at(start.Add(time.Duration(h) * time.Hour))
		}
	}
	if a, b := full.state.Public.Seq, without.state.Public.Seq; a != b {
		t.Errorf("public numbers differ: %d and %d", a, b)
	}
	x, _ := full.state.Public.Item(cellID(0))
	y, _ := without.state.Public.Item(cellID(0))
	if (x == nil) != (y == nil) || x != nil && *x.Feature != *y.Feature {
		t.Errorf("the public cell differs: %+v, %+v", x, y)
	}
}

// hubRecord is a hub at a point.
func hubRecord(name string, at orb.Point, area string) report.Put {
	r := report.Record{
		Ref: name, Source: "test", Tier: report.TierOfficial, Name: name, AreaCode: area, Point: at, HasPoint: true, Precision: "exact",
		Facts: report.Hub{NameUK: name, Status: "full", StatusAt: start},
	}
	return report.Put{ID: r.ID(), Record: r, Hash: r.ContentHash()}
}

func TestPublicHubs(t *testing.T) {
	w := newWorld(t, report.Ukraine())
	outline := report.Record{
		Source: "test", AreaCode: "UA65000000000030969", Tier: report.TierOfficial,
		Facts: report.Area{Level: "oblast", NameUK: "Херсонська область", Outline: orb.MultiPolygon{{{{32, 46}, {34, 46}, {34, 47}, {32, 47}, {32, 46}}}}},
	}
	inKyiv, byCode, byPoint := hubRecord("a", kyiv, "UA80000000000093317"), hubRecord("b", kyiv, "UA65020010010023456"), hubRecord("c", orb.Point{33, 46.5}, "")
	for _, p := range []report.Put{inKyiv, byCode, byPoint} {
		w.add(report.Event{Put: &p})
	}
	w.add(report.Event{Put: &report.Put{ID: outline.ID(), Record: outline}}) // the outline comes last
	it, ok := w.state.Public.Item(inKyiv.ID)
	if !ok {
		t.Fatal("a hub in Kyiv is not public")
	}
	if got := it.Feature.Facts.(report.Hub).Status; got != "closed" {
		t.Errorf("a full hub reads as %q, want closed", got)
	}
	for name, id := range map[string]string{"by code": byCode.ID, "by point": byPoint.ID} {
		if _, ok := w.state.Public.Item(id); ok {
			t.Errorf("a hub withheld %s is public", name)
		}
		if _, ok := w.state.Full.Item(id); !ok {
			t.Errorf("a hub withheld %s is unknown to keys", name)
		}
	}
	p := report.Ukraine()
	p.WithheldAreas = []string{"UA80"}
	w.add(report.Event{Policy: &p})
	if _, ok := w.state.Public.Item(inKyiv.ID); ok {
		t.Error("a hub is public after its area was withheld")
	}
	if _, ok := w.state.Public.Item(byCode.ID); !ok {
		t.Error("a hub is hidden after its area was released")
	}
}

// TestHubWords: anonymous words confirm or dispute, and never set the status.
func TestHubWords(t *testing.T) {
	w := newWorld(t, report.Ukraine())
	p := hubRecord("a", kyiv, "UA80000000000093317")
	hub := p.Record.Facts.(report.Hub)
	hub.Status, hub.StatusAt = "open", start
	p.Record.Facts = hub
	w.add(report.Event{Put: &p})
	word := func(source int, tier report.Tier, state string) {
		w.now = w.now.Add(time.Minute)
		w.add(report.Event{File: &report.File{
			ID: report.HashUUID("hub", strconv.Itoa(len(w.entries))), Tier: tier, Tag: report.Tag(report.HashUUID("s", strconv.Itoa(source))),
			Filed: report.Filed{About: report.AboutHubStatus, Hub: p.ID, State: state, ObservedAt: w.now}, Counts: true, Status: "counted",
		}})
	}
	look := func() (string, bool, int) {
		it, _ := w.state.Public.Item(p.ID)
		return it.Feature.Facts.(report.Hub).Status, it.Feature.Disputed, it.Feature.Confirmations
	}
	word(1, report.TierAnonymous, "open")
	word(2, report.TierAnonymous, "closed")
	word(3, report.TierAnonymous, "absent")
	if status, disputed, n := look(); status != "open" || disputed || n != 1 {
		t.Errorf("two against: got %s, disputed %v, %d confirmations", status, disputed, n)
	}
	word(4, report.TierAnonymous, "closed")
	if status, disputed, _ := look(); status != "open" || !disputed {
		t.Errorf("three against: got %s, disputed %v, want open and disputed", status, disputed)
	}
	it, _ := w.state.Public.Item(p.ID)
	if want := (report.Heard{ListedAt: p.Record.Confirmed, StatusTier: report.TierOfficial, StatusBy: 90, Agree: 1, Against: 3, AgainstAt: w.now}); it.Feature.Heard != want {
		t.Errorf("three against: got %+v, want %+v", it.Feature.Heard, want)
	}
	word(5, report.TierVerified, "open")
	if it, _ := w.state.Public.Item(p.ID); it.Feature.Heard.Against != 0 || it.Feature.Heard.StatusTier != report.TierVerified {
		t.Errorf("a volunteer later: got %+v", it.Feature.Heard)
	}
	if status, disputed, _ := look(); status != "open" || disputed {
		t.Errorf("a volunteer later: got %s, disputed %v", status, disputed)
	}
	w.at(w.now.Add(13 * time.Hour))
	if status, _, n := look(); status != "unknown" || n != 0 {
		t.Errorf("13 h later: got %s, %d confirmations, want unknown, 0", status, n)
	}
}

func FuzzDecodeEvent(f *testing.F) {
	p := report.Drill()
	f.Add(report.EncodeEvent(&report.Event{Version: 1, Policy: &p}))
	put := hubRecord("a", kyiv, "UA80")
	f.Add(report.EncodeEvent(&report.Event{Version: 1, Put: &put}))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := report.DecodeEvent(b)
		if err != nil {
			return
		}
		once := report.EncodeEvent(&e)
		again, err := report.DecodeEvent(once)
		if err != nil {
			t.Fatalf("own bytes do not decode: %v", err)
		}
		if !bytes.Equal(once, report.EncodeEvent(&again)) {
			t.Error("encoding is not stable")
		}
	})
}
