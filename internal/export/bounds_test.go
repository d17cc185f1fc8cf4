package export_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/export"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// TestMemory: what is alive while the last of 100,000 features is written does not grow
// with their number, but for FlatGeobuf's tree.
func TestMemory(t *testing.T) {
	const n = 100_000
	one := features(seeded(t), report.Outages, 1, named)[0]
	for _, f := range export.Formats {
		alive := func() (bytes uint64) {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		before, most := alive(), uint64(0)
		all := func(yield func(*view.Feature) bool) {
			for i := range n {
				if i == n-1 {
					most = max(most, alive())
				}
				if !yield(one) {
					return
				}
			}
		}
		if err := f.Write(io.Discard, export.Selection{Collection: report.Outages, Features: all, Now: now}); err != nil {
			t.Fatal(err)
		}
		limit := 3 << 20
		if f.Name == "fgb" {
			limit += 80 * n
		}
		grown := int(most) - int(before)
		t.Logf("%s: %d KB", f.Name, grown>>10)
		if grown > limit {
			t.Errorf("%s keeps %d bytes for %d features", f.Name, grown, n)
		}
	}
}

// BenchmarkWrite measures the time and the allocations of 10,000 features.
func BenchmarkWrite(b *testing.B) {
	list := features(seeded(b), report.Hubs, 10_000, named)
	for _, f := range export.Formats {
		b.Run(f.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f.Write(io.Discard, selection(report.Hubs, list)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestTooLarge: a shapefile beyond 2 GB is refused before its first byte.
func TestTooLarge(t *testing.T) {
	big := features(seeded(t), report.Areas, 1, named)[0]
	ring := make(orb.Ring, 1_000_000)
	big.Geometry = orb.MultiPolygon{{ring}}
	s := selection(report.Areas, slices.Repeat([]*view.Feature{big}, 135))
	f, _ := export.Named("shp")
	var out bytes.Buffer
	if err := f.Write(&out, s); !errors.Is(err, export.ErrTooLarge) || out.Len() > 0 || !strings.Contains(err.Error(), "2160 MB") {
		t.Errorf("%d bytes, %v", out.Len(), err)
	}
}

// broken fails after some bytes.
type broken struct{ left int }

var errGone = errors.New("gone")

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errGone
	}
	return len(p), nil
}

// TestGone: a reader that goes away ends the work, soon.
func TestGone(t *testing.T) {
	one := features(seeded(t), report.Hubs, 1, named)[0]
	for _, f := range export.Formats {
		if f.Name == "shp" || f.Name == "fgb" {
			continue // they look at all features before they write
		}
		given := 0
		s := export.Selection{Collection: report.Hubs, Now: now, Features: func(yield func(*view.Feature) bool) {
			for given < 1_000_000 && yield(one) {
				given++
			}
		}}
		if err := f.Write(&broken{200_000}, s); !errors.Is(err, errGone) || given > 2000 {
			t.Errorf("%s: %v after %d features", f.Name, err, given)
		}
	}
}

// TestShapefile: what strict readers want of the parts: names unique in 10 characters,
// outer rings clockwise and holes not, lengths as the headers say.
func TestShapefile(t *testing.T) {
	for _, c := range collections {
		seen := map[string]bool{}
		for _, p := range report.Properties(c) {
			if name := p.Name[:min(10, len(p.Name))]; seen[name] {
				t.Errorf("%s: two names begin with %s", c, name)
			} else {
				seen[name] = true
			}
		}
	}
	at := orb.Point{30, 50}
	hole := square(at, 0.04)
	hole.Reverse()
	one := features(seeded(t), report.Areas, 1, named)[0]
	one.Geometry = orb.MultiPolygon{{square(at, 0.1), hole}}
	one.Bound = one.Geometry.Bound()
	parts := map[string][]byte{}
	body := write(t, "shp", selection(report.Areas, []*view.Feature{one, one}))
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if parts[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	shp, shx, dbf := parts["areas.shp"], parts["areas.shx"], parts["areas.dbf"]
	if string(parts["areas.cpg"]) != "UTF-8" || !strings.Contains(string(parts["areas.prj"]), "WGS_1984") || len(parts) != 5 {
		t.Errorf("parts are %d", len(parts))
	}
	for _, head := range [][]byte{shp, shx} {
		if n := int(binary.BigEndian.Uint32(head[24:])); 2*n != len(head) {
			t.Errorf("length %d of %d", 2*n, len(head))
		}
	}
	rows, head, row := binary.LittleEndian.Uint32(dbf[4:]), binary.LittleEndian.Uint16(dbf[8:]), binary.LittleEndian.Uint16(dbf[10:])
	if rows != 2 || int(head)+2*int(row)+1 != len(dbf) {
		t.Errorf("%d rows of %d after %d in %d", rows, row, head, len(dbf))
	}
	second := 2 * int(binary.BigEndian.Uint32(shx[108:]))
	if n := binary.BigEndian.Uint32(shp[second:]); n != 2 {
		t.Errorf("at the second offset stands record %d", n)
	}
	ring := func(first int) (r orb.Ring) {
		var xy [10]float64
		if _, err := binary.Decode(shp[100+8+44+8+16*first:], binary.LittleEndian, &xy); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(xy); i += 2 {
			r = append(r, orb.Point{xy[i], xy[i+1]})
		}
		return r
	}
	if ring(0).Orientation() != orb.CW || ring(5).Orientation() != orb.CCW {
		t.Errorf("rings %v, %v", ring(0), ring(5))
	}
}

// TestDataPackage: each collection in each format once, and the schema is that of the
// CSV.
func TestDataPackage(t *testing.T) {
	body, err := json.Marshal(export.DataPackage(export.About{
		Base: "https://x.org/api", Title: "Teplo", Licence: export.Link{Name: "CC-BY-4.0"}, Caveats: "not complete", Methodology: "m",
		Collections: view.Collections,
	}))
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		Profile, Name, Caveats string
		Licenses               []export.Link
		Resources              []struct {
			Name, Path, Format, Mediatype, Profile string
			Schema                                 struct {
				Fields []struct {
					Name, Type  string
					Constraints struct{ Enum []string }
				}
			}
		}
	}
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatal(err)
	}
	if p.Profile != "data-package" || p.Name != "teplo" || len(p.Licenses) != 1 || p.Caveats == "" || len(p.Resources) != len(view.Collections)*len(export.Formats) {
		t.Errorf("%s", body)
	}
	seen := map[string]bool{}
	for _, r := range p.Resources {
		c, format, _ := strings.Cut(r.Name, "-")
		if seen[r.Name] || strings.ToLower(r.Name) != r.Name || r.Mediatype == "" {
			t.Errorf("resource %s", r.Name)
		}
		seen[r.Name] = true
		if want := "https://x.org/api/collections/" + c + "/items?f=" + format; r.Path != want && !strings.HasSuffix(r.Path, "f=json&limit=10000") {
			t.Errorf("path %s", r.Path)
		}
		if format != "csv" {
			continue
		}
		var names []string
		for _, f := range r.Schema.Fields {
			names = append(names, f.Name)
			if f.Type == "" || f.Name == "tier" && len(f.Constraints.Enum) != len(report.Tiers) {
				t.Errorf("%s: %+v", r.Name, f)
			}
		}
		if header := table(t, write(t, "csv", selection(report.Collection(c), nil)))[0]; r.Profile != "tabular-data-resource" || !slices.Equal(names, header) {
			t.Errorf("%s: %v, not %v", r.Name, names, header)
		}
	}
}
