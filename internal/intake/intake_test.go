package intake_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"example.org/teplo/data"
	"example.org/teplo/geo"
	"example.org/teplo/internal/intake"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

var book = sync.OnceValue(func() *places.Book {
	areas, err := places.LoadBundled(data.Files)
	if err != nil {
		panic(err)
	}
	return places.NewBook(areas)
})

func ukraine() intake.Config {
	p := report.Ukraine()
	return intake.Config{Name: "test", ServiceArea: p.Box(), Book: book(), Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
}

// read collects every row.
func read(text string, cfg intake.Config) ([]intake.Row, error) {
	var rows []intake.Row
	err := intake.Read(strings.NewReader(text), cfg, func(r intake.Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

// one reads a file of one record.
func one(t *testing.T, text string, cfg intake.Config) intake.Row {
	t.Helper()
	rows, err := read(text, cfg)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%.80q: %d rows, %v", text, len(rows), err)
	}
	return rows[0]
}

// TestCoordinates: what is certain is taken, what is not is rejected by name, and
// nothing ever becomes a wrong point.
func TestCoordinates(t *testing.T) {
	for _, tc := range []struct {
		name, lon, lat string
		want           [2]float64 // 0, 0: rejected
		notice         bool
	}{
		{"plain", "30.52", "50.45", [2]float64{30.52, 50.45}, false},
		{"decimal comma", "30,52", "50,45", [2]float64{30.52, 50.45}, false},
		{"swapped", "50.45", "30.52", [2]float64{30.52, 50.45}, true},
		{"degrees, minutes, seconds", `30° 31’ 12"`, `50° 27’ 0"`, [2]float64{30.52, 50.45}, false},
		{"with letters", `E 30° 31’ 12"`, `N 50° 27’ 0"`, [2]float64{30.52, 50.45}, false},
		{"letters after", `30°31'12"E`, `50°27'00"N`, [2]float64{30.52, 50.45}, false},
		{"letters swapped", `N 50° 27’ 0"`, `E 30° 31’ 12"`, [2]float64{}, false},
		{"zero", "0", "0", [2]float64{}, false},
		{"projected", "3397543.2", "6525432.1", [2]float64{}, false},
		{"outside", "2.35", "48.85", [2]float64{}, false},
		{"out of range", "30.5", "150.4", [2]float64{}, false},
		{"not a number", "схід", "50.45", [2]float64{}, false},
		{"one missing", "", "50.45", [2]float64{}, false},
		{"NaN", "NaN", "50.45", [2]float64{}, false},
		{"infinite", "1e999", "50.45", [2]float64{}, false},
	} {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.WriteAll([][]string{{"name", "opening_hours", "lon", "lat"}, {"x", "24/7", tc.lon, tc.lat}})
		row := one(t, b.String(), ukraine())
		r := row.Record
		switch {
		case tc.want == [2]float64{}:
			if len(row.Problems) == 0 {
				t.Errorf("%s: taken as %v", tc.name, r.Point)
			} else if p := row.Problems[0]; p.Field == "" || p.Reason == "" {
				t.Errorf("%s: problem %+v", tc.name, p)
			}
		case len(row.Problems) > 0 || math.Abs(r.Point[0]-tc.want[0]) > 1e-9 || math.Abs(r.Point[1]-tc.want[1]) > 1e-9:
			t.Errorf("%s: got %v, %v", tc.name, r.Point, row.Problems)
		case (len(row.Notices) > 0) != tc.notice:
			t.Errorf("%s: notices %v", tc.name, row.Notices)
		}
	}
}

// TestZeroIsNoPlace: 0, 0 is refused even where the whole world is served, in every
// way in which a file can say it.
func TestZeroIsNoPlace(t *testing.T) {
	cfg := ukraine()
	cfg.ServiceArea, cfg.As = geo.BBox{}, report.Hubs
	for _, text := range []string{
		"name,opening_hours,lon,lat\nx,24/7,0,0\n", "name,opening_hours,lon,lat\nx,24/7,0.0,\"0,0\"\n",
		`[{"name":"x","opening_hours":"24/7","coordinate":{"lat":0,"lng":0}}]`,
		`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[0,0]},"properties":{"name":"x"}}]}`,
	} {
		if row := one(t, text, cfg); len(row.Problems) == 0 {
			t.Errorf("%s: taken at %v", text, row.Record.Point)
		}
	}
}

func TestTimes(t *testing.T) {
	for in, want := range map[string]string{
		"2026-07-16T11:16:00Z": "2026-07-16T11:16:00Z", "2026-07-16T14:16:00+03:00": "2026-07-16T11:16:00Z", "16.07.202614:16": "2026-07-16T11:16:00Z",
		"16.07.2026 14:16": "2026-07-16T11:16:00Z", "2026-01-16T14:16": "2026-01-16T12:16:00Z", "2026-07-16": "2026-07-15T21:00:00Z",
		"1784200560": "2026-07-16T11:16:00Z", "1784200560000": "2026-07-16T11:16:00Z",
	} {
		row := one(t, "service,kind,status,starts_at,lon,lat\npower,fault,active,"+in+",30.5,50.4\n", ukraine())
		if o, ok := row.Record.Facts.(report.Outage); !ok || o.StartsAt.Time().Format(time.RFC3339) != want {
			t.Errorf("%s: got %+v %v, want %s", in, row.Record.Facts, row.Problems, want)
		}
	}
	if row := one(t, "service,kind,status,starts_at,lon,lat\npower,fault,active,32.13.2026,30.5,50.4\n", ukraine()); len(row.Problems) == 0 {
		t.Errorf("32.13.2026 was taken: %+v", row.Record.Facts)
	}
}

// TestEncodings reads the same table in every encoding and delimiter.
func TestEncodings(t *testing.T) {
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		rnd = rand.New(rand.NewPCG(s, 1))
	}
	letters := []rune("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВ ’№\"")
	word := func() string {
		out := make([]rune, 3+rnd.IntN(12))
		for i := range out {
			out[i] = letters[rnd.IntN(len(letters)-4)]
		}
		return "я" + strings.TrimSpace(string(out)) + "ь"
	}
	for range 50 {
		var names []string
		table := [][]string{{"Назва", "Адреса", "Широта", "Довгота", "Графік роботи"}}
		for range 2 + rnd.IntN(20) {
			name := strings.Join(strings.Fields(word()+" "+word()), " ")
			names = append(names, name)
			table = append(table, []string{name, "вул. " + word() + ", 5", "50,45", "30,52", "цілодобово"})
		}
		delimiter := []rune{';', '\t', ','}[rnd.IntN(3)]
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = delimiter
		w.UseCRLF = rnd.IntN(2) == 0
		_ = w.WriteAll(table)
		text := b.String()
		switch rnd.IntN(3) {
		case 0:
			text = "\ufeff" + text
		case 1:
			var err error
			if text, err = charmap.Windows1251.NewEncoder().String(text); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := read(text, ukraine())
		if err != nil || len(rows) != len(names) {
			t.Fatalf("%q: %d rows of %d, %v", text, len(rows), len(names), err)
		}
		for i, r := range rows {
			if len(r.Problems) > 0 || r.Record.Name != names[i] || r.Record.Point[1] != 50.45 {
				t.Fatalf("%q: row %d: %+v %v, want %q", text, i, r.Record, r.Problems, names[i])
			}
		}
	}
}

func TestMapping(t *testing.T) {
	m, err := intake.ParseMapping([]byte(`
as: hubs
delimiter: ";"
skip: 2
where: {STATUS: OPEN}
fields:
  ref: OBJECTID
  name: Назва
  address: [Вулиця, Будинок]
  category: {from: Тип, values: {Школа: state, "*": warming}}
  charging: {const: "yes"}
  point: {from: coord, order: "lat,lon"}
`))
	if err != nil {
		t.Fatal(err)
	}
	cfg := ukraine()
	cfg.Map = m
	rows, err := read("Звіт\n\nOBJECTID;Назва;Вулиця;Будинок;Тип;coord;STATUS\n7;Ліцей;Соборна;5;Школа;50.45, 30.52;OPEN\n8;Дім;Соборна;6;Дім;50.45, 30.52;SHUT\n9;Дім;Соборна;7;Дім;50.45, 30.52;OPEN\n", cfg)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	h, ok := rows[0].Record.Facts.(report.Hub)
	if !ok || h.Category != "state" || h.Address != "Соборна, 5" || h.Amenities.Of("charging") != "yes" || rows[0].Record.Ref != "7" || rows[0].Record.Point[0] != 30.52 {
		t.Errorf("got %+v %v", rows[0].Record, rows[0].Problems)
	}
	for text, names := range map[string]string{
		"as: hubs\nfoo: 1": "foo", "as: hubs\nfields: {nme: x}": "nme", "as: hubs\nzone: Europe/Nowhere\nfields: {name: x}": "Europe/Nowhere",
		"as: shelters": "shelters", "as: hubs\nfields: {category: {const: palace}}": "palace", "as: hubs\nfields: {lon: {form: x}}": "form",
	} {
		if _, err := intake.ParseMapping([]byte(text)); err == nil || !strings.Contains(err.Error(), names) {
			t.Errorf("%q: got %v, want an error that names %s", text, err, names)
		}
	}
}

// TestHostile: whatever a file holds, it is refused in words or its good rows are
// taken.
func TestHostile(t *testing.T) {
	header := "name,opening_hours,lon,lat\n"
	for name, text := range map[string]string{
		"nothing": "", "zeros": strings.Repeat("\x00", 1000), "deep list": strings.Repeat("[", 200_000), "deep object": strings.Repeat(`{"a":`, 100_000),
		"truncated": `[{"name":"a","lat":50.4,"lon":30.5,"hours":"x"},{"na`, "two documents": `[] []`, "a number": "7", "html": "<!doctype html><html><body>captcha</body></html>",
	} {
		if rows, err := read(text, ukraine()); !errors.Is(err, intake.ErrFile) || strings.Contains(err.Error(), "\n") || len(rows) > 0 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
	rows, err := read(header+"good,24/7,30.5,50.4\n"+strings.Repeat("x", 10<<20)+",24/7,30.5,50.4\nbad,24/7,999999999999999999999999999999,50.4\n\"<script>alert(1)</script>\",24/7,30.5,50.4\n", ukraine())
	taken := 0
	for _, r := range rows {
		if len(r.Problems) == 0 {
			taken++
			if len(r.Record.Name) > 1000 {
				t.Errorf("a name of %d bytes", len(r.Record.Name))
			}
		}
	}
	if err != nil && !errors.Is(err, intake.ErrFile) || err == nil && taken < 2 {
		t.Errorf("a long line among good ones: %d taken, %v", taken, err)
	}
}

// TestRealFolders holds the summaries of real files, so that a change shows.
func TestRealFolders(t *testing.T) {
	real := filepath.Join("..", "..", "..", "shared", "data", "real")
	if _, err := os.Stat(real); err != nil {
		if os.Getenv("TEPLO_NO_SKIP") == "1" {
			t.Fatalf("%s is missing", real)
		}
		t.Skipf("%s is missing", real)
	}
	for file, want := range map[string]string{
		"hubs-okhtyrka-shelters/shelters.json":                            "hubs 37 taken 0 rejected 37 points",
		"hubs-ua-press/points_of_invincibility.csv":                       "hubs 62 taken 0 rejected 0 points",
		"hubs-us-chicago-warming/warm_data.json":                          "hubs 113 taken 0 rejected 113 points",
		"hubs-us-nyc-shelters/new-york-shelters.json":                     "hubs 60 taken 0 rejected 60 points",
		"hubs-uk-warm-spaces/tile_10_504_340.geojson":                     "hubs 147 taken 0 rejected 147 points",
		"outages-khmelnytskyi-reports/archive_2026-07.json":               "outages 450 taken 0 rejected 0 points",
		"outages-lviv-loe/pw_accidents_2024-11-28.json":                   "outages 600 taken 0 rejected 0 points",
		"outages-us-kubra/apc__2022-12-05__first300.json":                 "outages 300 taken 0 rejected 300 points",
		"outages-us-pge-2019/pge-outages-2019-06.json":                    "outages 333 taken 0 rejected 333 points",
		"curfew-ua/curfew_rules.csv":                                      "curfews 69 taken 0 rejected 0 points",
		"admin-katottg/kodifikator-16-05-2025.csv":                        "areas 31748 taken 0 rejected 0 points",
		"admin-boundaries/adm3_poltavska_oblast.poltavskyy_rayon.geojson": "areas 24 taken 24 rejected 0 points",
	} {
		text, err := os.ReadFile(filepath.Join(real, file))
		if err != nil {
			t.Error(err)
			continue
		}
		cfg := ukraine()
		if !strings.Contains(file, "katottg") {
			cfg.Area = "UA68"
		}
		if strings.Contains(file, "-us-") || strings.Contains(file, "-uk-") {
			cfg.ServiceArea, cfg.Area = geo.BBox{}, ""
		}
		rows, err := read(string(text), cfg)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		taken, points := 0, 0
		as := report.Collection("")
		for _, r := range rows {
			if len(r.Problems) > 0 {
				continue
			}
			taken, as = taken+1, r.Record.Facts.Collection()
			if r.Record.HasPoint {
				points++
			}
			if r.Record.HasPoint && r.Record.Point[0] == 0 && r.Record.Point[1] == 0 {
				t.Errorf("%s: row %d at 0, 0", file, r.Number)
			}
		}
		if got := fmt.Sprintf("%s %d taken %d rejected %d points", as, taken, len(rows)-taken, points); got != want {
			t.Errorf("%s: got %s, want %s", file, got, want)
		}
	}
}

// TestCurfewDates: a date-only end includes the night that begins that evening.
func TestCurfewDates(t *testing.T) {
	row := one(t, "rule_id,level,pcode,area_uk,start_local,end_local,valid_from,valid_to,kind,source_date\nc1,oblast,UA32,,23:00,05:00,2026-01-10,2026-01-12,extension,2026-01-09\n", ukraine())
	c, ok := row.Record.Facts.(report.Curfew)
	if !ok || c.ValidTo.Time().Format(time.RFC3339) != "2026-01-13T03:00:00Z" || c.ValidFrom.Time().Format(time.RFC3339) != "2026-01-09T22:00:00Z" {
		t.Errorf("got %+v %v", row.Record.Facts, row.Problems)
	}
	if row.Record.AreaCode != "UA32000000000030281" || row.Record.Confirmed.Time().Format(time.DateOnly) != "2026-01-08" {
		t.Errorf("got %s, %v", row.Record.AreaCode, row.Record.Confirmed.Time())
	}
}

func fuzzRead(f *testing.F, format string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cfg := ukraine()
		cfg.Format, cfg.As = format, report.Hubs
		box := cfg.ServiceArea
		err := intake.Read(strings.NewReader(text), cfg, func(r intake.Row) error {
			if len(r.Problems) == 0 && r.Record.HasPoint && !box.ContainsPoint(r.Record.Point) {
				t.Errorf("%q: a point outside: %v", text, r.Record.Point)
			}
			return nil
		})
		if err != nil && !errors.Is(err, intake.ErrFile) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func FuzzCSV(f *testing.F) {
	fuzzRead(f, "csv", "name;lon;lat\na;30,5;50,4\n", "\ufeffНазва\tШирота\tДовгота\nx\tN 50° 27’ 0\"\tE 30° 31’ 12\"\n")
}

func FuzzJSON(f *testing.F) {
	fuzzRead(f, "json", `[{"name":"a","coordinate":{"lat":50.4,"lng":30.5}}]`, `{"hydra:member":[{"name":"a","lat":"50.4","lon":"30.5"}]}`)
}

func FuzzGeoJSON(f *testing.F) {
	fuzzRead(f, "geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[30.5,50.4]},"properties":{"name":"a"}}]}`)
}

func FuzzMapping(f *testing.F) {
	f.Add("as: hubs\nfields: {name: x, point: {from: c, order: \"lat,lon\"}}")
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = intake.ParseMapping([]byte(text)) // it must not panic
	})
}
