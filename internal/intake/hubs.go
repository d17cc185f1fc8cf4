package intake

import (
	"cmp"
	"regexp"
	"strings"

	"example.org/teplo/internal/hours"
	"example.org/teplo/internal/report"
)

// hub makes the facts of a hub.
func (w *row) hub(r *report.Record) {
	h := report.Hub{
		NameUK: w.text("name_uk", maxName), NameEN: w.text("name_en", maxName), HostType: w.text("host_type", 80),
		Activation: w.text("activation", maxText), OpeningText: w.text("opening_text", maxText), Address: w.text("address", maxAddress),
		Capacity: w.number("capacity", 100_000), ChargingPolicy: w.text("charging_policy", maxText),
	}
	h.Category = cmp.Or(w.enum("category", hubCategory), "warming")
	h.Availability = w.enum("availability", nil)
	h.OpenInCurfew = w.enum("open_in_curfew", yesNo)
	w.locate(r, true)
	w.opening(&h)
	w.status(&h, r)
	w.amenities(&h)
	if r.Name = w.shown(r, h.Address); r.Name == "" {
		w.reject("name", "", "no name and no address")
	}
	r.Facts = h
}

// hubCategory understands what sources call their places.
func hubCategory(text string) (string, bool) {
	low := strings.ToLower(text)
	switch {
	case strings.Contains(low, "укрит"), strings.Contains(low, "сховищ"), strings.Contains(low, "shelter"), strings.Contains(low, "подвійного призначення"):
		return "shelter", true
	case strings.Contains(low, "незламн"):
		return "state", true
	}
	return "", false
}

func yesNo(text string) (string, bool) {
	switch strings.ToLower(strings.Trim(text, " +.")) {
	case "y", "yes", "true", "1", "так", "є", "да", "есть", "наявний", "наявна", "наявне", "присутній", "в наявності", "в наявності, але не відповідає дбн":
		return report.Yes, true
	case "n", "no", "false", "0", "ні", "немає", "нет", "відсутній", "відсутня", "відсутнє", "відсутні":
		return report.No, true
	}
	return "", false
}

// curfewClause says that a place keeps its hours but for the curfew.
var curfewClause = regexp.MustCompile(`(?i)[ ,;(]*(з урахуванням|крім|окрім|за винятком|поза|с учетом|с учётом|кроме)( часу| времени)? комендантс\p{L}+ (години|часа)\)?`)

// opening keeps the source's text always, and hours where the value or the text is
// certain (package hours).
func (w *row) opening(h *report.Hub) {
	c := w.cell("opening_hours")
	text := w.limited(c.field, c.text, maxText)
	if text != "" {
		if _, err := hours.Parse(text); err == nil {
			h.OpeningHours = text
		} else {
			h.OpeningText = cmp.Or(h.OpeningText, text)
			w.notice(c.field, c.text, "not understood as opening_hours (%v); kept as text", err)
		}
	}
	said := curfewClause.ReplaceAllString(h.OpeningText, "")
	if said != h.OpeningText {
		h.OpenInCurfew = cmp.Or(h.OpenInCurfew, report.No)
	}
	if h.OpeningHours == "" {
		h.OpeningHours, _ = hours.Read(said)
	}
}

// standbyWords say that a place opens only when it is needed.
var standbyWords = []string{"блекаут", "на випадок", "у разі", "за потреби", "резерв", "за сигналом", "після"}

// status takes a state only with the time at which it was seen. What says when a
// place opens is its activation.
func (w *row) status(h *report.Hub, r *report.Record) {
	h.Status = w.enum("status", func(text string) (string, bool) {
		low := strings.ToLower(text)
		for _, word := range standbyWords {
			if strings.Contains(low, word) && h.Activation == "" {
				h.Activation, h.Availability = text, cmp.Or(h.Availability, "standby")
				return report.Unknown, true
			}
		}
		switch {
		case strings.HasPrefix(low, "працю"), strings.HasPrefix(low, "відкрит"), strings.HasPrefix(low, "открыт"), strings.HasPrefix(low, "работа"):
			return "open", true
		case strings.HasPrefix(low, "зачинен"), strings.HasPrefix(low, "закрит"), strings.HasPrefix(low, "закрыт"), strings.HasPrefix(low, "не працю"):
			return "closed", true
		}
		return "", false
	})
	if m, ok := w.instant("status_at", false); ok {
		h.StatusAt = report.InstantOf(m.first)
	} else {
		h.StatusAt = r.Confirmed
	}
	switch {
	case h.Status == "" || h.StatusAt != 0:
	case h.Status == "closed" || h.Status == "full":
		w.notice("status", h.Status, "has no time; taken as closed until the source says otherwise")
		h.Status, h.Availability = "", "closed"
	default:
		w.notice("status", h.Status, "has no time; left unknown")
		h.Status = ""
	}
}

// amenityWords are what free text and codes say an amenity with.
var amenityWords = []struct{ word, name string }{
	{"heat", "heat"},
	{"обігрів", "heat"},
	{"тепло", "heat"},
	{"опален", "heat"},
	{"піч", "heat"},
	{"charging", "charging"},
	{"зарядк", "charging"},
	{"generator", "power"},
	{"power", "power"},
	{"light", "power"},
	{"світло", "power"},
	{"електроенерг", "power"},
	{"генератор", "power"},
	{"internet", "internet"},
	{"starlink", "internet"},
	{"wifi", "internet"},
	{"wi-fi", "internet"},
	{"інтернет", "internet"},
	{"mobile_signal", "mobile"},
	{"water", "water"},
	{"вода", "water"},
	{"води", "water"},
	{"hot_drinks", "hot_drinks"},
	{"tea", "hot_drinks"},
	{"чай", "hot_drinks"},
	{"food", "food"},
	{"харч", "food"},
	{"їжа", "food"},
	{"first_aid", "first_aid"},
	{"аптечк", "first_aid"},
	{"medicine", "medicine"},
	{"sleeping", "sleeping"},
	{"ліжк", "sleeping"},
	{"mother_child", "mother_child"},
	{"child_area", "children"},
	{"toilet", "toilet"},
	{"туалет", "toilet"},
	{"санвуз", "toilet"},
	{"shower", "shower"},
	{"wheelchair", "step_free"},
	{"pets", "pets"},
}

var capacityText = regexp.MustCompile(`(?i)місткість\D{0,3}(\d{1,6})`)

// amenities reads the columns of single amenities and a list or text of many. A
// text without a word says nothing: absence is not "no".
func (w *row) amenities(h *report.Hub) {
	c := w.cell("amenities")
	low := strings.ToLower(c.text)
	for _, a := range amenityWords {
		if i := strings.Index(low, a.word); i >= 0 && !strings.HasSuffix(strings.TrimSpace(low[:i]), "без") && !strings.HasSuffix(strings.TrimSpace(low[:i]), "немає") {
			h.Amenities = h.Amenities.With(a.name, report.Yes)
		}
	}
	if m := capacityText.FindStringSubmatch(c.text); m != nil && h.Capacity == 0 {
		h.Capacity, _ = firstNumber(m[1])
	}
	for _, name := range report.AmenityNames {
		if v := w.enum(name, yesNo); v == report.Yes || v == report.No {
			h.Amenities = h.Amenities.With(name, v)
		}
	}
}
