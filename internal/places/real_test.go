package places_test

import (
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"example.org/teplo/data"
	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
)

// realRows reads a table of the real files beside the repository. Where they are
// missing the test is skipped, and fails with TEPLO_NO_SKIP=1.
func realRows(t *testing.T, comma rune, path ...string) []map[string]string {
	t.Helper()
	name := filepath.Join(append([]string{"..", "..", "..", "shared", "data", "real"}, path...)...)
	f, err := os.Open(name)
	if err != nil {
		if os.Getenv("TEPLO_NO_SKIP") == "1" {
			t.Fatalf("missing: %v", err)
		}
		t.Skipf("missing: %v", err)
	}
	defer f.Close()
	return table(t, f, comma)
}

func bundledRows(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := data.Files.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return table(t, f, ',')
}

func table(t *testing.T, f io.Reader, comma rune) []map[string]string {
	t.Helper()
	r := csv.NewReader(f)
	r.Comma = comma
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, v := range row {
			m[rows[0][i]] = v
		}
		out = append(out, m)
	}
	return out
}

func pointOf(t *testing.T, row map[string]string) orb.Point {
	t.Helper()
	lon, err1 := strconv.ParseFloat(row["lon"], 64)
	lat, err2 := strconv.ParseFloat(row["lat"], 64)
	if err1 != nil || err2 != nil {
		t.Fatalf("no point in %v", row)
	}
	return orb.Point{lon, lat}
}

// TestRegisterIsTheMinistrys holds every bundled code, category and name against
// the published table.
func TestRegisterIsTheMinistrys(t *testing.T) {
	rows := realRows(t, ';', "admin-katottg", "kodifikator-16-05-2025.csv")
	b := book(t)
	if got, want := b.Len(), len(rows); got != want {
		t.Errorf("areas: got %d, want %d", got, want)
	}
	for _, r := range rows {
		code, parent := "", ""
		for _, level := range []string{"Перший рівень", "Другий рівень", "Третій рівень", "Четвертий рівень", "Додатковий рівень"} {
			if c := strings.TrimSpace(r[level]); c != "" {
				code, parent = c, code
			}
		}
		a, ok := b.Area(code)
		name := strings.TrimSpace(r["Назва об’єкта"])
		if !ok || a.Category != r["Категорія об’єкта"] || a.Parent != parent || !strings.HasPrefix(a.NameUK, name) {
			t.Fatalf("%s: got %q %s in %s, want %q %s in %s", code, a.NameUK, a.Category, a.Parent, name, r["Категорія об’єкта"], parent)
		}
	}
}

// TestOblastsByBothNumberings: ISO 3166-2 is not the p-code for five of them.
func TestOblastsByBothNumberings(t *testing.T) {
	differ := map[string]string{"UA01": "UA-43", "UA44": "UA-09", "UA73": "UA-77", "UA80": "UA-30", "UA85": "UA-40"}
	n := 0
	for _, r := range realRows(t, ',', "admin-gazetteer", "oblasts.csv") {
		a, ok := book(t).Area(r["pcode"])
		if !ok || a.Code != r["katottg"] || a.Category != r["category"] || !strings.HasPrefix(a.NameUK, r["name_uk"]) {
			t.Errorf("%s: got %s %s", r["pcode"], a.Code, a.NameUK)
		}
		iso, isDifferent := differ[r["pcode"]]
		if same := r["iso3166_2"][3:] == r["pcode"][2:]; same == isDifferent || isDifferent && iso != r["iso3166_2"] {
			t.Errorf("%s is %s, want %s", r["pcode"], r["iso3166_2"], iso)
		}
		n++
	}
	if n != 27 {
		t.Errorf("got %d oblasts, want 27", n)
	}
}

// TestPCodesOfOthers: every raion and hromada of the COD-AB tables is found by its
// p-code, Kyiv's UA8000 and UA8000000 too, and lies about where they say.
func TestPCodesOfOthers(t *testing.T) {
	for _, file := range []struct {
		name         string
		meters       float64
		rows, placed int
	}{{"raions.csv", 60_000, 139, 136}, {"hromadas.csv", 60_000, 1769, 1200}} {
		rows := realRows(t, ',', "admin-gazetteer", file.name)
		if len(rows) != file.rows {
			t.Errorf("%s: got %d rows, want %d", file.name, len(rows), file.rows)
		}
		placed := 0
		for _, r := range rows {
			a, ok := book(t).Area(r["pcode"])
			if !ok {
				t.Errorf("%s %s is unknown", r["pcode"], r["name_uk"])
				continue
			}
			at, ok := book(t).Center(a.Code)
			if !ok || r["pcode"][:6] == "UA3200" { // Chornobyl's zone, which the register leaves to the oblast
				continue
			}
			placed++
			if d := geo.DistanceMeters(at, pointOf(t, r)); d > file.meters {
				t.Errorf("%s %s: its centre is %.0f km off", a.Code, a.NameUK, d/1000)
			}
		}
		t.Logf("%s: %d of %d have a centre", file.name, placed, len(rows))
		if placed < file.placed {
			t.Errorf("%s: got %d with a centre, want %d", file.name, placed, file.placed)
		}
	}
}

// TestJoinedSettlements checks every name that the gazetteer got from the register:
// the row is a settlement of that name and oblast, no row stands twice, and its
// point is near its hromada's centroid.
func TestJoinedSettlements(t *testing.T) {
	centroids := map[string]orb.Point{}
	for _, r := range realRows(t, ',', "admin-gazetteer", "hromadas.csv") {
		centroids[r["pcode"]] = pointOf(t, r)
	}
	all, err := places.LoadGazetteer(data.Files)
	if err != nil {
		t.Fatal(err)
	}
	seen, joined := map[string]bool{}, 0
	for _, p := range all {
		if p.Code == "" {
			if p.NameUK != "" {
				t.Errorf("%s: a Ukrainian name without a code", p.NameUK)
			}
			continue
		}
		joined++
		a, ok := book(t).Area(p.Code)
		if !ok || a.NameUK != p.NameUK || places.ADM1(p.Code) != p.ADM1 || !strings.Contains("MXCK", a.Category) || seen[p.Code] {
			t.Errorf("%s %s (%s): got %s %s, seen %v", p.Code, p.NameUK, p.ADM1, a.NameUK, a.Category, seen[p.Code])
		}
		seen[p.Code] = true
		if at, ok := centroids[p.Code[:9]]; ok && geo.DistanceMeters(at, p.Point) > 60_000 {
			t.Errorf("%s %s is too far from its hromada", p.Code, p.NameUK)
		}
	}
	if joined < 2300 {
		t.Errorf("joined: got %d of %d, want 2,300", joined, len(all))
	}
	for _, code := range []string{"UA80", "UA85", "UA46060250010015970", "UA51100270010076757", "UA63120270010096107"} {
		if a, ok := book(t).Area(code); !ok || !a.HasPoint || a.Population < 100_000 {
			t.Errorf("%s: no point or people: %v %s %d", code, a.HasPoint, a.NameUK, a.Population)
		}
	}
}

// TestHubsStandInKnownSettlements: all 62 typed hubs bear a settlement's code, that
// of the name they bear, and refs that differ.
func TestHubsStandInKnownSettlements(t *testing.T) {
	rows, refs := bundledRows(t, "hubs/hubs.csv"), map[string]bool{}
	if len(rows) != 62 {
		t.Errorf("got %d hubs, want 62", len(rows))
	}
	for _, r := range rows {
		a, ok := book(t).Area(r["settlement_katottg"])
		if !ok || a.NameUK != r["settlement_uk"] || a.Level != places.LevelSettlement && a.Category != "K" {
			t.Errorf("%s: %s is %s %s, want %s", r["name"], r["settlement_katottg"], a.Category, a.NameUK, r["settlement_uk"])
		}
		found, ok := book(t).Resolve(r["settlement_uk"], places.ADM1(a.Code), places.LevelSettlement)
		if ok && found.Code != a.Code {
			t.Errorf("%s resolves to %s, want %s", r["settlement_uk"], found.Code, a.Code)
		}
		if refs[r["ref"]] || r["ref"] == "" {
			t.Errorf("%s: ref %q is not its own", r["name"], r["ref"])
		}
		refs[r["ref"]] = true
	}
	if got := len(bundledRows(t, "curfews/curfews.csv")); got != 69 {
		t.Errorf("got %d curfew rules, want 69", got)
	}
}
