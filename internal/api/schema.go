package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/report"
)

const schemaDraft = "https://json-schema.org/draft/2020-12/schema"

// geometries are the kinds of geometry of the collections; schemas (OGC API - Features
// Part 3 and 5) tell them as a format.
var geometries = map[report.Collection]string{
	report.Hubs: "Point", report.Needs: "Point", report.Reports: "Point",
	report.Outages: "MultiPolygon", report.Curfews: "MultiPolygon", report.Areas: "MultiPolygon",
}

// schemaOf describes one property.
func schemaOf(p *filter.Property) map[string]any {
	out := map[string]any{"title": p.Name, "description": p.About}
	switch p.Kind {
	case filter.Integer:
		out["type"] = "integer"
	case filter.Number:
		out["type"] = "number"
	case filter.Bool:
		out["type"] = "boolean"
	case filter.Time:
		out["type"], out["format"] = "string", "date-time"
	case filter.Text:
		out["type"] = "string"
		if p.Enum != nil {
			out["enum"] = p.Enum
		}
	}
	return out
}

// handleSchema describes the features of a collection (OGC API - Features Part 5), with
// the roles that say which times datetime= means.
func (s *Server) handleSchema(c *fiber.Ctx) error {
	return s.handleDescription(c, func(properties map[string]any, name report.Collection) {
		for i, p := range report.Properties(name) {
			described := schemaOf(&p)
			described["x-ogc-propertySeq"] = i + 1
			if p.Role != "" {
				described["x-ogc-role"] = p.Role
			}
			properties[p.Name] = described
		}
		properties["geometry"] = map[string]any{"title": "geometry", "format": "geometry-" + strings.ToLower(geometries[name]), "x-ogc-role": "primary-geometry"}
	})
}

// handleQueryables lists what filters may name (OGC API - Features Part 3).
func (s *Server) handleQueryables(c *fiber.Ctx) error {
	return s.handleDescription(c, func(properties map[string]any, name report.Collection) {
		for _, p := range report.Properties(name) {
			properties[p.Name] = schemaOf(&p)
		}
		// QGIS knows a geometry by its reference alone, others by the format.
		properties["geometry"] = map[string]any{"title": "geometry", "format": "geometry-" + strings.ToLower(geometries[name]), "$ref": "https://geojson.org/schema/" + geometries[name] + ".json"}
	})
}

func (s *Server) handleDescription(c *fiber.Ctx, fill func(map[string]any, report.Collection)) error {
	name, err := collectionOf(c)
	if err != nil {
		return err
	}
	return s.answer(c, resource{as: asSchema, fit: func(links []link) any {
		properties := map[string]any{}
		fill(properties, name)
		return map[string]any{
			"$schema": schemaDraft, "$id": s.base(c) + c.Path(), "title": descriptions[name][0], "description": descriptions[name][1],
			"type": "object", "properties": properties, "additionalProperties": false, "links": links,
		}
	}})
}
