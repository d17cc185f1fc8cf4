package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/export"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

var (
	now         = time.Date(2026, 1, 15, 18, 30, 0, 0, time.UTC)
	collections = []report.Collection{report.Hubs, report.Outages, report.Curfews, report.Areas, report.Reports, report.Needs}
)

const cursor = 4711

// need skips a test on a machine that lacks something, and fails it where
// everything is installed (TEPLO_NO_SKIP=1).
func need(t testing.TB, ok bool, what string) {
	t.Helper()
	switch {
	case ok:
	case os.Getenv("TEPLO_NO_SKIP") == "1":
		t.Fatalf("%s is missing", what)
	default:
		t.Skipf("%s is missing", what)
	}
}

func seeded(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// features makes n of a collection, with names made by name.
func features(rnd *rand.Rand, c report.Collection, n int, name func(i int) string) []*view.Feature {
	var out []*view.Feature
	for i := range n {
		instant := func() report.Instant {
			if rnd.IntN(4) == 0 {
				return 0
			}
			return report.InstantOf(now.Add(-time.Duration(rnd.IntN(1e6)) * time.Second))
		}
		f := &report.Feature{
			ID: fmt.Sprintf("x-%05d", i), Name: name(i), AreaCode: "UA80000000000093317", Source: "місто " + name(i), SourceURL: "https://kyivcity.gov.ua/?a=1&b=<2>",
			Tier: report.TierOfficial, ConfirmedAt: instant(), Confirmations: rnd.IntN(5) - 1, Disputed: rnd.IntN(2) == 0, Precision: "exact",
			CreatedAt: report.InstantOf(now), UpdatedAt: report.InstantOf(now), ExpiresAt: instant(), Rev: 1 + i,
		}
		point := orb.Point{22 + 18*rnd.Float64(), 44 + 8*rnd.Float64()}
		var shape orb.Geometry = point
		switch c {
		case report.Hubs:
			f.Facts = report.Hub{NameUK: name(i), Category: "state", Status: "open", StatusAt: instant(), Address: name(i), OpeningText: "щодня, з 8", Capacity: rnd.IntN(3) * 70, Amenities: report.Amenities(0).With("heat", report.Yes)}
		case report.Outages:
			f.Facts, shape = report.Outage{Service: "power", Kind: "fault", Status: "active", Certainty: "definite", Level: "some", StartsAt: instant(), EndsAt: instant(), AnnouncedEndAt: instant()}, area(rnd, point)
		case report.Curfews:
			f.Facts, shape = report.Curfew{Kind: "baseline", StartLocal: "23:00", EndLocal: "05:00", Timezone: "Europe/Kyiv", ValidFrom: instant(), ValidTo: instant(), Exemptions: "hub_access,go_home", Authority: name(i), Order: "№ 1"}, area(rnd, point)
		case report.Areas:
			f.Facts, shape = report.AreaFacts{Level: "hromada", NameUK: name(i), Parent: "UA80000000000093317"}, area(rnd, point)
		case report.Reports:
			f.Facts = report.FiledFacts{Filed: report.Filed{About: "outage", Service: "power", State: "out", ObservedAt: instant()}, Status: "counted", People: rnd.IntN(3)}
		case report.Needs:
			f.Facts = report.NeedFacts{Need: "heat", People: rnd.IntN(3), Urgency: "life", Status: "open", ObservedAt: instant()}
		}
		out = append(out, &view.Feature{ID: f.ID, Bound: shape.Bound(), Geometry: shape, Facts: f})
	}
	return out
}

// area draws one or two squares around a point, the first sometimes with a hole.
func area(rnd *rand.Rand, at orb.Point) orb.MultiPolygon {
	mp := orb.MultiPolygon{{square(at, 0.1)}}
	if rnd.IntN(2) == 0 {
		hole := square(at, 0.04)
		hole.Reverse()
		mp[0] = append(mp[0], hole)
	}
	if rnd.IntN(3) == 0 {
		mp = append(mp, orb.Polygon{square(orb.Point{at[0] + 1, at[1]}, 0.1)})
	}
	return mp
}

func square(at orb.Point, half float64) orb.Ring {
	x, y := at[0], at[1]
	return orb.Ring{{x - half, y - half}, {x + half, y - half}, {x + half, y + half}, {x - half, y + half}, {x - half, y - half}}
}

func named(i int) string {
	return fmt.Sprintf("Пункт незламності №%d «Їжак», ґанок", i)
}

func selection(c report.Collection, list []*view.Feature) export.Selection {
	return export.Selection{Collection: c, Features: slices.Values(list), Now: now, Cursor: cursor}
}

func write(t testing.TB, format string, s export.Selection) []byte {
	t.Helper()
	f, ok := export.Named(format)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	var b bytes.Buffer
	if err := f.Write(&b, s); err != nil {
		t.Fatalf("%s of %s: %v", format, s.Collection, err)
	}
	return b.Bytes()
}

// feature is one as GeoJSON has it.
type feature struct {
	Type       string
	ID         any
	Geometry   geometry
	Properties map[string]any
}

type geometry struct {
	Type        string
	Coordinates json.RawMessage
}

// TestGeoJSON: the three forms hold the same features byte by byte, and the collection
// tells where changes go on.
func TestGeoJSON(t *testing.T) {
	rnd := seeded(t)
	for _, c := range collections {
		for _, n := range []int{0, 1, 30} {
			list := features(rnd, c, n, named)
			var want [][]byte
			for _, f := range list {
				want = append(want, f.AppendJSON(nil, now))
			}
			var whole struct {
				Type, Name, TimeStamp string
				Cursor                uint64
				Features              []json.RawMessage
			}
			if err := json.Unmarshal(write(t, "geojson", selection(c, list)), &whole); err != nil {
				t.Fatal(err)
			}
			if whole.Type != "FeatureCollection" || whole.Name != string(c) || whole.Cursor != cursor || whole.TimeStamp != "2026-01-15T18:30:00Z" {
				t.Errorf("%s: %+v", c, whole)
			}
			lines := bytes.Split(write(t, "ndjson", selection(c, list)), []byte("\n"))
			texts := bytes.Split(write(t, "geojsonseq", selection(c, list)), []byte("\n"))
			if len(whole.Features) != n || len(lines) != n+1 || len(texts) != n+1 {
				t.Fatalf("%s: %d, %d, %d of %d features", c, len(whole.Features), len(lines)-1, len(texts)-1, n)
			}
			for i := range want {
				if !bytes.Equal(whole.Features[i], want[i]) || !bytes.Equal(lines[i], want[i]) || !bytes.Equal(texts[i], append([]byte("\x1e"), want[i]...)) {
					t.Errorf("%s: feature %d differs", c, i)
				}
			}
		}
	}
}

// ground is what a position must lie in.
func ground(f *view.Feature, p orb.Point) bool {
	if mp, ok := f.Geometry.(orb.MultiPolygon); ok {
		return geo.Contains(mp, p)
	}
	return geo.DistanceMeters(p, f.Geometry.(orb.Point)) < 0.2
}
