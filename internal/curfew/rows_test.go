package curfew_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"example.org/teplo/internal/curfew"
)

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

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// kyiv reads a local time: a day or a minute.
func kyiv(t testing.TB, text string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02", "2006-01"} {
		if at, err := time.ParseInLocation(layout, text, zone(t, "Europe/Kyiv")); err == nil {
			return at
		}
	}
	t.Fatalf("%q is not a time", text)
	return time.Time{}
}

// clock reads HH:MM as minutes after midnight, blank as none.
func clock(t testing.TB, text string) int {
	t.Helper()
	if text == "" {
		return -1
	}
	at, err := time.Parse("15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return at.Hour()*60 + at.Minute()
}

// smallAreas are the prefixes of what the rows name inside oblasts (KATOTTG of
// 16 May 2025).
var smallAreas = map[string]string{
	"м. Кривий Ріг":          "UA1206017001",
	"Очаківська міська ТГ":   "UA4806025",
	"Нікопольський район":    "UA1208",
	"Синельниківський район": "UA1214",
}

// realRules are the 69 rows as internal/intake understands them: a date-only end
// includes the night that begins then, no start means the source's date.
func realRules(t testing.TB) []curfew.Rule {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "real", "curfew-ua", "curfew_rules.csv")
	f, err := os.Open(path)
	need(t, err == nil, path)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rules []curfew.Rule
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, name := range rows[0] {
			row[name] = cells[i]
		}
		rules = append(rules, realRule(t, row))
	}
	return rules
}

func realRule(t testing.TB, row map[string]string) curfew.Rule {
	t.Helper()
	r := curfew.Rule{
		ID: row["rule_id"], Area: row["pcode"], Kind: curfew.Kind(row["kind"]), Zone: zone(t, "Europe/Kyiv"),
		Start: clock(t, row["start_local"]), End: clock(t, row["end_local"]),
		Confirmed:  kyiv(t, row["source_date"]),
		Exemptions: strings.FieldsFunc(row["exemptions"], func(c rune) bool { return c == ';' }),
	}
	r.From = r.Confirmed
	if row["valid_from"] != "" {
		r.From = kyiv(t, row["valid_from"])
	}
	r.Ordered = r.From
	if to := row["valid_to"]; strings.Contains(to, "T") {
		r.To = kyiv(t, to)
	} else if to != "" {
		end := max(r.End, 0)
		if r.End < 0 {
			end = 12 * 60
		}
		y, m, d := kyiv(t, to).Date()
		r.To = time.Date(y, m, d+1, end/60, end%60, 0, 0, r.Zone)
	}
	switch area, known := smallAreas[row["area_uk"]]; {
	case row["level"] == "country":
		r.Area = ""
	case known:
		r.Area = area
	case row["area_uk"] != "":
		r.Unresolved = true
	}
	return r
}

// without returns the rules but those that drop names.
func without(rules []curfew.Rule, drop func(*curfew.Rule) bool) []curfew.Rule {
	var out []curfew.Rule
	for _, r := range rules {
		if !drop(&r) {
			out = append(out, r)
		}
	}
	return out
}

func ids(rules []*curfew.Rule) string {
	names := make([]string, 0, len(rules))
	for _, r := range rules {
		names = append(names, r.ID)
	}
	return strings.Join(names, " ")
}

func shown(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02T15:04:05.999999999Z")
}
