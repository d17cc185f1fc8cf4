package site

import (
	"net/url"
	"slices"
	"strings"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// verdictBox is the answer to "may I go now?", with what it rests on.
type verdictBox struct {
	Verdict, Tone, Mark, Words, Others string
	Grounds                            []groundRow
}

type groundRow struct {
	Words, SourceURL, ValidTo string
	Host, Stated              string // for paper: where the source is, and the day of Confirmed
	Confirmed                 age
}

var verdictTones = map[curfew.Verdict][2]string{
	curfew.Allowed: {"green", "✓"}, curfew.Forbidden: {"red", "✕"}, curfew.Unconfirmed: {"amber", "?"},
}

// verdict answers for a walk to a hub from anywhere in a place. Where parts of it
// have rules of their own, it is the worst of all: whoever reads the page of an
// oblast may live in a city with longer hours.
func (s *Site) verdict(r *request, code string) verdictBox {
	prefix := places.Prefix(code)
	own := r.snap.Verdict(curfew.Ask{Places: []string{prefix}, From: r.now, To: r.now, Destination: curfew.Hub, Mode: curfew.Foot})
	inner := r.ruled(prefix)
	all := own
	if inner != nil {
		all = r.snap.Verdict(curfew.Ask{Places: append([]string{prefix}, inner...), From: r.now, To: r.now, Destination: curfew.Hub, Mode: curfew.Foot})
	}
	words := report.VerdictWords(&own, curfew.Hub, curfew.Foot, r.now, r.snap.Zone)
	if all.Verdict != own.Verdict {
		own.Verdict, own.Carry = curfew.Unconfirmed, nil // true here and there
		words = report.VerdictWords(&own, curfew.Hub, curfew.Foot, r.now, r.snap.Zone)
	}
	tone := verdictTones[own.Verdict]
	box := verdictBox{Verdict: string(own.Verdict), Tone: tone[0], Mark: tone[1], Words: r.cat.choose(words.UK, words.EN)}
	for _, p := range inner {
		if a, ok := r.snap.Book.Area(p); ok {
			box.Others += ", " + r.cat.choose(a.NameUK, a.NameEN)
		}
	}
	box.Others = strings.TrimPrefix(box.Others, ", ")
	box.Grounds = s.grounds(r, all.Because)
	return box
}

// grounds names rules with their sources and ages.
func (s *Site) grounds(r *request, rules []*curfew.Rule) []groundRow {
	var out []groundRow
	for _, rule := range rules {
		f, ok := r.snap.Layer(report.Curfews).Feature(rule.ID)
		if !ok {
			continue
		}
		t := report.RuleWords(f.Facts, r.snap.Book, r.snap.Zone)
		row := groundRow{
			Words: r.cat.choose(t.UK, t.EN), SourceURL: webURL(f.Facts.SourceURL), Confirmed: s.age(r.cat, f.Facts.ConfirmedAt.Time(), r.now),
			Stated: s.day(r, f.Facts.ConfirmedAt),
		}
		if u, err := url.Parse(row.SourceURL); err == nil {
			row.Host = u.Host
		}
		if !rule.To.IsZero() {
			row.ValidTo = r.cat.t("valid_to", "date", r.cat.date(rule.To.In(r.snap.Zone)))
		}
		out = append(out, row)
	}
	return out
}

// ruled lists the prefixes of areas inside a place that have curfew rules of their
// own which still hold.
func (r *request) ruled(prefix string) []string {
	var out []string
	for f := range r.snap.Layer(report.Curfews).All() {
		c, ok := f.Facts.Facts.(report.Curfew)
		p := places.Prefix(f.Facts.AreaCode)
		ended := c.ValidTo != 0 && c.ValidTo.Time().Before(r.now)
		if ok && !ended && !c.Unresolved && len(p) > len(prefix) && strings.HasPrefix(p, prefix) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}
