package geo_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"testing"

	"example.org/teplo/geo"
	"github.com/paulmach/orb"
)

func TestAppendGeometry(t *testing.T) {
	tests := []struct {
		g    orb.Geometry
		want string
	}{
		{nil, `null`},
		{orb.Collection{orb.Point{1, 2}}, `null`},
		{orb.Point{30.5, 50}, `{"type":"Point","coordinates":[30.5,50]}`},
		{orb.Point{-30.1234567, -0.0000004}, `{"type":"Point","coordinates":[-30.123457,0]}`},
		{orb.Point{179.9999999, -89.000001}, `{"type":"Point","coordinates":[180,-89.000001]}`},
		{orb.Point{math.Copysign(0, -1), 0.1 + 0.2}, `{"type":"Point","coordinates":[0,0.3]}`},
		{orb.Point{-0.5, 0.000001}, `{"type":"Point","coordinates":[-0.5,0.000001]}`},
		{orb.MultiPoint{{1, 2}, {3, 4}}, `{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}`},
		{orb.LineString{{1, 2}, {3, 4}}, `{"type":"LineString","coordinates":[[1,2],[3,4]]}`},
		{orb.MultiLineString{{{1, 2}, {3, 4}}}, `{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]}`},
		{orb.Polygon{square(0, 0, 1, 1)}, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}`},
		{orb.MultiPolygon{{square(0, 0, 1, 1)}}, `{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,1],[0,0]]]]}`},
	}
	for _, tt := range tests {
		got := string(geo.AppendGeometry([]byte("x"), tt.g))
		if got != "x"+tt.want {
			t.Errorf("%v: got %s, want x%s", tt.g, got, tt.want)
		}
	}
}

// The oracle is strconv's shortest decimal of the rounded number.
func TestAppendGeometryNumbers(t *testing.T) {
	r := random(t)
	for i := range 50000 {
		p := anywhere(r)
		if i%2 == 0 {
			p = orb.Point{float64(r.IntN(360_000_000)-180_000_000) / 1e6, float64(r.IntN(2000)-1000) / 1e6}
		}
		text := func(v float64) string {
			return strconv.FormatFloat(math.Round(v*1e6)/1e6+0, 'f', -1, 64)
		}
		want := `{"type":"Point","coordinates":[` + text(p[0]) + `,` + text(p[1]) + `]}`
		if got := string(geo.AppendGeometry(nil, p)); got != want {
			t.Fatalf("%v: got %s, want %s", p, got, want)
		}
	}
}

func TestAppendGeometryRoundTrip(t *testing.T) {
	r := random(t)
	for range 500 {
		g := orb.MultiPolygon{{star(r, anywhere(r), 3+r.IntN(9), 0, 0)}, {star(r, orb.Point{30, 50}, 12, 1, 3), star(r, orb.Point{30, 50}, 5, 0.1, 0.5)}}
		b := geo.AppendGeometry(nil, g)
		if !json.Valid(b) {
			t.Fatalf("%s is not JSON", b)
		}
		got, err := geo.ParseGeometry(b)
		if err != nil || !near(g, got) {
			t.Fatalf("%v became %v, %v", g, got, err)
		}
	}
}

// near reports whether two geometries are alike but for the seventh decimal.
func near(a, b orb.Geometry) bool {
	return nearValues(reflect.ValueOf(a), reflect.ValueOf(b))
}

func nearValues(a, b reflect.Value) bool {
	if a.Kind() == reflect.Float64 {
		return math.Abs(a.Float()-b.Float()) <= 0.5000001e-6
	}
	if a.Type() != b.Type() || a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if !nearValues(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

func ExampleAppendGeometry() {
	fmt.Printf("%s\n", geo.AppendGeometry(nil, orb.Point{30.52340049, 50.45}))
	// Output: {"type":"Point","coordinates":[30.5234,50.45]}
}

func BenchmarkParseAndAppend(b *testing.B) {
	line := make(orb.LineString, 1000)
	for i := range line {
		line[i] = orb.Point{30 + float64(i)*0.001234, 50 - float64(i)*0.000777}
	}
	text := geo.AppendGeometry(nil, line)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		g, err := geo.ParseGeometry(text)
		if err != nil {
			b.Fatal(err)
		}
		text = geo.AppendGeometry(text[:0], g)
	}
}
