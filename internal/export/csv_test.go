package export_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/export"
	"example.org/teplo/internal/report"
)

func table(t testing.TB, body []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestCSV: the header is that of the properties with the place last, lines end in CRLF,
// and the position of an area lies inside it.
func TestCSV(t *testing.T) {
	rnd := seeded(t)
	for _, c := range collections {
		list := features(rnd, c, 20, named)
		body := write(t, "csv", selection(c, list))
		if bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) || bytes.Count(body, []byte("\r\n")) != len(list)+1 || bytes.Count(body, []byte("\n")) != len(list)+1 {
			t.Errorf("%s: byte order mark, or lines without CRLF", c)
		}
		rows := table(t, body)
		var want []string
		for _, p := range report.Properties(c) {
			want = append(want, p.Name)
		}
		last := []string{"lon", "lat", "wkt"}
		if _, areal := list[0].Geometry.(orb.MultiPolygon); !areal {
			last = last[:2]
		}
		if want = append(want, last...); !slices.Equal(rows[0], want) {
			t.Errorf("%s: %v", c, rows[0])
		}
		n := len(report.Properties(c))
		for i, row := range rows[1:] {
			lon, _ := strconv.ParseFloat(row[n], 64)
			lat, _ := strconv.ParseFloat(row[n+1], 64)
			if !ground(list[i], orb.Point{lon, lat}) {
				t.Errorf("%s: %v is not in feature %d", c, row[n:], i)
			}
		}
	}
}

// hashtags are those of HXL 1.1 (hxlstandard.org, dictionary).
var hashtags = strings.Fields(`access activity adm1 adm2 adm3 adm4 adm5 affected beneficiary capacity cause channel contact country crisis
	currency date delivery description event frequency geo group impact indicator inneed item loc meta modality need operations org output
	population reached region respondee sector service severity status subsector targeted value`)

var tagSyntax = regexp.MustCompile(`^#([a-z][a-z0-9_]*)((?:\+[a-z][a-z0-9_]*)*)$`)

// hxlFaults is a strict validator: grammar and dictionary of the tags, and what they say
// of the values under them.
func hxlFaults(rows [][]string) []string {
	var faults []string
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if len(rows) < 2 || len(rows[0]) != len(rows[1]) {
		return []string{"no row of tags as long as the header"}
	}
	for i, tag := range rows[1] {
		m := tagSyntax.FindStringSubmatch(tag)
		if m == nil || !slices.Contains(hashtags, m[1]) {
			add("column %s: %q is no tag", rows[0][i], tag)
			continue
		}
		if slices.Index(rows[1], tag) < i {
			add("column %s: %s stands twice", rows[0][i], tag)
		}
		attributes := strings.Split(m[2], "+")[1:]
		sorted := slices.Sorted(slices.Values(attributes))
		if len(slices.Compact(sorted)) < len(attributes) {
			add("column %s: an attribute of %s stands twice", rows[0][i], tag)
		}
		for _, row := range rows[2:] {
			if fault := hxlValue(m[1], attributes, row[i]); fault != "" {
				add("column %s: %q under %s %s", rows[0][i], row[i], tag, fault)
			}
		}
	}
	return faults
}

func hxlValue(hashtag string, attributes []string, v string) string {
	has := func(a string) bool { return slices.Contains(attributes, a) }
	_, notNumber := strconv.ParseFloat(v, 64)
	_, notTime := time.Parse(time.RFC3339, v)
	switch {
	case v == "":
	case v != strings.TrimSpace(v):
		return "has blanks around it"
	case hashtag == "date" && notTime != nil:
		return "is no date"
	case notNumber != nil && (has("num") || has("lat") || has("lon") || slices.Contains([]string{"affected", "population", "inneed", "targeted", "reached", "value"}, hashtag)):
		return "is no number"
	case has("bool") && !slices.Contains([]string{"true", "false", "yes", "no", "unknown"}, v):
		return "is no truth"
	case strings.HasPrefix(hashtag, "adm") && has("code") && !regexp.MustCompile(`^UA[0-9]{2,10}$`).MatchString(v):
		return "is no p-code"
	case has("v_katottg") && !regexp.MustCompile(`^UA[0-9]{17}$`).MatchString(v):
		return "is no KATOTTG code"
	}
	return ""
}

// TestHXL: every column of every collection has a tag that holds, times are dates and
// numbers are numbers, and under the tags stands the same table.
func TestHXL(t *testing.T) {
	rnd := seeded(t)
	for _, c := range collections {
		list := features(rnd, c, 30, named)
		rows := table(t, write(t, "csv-hxl", selection(c, list)))
		for _, fault := range hxlFaults(rows) {
			t.Errorf("%s: %s", c, fault)
		}
		if tags := export.Tags(c); !slices.Equal(rows[1], tags) {
			t.Errorf("%s: %v", c, rows[1])
		}
		for i, p := range report.Properties(c) {
			timed := strings.HasSuffix(p.Name, "_at") || strings.HasPrefix(p.Name, "valid_")
			if timed != strings.HasPrefix(rows[1][i], "#date") {
				t.Errorf("%s: %s has %s", c, p.Name, rows[1][i])
			}
		}
		plain := table(t, write(t, "csv", selection(c, list)))
		if !slices.EqualFunc(plain, slices.Delete(rows, 1, 2), slices.Equal) {
			t.Errorf("%s: the tables differ", c)
		}
	}
}

// The controls: the validator must be seen to find each fault.
func TestHXLFaults(t *testing.T) {
	for _, tt := range []struct{ tag, value, want string }{
		{"#date+start", "2026-01-05T10:00:00Z", ""},
		{"#affected+people+num", "12", ""},
		{"#service+heating+bool", "unknown", ""},
		{"", "", "no tag"},
		{"date", "", "no tag"},
		{"#Date", "", "no tag"},
		{"#date +start", "", "no tag"},
		{"#date++start", "", "no tag"},
		{"#hub+id", "x", "no tag"},
		{"#date+start+start", "", "twice"},
		{"#date+start", "yesterday", "no date"},
		{"#meta+num", "many", "no number"},
		{"#affected", "some", "no number"},
		{"#geo+lat", "50,4", "no number"},
		{"#status+bool", "maybe", "no truth"},
		{"#adm1+code", "Kyiv", "no p-code"},
		{"#loc+name", " Kyiv", "blanks"},
	} {
		faults := hxlFaults([][]string{{"x"}, {tt.tag}, {tt.value}})
		if tt.want == "" && len(faults) > 0 || tt.want != "" && (len(faults) != 1 || !strings.Contains(faults[0], tt.want)) {
			t.Errorf("%s over %q: %v, want %q", tt.tag, tt.value, faults, tt.want)
		}
	}
	if faults := hxlFaults([][]string{{"a", "b"}, {"#date", "#date"}}); len(faults) != 1 {
		t.Errorf("a tag twice: %v", faults)
	}
}
