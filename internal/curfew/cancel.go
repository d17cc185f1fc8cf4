package curfew

import (
	"slices"
	"strings"
	"time"
)

// targets reports whether the cancellation r, which [Rule.cancels], means o. With
// hours it means rules of the same hours; without, what was announced to begin while
// it is valid: continuous blocks, exceptional and extending rules. So it means neither
// the usual hours nor a later order.
func (r *Rule) targets(o *Rule) bool {
	if o.Kind == None || o.Kind == Cancelled || o.Ordered.After(r.Ordered) {
		return false
	}
	if nightly, _ := r.hours(); nightly {
		return r.sameHours(o) && o.From.Before(r.end()) && r.From.Before(o.end())
	}
	itsNightly, itsWhole := o.hours()
	block := itsWhole && !itsNightly && o.Kind != Exemption
	return (block || o.Kind == Exceptional || o.Kind == Extension) && r.validAt(o.From)
}

// voidsAt reports whether r takes o away at an instant: what it means by its hours
// only while it is valid itself, so that one night without curfew does not end the
// usual hours; what was announced altogether.
func (r *Rule) voidsAt(o *Rule, t time.Time) bool {
	nightly, _ := r.hours()
	return r.targets(o) && (!nightly || r.validAt(t))
}

// cancels reports whether the rule is a cancellation that can be read.
func (r *Rule) cancels() bool {
	_, whole := r.hours()
	return r.Kind == Cancelled && whole
}

// voided reports whether one of the rules cancels r at an instant. Where an area is
// not certain two rules of one oblast need not be of one area: an uncertain rule
// neither cancels nor is cancelled.
func voided(r *Rule, rules []*Rule, t time.Time) bool {
	return !r.Unresolved && slices.ContainsFunc(rules, func(c *Rule) bool {
		return c.cancels() && !c.Unresolved && c.Area == r.Area && c.voidsAt(r, t)
	})
}

// shaking finds the uncertain cancellations that would take one of the deciding
// rules away: whether these still hold is not known.
func shaking(deciding, rules []*Rule, t time.Time) []*Rule {
	var out []*Rule
	for _, c := range rules {
		if c.cancels() && c.Unresolved && slices.ContainsFunc(deciding, func(r *Rule) bool {
			return strings.HasPrefix(r.Area, c.Area) && c.voidsAt(r, t)
		}) {
			out = append(out, c)
		}
	}
	return out
}

// baselessOf finds the cancellations open at one end that mean no rule known here.
// What they cancel may be what we have, so they answer unknown, not "no curfew".
func baselessOf(rules []*Rule) map[*Rule]bool {
	out := map[*Rule]bool{}
	for _, c := range rules {
		if !c.cancels() || c.Unresolved || !c.From.IsZero() && !c.To.IsZero() {
			continue
		}
		out[c] = !slices.ContainsFunc(rules, func(r *Rule) bool {
			return r.Area == c.Area && !r.Unresolved && c.targets(r)
		})
	}
	return out
}
