package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
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
			d.bad(path+key, string(v), "is not a member here")
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

// reportProperties are the members of properties by what a report is about, besides
// those that any may carry (CONTRACT §3.3).
var reportProperties = map[string][]string{
	report.AboutOutage:     {"service", "state"},
	report.AboutHubStatus:  {"hub", "state", "amenities"},
	report.AboutCorrection: {"hub", "problem"},
	report.AboutNeed:       {"need", "people", "urgency"},
	report.AboutHub:        {"name", "address", "opening_text", "amenities"},
	report.AboutCurfew: {
		"area_code", "start_local", "end_local", "timezone", "kind", "valid_from", "valid_to", "exemptions", "documents",
		"authority", "order", "source_url",
	},
}

var anyReport = []string{"about", "observed_at", "age_s", "note"}

// allProperties are those of every kind: a member of another kind is told as such.
func allProperties() []string {
	all := slices.Clone(anyReport)
	for _, about := range report.Abouts {
		all = append(all, reportProperties[about]...)
	}
	return all
}

// decodeReport reads the body of POST /api/reports (CONTRACT §3.3) into a draft.
// Everything that is wrong with it is in the problem it returns. Placed says that an
// area stands for the point.
func decodeReport(body []byte, header string, placed bool, now time.Time) (tracker.Draft, *problem) {
	d := &decoder{}
	if !utf8.Valid(body) || !json.Valid(body) {
		return tracker.Draft{}, newProblem(400, "the body is not JSON", fieldError{"", "", "is not JSON in UTF-8"})
	}
	top := d.members("", body, "type", "id", "geometry", "properties")
	if t := d.text("type", top["type"], 20); t != "Feature" {
		d.bad("type", t, "is not Feature")
	}
	draft := tracker.Draft{Tier: report.TierAnonymous, Body: bodyDigest(body)}
	draft.ID = d.id(top["id"], header)
	props := d.members("properties.", top["properties"], allProperties()...)
	f := &draft.Filed
	f.About = d.choice("properties.about", props["about"], report.Abouts, true)
	f.ObservedAt = d.observed(props, now)
	f.Note = d.text("properties.note", props["note"], 280)
	for _, name := range slices.Sorted(maps.Keys(props)) {
		if !slices.Contains(anyReport, name) && !slices.Contains(reportProperties[f.About], name) && slices.Contains(allProperties(), name) && reportProperties[f.About] != nil {
			d.bad("properties."+name, "", "does not belong to a report about "+f.About)
		}
	}
	d.about(props, &draft)
	draft.Point, draft.HasPoint = d.point(top["geometry"])
	switch {
	case draft.HasPoint && f.About == report.AboutCurfew:
		d.bad("geometry", "", "a curfew rule has none: its area_code says where it holds")
	case !draft.HasPoint && !placed && slices.Contains([]string{report.AboutOutage, report.AboutNeed, report.AboutHub}, f.About) && len(d.errs) == 0:
		d.bad("geometry", "", "is missing: a Point")
	}
	if d.errs != nil {
		return draft, badRequest(d.errs...)
	}
	return draft, nil
}

// about reads what a report of one kind says.
func (d *decoder) about(props map[string]json.RawMessage, draft *tracker.Draft) {
	f := &draft.Filed
	switch f.About {
	case report.AboutOutage:
		f.Service = d.choice("properties.service", props["service"], report.Services, true)
		f.State = d.choice("properties.state", props["state"], report.OutageStates, true)
	case report.AboutHubStatus:
		f.State = d.choice("properties.state", props["state"], report.HubStates, props["amenities"] == nil)
		f.Hub = d.required("properties.hub", props["hub"], 80, "the id of a hub")
		f.Amenities = d.amenities(props["amenities"])
	case report.AboutCorrection:
		f.Hub = d.required("properties.hub", props["hub"], 80, "the id of a hub")
		f.Problem = d.choice("properties.problem", props["problem"], report.Problems, true)
	case report.AboutNeed:
		f.Need = d.choice("properties.need", props["need"], report.NeedKinds, true)
		f.Urgency = d.choice("properties.urgency", props["urgency"], report.Urgencies, false)
		f.People = d.whole("properties.people", props["people"], 1, 10_000)
	case report.AboutHub:
		f.Name = d.required("properties.name", props["name"], 200, "what people call the place")
		f.Address = d.text("properties.address", props["address"], 300)
		f.Opening = d.text("properties.opening_text", props["opening_text"], 300)
		f.Amenities = d.amenities(props["amenities"])
	case report.AboutCurfew:
		draft.Curfew = d.curfew(props)
		draft.AreaCode = d.required("properties.area_code", props["area_code"], 19, "the KATOTTG code of the area")
		draft.SourceURL = d.text("properties.source_url", props["source_url"], 1000)
		if draft.SourceURL != "" && !strings.HasPrefix(draft.SourceURL, "https://") && !strings.HasPrefix(draft.SourceURL, "http://") {
			d.bad("properties.source_url", draft.SourceURL, "is not a web address")
		}
	}
}

var wallTime = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

// curfew reads the fields of a curfew rule (CONTRACT §3.1).
func (d *decoder) curfew(props map[string]json.RawMessage) *report.Curfew {
	c := &report.Curfew{
		Kind:     d.choice("properties.kind", props["kind"], report.CurfewKinds, true),
		Timezone: d.text("properties.timezone", props["timezone"], 60), Authority: d.text("properties.authority", props["authority"], 200),
		Order: d.text("properties.order", props["order"], 200), Exemptions: d.text("properties.exemptions", props["exemptions"], 300),
		Documents:  d.text("properties.documents", props["documents"], 300),
		StartLocal: d.text("properties.start_local", props["start_local"], 5), EndLocal: d.text("properties.end_local", props["end_local"], 5),
		ValidFrom: d.instant("properties.valid_from", props["valid_from"]), ValidTo: d.instant("properties.valid_to", props["valid_to"]),
	}
	if c.Timezone == "" {
		c.Timezone = "Europe/Kyiv"
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "Local" {
		d.bad("properties.timezone", c.Timezone, "is not an IANA time zone")
	}
	for field, value := range map[string]string{"properties.start_local": c.StartLocal, "properties.end_local": c.EndLocal} {
		if value != "" && !wallTime.MatchString(value) {
			d.bad(field, value, "is not a time of day such as 23:00")
		}
	}
	if (c.StartLocal == "") != (c.EndLocal == "") {
		d.bad("properties.end_local", c.EndLocal, "and start_local belong together")
	}
	if c.ValidFrom != 0 && c.ValidTo != 0 && c.ValidTo <= c.ValidFrom {
		d.bad("properties.valid_to", "", "is not after valid_from")
	}
	for name := range strings.SplitSeq(c.Documents, ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(report.Documents, name) {
			d.bad("properties.documents", name, "is not one of "+strings.Join(report.Documents, ", "))
		}
	}
	return c
}

// required reads a text that must be there.
func (d *decoder) required(path string, raw json.RawMessage, most int, what string) string {
	s := d.text(path, raw, most)
	if s == "" {
		d.bad(path, "", "is missing: "+what)
	}
	return s
}

// whole reads a whole number from least to most; absent and null are 0.
func (d *decoder) whole(path string, raw json.RawMessage, least, most int) int {
	if raw == nil || string(raw) == "null" {
		return 0
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < least || n > most {
		d.bad(path, string(raw), fmt.Sprintf("is not a whole number from %d to %d", least, most))
		return 0
	}
	return n
}

// instant reads an RFC 3339 instant; absent and null are 0.
func (d *decoder) instant(path string, raw json.RawMessage) report.Instant {
	s := d.text(path, raw, 40)
	if s == "" {
		return 0
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1990 || t.Year() > 2100 {
		d.bad(path, s, "is not an RFC 3339 instant with offset")
		return 0
	}
	return report.InstantOf(t)
}

// id takes the client's id: the member, the header Idempotency-Key, or both when
// they agree; with neither the server makes one.
func (d *decoder) id(raw json.RawMessage, header string) report.UUID {
	member := d.text("id", raw, 80)
	if string(raw) == `""` { // a client that lost its id would file the same twice
		d.bad("id", "", "is empty: send a UUID, the same whenever you send it again, or no id")
	}
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
	if before := len(d.errs); raw[0] == '{' {
		if d.members("geometry.", raw, "type", "coordinates"); len(d.errs) > before {
			return orb.Point{}, false
		}
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
// spelling of numbers aside. age_s is left out, because it grows while a phone waits,
// and the id, which is compared by itself.
func bodyDigest(body []byte) [32]byte {
	dec := json.NewDecoder(io.LimitReader(bytes.NewReader(body), maxBodyBytes))
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return sha256.Sum256(body)
	}
	delete(v, "id")
	if props, ok := v["properties"].(map[string]any); ok {
		delete(props, "age_s")
	}
	canonical, err := json.Marshal(v) // members in order of their names
	if err != nil {
		return sha256.Sum256(body)
	}
	return sha256.Sum256(canonical)
}
