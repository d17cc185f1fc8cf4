package filter

import (
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

// Limits of an expression; what is above them is refused. Every name, literal,
// predicate, member of a list, NOT, and chain of AND or of OR is a node. Positions are
// those of all geometries together, and in the length of a pattern % does not count.
const (
	MaxBytes     = 8 << 10
	MaxDepth     = 64
	MaxNodes     = 200
	MaxPositions = 1000
	MaxPattern   = 255
)

// Expr is an expression in CQL2 that was found right. It does not change and is safe
// for concurrent use.
type Expr struct {
	root     node
	uses     []bool
	geometry bool
}

// Match reports whether the expression is true for a feature: false and unknown do not
// match. The values stand in the order of the properties that [Parse] was given; those
// that it does not use may be anything. It needs no memory.
func (e *Expr) Match(values []Value, g orb.Geometry) bool { return e.root.eval(values, g) == yes }

// Uses reports whether Match reads the value of a property, by its place among those
// given to [Parse].
func (e *Expr) Uses(i int) bool { return e.uses[i] }

// UsesGeometry reports whether Match reads the geometry.
func (e *Expr) UsesGeometry() bool { return e.geometry }

// Bound returns a box that every feature meets for which the expression is true, if
// the expression implies one.
func (e *Expr) Bound() (geo.BBox, bool) { return boundOf(e.root) }

// truth is a value of three-valued logic, in such an order that AND is the least and
// OR the greatest.
type truth int8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// node is an expression or a part of one with a truth of its own.
type node interface {
	eval(values []Value, g orb.Geometry) truth
}

type (
	allOf  []node
	anyOf  []node
	notOf  struct{ of node }
	isNull struct{ of node } // unknown whether it is true
)

func (n allOf) eval(values []Value, g orb.Geometry) truth {
	least := yes
	for _, each := range n {
		if least = min(least, each.eval(values, g)); least == no {
			break
		}
	}
	return least
}

func (n anyOf) eval(values []Value, g orb.Geometry) truth {
	most := no
	for _, each := range n {
		if most = max(most, each.eval(values, g)); most == yes {
			break
		}
	}
	return most
}

func (n notOf) eval(values []Value, g orb.Geometry) truth { return yes - n.of.eval(values, g) }

func (n isNull) eval(values []Value, g orb.Geometry) truth {
	return truthOf(n.of.eval(values, g) == unknown)
}

// hasGeometry is true where there is one: the geometry itself as an operand.
type hasGeometry struct{}

func (hasGeometry) eval(_ []Value, g orb.Geometry) truth {
	if g == nil {
		return unknown
	}
	return yes
}

// meets is S_INTERSECTS of the geometry and a literal.
type meets struct {
	shape geo.Shape
	box   geo.BBox // round the literal
}

func (n *meets) eval(_ []Value, g orb.Geometry) truth {
	if g == nil {
		return unknown
	}
	return truthOf(n.shape.Meets(g))
}

// boundOf returns a box that whatever makes the node true must meet.
func boundOf(n node) (geo.BBox, bool) {
	var out geo.BBox
	found := false
	switch n := n.(type) {
	case *meets:
		return n.box, true
	case allOf: // any of them would do: the smallest
		for _, each := range n {
			if b, ok := boundOf(each); ok && (!found || area(b) < area(out)) {
				out, found = b, true
			}
		}
	case anyOf:
		for i, each := range n {
			b, ok := boundOf(each)
			if !ok {
				return geo.BBox{}, false
			}
			if i == 0 {
				out = b
			}
			out, found = around(out, b), true
		}
	}
	return out, found
}

func area(b geo.BBox) float64 {
	width := b.East - b.West
	if width < 0 {
		width += 360
	}
	return width * (b.North - b.South)
}

// around returns a box round both: round the world where one of several crosses the
// antimeridian.
func around(a, b geo.BBox) geo.BBox {
	if a == b {
		return a
	}
	out := geo.BBox{
		West: min(a.West, b.West), South: min(a.South, b.South),
		East: max(a.East, b.East), North: max(a.North, b.North),
	}
	if a.West > a.East || b.West > b.East {
		out.West, out.East = -180, 180
	}
	return out
}
