package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/paulmach/orb"
)

// Limits of foreign geometry.
const (
	MaxPositions = 1_000_000 // positions of one geometry
	maxMembers   = 64        // members of a geometry object
)

// Error names the member of a geometry that is wrong.
type Error struct {
	Field  string // dotted path, e.g. "geometry.coordinates"
	Reason string
}

// Error implements error.
func (e *Error) Error() string { return e.Field + ": " + e.Reason }

func bad(format string, args ...any) error {
	return &Error{Field: "geometry.coordinates", Reason: fmt.Sprintf(format, args...)}
}

// ParseGeometry reads one GeoJSON geometry (RFC 7946 §3.1) strictly: positions
// of 2 or 3 finite numbers inside the world, at least 2 in a line, rings closed
// with at least 4, nothing empty, no member twice, nothing after it. Heights are
// dropped; GeometryCollection is refused. Errors are of type [*Error]. The time is
// linear in the input.
func ParseGeometry(b []byte) (orb.Geometry, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	kind, raw, err := members(d)
	if err != nil {
		return nil, err
	}
	p := &positions{}
	switch kind {
	case "Point":
		return one(raw, p.point)
	case "MultiPoint":
		return one(raw, func(v any) (orb.MultiPoint, error) { return list(v, 1, p.point) })
	case "LineString":
		return one(raw, p.line)
	case "MultiLineString":
		return one(raw, func(v any) (orb.MultiLineString, error) { return list(v, 1, p.line) })
	case "Polygon":
		return one(raw, p.polygon)
	case "MultiPolygon":
		return one(raw, func(v any) (orb.MultiPolygon, error) { return list(v, 1, p.polygon) })
	default:
		return nil, &Error{Field: "geometry.type", Reason: fmt.Sprintf("%.40q is not Point, MultiPoint, LineString, MultiLineString, Polygon or MultiPolygon", kind)}
	}
}

// members reads the geometry object and returns its type and raw coordinates.
func members(d *json.Decoder) (kind string, raw json.RawMessage, err error) {
	whole := func(reason string) error { return &Error{Field: "geometry", Reason: reason} }
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return "", nil, whole("is not a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return "", nil, whole("is not JSON")
		}
		if seen[key] || len(seen) == maxMembers {
			return "", nil, whole(fmt.Sprintf("has %.40q twice, or too many members", key))
		}
		seen[key] = true
		switch key {
		case "type":
			if err := d.Decode(&kind); err != nil {
				return "", nil, &Error{Field: "geometry.type", Reason: "is not a string"}
			}
		case "coordinates":
			if err := d.Decode(&raw); err != nil {
				return "", nil, bad("are not JSON")
			}
		default:
			var skip json.RawMessage
			if err := d.Decode(&skip); err != nil {
				return "", nil, whole("is not JSON")
			}
		}
	}
	if _, err := d.Token(); err != nil {
		return "", nil, whole("is not JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", nil, whole("has something after it")
	}
	return kind, raw, nil
}

// one decodes coordinates with the reader of their kind.
func one[G orb.Geometry](raw json.RawMessage, read func(any) (G, error)) (orb.Geometry, error) {
	if raw == nil {
		return nil, bad("are missing")
	}
	if depth(raw) > 4 {
		return nil, bad("are nested deeper than 4")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, bad("are not JSON")
	}
	g, err := read(v)
	if err != nil {
		return nil, err
	}
	return g, nil
}

// depth is the deepest nesting of arrays in JSON that holds no strings worth
// minding: brackets inside strings only make it refuse more.
func depth(raw []byte) int {
	now, most := 0, 0
	for _, c := range raw {
		switch c {
		case '[', '{':
			now++
			most = max(most, now)
		case ']', '}':
			now--
		}
	}
	return most
}

// positions reads coordinates and counts them.
type positions struct{ n int }

func (p *positions) point(v any) (orb.Point, error) {
	a, ok := v.([]any)
	if !ok || len(a) < 2 || len(a) > 3 {
		return orb.Point{}, bad("a position is not 2 or 3 numbers")
	}
	if p.n++; p.n > MaxPositions {
		return orb.Point{}, bad("have more than %d positions", MaxPositions)
	}
	var out [3]float64
	for i, e := range a {
		n, ok := e.(json.Number)
		if !ok {
			return orb.Point{}, bad("a position holds something that is not a number")
		}
		f, err := n.Float64()
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return orb.Point{}, bad("%.40s is out of range", n)
		}
		out[i] = f
	}
	if out[0] < -180 || out[0] > 180 || out[1] < -90 || out[1] > 90 {
		return orb.Point{}, bad("[%v, %v] is not longitude -180 to 180, latitude -90 to 90", out[0], out[1])
	}
	return orb.Point{out[0], out[1]}, nil
}

func (p *positions) line(v any) (orb.LineString, error) { return list(v, 2, p.point) }

func (p *positions) polygon(v any) (orb.Polygon, error) {
	return list(v, 1, func(v any) (orb.Ring, error) {
		ring, err := list(v, 4, p.point)
		if err == nil && ring[0] != ring[len(ring)-1] {
			return nil, bad("a ring is not closed")
		}
		return ring, err
	})
}

func list[E any](v any, least int, each func(any) (E, error)) ([]E, error) {
	a, ok := v.([]any)
	if !ok || len(a) < least {
		return nil, bad("a list is missing or has fewer than %d members", least)
	}
	out := make([]E, len(a))
	for i, e := range a {
		var err error
		if out[i], err = each(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}
