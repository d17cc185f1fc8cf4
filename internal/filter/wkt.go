package filter

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

// geometryKinds are the literals of a geometry; ENVELOPE is of older drafts, which do
// not agree on the order of its numbers.
var geometryKinds = []string{
	"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
	"GEOMETRYCOLLECTION", "BBOX", "ENVELOPE",
}

func isGeometryKind(upper string) bool { return slices.Contains(geometryKinds, upper) }

// isGeometry reports whether the next token names the geometry.
func (p *parser) isGeometry() bool {
	return (p.tok.kind == word || p.tok.kind == name) && p.tok.text == "geometry"
}

func (p *parser) geometryName() {
	p.expr.geometry = true
	p.next()
}

// intersects reads S_INTERSECTS, its arguments in either order.
func (p *parser) intersects() (node, error) {
	at := p.tok.at
	p.next()
	p.next()
	a, box, err := p.spatial()
	if err != nil {
		return nil, err
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	b, boxB, err := p.spatial()
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if a == nil { // the literal first
		a, b, box = b, nil, boxB
	}
	var n node = &meets{shape: geo.ShapeOf(a), box: box}
	switch {
	case a == nil: // the geometry meets itself
		n = hasGeometry{}
	case b != nil:
		both := operand{literal: BoolOf(geo.ShapeOf(a).Meets(b)), kind: Bool}
		n = &both
	}
	return n, p.add(at)
}

// spatial reads the geometry's name, as nil, or a literal with a box round it.
func (p *parser) spatial() (orb.Geometry, geo.BBox, error) {
	var box geo.BBox
	if err := p.add(p.tok.at); err != nil {
		return nil, box, err
	}
	switch {
	case p.isGeometry():
		p.geometryName()
		return nil, box, nil
	case p.tok.is("BBOX"):
		return p.bbox()
	case p.tok.kind == word && isGeometryKind(strings.ToUpper(p.tok.text)):
		g, err := p.wkt()
		if err != nil {
			return nil, box, err
		}
		b := geo.ShapeOf(g).Bound()
		return g, geo.BBox{West: b.Min[0], South: b.Min[1], East: b.Max[0], North: b.Max[1]}, nil
	}
	return nil, box, p.unexpected("geometry, BBOX(west, south, east, north) or a geometry in WKT")
}

// bbox reads a box as bbox= has it. As a geometry it is a polygon on each side of the
// antimeridian.
func (p *parser) bbox() (orb.Geometry, geo.BBox, error) {
	p.next()
	at := p.tok.at
	var texts []string
	for sep := "("; p.tok.text == sep; sep = "," {
		p.next()
		if p.tok.kind != number {
			return nil, geo.BBox{}, p.unexpected("a number")
		}
		texts = append(texts, p.tok.text)
		p.next()
	}
	if p.tok.kind != ')' {
		return nil, geo.BBox{}, p.unexpected("a list of numbers in parentheses")
	}
	box, err := geo.ParseBBox(strings.Join(texts, ","))
	if err != nil {
		return nil, box, p.fault(at, "of the BBOX: %s", err)
	}
	p.next()
	var g orb.MultiPolygon
	for _, b := range box.Bounds() {
		g = append(g, b.ToPolygon())
	}
	return g, box, nil
}

// wkt reads a geometry. Heights are read and dropped, as in GeoJSON.
func (p *parser) wkt() (orb.Geometry, error) {
	tok, kind := p.tok, strings.ToUpper(p.tok.text)
	p.next()
	p.take("Z") // says that there are heights, which the positions show themselves
	switch {
	case kind == "ENVELOPE":
		return nil, p.fault(tok.at, "ENVELOPE is not supported, BBOX(west, south, east, north) is")
	case p.tok.is("EMPTY"):
		return nil, p.fault(p.tok.at, "an empty geometry meets nothing")
	case p.tok.is("M") || p.tok.is("ZM"):
		return nil, p.fault(p.tok.at, "measures are not supported")
	}
	switch kind {
	case "POINT":
		return as(p.point())
	case "LINESTRING":
		return as(p.line())
	case "POLYGON":
		return as(p.polygon())
	case "MULTIPOINT":
		return as[orb.MultiPoint](list(p, 1, p.pointOfMany))
	case "MULTILINESTRING":
		return as[orb.MultiLineString](list(p, 1, p.line))
	case "MULTIPOLYGON":
		return as[orb.MultiPolygon](list(p, 1, p.polygon))
	}
	return as[orb.Collection](list(p, 1, func() (orb.Geometry, error) {
		if err := p.add(p.tok.at); err != nil {
			return nil, err
		}
		if p.tok.kind != word || !isGeometryKind(strings.ToUpper(p.tok.text)) || p.tok.is("BBOX") {
			return nil, p.unexpected("a geometry in WKT")
		}
		return inside(p, p.wkt)
	}))
}
