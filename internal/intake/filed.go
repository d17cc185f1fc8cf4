package intake

import (
	"strings"

	"example.org/teplo/internal/report"
)

// filed makes the facts of a report.
func (w *row) filed(r *report.Record) {
	f := report.Filed{
		About: w.enum("about", nil), Service: w.enum("service", nil), State: w.enum("state", nil), Hub: w.text("hub", 80),
		Need: w.enum("need", nil), Urgency: w.enum("urgency", nil), Problem: w.enum("problem", nil), People: w.number("people", 100_000),
		Note: w.text("note", 280), Name: r.Name, Address: w.text("address", maxAddress), Opening: w.text("opening_text", maxText),
		Reporter: w.text("reporter", 80),
	}
	if f.About == "" {
		if w.as != report.Needs {
			w.reject("about", "", "is missing")
			return
		}
		f.About = report.AboutNeed
	}
	f.ObservedAt = report.InstantOf(w.cfg.Now)
	if m, ok := w.instant("observed_at", true); ok {
		f.ObservedAt = report.InstantOf(m.first)
	}
	for _, name := range strings.Split(w.cell("amenities").text, ",") {
		f.Amenities = f.Amenities.With(strings.TrimSpace(name), report.Yes)
	}
	if f.About == report.AboutOutage && (f.Service == "" || f.State == "") {
		w.reject("state", f.State, "an outage needs service and state")
	}
	w.locate(r, f.About != report.AboutHubStatus)
	r.Facts = f
}
