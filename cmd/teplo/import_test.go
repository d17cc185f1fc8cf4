package main_test

import (
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
