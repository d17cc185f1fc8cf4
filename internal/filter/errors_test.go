package filter_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"example.org/teplo/internal/filter"
)

func TestParseErrors(t *testing.T) {
	tests := []struct {
		text     string
		position int
		reason   string
	}{
		{"", 1, "the filter is empty"},
		{" \n", 1, "the filter is empty"},
		{strings.Repeat(" ", 8192) + "true", 1, "the filter is longer than 8192 bytes"},
		{"name = 'є\xff'", 10, "the filter is not UTF-8"},
		{"name = '\uFFFD\xff'", 10, "the filter is not UTF-8"},
		{"name", 5, "the filter ends where a comparison should be"},
		{"name =", 7, "the filter ends where a property or a value should be"},
		{"name = 'їжак", 8, "the quotation that begins here has no end"},
		{"'їжа' = nme", 9, `there is no property "nme"`},
		{"Name = 'x'", 1, `there is no property "Name"`},
		{"name == 'x'", 7, `"=" stands where a property or a value should be`},
		{"name != 'x'", 6, "! is no operator: unequal is <>, the contrary NOT"},
		{`name = "x"`, 8, `there is no property "x"`},
		{"name = 'x' name", 12, `"name" stands where AND, OR or the end should be`},
		{"name = 'x' AND", 15, "the filter ends where a property or a value should be"},
		{"name = 'x')", 11, `")" stands where AND, OR or the end should be`},
		{"(name = 'x'", 12, "the filter ends where AND, OR or ) should be"},
		{"name = 'it\\'s'", 13, `"s" stands where AND, OR or the end should be`},
		{"name = 5", 8, "a number cannot be compared with name (a text)"},
		{"5 = name", 5, "name (a text) cannot be compared with a number"},
		{"capacity > name", 12, "name (a text) cannot be compared with capacity (a number)"},
		{"disputed = 'yes'", 12, "a text cannot be compared with disputed (TRUE or FALSE)"},
		{"capacity IN (1, 'x')", 17, "a text cannot be compared with capacity (a number)"},
		{"capacity IN ()", 14, `")" stands where a property or a value should be`},
		{"capacity IN (1", 15, "the filter ends where , or ) should be"},
		{"capacity BETWEEN 1 OR 2", 20, `"OR" stands where AND should be`},
		{"capacity BETWEEN 1 AND TRUE", 24, "TRUE or FALSE cannot be compared with capacity (a number)"},
		{"capacity LIKE '1%'", 1, "capacity (a number) cannot be compared with a pattern"},
		{"name LIKE name_en", 11, `"name_en" stands where a pattern in single quotes should be`},
		{`name LIKE 'a\'`, 11, `the pattern ends with its escape character \`},
		{"name NOT 'x'", 10, "the text \"x\" stands where LIKE, BETWEEN or IN should be"},
		{"name = NULL", 8, "NULL stands only after IS and IS NOT"},
		{"name IS 'x'", 9, `the text "x" stands where NULL should be`},
		{"name = LIKE", 8, `"LIKE" stands where a property or a value should be`},
		{"capacity = 12abc", 12, `"12abc" is not a number`},
		{"capacity = 1e", 12, `"1e" is not a number`},
		{"capacity = 1e999", 12, `the number "1e999" is out of range`},
		{"capacity + 1 > 5", 10, "there is no arithmetic here"},
		{"capacity > 5 * 2", 14, "there is no arithmetic here"},
		{"updated_at > 'noon'", 14, `"noon" is not TIMESTAMP('2026-11-25T08:00:00Z') or DATE('2026-11-25')`},
		{"updated_at > '2026-11-25T10:00:00'", 14, `"2026-11-25T10:00:00" is not TIMESTAMP('2026-11-25T08:00:00Z') or DATE('2026-11-25')`},
		{"updated_at > DATE('2026-02-30')", 19, `"2026-02-30" is not TIMESTAMP('2026-11-25T08:00:00Z') or DATE('2026-11-25')`},
		{"updated_at > TIMESTAMP('2026-11-25')", 24, `"2026-11-25" is not TIMESTAMP('2026-11-25T08:00:00Z') or DATE('2026-11-25')`},
		{"updated_at > TIMESTAMP('2026-11-25T1:00:00.0Z')", 24, `"2026-11-25T1:00:00.0Z" is not TIMESTAMP('2026-11-25T08:00:00Z') or DATE('2026-11-25')`},
		{"updated_at > TIMESTAMP('2026-11-25T10:00:00,5Z')", 24, `"2026-11-25T10:00:00,5Z" is not TIMESTAMP('2026-11-25T08:00:00Z') or DATE('2026-11-25')`},
		{"CASEI('2026-11-25') < updated_at", 23, "updated_at (a time) cannot be compared with a text"},
		{"updated_at > 5", 14, "a number cannot be compared with updated_at (a time)"},
		{"name IN ('2026-11-25', updated_at)", 10, "a time cannot be compared with name (a text)"},
		{"CASEI(capacity) = 5", 7, "CASEI needs a text, not capacity (a number)"},
		{"ACCENTI(name) = 'x'", 1, "ACCENTI is not supported, accents count"},
		{"upper(name) = 'X'", 1, `there is no function "upper"`},
		{"t_after(updated_at, DATE('2026-01-01'))", 1, `"t_after" is not supported, times are compared by <, = and >`},
		{"geometry = 'x'", 10, `"=" stands where IS NULL or IS NOT NULL should be`},
		{"'x' = geometry", 7, "geometry stands only in S_INTERSECTS and before IS NULL"},
		{"POINT(1 2) = geometry", 1, "a geometry stands only in S_INTERSECTS"},
		{"S_WITHIN(geometry, BBOX(1,2,3,4))", 1, `"S_WITHIN" is not supported, of spatial functions only S_INTERSECTS is`},
		{"S_INTERSECTS(name, POINT(1 2))", 14, `"name" stands where geometry, BBOX(west, south, east, north) or a geometry in WKT should be`},
		{"S_INTERSECTS(geometry, POINT(90 180))", 33, `the latitude "180" is not within -90 and 90`},
		{"S_INTERSECTS(geometry, MULTIPOINT(7 49, 181 0))", 41, `the longitude "181" is not within -180 and 180`},
		{"S_INTERSECTS(geometry, POINT(1))", 31, `")" stands where a latitude should be`},
		{"S_INTERSECTS(geometry, POINT EMPTY)", 30, "an empty geometry meets nothing"},
		{"S_INTERSECTS(geometry, POINT M (1 2 3))", 30, "measures are not supported"},
		{"S_INTERSECTS(geometry, ENVELOPE(1,2,3,4))", 24, "ENVELOPE is not supported, BBOX(west, south, east, north) is"},
		{"S_INTERSECTS(geometry, BBOX(1,2,3))", 28, "of the BBOX: needs 4 or 6 numbers, has 3"},
		{"S_INTERSECTS(geometry, BBOX(1,4,3,2))", 28, "of the BBOX: south 4 is above north 2"},
		{"S_INTERSECTS(geometry, BBOX(1,2,3,4)", 37, "the filter ends where ) should be"},
		{"S_INTERSECTS(geometry, LINESTRING(1 2))", 34, "the list has 1 positions, at least 2 are needed"},
		{"S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 1)))", 32, "the ring is not closed, its last position is not its first"},
		{"S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 0 0)))", 32, "the list has 3 positions, at least 4 are needed"},
		{"S_INTERSECTS(geometry, GEOMETRYCOLLECTION(BBOX(1,2,3,4)))", 43, `"BBOX" stands where a geometry in WKT should be`},
		{"S_INTERSECTS(geometry)", 22, `")" stands where , should be`},
		{strings.Repeat("я", 50) + " = 1", 1, `there is no property "` + strings.Repeat("я", 40) + `"...`},
	}
	for _, tt := range tests {
		e, err := filter.Parse(tt.text, properties)
		var syntax *filter.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: got %v, %v, want an error", tt.text, e, err)
			continue
		}
		if syntax.Position != tt.position || syntax.Reason != tt.reason {
			t.Errorf("%s: got %v, want at character %d: %s", tt.text, err, tt.position, tt.reason)
		}
	}
}

func TestLimits(t *testing.T) {
	of := func(n int, what string) string { return strings.TrimSuffix(strings.Repeat(what+",", n), ",") }
	points := func(n int) string { return "S_INTERSECTS(geometry, MULTIPOINT(" + of(n, "1 2") + "))" }
	tests := []struct {
		name       string
		of         func(n int) string
		most       int
		wantReason string
	}{
		{"bytes", func(n int) string { return strings.Repeat(" ", n-4) + "true" }, 8192, "longer than 8192 bytes"},
		{"parentheses", func(n int) string { return strings.Repeat("(", n) + "true" + strings.Repeat(")", n) }, 64, "more than 64 deep"},
		{"parentheses one after the other", func(n int) string { return "(true)" + strings.Repeat(" OR (true)", n-1) }, 199, "more than 200 parts"},
		{"NOT", func(n int) string { return strings.Repeat("NOT ", n) + "true" }, 64, "more than 64 deep"},
		{"CASEI", func(n int) string { return strings.Repeat("CASEI(", n) + "'x'" + strings.Repeat(")", n) + "='x'" }, 64, "more than 64 deep"},
		{"CASEI of a pattern", func(n int) string { return "name LIKE " + strings.Repeat("CASEI(", n) + "'x'" + strings.Repeat(")", n) }, 64, "more than 64 deep"},
		{"collections", func(n int) string {
			return "S_INTERSECTS(geometry, " + strings.Repeat("GEOMETRYCOLLECTION(", n) + "POINT(1 2)" + strings.Repeat(")", n) + ")"
		}, 64, "more than 64 deep"},
		{"chain", func(n int) string { return "true" + strings.Repeat(" AND true", n-1) }, 199, "more than 200 parts"},
		{"list", func(n int) string { return "capacity IN (" + of(n, "1") + ")" }, 198, "more than 200 parts"},
		{"pattern", func(n int) string { return "name LIKE '%" + strings.Repeat("_", n-1) + "a%'" }, 255, "longer than 255 characters"},
		{"pattern that folding makes longer", func(n int) string { return "name LIKE CASEI('" + strings.Repeat("ß", n) + "')" }, 127, "longer than 255 characters"},
		{"positions", points, 1000, "more than 1000 positions"},
		{"positions of two", func(n int) string { return points(400) + " OR " + points(n-400) }, 1000, "more than 1000 positions"},
	}
	for _, tt := range tests {
		e, err := filter.Parse(tt.of(tt.most), properties)
		if err != nil {
			t.Errorf("%s, %d: %v", tt.name, tt.most, err)
			continue
		}
		e.Match(feature, kyiv)
		if _, err := filter.Parse(tt.of(tt.most+1), properties); err == nil || !strings.Contains(err.Error(), tt.wantReason) {
			t.Errorf("%s, %d: got %v, want %q", tt.name, tt.most+1, err, tt.wantReason)
		}
	}
}

// FuzzParse: whatever the text, an error names a place in it in a short sentence; what
// is taken can be evaluated, for a feature with everything and for one with nothing, and
// is found in the box that it implies.
func FuzzParse(f *testing.F) {
	for _, text := range append(matching, others...) {
		f.Add(text)
	}
	for _, text := range []string{"(", "name LIKE '\\", "S_INTERSECTS(", "CASEI(", "a=1 AND b=", "\xff", "1.e+", "'", `"`} {
		f.Add(text)
	}
	none := make([]filter.Value, len(properties))
	f.Fuzz(func(t *testing.T, text string) {
		e, err := filter.Parse(text, properties)
		var syntax *filter.SyntaxError
		switch {
		case errors.As(err, &syntax):
			if syntax.Position < 1 || syntax.Position > utf8.RuneCountInString(text)+1 {
				t.Errorf("%q: position %d", text, syntax.Position)
			}
			if n := len(syntax.Reason); n == 0 || n > 400 || !utf8.ValidString(syntax.Reason) || strings.Contains(syntax.Reason, "\n") {
				t.Errorf("%q: reason %q", text, syntax.Reason)
			}
			return
		case err != nil:
			t.Fatalf("%q: %v is no SyntaxError", text, err)
		}
		e.Match(none, nil)
		e.Match(none, kyiv)
		match := e.Match(feature, kyiv)
		if b, ok := e.Bound(); ok && match && !b.ContainsPoint(kyiv) {
			t.Errorf("%q: matches %v outside of its bound %v", text, kyiv, b)
		}
	})
}
