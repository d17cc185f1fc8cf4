package intake

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
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

// osmHours is a light look at OSM opening_hours: days, times and rules, no prose.
var osmHours = regexp.MustCompile(`^(24/7|((Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|off|closed|open|unknown|\d{1,2}:\d{2}\+?|\d{1,4}|"[^"]{0,80}")[ ,;:-]*)+)$`)

// opening keeps hours that look like OSM's and the source's text always.
func (w *row) opening(h *report.Hub) {
	c := w.cell("opening_hours")
	text := w.limited(c.field, c.text, maxText)
	switch {
	case text != "" && osmHours.MatchString(text):
		h.OpeningHours = text
	case text != "":
		w.notice(c.field, c.text, "not understood as opening_hours; kept as text")
		if h.OpeningText == "" {
			h.OpeningText = text
		}
	}
	switch strings.ToLower(strings.Trim(h.OpeningText, " .")) {
	case "цілодобово", "24/7", "круглосуточно", "24 години":
		h.OpeningHours = cmp.Or(h.OpeningHours, "24/7")
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
	if h.Status != "" && h.StatusAt == 0 {
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
		Timezone: cmp.Or(w.text("timezone", 60), "Europe/Kyiv"), Exemptions: commaList(w.text("exemptions", maxText)),
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
		w.notice("end_local", c.EndLocal, "start and end belong together; kept, applied nowhere as fact")
		c.Unresolved = true
	}
	if m, ok := w.instant("valid_from", true); ok {
		c.ValidFrom = report.InstantOf(m.first)
	} else {
		c.ValidFrom = r.Confirmed // a rule without a date counts from its source's
	}
	if m, ok := w.instant("valid_to", true); ok {
		c.ValidTo = report.InstantOf(lastNight(m, c.EndLocal))
	}
	w.ruleArea(r, &c)
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

// areaFacts makes what one source says of an area.
func (w *row) areaFacts(r *report.Record) {
	a := report.Area{
		Category: w.text("category", 1), NameEN: w.text("name_en", maxName), Alias: w.text("alias", maxName),
		Population: w.number("population", 50_000_000),
	}
	name := w.text("name_uk", maxName)
	code := ""
	for _, prop := range []string{"level_5", "level_4", "level_3", "level_2", "level_1", "area_code"} {
		if c := w.cell(prop); c.text != "" && code == "" {
			parsed, err := places.ParseCode(c.text)
			if err != nil {
				w.reject(c.field, c.text, "%v", err)
				return
			}
			code = parsed
		}
	}
	if code == "" {
		w.reject("area_code", name, "no code: which area is this?")
		return
	}
	if len(code) < 19 {
		known, ok := w.area(code)
		// Only Kyiv and Sevastopol have p-codes of every level; of another area a
		// coarser one is not the same.
		if !ok || len(known.Code) < 19 || places.Prefix(known.Code) != code && known.Category != "K" {
			w.reject("area_code", code, "is not a known p-code")
			return
		}
		code = known.Code
	}
	w.nameArea(&a, code, name)
	r.AreaCode, r.Ref = code, code
	r.Name = a.NameUK
	if !w.areaShape(r, &a) {
		return
	}
	r.Facts = a
}

// nameArea takes the name and category where the source is a register; others add
// names by which people search.
func (w *row) nameArea(a *report.Area, code, name string) {
	known, have := w.area(code)
	have = have && known.NameUK != ""
	if a.Category == "" || places.LevelOf(a.Category) == "" {
		a.Category = ""
		if have {
			if name != "" && !strings.HasPrefix(known.NameUK, name) {
				a.Alias = strings.Trim(a.Alias+","+name, ",")
			}
			a.NameEN = ""
			return
		}
		a.Level, a.NameUK = string(places.LevelOfCode(code)), name
		return
	}
	a.Level = string(places.LevelOf(a.Category))
	a.NameUK, _ = places.Shown(places.Level(a.Level), a.Category, name)
	if have && (a.Level == string(places.LevelOblast)) {
		a.NameUK = known.NameUK
	}
	if !have {
		_, a.NameEN = places.Shown(places.Level(a.Level), a.Category, name)
	} else {
		a.NameEN = ""
	}
}

// areaShape takes an outline or a point.
func (w *row) areaShape(r *report.Record, a *report.Area) bool {
	if w.rec.shape == nil || string(w.rec.shape) == "null" {
		r.Point, r.HasPoint = w.point()
		return len(w.out.Problems) == 0
	}
	g, err := geo.ParseGeometry(w.rec.shape)
	if err != nil {
		w.reject("geometry", "", "%v", err)
		return false
	}
	switch g := g.(type) {
	case orb.MultiPolygon:
		a.Outline = geo.Wind(g)
	case orb.Polygon:
		a.Outline = geo.Wind(orb.MultiPolygon{g})
	default:
		w.reject("geometry.type", g.GeoJSONType(), "is not Polygon or MultiPolygon")
		return false
	}
	return true
}

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
