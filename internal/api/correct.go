package api

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/geo"
	"example.org/teplo/internal/hours"
	"example.org/teplo/internal/report"
)

// correctable are the properties that a correction may bring, by collection.
var correctable = map[report.Collection][]string{
	report.Hubs: {
		"name", "name_uk", "name_en", "category", "host_type", "availability", "activation", "opening_hours", "opening_text",
		"open_in_curfew", "address", "capacity", "charging_policy", "geometry",
	},
	report.Outages: {"service", "kind", "status", "certainty", "level", "starts_at", "ends_at", "announced_end_at"},
	report.Curfews: {
		"start_local", "end_local", "timezone", "kind", "valid_from", "valid_to", "exemptions", "documents", "authority", "order",
	},
}

// handleCorrect changes what is known of a feature, until its source says something
// else.
func (s *Server) handleCorrect(c *fiber.Ctx) error {
	key, f, err := s.moderatedFeature(c)
	if err != nil {
		return err
	}
	name := f.Facts.Facts.Collection()
	allowed := append([]string{"reason"}, correctable[name]...)
	if name == report.Hubs {
		allowed = append(allowed, report.AmenityNames...)
	}
	d, top, err := s.object(c, allowed...)
	if err != nil {
		return err
	}
	if f.Facts.Confirmations < 0 {
		return newProblem(fiber.StatusConflict, "a community cell is what reports say")
	}
	reason := d.required("reason", top["reason"], 500, "why it is changed")
	if delete(top, "reason"); len(top) == 0 {
		d.bad("reason", reason, "comes with nothing to change")
	}
	policy := s.cfg.Tracker.Views().Full().Policy
	change := d.correction(f.Facts.Facts, top, policy.Box())
	if d.errs != nil {
		return badRequest(d.errs...)
	}
	ctx, cancel := s.writing()
	defer cancel()
	if err := s.cfg.Tracker.Correct(ctx, f.ID, reason, key.ID, change); err != nil {
		return err
	}
	return s.feature(c, name, f.ID)
}

// correction reads the new values and returns what they do to a record.
func (d *decoder) correction(facts report.Facts, top map[string]json.RawMessage, box geo.BBox) func(*report.Record) {
	switch facts := facts.(type) {
	case report.Hub:
		return d.correctHub(top, box)
	case report.Outage:
		return d.correctOutage(top)
	case report.Curfew:
		return d.correctCurfew(top)
	default:
		d.bad("", "", "cannot be corrected: "+string(facts.Collection()))
		return nil
	}
}

// given sets a text where the member is there.
func (d *decoder) given(top map[string]json.RawMessage, name string, most int, set func(string)) {
	if raw, ok := top[name]; ok {
		set(d.text(name, raw, most))
	}
}

// picked sets a word out of a closed list where the member is there.
func (d *decoder) picked(top map[string]json.RawMessage, name string, list []string, set func(string)) {
	if raw, ok := top[name]; ok {
		set(d.choice(name, raw, list, true))
	}
}

func (d *decoder) correctHub(top map[string]json.RawMessage, box geo.BBox) func(*report.Record) {
	var changes []func(*report.Record, *report.Hub)
	text := func(name string, most int, field func(*report.Hub) *string) {
		d.given(top, name, most, func(v string) {
			changes = append(changes, func(_ *report.Record, h *report.Hub) { *field(h) = v })
		})
	}
	pick := func(name string, list []string, field func(*report.Hub) *string) {
		d.picked(top, name, list, func(v string) {
			changes = append(changes, func(_ *report.Record, h *report.Hub) { *field(h) = v })
		})
	}
	d.given(top, "name", 200, func(v string) { changes = append(changes, func(r *report.Record, _ *report.Hub) { r.Name = v }) })
	text("name_uk", 200, func(h *report.Hub) *string { return &h.NameUK })
	text("name_en", 200, func(h *report.Hub) *string { return &h.NameEN })
	text("host_type", 80, func(h *report.Hub) *string { return &h.HostType })
	text("activation", 300, func(h *report.Hub) *string { return &h.Activation })
	text("opening_text", 300, func(h *report.Hub) *string { return &h.OpeningText })
	text("address", 300, func(h *report.Hub) *string { return &h.Address })
	text("charging_policy", 300, func(h *report.Hub) *string { return &h.ChargingPolicy })
	pick("category", report.HubCategories, func(h *report.Hub) *string { return &h.Category })
	pick("availability", report.Availabilities, func(h *report.Hub) *string { return &h.Availability })
	pick("open_in_curfew", report.YesNoUnknown, func(h *report.Hub) *string { return &h.OpenInCurfew })
	text("opening_hours", hours.MaxBytes, func(h *report.Hub) *string { return &h.OpeningHours })
	if value := d.text("opening_hours", top["opening_hours"], hours.MaxBytes); value != "" {
		if _, err := hours.Parse(value); err != nil {
			d.bad("opening_hours", value, err.Error())
		}
	}
	if raw, ok := top["capacity"]; ok {
		n := d.whole("capacity", raw, 0, 100_000)
		changes = append(changes, func(_ *report.Record, h *report.Hub) { h.Capacity = n })
	}
	for _, name := range report.AmenityNames {
		d.picked(top, name, report.YesNoUnknown, func(v string) {
			changes = append(changes, func(_ *report.Record, h *report.Hub) { h.Amenities = h.Amenities.With(name, v) })
		})
	}
	if raw, ok := top["geometry"]; ok {
		switch p, is := d.point(raw); {
		case is && !box.ContainsPoint(p):
			d.bad("geometry.coordinates", "", "lies outside the service area")
		case is:
			changes = append(changes, func(r *report.Record, _ *report.Hub) { r.Point, r.HasPoint, r.Precision = p, true, "exact" })
		}
	}
	return func(r *report.Record) {
		h, _ := r.Facts.(report.Hub)
		for _, change := range changes {
			change(r, &h)
		}
		r.Facts = h
	}
}

func (d *decoder) correctOutage(top map[string]json.RawMessage) func(*report.Record) {
	var changes []func(*report.Outage)
	for name, list := range map[string][]string{
		"service": report.Services, "kind": report.OutageKinds, "status": report.OutageStatuses, "certainty": report.Certainties, "level": report.OutageLevels,
	} {
		d.picked(top, name, list, func(v string) {
			changes = append(changes, func(o *report.Outage) {
				*map[string]*string{"service": &o.Service, "kind": &o.Kind, "status": &o.Status, "certainty": &o.Certainty, "level": &o.Level}[name] = v
			})
		})
	}
	for _, name := range []string{"starts_at", "ends_at", "announced_end_at"} {
		if raw, ok := top[name]; ok {
			at := d.instant(name, raw)
			changes = append(changes, func(o *report.Outage) {
				*map[string]*report.Instant{"starts_at": &o.StartsAt, "ends_at": &o.EndsAt, "announced_end_at": &o.AnnouncedEndAt}[name] = at
			})
		}
	}
	return func(r *report.Record) {
		o, _ := r.Facts.(report.Outage)
		for _, change := range changes {
			change(&o)
		}
		r.Facts = o
	}
}

// correctCurfew reads the rule's new fields; those that are not given stay.
func (d *decoder) correctCurfew(top map[string]json.RawMessage) func(*report.Record) {
	read := &decoder{}
	now := read.curfew(top)
	for _, e := range read.errs {
		if name := e.Field[len("properties."):]; top[name] != nil {
			d.bad(name, e.Value, e.Reason)
		}
	}
	return func(r *report.Record) {
		c, _ := r.Facts.(report.Curfew)
		fields := map[string][2]*string{
			"start_local": {&c.StartLocal, &now.StartLocal}, "end_local": {&c.EndLocal, &now.EndLocal}, "timezone": {&c.Timezone, &now.Timezone},
			"kind": {&c.Kind, &now.Kind}, "exemptions": {&c.Exemptions, &now.Exemptions}, "documents": {&c.Documents, &now.Documents},
			"authority": {&c.Authority, &now.Authority}, "order": {&c.Order, &now.Order},
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if top[name] != nil {
				*fields[name][0] = *fields[name][1]
			}
		}
		if top["valid_from"] != nil {
			c.ValidFrom = now.ValidFrom
		}
		if top["valid_to"] != nil {
			c.ValidTo = now.ValidTo
		}
		r.Facts = c
	}
}
