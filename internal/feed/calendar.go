// Package feed tells what changes in the forms that other programs follow: the
// history of an area, and its curfew as a calendar.
package feed

import (
	"fmt"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Calendar limits: nights ahead (CONTRACT §3.4 asks for 14 at least), and back, so
// that the one that lasts is whole.
const (
	calendarAhead = 21 * 24 * time.Hour
	calendarBack  = 48 * time.Hour
)

// Calendar returns the curfew of an area as iCalendar (RFC 5545): an event for each
// uninterrupted time in force; tentative where the rules were not confirmed lately
// (policy curfew_confirm_within). Times that the rules leave unknown have none.
func Calendar(snap *view.Snapshot, a *places.Area, now time.Time) []byte {
	cal := ics.NewCalendarFor("Teplo curfew")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName("Комендантська година: " + a.NameUK)
	cal.SetRefreshInterval("PT1H")
	prefix := places.Prefix(a.Code)
	for _, w := range snap.Curfews.Windows(prefix, now.Add(-calendarBack), now.Add(calendarAhead)) {
		if w.State == curfew.Yes && w.To.After(now) {
			addNight(cal, snap, a, w, now)
		}
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

func addNight(cal *ics.Calendar, snap *view.Snapshot, a *places.Area, w curfew.Window, now time.Time) {
	force := snap.Curfews.InForce(places.Prefix(a.Code), w.From)
	e := cal.AddEvent(fmt.Sprintf("curfew-%s-%d@teplo", strings.ToLower(places.Prefix(a.Code)), w.From.Unix()))
	stamp := force.Newest
	if stamp.IsZero() {
		stamp = now
	}
	e.SetDtStampTime(stamp)
	e.SetStartAt(w.From)
	e.SetEndAt(w.To)
	e.SetSummary("Комендантська година / Curfew: " + a.NameUK)
	e.SetStatus(ics.ObjectStatusConfirmed)
	if w.From.Sub(force.Newest) > time.Duration(snap.Policy.CurfewConfirm) {
		e.SetStatus(ics.ObjectStatusTentative)
	}
	e.SetTimeTransparency(ics.TransparencyTransparent)
	var lines []string
	for _, r := range force.Deciding {
		if f, ok := snap.Layer(report.Curfews).Feature(r.ID); ok {
			words := report.RuleWords(f.Facts, snap.Book, snap.Zone)
			lines = append(lines, words.UK, words.EN)
			if f.Facts.SourceURL != "" {
				lines = append(lines, f.Facts.SourceURL)
			}
		}
	}
	e.SetDescription(strings.Join(append(lines, report.AlertFirst.UK, report.AlertFirst.EN), "\n"))
}
