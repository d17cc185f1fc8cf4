package curfew_test

import (
	"slices"
	"sort"
	"strings"
	"time"

	"example.org/teplo/internal/curfew"
)

// oracle answers by looking at every rule and at the clock of every minute: obvious
// and slow. It shares nothing with the package but its types.
type oracle struct {
	rules []curfew.Rule
	seen  map[wall]time.Time
	gap   map[wall]bool
}

// wall is what a clock shows: a local date and minutes after its midnight.
type wall struct {
	zone    string
	y, m, d int
	minute  int
}

func newOracle(rules []curfew.Rule) *oracle {
	return &oracle{rules: rules, seen: map[wall]time.Time{}, gap: map[wall]bool{}}
}

// shows finds the first minute at which the clock shows a time; where it never
// does, the offset before counts on, and skipped is true.
func (o *oracle) shows(zone *time.Location, date time.Time, minute int) (at time.Time, skipped bool) {
	y, m, d := date.Date()
	key := wall{zone.String(), y, int(m), d, minute}
	if at, ok := o.seen[key]; ok {
		return at, o.gap[key]
	}
	want := time.Date(y, m, d, 0, minute, 0, 0, time.UTC) // as if UTC were local
	var before time.Time
	for t := want.Add(-6 * time.Hour); ; t = t.Add(time.Minute) {
		l := t.In(zone)
		local := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
		if local.Equal(want) {
			at = t
			break
		}
		if local.After(want) {
			at, skipped = before.Add(time.Minute), true
			break
		}
		before = t.Add(want.Sub(local)).Add(-time.Minute)
	}
	o.seen[key], o.gap[key] = at, skipped
	return at, skipped
}

func none(minute int) bool { return minute < 0 || minute > 1439 }

func hourless(r *curfew.Rule) bool { return none(r.Start) && none(r.End) }

func halved(r *curfew.Rule) bool { return none(r.Start) != none(r.End) }

func nightly(r *curfew.Rule) bool { return !none(r.Start) && !none(r.End) }

func (o *oracle) inNight(r *curfew.Rule, t time.Time) bool {
	y, m, d := t.In(r.Zone).Date()
	for day := -2; day <= 2; day++ {
		date := time.Date(y, m, d+day, 0, 0, 0, 0, time.UTC)
		end := r.End
		if end <= r.Start {
			end += 1440
		}
		from, skippedFrom := o.shows(r.Zone, date, r.Start)
		to, skippedTo := o.shows(r.Zone, date, end)
		if !(skippedFrom && skippedTo) && !t.Before(from) && t.Before(to) {
			return true
		}
	}
	return false
}

// says is what one valid rule says.
func (o *oracle) says(r *curfew.Rule, t time.Time) curfew.State {
	switch {
	case r.Kind == curfew.None:
		return curfew.No
	case r.Kind == curfew.Cancelled || halved(r):
		return curfew.Unknown
	case hourless(r) || o.inNight(r, t):
		return curfew.Yes
	}
	return curfew.No
}

func covers(r *curfew.Rule, place string) bool {
	for _, e := range r.Except {
		if e != "" && strings.HasPrefix(place, e) {
			return false
		}
	}
	return strings.HasPrefix(place, r.Area)
}

func valid(r *curfew.Rule, t time.Time) bool {
	return !t.Before(r.From) && (r.To.IsZero() || t.Before(r.To))
}

func sameHours(a, b *curfew.Rule) bool {
	return nightly(a) && nightly(b) && a.Start == b.Start && a.End == b.End && a.Zone.String() == b.Zone.String()
}

// means reports whether a cancellation is of r, wherever both are.
func means(c, r *curfew.Rule) bool {
	if c.Kind != curfew.Cancelled || halved(c) || r.Kind == curfew.None || r.Kind == curfew.Cancelled || r.Ordered.After(c.Ordered) {
		return false
	}
	if nightly(c) {
		return sameHours(c, r) && (c.To.IsZero() || r.From.Before(c.To)) && (r.To.IsZero() || c.From.Before(r.To))
	}
	block := hourless(r) && r.Kind != curfew.Exemption
	return (block || r.Kind == curfew.Exceptional || r.Kind == curfew.Extension) && valid(c, r.From)
}

func (o *oracle) gone(r *curfew.Rule, place string, t time.Time) bool {
	for i := range o.rules {
		c := &o.rules[i]
		if covers(c, place) && !c.Unresolved && !r.Unresolved && c.Area == r.Area && means(c, r) && (hourless(c) || valid(c, t)) {
			return true
		}
	}
	return false
}

// baseless: a cancellation open at an end, of nothing that is known.
func (o *oracle) baseless(c *curfew.Rule) bool {
	if c.Unresolved || halved(c) || !c.From.IsZero() && !c.To.IsZero() {
		return false
	}
	for i := range o.rules {
		if r := &o.rules[i]; r.Area == c.Area && !r.Unresolved && means(c, r) {
			return false
		}
	}
	return true
}

func beats(a, b *curfew.Rule) bool {
	ax, bx := a.Kind == curfew.Exceptional, b.Kind == curfew.Exceptional
	if ax != bx {
		return ax
	}
	if len(a.Area) != len(b.Area) {
		return len(a.Area) > len(b.Area)
	}
	return a.Ordered.After(b.Ordered)
}

// unbeaten are the rules that no other one beats.
func unbeaten(rules []*curfew.Rule) []*curfew.Rule {
	var out []*curfew.Rule
	for _, r := range rules {
		if !slices.ContainsFunc(rules, func(o *curfew.Rule) bool { return beats(o, r) }) {
			out = append(out, r)
		}
	}
	return out
}

// together is what rules say, if they all say it.
func (o *oracle) together(rules []*curfew.Rule, t time.Time) curfew.State {
	s := o.says(rules[0], t)
	for _, r := range rules {
		if o.says(r, t) != s {
			return curfew.Unknown
		}
	}
	return s
}

// view is what the oracle finds for one place and instant.
type view struct {
	state    curfew.State
	top      []*curfew.Rule // of the highest rank
	relied   []*curfew.Rule
	newest   time.Time
	exempts  []*curfew.Rule
	anything bool // something decides
}

func (o *oracle) look(place string, t time.Time) view {
	var v view
	var hours, unsure, live []*curfew.Rule
	for i := range o.rules {
		r := &o.rules[i]
		switch {
		case !covers(r, place) || !valid(r, t) || o.gone(r, place, t):
			continue
		case r.Kind == curfew.Exemption:
			v.exempts = append(v.exempts, r)
		case r.Kind == curfew.Cancelled && !halved(r) && !o.baseless(r):
		case r.Unresolved:
			unsure = append(unsure, r)
		default:
			hours = append(hours, r)
		}
		live = append(live, r)
	}
	v.top = unbeaten(hours)
	v.relied, v.anything = v.top, len(v.top) > 0
	if v.anything {
		v.state = o.together(v.top, t)
		for _, r := range live {
			if slices.ContainsFunc(v.top, func(d *curfew.Rule) bool { return renewed(d, r) }) && r.Confirmed.After(v.newest) {
				v.newest = r.Confirmed
			}
		}
	} else {
		v.state = curfew.Unknown
		for _, x := range v.exempts {
			if nightly(x) && !x.Unresolved && o.inNight(x, t) {
				v.state, v.anything = curfew.Yes, true
				v.relied = append(v.relied, x)
				if x.Confirmed.After(v.newest) {
					v.newest = x.Confirmed
				}
			}
		}
	}
	o.doubt(&v, place, t, hours, unsure)
	return v
}

// doubt makes an answer unknown.
func (o *oracle) doubt(v *view, place string, t time.Time, hours, unsure []*curfew.Rule) {
	var shaking []*curfew.Rule
	for i := range o.rules {
		c := &o.rules[i]
		for _, d := range v.top {
			if c.Unresolved && covers(c, place) && strings.HasPrefix(d.Area, c.Area) && means(c, d) && (hourless(c) || valid(c, t)) {
				shaking = append(shaking, c)
				break
			}
		}
	}
	var smaller []*curfew.Rule
	if len(v.top) > 0 && v.top[0].Kind == curfew.Exceptional {
		for _, r := range hours {
			if len(r.Area) > len(v.top[0].Area) {
				smaller = append(smaller, r)
			}
		}
		smaller = unbeaten(smaller)
	}
	said := v.state
	switch {
	case len(shaking) > 0:
		v.state = curfew.Unknown
		v.relied = slices.Concat(v.relied, shaking)
	case said == curfew.No && len(smaller) > 0 && o.together(smaller, t) != curfew.No:
		v.state = curfew.Unknown
		v.relied = slices.Concat(v.relied, smaller)
	case said != curfew.Unknown:
		for _, u := range unsure {
			if o.says(u, t) != said {
				v.state = curfew.Unknown
				v.relied = slices.Concat(v.relied, []*curfew.Rule{u})
			}
		}
	}
}

// renewed reports whether r confirms d.
func renewed(d, r *curfew.Rule) bool {
	switch {
	case d == r:
		return true
	case d.Area != r.Area || r.Unresolved || r.Kind == curfew.Cancelled || d.Kind == curfew.Cancelled:
		return false
	case d.Kind == curfew.None || r.Kind == curfew.None:
		return d.Kind == r.Kind
	}
	return sameHours(d, r) || hourless(d) && hourless(r) && r.Kind != curfew.Exemption
}

// verdict is that of one place and instant.
func (o *oracle) verdict(place string, t time.Time, a *curfew.Ask) (curfew.Verdict, bool) {
	v := o.look(place, t)
	old := func(at time.Time) bool { return t.Sub(at) > a.ConfirmWithin }
	switch {
	case len(v.top) == 0 && v.state == curfew.Unknown:
		return curfew.Unconfirmed, false
	case old(v.newest):
		return curfew.Unconfirmed, true
	case v.state == curfew.Unknown:
		return curfew.Unconfirmed, false
	case v.state == curfew.No:
		return curfew.Allowed, false
	}
	maybe, aged := a.Destination == curfew.Shelter, false
	for _, x := range slices.Concat(v.exempts, v.top) {
		switch {
		case !named(x, a) || x.Kind == curfew.Exemption && x.Area == "" && !x.Unresolved:
			continue
		case slices.ContainsFunc(v.top, func(d *curfew.Rule) bool {
			return (d.Kind == curfew.Extension || d.Kind == curfew.Exceptional) && d.Ordered.After(x.Ordered)
		}):
			continue
		}
		fresh, now, sure := !old(x.Confirmed), o.says(x, t) == curfew.Yes, !x.Unresolved
		if fresh && now && sure && x.Area != "" {
			return curfew.Allowed, false
		}
		maybe, aged = true, aged || !fresh && now && sure
	}
	for _, x := range v.exempts {
		taken := slices.ContainsFunc(v.exempts, func(y *curfew.Rule) bool {
			return y.Area != "" && !y.Unresolved && !y.Ordered.Before(x.Ordered)
		})
		if x.Area == "" && !x.Unresolved && !taken && o.says(x, t) == curfew.Yes {
			maybe = true
		}
	}
	if maybe {
		return curfew.Unconfirmed, aged
	}
	return curfew.Forbidden, false
}

func named(x *curfew.Rule, a *curfew.Ask) bool {
	where := map[curfew.Destination]string{"hub": "hub_access", "home": "go_home", "shelter": "shelter"}[a.Destination]
	how := map[curfew.Mode]string{"foot": "on_foot", "car": "private_transport", "taxi": "taxi"}
	lists := func(word string) bool { return slices.Contains(x.Exemptions, word) }
	any := lists("on_foot") || lists("private_transport") || lists("taxi")
	return lists(where) && (lists(how[a.Mode]) || !any && a.Mode == "foot")
}

func sortedIDs(rules []*curfew.Rule) string {
	names := strings.Fields(ids(rules))
	sort.Strings(names)
	return strings.Join(slices.Compact(names), " ")
}
