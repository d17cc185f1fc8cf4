package site

import (
	"bytes"
	"cmp"
	"encoding/json"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// page is what every template reads.
type page struct {
	Lang, Title string
	TitleLang   string // where it is not the page's
	OtherLang   languageLink
	Drill       bool
	Seq         uint64
	Still       bool   // no script: a sheet for print
	Sheet       string // a style sheet besides that of all pages
	Description string // for previews, which are kept for days: dates and no verdict
	URL         string // of this page for the world; empty: not known
}

// request is what the handlers of one page share: one clock, one snapshot.
type request struct {
	c    *fiber.Ctx
	cat  *catalogue
	snap *view.Snapshot
	now  time.Time
}

func (s *Site) begin(c *fiber.Ctx) *request {
	return &request{c: c, cat: s.negotiate(c), snap: s.cfg.Views.Public(), now: s.cfg.Now()}
}

func (s *Site) page(r *request, title string) page {
	p := page{
		Lang: r.cat.Lang, Title: title + " · " + r.cat.t("brand"), OtherLang: r.cat.other(r.c),
		Drill: s.cfg.Drill || r.snap.Policy.IsDrill(), Seq: r.snap.Seq, Description: r.cat.t("preview"),
	}
	if s.cfg.PublicURL != "" {
		p.URL = s.cfg.PublicURL + r.cat.link(r.c.Path())
	}
	return p
}

// render sends a page, compressed as the client accepts.
func (s *Site) render(r *request, status int, name string, data any) error {
	var out bytes.Buffer
	if err := s.pages[r.cat.Lang].ExecuteTemplate(&out, name, data); err != nil {
		return err
	}
	c := r.c
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	c.Set("Content-Security-Policy", s.csp)
	s.keep(r)
	c.Status(status)
	body, encoding := out.Bytes(), ""
	var err error
	switch accepts := c.Get(fiber.HeaderAcceptEncoding); {
	case strings.Contains(accepts, "br"):
		body, err = brotlied(body, 5)
		encoding = "br"
	case strings.Contains(accepts, "gzip"):
		body, err = gzipped(body, 5)
		encoding = "gzip"
	}
	if err != nil {
		return err
	}
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	return c.Send(body)
}

// keep says how long a page may be kept: not beyond the next change of what it tells,
// by everybody only where it depends on the URL alone; one with a form not at all.
func (s *Site) keep(r *request) {
	c := r.c
	if string(c.Response().Header.Peek(fiber.HeaderCacheControl)) == "no-store" {
		return
	}
	age := strconv.Itoa(r.snap.MaxAgeSeconds(r.now))
	c.Set(fiber.HeaderVary, "Accept-Encoding, Accept-Language, Cookie")
	c.Set(fiber.HeaderCacheControl, "private, max-age="+age)
	if c.Query("lang") == r.cat.Lang && len(c.Response().Header.PeekCookie(langCookie)) == 0 {
		c.Set(fiber.HeaderVary, "Accept-Encoding")
		c.Set(fiber.HeaderCacheControl, "public, max-age="+age+", s-maxage="+age)
	}
}

// handleMissing answers what no route knows; other methods go on to become 405.
func (s *Site) handleMissing(c *fiber.Ctx) error {
	if strings.HasPrefix(c.Path(), "/api") || c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return c.Next()
	}
	return s.missing(c)
}

func (s *Site) missing(c *fiber.Ctx) error {
	r := s.begin(c)
	type errorPage struct {
		page
		Text string
	}
	return s.render(r, fiber.StatusNotFound, "error.html", errorPage{s.page(r, r.cat.t("error_404")), r.cat.t("error_404_text")})
}

// mapOptions are what the map module is mounted with.
type mapOptions struct {
	Module     string            `json:"module"`
	Lang       string            `json:"lang"`
	Base       string            `json:"base"`
	Labels     string            `json:"labels"`
	Oblasts    []mapOblast       `json:"oblasts"`
	View       *mapView          `json:"view"`
	HubsURL    string            `json:"hubsURL"`
	DetailsURL string            `json:"detailsURL"` // the bounds follow
	OutagesURL string            `json:"outagesURL"`
	HubURL     string            `json:"hubURL"` // {id} stands for the hub's
	Texts      map[string]string `json:"texts"`
	Curfew     mapLayer          `json:"curfew"`
	Street     *streetOptions    `json:"street,omitempty"`
}

// mapLayer is a layer whose module and data are loaded when somebody asks for it.
type mapLayer struct {
	Module string `json:"module"`
	URL    string `json:"url"`
}

type mapOblast struct {
	Code    string  `json:"code"`
	Name    string  `json:"name"`
	Lon     float64 `json:"lon"`
	Lat     float64 `json:"lat"`
	Hubs    int     `json:"hubs"`
	Outages int     `json:"outages"`
}

type mapView struct {
	Lon  float64 `json:"lon"`
	Lat  float64 `json:"lat"`
	Zoom float64 `json:"zoom"`
}

// mapJSON is safe inside a script element: encoding/json escapes <, > and &.
func (s *Site) mapJSON(r *request, v *mapView) (template.JS, error) {
	t := r.cat.t
	n := s.figures(r.snap)
	o := mapOptions{
		Module: s.urls["map.js"], Lang: r.cat.Lang, Base: s.urls["base.json"], Labels: s.urls["labels.json"], View: v,
		HubsURL: "/api/points.json", DetailsURL: "/api/collections/hubs/items?limit=20&bbox=", OutagesURL: "/api/collections/outages/items?limit=10000",
		HubURL: "/hubs/{id}?lang=" + r.cat.Lang, Curfew: mapLayer{s.urls["curfewlayer.js"], "/map/curfew.json?lang=" + r.cat.Lang},
		Texts: map[string]string{
			"zoomIn": t("map_zoom_in"), "zoomOut": t("map_zoom_out"), "left": t("map_left"), "right": t("map_right"), "up": t("map_up"),
			"down": t("map_down"), "hubs": t("hubs"), "outages": t("map_outages"), "curfew": t("map_curfew"), "attribution": "Natural Earth, GeoNames",
			"open": t("st_open"), "closed": t("st_closed"), "unknown": t("st_unknown"), "standby": t("st_standby"), "close": t("map_close"), "label": t("map_label"),
		},
	}
	if s.cfg.Basemap != nil {
		o.Street = s.cfg.Basemap.options(s.urls["street.js"])
		o.Texts["attribution"] = strings.TrimSuffix(o.Texts["attribution"]+", "+s.cfg.Basemap.credit(), ", ")
	}
	for _, a := range r.snap.Book.Oblasts() {
		if withheld(r, a.Code) {
			continue // no number would be a true one
		}
		code := places.ADM1(a.Code)
		o.Oblasts = append(o.Oblasts, mapOblast{
			Code: code, Name: r.cat.choose(a.NameUK, a.NameEN), Lon: a.Point[0], Lat: a.Point[1],
			Hubs: n.byPrefix[code], Outages: n.outages[code],
		})
	}
	b, err := json.Marshal(o)
	return template.JS(b), err //nolint:gosec // our own JSON
}

// figures are the counts of one snapshot: made once for it, by the first who asks.
type figures struct {
	snap     *view.Snapshot
	outages  map[string]int // active ones, by the oblast's p-code
	byPrefix map[string]int // hubs in every area, by the prefix of its code
	oblasts  int            // that have hubs
	total    int
	newest   map[string]report.Instant // confirmation, by the same prefixes; "": of all
}

func (s *Site) figures(snap *view.Snapshot) *figures {
	if known := s.counted.Load(); known != nil && known.snap == snap {
		return known
	}
	out := &figures{snap: snap, outages: map[string]int{}, byPrefix: map[string]int{}, newest: map[string]report.Instant{}}
	for f := range snap.Layer(report.Hubs).All() {
		prefix := places.Prefix(f.Facts.AreaCode)
		for _, end := range []int{4, 6, 9, 12, 14} {
			if len(prefix) >= end {
				out.byPrefix[prefix[:end]]++
				out.newest[prefix[:end]] = max(out.newest[prefix[:end]], f.Facts.ConfirmedAt)
				if end == 4 && out.byPrefix[prefix[:end]] == 1 {
					out.oblasts++
				}
			}
		}
		out.total++
		out.newest[""] = max(out.newest[""], f.Facts.ConfirmedAt)
	}
	for f := range snap.Layer(report.Outages).All() {
		if o, ok := f.Facts.Facts.(report.Outage); ok && o.Status == "active" {
			out.outages[places.ADM1(f.Facts.AreaCode)]++
		}
	}
	s.counted.Store(out)
	return out
}

// sortRows puts the rows of labels in the order of population, the largest first.
func sortRows(rows [][]any) {
	slices.SortStableFunc(rows, func(a, b []any) int { return cmp.Compare(b[4].(int), a[4].(int)) })
}
