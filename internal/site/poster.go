package site

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// believed is how long a sheet of paper is believed at most: a weekend on the door of
// a house, and not so long that half of its hubs have moved.
const believed = 72 * time.Hour

// sheetHubs is how many hubs a sheet shows: as many as are read from a step away on
// one page, with the curfew; and beside a picture of where they are.
const (
	sheetHubs       = 8
	sheetHubsBeside = 6
)

// posterPage is a sheet of A4 for a door. It stands still: what is printed cannot be
// taken back, so it tells hours and never that something is open now.
type posterPage struct {
	page
	Name, NameLang, In string
	One                bool // the sheet of one hub
	Withheld           bool
	Printed, Until     string
	Lead               string
	Hubs               []sheetHub
	Radar              *radar
	Curfew             sheetCurfew
	Page               string // the page that the sheet was made from
	Short              string // empty: the address of the server is not known
	QR                 *qrCode
	Fingerprint        string // of the key of packs
}

// sheetHub is a hub as it stands on paper.
type sheetHub struct {
	ID, Open, Name, NameLang, Where, Hours, HoursText, State, Activation, ActivationLang, Has, Unsure, Tier, Confirmed string
	Old                                                                                                                bool // not confirmed for longer than it halves the trust in it
}

// handlePoster makes the sheet of a place or of one hub.
func (s *Site) handlePoster(c *fiber.Ctx) error {
	r := s.begin(c)
	code := c.Params("code")
	if strings.HasPrefix(code, hubIDPrefix) {
		f, ok := r.snap.Layer(report.Hubs).Feature(code)
		if !ok {
			return s.missing(c)
		}
		return s.hubPoster(r, f)
	}
	a, ok := r.snap.Book.Area(code)
	if !ok {
		return s.missing(c)
	}
	if code != a.Code {
		return toFullCode(c, "/poster/", a.Code)
	}
	return s.placePoster(r, &a)
}

func (s *Site) placePoster(r *request, a *places.Area) error {
	p := posterPage{Name: r.cat.choose(a.NameUK, a.NameEN), NameLang: r.cat.Lang, In: s.parents(r, a.Parent), Page: "/place/" + a.Code, Withheld: withheld(r, a.Code)}
	ruled := []string{places.Prefix(a.Code)}
	ruled = append(ruled, r.ruled(ruled[0])...)
	if !p.Withheld {
		var hubs []view.Near
		center, _ := r.snap.Book.Center(a.Code)
		w := r.walk(a, center)
		hubs, p.Lead = s.listed(r, a, w)
		if p.Radar = s.radar(r, p.Name, center, hubs[:min(len(hubs), sheetHubsBeside)], 1); p.Radar != nil {
			hubs = hubs[:min(len(hubs), sheetHubsBeside)]
		}
		if total := s.figures(r.snap).byPrefix[places.Prefix(a.Code)]; total > len(hubs) {
			p.Lead = r.cat.t("poster_some", "hubs", r.cat.n("hubs", total))
		}
		for _, n := range hubs {
			p.Hubs = append(p.Hubs, s.sheetHub(r, n.Feature, a))
			ruled = append(ruled, places.Prefix(n.Facts.AreaCode))
		}
	}
	return s.sendPoster(r, &p, ruled, a.Code)
}

func (s *Site) hubPoster(r *request, f *view.Feature) error {
	h := s.sheetHub(r, f, nil)
	p := posterPage{Name: h.Name, NameLang: h.NameLang, In: s.parents(r, f.Facts.AreaCode), One: true, Hubs: []sheetHub{h}, Page: "/hubs/" + f.ID}
	return s.sendPoster(r, &p, []string{places.Prefix(f.Facts.AreaCode)}, f.ID)
}

// sendPoster fills in what all sheets bear; ruled are the areas whose curfew rules
// the reader walks under, that of the place first.
func (s *Site) sendPoster(r *request, p *posterPage, ruled []string, id string) error {
	slices.Sort(ruled[1:])
	ruled = slices.Compact(ruled)
	p.page = s.page(r, r.cat.t("poster_title", "place", p.Name))
	p.Still, p.Sheet, p.Fingerprint = true, "poster.css", s.cfg.PackFingerprint
	until := r.believedUntil(ruled)
	p.Printed, p.Until = s.moment(r, r.now), s.moment(r, until)
	p.Curfew = s.sheetCurfew(r, ruled, until)
	if p.Short = s.shortURL(id); p.Short != "" {
		var err error
		if p.QR, err = newQR(p.Short); err != nil {
			return err
		}
	}
	return s.render(r, fiber.StatusOK, "poster.html", p)
}

// moment writes an instant for paper, where "2 hours ago" would mean nothing.
func (s *Site) moment(r *request, t time.Time) string {
	local := t.In(r.snap.Zone)
	return r.cat.date(local) + ", " + local.Format("15:04")
}

// listed are the hubs on the sheet of a place, in the order of the board; a place
// without any gets those within an hour's walk w.
func (s *Site) listed(r *request, a *places.Area, w *view.Walk) (hubs []view.Near, lead string) {
	center, prefix := w.From, places.Prefix(a.Code)
	lasting := func(f *view.Feature) bool {
		hub, _ := f.Facts.Facts.(report.Hub)
		return hub.Availability != "closed"
	}
	list := nearestOf(r, center, judged, func(f *view.Feature) bool { return strings.HasPrefix(f.Facts.AreaCode, prefix) && lasting(f) })
	if len(list) == 0 {
		w.Speed = walkingSpeed
		list = nearestOf(r, center, hubsPerPage, func(f *view.Feature) bool { return lasting(f) && walkable(f, center) })
		if lead = r.cat.t("hubs_near"); len(list) == 0 {
			return nil, r.cat.t("no_hubs")
		}
	}
	hubs = s.order(r, w, list)
	return hubs[:min(len(hubs), sheetHubs)], lead
}

// walkable reports whether a hub is near enough to be offered as an answer.
func walkable(f *view.Feature, from orb.Point) bool {
	return geo.DistanceMeters(from, f.Facts.Place.Point)*view.DetourFactor <= walkingSpeed*offered.Seconds()
}

// sheetHub writes one hub for paper; here is the place that the sheet is of, or nil.
func (s *Site) sheetHub(r *request, f *view.Feature, here *places.Area) sheetHub {
	hub, _ := f.Facts.Facts.(report.Hub)
	h := sheetHub{
		ID: f.ID, Open: f.DerivedAt(r.now).OpenNow, Name: cmp.Or(r.cat.choose(cmp.Or(hub.NameUK, f.Facts.Name), hub.NameEN), f.Facts.Name), NameLang: r.cat.Lang,
		Where: hub.Address, Hours: r.cat.hours(hub.OpeningHours), HoursText: hub.OpeningText, State: sheetState(r, f, &hub),
		Tier: r.cat.t("tier_" + string(f.Facts.Tier)), Confirmed: s.day(r, f.Facts.ConfirmedAt),
	}
	if hub.NameEN == "" {
		h.NameLang = "uk"
	}
	switch both := h.Hours != "" && h.HoursText != ""; {
	case both && r.cat.Lang == "uk":
		h.Hours = "" // the source's own words say more
	case both && here != nil:
		h.HoursText = "" // a list has room for one of them: that in the page's language
	}
	h.Activation, h.ActivationLang = activation(r, hub.Activation)
	if town, ok := r.snap.Book.Area(f.Facts.AreaCode); ok && (here == nil || here.Code != town.Code || hub.Address == "") {
		name := r.cat.choose(town.NameUK, town.NameEN)
		if h.Where = r.cat.t("in_town", "town", name, "address", hub.Address); hub.Address == "" {
			h.Where = r.cat.t("in_town_only", "town", name)
		}
	}
	if at := f.Facts.ConfirmedAt; at != 0 {
		h.Old = r.now.Sub(at.Time()) > time.Duration(r.snap.Policy.HalfLife.Existence)
	}
	h.Has, h.Unsure = amenityWords(r, &hub)
	return h
}

// amenityWords lists what a hub has, heat and sockets first, and which of these two
// nobody has confirmed: people come for them.
func amenityWords(r *request, hub *report.Hub) (has, unsure string) {
	var yes, unknown []string
	names := append([]string{"heat", "charging"}, report.AmenityNames...)
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		switch v := hub.Amenities.Of(name); {
		case v == report.Yes:
			yes = append(yes, r.cat.t("a_"+name))
		case i < 2 && v != report.No:
			unknown = append(unknown, r.cat.t("a_"+name))
		}
	}
	return strings.Join(yes, ", "), strings.Join(unknown, ", ")
}

// sheetState says what a reader must know of a hub besides its hours; "" for one that
// simply keeps them.
func sheetState(r *request, f *view.Feature, hub *report.Hub) string {
	switch {
	case f.Facts.Disputed:
		return r.cat.t("st_disputed")
	case hub.Status == "closed":
		return r.cat.t("poster_closed")
	case hub.Status == "standby", hub.Availability == "standby", hub.Availability == "reserve":
		return r.cat.t("st_standby")
	case hub.Availability == "mobile":
		return r.cat.t("st_mobile")
	case hub.OpenInCurfew == report.No:
		return r.cat.t("poster_not_in_curfew")
	case hub.OpenInCurfew != report.Yes && openInCurfew(r, f) == report.Unknown:
		return r.cat.t("poster_curfew_unsure")
	}
	return ""
}

// openInCurfew is what a hub's hours say of the first minutes of the next curfew, or
// of the present one; no where none is known.
func openInCurfew(r *request, f *view.Feature) string {
	force := r.snap.Curfews.InForce(places.Prefix(f.Facts.AreaCode), r.now)
	at := r.now
	if force.State != curfew.Yes {
		at = force.NextStart
	}
	if hub, _ := f.Facts.Facts.(report.Hub); at.IsZero() || hub.OpeningHours == "" {
		return report.No
	}
	return f.Opening.At(at)
}
