package curfew

import "time"

// horizon is how far ahead changes are told (CONTRACT §3.2: "over 31 days away").
const horizon = 31 * 24 * time.Hour

// Force tells whether a curfew is in force at a place and an instant. A zero time
// is null: not known, or more than 31 days after the instant.
type Force struct {
	State State
	// Until ends the uninterrupted time in force; zero where none is, or where rules
	// that contradict each other follow: the curfew may go on.
	Until time.Time
	// NextStart is when the state next turns from no to yes; zero where unknown lies
	// between.
	NextStart time.Time
	// Change is when State next becomes another, unknown included.
	Change time.Time
	// Holds is an instant up to which State and Deciding surely stay as they are.
	Holds time.Time
	// Deciding are the rules relied on, with those that contradict them; none where
	// no rule covers the instant. It may be shared: it must not be changed.
	Deciding []*Rule
	// Newest is when the latest of them was confirmed, a renewal by a rule that says
	// the same counted; zero: never.
	Newest time.Time
}

// Window is a time of one state, From included, To excluded.
type Window struct {
	From, To time.Time
	State    State
}

// moment is a judgement that surely holds from at up to next.
type moment struct {
	at, next time.Time
	state    State
	period   *period
}

// uncovered reports whether no rule says anything: then what was in force has ended
// as far as anybody knows, where contradicting rules may mean that it goes on.
func (m *moment) uncovered() bool {
	return m.state == Unknown && len(m.period.reliedOn(m.at, m.state)) == 0
}

func (l timeline) moment(t time.Time) moment {
	p := l.at(t)
	s, next := p.judge(t)
	return moment{at: t, next: next, state: s, period: p}
}

// change finds the first moment after m of another state, up to an instant that is
// included.
func (l timeline) change(m moment, last time.Time) (moment, bool) {
	state := m.state
	for !m.next.After(last) {
		m = l.moment(m.next)
		if m.state != state {
			return m, true
		}
	}
	return moment{}, false
}

// InForce answers for one instant. An instant that no rule covers is unknown.
func (b *Book) InForce(place string, at time.Time) Force { return b.line(place).force(at) }

func (l timeline) force(at time.Time) Force {
	now, last := l.moment(at), at.Add(horizon)
	f := Force{State: now.state, Deciding: now.period.reliedOn(at, now.state), Newest: now.period.confirmed(at), Holds: now.next}
	then, ok := l.change(now, last)
	if !ok {
		return f
	}
	f.Change = then.at
	if now.state == Yes && (then.state == No || then.uncovered()) {
		f.Until = then.at
	}
	if now.state == Yes && then.state == No {
		if then, ok = l.change(then, last); !ok {
			return f
		}
	}
	if now.state != Unknown && then.state == Yes {
		f.NextStart = then.at
	}
	return f
}

// Windows divides the time from from, included, to to, excluded, into the longest
// runs of one state, in order and without gaps; none where to is not after from.
func (b *Book) Windows(place string, from, to time.Time) []Window {
	var out []Window
	l := b.line(place)
	for t := from; t.Before(to); {
		m := l.moment(t)
		t = earlier(m.next, to)
		if n := len(out); n > 0 && out[n-1].State == m.state {
			out[n-1].To = t
			continue
		}
		out = append(out, Window{From: m.at, To: t, State: m.state})
	}
	return out
}
