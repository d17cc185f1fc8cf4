package api

import (
	"maps"
	"strings"

	"example.org/teplo/internal/pack"
	"example.org/teplo/internal/report"
)

// Schemas of what stands in paths and in many places.
var (
	featureID = object{"type": "string", "pattern": "^[a-z]+-[0-9a-z]+$", "example": "hub-02f3d1b6c7a8"}
	uuidText  = object{"type": "string", "format": "uuid", "example": "0198c0de-7a11-7000-8000-000000000001"}
	anyText   = object{"type": "string"}
	areaText  = object{"type": "string", "description": "KATOTTG code, or a p-code of 4, 6, 9 or 12 characters", "example": "UA80"}

	pathSchemas = map[string]object{
		"code": areaText,
		"adm1": {"type": "string", "pattern": "^UA[0-9]{2}$", "example": "UA80"},
		"z":    {"type": "integer", "enum": []int{pack.Zoom}},
		"x":    {"type": "integer", "minimum": 0, "maximum": 1<<pack.Zoom - 1, "example": 2395},
		"y":    {"type": "integer", "minimum": 0, "maximum": 1<<pack.Zoom - 1, "example": 1381},
	}
)

// param is a query parameter.
func param(name, about string, schema object) object {
	return object{"name": name, "in": "query", "description": about, "schema": schema}
}

// needed makes a parameter one that must be there.
func needed(parameter object) object {
	out := maps.Clone(parameter)
	out["required"] = true
	return out
}

// absent adds what a parameter means that is not there.
func absent(schema object, value any) object {
	out := maps.Clone(schema)
	out["default"] = value
	return out
}

// list writes out how lists stand in a query: OGC's tests want to read it.
func list(parameter object) object {
	parameter["style"], parameter["explode"] = "form", false
	return parameter
}

// itemParameters describe the parameters named in selecting; what is not named there stays
// out of the document.
var itemParameters = map[string]object{
	"bbox": list(param("bbox", "west, south, east, north in degrees (with heights: 6 numbers). What meets the box is taken; west beyond east crosses the antimeridian.",
		object{"type": "array", "items": object{"type": "number"}, "minItems": 4, "maxItems": 6, "example": []float64{30.2, 50.2, 30.9, 50.6}})),
	"datetime": list(param("datetime", "An instant, or an interval a/b, ../b, a/..: what meets it is taken. It means the times that the schema names by x-ogc-role; hubs and areas have none and always match.",
		object{"type": "string", "example": "2026-01-05T00:00:00Z/.."})),
	// QGIS pages by the maximum of just this component.
	"limit":  list(param("limit", "Features of a page; above the maximum it means the maximum.", absent(whole(1, maxLimit), defaultLimit))),
	"cursor": param("cursor", "Where a page begins: follow the links rel=next instead of making it.", object{"type": "string"}),
	"offset": param("offset", "Features to leave out. Prefer rel=next, which loses nothing while writes go on.", object{"type": "integer", "minimum": 0, "default": 0}),
	"area":   param("area", "What lies in an area.", areaText),
	"filter": param("filter", "CQL2 text, such as service = 'power' AND starts_at > TIMESTAMP('2026-01-05T00:00:00Z'). At most 8 KiB, depth 64, 200 nodes.",
		object{"type": "string", "example": "tier = 'official'"}),
	// GDAL sends what no server should take if cql-text stands here.
	"filter-lang": param("filter-lang", "Language of filter.", object{"type": "string", "enum": []string{"cql2-text"}, "default": "cql2-text"}),
	"lang":        langParam,
	"filter-crs":  param("filter-crs", "Coordinates in filter.", object{"type": "string", "enum": []string{crs84}, "default": crs84}),
}

// shared is a reference to a parameter that many operations have.
func (d *spec) shared(name string, parameter object) object {
	d.parameters[name] = parameter
	return ref("parameters", name)
}

// format is f, which chooses among representations.
func (d *spec) format(offers []offer) object {
	names := make([]string, len(offers))
	joined := "f"
	for i, o := range offers {
		names[i] = o.name
		joined += "-" + o.name
	}
	return d.shared(joined, param("f", "Representation; without it the Accept header chooses.", word(names)))
}

// ofPage are the parameters of what is a page for people too.
func (d *spec) ofPage(offers []offer) []object {
	return []object{d.format(offers), d.shared("lang", langParam)}
}

// ofItems are the parameters of items: those of selecting, and one for each property.
func (d *spec) ofItems(c report.Collection) []object {
	var out []object
	for _, name := range selecting {
		if name == "f" {
			out = append(out, d.format(listOffers))
			continue
		}
		out = append(out, d.shared(name, itemParameters[name]))
	}
	for _, p := range report.Properties(c) {
		schema := propertySchema(&p)
		delete(schema, "description")
		out = append(out, param(p.Name, p.About, schema))
	}
	return out
}

// Parameters of several questions.
var (
	lonParam  = param("lon", "Longitude in degrees.", object{"type": "number", "minimum": -180, "maximum": 180, "example": 30.5234})
	latParam  = param("lat", "Latitude in degrees.", object{"type": "number", "minimum": -90, "maximum": 90, "example": 50.4501})
	areaParam = param("area", "An area.", areaText)
	atParam   = param("at", "An instant with offset; without it now.", object{"type": "string", "format": "date-time", "example": "2026-01-18T21:30:00+02:00"})
	langParam = param("lang", "Language of a page for people.", word([]string{"uk", "en"}))
	byParam   = param("by", "How one goes.", absent(word(modes), modes[0]))
)

// limited is a limit that is not that of items.
func limited(most, without int) object {
	return param("limit", "How many at most; above the maximum it means the maximum.", absent(whole(1, most), without))
}

// reply is one response that is no error: JSON of a schema, else text, else bytes.
func reply(about string, schema object, types ...string) object {
	content := object{}
	for _, t := range types {
		switch {
		case isJSON(t):
			content[t] = object{"schema": schema}
		case strings.HasPrefix(t, "text/"):
			content[t] = object{"schema": text()}
		default:
			content[t] = object{"schema": object{"type": "string", "format": "binary"}}
		}
	}
	return object{"description": about, "content": content}
}

// plain is a response without a body.
func plain(about string) object { return object{"description": about} }

func isJSON(mediaType string) bool {
	for _, t := range []string{typeJSON, typeGeoJSON, typeSchema, typeOpenAPI} {
		if t == mediaType {
			return true
		}
	}
	return false
}

// with adds headers to a reply.
func (d *spec) with(reply object, headers ...string) object {
	reply["headers"] = d.header(headers...)
	return reply
}

// asJSON200 is the plain case.
func asJSON200(about string, schema object) object {
	return object{"200": reply(about, schema, typeJSON)}
}

// bodyOf is a requestBody.
func bodyOf(required bool, schema object, types ...string) object {
	content := object{}
	for _, t := range types {
		content[t] = object{"schema": schema}
	}
	return object{"required": required, "content": content}
}
