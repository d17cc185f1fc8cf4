package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPosterSameHours: an area inside with a rule of its own, but the same hours, is
// no difference; other hours are one, and then no hours are told.
func TestPosterSameHours(t *testing.T) {
	t.Parallel()
	const nightly, differ = "Every night from 00:00 to 05:00", "The hours differ between these places: Zhytomyrskyi Raion"
	for name, tc := range map[string]struct{ raion, want, not string }{
		"the same hours": {"00:00,05:00", nightly, differ},
		"other hours":    {"22:00,05:00", differ, nightly},
	} {
		t.Run(name, func(t *testing.T) {
			db := bundled(t)
			file := filepath.Join(filepath.Dir(db), "curfews.csv")
			rows := "rule_id,level,pcode,oblast_uk,area_uk,start_local,end_local,kind,source_date\n" +
				"1,raion,UA1804,Житомирська,Житомирський район," + tc.raion + ",baseline,2026-01-10\n" +
				"2,oblast,UA18,Житомирська,,00:00,05:00,baseline,2026-01-10\n"
			if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, errs, code := teplo(t, "import", file, "--db", db, "--as", "curfews", "--source", "test", "--now", "2026-01-17T00:00:00Z"); code != 0 {
				t.Fatal(out, errs)
			}
			s := serve(t, db, night...)
			_, sheet := s.get("/poster/UA18000000000041385?lang=en")
			if !strings.Contains(sheet, tc.want) || strings.Contains(sheet, tc.not) {
				t.Errorf("want %q, not %q: %s", tc.want, tc.not, sheet)
			}
		})
	}
}
