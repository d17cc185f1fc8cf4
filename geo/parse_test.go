package geo_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
)

func TestParseGeometry(t *testing.T) {
	ring := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}
	const ringText = `[[0,0],[1,0],[1,1],[0,0]]`
	tests := []struct {
		in   string
		want orb.Geometry
	}{
		{`{"type":"Point","coordinates":[30.5,50.4]}`, orb.Point{30.5, 50.4}},
		{` { "coordinates" : [ 30.5 , 5.04e1 , -12 ] , "type" : "Point" } ` + "\n", orb.Point{30.5, 50.4}},
		{`{"type":"Point","coordinates":[-180,90]}`, orb.Point{-180, 90}},
		{`{"\u0074ype":"P\u006fint","coordinates":[1,2]}`, orb.Point{1, 2}},
		{`{"type":"Point","crs":{"a":["]}\\\"",1]},"bbox":[1,2,1,2],"x":null,"coordinates":[1,2]}`, orb.Point{1, 2}},
		{`{"type":"MultiPoint","coordinates":[[1,2],[3,4,5]]}`, orb.MultiPoint{{1, 2}, {3, 4}}},
		{`{"type":"LineString","coordinates":[[1,2],[3,4]]}`, orb.LineString{{1, 2}, {3, 4}}},
		{`{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]}`, orb.MultiLineString{{{1, 2}, {3, 4}}}},
		{`{"type":"Polygon","coordinates":[` + ringText + `,` + ringText + `]}`, orb.Polygon{ring, ring}},
		{`{"type":"MultiPolygon","coordinates":[[` + ringText + `],[` + ringText + `]]}`, orb.MultiPolygon{{ring}, {ring}}},
	}
	for _, tt := range tests {
		got, err := geo.ParseGeometry([]byte(tt.in))
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %#v %v, want %#v", tt.in, got, err, tt.want)
		}
	}
}

func TestParseGeometryRefuses(t *testing.T) {
	point := func(coordinates string) string { return `{"type":"Point","coordinates":` + coordinates + `}` }
	many := func(n int) string {
		s := `{"type":"Point","coordinates":[1,2]`
		for i := range n {
			s += fmt.Sprintf(`,"m%d":0`, i)
		}
		return s + "}"
	}
	tests := []struct{ in, field, reason string }{
		{``, "geometry", "is not JSON"},
		{`null`, "geometry", "is not an object"},
		{`[1,2]`, "geometry", "is not an object"},
		{`"Point"`, "geometry", "is not an object"},
		{`{"type":"Point","coordinates":[1,2]`, "geometry", "is not JSON"},
		{point(`[1,2]`) + `x`, "geometry", "nothing after it"},
		{point(`[1,2]`) + point(`[1,2]`), "geometry", "nothing after it"},
		{point(`[1,2]`) + "\x00", "geometry", "nothing after it"},
		{"{\"type\":\"Point\",\"coordinates\":[1,2],\"\xff\":0}", "geometry", "UTF-8"},
		{`{"type":"Point","coordinates":[1,2],}`, "geometry", "is not JSON"},
		{`{"type":"Point","coordinates":[1,2],"coordinates":[1,2]}`, "geometry", `"coordinates" twice`},
		{`{"type":"Point","type":"Point","coordinates":[1,2]}`, "geometry", `"type" twice`},
		{`{"type":"Point","t\u0079pe":"Point","coordinates":[1,2]}`, "geometry", `"type" twice`},
		{`{"type":"Point","a":1,"a":1,"coordinates":[1,2]}`, "geometry", `"a" twice`},
		{many(geo.MaxMembers), "geometry", "more than 64 members"},
		{`{"x":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + `}`, "geometry", "deeper than 32"},
		{`{}`, "geometry.type", "is missing"},
		{`{"coordinates":[1,2]}`, "geometry.type", "is missing"},
		{`{"type":null,"coordinates":[1,2]}`, "geometry.type", "is not a string"},
		{`{"type":7,"coordinates":[1,2]}`, "geometry.type", "is not a string"},
		{`{"type":"point","coordinates":[1,2]}`, "geometry.type", `"point" is not`},
		{`{"type":"GeometryCollection","geometries":[]}`, "geometry.type", "GeometryCollection"},
		{`{"type":"Feature","coordinates":[1,2]}`, "geometry.type", "Feature"},
		{`{"type":"` + strings.Repeat("x", 1000) + `"}`, "geometry.type", "is not Point"},
		{`{"type":"Point"}`, "geometry.coordinates", "are missing"},
		{`{"type":"Polygon"}`, "geometry.coordinates", "are missing"},
		{point(`null`), "geometry.coordinates", "not a list"},
		{point(`[]`), "geometry.coordinates", "fewer than 2"},
		{point(`[30]`), "geometry.coordinates", "fewer than 2"},
		{point(`[1,2,3,4]`), "geometry.coordinates", "more than 3"},
		{point(`[null,null]`), "geometry.coordinates", "not a number"},
		{point(`["1","2"]`), "geometry.coordinates", "not a number"},
		{point(`[[1,2]]`), "geometry.coordinates", "not a number"},
		{point(`{"0":1,"1":2}`), "geometry.coordinates", "not a list"},
		{point(`"[1,2]"`), "geometry.coordinates", "not a list"},
		{point(`[1,true]`), "geometry.coordinates", "not a number"},
		{point(`[999,-999]`), "geometry.coordinates", "[999, -999], is not longitude"},
		{point(`[50.4,130]`), "geometry.coordinates", "is not longitude"},
		{point(`[180.0001,0]`), "geometry.coordinates", "is not longitude"},
		{point(`[1e308,0]`), "geometry.coordinates", "is not longitude"},
		{point(`[1e400,0]`), "geometry.coordinates", "1e400 is out of range"},
		{point(`[1,2,1e999]`), "geometry.coordinates", "out of range"},
		{point(`[1,2,null]`), "geometry.coordinates", "not a number"},
		{`{"type":"MultiPoint","coordinates":[]}`, "geometry.coordinates", "at least 1"},
		{`{"type":"MultiPoint","coordinates":[1,2]}`, "geometry.coordinates", "position 1 is not a list"},
		{`{"type":"LineString","coordinates":[[1,2]]}`, "geometry.coordinates", "at least 2"},
		{`{"type":"LineString","coordinates":[[1,2],null]}`, "geometry.coordinates", "position 2 is not"},
		{`{"type":"MultiLineString","coordinates":[[]]}`, "geometry.coordinates", "at least 2"},
		{`{"type":"Polygon","coordinates":[]}`, "geometry.coordinates", "at least 1"},
		{`{"type":"Polygon","coordinates":[[]]}`, "geometry.coordinates", "at least 4"},
		{`{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}`, "geometry.coordinates", "at least 4"},
		{`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`, "geometry.coordinates", "not closed"},
		{`{"type":"Polygon","coordinates":[[0,0],[1,0],[1,1],[0,0]]}`, "geometry.coordinates", "not a list"},
		{`{"type":"MultiPolygon","coordinates":[[]]}`, "geometry.coordinates", "at least 1"},
		{`{"type":"MultiPolygon","coordinates":5}`, "geometry.coordinates", "nested"},
	}
	for _, tt := range tests {
		g, err := geo.ParseGeometry([]byte(tt.in))
		var e *geo.Error
		switch {
		case !errors.As(err, &e):
			t.Errorf("%.80s: got %v, %v; want an *Error", tt.in, g, err)
		case g != nil:
			t.Errorf("%.80s: a geometry beside the error", tt.in)
		case e.Field != tt.field || !strings.Contains(e.Reason, tt.reason):
			t.Errorf("%.80s: got %q, want %s: %s", tt.in, e, tt.field, tt.reason)
		case len(e.Error()) > 300:
			t.Errorf("%.80s: the error has %d bytes", tt.in, len(e.Error()))
		}
	}
}

// Each input has megabytes; what is quadratic would take hours.
func TestParseGeometryIsLinear(t *testing.T) {
	const n = 1 << 21
	tests := map[string]string{
		"deep coordinates":  `{"type":"MultiPolygon","coordinates":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`,
		"deep and shallow":  `{"type":"Point","x":` + strings.Repeat(strings.Repeat("[", 30)+strings.Repeat("]", 30)+",", n/60) + `0}`,
		"not closed":        `{"type":"Polygon","coordinates":` + strings.Repeat("[", n),
		"white space":       `{` + strings.Repeat(" ", n) + `"type"` + strings.Repeat("\n", n) + `:"Point","coordinates":[` + strings.Repeat("\t", n) + `1,2]}`,
		"one long number":   `{"type":"Point","coordinates":[1` + strings.Repeat("0", n) + `,2]}`,
		"one long fraction": `{"type":"Point","coordinates":[0.` + strings.Repeat("1", n) + `,2]}`,
		"many members":      `{` + strings.Repeat(`"a":1,`, n/6) + `"type":"Point"}`,
		"a long key":        `{"` + strings.Repeat(`\\`, n/2) + `":1}`,
		"collections":       strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 9000) + strings.Repeat(`]}`, 9000),
		"many positions":    `{"type":"MultiPoint","coordinates":[` + strings.Repeat("[0,0],", geo.MaxPositions) + `[0,0]]}`,
		"many small rings":  `{"type":"Polygon","coordinates":[` + strings.Repeat("[[0,0],[0,1],[1,1],[0,0]],", n/26) + `[]]}`,
	}
	for name, in := range tests {
		start := time.Now()
		if g, err := geo.ParseGeometry([]byte(in)); err == nil && name != "white space" && name != "one long fraction" {
			t.Errorf("%s: got %T, want an error", name, g)
		} else if err != nil && len(err.Error()) > 300 {
			t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(in), d)
		}
	}
}

func TestParseGeometryKeepsNoInput(t *testing.T) {
	in := []byte(`{"type":"LineString","coordinates":[[1,2],[3,4]]}`)
	before := string(in)
	g, err := geo.ParseGeometry(in)
	if err != nil || string(in) != before {
		t.Fatalf("error %v, or input changed", err)
	}
	for i := range in {
		in[i] = '9'
	}
	if want := (orb.LineString{{1, 2}, {3, 4}}); !reflect.DeepEqual(g, want) {
		t.Errorf("got %v, want %v", g, want)
	}
}

func ExampleParseGeometry() {
	g, err := geo.ParseGeometry([]byte(`{"type":"Point","coordinates":[30.5234,50.4501]}`))
	fmt.Println(g, err)
	_, err = geo.ParseGeometry([]byte(`{"type":"Point","coordinates":[50.4501,130.5]}`))
	fmt.Println(err)
	// Output:
	// [30.5234 50.4501] <nil>
	// geometry.coordinates: position 1, [50.4501, 130.5], is not longitude -180 to 180, latitude -90 to 90
}

// What parses lies in the world and parses again from what AppendGeometry writes, to
// the same within half of the last decimal.
func FuzzParseGeometry(f *testing.F) {
	for _, s := range []string{
		`{"type":"Point","coordinates":[30.5,50.4]}`,
		`{"type":"MultiPoint","coordinates":[[1,2],[3,4,5]]}`,
		`{"type":"LineString","coordinates":[[1,2],[-0.0000004,4e-7]]}`,
		`{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]],"bbox":[1,2,3,4]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"crs":{"a":"\"]"}}`,
		`{"coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]],"\u0074ype":"MultiPolygon"}`,
		`{"type":"GeometryCollection","geometries":[]}`, `{"type":"Point","type":"Point"}`, `{"a":[[[{}]]]}`, `null`, `{`,
	} {
		f.Add([]byte(s))
	}
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	f.Fuzz(func(t *testing.T, in []byte) {
		g, err := geo.ParseGeometry(in)
		if err != nil {
			var e *geo.Error
			if !errors.As(err, &e) || g != nil || len(e.Error()) > 1000 {
				t.Fatalf("%q: %v beside error %v", in, g, err)
			}
			return
		}
		if b := g.Bound(); !world.Contains(b.Min) || !world.Contains(b.Max) {
			t.Fatalf("%q: %v leaves the world", in, g)
		}
		out := geo.AppendGeometry(nil, g)
		again, err := geo.ParseGeometry(out)
		if err != nil || again.GeoJSONType() != g.GeoJSONType() || !near(g, again) {
			t.Fatalf("%q: %v, written %s, parsed again %v %v", in, g, out, again, err)
		}
		if twice := geo.AppendGeometry(nil, again); string(twice) != string(out) {
			t.Fatalf("%q: written %s, then %s", in, out, twice)
		}
	})
}
