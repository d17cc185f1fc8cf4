package site

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
	"example.org/teplo/internal/view"
)

// The cookies of the pages: the secret by which one phone stays one source
// (CONTRACT §3.3), the secret that withdraws the last report, the language.
const (
	reporterCookie = "teplo_reporter"
	receiptCookie  = "teplo_receipt"
	langCookie     = "teplo_lang"
)

// asked are the fields of the form for each kind of report, besides place and note.
var asked = map[string][]choiceField{
	report.AboutOutage:     {{Name: "service", Values: report.Services}, {Name: "state", Values: report.OutageStates}},
	report.AboutHubStatus:  {{Name: "state", Values: report.HubStates}},
	report.AboutCorrection: {{Name: "problem", Values: report.Problems}},
	report.AboutNeed:       {{Name: "need", Values: report.NeedKinds}, {Name: "urgency", Values: report.Urgencies}},
	report.AboutHub:        {},
}

// formAbouts are the kinds that the form takes, in its order.
var formAbouts = []string{report.AboutOutage, report.AboutHubStatus, report.AboutNeed, report.AboutHub, report.AboutCorrection}

// choiceField is a group of radio buttons.
type choiceField struct {
	Name   string
	Values []string
}

type option struct {
	Value, Label string
	On           bool
}

type optionGroup struct {
	Name, Label string
	Options     []option
}

type reportPage struct {
	page
	About, ID, Hub, HubName, Lon, Lat, Place, Note string
	Name, Address, Opening, People                 string
	Kinds                                          []chip
	Groups                                         []optionGroup
	Ages                                           []option
	Candidates                                     []option // places of an ambiguous name
	Amenities                                      []option
	Known                                          []outageCard
	Errors                                         []string
	NeedsPlace                                     bool
}

// observedAges are the choices of "observed", in seconds ago.
var observedAges = []string{"0", "3600", "10800", "21600"}

// handleReportForm shows the form, filled in from the query.
func (s *Site) handleReportForm(c *fiber.Ctx) error {
	r := s.begin(c)
	return s.showForm(r, func(name string) string { return c.Query(name) }, nil, nil, fiber.StatusOK)
}

// showForm renders the form with the values at hand.
func (s *Site) showForm(r *request, value func(string) string, faults []string, candidates []places.Area, status int) error {
	p := s.form(r, value)
	p.Errors = faults
	for _, a := range candidates {
		p.Candidates = append(p.Candidates, option{a.Code, s.fullName(r, a), false})
	}
	r.c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, status, "report.html", p)
}

// form is what the form's template reads.
func (s *Site) form(r *request, value func(string) string) reportPage {
	about := value("about")
	if !slices.Contains(formAbouts, about) {
		about = ""
	}
	p := reportPage{
		page: s.page(r, r.cat.t("report_title")), About: about, ID: value("id"), Hub: value("hub"), Lon: value("lon"), Lat: value("lat"),
		Place: value("place"), Note: value("note"), Name: value("name"), Address: value("address"), Opening: value("opening_text"),
		People: value("people"), NeedsPlace: about != report.AboutHubStatus && about != report.AboutCorrection,
	}
	if _, ok := report.ParseUUID(p.ID); !ok {
		p.ID = uuid.Must(uuid.NewV7()).String() // reading randomness never fails
	}
	for _, kind := range formAbouts {
		if kind == report.AboutHubStatus && p.Hub == "" || kind == report.AboutCorrection && p.Hub == "" {
			continue
		}
		p.Kinds = append(p.Kinds, chip{Name: r.cat.t("about_" + kind), On: kind == about, URL: r.with("about", kind)})
	}
	for _, field := range asked[about] {
		g := optionGroup{Name: field.Name, Label: r.cat.t("q_" + field.Name)}
		for _, v := range field.Values {
			g.Options = append(g.Options, option{v, r.cat.t(field.Name + "_" + v), v == value(field.Name)})
		}
		p.Groups = append(p.Groups, g)
	}
	for _, seconds := range observedAges {
		p.Ages = append(p.Ages, option{seconds, r.cat.t("seen_" + seconds), seconds == value("age_s") || seconds == "0" && value("age_s") == ""})
	}
	if about == report.AboutHub || about == report.AboutHubStatus {
		for _, name := range report.AmenityNames {
			p.Amenities = append(p.Amenities, option{name, r.cat.t("a_" + name), value("amenity_"+name) != ""})
		}
	}
	if f, ok := r.snap.Layer(report.Hubs).Feature(p.Hub); ok {
		hub, _ := f.Facts.Facts.(report.Hub)
		p.HubName = r.cat.choose(f.Facts.Name, hub.NameEN)
	}
	if about == report.AboutOutage {
		p.Known = s.knownOutages(r, value)
	}
	return p
}

// knownOutages is what is public already where the report would stand.
func (s *Site) knownOutages(r *request, value func(string) string) []outageCard {
	lon, err1 := strconv.ParseFloat(value("lon"), 64)
	lat, err2 := strconv.ParseFloat(value("lat"), 64)
	at := orb.Point{lon, lat}
	if err1 != nil || err2 != nil {
		a, ok := r.snap.Book.Area(value("place"))
		if !ok {
			return nil
		}
		at, _ = r.snap.Book.Center(a.Code)
	}
	here := geo.BBox{West: at[0], South: at[1], East: at[0], North: at[1]}
	var out []outageCard
	for _, f := range r.snap.Layer(report.Outages).Find(view.Query{BBox: &here}).Features {
		if o, _ := f.Facts.Facts.(report.Outage); o.Status != "ended" && len(out) < hubsPerPage {
			out = append(out, s.outageCard(r, f, &o))
		}
	}
	return out
}

// sameOrigin reports whether a form comes from our own page: by Sec-Fetch-Site, else
// by Origin. A request with neither is taken for an anonymous form (CONTRACT §3.3).
func sameOrigin(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin" || site == "none"
	}
	origin := c.Get(fiber.HeaderOrigin)
	return origin == "" || strings.HasSuffix(origin, "://"+string(c.Request().Host()))
}

// fields reads a urlencoded body.
func (s *Site) fields(c *fiber.Ctx) (url.Values, error) {
	if mt, _, _ := strings.Cut(strings.ToLower(c.Get(fiber.HeaderContentType)), ";"); strings.TrimSpace(mt) != fiber.MIMEApplicationForm {
		return nil, fiber.NewError(fiber.StatusUnsupportedMediaType)
	}
	body, err := s.cfg.Body(c)
	if err != nil {
		return nil, err
	}
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fiber.NewError(fiber.StatusBadRequest)
	}
	return fields, nil
}

// handleReportPost files what the form says: 303 to the receipt, or the form again;
// the script gets JSON.
func (s *Site) handleReportPost(c *fiber.Ctx) error {
	r := s.begin(c)
	if !sameOrigin(c) {
		return fiber.NewError(fiber.StatusForbidden)
	}
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	value := func(name string) string { return strings.TrimSpace(fields.Get(name)) }
	area, candidates, fault := s.placeOf(r, value)
	if c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMEApplicationJSON {
		return s.answerScript(r, value, area, candidates, fault)
	}
	if fault != "" || candidates != nil {
		return s.showForm(r, value, faultList(fault, r, candidates), candidates, fiber.StatusBadRequest)
	}
	receipt, err := s.cfg.File(c, formFeature(value), s.reporter(c), area)
	var invalid *tracker.InvalidError
	var refused *fiber.Error
	switch {
	case errors.As(err, &invalid):
		var faults []string
		for _, f := range invalid.Fields {
			name := strings.TrimPrefix(strings.TrimPrefix(f.Field, "properties."), "geometry.")
			faults = append(faults, r.cat.t("field_"+name)+": "+f.Reason)
		}
		return s.showForm(r, value, faults, nil, fiber.StatusBadRequest)
	case errors.As(err, &refused):
		return s.showForm(r, value, []string{r.cat.t("refused_" + strconv.Itoa(refused.Code))}, nil, refused.Code)
	case err != nil:
		return err
	}
	keepSecret(c, receipt)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(r.cat.link("/receipts/"+receipt.ID.String()), fiber.StatusSeeOther)
}

// answerScript files for the page's script: the replies are those of POST
// /api/reports (CONTRACT §3.3), the places to choose from are errors of place.
func (s *Site) answerScript(r *request, value func(string) string, area string, candidates []places.Area, fault string) error {
	if candidates != nil {
		fault = r.cat.t("which_place")
	}
	if fault != "" {
		invalid := &tracker.InvalidError{Fields: []tracker.FieldError{{Field: "place", Value: value("place"), Reason: fault}}}
		for _, a := range candidates {
			invalid.Fields = append(invalid.Fields, tracker.FieldError{Field: "place", Value: a.Code, Reason: s.fullName(r, a)})
		}
		return invalid
	}
	receipt, err := s.cfg.Answer(r.c, formFeature(value), s.reporter(r.c), area)
	if err != nil {
		return err
	}
	keepSecret(r.c, receipt)
	return nil
}

// keepSecret gives the receipt's page what withdrawing takes: in a cookie of its own,
// for it must not lie in a URL.
func keepSecret(c *fiber.Ctx, receipt tracker.Receipt) {
	if receipt.Secret != "" {
		c.Cookie(&fiber.Cookie{
			Name: receiptCookie, Value: receipt.ID.String() + "." + receipt.Secret, Path: "/receipts", MaxAge: 600, HTTPOnly: true, SameSite: "Strict",
		})
	}
}

// fullName is a place with what it lies in.
func (s *Site) fullName(r *request, a places.Area) string {
	return r.cat.choose(a.NameUK, a.NameEN) + ", " + s.parents(r, a.Parent)
}

func faultList(fault string, r *request, candidates []places.Area) []string {
	if candidates != nil {
		return []string{r.cat.t("which_place")}
	}
	return []string{fault}
}

// placeOf finds the area of a report without a position: a code, or a name that only
// one place bears. Several are candidates to choose from.
func (s *Site) placeOf(r *request, value func(string) string) (code string, candidates []places.Area, fault string) {
	about := value("about")
	if value("lon") != "" || value("lat") != "" || about == report.AboutHubStatus || about == report.AboutCorrection {
		return "", nil, ""
	}
	text := value("place")
	if text == "" {
		return "", nil, r.cat.t("place_missing")
	}
	if a, ok := r.snap.Book.Area(text); ok {
		return a.Code, nil, ""
	}
	if a, ok := r.snap.Book.Resolve(text, "", places.LevelSettlement); ok {
		return a.Code, nil, ""
	}
	found := r.snap.Book.Search(text, nil, 10)
	if len(found) == 0 {
		return "", nil, r.cat.t("not_found_place")
	}
	if len(found) == 1 {
		return found[0].Code, nil, ""
	}
	return "", found, ""
}

// formFeature writes the form as the feature that POST /api/reports takes; what is
// empty is left out, so that the strict decoder judges both alike.
func formFeature(value func(string) string) []byte {
	props := map[string]any{"about": value("about")}
	for _, name := range []string{"service", "state", "hub", "problem", "need", "urgency", "name", "address", "opening_text", "note"} {
		if v := value(name); v != "" {
			props[name] = v
		}
	}
	for _, name := range []string{"people", "age_s"} {
		if v := value(name); v != "" && v != "0" {
			props[name] = number(v)
		}
	}
	var amenities []string
	for _, name := range report.AmenityNames {
		if value("amenity_"+name) != "" {
			amenities = append(amenities, name)
		}
	}
	if amenities != nil {
		props["amenities"] = amenities
	}
	feature := map[string]any{"type": "Feature", "properties": props}
	if id := value("id"); id != "" {
		feature["id"] = id
	}
	if value("lon") != "" || value("lat") != "" {
		feature["geometry"] = map[string]any{"type": "Point", "coordinates": []any{number(value("lon")), number(value("lat"))}}
	}
	b, err := json.Marshal(feature)
	if err != nil {
		return nil // texts and numbers always encode
	}
	return b
}

// number is a JSON number where the text is one, else the text, for the decoder to
// name.
func number(text string) any {
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return f
	}
	return text
}

// reporter is the phone's own secret: made when it first reports.
func (s *Site) reporter(c *fiber.Ctx) string {
	if v := c.Cookies(reporterCookie); len(v) >= 16 && len(v) <= 64 {
		return v
	}
	v := rand.Text()
	c.Cookie(&fiber.Cookie{Name: reporterCookie, Value: v, Path: "/report", MaxAge: 365 * 24 * 3600, HTTPOnly: true, SameSite: "Lax"})
	return v
}
