package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Parse reads CQL2-text (OGC 21-065r2) over the properties of a collection and its
// geometry, which is called "geometry": the classes Basic CQL2, Advanced Comparison
// Operators, Case-insensitive Comparison, Basic Spatial Functions with all kinds of
// literals, and Property-Property. An error is a [*SyntaxError].
//
// Keywords take either case, names of properties do not; a name may stand in double
// quotes. In a text a quote is doubled, and \ a character like any other. In a pattern of
// LIKE \ makes the next character a plain one.
//
// Both sides of a comparison must be of one kind, numbers and integers being one. With
// a time may be compared TIMESTAMP('2026-11-25T08:00:00Z'), DATE('2026-11-25'), or such
// a text alone, as the standard's own tests do; a date is a whole day of UTC, and a
// time is compared with it by the day that it lies in. A text that no value of an
// enumeration equals is no error: the comparison is false, as for any other property.
//
// Comparing with null is unknown; so is LIKE, BETWEEN, IN and S_INTERSECTS of it, and
// NOT of unknown.
func Parse(text string, properties []Property) (*Expr, error) {
	p := &parser{text: text, properties: properties, expr: &Expr{uses: make([]bool, len(properties))}}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.next()
	root, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, p.unexpected("AND, OR or the end")
	}
	p.expr.root = root
	return p.expr, nil
}

// parser reads by recursive descent, a token ahead.
type parser struct {
	text       string
	properties []Property
	expr       *Expr
	tok        token // the next one
	after      int   // byte after tok

	depth, nodes, positions int
}

func (p *parser) check() error {
	switch {
	case len(p.text) > MaxBytes:
		return p.fault(0, "the filter is longer than %d bytes", MaxBytes)
	case !utf8.ValidString(p.text):
		return p.fault(len(validPrefix(p.text)), "the filter is not UTF-8")
	case strings.Trim(p.text, " \t\r\n") == "":
		return p.fault(0, "the filter is empty")
	}
	return nil
}

// validPrefix is what comes before the first byte that is not UTF-8.
func validPrefix(s string) string {
	for i, c := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); c == utf8.RuneError && size == 1 {
			return s[:i]
		}
	}
	return s
}

// fault makes an error at a byte.
func (p *parser) fault(at int, format string, args ...any) error {
	return &SyntaxError{Position: utf8.RuneCountInString(p.text[:at]) + 1, Reason: fmt.Sprintf(format, args...)}
}

// unexpected makes an error at the next token.
func (p *parser) unexpected(want string) error {
	switch {
	case p.tok.kind == faulty:
		return p.fault(p.tok.at, "%s", p.tok.text)
	case p.tok.kind == end:
		return p.fault(p.tok.at, "the filter ends where %s should be", want)
	case p.tok.kind == quoted:
		return p.fault(p.tok.at, "the text %s stands where %s should be", short(p.tok.text), want)
	case p.tok.kind == '!':
		return p.fault(p.tok.at, "! is no operator: unequal is <>, the contrary NOT")
	case strings.ContainsRune("+-*/^%", rune(p.tok.kind)):
		return p.fault(p.tok.at, "there is no arithmetic here")
	}
	return p.fault(p.tok.at, "%s stands where %s should be", short(p.tok.text), want)
}

func (p *parser) next() { p.tok, p.after = lex(p.text, p.after) }

// take goes on where the next token is a certain character or keyword.
func (p *parser) take(what string) bool {
	if p.tok.text != what && !p.tok.is(what) || p.tok.kind == quoted || p.tok.kind == name {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(what string) error {
	if !p.take(what) {
		return p.unexpected(what)
	}
	return nil
}

// call reports whether the next token is a name with a parenthesis after it.
func (p *parser) call() bool {
	if p.tok.kind != word {
		return false
	}
	paren, _ := lex(p.text, p.after)
	return paren.kind == '('
}

// add counts a node.
func (p *parser) add(at int) error {
	if p.nodes++; p.nodes > MaxNodes {
		return p.fault(at, "the filter has more than %d parts", MaxNodes)
	}
	return nil
}

// inside reads what is nested one deeper.
func inside[T any](p *parser, read func() (T, error)) (T, error) {
	if p.depth++; p.depth > MaxDepth {
		var none T
		return none, p.fault(p.tok.at, "the filter is nested more than %d deep", MaxDepth)
	}
	defer func() { p.depth-- }()
	return read()
}

func (p *parser) or() (node, error) {
	all, err := chain(p, "OR", p.and)
	if err != nil || len(all) == 1 {
		return first(all), err
	}
	return anyOf(all), nil
}

func (p *parser) and() (node, error) {
	all, err := chain(p, "AND", p.not)
	if err != nil || len(all) == 1 {
		return first(all), err
	}
	return allOf(all), nil
}

// chain reads operands between one and the same keyword. It is one node however long:
// evaluating it goes no deeper.
func chain(p *parser, keyword string, read func() (node, error)) ([]node, error) {
	var all []node
	for {
		n, err := read()
		if err != nil {
			return nil, err
		}
		all = append(all, n)
		at := p.tok.at
		if !p.take(keyword) {
			return all, nil
		}
		if len(all) == 1 {
			if err := p.add(at); err != nil {
				return nil, err
			}
		}
	}
}

func first(all []node) node {
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

func (p *parser) not() (node, error) {
	at := p.tok.at
	if !p.take("NOT") {
		return p.primary()
	}
	if err := p.add(at); err != nil {
		return nil, err
	}
	n, err := inside(p, p.not)
	return notOf{n}, err
}

func (p *parser) primary() (node, error) {
	switch {
	case p.take("("):
		n, err := inside(p, p.or)
		if err != nil {
			return nil, err
		}
		if p.tok.kind != ')' {
			return nil, p.unexpected("AND, OR or )")
		}
		p.next()
		return p.nullTest(n)
	case p.call() && p.tok.is("S_INTERSECTS"):
		return p.intersects()
	case p.isGeometry():
		p.geometryName()
		if !p.tok.is("IS") {
			return nil, p.unexpected("IS NULL or IS NOT NULL")
		}
		return p.nullTest(hasGeometry{})
	}
	return p.predicate()
}

// nullTest reads IS [NOT] NULL, if it is there, after what has a truth.
func (p *parser) nullTest(n node) (node, error) {
	at := p.tok.at
	if !p.take("IS") {
		return n, nil
	}
	negated := p.take("NOT")
	if err := p.expect("NULL"); err != nil {
		return nil, err
	}
	return negate(isNull{n}, negated), p.add(at)
}

func negate(n node, negated bool) node {
	if negated {
		return notOf{n}
	}
	return n
}
