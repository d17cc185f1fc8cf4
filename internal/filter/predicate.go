package filter

// predicate reads an operand and what is said of it.
func (p *parser) predicate() (node, error) {
	a, err := p.operand()
	if err != nil {
		return nil, err
	}
	at := p.tok.at
	if p.tok.kind == operator {
		return p.comparison(a)
	}
	if p.take("IS") {
		negated := p.take("NOT")
		if err := p.expect("NULL"); err != nil {
			return nil, err
		}
		return negate(&isNullValue{a}, negated), p.add(at)
	}
	negated := p.take("NOT")
	var n node
	switch {
	case p.take("LIKE"):
		n, err = p.like(a)
	case p.take("BETWEEN"):
		n, err = p.between(a)
	case p.take("IN"):
		n, err = p.in(a)
	case negated:
		return nil, p.unexpected("LIKE, BETWEEN or IN")
	case a.kind != Bool:
		return nil, p.unexpected("a comparison")
	default:
		return &a, nil
	}
	if err != nil {
		return nil, err
	}
	return negate(n, negated), p.add(at)
}

// comparison reads the operator and the other side.
func (p *parser) comparison(a operand) (node, error) {
	n := comparisons[p.tok.text]
	at := p.tok.at
	p.next()
	b, err := p.operand()
	if err != nil {
		return nil, err
	}
	n.a, n.b = a, b
	if err := p.unify(&n.a, &n.b); err != nil {
		return nil, err
	}
	return &n, p.add(at)
}

// like reads the pattern. The grammar wants a literal there: it is compiled once.
func (p *parser) like(a operand) (node, error) {
	if a.kind != Text {
		return nil, p.fault(a.at, "%s cannot be compared with a pattern", describe(a))
	}
	text, casei, err := p.pattern()
	if err != nil {
		return nil, err
	}
	pattern, err := patternOf(text.text, casei)
	if err != nil {
		return nil, p.fault(text.at, "%s", err)
	}
	return &like{a: a, pattern: pattern}, p.add(text.at)
}

// pattern reads a text, or CASEI of one.
func (p *parser) pattern() (text token, casei bool, err error) {
	if p.tok.is("CASEI") && p.call() {
		p.next()
		p.next()
		text, err = inside(p, func() (token, error) {
			t, _, err := p.pattern()
			return t, err
		})
		if err == nil {
			err = p.expect(")")
		}
		return text, true, err
	}
	if p.tok.kind != quoted {
		return text, false, p.unexpected("a pattern in single quotes")
	}
	text = p.tok
	p.next()
	return text, false, nil
}

// between takes any kind that has an order, not numbers alone as the grammar does:
// clients write it for times too.
func (p *parser) between(a operand) (node, error) {
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.expect("AND"); err != nil {
		return nil, err
	}
	high, err := p.operand()
	if err != nil {
		return nil, err
	}
	n := &between{a, low, high}
	return n, p.unify(&n.a, &n.low, &n.high)
}

// in reads the list, of which the members may be properties too.
func (p *parser) in(a operand) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	n := &in{a: a}
	for {
		member, err := p.operand()
		if err != nil {
			return nil, err
		}
		n.list = append(n.list, member)
		if !p.take(",") {
			break
		}
	}
	if p.tok.kind != ')' {
		return nil, p.unexpected(", or )")
	}
	p.next()
	// All at once: a time among them makes times of the texts before it.
	all := []*operand{&n.a}
	for i := range n.list {
		all = append(all, &n.list[i])
	}
	return n, p.unify(all...)
}

// unify makes operands one kind: where one is a time, texts become times. The error
// names the first that is of another kind than the first of all.
func (p *parser) unify(all ...*operand) error {
	timely := false
	for _, o := range all {
		timely = timely || o.kind == Time
	}
	for _, o := range all {
		if timely && o.kind == Text && o.name == "" && !o.casei {
			if err := p.instant(o, o.literal.text); err != nil {
				return err
			}
		}
	}
	for _, o := range all[1:] {
		if o.kind != all[0].kind {
			return p.fault(o.at, "%s cannot be compared with %s", describe(*o), describe(*all[0]))
		}
	}
	return nil
}

var kindNames = map[Kind]string{Text: "a text", Integer: "a number", Bool: "TRUE or FALSE", Time: "a time"}

// describe names an operand in an error: a property by its name and kind.
func describe(o operand) string {
	if o.name == "" {
		return kindNames[o.kind]
	}
	return o.name + " (" + kindNames[o.kind] + ")"
}
