package report

import (
	"maps"
	"slices"
	"strings"
	"time"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
)

// phase says what an official outage is at time now: its status, whether that is
// presumed (nobody said so), and when the status next changes by time alone (0:
// never). An outage without a known end is presumed ended expire.outage after it
// was last confirmed; one whose announced end has passed is presumed ended then.
func (p *Policy) phase(o Outage, confirmed, now Instant) (status string, presumed bool, next Instant) {
	last := o.AnnouncedEndAt
	if last == 0 {
		last = max(o.StartsAt, confirmed)
		if last != 0 {
			last = last.Add(time.Duration(p.Expire.Outage))
		}
	}
	switch {
	case o.Status == "ended", o.EndsAt != 0 && o.EndsAt <= now:
		return "ended", false, 0
	case o.StartsAt > now:
		return "announced", false, o.StartsAt
	case o.EndsAt != 0:
		return "active", false, o.EndsAt
	case last != 0 && last <= now:
		return "ended", true, 0
	default:
		return "active", false, last
	}
}

func (s *State) scheduleOutage(o Outage, confirmed, now Instant) {
	if _, _, next := s.policy.phase(o, confirmed, now); next != 0 {
		s.dueAt(next)
	}
}

// passOutages lists the official outages whose status time has changed.
func (s *State) passOutages(end Instant) []string {
	var dirty []string
	for _, id := range slices.Sorted(maps.Keys(s.outages)) {
		o := s.outages[id]
		status, _, _ := s.policy.phase(o.rec.Facts.(Outage), o.rec.Confirmed, end)
		if it, ok := s.Full.Item(id); ok && it.Feature.Facts.(Outage).Status != status {
			dirty = append(dirty, id)
		}
	}
	return dirty
}

// officialOut reports whether an active official outage of the service covers
// the area.
func (s *State) officialOut(service, area string) bool {
	for _, o := range s.outages { // any one will do, so the order does not show
		facts := o.rec.Facts.(Outage)
		if facts.Service != service || o.rec.Tier != TierOfficial || o.rec.AreaCode == "" || !strings.HasPrefix(area, places.Prefix(o.rec.AreaCode)) {
			continue
		}
		if status, _, _ := s.policy.phase(facts, o.rec.Confirmed, s.At); status == "active" {
			return true
		}
	}
	return false
}

// outageFeature is the feature of one official outage: drawn as the cell that
// holds its point, else as its area's outline.
func (s *State) outageFeature(o *recordState) Feature {
	f := o.feature()
	facts := o.rec.Facts.(Outage)
	status, presumed, _ := s.policy.phase(facts, o.rec.Confirmed, s.At)
	facts.Status = status
	if presumed || facts.Certainty == "" {
		facts.Certainty = "definite"
		if presumed {
			facts.Certainty = "possible"
		}
	}
	if facts.Level == "" {
		facts.Level = "some"
	}
	if facts.Kind == "" {
		facts.Kind = Unknown
	}
	f.Facts = facts
	f.ExpiresAt = facts.AnnouncedEndAt
	if facts.EndsAt != 0 {
		f.ExpiresAt = facts.EndsAt
	}
	if o.rec.HasPoint {
		f.Place = Place{Kind: PlaceCell, Cell: PackCell(geo.CellAt(o.rec.Point, s.policy.CellZoom))}
		f.Precision = "cell"
	} else {
		f.Place = Place{Kind: PlaceArea, Area: o.rec.AreaCode}
	}
	return f
}

// feature fills in what all features of reference have in common.
func (b *recordState) feature() Feature {
	r := &b.rec
	return Feature{
		ID: b.id, Name: r.Name, AreaCode: r.AreaCode, Source: r.Source, SourceURL: r.SourceURL, Tier: r.Tier,
		Confidence: tierConfidence[r.Tier], ConfirmedAt: r.Confirmed, Precision: r.Precision, CreatedAt: b.createdAt,
	}
}

// tierConfidence is the confidence of a fresh, uncontradicted fact by who says
// it, in hundredths.
var tierConfidence = map[Tier]int{TierOfficial: 90, TierOperator: 95, TierVerified: 80, TierCommunity: 50, TierAnonymous: 30}

// curfewFeature is the feature of one curfew rule, drawn as its area.
func (b *recordState) curfewFeature() Feature {
	f := b.feature()
	f.Place = Place{Kind: PlaceArea, Area: b.rec.AreaCode}
	f.Facts, f.ExpiresAt = b.rec.Facts, b.rec.Facts.(Curfew).ValidTo
	return f
}

func (a *areaState) areaFeature() Feature {
	f := a.feature()
	f.Name = a.area.NameUK
	f.AreaCode = a.area.Code
	f.Place = Place{Kind: PlaceOutline, Area: a.area.Code}
	f.Precision = "" // the view knows how it drew it
	f.Facts = AreaFacts{
		Level: string(a.area.Level), NameUK: a.area.NameUK, NameEN: a.area.NameEN, Parent: a.area.Parent,
		Population: a.area.Population, Version: a.version,
	}
	return f
}

// feature derives the full feature of an id; false when there is none now.
func (s *State) feature(id string) (Feature, bool) {
	if s.gone(id) {
		return Feature{}, false
	}
	kind, _, _ := strings.Cut(id, "-")
	switch kind {
	case "hub":
		if h, ok := s.hubs[id]; ok {
			return s.hubFeature(h), true
		}
	case "area":
		if a, ok := s.areas[id]; ok {
			return a.areaFeature(), true
		}
	case "curfew":
		if c, ok := s.curfews[id]; ok {
			return c.curfewFeature(), true
		}
	case "report":
		return s.reportFeature(id)
	case "need":
		return s.needFeature(id)
	case "outage":
		if o, ok := s.outages[id]; ok {
			return s.outageFeature(o), true
		}
		if key, ok := parseCellID(id); ok {
			if c := s.cells[key]; c != nil && c.shown != nil {
				return key.feature(c), true
			}
		}
	}
	return Feature{}, false
}
