package curfew

import (
	"slices"
	"sort"
	"time"
)

// timeline is what holds at one place: periods without gaps, from the zero time to
// [forever].
type timeline []period

// period is a time in which no rule begins, ends or is cancelled: only the hours of
// the night change the answer. Its bounds come from validities alone, so there are
// few however long the rules hold.
type period struct {
	from, to  time.Time
	deciding  []*Rule   // of the highest rank; none: nothing is known, or what exemptions restate
	finer     []*Rule   // under an exceptional rule: who would decide for smaller areas
	doubts    []*Rule   // of an uncertain area
	shaking   []*Rule   // uncertain cancellations of a deciding rule
	exempting []*Rule   // exemptions, also uncertain ones, the smallest area and latest order first
	newest    time.Time // when one of the deciding was last confirmed
}

// lay divides the time of rules that cover one place, given by rank.
func lay(rules []*Rule, baseless map[*Rule]bool) timeline {
	bounds := []time.Time{{}, forever}
	for _, r := range rules {
		bounds = append(bounds, r.From, r.end())
	}
	slices.SortFunc(bounds, time.Time.Compare)
	bounds = slices.CompactFunc(bounds, time.Time.Equal)
	line := make(timeline, len(bounds)-1)
	for i := range line {
		line[i] = newPeriod(rules, baseless, bounds[i], bounds[i+1])
	}
	return line
}

func newPeriod(rules []*Rule, baseless map[*Rule]bool, from, to time.Time) period {
	p := period{from: from, to: to}
	var valid, setting []*Rule
	for _, r := range rules {
		if !r.validAt(from) || voided(r, rules, from) {
			continue
		}
		valid = append(valid, r)
		switch {
		case r.Kind == Exemption:
			p.exempting = append(p.exempting, r)
		case r.cancels() && !baseless[r]:
		case r.Unresolved:
			p.doubts = append(p.doubts, r)
		default:
			setting = append(setting, r)
		}
	}
	p.deciding = leading(setting)
	if len(p.deciding) > 0 { // only below an exceptional rule is there a smaller area
		smaller := func(r *Rule) bool { return len(r.Area) > len(p.deciding[0].Area) }
		if i := slices.IndexFunc(setting, smaller); i >= 0 {
			p.finer = leading(setting[i:])
		}
	}
	p.shaking = shaking(p.deciding, rules, from)
	for _, r := range valid {
		if slices.ContainsFunc(p.deciding, r.renews) && r.Confirmed.After(p.newest) {
			p.newest = r.Confirmed
		}
	}
	return p
}

// leading cuts the rules of the first one's rank.
func leading(ranked []*Rule) []*Rule {
	n := 0
	for n < len(ranked) && compareRank(ranked[0], ranked[n]) == 0 {
		n++
	}
	return ranked[:n:n]
}

// renews reports whether r, valid too, confirms d: it is d, or says the same of the
// same area ("a newer rule with the same hours renews it"). An exemption without
// hours says nothing of hours.
func (r *Rule) renews(d *Rule) bool {
	switch {
	case r == d:
		return true
	case r.Area != d.Area || r.Unresolved || r.Kind == Cancelled || d.Kind == Cancelled:
		return false
	case r.Kind == None || d.Kind == None:
		return r.Kind == d.Kind
	}
	nightly, whole := r.hours()
	itsNightly, itsWhole := d.hours()
	blocks := whole && itsWhole && !nightly && !itsNightly && r.Kind != Exemption
	return r.sameHours(d) || blocks
}

// at finds the period of an instant; the line must not be empty.
func (l timeline) at(t time.Time) *period {
	i := sort.Search(len(l), func(i int) bool { return t.Before(l[i].to) })
	return &l[min(i, len(l)-1)]
}

// judge says whether a curfew is in force, and up to when that surely is so.
func (p *period) judge(t time.Time) (State, time.Time) {
	next := p.to
	if len(p.shaking) > 0 {
		return Unknown, next
	}
	s := p.ranked(t, &next)
	// Never a false "no curfew": a large area's exceptional rule may have been made
	// without a thought of the smaller one's.
	if s == No && len(p.finer) > 0 && agreed(p.finer, t, &next) != No {
		return Unknown, next
	}
	if s == Unknown {
		return s, next
	}
	for _, d := range p.doubts {
		is, until := d.answer(t)
		next = earlier(next, until)
		if is != s {
			return Unknown, next
		}
	}
	return s, next
}

// ranked is the answer of the highest rank, else "in force" where exemptions alone
// restate hours.
func (p *period) ranked(t time.Time, next *time.Time) State {
	if len(p.deciding) > 0 {
		return agreed(p.deciding, t, next)
	}
	s := Unknown
	for _, x := range p.exempting {
		is, until := x.restates(t)
		*next = earlier(*next, until)
		if is {
			s = Yes
		}
	}
	return s
}

// restates reports whether an exemption's own hours say that a curfew is in force.
func (r *Rule) restates(t time.Time) (bool, time.Time) {
	if nightly, _ := r.hours(); !nightly || r.Unresolved {
		return false, forever
	}
	s, until := r.night(t)
	return s == Yes, until
}

// agreed is the one answer of rules of one rank, else unknown.
func agreed(rules []*Rule, t time.Time, next *time.Time) State {
	var s State
	for i, r := range rules {
		is, until := r.answer(t)
		*next = earlier(*next, until)
		switch {
		case i == 0:
			s = is
		case is != s:
			s = Unknown
		}
	}
	return s
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// reliedOn lists the rules that the judgement s at t rests on: those that decide,
// with all that contradict them. The result may be shared: it must not be changed.
func (p *period) reliedOn(t time.Time, s State) []*Rule {
	out, next := p.deciding, p.to
	if len(out) == 0 {
		for _, x := range p.exempting {
			if is, _ := x.restates(t); is {
				out = append(out, x)
			}
		}
	}
	if s != Unknown {
		return out
	}
	if len(p.shaking) > 0 {
		return slices.Concat(out, p.shaking)
	}
	said := p.ranked(t, &next)
	switch {
	case said == Unknown:
	case said == No && len(p.finer) > 0 && agreed(p.finer, t, &next) != No:
		return slices.Concat(out, p.finer)
	default:
		out = slices.Clone(out)
		for _, d := range p.doubts {
			if is, _ := d.answer(t); is != said {
				out = append(out, d)
			}
		}
	}
	return out
}

// confirmed says when what decides at t was last confirmed.
func (p *period) confirmed(t time.Time) time.Time {
	if len(p.deciding) > 0 {
		return p.newest
	}
	var newest time.Time
	for _, x := range p.exempting {
		if is, _ := x.restates(t); is && x.Confirmed.After(newest) {
			newest = x.Confirmed
		}
	}
	return newest
}
