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
	Spatial  spatial   `json:"spatial"`
	Temporal *temporal `json:"temporal,omitempty"`
}

type spatial struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

type temporal struct {
	Interval [][2]*string `json:"interval"`
	TRS      string       `json:"trs"`
}

const (
	crs84     = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	gregorian = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
	ogcRel    = "http://www.opengis.net/def/rel/ogc/1.0/"
	ccBy      = "https://creativecommons.org/licenses/by/4.0/"
)

// describe tells of a collection, the same in the list and by itself; its extent is that
// of what everybody may see, and open in time, for outages begin and end all the while.
func (s *Server) describe(base string, snap *view.Snapshot, c report.Collection) collection {
	self := fmt.Sprintf("%s/api/collections/%s", base, c)
	out := collection{
		ID: c, Title: descriptions[c][0], Description: descriptions[c][1], ItemType: "feature", CRS: []string{crs84},
		Links: []link{{Href: self, Rel: "self", Type: typeJSON, Title: "this collection"}, {Href: self + "?f=html", Rel: "alternate", Type: typeHTML, Title: "as html"}},
	}
	for _, o := range listOffers {
		out.Links = append(out.Links, link{Href: self + "/items?f=" + o.name, Rel: "items", Type: o.types[0], Title: string(c) + " as " + o.name})
	}
	out.Links = append(out.Links,
		link{Href: self + "/queryables", Rel: ogcRel + "queryables", Type: typeSchema, Title: "what filters may name"},
		link{Href: self + "/schema", Rel: "describedby", Type: typeSchema, Title: "the properties"},
		link{Href: ccBy, Rel: "license", Type: typeHTML, Title: "CC BY 4.0"})
	if b, ok := snap.Layer(c).Bound(); ok && !slices.Contains(keyed, c) {
		out.Extent = &extent{Spatial: spatial{BBox: [][4]float64{{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}, CRS: crs84}}
		if report.Timed(c) {
			out.Extent.Temporal = &temporal{Interval: [][2]*string{{nil, nil}}, TRS: gregorian}
		}
	}
	return out
}

func (s *Server) handleLanding(c *fiber.Ctx) error {
	base := s.base(c)
	return s.answer(c, resource{as: asJSON, fit: func(links []link) any {
		return map[string]any{
			"title":       "Teplo",
			"description": "Where is the nearest warm, open place with sockets, and how fresh is that knowledge?",
			"license":     ccBy,
			"attribution": attribution,
			"caveats":     caveats,
			"methodology": methodology,
			"links": append(links,
				link{Href: base + "/api/openapi.json", Rel: "service-desc", Type: typeOpenAPI, Title: "the API as OpenAPI 3.0"},
				link{Href: base + "/api/docs", Rel: "service-doc", Type: typeHTML, Title: "the API for people"},
				link{Href: base + "/api/conformance", Rel: "conformance", Type: typeJSON, Title: "what this server conforms to"},
				link{Href: base + "/api/collections", Rel: "data", Type: typeJSON, Title: "the collections"},
				link{Href: base + "/api/datapackage.json", Rel: "describedby", Type: typeJSON, Title: "the exports as a data package"},
				link{Href: base + "/api/live", Rel: "monitor", Type: "text/event-stream", Title: "changes as they happen"},
				link{Href: ccBy, Rel: "license", Type: typeHTML, Title: "CC BY 4.0"}),
		}
	}})
}

// What every reuse of the data must know.
const (
	attribution = "Teplo; names and codes: Ministry of Communities and Territories Development (KATOTTG), CC BY 4.0; settlements: GeoNames, CC BY 4.0; outlines: Natural Earth"
	caveats     = "The list of hubs is not complete. A fact is as old as its confirmed_at says. Community outages are delayed, coarse and suppressed below a minimum of sources: their absence means nothing."
	methodology = "Every fact shows who says so (tier, source) and when it was last confirmed. Confidence decays by a published formula; see /about."
)

// conformsTo are the classes that are served whole; one that is not would make clients
// send what fails.
var conformsTo = []string{
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
	"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
	"http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-operators", // its name in drafts, which older QGIS ask for
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
	"http://www.opengis.net/spec/cql2/1.0/conf/property-property",
}

func (s *Server) handleConformance(c *fiber.Ctx) error {
	return s.answer(c, resource{as: asJSON, fit: func(links []link) any {
		return map[string]any{"conformsTo": conformsTo, "links": links}
	}})
}

func (s *Server) handleCollections(c *fiber.Ctx) error {
	base, snap := s.base(c), s.cfg.Tracker.Views().Public()
	return s.answer(c, resource{as: asJSON, fit: func(links []link) any {
		list := []collection{}
		for _, name := range readable(caller(c)) {
			list = append(list, s.describe(base, snap, name))
		}
		return map[string]any{"links": links, "collections": list}
	}})
}

func (s *Server) handleCollection(c *fiber.Ctx) error {
	name, err := collectionOf(c)
	if err != nil {
		return err
	}
	return s.answer(c, resource{as: asJSON, fit: func([]link) any {
		return s.describe(s.base(c), s.cfg.Tracker.Views().Public(), name)
	}})
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
