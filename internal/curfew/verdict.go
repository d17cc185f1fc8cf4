package curfew

import (
	"slices"
	"time"
)

// Verdict says whether a person may go.
type Verdict string

// The verdicts of CONTRACT §3.2, each worse than the one before.
const (
	Allowed     Verdict = "yes"
	Unconfirmed Verdict = "unconfirmed"
	Forbidden   Verdict = "no"
)

// outlook is how far ahead [Answer].Until looks: a nearest answer asks for many
// walks, and a night more costs each a microsecond.
const outlook = 48 * time.Hour

// worse orders verdicts.
func (v Verdict) worse(than Verdict) bool {
	return v != than && (v == Forbidden || than == Allowed)
}

// Ask is a question: may I go?
type Ask struct {
	Places []string // where the walk leads, that of the start first; none is never yes
	// From and To are the whole walk, both included; a To not after From is an
	// instant. A walk of more than 31 days is never yes.
	From, To    time.Time
	Destination Destination
	Mode        Mode
	// ConfirmWithin is how long before an instant of the walk a rule may have been
	// confirmed to count for a yes (policy curfew_confirm_within).
	ConfirmWithin time.Duration
}

// Answer is what the rules say to an [Ask].
type Answer struct {
	Verdict Verdict
	Force   Force    // at From in the first place
	Because []*Rule  // what the verdict rests on, exemptions included, each once; may be shared as [Force].Deciding
	Carry   []string // documents to carry, where a yes rests on an exemption
	Stale   bool     // a yes failed because something was not confirmed lately
	// Until is the first later start at which the same walk gets another verdict (one
	// nanosecond after the last instant at which a rule counts as confirmed, where that
	// is why); zero: not within two days.
	Until time.Time
}

// ruling is a verdict at one place that surely holds from at up to next.
type ruling struct {
	moment
	verdict Verdict
	stale   bool
	by      *Rule // the exemption that gives leave, or leaves a doubt
}

// Verdict answers with the worst of every instant in every place.
func (b *Book) Verdict(a Ask) Answer {
	if len(a.Places) == 0 {
		return Answer{Verdict: Unconfirmed, Force: Force{State: Unknown}}
	}
	lines := b.linesOf(&a)
	a.To = later(a.From, a.To)
	out := Answer{Verdict: Allowed, Force: lines[0].force(a.From)}
	last := earlier(a.To, a.From.Add(horizon))
	var held time.Time // the end of the last piece with the verdict
	t := a.From
	for !t.After(last) {
		piece, next := a.worst(lines, t, &out)
		if t = next; piece == out.Verdict {
			held = next
		}
	}
	switch {
	case a.To.Equal(last):
		out.Until = a.holds(lines, out.Verdict, held, t)
	case out.Verdict == Allowed:
		out.Verdict, out.Carry = Unconfirmed, nil
	}
	return out
}

// linesOf finds what is laid out for the places: the start and the hub are mostly of
// one area.
func (b *Book) linesOf(a *Ask) []timeline {
	lines := make([]timeline, 0, 4)
	for _, place := range a.Places {
		l := b.line(place)
		if !slices.ContainsFunc(lines, func(o timeline) bool { return &o[0] == &l[0] }) {
			lines = append(lines, l)
		}
	}
	return lines
}

// worst is the worst verdict of the places at t, and up to when it surely is that;
// an answer takes the rulings in.
func (a *Ask) worst(lines []timeline, t time.Time, into *Answer) (Verdict, time.Time) {
	worst, next := Allowed, forever
	for _, l := range lines {
		r := a.rule(l, t)
		if next = earlier(next, r.next); r.verdict.worse(worst) {
			worst = r.verdict
		}
		if into != nil {
			into.add(&r)
		}
	}
	return worst, next
}

// add takes a ruling into the answer: the reasons are those of the worst.
func (o *Answer) add(r *ruling) {
	switch {
	case r.verdict.worse(o.Verdict):
		o.Verdict, o.Because, o.Carry, o.Stale = r.verdict, nil, nil, false
	case r.verdict != o.Verdict:
		return
	}
	o.Stale = o.Stale || r.stale
	o.Because = union(o.Because, r.period.reliedOn(r.at, r.state))
	if r.by == nil {
		return
	}
	o.Because = union(o.Because, []*Rule{r.by})
	if r.verdict == Allowed {
		o.Carry = union(o.Carry, r.by.carry())
	}
}

// union appends what is not there yet; what is given may be shared and stays as it is.
func union[T comparable](to, more []T) []T {
	if to == nil {
		return slices.Clip(more)
	}
	for _, x := range more {
		if !slices.Contains(to, x) {
			to = append(to, x)
		}
	}
	return to
}

// holds finds the first later start with another verdict than v. From where what
// holds v ends no v lies in the walk any more, unless more of it begins within the
// walk's length; what is worse comes into the walk its length earlier. Up to t, the
// first instant after the walk that may differ, v was last held until held.
func (a *Ask) holds(lines []timeline, v Verdict, held, t time.Time) time.Time {
	length, last := a.To.Sub(a.From), a.From.Add(outlook)
	for !t.After(held.Add(length)) {
		if t.Add(-length).After(last) {
			return time.Time{}
		}
		piece, next := a.worst(lines, t, nil)
		switch {
		case piece.worse(v):
			return t.Add(-length)
		case piece == v:
			held = next
		}
		t = next
	}
	if held.After(last) {
		return time.Time{}
	}
	return held
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
