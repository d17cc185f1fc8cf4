package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
)

// Curfews returns the rules in a form that answers questions; the same book until
// a rule changes.
func (s *State) Curfews() *curfew.Book {
	if s.rules != nil {
		return s.rules
	}
	var rules []curfew.Rule
	for _, id := range slices.Sorted(maps.Keys(s.curfews)) {
		if r := s.curfews[id]; !s.gone(id) {
			rules = append(rules, rule(id, &r.rec))
		}
	}
	s.rules = curfew.New(rules)
	return s.rules
}

// rule reads one record as the engine wants it (CONTRACT §3.2 "Curfew rules,
// read"): what applies nowhere for certain stands for its oblast, and a later order
// is told by its date, else by when it begins, else by its source's date.
func rule(id string, r *Record) curfew.Rule {
	c, _ := r.Facts.(Curfew)
	out := curfew.Rule{
		ID: id, Area: places.Prefix(r.AreaCode), Unresolved: c.Unresolved, Kind: curfew.Kind(c.Kind),
		Start: minuteOf(c.StartLocal), End: minuteOf(c.EndLocal), Zone: zoneOf(c.Timezone), From: c.ValidFrom.Time(), To: c.ValidTo.Time(),
		Exemptions: listOf(c.Exemptions), Documents: listOf(c.Documents),
		Ordered: cmp.Or(c.Ordered, c.ValidFrom, r.Confirmed).Time(), Confirmed: r.Confirmed.Time(),
	}
	if c.Unresolved {
		out.Area = places.ADM1(r.AreaCode)
	}
	for _, code := range listOf(c.Except) {
		out.Except = append(out.Except, places.Prefix(code))
	}
	return out
}

// minuteOf reads HH:MM; anything else is -1, no time.
func minuteOf(text string) int {
	h, m, ok := strings.Cut(text, ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return -1
	}
	return 60*hour + minute
}

// zoneOf is the rule's own zone; importers take none that does not exist.
func zoneOf(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		return zone
	}
	return time.UTC
}

// listOf splits a comma list.
func listOf(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
