package main_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportRealFolders imports every real folder twice: the second time nothing
// is new or changed.
func TestImportRealFolders(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		file string
		args []string
		want string // the first summary
	}{
		{"hubs-okhtyrka-shelters/shelters.json", nil, ""},
		{"hubs-kyiv-shelters/kyiv_shelters_3districts.csv", []string{"--area", "UA80"}, ""},
		{"hubs-us-chicago-warming/warm_data.json", []string{"--as", "hubs"}, ""},
		{"hubs-us-nyc-shelters/new-york-shelters.json", []string{"--as", "hubs"}, ""},
		{"hubs-uk-warm-spaces/tile_10_504_340.geojson", nil, ""},
		{"hubs-uk-warm-spaces/tile_10_506_335.geojson", nil, ""},
		{"hubs-uk-warm-spaces/tile_10_507_331.geojson", nil, ""},
		{"hubs-ua-press/points_of_invincibility.csv", nil, ""},
		{"outages-khmelnytskyi-reports/archive_2026-07.json", []string{"--area", "UA68"}, ""},
		{"outages-lviv-loe/pw_accidents_2024-11-28.json", nil, ""},
		{"outages-us-kubra/apc__2022-12-05__first300.json", nil, ""},
		{"outages-us-kubra/lgeku__2026-08-22T2139__24abfd41d7.json", nil, ""},
		{"outages-us-pge-2019/pge-outages-2019-06.json", nil, ""},
		{"curfew-ua/curfew_rules.csv", nil, ""},
		{"admin-katottg/kodifikator-16-05-2025.csv", nil, ""},
		{"admin-gazetteer/hromadas.csv", nil, ""},
		{"admin-gazetteer/raions.csv", nil, ""},
		{"admin-gazetteer/oblasts.csv", nil, ""},
		{"admin-boundaries/adm1_oblasts.geojson", nil, ""},
		{"admin-boundaries/adm2_raions.geojson", nil, ""},
	} {
		t.Run(tc.file, func(t *testing.T) {
			if testing.Short() && !strings.Contains(tc.file, "khmelnytskyi") && !strings.Contains(tc.file, "okhtyrka") {
				return // the long form takes them all
			}
			path := realFile(t, tc.file)
			db := filepath.Join(dir, "all.db")
			args := append([]string{"import", path, "--db", db, "--policy", "drill"}, tc.args...)
			first, errs, code := teplo(t, args...)
			t.Log(strings.TrimSpace(first), strings.TrimSpace(errs))
			if code != 0 && code != 65 || !strings.HasPrefix(first, "imported ") {
				t.Fatalf("first: %d %s%s", code, first, errs)
			}
			second, errs, code2 := teplo(t, args...)
			if !strings.HasPrefix(second, "imported 0 new, 0 changed, ") || code2 != code {
				t.Errorf("second: %d %s%s", code2, second, errs)
			}
		})
	}
	if out, errs, code := teplo(t, "check", "--db", filepath.Join(dir, "all.db")); code != 0 {
		t.Errorf("check: %s%s", out, errs)
	}
}

// TestImportRefuses: what cannot be read as a whole leaves nothing behind, and
// says why in one line.
func TestImportRefuses(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "a.db")
	for name, text := range map[string]string{
		"truncated.json": `[{"name":"a","lat":50.4,"lon":30.5,"address":"x"},{"name":`,
		"binary.csv":     "\x00\x01\x02\xff\xfe\x00PK\x03\x04",
		"columns.csv":    "foo,bar\n1,2\n",
		"empty.json":     "",
		"deep.json":      strings.Repeat("[", 100_000),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, errs, code := teplo(t, "import", path, "--db", db, "--as", "hubs")
		if code != 65 || strings.Contains(errs, "panic") || !strings.Contains(errs, name) || out != "" {
			t.Errorf("%s: got %d %q %q", name, code, out, errs)
		}
	}
	if out, _, _ := teplo(t, "import", realFile(t, "hubs-us-nyc-shelters/new-york-shelters.json"), "--db", db, "--as", "hubs"); !strings.Contains(out, "60 rejected of 60") {
		t.Errorf("New York under the policy of Ukraine: %q", out)
	}
}

// TestImportFlags: dry run, strict, rejects, and what the rows of a file with one
// bad row come to.
func TestImportFlags(t *testing.T) {
	dir := t.TempDir()
	db, csv, rejects := filepath.Join(dir, "a.db"), filepath.Join(dir, "пункти.csv"), filepath.Join(dir, "rejects.csv")
	text := "Назва;Широта;Довгота;Графік роботи\nЛіцей 1;50,45;30,52;цілодобово\nЛіцей 2;30,52;50,45;цілодобово\nЛіцей 3;48,85;2,35;цілодобово\n"
	if err := os.WriteFile(csv, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		what string
		args []string
		out  string
		errs string
		code int
	}{
		{"dry run", []string{"--dry-run"}, "imported 2 new, 0 changed, 0 unchanged, 1 rejected of 3\n", "row 3", 65},
		{"strict", []string{"--strict"}, "imported 0 new, 0 changed, 0 unchanged, 1 rejected of 3\n", "nothing was imported", 65},
		{"first", []string{"--rejects", rejects}, "imported 2 new, 0 changed, 0 unchanged, 1 rejected of 3\n", "swapped", 65},
		{"again", nil, "imported 0 new, 0 changed, 2 unchanged, 1 rejected of 3\n", "Довгота", 65},
	} {
		out, errs, code := teplo(t, append([]string{"import", csv, "--db", db, "--as", "hubs"}, tc.args...)...)
		if out != tc.out || code != tc.code || !strings.Contains(errs, tc.errs) {
			t.Errorf("%s: got %d %q %q, want %d %q and %q", tc.what, code, out, errs, tc.code, tc.out, tc.errs)
		}
	}
	if b, err := os.ReadFile(rejects); err != nil || !strings.HasPrefix(string(b), "row,field,value,reason\n3,") {
		t.Errorf("rejects: %q, %v", b, err)
	}
	t.Setenv("TEPLO_DB", db)
	if out, errs, code := teplo(t, "check"); code != 0 || !strings.HasPrefix(out, "ok ") {
		t.Errorf("TEPLO_DB: %d %s%s", code, out, errs)
	}
}

// TestDemo: the same seed and clock give the same bytes, which import takes.
func TestDemo(t *testing.T) {
	dir := t.TempDir()
	var files [2]string
	for i := range files {
		path := filepath.Join(dir, string(rune('a'+i))+".geojsons")
		if _, errs, code := teplo(t, "demo", "-o", path, "--n", "500", "--seed", "7", "--now", "2026-01-15T18:00:00Z"); code != 0 {
			t.Fatal(errs)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[i] = string(b)
	}
	if files[0] != files[1] || strings.Count(files[0], "\x1e") != 500 {
		t.Error("the same seed gave other bytes")
	}
	out, errs, _ := teplo(t, "import", filepath.Join(dir, "a.geojsons"), "--as", "reports", "--db", filepath.Join(dir, "a.db"), "--now", "2026-01-15T18:00:00Z")
	if out != "imported 500 new, 0 changed, 0 unchanged, 0 rejected of 500\n" {
		t.Errorf("import of the demo: %s%s", out, errs)
	}
	out, errs, code := teplo(t, "demo", "--db", filepath.Join(dir, "b.db"), "--n", "2000")
	if code != 0 || !strings.HasPrefix(out, "imported 2000 new") {
		t.Errorf("demo into a store: %d %s%s", code, out, errs)
	}
	s := serve(t, filepath.Join(dir, "b.db"), "--policy", "drill")
	ctx, cancel := context.WithTimeout(t.Context(), timeLimit)
	defer cancel()
	if _, ok := <-s.events(ctx, "/api/live?collections=outages&since=0"); !ok { // the bucket of the last reports ends within two seconds
		t.Fatal("no cell became public")
	}
	if hubs, cells := s.items("/api/collections/hubs/items").NumberMatched, s.items("/api/collections/outages/items").NumberMatched; hubs < 150 || cells < 100 {
		t.Errorf("a synthetic country of %d hubs and %d cells", hubs, cells)
	}
}
