package view

import (
	"time"

	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// sink takes the properties of a feature in their order: the JSON of replies and the
// values that filters and exports read follow from the same lines.
type sink interface {
	string(name, value string) // empty: null
	bool(name string, value bool)
	instant(name string, value report.Instant) // 0: null
	count(name string, value, least int)       // below least: null
	hundredths(name string, value int)         // below 0: null
}

// Values are the values of one feature's properties, in the order of
// [report.Properties].
type Values []filter.Value

// Set takes those of a feature as of now, in the place of what v held.
func (v *Values) Set(f *Feature, now time.Time) {
	*v = (*v)[:0]
	d := f.DerivedAt(now)
	fixed(v, f.Facts)
	timed(v, f.Facts, &d)
}

func (v *Values) string(_, s string) { *v = append(*v, filter.TextOf(s)) }

func (v *Values) bool(_ string, b bool) { *v = append(*v, filter.BoolOf(b)) }

func (v *Values) instant(_ string, i report.Instant) {
	if i == 0 {
		*v = append(*v, filter.Value{})
		return
	}
	*v = append(*v, filter.TimeOf(i.Time().Unix()))
}

func (v *Values) count(_ string, n, least int) {
	if n < least {
		*v = append(*v, filter.Value{})
		return
	}
	*v = append(*v, filter.IntegerOf(n))
}

func (v *Values) hundredths(_ string, n int) {
	if n < 0 {
		*v = append(*v, filter.Value{})
		return
	}
	*v = append(*v, filter.NumberOf(float64(n)/100))
}

// appendTime writes the members of timeProperties.
func appendTime(b []byte, f *Feature, d *Derived) []byte {
	w := writer{b: b}
	timed(&w, f.Facts, d)
	return w.b
}

func timed(w sink, f *report.Feature, d *Derived) {
	w.hundredths("confidence", d.Confidence)
	switch f.Facts.(type) {
	case report.Hub:
		w.string("open_now", d.OpenNow)
		w.instant("opens_at", d.OpensAt)
		w.instant("closes_at", d.ClosesAt)
	case report.Curfew:
		w.string("in_force", d.InForce)
	}
}

// appendProperties writes the fixed properties of CONTRACT §3.1, without the
// closing brace: the same keys on every feature of a collection, scalars only, null
// for unknown.
func appendProperties(b []byte, f *report.Feature) []byte {
	w := writer{b: append(b, '{')}
	fixed(&w, f)
	return w.b
}

func fixed(w sink, f *report.Feature) {
	w.string("id", f.ID)
	w.string("name", f.Name)
	w.string("area_code", f.AreaCode)
	w.string("adm1_pcode", places.ADM1(f.AreaCode))
	w.string("adm2_pcode", places.ADM2(f.AreaCode))
	w.string("adm3_pcode", places.ADM3(f.AreaCode))
	w.string("source", f.Source)
	w.string("source_url", f.SourceURL)
	w.string("tier", string(f.Tier))
	w.instant("confirmed_at", f.ConfirmedAt)
	w.count("confirmations", f.Confirmations, 0)
	w.bool("disputed", f.Disputed)
	w.string("geo_precision", f.Precision)
	w.instant("created_at", f.CreatedAt)
	w.instant("updated_at", f.UpdatedAt)
	w.instant("expires_at", f.ExpiresAt)
	w.count("rev", f.Rev, 0)
	switch facts := f.Facts.(type) {
	case report.Hub:
		hubProperties(w, &facts)
	case report.Outage:
		outageProperties(w, &facts)
	case report.Curfew:
		curfewProperties(w, &facts)
	case report.AreaFacts:
		w.string("level", facts.Level)
		w.string("name_uk", facts.NameUK)
		w.string("name_en", facts.NameEN)
		w.string("parent_code", facts.Parent)
	case report.FiledFacts:
		filedProperties(w, &facts)
	case report.NeedFacts:
		w.string("need", facts.Need)
		w.count("people", facts.People, 1)
		w.string("urgency", facts.Urgency)
		w.string("status", facts.Status)
		w.instant("observed_at", facts.ObservedAt)
	}
}

func hubProperties(w sink, h *report.Hub) {
	w.string("name_uk", h.NameUK)
	w.string("name_en", h.NameEN)
	w.string("category", h.Category)
	w.string("host_type", h.HostType)
	w.string("availability", h.Availability)
	w.string("activation", h.Activation)
	w.string("status", h.Status)
	w.instant("status_at", h.StatusAt)
	w.string("opening_hours", h.OpeningHours)
	w.string("opening_text", h.OpeningText)
	w.string("open_in_curfew", h.OpenInCurfew)
	w.string("address", h.Address)
	w.count("capacity", h.Capacity, 1)
	w.string("charging_policy", h.ChargingPolicy)
	for i, name := range report.AmenityNames {
		w.string(name, h.Amenities.At(i))
	}
}

func outageProperties(w sink, o *report.Outage) {
	w.string("service", o.Service)
	w.string("kind", o.Kind)
	w.string("status", o.Status)
	w.string("certainty", o.Certainty)
	w.string("level", o.Level)
	w.instant("starts_at", o.StartsAt)
	w.instant("ends_at", o.EndsAt)
	w.instant("announced_end_at", o.AnnouncedEndAt)
}

func curfewProperties(w sink, c *report.Curfew) {
	w.string("start_local", c.StartLocal)
	w.string("end_local", c.EndLocal)
	w.string("timezone", c.Timezone)
	w.string("kind", c.Kind)
	w.instant("valid_from", c.ValidFrom)
	w.instant("valid_to", c.ValidTo)
	w.string("exemptions", c.Exemptions)
	w.string("documents", c.Documents)
	w.string("authority", c.Authority)
	w.string("order", c.Order)
}

func filedProperties(w sink, f *report.FiledFacts) {
	w.string("about", f.Filed.About)
	w.string("service", f.Filed.Service)
	w.string("state", f.Filed.State)
	w.string("hub", f.Filed.Hub)
	w.string("need", f.Filed.Need)
	w.count("people", f.People, 1)
	w.string("urgency", f.Filed.Urgency)
	w.instant("observed_at", f.Filed.ObservedAt)
	w.string("status", f.Status)
}
