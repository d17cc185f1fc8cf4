package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
)

// decoder reads one report strictly and collects every bad field.
type decoder struct {
	errs []fieldError
}

func (d *decoder) bad(field, value, reason string) {
	if utf8.RuneCountInString(value) > 80 {
		value = string([]rune(value)[:80])
	}
	d.errs = append(d.errs, fieldError{field, value, reason})
}

// members reads a JSON object into its members; one that is there twice, or that
// is not allowed, is a bad field.
func (d *decoder) members(path string, raw json.RawMessage, allowed ...string) map[string]json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		d.bad(strings.TrimSuffix(path, "."), "", "is not a JSON object")
		return nil
	}
	out := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		var v json.RawMessage
		if err != nil || !ok || dec.Decode(&v) != nil {
			d.bad(strings.TrimSuffix(path, "."), "", "is not JSON")
			return nil
		}
		if _, twice := out[key]; twice {
			d.bad(path+key, "", "is given twice")
		}
		if !slices.Contains(allowed, key) {
			d.bad(path+key, "", "is not a member here")
		}
		out[key] = v
	}
	return out
}

// text reads a string member of at most most runes; absent and null are "".
func (d *decoder) text(path string, raw json.RawMessage, most int) string {
	if raw == nil || string(raw) == "null" {
		return ""
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		d.bad(path, string(raw), "is not a string")
		return ""
	}
	if utf8.RuneCountInString(s) > most {
		d.bad(path, s, fmt.Sprintf("is longer than %d characters", most))
	}
	return strings.TrimSpace(s)
}

// choice reads a string out of a closed list.
func (d *decoder) choice(path string, raw json.RawMessage, list []string, required bool) string {
	s := d.text(path, raw, 80)
	switch {
	case s == "" && required:
		d.bad(path, "", "is missing; one of "+strings.Join(list, ", "))
	case s != "" && !report.OneOf(s, list):
		d.bad(path, s, "is not one of "+strings.Join(list, ", "))
	}
	return s
}

// reportAbouts are the reports that are taken by now.
var reportAbouts = []string{report.AboutOutage, report.AboutHubStatus}

// decodeReport reads the body of POST /api/reports (CONTRACT §3.3) into a draft.
// Everything that is wrong with it is in the problem it returns.
func decodeReport(body []byte, header string, now time.Time) (tracker.Draft, *problem) {
	d := &decoder{}
	if !json.Valid(body) {
		return tracker.Draft{}, newProblem(400, "the body is not JSON", fieldError{"", "", "is not JSON"})
	}
	top := d.members("", body, "type", "id", "geometry", "properties")
	if t := d.text("type", top["type"], 20); t != "Feature" {
		d.bad("type", t, "is not Feature")
	}
	draft := tracker.Draft{Tier: report.TierAnonymous, Body: bodyDigest(body)}
	draft.ID = d.id(top["id"], header)
	props := d.members("properties.", top["properties"],
		"about", "observed_at", "age_s", "service", "state", "hub", "amenities", "note")
	f := &draft.Filed
	f.About = d.choice("properties.about", props["about"], reportAbouts, true)
	f.ObservedAt = d.observed(props, now)
	f.Note = d.text("properties.note", props["note"], 280)
	unused := map[string][]string{report.AboutOutage: {"hub", "amenities"}, report.AboutHubStatus: {"service"}}
	for _, name := range unused[f.About] {
		if _, has := props[name]; has {
			d.bad("properties."+name, "", "does not belong to a report about "+f.About)
		}
	}
	switch f.About {
	case report.AboutOutage:
		f.Service = d.choice("properties.service", props["service"], report.Services, true)
		f.State = d.choice("properties.state", props["state"], report.OutageStates, true)
	case report.AboutHubStatus:
		f.State = d.choice("properties.state", props["state"], report.HubStates, props["amenities"] == nil)
		if f.Hub = d.text("properties.hub", props["hub"], 80); f.Hub == "" {
			d.bad("properties.hub", "", "is missing: the id of a hub")
		}
		f.Amenities = d.amenities(props["amenities"])
	}
	draft.Point, draft.HasPoint = d.point(top["geometry"])
	if !draft.HasPoint && f.About == report.AboutOutage && len(d.errs) == 0 {
		d.bad("geometry", "", "is missing: a Point")
	}
	if d.errs != nil {
		return draft, badRequest(d.errs...)
	}
	return draft, nil
}

// id takes the client's id: the member, the header Idempotency-Key, or both when
// they agree; with neither the server makes one.
func (d *decoder) id(raw json.RawMessage, header string) report.UUID {
	member := d.text("id", raw, 80)
	if member == "" && header == "" {
		return report.UUID(uuid.Must(uuid.NewV7())) // reading randomness never fails
	}
	if member != "" && header != "" && !strings.EqualFold(member, header) {
		d.bad("id", member, "differs from the header Idempotency-Key")
	}
	field, text := "id", member
	if member == "" {
		field, text = "Idempotency-Key", header
	}
	id, ok := report.ParseUUID(text)
	if !ok {
		d.bad(field, text, "is not a UUID")
	}
	return id
}

// observed is when it was seen: observed_at, or age_s seconds ago, or now.
func (d *decoder) observed(props map[string]json.RawMessage, now time.Time) report.Instant {
	if raw, ok := props["age_s"]; ok {
		var age float64
		if err := json.Unmarshal(raw, &age); err != nil || age < 0 || age > 7*24*3600 {
			d.bad("properties.age_s", string(raw), "is not 0 to 604800 seconds")
		}
		if _, both := props["observed_at"]; both {
			d.bad("properties.age_s", string(raw), "and observed_at exclude each other")
		}
		return report.InstantOf(now.Add(-time.Duration(age * float64(time.Second))))
	}
	s := d.text("properties.observed_at", props["observed_at"], 40)
	if s == "" {
		return report.InstantOf(now)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		d.bad("properties.observed_at", s, "is not an RFC 3339 instant with offset")
		return report.InstantOf(now)
	}
	return report.InstantOf(t)
}

func (d *decoder) amenities(raw json.RawMessage) report.Amenities {
	var a report.Amenities
	if raw == nil {
		return a
	}
	var names []string
	if err := json.Unmarshal(raw, &names); err != nil {
		d.bad("properties.amenities", string(raw), "is not a list of names")
		return a
	}
	for _, name := range names {
		if !report.OneOf(name, report.AmenityNames) {
			d.bad("properties.amenities", name, "is not one of "+strings.Join(report.AmenityNames, ", "))
			continue
		}
		a = a.With(name, report.Yes)
	}
	return a
}

func (d *decoder) point(raw json.RawMessage) (orb.Point, bool) {
	if raw == nil || string(raw) == "null" {
		return orb.Point{}, false
	}
	g, err := geo.ParseGeometry(raw)
	if err != nil {
		var bad *geo.Error
		if errors.As(err, &bad) {
			d.bad(bad.Field, "", bad.Reason)
		} else {
			d.bad("geometry", "", "is not a GeoJSON geometry")
		}
		return orb.Point{}, false
	}
	p, ok := g.(orb.Point)
	if !ok {
		d.bad("geometry.type", g.GeoJSONType(), "is not Point")
	}
	return p, ok
}

// bodyDigest identifies a body as a JSON value: order of members, blanks and the
// spelling of numbers aside. age_s is left out, because it grows while a phone waits.
func bodyDigest(body []byte) [32]byte {
	dec := json.NewDecoder(io.LimitReader(bytes.NewReader(body), maxBodyBytes))
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return sha256.Sum256(body)
	}
	if props, ok := v["properties"].(map[string]any); ok {
		delete(props, "age_s")
	}
	canonical, err := json.Marshal(v) // members in order of their names
	if err != nil {
		return sha256.Sum256(body)
	}
	return sha256.Sum256(canonical)
}
