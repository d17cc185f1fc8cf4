package intake

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// wallTime is HH:MM, 24:00 being midnight.
var wallTime = regexp.MustCompile(`^([01]?\d|2[0-4]):([0-5]\d)$`)

func (w *row) wall(prop string) string {
	c := w.cell(prop)
	if c.text == "" {
		return ""
	}
	if !wallTime.MatchString(c.text) {
		w.reject(c.field, c.text, "is not a time of day such as 23:00")
		return ""
	}
	text := c.text
	if len(text) == 4 {
		text = "0" + text
	}
	if text == "24:00" {
		text = "00:00"
	}
	return text
}

// curfew makes the facts of a curfew rule.
func (w *row) curfew(r *report.Record) {
	c := report.Curfew{
		StartLocal: w.wall("start_local"), EndLocal: w.wall("end_local"), Kind: w.enum("kind", nil),
		Timezone: cmp.Or(w.text("timezone", 60), "Europe/Kyiv"), Exemptions: strings.ToLower(commaList(w.text("exemptions", maxText))),
		Documents: commaList(w.text("documents", maxText)), Authority: w.text("authority", maxName), Order: w.text("order", maxName),
		Note: w.text("note", maxText),
	}
	if _, err := time.LoadLocation(c.Timezone); err != nil {
		w.reject("timezone", c.Timezone, "is not an IANA time zone")
	}
	if c.Kind == "" {
		w.reject("kind", "", "is missing")
	}
	if (c.StartLocal == "") != (c.EndLocal == "") {
		w.notice("end_local", c.EndLocal, "start and end belong together; kept, and unknown while it is valid")
	}
	if m, ok := w.instant("valid_from", true); ok {
		c.ValidFrom = report.InstantOf(m.first)
	} else {
		c.ValidFrom = r.Confirmed // a rule without a date counts from its source's
	}
	if m, ok := w.instant("valid_to", true); ok {
		c.ValidTo = report.InstantOf(lastNight(m, c.EndLocal))
	}
	if c.ValidFrom != 0 && c.ValidTo != 0 && c.ValidTo <= c.ValidFrom {
		w.reject("valid_to", w.cell("valid_to").text, "lies before valid_from")
	}
	for _, word := range strings.Split(c.Exemptions, ",") {
		if word != "" && !slices.Contains(report.Exemptions, word) {
			w.notice("exemptions", word, "is no exemption that is known here; kept, and gives nobody leave")
		}
	}
	if m, ok := w.instant("order_date", true); ok {
		c.Ordered = report.InstantOf(m.first)
	}
	w.documents(&c)
	w.ruleArea(r, &c)
	w.exceptAreas(r, &c)
	r.Name = w.shown(r, strings.TrimSpace(c.AreaText))
	r.Facts = c
}

// lastNight makes a date-only end include the night that begins that evening.
func lastNight(m moment, endLocal string) time.Time {
	if !m.coarse {
		return m.first
	}
	clock, err := time.Parse("15:04", cmp.Or(endLocal, "12:00"))
	if err != nil {
		return m.end
	}
	return time.Date(m.end.Year(), m.end.Month(), m.end.Day(), clock.Hour(), clock.Minute(), 0, 0, m.end.Location())
}

func commaList(text string) string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == ',' })
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, ",")
}

// ruleArea resolves where a rule applies. What names no one area ("10 km or less
// from the front", two raions) is kept with its oblast and marked.
func (w *row) ruleArea(r *report.Record, c *report.Curfew) {
	c.AreaLevel, c.AreaText = w.text("area_level", 40), w.text("area_text", maxName)
	if c.AreaLevel == "country" {
		r.Precision = string(places.LevelOblast)
		return
	}
	w.locate(r, c.AreaLevel == "")
	if r.HasPoint || r.AreaCode == "" || c.AreaText == "" {
		if r.AreaCode == "" && len(w.out.Problems) == 0 {
			w.reject("area_code", c.AreaText, "no code and no known place")
		}
		return
	}
	levels := map[string][]places.Level{
		"raion": {places.LevelRaion}, "hromada": {places.LevelHromada}, "city": {places.LevelSettlement, places.LevelOblast},
		"oblast": {places.LevelOblast},
	}[c.AreaLevel]
	a, ok := w.resolve(c.AreaText, r.AreaCode, levels...)
	if !ok && c.AreaLevel == "hromada" {
		a, ok = w.resolve(strings.NewReplacer("міська ", "", "селищна ", "", "сільська ", "").Replace(c.AreaText), r.AreaCode, levels...)
	}
	if !ok || levels == nil {
		c.Unresolved = true
		return
	}
	r.AreaCode, r.Precision = a.Code, string(places.LevelOfCode(a.Code))
}

// documentSigns are what notices name documents with.
var documentSigns = []struct{ word, document string }{
	{"identity document", "identity_document"},
	{"посвідчує особу", "identity_document"},
	{"паспорт", "identity_document"},
	{"military registration", "military_document"},
	{"військово-облік", "military_document"},
	{"квиток на", "ticket"},
}

// documents takes the column, else what the note says must be carried.
func (w *row) documents(c *report.Curfew) {
	if c.Documents != "" {
		return
	}
	var found []string
	note := strings.ToLower(c.Note)
	for _, s := range documentSigns {
		if strings.Contains(note, s.word) && !slices.Contains(found, s.document) {
			found = append(found, s.document)
		}
	}
	c.Documents = strings.Join(found, ",")
}

// exceptAreas resolves what a rule leaves out: codes or names inside its area. A
// rule whose limits are not certain applies nowhere as fact.
func (w *row) exceptAreas(r *report.Record, c *report.Curfew) {
	col := w.cell("except_areas")
	var codes []string
	for _, part := range strings.FieldsFunc(col.text, func(r rune) bool { return r == ';' || r == ',' }) {
		a, ok := w.area(part)
		if !ok {
			a, ok = w.resolve(strings.TrimSpace(part), r.AreaCode)
		}
		if !ok {
			w.notice(col.field, part, "is not one known place; the rule is kept, and applies nowhere as fact")
			c.Unresolved = true
			continue
		}
		codes = append(codes, a.Code)
	}
	c.Except = strings.Join(codes, ",")
}
