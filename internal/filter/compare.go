package filter

import (
	"cmp"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// operand is a property or a literal.
type operand struct {
	name    string // of a property; "": a literal
	prop    int
	literal Value
	kind    Kind // Integer stands for Number too: they compare alike
	fold    bool // CASEI of a property: fold it whenever it is read
	casei   bool // CASEI of anything
	day     bool // DATE: a whole day of UTC
	at      int
}

// value returns what an operand stands for in a feature.
func (o *operand) value(values []Value) Value {
	if o.name == "" {
		return o.literal
	}
	return values[o.prop]
}

// eval makes an operand that is a Bool a predicate.
func (o *operand) eval(values []Value, _ orb.Geometry) truth {
	v := o.value(values)
	if v.Null() {
		return unknown
	}
	return truthOf(v.Bool())
}

const secondsPerDay = 24 * 60 * 60

// order compares two operands of one kind; false where one of them is null. An instant
// is compared with a day by its own day in UTC, so that exactly one of <, = and > holds.
func order(a, b *operand, values []Value) (int, bool) {
	x, y := a.value(values), b.value(values)
	if x.Null() || y.Null() {
		return 0, false
	}
	switch {
	case a.kind == Text && (a.fold || b.fold):
		return orderFolded(reader{rest: x.text, fold: a.fold}, reader{rest: y.text, fold: b.fold}), true
	case a.kind == Text:
		return strings.Compare(x.text, y.text), true // of UTF-8: by code point
	case a.day || b.day:
		return cmp.Compare(math.Floor(x.num/secondsPerDay), math.Floor(y.num/secondsPerDay)), true
	}
	return cmp.Compare(x.num, y.num), true
}

// comparison is true where the order of its operands is one of three.
type comparison struct {
	a, b                operand
	less, equal, larger bool
}

// comparisons are the operators of CQL2.
var comparisons = map[string]comparison{
	"=":  {equal: true},
	"<>": {less: true, larger: true},
	"<":  {less: true},
	"<=": {less: true, equal: true},
	">":  {larger: true},
	">=": {larger: true, equal: true},
}

func (n *comparison) eval(values []Value, _ orb.Geometry) truth {
	c, ok := order(&n.a, &n.b, values)
	switch {
	case !ok:
		return unknown
	case c < 0:
		return truthOf(n.less)
	case c > 0:
		return truthOf(n.larger)
	}
	return truthOf(n.equal)
}

// between is a BETWEEN low AND high: as a >= low AND a <= high.
type between struct{ a, low, high operand }

func (n *between) eval(values []Value, _ orb.Geometry) truth {
	c, ok := order(&n.a, &n.low, values)
	d, known := order(&n.a, &n.high, values)
	switch {
	case ok && c < 0, known && d > 0:
		return no
	case !ok || !known:
		return unknown
	}
	return yes
}

// in is a IN (list): as a = the first OR a = the second, and so on.
type in struct {
	a    operand
	list []operand
}

func (n *in) eval(values []Value, _ orb.Geometry) truth {
	most := no
	for i := range n.list {
		c, ok := order(&n.a, &n.list[i], values)
		switch {
		case !ok:
			most = unknown
		case c == 0:
			return yes
		}
	}
	return most
}

// isNullValue is IS NULL of a property or a literal.
type isNullValue struct{ of operand }

func (n *isNullValue) eval(values []Value, _ orb.Geometry) truth {
	return truthOf(n.of.value(values).Null())
}
