package intake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/teplo/internal/report"
)

// Greatest lengths of texts, in characters.
const (
	maxName    = 200
	maxAddress = 300
	maxText    = 1000
)

// row is one record while it is understood.
type row struct {
	*reader
	rec *record
	out Row
	at  map[string][]int // where each property stands; nil with a mapping
}

// cell is one property's value with where it came from. Strict values are those
// of a mapping or of a column that bears the property's own name: they must be
// right. Others come from columns that are only alike.
type cell struct {
	field  string
	val    *value
	text   string
	strict bool
	layout string
	order  string
}

func (w *row) reject(field, value, reason string, args ...any) {
	w.out.Problems = append(w.out.Problems, problem(field, value, reason, args))
}

func (w *row) notice(field, value, reason string, args ...any) {
	w.out.Notices = append(w.out.Notices, problem(field, value, reason, args))
}

func problem(field, value, reason string, args []any) Problem {
	value, _ = shorten(clean(value), maxName)
	if len(args) > 0 {
		reason = fmt.Sprintf(reason, args...)
	}
	return Problem{Field: field, Value: value, Reason: reason}
}

// cell looks a property up; its text is empty when the record has none.
func (w *row) cell(prop string) cell {
	if w.cfg.Map != nil {
		return w.mapped(prop)
	}
	if w.at == nil {
		w.at = w.columnsOf(w.rec)
	}
	leaves := w.rec.flat(w.folds())
	first := cell{field: prop}
	for n, i := range w.at[prop] {
		l := leaves[i]
		c := cell{field: l.path, val: l.val, text: l.val.text(), strict: l.path == prop}
		if c.text != "" {
			return c
		}
		if n == 0 {
			first = c
		}
	}
	return first
}

// mapped looks a property up by the mapping.
func (w *row) mapped(prop string) cell {
	f, ok := w.cfg.Map.Fields[prop]
	c := cell{field: prop, strict: true, layout: f.Layout, order: f.Order}
	switch {
	case !ok:
		return c
	case f.Const != nil:
		c.text = clean(*f.Const)
		c.val = &value{kind: kindText, scalar: *f.Const}
		return c
	}
	c.field = strings.Join(f.From, ", ")
	var parts []string
	for _, name := range f.From {
		v := w.rec.at(name)
		if t := v.text(); t != "" {
			parts = append(parts, t)
		}
		if c.val == nil {
			c.val = v
		}
	}
	c.text = strings.Join(parts, ", ")
	if f.Values != nil {
		c.translate(f.Values)
	}
	return c
}

// translate puts our word for the source's; a word without a translation is
// left, so that a wrong one is named.
func (c *cell) translate(values map[string]string) {
	to, ok := values[c.text]
	if !ok {
		to, ok = values["*"]
	}
	if ok {
		c.text, c.val = clean(to), &value{kind: kindText, scalar: to}
	}
}

// text returns a property's text cut to limit characters.
func (w *row) text(prop string, limit int) string {
	c := w.cell(prop)
	return w.limited(c.field, c.text, limit)
}

func (w *row) limited(field, text string, limit int) string {
	short, cut := shorten(text, limit)
	if cut {
		w.notice(field, text, "cut to %d characters", limit)
	}
	if strings.ContainsRune(short, '\ufffd') || strings.Contains(short, "????") {
		w.notice(field, short, "letters were lost before this file was made")
	}
	return short
}

// enum returns a property's word if it is one of the allowed ones. Another word
// rejects the row where the column must be right; else it is handed to lenient,
// which may know what it means, and "" is returned with a notice if not.
func (w *row) enum(prop string, lenient func(text string) (string, bool)) string {
	c := w.cell(prop)
	if c.text == "" {
		return ""
	}
	allowed := properties[w.as][prop].allowed
	if lower := strings.ToLower(c.text); slices.Contains(allowed, lower) {
		return lower
	}
	if lenient != nil {
		if word, ok := lenient(c.text); ok {
			return word
		}
	}
	if c.strict {
		w.reject(c.field, c.text, "not one of %s", strings.Join(allowed, ", "))
		return ""
	}
	w.notice(c.field, c.text, "not understood as %s; left unknown", prop)
	return ""
}

// number returns a property as a whole number from 0 to limit; 0 is unknown.
func (w *row) number(prop string, limit int) int {
	c := w.cell(prop)
	if c.text == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(c.text, ".0"))
	if err != nil && !c.strict {
		n, err = firstNumber(c.text)
	}
	switch {
	case err == nil && n >= 0 && n <= limit:
		return n
	case c.strict:
		w.reject(c.field, c.text, "not a whole number from 0 to %d", limit)
	default:
		w.notice(c.field, c.text, "not understood as a number; left unknown")
	}
	return 0
}

// firstNumber returns the first number in a text such as "понад 200 +".
func firstNumber(text string) (int, error) {
	start := strings.IndexFunc(text, func(r rune) bool { return r >= '0' && r <= '9' })
	if start < 0 {
		return 0, strconv.ErrSyntax
	}
	end := start
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	return strconv.Atoi(text[start:end])
}

// instant returns a property's time. What cannot be read rejects the row when
// the column must be right or the time is needed, else it is noticed.
func (w *row) instant(prop string, needed bool) (moment, bool) {
	c := w.cell(prop)
	if c.text == "" {
		return moment{}, false
	}
	m, err := parseTime(c.text, c.layout, w.cfg.Zone, w.cfg.Now)
	switch {
	case err == nil:
		return m, true
	case c.strict || needed:
		w.reject(c.field, c.text, "%v", err)
	default:
		w.notice(c.field, c.text, "%v; left unknown", err)
	}
	return moment{}, false
}

// build makes the record of the row's collection.
func (w *row) build() {
	r := &w.out.Record
	w.common(r)
	switch w.as {
	case report.Hubs:
		w.hub(r)
	case report.Outages:
		w.outage(r)
	case report.Curfews:
		w.curfew(r)
	case report.Areas:
		w.areaFacts(r)
	default:
		w.filed(r)
	}
}

// common fills in what all collections have.
func (w *row) common(r *report.Record) {
	c := w.cell("ref")
	r.Ref = c.text
	if r.Ref == "" {
		r.Ref = w.rec.id
	}
	if short, cut := shorten(r.Ref, maxText); cut {
		w.reject(c.field, r.Ref, "an id longer than %d characters", maxText)
		r.Ref = short
	}
	r.Name = w.text("name", maxName)
	w.provenance(r)
	r.Tier = w.cfg.Tier
	if r.Tier == "" {
		r.Tier = report.TierOfficial
		if w.as == report.Reports || w.as == report.Needs {
			r.Tier = report.TierCommunity
		}
	}
	if m, ok := w.instant("confirmed_at", false); ok {
		r.Confirmed = report.InstantOf(m.first)
		if !w.cfg.Now.IsZero() && m.first.After(w.cfg.Now.Add(24*time.Hour)) {
			w.notice(w.cell("confirmed_at").field, w.cell("confirmed_at").text, "lies in the future; left unknown")
			r.Confirmed = 0
		}
	}
}

// provenance fills in who says so: the configuration first, then the row, for
// the source's name at last the file's.
func (w *row) provenance(r *report.Record) {
	r.Source, r.SourceURL, r.Licence = w.cfg.Source, w.cfg.SourceURL, w.cfg.Licence
	name := w.text("source", maxName)
	url := w.text("source_url", maxText)
	if isURL(name) { // a column "source" that holds an address
		if url == "" {
			url = name
		}
		name = ""
	}
	if !isURL(url) {
		url = ""
	}
	if r.Source == "" {
		r.Source = name
	}
	if r.Source == "" {
		r.Source = w.cfg.Name
	}
	if r.SourceURL == "" {
		r.SourceURL = url
	}
	if r.Licence == "" {
		r.Licence = w.text("licence", maxName)
	}
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}
