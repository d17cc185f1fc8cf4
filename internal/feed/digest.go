package feed

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Digest says the board of a place in short lines of one language (uk or en), the
// most needed first: may I go, what to do in an alert, the hubs, what is out. It is
// what gateways and the worst phones read.
func Digest(snap *view.Snapshot, a *places.Area, now time.Time, lang string) []string {
	say := func(t report.Text) string {
		if lang == "en" {
			return t.EN
		}
		return t.UK
	}
	prefix := places.Prefix(a.Code)
	answer := snap.Verdict(curfew.Ask{Places: []string{prefix}, From: now, To: now, Destination: curfew.Hub, Mode: curfew.Foot})
	name := report.Text{UK: a.NameUK, EN: cmp.Or(a.NameEN, a.NameUK)}
	lines := []string{
		say(name) + ": " + say(report.VerdictWords(&answer, curfew.Hub, curfew.Foot, now, snap.Zone)),
		say(report.Text{UK: "Тривога: спершу в укриття, тут її не показано.", EN: "Alert: shelter first, alerts are not shown here."}),
	}
	lines = append(lines, hubLines(snap, a, now, say)...)
	for _, service := range report.Services {
		if out(snap, prefix, service) {
			lines = append(lines, say(report.ServiceWords[service])+".")
		}
	}
	return append(lines, say(report.Text{UK: "Перелік неповний. 1545, nezlamnist.gov.ua", EN: "The list is not complete. 1545, nezlamnist.gov.ua"}))
}

// digestHubs is how many hubs a digest names.
const digestHubs = 3

// hubLines names the nearest hubs that one may walk to within an hour.
func hubLines(snap *view.Snapshot, a *places.Area, now time.Time, say func(report.Text) string) []string {
	if slices.ContainsFunc(snap.Policy.WithheldAreas, func(w string) bool { return strings.HasPrefix(a.Code, places.Prefix(w)) }) {
		return []string{say(report.Text{UK: "Пункти тут не публікуємо: питайте 1545.", EN: "Hubs are not published here: ask 1545."})}
	}
	center, ok := snap.Book.Center(a.Code)
	if !ok {
		return nil
	}
	var lines []string
	walk := view.Walk{From: center, Area: a.Code, At: now, Speed: 1.1, By: curfew.Foot, Limit: 4 * digestHubs}
	for _, n := range snap.Nearest(walk) {
		near := n.Minutes >= 0 && n.Minutes <= 60 || n.Minutes < 0 && strings.HasPrefix(n.Facts.AreaCode, places.Prefix(a.Code))
		if !near || n.OnArrival == report.No || n.Go.Verdict == curfew.Forbidden || len(lines) == digestHubs {
			continue
		}
		lines = append(lines, hubLine(&n, say, snap.Zone))
	}
	if lines == nil {
		return []string{say(report.Text{UK: "Пунктів поруч не знаємо.", EN: "No hub is known nearby."})}
	}
	return lines
}

func hubLine(n *view.Near, say func(report.Text) string, zone *time.Location) string {
	hub, _ := n.Facts.Facts.(report.Hub)
	parts := []string{n.Facts.Name}
	if hub.Address != "" && hub.Address != n.Facts.Name {
		parts = append(parts, hub.Address)
	}
	if n.Minutes >= 0 {
		parts = append(parts, say(report.Text{UK: fmt.Sprintf("%d хв", n.Minutes), EN: fmt.Sprintf("%d min", n.Minutes)}))
	}
	_, _, closes, _ := n.Opening.Span(n.Arrival)
	switch {
	case n.OnArrival == report.Yes && !closes.IsZero():
		clock := closes.In(zone).Format("15:04")
		parts = append(parts, say(report.Text{UK: "до " + clock, EN: "until " + clock}))
	case n.OnArrival == report.Yes:
		parts = append(parts, say(report.Text{UK: "відчинено", EN: "open"}))
	default:
		parts = append(parts, say(report.Text{UK: "не підтверджено", EN: "not confirmed"}))
	}
	return "- " + strings.Join(parts, ", ")
}

// out reports whether a service is out in a place by what is public.
func out(snap *view.Snapshot, prefix, service string) bool {
	for f := range snap.Layer(report.Outages).All() {
		o, _ := f.Facts.Facts.(report.Outage)
		own := places.Prefix(f.Facts.AreaCode)
		if o.Service == service && o.Status == "active" && own != "" && (strings.HasPrefix(prefix, own) || strings.HasPrefix(own, prefix)) {
			return true
		}
	}
	return false
}

// Lengths of one SMS: in GSM 7-bit letters, else in UTF-16 units (3GPP TS 23.038).
const (
	smsLetters = 160
	smsUnits   = 70
)

// gsm are the letters of the GSM 7-bit alphabet that our English texts use.
const gsm = "@ !\"#%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\n"

// SMS cuts a text into parts of one message each, at blanks where there is one.
func SMS(text string) []string {
	most := smsUnits
	if strings.Trim(text, gsm) == "" {
		most = smsLetters
	}
	var parts []string
	part := ""
	for _, word := range strings.Fields(text) {
		for units(word) > most { // no blank in sight
			head := cut(word, most)
			parts, word = append(parts, strings.TrimSpace(part)), word[len(head):]
			part = head
		}
		if part != "" && units(part)+1+units(word) > most {
			parts, part = append(parts, part), ""
		}
		part = strings.TrimSpace(part + " " + word)
	}
	if part != "" {
		parts = append(parts, part)
	}
	return slices.DeleteFunc(parts, func(p string) bool { return p == "" })
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// cut returns the beginning of a text of at most so many units.
func cut(s string, most int) string {
	n := 0
	for i, r := range s {
		if n += utf16.RuneLen(r); n > most {
			return s[:i]
		}
	}
	return s
}
