package filter_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/filter"
)

// The properties of the tests, and a feature: a hub in Kyiv.
var (
	properties = []filter.Property{
		{Name: "name", Kind: filter.Text},
		{Name: "category", Kind: filter.Text, Enum: []string{"state", "business"}},
		{Name: "capacity", Kind: filter.Integer},
		{Name: "confidence", Kind: filter.Number},
		{Name: "disputed", Kind: filter.Bool},
		{Name: "updated_at", Kind: filter.Time},
		{Name: "name_en", Kind: filter.Text},
		{Name: "opens_at", Kind: filter.Time},
		{Name: "places", Kind: filter.Integer},
		{Name: "full", Kind: filter.Bool},
		{Name: "date", Kind: filter.Time},
	}
	feature = []filter.Value{
		filter.TextOf("Пункт «Тепло» 100% O'Neill"), filter.TextOf("state"), filter.IntegerOf(120),
		filter.NumberOf(0.75), filter.BoolOf(true), filter.TimeOf(instant("2026-11-25T10:00:00Z")),
		{},
		{},
		{},
		{},
		filter.TimeOf(instant("2022-04-16T00:00:00Z")),
	}
	kyiv = orb.Point{30.5, 50.45}
)

func instant(s string) int64 {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t.Unix()
}

// matching holds what is true of the feature, others what is false or unknown.
var matching = []string{
	// Basic CQL2, as the standard's examples and tests write it.
	"category='state'", "category = 'state'", `"category" = 'state'`, "category <> 'business'", "true", "TRUE",
	"capacity >= 120", "capacity <= 120.0", "capacity > 119.9", "capacity < +1.21e2", "confidence = .75", "confidence < 1.",
	"confidence > -0.5E-1", "updated_at >= date('1970-01-01')", "updated_at=TIMESTAMP('2026-11-25T10:00:00Z')",
	"updated_at > timestamp('2026-11-25T09:59:59.999Z')", "updated_at = TIMESTAMP('2026-11-25T12:00:00+02:00')",
	`"date"=DATE('2022-04-16')`, "date = DATE('2022-04-16')", "disputed = true", "disputed > FALSE", "disputed", "NOT (NOT disputed)",
	"name IS NOT NULL", "name is not null", "name_en IS NULL", "geometry IS NOT NULL", "NOT geometry IS NULL", "NOT '' IS NULL",
	"name = 'Пункт «Тепло» 100% O''Neill'", "name >= 'O'", "name < 'Р'", "name <> ''",
	// AND before OR, NOT before both.
	"true OR true AND false", "(NOT (category = 'x') AND disputed) or not (capacity > 5 OR disputed)",
	"not category = 'x' and disputed", "NOT NOT disputed", "((((disputed))))", "\tdisputed\r\n AND\ndisputed ",
	// Unknown decides nothing that is decided.
	"places > 1 OR disputed", "NOT (places > 1 AND category = 'x')", "(places > 1) IS NULL", "(disputed) IS NOT NULL", "full IS NULL",
	// A day is all of it, and an instant lies in one.
	"updated_at = DATE('2026-11-25')", "updated_at <= DATE('2026-11-25')", "updated_at > DATE('2026-11-24')", "DATE('2026-11-26') > updated_at",
	"updated_at BETWEEN DATE('2026-11-25') AND DATE('2026-11-25')", "updated_at IN ('2026-11-25T10:00:00Z', '2022-04-14T15:52:56Z')",
	"updated_at = '2026-11-25'", "'2026-11-25T10:00:00.5Z' > updated_at", "'2022-04-16' IN (\"date\", updated_at)",
	// Advanced comparison operators.
	"name LIKE 'Пункт%'", "name LIKE '%'", "name like '_%'", "name LIKE '%%'", `name LIKE '%100\%%'`, `name LIKE '%O''N___l'`, "name NOT LIKE 'пункт%'",
	"name LIKE '%Тепло%Neill'", "'København' LIKE 'K_benhavn'", `'a\b' LIKE 'a\\b'`, `'a\b' = 'a\b'`, `'a_c' LIKE 'a\_c'`, "'' LIKE ''", "'' LIKE '%'",
	"capacity BETWEEN 120 AND 120", "capacity between 100.0 and 150.0", "capacity NOT BETWEEN 1 AND 5", "capacity BETWEEN 0 AND 150 AND disputed",
	"150 BETWEEN capacity AND 200", "places NOT BETWEEN 5 AND 1 OR disputed", "category IN ('state','business')", "category NOT IN ('x')",
	"capacity in (1, 2, 120)", "disputed IN (true)", "category IN ('x', name, category)", "capacity IN (places, 120)",
	// Case-insensitive comparison, by full case folding.
	"CASEI(name) LIKE CASEI('ПУНКТ%')", "casei(name) LIKE 'пункт%'", "CASEI(category) = casei('STATE')", "CASEI('Straße') = CASEI('STRASSE')",
	"CASEI('Οδος') = CASEI('ΟΔΟΣ')", "CASEI(category) IN (CASEI('x'), CASEI('State'))", "CASEI(CASEI(category)) = 'state'", "CASEI('ЇЖА') LIKE CASEI('ї_а')",
	"CASEI('ẞ') LIKE '__'", "CASEI('ЁЖ') > CASEI(name)", "CASEI('Ⅷ') = 'ⅷ'",
	// Property with property, value with value.
	"name = name", "updated_at > date", "120 = capacity", "capacity > confidence", "'foo' = 'foo'", "3.14 <> 1", "DATE('2022-04-14') <= DATE('2022-04-14')",
	// What QGIS makes of its own expressions.
	`((category = 'state') AND ("name_en" IS NULL))`, "(NOT (category = 'x'))", `(CASEI(name) LIKE CASEI('пункт%'))`, `category IN ('x','state')`,
	"S_INTERSECTS(geometry,BBOX(30,50,31,51))", "S_INTERSECTS(geometry,POINT(30.5 50.45))", `("updated_at" >= TIMESTAMP('2026-11-25T10:00:00.000Z'))`,
	// Spatial functions.
	"S_INTERSECTS(geometry,BBOX(-180,-90,180,90))", "s_intersects(bbox(30,50,0,31,51,900), geometry)", "S_INTERSECTS(geometry, geometry)",
	"S_INTERSECTS(geometry, BBOX(30, 50, -170, 51))", `S_INTERSECTS("geometry", POLYGON((30 50, 31 50, 31 51, 30 51, 30 50)))`,
	"S_INTERSECTS(geometry, LINESTRING(30.5 50, 30.5 51))", "S_INTERSECTS(geometry, MULTIPOINT(7 49, 30.5 50.45))", "S_INTERSECTS(geometry, MULTIPOINT((30.5 50.45)))",
	"S_INTERSECTS(geometry, MULTILINESTRING((-180 -45, 0 -45), (30 50.45, 31 50.45)))", "S_INTERSECTS(geometry, POINT Z (30.5 50.45 179))",
	"S_INTERSECTS(geometry, MULTIPOLYGON(((0 0, 10 0, 10 10, 0 10, 0 0)), ((30 50, 31 50, 31 51, 30 50))))",
	"S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(7 49), POLYGON((30 50, 31 50, 31 51, 30 51, 30 50))))", "S_INTERSECTS(BBOX(0,0,1,1), POINT(1 1))",
}

var others = []string{
	"false", "category='State'", "category = 'no such word'", "name_en = 'x'", "name_en <> 'x'", "NOT name_en = 'x'", "NOT (places > 1 OR full)", "full", "NOT full",
	"places > 1 AND disputed", "name_en LIKE '%'", "name_en NOT LIKE '%'", "places IN (1)", "places NOT IN (1)", "capacity NOT IN (places, 5)", "places NOT BETWEEN 1 AND 5",
	"places = places", "name = ''", "name LIKE ''", "capacity BETWEEN 150 AND 100", "capacity BETWEEN places AND 500", "CASEI(name_en) = 'x'", "name IS NULL",
	"capacity <> 120", "capacity < 120", "capacity > 120", "updated_at < DATE('2026-11-25')", "updated_at > DATE('2026-11-25')", "updated_at <> DATE('2026-11-25')",
	"name LIKE 'пункт%'", "name LIKE 'Пункт'", `name LIKE '%100\_%'`, "name LIKE '%Neil_l'", "disputed AND NOT disputed", "disputed < FALSE", "geometry IS NULL",
	"CASEI(category) = 'STATE'", "S_INTERSECTS(geometry, BBOX(31, 50, -170, 51))", "S_INTERSECTS(geometry, POINT(30.5 50.46))", "S_INTERSECTS(POINT(0 0), POINT(1 1))",
	"S_INTERSECTS(geometry, POLYGON((30 50, 31 50, 31 51, 30 51, 30 50), (30.4 50.4, 30.6 50.4, 30.6 50.5, 30.4 50.5, 30.4 50.4)))", "opens_at > '2026-11-25'",
	"true AND false OR false AND true", "NOT true OR false", "disputed = false", "'' IS NULL",
}

func TestMatch(t *testing.T) {
	for want, texts := range map[bool][]string{true: matching, false: others} {
		for _, text := range texts {
			e, err := filter.Parse(text, properties)
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			if got := e.Match(feature, kyiv); got != want {
				t.Errorf("%s: got %v, want %v", text, got, want)
			}
		}
	}
}

// Every comparison of nothing is unknown, and so is its contrary.
func TestMatchNothing(t *testing.T) {
	none := make([]filter.Value, len(properties))
	for _, text := range []string{
		"S_INTERSECTS(geometry, BBOX(-180,-90,180,90))", "S_INTERSECTS(geometry, geometry)", "geometry IS NOT NULL", "disputed",
		"name = name", "name LIKE '%'", "capacity IN (1, capacity)", "capacity BETWEEN 1 AND capacity", "CASEI(name) <> CASEI('x')", "updated_at < DATE('2026-01-01')",
	} {
		for _, text := range []string{text, "NOT (" + text + ")"} {
			e, err := filter.Parse(text, properties)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.HasPrefix(text, "NOT (geometry IS"); e.Match(none, nil) != want {
				t.Errorf("%s of nothing: got %v, want %v", text, !want, want)
			}
		}
	}
}

func TestUses(t *testing.T) {
	e, err := filter.Parse("CASEI(name) = 'x' OR capacity IN (places) AND NOT disputed", properties)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, p := range properties {
		if e.Uses(i) {
			got = append(got, p.Name)
		}
	}
	if want := "[name capacity disputed places]"; fmt.Sprint(got) != want || e.UsesGeometry() {
		t.Errorf("uses %v, geometry %v; want %s and no geometry", got, e.UsesGeometry(), want)
	}
	if e, err = filter.Parse("geometry IS NULL", properties); err != nil || !e.UsesGeometry() {
		t.Errorf("uses no geometry: %v", err)
	}
}

func TestBound(t *testing.T) {
	tests := []struct{ text, want string }{
		{"disputed", "none"},
		{"S_INTERSECTS(geometry, BBOX(1,2,3,4))", "{1 2 3 4}"},
		{"S_INTERSECTS(BBOX(170,2,-170,4), geometry)", "{170 2 -170 4}"},
		{"S_INTERSECTS(geometry, LINESTRING(1 2, 3 -4)) AND disputed", "{1 -4 3 2}"},
		{"NOT S_INTERSECTS(geometry, POINT(1 2))", "none"},
		{"S_INTERSECTS(geometry, POINT(1 2)) OR disputed", "none"},
		{"disputed OR S_INTERSECTS(geometry, POINT(1 2))", "none"},
		{"S_INTERSECTS(geometry, POINT(1 2)) OR S_INTERSECTS(geometry, POINT(-3 9))", "{-3 2 1 9}"},
		{"S_INTERSECTS(geometry, BBOX(0,0,9,9)) AND S_INTERSECTS(geometry, BBOX(5,5,6,6)) AND disputed", "{5 5 6 6}"},
		{"S_INTERSECTS(geometry, BBOX(170,2,-170,4)) OR S_INTERSECTS(geometry, POINT(0 9))", "{-180 2 180 9}"},
		{"S_INTERSECTS(geometry, BBOX(170,2,-170,4)) AND S_INTERSECTS(geometry, BBOX(-90,0,90,90))", "{170 2 -170 4}"},
		{"S_INTERSECTS(geometry, BBOX(10,0,-10,9)) AND S_INTERSECTS(geometry, BBOX(-5,0,5,9))", "{-5 0 5 9}"},
		{"S_INTERSECTS(geometry, geometry)", "none"},
	}
	for _, tt := range tests {
		e, err := filter.Parse(tt.text, properties)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		got := "none"
		if b, ok := e.Bound(); ok {
			got = fmt.Sprint(b)
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func ExampleParse() {
	hub := []filter.Property{{Name: "status", Kind: filter.Text}, {Name: "capacity", Kind: filter.Integer}}
	e, err := filter.Parse("status = 'open' AND capacity > 50", hub)
	fmt.Println(e.Match([]filter.Value{filter.TextOf("open"), filter.IntegerOf(80)}, nil), err)
	fmt.Println(e.Match([]filter.Value{filter.TextOf("open"), {}}, nil))
	_, err = filter.Parse("status = open", hub)
	fmt.Println(err)
	// Output:
	// true <nil>
	// false
	// at character 10: there is no property "open"
}
