package pack_test

import (
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/paulmach/orb"

	"example.org/teplo/data"
	"example.org/teplo/geo"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/intake"
	"example.org/teplo/internal/pack"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// world is the bundled data under the policy of Ukraine, with hubs of a test besides.
type world struct {
	t     testing.TB
	rnd   *rand.Rand
	state *report.State
	views *view.Views
	now   time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SEED=%d", seed)
	w := &world{t: t, rnd: rand.New(rand.NewPCG(seed, 1)), state: report.NewState(), views: view.New(), now: time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)}
	policy := report.Ukraine()
	w.add(report.Event{Policy: &policy})
	areas, err := places.LoadBundled(data.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range areas {
		w.put(report.Record{
			Source: "katottg", Tier: report.TierOfficial, Name: a.NameUK, Ref: a.Code, AreaCode: a.Code, Point: a.Point, HasPoint: a.HasPoint,
			Facts: report.Area{Level: string(a.Level), Category: a.Category, NameUK: a.NameUK, NameEN: a.NameEN, Parent: a.Parent, Outline: a.Outline},
		})
	}
	book := w.publish().Book
	for file, as := range map[string]report.Collection{"hubs/hubs.csv": report.Hubs, "curfews/curfews.csv": report.Curfews} {
		f, err := data.Files.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		err = intake.Read(f, intake.Config{As: as, Source: file, Name: file, ServiceArea: policy.Box(), Book: book}, func(row intake.Row) error {
			row.Record.Tier = report.TierOfficial
			w.put(row.Record)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) add(e report.Event) {
	w.t.Helper()
	e.Version, e.At = report.EventVersion, report.InstantOf(w.now)
	if err := w.state.Apply(report.Entry{Seq: w.state.Seq + 1, Event: e}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) put(r report.Record) string {
	w.t.Helper()
	id := r.ID()
	w.add(report.Event{Put: &report.Put{ID: id, Record: r, Hash: r.ContentHash()}})
	return id
}

func (w *world) publish() *view.Snapshot {
	w.views.Publish(w.state, w.now)
	return w.views.Public()
}

func pick[T any](w *world, from ...T) T { return from[w.rnd.IntN(len(from))] }

// towns are where a test puts hubs: in Kyiv, in oblasts with rules of their own inside,
// at a border between two, and where hubs are withheld.
var towns = []orb.Point{{30.5234, 50.4501}, {28.6587, 50.2547}, {33.39, 47.91}, {24.03, 49.84}, {30.25, 50.35}, {30.73, 46.48}, {36.23, 49.99}, {37.8, 48.0}, {35.13, 47.83}}

// populate puts hubs with all sorts of hours, states and places around the towns, some
// with people against them, and takes some away again.
func (w *world) populate(n int) {
	for i := range n {
		town := towns[i%len(towns)]
		at := geo.Snap(orb.Point{town[0] + w.rnd.NormFloat64()*0.05, town[1] + w.rnd.NormFloat64()*0.03}, 1e-5)
		area, _ := w.views.Public().Book.Locate(at)
		id := w.put(report.Record{
			Ref: strconv.Itoa(i), Source: "test", Tier: report.TierOfficial, Name: "Hub " + strconv.Itoa(i), AreaCode: area.Code, Point: at, HasPoint: true,
			Precision: pick(w, "exact", "exact", "street", "settlement"), Confirmed: report.InstantOf(w.now.Add(-time.Hour)),
			Facts: report.Hub{
				OpeningHours: pick(w, "24/7", "24/7", "08:00-20:00", "22:00-06:00", "Mo-Fr 09:00-18:00; Sa 10:00-14:00", "PH off; 07:00-23:00", ""),
				OpenInCurfew: pick(w, "yes", "yes", "no", "unknown"), Availability: pick(w, "", "", "", "permanent", "standby", "closed"),
				Status: pick(w, "", "", "open", "closed", "full"), StatusAt: report.InstantOf(w.now.Add(-time.Duration(w.rnd.IntN(14*3600)) * time.Second)),
			},
		})
		switch w.rnd.IntN(12) {
		case 0:
			w.dispute(id, area.Code)
		case 1:
			w.add(report.Event{Retire: &report.Retire{ID: id, Reason: "test"}})
		}
	}
}

// dispute lets four people say that a hub is closed.
func (w *world) dispute(id, code string) {
	for range 4 {
		var u report.UUID
		binary.BigEndian.PutUint64(u[:], w.rnd.Uint64())
		w.add(report.Event{File: &report.File{
			ID: u, Tier: report.TierAnonymous, Tag: report.Tag(u[:len(report.Tag{})]), AreaCode: code, Counts: true, Status: "published",
			Filed: report.Filed{About: report.AboutHubStatus, Hub: id, State: "closed", ObservedAt: report.InstantOf(w.now)},
		}})
	}
}

func (w *world) oblast(snap *view.Snapshot, adm1 string) *phone {
	w.t.Helper()
	body, err := pack.Oblast(snap, adm1, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return read(w.t, body)
}

func (w *world) around(snap *view.Snapshot, c geo.Cell) *phone {
	w.t.Helper()
	body, err := pack.Around(snap, c, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return read(w.t, body)
}

// nights are times before curfews of the bundled rules: without exemptions, with them,
// on the night of summer time, and where the rules get too old.
var nights = []string{"2022-12-25T18:02:10Z", "2024-01-10T17:30:00Z", "2026-01-17T20:40:30Z", "2026-02-03T13:07:59Z", "2026-03-28T21:15:00Z", "2026-04-14T19:59:01Z"}

// play tells a test of each of the nights with its hubs.
func play(t *testing.T, each func(w *world, snap *view.Snapshot)) {
	w := newWorld(t)
	for _, night := range nights {
		at, err := time.Parse(time.RFC3339, night)
		if err != nil {
			t.Fatal(err)
		}
		w.now = at
		w.populate(150)
		each(w, w.publish())
	}
}

// TestPackIsServer: what a phone reckons from a pack, at random instants until it is no
// longer valid, is what the server would say: for each hub whether it is open, for each
// walk the verdict, whether it is of use. Where the answer changes within the minute the
// phone may say less, never more.
func TestPackIsServer(t *testing.T) {
	tally := map[string]int{}
	play(t, func(w *world, snap *view.Snapshot) {
		for _, o := range snap.Book.Oblasts() {
			p := w.oblast(snap, places.ADM1(o.Code))
			for i := range p.hubs {
				h := &p.hubs[i]
				f, ok := snap.Layer(report.Hubs).Feature(h.id)
				if !ok {
					t.Fatalf("%s is not public", h.id)
				}
				for range 12 {
					w.compare(snap, p, h, f, tally)
				}
			}
		}
	})
	t.Log(tally)
	for _, what := range []string{"open yes", "open no", "open unknown", "go yes", "go no", "go unconfirmed", "usable true", "usable false"} {
		if tally[what] < 50 {
			t.Errorf("%s: only %d times", what, tally[what])
		}
	}
	if tally["less"]*50 > tally["asked"] {
		t.Errorf("the phone says less %d times of %d", tally["less"], tally["asked"])
	}
}

// compare asks server and phone the same at one instant.
func (w *world) compare(snap *view.Snapshot, p *phone, h *phoneHub, f *view.Feature, tally map[string]int) {
	w.t.Helper()
	at := p.AsOf.Add(time.Duration(w.rnd.Int64N(int64(p.ValidUntil.Sub(p.AsOf)))))
	far := p.AsOf.Add(time.Duration(w.rnd.Int64N(int64(7 * 24 * time.Hour))))
	from := orb.Point{f.Facts.Place.Point[0] + w.rnd.NormFloat64()*0.02, f.Facts.Place.Point[1] + w.rnd.NormFloat64()*0.015}
	area, _ := snap.Book.Locate(from)
	if places.ADM1(area.Code) != places.ADM1(f.Facts.AreaCode) {
		return // a pack is for walks in its oblast
	}
	n := snap.Reach(&view.Walk{From: from, Area: area.Code, At: at, Speed: 1.1, By: curfew.Foot}, f)
	usable := n.OnArrival == report.Yes && f.Opening.At(n.Arrival.Add(30*time.Minute)) == report.Yes && n.Go.Verdict != curfew.Forbidden && !f.Facts.Disputed
	got := p.ask(h, from, area.Code, true, at)
	if got.minutes != n.Minutes {
		if d := geo.DistanceMeters(f.Facts.Place.Point, h.at); d > 1 {
			w.t.Fatalf("%s stands %f m off", h.id, d)
		}
		return // on the edge of a minute
	}
	tally["asked"]++
	less := func(what, got, want string) {
		w.t.Helper()
		switch {
		case got == want:
			tally[what+" "+got]++
		case got == "yes" || got == "true" || what == "go" && want == "no":
			w.t.Fatalf("%s of %s at %s (as of %s): the phone says %s, the server %s; %+v", what, h.id, at, p.AsOf, got, want, f.Facts.Facts)
		default:
			tally["less"]++
		}
	}
	less("open", p.open(h, far), f.Opening.At(far))
	less("open", got.onArrival, n.OnArrival)
	less("go", got.verdict, string(n.Go.Verdict))
	less("usable", strconv.FormatBool(got.usable), strconv.FormatBool(usable))
	if blind := p.ask(h, from, "", false, at); blind.verdict == "yes" && n.Go.Verdict != curfew.Allowed || blind.usable && !usable {
		w.t.Fatalf("%s at %s without the start's code: %+v, the server says %s", h.id, at, blind, n.Go.Verdict)
	}
}

// TestCellIsServer: around a cell stand just the hubs of nine cells, and who stands in it
// without knowing where gets no better verdict than the server's.
func TestCellIsServer(t *testing.T) {
	yes, could := 0, 0
	play(t, func(w *world, snap *view.Snapshot) {
		for range 60 {
			town := pick(w, towns...)
			from := orb.Point{town[0] + w.rnd.NormFloat64()*0.1, town[1] + w.rnd.NormFloat64()*0.06}
			c := geo.CellAt(from, pack.Zoom)
			p := w.around(snap, c)
			var want, got []string
			for f := range snap.Layer(report.Hubs).All() {
				if slices.Contains(c.Block(), geo.CellAt(f.Facts.Place.Point, pack.Zoom)) {
					want = append(want, f.ID)
				}
			}
			area, _ := snap.Book.Locate(from)
			w.startsIn(snap, p, c)
			for i := range p.hubs {
				h := &p.hubs[i]
				got = append(got, h.id)
				f, _ := snap.Layer(report.Hubs).Feature(h.id)
				at := p.AsOf.Add(time.Duration(w.rnd.Int64N(int64(6 * time.Hour))))
				n := snap.Reach(&view.Walk{From: from, Area: area.Code, At: at, Speed: 1.1, By: curfew.Foot}, f)
				a := p.ask(h, from, "", false, at)
				if n.Go.Verdict == curfew.Allowed && n.Minutes >= 0 {
					could++
				}
				if a.verdict == "yes" {
					yes++
				}
				if a.minutes == n.Minutes && (a.verdict == "yes" && n.Go.Verdict != curfew.Allowed || a.onArrival == "yes" && n.OnArrival != report.Yes) {
					t.Fatalf("%s from %v (%s) at %s: %+v, the server says %s, %s", h.id, from, area.Code, at, a, n.OnArrival, n.Go.Verdict)
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("around %v: got %v, want %v", c, got, want)
			}
		}
	})
	if t.Logf("yes %d times of %d", yes, could); yes < 100 || yes*2 < could {
		t.Error("who stands in a cell learns nothing")
	}
}

// startsIn demands that the row of whatever area a point of the cell lies in is among
// those that may be meant.
func (w *world) startsIn(snap *view.Snapshot, p *phone, c geo.Cell) {
	w.t.Helper()
	b := c.Bound()
	for range 30 {
		at := orb.Point{b.Min[0] + w.rnd.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + w.rnd.Float64()*(b.Max[1]-b.Min[1])}
		a, _ := snap.Book.Locate(at)
		if row := p.Curfew.Area[p.row(a.Code)]; !slices.Contains(p.Start, row) {
			w.t.Fatalf("%v in %v lies in %q, ruled as %q; start is %q", at, c, a.Code, row, p.Start)
		}
	}
}

// TestPackHoldsThePublic: every public hub with a code is in one pack, none of a withheld
// oblast in any, and revoked ids were public once.
func TestPackHoldsThePublic(t *testing.T) {
	w := newWorld(t)
	w.now = time.Date(2026, 1, 18, 12, 0, 0, 0, time.UTC)
	w.populate(250)
	public, never := map[string]bool{}, map[string]bool{} // retired at once, or withheld all along
	for c := range w.publish().Changes(0) {
		public[c.ID] = c.Collection == report.Hubs
	}
	for f := range w.views.Full().Layer(report.Hubs).All() {
		never[f.ID] = !public[f.ID]
	}
	maps.DeleteFunc(never, func(_ string, hidden bool) bool { return !hidden })
	if len(never) < 10 {
		t.Fatalf("%d withheld hubs", len(never))
	}
	w.add(report.Event{Brake: &report.Brake{Withheld: []string{"UA14", "UA23", "UA44", "UA65", "UA80", "UA12"}, HasAreas: true}})
	snap := w.publish()
	left, revoked := 0, 0
	for _, o := range snap.Book.Oblasts() {
		adm1 := places.ADM1(o.Code)
		p := w.oblast(snap, adm1)
		withheld := slices.Contains(snap.Policy.WithheldAreas, adm1)
		if p.Withheld != withheld || withheld && len(p.hubs) > 0 || p.ADM1 != adm1 || p.Seq != snap.Seq {
			t.Errorf("%s: withheld %v, %d hubs, %d revoked", adm1, p.Withheld, len(p.hubs), len(p.Revoked))
		}
		for _, h := range p.hubs {
			if left++; !strings.HasPrefix(h.code, adm1) {
				t.Errorf("%s stands in the pack of %s", h.id, adm1)
			}
		}
		for _, id := range p.Revoked {
			if revoked++; !public[id] || never[id] {
				t.Errorf("%s was never public", id)
			}
		}
	}
	gone := 0
	for id, hub := range public {
		if _, ok := snap.Layer(report.Hubs).Feature(id); hub && !ok {
			gone++
		}
	}
	if total := snap.Layer(report.Hubs).Len(); left != total || revoked != gone || revoked < 50 || total < 50 {
		t.Errorf("%d of %d public hubs in packs, %d of %d gone ones revoked", left, total, revoked, gone)
	}
}
