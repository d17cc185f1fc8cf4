package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
)

type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// appendLinks appends a JSON list of links.
func appendLinks(b []byte, links []link) []byte {
	text, err := json.Marshal(links)
	if err != nil {
		return append(b, "[]"...) // plain strings always encode
	}
	return append(b, text...)
}

// descriptions of the collections, for people.
var descriptions = map[report.Collection][2]string{
	report.Hubs:    {"Heating and charging hubs", "Verified places to warm up and charge phones, with the age of what is known. Not those withheld by policy."},
	report.Outages: {"Outages", "Official outages by area; community outages only as fixed cells confirmed by several independent people, delayed."},
	report.Curfews: {"Curfew rules", "Curfew rules by area with source and date. Rules contradict each other; all are shown."},
	report.Areas:   {"Administrative areas", "Areas of Ukraine with KATOTTG codes, names and outlines."},
	report.Needs:   {"Needs", "Needs of people, on the policy's grid, for aid groups and moderators of their area."},
	report.Reports: {"Reports", "Reports as they were filed, for aid groups and moderators of their area."},
}

type collection struct {
	ID          report.Collection `json:"id"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	ItemType    string            `json:"itemType"`
	CRS         []string          `json:"crs"`
	Extent      *extent           `json:"extent,omitempty"`
	Links       []link            `json:"links"`
}

type extent struct {
	Spatial struct {
		BBox [][4]float64 `json:"bbox"`
		CRS  string       `json:"crs"`
	} `json:"spatial"`
}

const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

// describe tells of a collection; its extent is that of what everybody may see.
func (s *Server) describe(base string, snap *view.Snapshot, c report.Collection) collection {
	self := fmt.Sprintf("%s/api/collections/%s", base, c)
	out := collection{
		ID: c, Title: descriptions[c][0], Description: descriptions[c][1], ItemType: "feature", CRS: []string{crs84},
		Links: []link{
			{Href: self, Rel: "self", Type: typeJSON},
			{Href: self + "/items", Rel: "items", Type: typeGeoJSON},
		},
	}
	if b, ok := snap.Layer(c).Bound(); ok && !slices.Contains(keyed, c) {
		out.Extent = &extent{}
		out.Extent.Spatial.BBox = [][4]float64{{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}
		out.Extent.Spatial.CRS = crs84
	}
	return out
}

func (s *Server) handleLanding(c *fiber.Ctx) error {
	if err := onlyParams(c); err != nil {
		return err
	}
	base := s.base(c)
	return s.reply(c, typeJSON, map[string]any{
		"title":       "Teplo",
		"description": "Where is the nearest warm, open place with sockets, and how fresh is that knowledge?",
		"license":     "https://creativecommons.org/licenses/by/4.0/",
		"attribution": "Teplo; names and codes: Ministry of Communities and Territories Development (KATOTTG), CC BY 4.0; settlements: GeoNames, CC BY 4.0; outlines: Natural Earth",
		"caveats":     "The list of hubs is not complete. A fact is as old as its confirmed_at says. Community outages are delayed, coarse and suppressed below a minimum of sources: their absence means nothing.",
		"methodology": "Every fact shows who says so (tier, source) and when it was last confirmed. Confidence decays by a published formula; see /about.",
		"links": []link{
			{Href: base + "/api", Rel: "self", Type: typeJSON},
			{Href: base + "/api/collections", Rel: "data", Type: typeJSON},
			{Href: base + "/api/live", Rel: "monitor", Type: "text/event-stream"},
		},
	})
}

func (s *Server) handleCollections(c *fiber.Ctx) error {
	if err := onlyParams(c); err != nil {
		return err
	}
	base, snap := s.base(c), s.cfg.Tracker.Views().Public()
	list := []collection{}
	for _, name := range readable(caller(c)) {
		list = append(list, s.describe(base, snap, name))
	}
	return s.reply(c, typeJSON, map[string]any{
		"links":       []link{{Href: base + "/api/collections", Rel: "self", Type: typeJSON}},
		"collections": list,
	})
}

func (s *Server) handleCollection(c *fiber.Ctx) error {
	if err := onlyParams(c); err != nil {
		return err
	}
	name, err := collectionOf(c)
	if err != nil {
		return err
	}
	return s.reply(c, typeJSON, s.describe(s.base(c), s.cfg.Tracker.Views().Public(), name))
}

// collectionOf is the collection in the path: unknown ones are 404, those that the
// caller may not read 401 without a key and 403 with too low a role.
func collectionOf(c *fiber.Ctx) (report.Collection, error) {
	name := report.Collection(c.Params("c"))
	switch {
	case slices.Contains(view.Collections, name):
		return name, nil
	case slices.Contains(keyed, name):
		_, err := require(c, access.Aid, access.Moderator)
		return name, err
	default:
		return "", notFound("collection")
	}
}

// reply sends a JSON value that a cache may keep for a quarter of a minute.
func (s *Server) reply(c *fiber.Ctx, mediaType string, v any) error {
	if err := acceptable(c, mediaType); err != nil {
		return err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, mediaType)
	c.Set(fiber.HeaderCacheControl, "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400")
	if caller(c) != nil {
		c.Set(fiber.HeaderCacheControl, "private, no-store")
	}
	return c.Send(body)
}

func timeStamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
