package intake

import (
	"cmp"
	"strings"
	"time"

	"example.org/teplo/geo"
	"example.org/teplo/internal/report"
)

// outage makes the facts of an official outage.
func (w *row) outage(r *report.Record) {
	o := report.Outage{
		Service: cmp.Or(w.enum("service", serviceWord), "power"), Kind: cmp.Or(w.enum("kind", outageKind), report.Unknown),
		Status: w.enum("status", nil), Certainty: w.enum("certainty", nil), Level: w.enum("level", nil),
	}
	if m, ok := w.instant("starts_at", false); ok {
		o.StartsAt = report.InstantOf(m.first)
	}
	if m, ok := w.instant("ends_at", false); ok {
		o.EndsAt = report.InstantOf(m.end)
	}
	if m, ok := w.instant("announced_end_at", false); ok {
		o.AnnouncedEndAt = report.InstantOf(m.end)
	}
	for _, end := range []report.Instant{o.EndsAt, o.AnnouncedEndAt} {
		if end != 0 && o.StartsAt != 0 && end < o.StartsAt {
			w.reject("ends_at", end.Time().Format(time.RFC3339), "lies before the start %s", o.StartsAt.Time().Format(time.RFC3339))
			return
		}
	}
	w.locate(r, true)
	if r.Ref == "" {
		// Street batches of one notice repeat it: the notice is place, kind and times.
		r.Ref = strings.Join([]string{r.AreaCode, o.Service, o.Kind, o.StartsAt.Time().Format(time.RFC3339), max(o.AnnouncedEndAt, o.EndsAt).Time().Format(time.RFC3339), pointText(r)}, "|")
	}
	r.Facts = o
}

func pointText(r *report.Record) string {
	if !r.HasPoint {
		return ""
	}
	return string(geo.AppendGeometry(nil, r.Point))
}

func serviceWord(text string) (string, bool) {
	low := strings.ToLower(text)
	for word, service := range map[string]string{"електр": "power", "светл": "power", "electric": "power", "опален": "heating", "теплопостач": "heating", "вод": "water", "звяз": "communications", "інтернет": "communications"} {
		if strings.Contains(low, word) {
			return service, true
		}
	}
	return "", false
}

// outageKind understands the words of operators (research: Ukrenergo's kinds).
func outageKind(text string) (string, bool) {
	low := strings.ToLower(text)
	for _, k := range []struct{ word, kind string }{
		{"сгав", "emergency"},
		{"гав", "emergency"},
		{"гпв", "hourly"},
		{"планов", "planned"},
		{"scheduled", "planned"},
		{"planned", "planned"},
		{"аварійн", "fault"},
		{"авар", "fault"},
		{"fault", "fault"},
		{"storm", "fault"},
		{"weather", "fault"},
		{"equipment", "fault"},
	} {
		if strings.Contains(low, k.word) {
			return k.kind, true
		}
	}
	return report.Unknown, true
}
