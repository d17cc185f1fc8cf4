package report_test

import (
	"strings"
	"testing"
	"time"

	"example.org/teplo/internal/report"
)

func TestParsePolicy(t *testing.T) {
	p, err := report.ParsePolicy([]byte("min_sources: 3\ndelay: 45m\nretention: {report: 30d}\nwithheld_areas: [UA80]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p.MinSources != 3 || time.Duration(p.Delay) != 45*time.Minute || time.Duration(p.Retention.Report) != 30*24*time.Hour {
		t.Errorf("got %+v", p)
	}
	if p.WidespreadSources != 15 || time.Duration(p.Retention.Note) != 7*24*time.Hour {
		t.Errorf("what was left out changed: %+v", p)
	}
}

func TestParsePolicyRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"min_sorces: 3":                   "min_sorces",
		"min_sources: 0":                  "min_sources",
		"bucket: 5":                       "5",
		"bucket: -5m":                     "-5m",
		"zone: Europe/Nowhere":            "Europe/Nowhere",
		"service_area: [40, 44, 22, 52]":  "service_area",
		"withheld_areas: [UA14, Donetsk]": "DONETSK",
		"retention: {report: 1h}":         "retention",
		"expire: {outage: 0s}":            "expire",
		"half_life: {outages: 6h}":        "outages",
		"anonymous_cells: -1":             "negative",
		"widespread_sources: 2":           "widespread_sources",
		"cell_zoom: 20":                   "cell_zoom",
		"report_grid: 7":                  "report_grid",
	} {
		if _, err := report.ParsePolicy([]byte(text)); err == nil || !strings.Contains(strings.ToUpper(err.Error()), strings.ToUpper(want)) {
			t.Errorf("%s: got %v, want an error that names %s", text, err, want)
		}
	}
}

func FuzzParsePolicy(f *testing.F) {
	f.Add("min_sources: 3\nbucket: 30m\nservice_area: [22, 44, 40, 52]")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := report.ParsePolicy([]byte(text)); err == nil && p.MinSources < 1 {
			t.Errorf("%q: min_sources %d", text, p.MinSources)
		}
	})
}
