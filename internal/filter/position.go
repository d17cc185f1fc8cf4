package filter

import (
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// as makes a geometry of what was read, never a typed nil.
func as[G orb.Geometry](g G, err error) (orb.Geometry, error) {
	if err != nil {
		return nil, err
	}
	return g, nil
}

// list reads a list in parentheses of at least so many members.
func list[E any](p *parser, least int, read func() (E, error)) ([]E, error) {
	at := p.tok.at
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var out []E
	for {
		e, err := read()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if !p.take(",") {
			break
		}
	}
	if p.tok.kind != ')' {
		return nil, p.unexpected(", or )")
	}
	if len(out) < least {
		return nil, p.fault(at, "the list has %d positions, at least %d are needed", len(out), least)
	}
	p.next()
	return out, nil
}

// Lines and rings have at least the positions that geo.ParseGeometry asks for; whether
// they cross themselves does not matter to even-odd insides.
func (p *parser) line() (orb.LineString, error) { return list(p, 2, p.position) }

func (p *parser) polygon() (orb.Polygon, error) { return list(p, 1, p.ring) }

func (p *parser) ring() (orb.Ring, error) {
	at := p.tok.at
	ring, err := list(p, 4, p.position)
	if err == nil && ring[0] != ring[len(ring)-1] {
		return nil, p.fault(at, "the ring is not closed, its last position is not its first")
	}
	return ring, err
}

// pointOfMany reads a member of a MULTIPOINT: with parentheses of its own in the
// standard's grammar, without them in its tests.
func (p *parser) pointOfMany() (orb.Point, error) {
	if p.tok.kind == '(' {
		return p.point()
	}
	return p.position()
}

func (p *parser) point() (orb.Point, error) {
	if err := p.expect("("); err != nil {
		return orb.Point{}, err
	}
	point, err := p.position()
	if err != nil {
		return orb.Point{}, err
	}
	return point, p.expect(")")
}

// position reads a longitude, a latitude and perhaps a height.
func (p *parser) position() (orb.Point, error) {
	if p.positions++; p.positions > MaxPositions {
		return orb.Point{}, p.fault(p.tok.at, "the filter has more than %d positions", MaxPositions)
	}
	lon, err := p.coordinate("longitude", 180)
	if err != nil {
		return orb.Point{}, err
	}
	lat, err := p.coordinate("latitude", 90)
	if err != nil {
		return orb.Point{}, err
	}
	if p.tok.kind == number {
		_, err = p.coordinate("height", math.MaxFloat64)
	}
	return orb.Point{lon, lat}, err
}

// coordinate reads a number that is finite and at most so far from 0.
func (p *parser) coordinate(what string, most float64) (float64, error) {
	tok := p.tok
	if tok.kind != number {
		return 0, p.unexpected("a " + what)
	}
	f, err := strconv.ParseFloat(tok.text, 64)
	if err != nil || math.Abs(f) > most {
		return 0, p.fault(tok.at, "the %s %s is not within %v and %v", what, short(tok.text), -most, most)
	}
	p.next()
	return f, nil
}
