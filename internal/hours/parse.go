package hours

import (
	"slices"
	"time"
)

// MaxBytes is the longest value that Parse takes; OSM itself ends at 255 characters.
const MaxBytes = 1000

// Parse reads a value of the OSM key opening_hours (see the package comment for the
// subset). Names of days and months may have any case, hours one digit, spaces stand
// anywhere between the parts. Every error is an *Error. It takes time in proportion
// to the length.
func Parse(value string) (*Hours, error) {
	if len(value) > MaxBytes {
		return nil, &Error{MaxBytes, clip(value[MaxBytes:]), "lies beyond the 1000 bytes that are read"}
	}
	tokens, err := lex(value)
	if err != nil {
		return nil, err
	}
	p := &parser{value: value, tokens: tokens}
	h := &Hours{}
	additional := false
	for {
		r, err := p.rule(len(h.rules) == 0)
		if err != nil {
			return nil, err
		}
		r.additional = additional
		h.rules = append(h.rules, r)
		h.holidays = h.holidays || r.days.holidays
		switch separator := p.next(); {
		case separator.kind == end, separator.kind == ';' && p.peek(0).kind == end:
			return h, nil
		case separator.kind == ';', separator.kind == ',' && p.complete:
			additional = separator.kind == ','
		default:
			return nil, p.unexpected(separator)
		}
	}
}

// parser stands before the first of the tokens that are left.
type parser struct {
	value    string
	tokens   []token
	complete bool // the rule has an end after which "," begins another
}

// peek looks ahead; beyond the last token is nothing but the end.
func (p *parser) peek(ahead int) token { return p.tokens[min(ahead, len(p.tokens)-1)] }

// next takes a token; the end stays.
func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

// accept takes the next token if it is of the kind.
func (p *parser) accept(kind rune) bool {
	if p.peek(0).kind != kind {
		return false
	}
	p.next()
	return true
}

// fail makes the error about a token.
func (p *parser) fail(t token, reason string) error {
	return &Error{t.at, clip(p.value[t.at : t.at+t.size]), reason}
}

// unexpected names what many values hold and the subset leaves out.
func (p *parser) unexpected(t token) error {
	reason := "is not expected here"
	switch t.kind {
	case end:
		reason = "expected more"
	case '[':
		reason = "days counted within the month are not read"
	case '|':
		reason = "fallback rules are not read"
	case '+':
		reason = "open ends are not read"
	case '/':
		reason = "steps are not read"
	case word:
		switch t.text {
		case "sh":
			reason = "school holidays are not read"
		case "week":
			reason = "numbered weeks are not read"
		case "easter", "sunrise", "sunset", "dawn", "dusk":
			reason = "days and times that move are not read"
		case "am", "pm", "a", "p":
			reason = "times have 24 hours"
		default:
			reason = "is not a word of the syntax in this place"
		}
	}
	return p.fail(t, reason)
}

// rule reads one rule up to its separator. One after the first must name days or
// dates: "08:00-12:00; 14:00-16:00" means the second time alone by the specification
// and both to most who write it, and "Mo 10:00-12:00; off" would never open.
func (p *parser) rule(first bool) (r rule, err error) {
	start := p.peek(0)
	p.complete = false
	if r.dates, err = p.dates(); err != nil {
		return r, err
	}
	if r.days, err = p.days(); err != nil {
		return r, err
	}
	if !first && len(r.dates) == 0 && !r.days.any() && start.kind != end {
		if start.kind == word && !slices.Contains([]string{"open", "off", "closed", "unknown"}, start.text) ||
			start.kind != word && start.kind != number && start.kind != comment {
			return r, p.unexpected(start)
		}
		return r, p.fail(start, "a rule after the first names its days, or two readings are in use")
	}
	if r.spans, err = p.spans(); err != nil {
		return r, err
	}
	p.modifier(&r)
	if p.peek(0).at == start.at {
		return r, p.unexpected(start)
	}
	return r, nil
}

// modifier reads state and comment. A comment alone makes the rule unknown
// (specification, "comment"; npm opening_hours does the same).
func (p *parser) modifier(r *rule) {
	r.state = Open
	t := p.peek(0)
	named := t.kind == word
	switch {
	case named && t.text == "open":
	case named && (t.text == "off" || t.text == "closed"):
		r.state = Closed
	case named && t.text == "unknown":
		r.state = Unknown
	default:
		named = false
	}
	if named {
		p.next()
		p.complete = true
	}
	if t := p.peek(0); p.accept(comment) {
		r.comment, p.complete = t.text, true
		if !named {
			r.state = Unknown
		}
	}
}

// weekdayNames stand in the order of time.Weekday.
var weekdayNames = [...]string{"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"}

// weekday tells which day of the week a token names, or that it is PH.
func weekday(t token) (day time.Weekday, holiday, ok bool) {
	if t.kind != word {
		return 0, false, false
	}
	if t.text == "ph" {
		return 0, true, true
	}
	i := slices.Index([]string{"su", "mo", "tu", "we", "th", "fr", "sa"}, t.text)
	return time.Weekday(max(i, 0)), false, i >= 0
}

// days reads a list such as PH,Sa-Mo,We; none if there is none.
func (p *parser) days() (days weekdays, err error) {
	if _, _, ok := weekday(p.peek(0)); !ok {
		return days, nil
	}
	for {
		from, holiday, _ := weekday(p.next())
		to := from
		if !holiday && p.accept('-') {
			t := p.next()
			var ph, ok bool
			if to, ph, ok = weekday(t); !ok || ph {
				return days, p.fail(t, "expected the last day of a range")
			}
			if to == from {
				return days, p.fail(t, "a range has two different days")
			}
		}
		days.holidays = days.holidays || holiday
		for d := from; !holiday; d = (d + 1) % 7 {
			days.week |= 1 << d
			if d == to {
				break
			}
		}
		if _, _, more := weekday(p.peek(1)); p.peek(0).kind != ',' || !more {
			return days, nil
		}
		p.next()
	}
}
