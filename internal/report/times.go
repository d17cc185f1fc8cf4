package report

// Timed reports whether features of a collection have a time that datetime= means
// (CONTRACT §3.1).
func Timed(c Collection) bool { return c != Hubs && c != Areas }

// Times is the time of a feature: from when to when what it says holds, both included;
// 0 is open. Of a hub and an area, and of anything without times, both are open.
func (f *Feature) Times() (from, to Instant) {
	switch facts := f.Facts.(type) {
	case Outage:
		return facts.StartsAt, facts.EndsAt
	case Curfew:
		return facts.ValidFrom, facts.ValidTo
	case FiledFacts:
		return facts.Filed.ObservedAt, facts.Filed.ObservedAt
	case NeedFacts:
		return facts.ObservedAt, facts.ObservedAt
	}
	return 0, 0
}
