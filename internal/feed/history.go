package feed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Entry is one line of an area's history (CONTRACT §3.2). At is when it takes
// effect: valid_from or starts_at, else the source's date.
type Entry struct {
	At         report.Instant
	Kind       string
	Collection report.Collection
	ID         string
	Text       report.Text
}

// curfewChanges says what a rule of each kind does to the curfew.
var curfewChanges = map[curfew.Kind]string{
	curfew.Baseline: "curfew_introduced", curfew.Extension: "curfew_extended", curfew.Easing: "curfew_eased",
	curfew.Exceptional: "curfew_exception", curfew.Cancelled: "curfew_cancelled", curfew.None: "curfew_cancelled",
	curfew.Exemption: "exemption_added",
}

// History returns what changed in an area, the newest first: the curfew rules of it
// and of what it lies in, and official outages of these and of what lies in it. What
// bears no date at all is left out.
func History(snap *view.Snapshot, a *places.Area, now time.Time) []Entry {
	var out []Entry
	prefix := places.Prefix(a.Code)
	for f := range snap.Layer(report.Curfews).All() {
		if strings.HasPrefix(prefix, places.Prefix(f.Facts.AreaCode)) {
			out = append(out, ruleEntries(snap, f, now)...)
		}
	}
	for f := range snap.Layer(report.Outages).All() {
		own := places.Prefix(f.Facts.AreaCode)
		if f.Facts.Confirmations >= 0 && own != "" && (strings.HasPrefix(prefix, own) || strings.HasPrefix(own, prefix)) {
			out = append(out, outageEntries(snap, f)...)
		}
	}
	out = slices.DeleteFunc(out, func(e Entry) bool { return e.At == 0 })
	slices.SortFunc(out, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(y.At, x.At), strings.Compare(x.ID, y.ID), strings.Compare(y.Kind, x.Kind))
	})
	return out
}

func ruleEntries(snap *view.Snapshot, f *view.Feature, now time.Time) []Entry {
	c, _ := f.Facts.Facts.(report.Curfew)
	e := Entry{
		At: cmp.Or(c.ValidFrom, f.Facts.ConfirmedAt), Kind: curfewChanges[curfew.Kind(c.Kind)], Collection: report.Curfews, ID: f.ID,
		Text: report.RuleWords(f.Facts, snap.Book, snap.Zone),
	}
	out := []Entry{e}
	if c.Kind == string(curfew.Exemption) && c.ValidTo != 0 && !c.ValidTo.Time().After(now) {
		e.At, e.Kind = c.ValidTo, "exemption_ended"
		out = append(out, e)
	}
	return out
}

func outageEntries(snap *view.Snapshot, f *view.Feature) []Entry {
	o, _ := f.Facts.Facts.(report.Outage)
	where := report.Text{UK: f.Facts.Name, EN: f.Facts.Name}
	if a, ok := snap.Book.Area(f.Facts.AreaCode); ok {
		where = report.Text{UK: a.NameUK, EN: a.NameEN}
	}
	service := report.ServiceWords[o.Service]
	e := Entry{
		At: cmp.Or(o.StartsAt, f.Facts.ConfirmedAt), Kind: "outage_announced", Collection: report.Outages, ID: f.ID,
		Text: report.Text{UK: where.UK + ": " + service.UK, EN: where.EN + ": " + service.EN},
	}
	out := []Entry{e}
	if o.Status == "ended" {
		e.At, e.Kind = cmp.Or(o.EndsAt, f.Facts.ExpiresAt), "outage_ended"
		out = append(out, e)
	}
	return out
}
