package curfew

import (
	"slices"
	"time"
)

// Destination is what a person goes to.
type Destination string

// The destinations of CONTRACT §3.2 to. Any other has no exemption.
const (
	Hub     Destination = "hub"
	Home    Destination = "home"
	Shelter Destination = "shelter"
)

// Mode is how a person goes.
type Mode string

// The modes of CONTRACT §3.2 by. Any other has no exemption.
const (
	Foot Mode = "foot"
	Car  Mode = "car"
	Taxi Mode = "taxi"
)

// identity is what the orders of January 2026 ask of all who use an exemption.
const identity = "identity_document"

var (
	destinationWords = map[Destination]string{Hub: "hub_access", Home: "go_home", Shelter: "shelter"}
	modeWords        = map[Mode]string{Foot: "on_foot", Car: "private_transport", Taxi: "taxi"}
)

// names reports whether the rule's exemptions name the destination and the mode;
// where they name no mode, it is on foot (CONTRACT §3.2).
func (a *Ask) names(r *Rule) bool {
	has := func(word string) bool { return word != "" && slices.Contains(r.Exemptions, word) }
	if !has(destinationWords[a.Destination]) {
		return false
	}
	if has("on_foot") || has("private_transport") || has("taxi") {
		return has(modeWords[a.Mode])
	}
	return a.Mode == Foot
}

// carry lists the documents that go with an exemption.
func (r *Rule) carry() []string {
	if len(r.Documents) == 0 {
		return []string{identity}
	}
	return r.Documents
}

// rule is the verdict at one place and instant, as if it were the whole walk.
func (a *Ask) rule(l timeline, t time.Time) ruling {
	r := ruling{moment: l.moment(t), verdict: Unconfirmed}
	decided := len(r.period.deciding) > 0
	if !decided && r.state == Unknown {
		return r
	}
	if r.stale = a.staleAt(t, r.period.confirmed(t), &r.next); r.stale {
		if decided { // whatever the night does, it stays unconfirmed
			r.next = r.period.to
		}
		return r
	}
	switch r.state {
	case No:
		r.verdict = Allowed
	case Yes:
		a.exempt(&r)
	}
	return r
}

// staleAt reports whether something confirmed then does not count any more; next is
// lowered to the first instant at which it does not.
func (a *Ask) staleAt(t, confirmed time.Time, next *time.Time) bool {
	stales := confirmed.Add(a.ConfirmWithin + 1)
	if !t.Before(stales) {
		return true
	}
	*next = earlier(*next, stales)
	return false
}

// exempt looks for leave to go during a curfew.
func (a *Ask) exempt(r *ruling) {
	r.verdict = Forbidden
	if a.Destination == Shelter {
		r.verdict = Unconfirmed // nobody is told not to go to a shelter
	}
	for _, x := range r.period.exempting {
		a.permit(r, x)
	}
	for _, x := range r.period.deciding {
		a.permit(r, x)
	}
	if r.by != nil {
		return
	}
	for _, x := range r.period.exempting {
		if !r.period.onlyEnables(x) {
			continue
		}
		is, until := x.answer(r.at)
		if r.next = earlier(r.next, until); is == Yes && r.by == nil {
			r.verdict, r.by = Unconfirmed, x
		}
	}
}

// permit lets one rule's exemptions better a ruling. A country's only enable. One
// older than a longer or exceptional curfew is not known to hold in it. One of an
// uncertain area, at an hour that is not among those it restates, or not confirmed
// lately is doubtful: it makes no into unconfirmed.
func (a *Ask) permit(r *ruling, x *Rule) {
	enabling := x.Kind == Exemption && x.Area == "" && !x.Unresolved
	older := slices.ContainsFunc(r.period.deciding, func(d *Rule) bool {
		return (d.Kind == Exceptional || d.Kind == Extension) && x.Ordered.Before(d.Ordered)
	})
	if enabling || older || !a.names(x) {
		return
	}
	is, until := x.answer(r.at)
	r.next = earlier(r.next, until)
	stale := a.staleAt(r.at, x.Confirmed, &r.next)
	switch {
	case r.verdict == Allowed:
	case is == Yes && !stale && !x.Unresolved && x.Area != "":
		r.verdict, r.by, r.stale = Allowed, x, false
	default:
		r.verdict = Unconfirmed
		r.stale = r.stale || stale && is == Yes && !x.Unresolved
		if r.by == nil {
			r.by = x
		}
	}
}

// onlyEnables reports whether x is an exemption of the whole country that no smaller
// area has taken up since: whether the place has is not known.
func (p *period) onlyEnables(x *Rule) bool {
	return x.Area == "" && !x.Unresolved && !slices.ContainsFunc(p.exempting, func(y *Rule) bool {
		return y.Area != "" && !y.Unresolved && !y.Ordered.Before(x.Ordered)
	})
}
