package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/data"
	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// runDemo writes a synthetic data set: the same seed and --now give the same bytes.
func runDemo(ctx context.Context, e *env, args []string) error {
	var (
		f    storeFlags
		n    int
		seed uint64
		out  string
	)
	fs := flags(e, "demo")
	f.add(fs)
	fs.IntVar(&n, "n", 100_000, "number of reports")
	fs.Uint64Var(&seed, "seed", 1, "seed of the synthetic data")
	fs.StringVarP(&out, "output", "o", "", "write a GeoJSON text sequence to this file instead of a store")
	if err := parse(fs, args); err != nil {
		return err
	}
	if n < 1 || n > 10_000_000 {
		return fmt.Errorf("%w: --n: %d is not 1 to 10000000", errUsage, n)
	}
	now, err := clockFrom(f.now)
	if err != nil {
		return err
	}
	d, err := newDemo(seed, now().UTC().Truncate(time.Second))
	if err != nil {
		return err
	}
	if out != "" {
		return d.writeFile(out, n)
	}
	if f.policy == "" {
		f.policy = "drill"
	}
	w, err := openWriter(ctx, &f, now, nil, true)
	if err != nil {
		return err
	}
	return errors.Join(d.fill(ctx, e, w, n), w.close())
}

// demo makes synthetic hubs and reports around real settlements, as many as their
// population calls for. Every name says that it is synthetic.
type demo struct {
	rnd    *rand.Rand
	now    time.Time
	places []places.Place
	upTo   []float64 // cumulated weights of places
	hubs   []string  // ids that hub states are reported of
}

func newDemo(seed uint64, now time.Time) (*demo, error) {
	all, err := places.LoadGazetteer(data.Files)
	if err != nil {
		return nil, err
	}
	d := &demo{rnd: rand.New(rand.NewPCG(seed, 0)), now: now}
	sum := 0.0
	for _, p := range all {
		if p.Code == "" {
			continue
		}
		sum += math.Sqrt(float64(max(p.Population, 500)))
		d.places, d.upTo = append(d.places, p), append(d.upTo, sum)
	}
	return d, nil
}

// settlement draws one, the larger the likelier.
func (d *demo) settlement() *places.Place {
	i, _ := slices.BinarySearch(d.upTo, d.rnd.Float64()*d.upTo[len(d.upTo)-1])
	return &d.places[min(i, len(d.places)-1)]
}

// near draws a point some kilometres around a settlement.
func (d *demo) near(p *places.Place) orb.Point {
	spread := 0.004 + 0.00004*math.Sqrt(float64(p.Population))
	at := orb.Point{p.Point[0] + d.rnd.NormFloat64()*spread*1.5, p.Point[1] + d.rnd.NormFloat64()*spread}
	return geo.Snap(at, 0.00001)
}

// hub makes the i-th synthetic hub.
func (d *demo) hub(i int) report.Record {
	p := d.settlement()
	amenities := report.Amenities(0).With("heat", report.Yes).With("charging", report.Yes)
	for _, name := range []string{"internet", "hot_drinks", "water", "sleeping", "toilet", "step_free"} {
		if d.rnd.IntN(2) == 0 {
			amenities = amenities.With(name, report.Yes)
		}
	}
	hours := [][2]string{{"24/7", "цілодобово"}, {"Mo-Su 08:00-20:00", "щодня з 8:00 до 20:00"}, {"", "за потреби"}}[d.rnd.IntN(3)]
	seen := report.InstantOf(d.now.Add(-time.Duration(d.rnd.IntN(48*60)) * time.Minute))
	return report.Record{
		Ref: fmt.Sprintf("demo-%d", i), Source: "demo", Licence: "synthetic", Tier: report.TierOfficial,
		Name: fmt.Sprintf("Навчальний пункт %d", i), AreaCode: p.Code, Point: d.near(p), HasPoint: true, Precision: "exact", Confirmed: seen,
		Facts: report.Hub{
			NameUK: fmt.Sprintf("Навчальний пункт %d", i), NameEN: fmt.Sprintf("Drill hub %d", i), Category: "state", HostType: "school",
			Availability: "permanent", Status: []string{"open", "open", "closed", "standby"}[d.rnd.IntN(4)], StatusAt: seen,
			OpeningHours: hours[0], OpeningText: hours[1], Address: fmt.Sprintf("вул. Навчальна, %d", 1+d.rnd.IntN(120)),
			Capacity: 20 + d.rnd.IntN(200), Amenities: amenities,
		},
	}
}

// report makes the i-th synthetic report: mostly outages, some states of hubs,
// some needs, within the last eleven hours.
func (d *demo) report(i int) report.Record {
	r := report.Record{Ref: fmt.Sprintf("demo-report-%d", i), Source: "demo", Tier: report.TierCommunity}
	f := report.Filed{
		ObservedAt: report.InstantOf(d.now.Add(-time.Duration(d.rnd.IntN(11*3600)) * time.Second)),
		Reporter:   fmt.Sprintf("demo-reporter-%09d", i),
	}
	p := d.settlement()
	r.Point, r.HasPoint = d.near(p), true
	switch k := d.rnd.IntN(20); {
	case k == 0:
		f.About, f.Need, f.Urgency, f.People = report.AboutNeed, report.NeedKinds[d.rnd.IntN(len(report.NeedKinds))], "today", 1+d.rnd.IntN(5)
	case k <= 3 && len(d.hubs) > 0:
		f.About, f.Hub, f.State = report.AboutHubStatus, d.hubs[d.rnd.IntN(len(d.hubs))], []string{"open", "open", "open", "closed"}[d.rnd.IntN(4)]
		r.HasPoint = false
	default:
		f.About, f.Service, f.State = report.AboutOutage, []string{"power", "power", "power", "heating"}[d.rnd.IntN(4)], "out"
		if d.rnd.IntN(10) == 0 {
			f.State = "back"
		}
	}
	r.Facts = f
	return r
}

// fill imports synthetic hubs and n reports into a store.
func (d *demo) fill(ctx context.Context, e *env, w *writer, n int) error {
	var hubs []report.Record
	for i := range min(12_000, max(20, n/20)) {
		h := d.hub(i)
		hubs = append(hubs, h)
		d.hubs = append(d.hubs, h.ID())
	}
	if _, err := w.Import(ctx, hubs, false); err != nil {
		return err
	}
	var sum summary
	for from := 0; from < n; from += importChunk {
		chunk := make([]report.Record, min(importChunk, n-from))
		for i := range chunk {
			chunk[i] = d.report(from + i)
		}
		in := importer{ctx: ctx, t: w.Tracker, records: chunk, numbers: make([]int, len(chunk)), out: &rejects{e: e, file: "demo"}}
		if err := in.flush(); err != nil {
			return err
		}
		sum.fresh += in.sum.fresh
		sum.changed += in.sum.changed
		sum.same += in.sum.same
		sum.rejected += in.sum.rejected
	}
	_, err := fmt.Fprintln(e.stdout, sum.String())
	return err
}

// writeFile writes n reports as a GeoJSON text sequence (RFC 8142).
func (d *demo) writeFile(path string, n int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for i := range n {
		if err := writeSequence(w, d.report(i)); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(w.Flush(), f.Close())
}

// writeSequence writes one report as POST /api/reports takes it.
func writeSequence(w io.Writer, r report.Record) error {
	f, ok := r.Facts.(report.Filed)
	if !ok {
		return fmt.Errorf("demo: %T is not a report", r.Facts)
	}
	props := map[string]any{"about": f.About, "observed_at": f.ObservedAt.Time().Format(time.RFC3339), "reporter": f.Reporter}
	for k, v := range map[string]string{"service": f.Service, "state": f.State, "need": f.Need, "urgency": f.Urgency, "hub": f.Hub} {
		if v != "" {
			props[k] = v
		}
	}
	if f.People > 0 {
		props["people"] = f.People
	}
	feature := map[string]any{"type": "Feature", "id": r.Ref, "geometry": map[string]any{"type": "Point", "coordinates": r.Point}, "properties": props}
	b, err := json.Marshal(feature)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\x1e%s\n", b)
	return err
}
