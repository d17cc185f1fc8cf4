package filter

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// reserved are the keywords that cannot be names of properties without quotes.
var reserved = []string{"AND", "OR", "NOT", "IS", "IN", "LIKE", "BETWEEN", "NULL"}

// operand reads a property, a literal, or CASEI of one of them.
func (p *parser) operand() (operand, error) {
	at, tok := p.tok.at, p.tok
	if err := p.add(at); err != nil {
		return operand{}, err
	}
	switch {
	case tok.kind == quoted:
		p.next()
		// Not TextOf: an empty literal is a text, not null.
		return operand{literal: Value{kind: Text, some: true, text: tok.text}, at: at}, nil
	case tok.kind == number:
		f, err := strconv.ParseFloat(tok.text, 64)
		if err != nil {
			return operand{}, p.fault(at, "the number %s is out of range", short(tok.text))
		}
		p.next()
		return operand{literal: NumberOf(f), kind: Integer, at: at}, nil
	case p.call():
		return p.function()
	case tok.is("TRUE") || tok.is("FALSE"):
		p.next()
		return operand{literal: BoolOf(tok.is("TRUE")), kind: Bool, at: at}, nil
	case tok.is("NULL"):
		return operand{}, p.fault(at, "NULL stands only after IS and IS NOT")
	case tok.kind == name || tok.kind == word && !slices.ContainsFunc(reserved, tok.is):
		return p.property()
	}
	return operand{}, p.unexpected("a property or a value")
}

// property reads a name. The kinds of numbers are one: Integer.
func (p *parser) property() (operand, error) {
	tok := p.tok
	i := slices.IndexFunc(p.properties, func(each Property) bool { return each.Name == tok.text })
	switch {
	case p.isGeometry():
		return operand{}, p.fault(tok.at, "geometry stands only in S_INTERSECTS and before IS NULL")
	case i < 0:
		return operand{}, p.fault(tok.at, "there is no property %s", short(tok.text))
	}
	p.next()
	p.expr.uses[i] = true
	o := operand{name: tok.text, prop: i, kind: p.properties[i].Kind, at: tok.at}
	if o.kind == Number {
		o.kind = Integer
	}
	return o, nil
}

// function reads CASEI, DATE or TIMESTAMP; what else looks like a function is refused
// with what there is instead.
func (p *parser) function() (operand, error) {
	tok := p.tok
	switch f := strings.ToUpper(tok.text); {
	case f == "CASEI":
		p.next()
		p.next()
		o, err := inside(p, p.operand)
		switch {
		case err != nil:
			return o, err
		case o.kind != Text:
			return o, p.fault(o.at, "CASEI needs a text, not %s", describe(o))
		}
		// A literal is folded here, once; only a property must be at each feature.
		o.casei, o.fold = true, o.name != ""
		o.literal.text = folded(o.literal.text)
		return o, p.expect(")")
	case f == "DATE" || f == "TIMESTAMP":
		return p.time(f == "DATE")
	case f == "ACCENTI":
		return operand{}, p.fault(tok.at, "ACCENTI is not supported, accents count")
	case strings.HasPrefix(f, "S_"):
		return operand{}, p.fault(tok.at, "%s is not supported, of spatial functions only S_INTERSECTS is", short(tok.text))
	case strings.HasPrefix(f, "T_") || f == "INTERVAL":
		return operand{}, p.fault(tok.at, "%s is not supported, times are compared by <, = and >", short(tok.text))
	case isGeometryKind(f):
		return operand{}, p.fault(tok.at, "a geometry stands only in S_INTERSECTS")
	}
	if slices.ContainsFunc(reserved, tok.is) {
		return operand{}, p.unexpected("a property or a value")
	}
	return operand{}, p.fault(tok.at, "there is no function %s", short(tok.text))
}

// time reads DATE or TIMESTAMP.
func (p *parser) time(day bool) (operand, error) {
	o := operand{at: p.tok.at}
	p.next()
	p.next()
	tok := p.tok
	if tok.kind != quoted {
		return o, p.unexpected("a text in single quotes")
	}
	p.next()
	if err := p.expect(")"); err != nil {
		return o, err
	}
	o.at = tok.at // where a fault would be
	if day != (len(tok.text) == len(time.DateOnly)) {
		return o, p.notTime(tok.at, tok.text)
	}
	return o, p.instant(&o, tok.text)
}

// instant makes an operand the time that a text tells. The standard wants UTC, "Z";
// any offset is as clear.
func (p *parser) instant(o *operand, text string) error {
	t, err := time.Parse(time.RFC3339, text)
	switch {
	case len(text) == len(time.DateOnly):
		t, err = time.Parse(time.DateOnly, text)
		o.day = true
	// Go takes an hour of one digit and a decimal comma, RFC 3339 does not.
	case len(text) < len("2006-01-02T15:04:05Z") || text[13] != ':' || strings.Contains(text, ","):
		return p.notTime(o.at, text)
	}
	if err != nil {
		return p.notTime(o.at, text)
	}
	seconds := float64(t.Unix()) + float64(t.Nanosecond())/1e9
	o.kind, o.literal = Time, Value{kind: Time, some: true, num: seconds}
	return nil
}

func (p *parser) notTime(at int, text string) error {
	return p.fault(at, "%s is not TIMESTAMP('2026-11-25T08:00:00Z') or DATE('2026-11-25')", short(text))
}
