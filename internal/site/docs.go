package site

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/report"
)

// apiDocument is as much of the OpenAPI document as the page about it reads.
type apiDocument struct {
	Servers    []struct{ URL string }
	Tags       []struct{ Name string }
	Paths      map[string]map[string]json.RawMessage
	Components struct {
		Parameters map[string]struct {
			Name   string
			Schema struct{ Enum []string }
		}
	}
}

// apiGroup are the routes of one kind.
type apiGroup struct {
	Name   string
	Routes []apiRoute
}

// apiRoute is one method of one path; those that differ by the collection alone are one.
type apiRoute struct{ Method, Path, Summary string }

type docsPage struct {
	page
	Base        string   // of the API: https://teplo.example/api
	Formats     []string // of items
	Filter      bool     // items take CQL2
	Changes     bool     // there is a feed of changes
	Table       string   // the URL of a table for spreadsheets
	Collections []docsCollection
	Groups      []apiGroup
}

type docsCollection struct {
	ID, Name, About string
	Properties      []string
	Keyed           bool
}

// docsProperties are those of each collection that people should know first.
var docsProperties = map[report.Collection][]string{
	report.Hubs:    {"name", "status", "open_now", "opening_hours", "address", "confirmed_at", "confidence", "tier", "heat", "charging"},
	report.Outages: {"service", "kind", "status", "certainty", "starts_at", "ends_at", "confirmed_at"},
	report.Curfews: {"start_local", "end_local", "kind", "in_force", "valid_from", "valid_to", "exemptions", "source_url"},
	report.Areas:   {"area_code", "level", "name_uk", "name_en", "parent_code"},
	report.Needs:   {"need", "people", "urgency", "status", "observed_at"},
	report.Reports: {"about", "service", "state", "status", "observed_at"},
}

// handleDocs tells what the API gives, with examples of this very server, and lists all
// routes as the OpenAPI document has them.
func (s *Site) handleDocs(c *fiber.Ctx) error {
	r := s.begin(c)
	text, err := s.cfg.OpenAPI(c)
	if err != nil {
		return err
	}
	var doc apiDocument
	if err := json.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("site: the OpenAPI document: %w", err)
	}
	p := docsPage{page: s.page(r, r.cat.t("docs_title")), Groups: doc.groups()}
	for _, server := range doc.Servers {
		p.Base = server.URL
	}
	for _, parameter := range doc.Components.Parameters { // items have the most formats
		if len(parameter.Schema.Enum) > len(p.Formats) && parameter.Name == "f" {
			p.Formats = parameter.Schema.Enum
		}
	}
	_, p.Filter = doc.Components.Parameters["filter"]
	p.Changes = doc.Paths["/changes"] != nil
	p.Table = strings.TrimSuffix(p.Base, "/api") + "/dashboard?f=csv"
	if slices.Contains(p.Formats, "csv") {
		p.Table = p.Base + "/collections/hubs/items?f=csv"
	}
	for _, name := range []report.Collection{report.Hubs, report.Outages, report.Curfews, report.Areas, report.Needs, report.Reports} {
		p.Collections = append(p.Collections, docsCollection{
			ID: string(name), Name: r.cat.t("collection_" + string(name)), About: r.cat.t("about_collection_" + string(name)),
			Properties: docsProperties[name], Keyed: name == report.Needs || name == report.Reports,
		})
	}
	return s.render(r, fiber.StatusOK, "docs.html", p)
}

// groups lists the routes by their first tag, in the order of the document's tags.
func (d *apiDocument) groups() []apiGroup {
	byTag := map[string][]apiRoute{}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range []string{"get", "post", "delete"} {
			var o struct {
				Tags    []string
				Summary string
			}
			if json.Unmarshal(d.Paths[path][method], &o) != nil || len(o.Tags) == 0 {
				continue // the path has no such method
			}
			// The page says that {c} stands for a collection; hubs stand for all of them here.
			shown, about := path, o.Summary
			if rest, ok := strings.CutPrefix(path, "/collections/"); ok {
				name, tail, _ := strings.Cut(rest, "/")
				if name != string(report.Hubs) {
					continue
				}
				shown = strings.TrimSuffix("/collections/{c}/"+tail, "/")
				about = strings.ReplaceAll(o.Summary, name, "{c}")
			}
			if d.Paths[path]["servers"] == nil {
				shown = "/api" + strings.TrimSuffix(shown, "/")
			}
			byTag[o.Tags[0]] = append(byTag[o.Tags[0]], apiRoute{strings.ToUpper(method), shown, about})
		}
	}
	var out []apiGroup
	for _, tag := range d.Tags {
		out = append(out, apiGroup{tag.Name, byTag[tag.Name]})
	}
	return out
}
