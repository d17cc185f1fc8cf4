package hours

// spans reads 24/7 or a list of times; the whole day if there is none. A number after
// the comma that is a year begins another rule.
func (p *parser) spans() ([]span, error) {
	if p.peek(0).kind != number {
		return []span{wholeDay}, nil
	}
	if p.peek(0).text == "24" && p.peek(1).kind == '/' && p.peek(2).text == "7" {
		p.next()
		p.next()
		p.next()
		return []span{wholeDay}, nil
	}
	var spans []span
	for {
		s, err := p.span()
		if err != nil {
			return nil, err
		}
		spans = append(spans, s)
		if p.peek(0).kind != ',' || p.peek(1).kind != number || isYear(p.peek(1)) {
			p.complete = true
			return spans, nil
		}
		p.next()
	}
}

// span reads 08:00-17:00. An end at or before the start is of the next day, whether
// it is written 02:00 or 26:00.
func (p *parser) span() (s span, err error) {
	start := p.peek(0)
	if s.from, err = p.clock(); err != nil {
		return s, err
	}
	if s.from >= minutesPerDay {
		return s, p.fail(start, "a time begins before 24:00")
	}
	if t := p.next(); t.kind != '-' {
		if t.kind == '+' || t.kind == word {
			return s, p.unexpected(t)
		}
		return s, p.fail(t, "expected - and the end of the time")
	}
	last := p.peek(0)
	if s.to, err = p.clock(); err != nil {
		return s, err
	}
	if s.to <= s.from {
		// 9:00-5:00 is written for 09:00-17:00 as well as for the night.
		if len(last.text) == 1 && s.to < s.from && s.to+minutesPerDay/2 > s.from {
			return s, p.fail(last, "may be morning or afternoon: hours have two digits where a time runs over midnight")
		}
		s.to += minutesPerDay
	}
	if s.to > s.from+minutesPerDay {
		return s, p.fail(last, "a time lasts a day at most")
	}
	if t := p.peek(0); t.kind == '+' || t.kind == '/' {
		return s, p.unexpected(t)
	}
	return s, nil
}

// clock reads 8:00 or 26:00, in minutes after midnight.
func (p *parser) clock() (minutes int, err error) {
	hour := p.next()
	if hour.kind != number {
		return 0, p.unexpected(hour)
	}
	if len(hour.text) > 2 || hour.n > 48 {
		return 0, p.fail(hour, "expected an hour (0 to 48)")
	}
	switch t := p.next(); t.kind {
	case ':':
	case word:
		return 0, p.unexpected(t)
	default:
		return 0, p.fail(t, "expected : and minutes")
	}
	minute := p.next()
	if minute.kind != number || len(minute.text) != 2 || minute.n > 59 {
		return 0, p.fail(minute, "expected minutes (00 to 59)")
	}
	if minutes = hour.n*60 + minute.n; minutes > 2*minutesPerDay {
		return 0, p.fail(hour, "expected an hour (0 to 48)")
	}
	return minutes, nil
}
