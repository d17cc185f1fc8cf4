package geo

import (
	"encoding/json"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// Limits of foreign geometry; what is above them is refused.
const (
	MaxPositions = 1_000_000 // positions of one geometry
	MaxMembers   = 64        // members of a geometry object
	MaxDepth     = 32        // nesting of a member that is not ours; coordinates nest at most 4 deep
)

// Error names what is wrong with foreign input.
type Error struct {
	Field  string // dotted path: "geometry", "geometry.type", "geometry.coordinates"
	Reason string // one clause, with values from outside cut short
}

// Error returns the field and the reason.
func (e *Error) Error() string { return e.Field + ": " + e.Reason }

func bad(format string, args ...any) error {
	return &Error{Field: "geometry.coordinates", Reason: fmt.Sprintf(format, args...)}
}

// ParseGeometry reads one GeoJSON geometry (RFC 7946 §3.1) strictly: a Point,
// MultiPoint, LineString, MultiLineString, Polygon or MultiPolygon of positions of
// 2 or 3 finite numbers inside the world, at least 2 in a line, rings closed with at
// least 4 (§3.1.6), nothing empty, no member twice, nothing after it, all of it
// UTF-8. Heights are dropped, members other than type and coordinates ignored
// (§6.1), winding stays as it is (§3.1.6), GeometryCollection is refused.
//
// Errors are of type [*Error]. The time is linear in the length of b and the memory
// in what is kept; b itself is not kept.
func ParseGeometry(b []byte) (orb.Geometry, error) {
	if !utf8.Valid(b) || !json.Valid(b) {
		return nil, &Error{Field: "geometry", Reason: "is not JSON in UTF-8, one value and nothing after it"}
	}
	m, err := readMembers(b)
	if err != nil {
		return nil, err
	}
	c := &cursor{b: m.coordinates}
	p := &positions{cursor: c}
	switch m.kind {
	case "Point":
		return geometry(c, p.point)
	case "MultiPoint":
		return geometry(c, func() (orb.MultiPoint, error) { return list(c, 1, p.point) })
	case "LineString":
		return geometry(c, p.line)
	case "MultiLineString":
		return geometry(c, func() (orb.MultiLineString, error) { return list(c, 1, p.line) })
	case "Polygon":
		return geometry(c, p.polygon)
	case "MultiPolygon":
		return geometry(c, func() (orb.MultiPolygon, error) { return list(c, 1, p.polygon) })
	default:
		return nil, &Error{Field: "geometry.type", Reason: fmt.Sprintf(
			"%.40q is not Point, MultiPoint, LineString, MultiLineString, Polygon or MultiPolygon", m.kind)}
	}
}

// geometry reads coordinates by the rules of their type; a typed nil never gets out.
func geometry[G orb.Geometry](c *cursor, read func() (G, error)) (orb.Geometry, error) {
	if c.b == nil {
		return nil, bad("are missing")
	}
	g, err := read()
	if err != nil {
		return nil, err
	}
	return g, nil
}

// positions reads coordinates and counts positions over the whole geometry.
type positions struct {
	*cursor
	n int
}

func (p *positions) point() (orb.Point, error) {
	if p.n++; p.n > MaxPositions {
		return orb.Point{}, bad("have more than %d positions", MaxPositions)
	}
	var v [3]float64
	n := 0
	if !p.take('[') {
		return orb.Point{}, bad("position %d is not a list of numbers", p.n)
	}
	for !p.take(']') {
		text := p.number()
		f, ok := number(text)
		switch {
		case text == "":
			return orb.Point{}, bad("position %d holds something that is not a number", p.n)
		case !ok:
			return orb.Point{}, bad("position %d: %.40s is out of range", p.n, text)
		case n == len(v):
			return orb.Point{}, bad("position %d has more than 3 numbers", p.n)
		}
		v[n] = f
		n++
		p.take(',')
	}
	switch {
	case n < 2:
		return orb.Point{}, bad("position %d has fewer than 2 numbers", p.n)
	case math.Abs(v[0]) > 180 || math.Abs(v[1]) > 90:
		return orb.Point{}, bad("position %d, [%v, %v], is not longitude -180 to 180, latitude -90 to 90", p.n, v[0], v[1])
	}
	return orb.Point{v[0], v[1]}, nil
}

func (p *positions) line() (orb.LineString, error) { return list(p.cursor, 2, p.point) }

func (p *positions) ring() (orb.Ring, error) {
	ring, err := list(p.cursor, 4, p.point)
	if err == nil && ring[0] != ring[len(ring)-1] {
		return nil, bad("the ring that ends at position %d is not closed", p.n)
	}
	return ring, err
}

func (p *positions) polygon() (orb.Polygon, error) { return list(p.cursor, 1, p.ring) }

// list reads an array of at least so many members.
func list[E any](c *cursor, least int, each func() (E, error)) ([]E, error) {
	if !c.take('[') {
		return nil, bad("are not lists nested as the type wants")
	}
	var out []E
	for !c.take(']') {
		e, err := each()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		c.take(',')
	}
	if len(out) < least {
		return nil, bad("have a list of %d where at least %d are needed", len(out), least)
	}
	return out, nil
}
