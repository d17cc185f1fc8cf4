package geo

import "github.com/paulmach/orb"

// Shape is a geometry made ready to be compared with many others: its points, lines
// and polygons apart, each with its bound. The zero Shape meets nothing.
type Shape struct{ parts []part }

// part is a polygon, or a line, or (without both) a point.
type part struct {
	bound orb.Bound
	poly  orb.Polygon
	line  []orb.Point
	one   [1]orb.Point // an array, so that a point needs no memory of its own
}

// ShapeOf prepares a geometry, which it keeps and which must not change any more. It
// takes what [Intersects] takes, and collections and bounds.
func ShapeOf(g orb.Geometry) Shape {
	var s Shape
	anyPart(g, func(p part) bool {
		s.parts = append(s.parts, p)
		return false
	})
	return s
}

// Meets reports whether the two have a point in common. Touching counts; what lies in
// a hole does not meet the polygon. Of rings that cross themselves the even-odd rule
// tells the inside. It needs no memory, and at most as many steps as the positions of
// one times those of the other.
func (s Shape) Meets(g orb.Geometry) bool {
	return anyPart(g, func(p part) bool {
		for i := range s.parts {
			if partsMeet(&s.parts[i], &p) {
				return true
			}
		}
		return false
	})
}

// Bound returns the smallest bound of all parts; of a Shape without any it means
// nothing.
func (s Shape) Bound() orb.Bound {
	var b orb.Bound
	for i, p := range s.parts {
		if i == 0 {
			b = p.bound
		}
		b = b.Union(p.bound)
	}
	return b
}

// anyPart calls do with each part of a geometry until it returns true.
func anyPart(g orb.Geometry, do func(part) bool) bool {
	switch g := g.(type) {
	case orb.Point:
		return do(part{bound: g.Bound(), one: [1]orb.Point{g}})
	case orb.MultiPoint:
		for _, p := range g {
			if do(part{bound: p.Bound(), one: [1]orb.Point{p}}) {
				return true
			}
		}
	case orb.LineString:
		return len(g) > 0 && do(part{bound: g.Bound(), line: g})
	case orb.MultiLineString:
		for _, l := range g {
			if len(l) > 0 && do(part{bound: l.Bound(), line: l}) {
				return true
			}
		}
	case orb.Polygon:
		return doPolygon(g, do)
	case orb.MultiPolygon:
		for _, p := range g {
			if doPolygon(p, do) {
				return true
			}
		}
	case orb.Bound:
		return doPolygon(g.ToPolygon(), do)
	case orb.Collection:
		for _, member := range g {
			if anyPart(member, do) {
				return true
			}
		}
	}
	return false
}

func doPolygon(p orb.Polygon, do func(part) bool) bool {
	return len(p) > 0 && len(p[0]) > 0 && do(part{bound: p[0].Bound(), poly: p})
}

func (p *part) paths() int { return max(1, len(p.poly)) }

func (p *part) path(i int) []orb.Point {
	switch {
	case p.poly != nil:
		return p.poly[i]
	case p.line != nil:
		return p.line
	}
	return p.one[:]
}

func partsMeet(p, q *part) bool {
	if !p.bound.Intersects(q.bound) {
		return false
	}
	for i := range p.paths() {
		for j := range q.paths() {
			if pathsMeet(p.path(i), q.path(j), q.bound) {
				return true
			}
		}
	}
	return holds(p, q) || holds(q, p)
}

// holds reports whether p, of which no edge meets one of q, is a polygon with a path
// of q inside: then any position of the path is.
func holds(p, q *part) bool {
	if p.poly == nil {
		return false
	}
	for i := range q.paths() {
		if path := q.path(i); len(path) > 0 && contains(p.poly, path[0]) {
			return true
		}
	}
	return false
}

// pathsMeet compares each edge of a that comes near the bound of b with each of b. A
// path of one position is an edge from it to itself.
func pathsMeet(a, b []orb.Point, near orb.Bound) bool {
	for i := range edges(a) {
		p, q := a[i], a[min(i+1, len(a)-1)]
		box := orb.Bound{
			Min: orb.Point{min(p[0], q[0]), min(p[1], q[1])},
			Max: orb.Point{max(p[0], q[0]), max(p[1], q[1])},
		}
		if !box.Intersects(near) {
			continue
		}
		for j := range edges(b) {
			r, s := b[j], b[min(j+1, len(b)-1)]
			if max(r[0], s[0]) < box.Min[0] || min(r[0], s[0]) > box.Max[0] ||
				max(r[1], s[1]) < box.Min[1] || min(r[1], s[1]) > box.Max[1] {
				continue
			}
			if segmentsMeet(p, q, r, s) {
				return true
			}
		}
	}
	return false
}

func edges(path []orb.Point) int { return min(len(path), max(1, len(path)-1)) }
