package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/export"
	"example.org/teplo/internal/report"
)

// The OpenAPI document is of version 3.0.3, which GDAL, QGIS and the tests of OGC read.
// Its paths are the routes that the server really has; its parameters and schemas come
// from the lists and types that handlers use. A route that is not described, and a
// description without a route, are errors: then there is no document, and tests fail.
const (
	openAPIVersion   = "3.0.3"
	openAPISeconds   = 3600
	keptDocuments    = 4 // bases that it is made for
	bareOpenAPI      = "application/vnd.oai.openapi+json"
	bareOpenAPIAlias = "application/openapi+json"
)

var asOpenAPI = offer{"json", []string{bareOpenAPI, bareOpenAPIAlias, typeJSON}}

// object is one JSON object of the document.
type object = map[string]any

// operation is what the document says of one method of one path.
type operation struct {
	tag, summary, about string // about may be empty
	roles               []access.Role
	query               []object // parameters
	id                  object   // schema of {id} in the path; nil: the id of a feature
	send                object   // requestBody; nil: none
	gives               object   // responses by status, the errors apart
	fails               []int    // statuses of errors, besides those that every route has
}

// spec builds the document; a component enters it when it is first named.
type spec struct {
	schemas, parameters, responses, headers object
	paths                                   map[string]object
	described                               map[string][]described // by method and path as Fiber has them
}

type described struct {
	collection report.Collection // put in the place of :c; empty: nothing is
	operation
}

// add describes a route, once for each collection that it stands for.
func (d *spec) add(route string, c report.Collection, o operation) {
	d.described[route] = append(d.described[route], described{c, o})
}

// handleOpenAPI answers with the document, its links made of the base asked for.
func (s *Server) handleOpenAPI(c *fiber.Ctx) error {
	if _, err := newParams(c, "f").negotiate(asOpenAPI); err != nil {
		return err
	}
	mediaType := typeOpenAPI
	if header := c.Get(fiber.HeaderAccept); header != "" && !accepts(header, bareOpenAPI) {
		mediaType = typeJSON
	}
	encoding := encodingOf(c.Get(fiber.HeaderAcceptEncoding))
	body, err := s.openAPI(c, encoding)
	if err != nil {
		return err
	}
	if s.validated(c, mediaType, openAPISeconds) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Set(fiber.HeaderContentType, mediaType)
	return c.Send(body)
}

// OpenAPI is the document for the base that c asked, as JSON. It must not be changed.
func (s *Server) OpenAPI(c *fiber.Ctx) ([]byte, error) { return s.openAPI(c, "") }

// openAPI is the document in an encoding, made once for each base.
func (s *Server) openAPI(c *fiber.Ctx, encoding string) ([]byte, error) {
	base := s.base(c)
	b, _, err := s.specs.take(base, "").as(encoding, maker{
		build: func() ([]byte, error) { return s.describeAll(base) },
		sign:  func([]byte) (string, error) { return "", nil },
	})
	return b, err
}

// describeAll makes the document for a base such as https://teplo.example, without a slash
// at its end, of all routes that are registered by now. It fails, naming them, where
// routes and descriptions differ.
func (s *Server) describeAll(base string) ([]byte, error) {
	d := &spec{
		schemas: object{}, parameters: object{}, responses: object{}, headers: object{},
		paths: map[string]object{}, described: map[string][]described{},
	}
	d.describeCollections()
	d.describeQuestions()
	d.describeFollowing()
	d.describeReports()
	d.describeModeration()
	d.describeKeys()
	d.describeOperations()
	left := maps.Clone(d.described)
	for _, r := range s.app.GetRoutes(true) {
		name := r.Method + " " + r.Path
		ours := strings.HasPrefix(r.Path, "/api") || r.Path == "/healthz" || r.Path == "/readyz"
		switch list, ok := d.described[name]; {
		case r.Method == fiber.MethodHead || r.Path == "/api/": // as GET, as /api
		case ok:
			for _, one := range list {
				d.path(base, r.Method, r.Path, &one)
			}
			delete(left, name)
		case ours:
			return nil, fmt.Errorf("api: the OpenAPI document does not describe %s", name)
		}
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("api: the OpenAPI document describes what is not there: %v", slices.Sorted(maps.Keys(left)))
	}
	return json.Marshal(d.document(base))
}

func (d *spec) document(base string) object {
	return object{
		"openapi": openAPIVersion,
		"info": object{
			"title": "Teplo", "version": "1.0.0", "description": aboutAPI,
			"contact": object{"name": "Teplo", "url": base + "/about"}, "license": object{"name": "CC BY 4.0", "url": ccBy},
		},
		// Clients look for the paths of OGC API - Features, so /api belongs to the server.
		"servers":  []object{{"url": base + "/api"}},
		"security": []object{{}, {"key": []string{}}, {"session": []string{}}},
		"tags":     tagsOfAPI,
		"paths":    d.paths,
		"components": object{
			"schemas": d.schemas, "parameters": d.parameters, "responses": d.responses, "headers": d.headers,
			"securitySchemes": object{
				"key":     object{"type": "http", "scheme": "bearer", "description": "An access key, tp_ID_SECRET. An admin makes it; never put it into a URL."},
				"session": object{"type": "apiKey", "in": "cookie", "name": SessionCookie, "description": "A browser that signed in by an invitation; it holds a key."},
			},
		},
	}
}

// tagsOfAPI group the operations, in the order in which people should meet them.
var tagsOfAPI = []object{
	{"name": tagCollections, "description": "OGC API - Features: hubs, outages, curfew rules, areas; with a key also needs and reports."},
	{"name": tagQuestions, "description": "Where is the nearest open place, may I go, what is the situation."},
	{"name": tagReports, "description": "Telling what you see."},
	{"name": tagFollowing, "description": "Changes as they happen, and feeds."},
	{"name": tagPhones, "description": "Documents that a phone stores to answer without a network."},
	{"name": tagModeration, "description": "For moderators and aid groups."},
	{"name": tagKeys, "description": "For admins."},
	{"name": tagOperations, "description": "For whoever runs the server."},
}

const (
	tagCollections = "Collections"
	tagQuestions   = "Questions"
	tagReports     = "Reports"
	tagFollowing   = "Following changes"
	tagPhones      = "Phones"
	tagModeration  = "Moderation"
	tagKeys        = "Keys"
	tagOperations  = "Operations"
)

const aboutAPI = `Where is the nearest warm, open place with sockets, and how fresh is that knowledge?

Public reads need no key. Every fact says who states it (tier, source) and when it was last confirmed (confirmed_at). ` + export.Caveats + `

Errors are application/problem+json (RFC 9457) and list every bad field. An unknown or repeated parameter is 400. Another method than those listed here is 405 with the header Allow. HEAD answers as GET without a body. Examples for curl, GDAL, QGIS, Python, R and Excel: /api/docs.`

var (
	pathParameter = regexp.MustCompile(`:(\w+)`)
	wordStart     = regexp.MustCompile(`(^|[^a-zA-Z0-9]+)([a-z])`)
)

// path puts an operation into the document.
func (d *spec) path(base, method, route string, o *described) {
	if o.collection != "" {
		route = strings.Replace(route, ":c", string(o.collection), 1)
	}
	name := pathParameter.ReplaceAllString(route, "{$1}")
	inside, isAPI := strings.CutPrefix(name, "/api")
	if isAPI {
		name = cmp.Or(inside, "/")
	}
	item := d.paths[name]
	if item == nil {
		item = object{}
		if !isAPI {
			item["servers"] = []object{{"url": base}}
		}
		d.paths[name] = item
	}
	camel := wordStart.ReplaceAllStringFunc(strings.ToLower(method)+" "+name, func(s string) string { return strings.ToUpper(s[len(s)-1:]) })
	camel = strings.Map(func(r rune) rune {
		if strings.ContainsRune("{}/. -", r) {
			return -1
		}
		return r
	}, camel)
	item[strings.ToLower(method)] = d.operation(strings.ToLower(camel[:1])+camel[1:], route, o)
}

func (d *spec) operation(id, route string, o *described) object {
	parameters := []object{}
	for _, match := range pathParameter.FindAllStringSubmatch(route, -1) {
		schema, about := pathSchemas[match[1]], "of the path"
		if match[1] == "id" {
			about = "which one"
			if schema = featureID; o.id != nil {
				schema = o.id
			}
		}
		parameters = append(parameters, object{"name": match[1], "in": "path", "required": true, "description": about, "schema": schema})
	}
	responses := maps.Clone(o.gives)
	for _, status := range slices.Concat(o.fails, everywhere) {
		if key := fmt.Sprint(status); responses[key] == nil {
			responses[key] = d.problem(status)
		}
	}
	out := object{
		"operationId": id, "tags": []string{o.tag}, "summary": o.summary, "description": cmp.Or(o.about, o.summary+"."),
		"parameters": append(parameters, o.query...), "responses": responses,
	}
	if o.send != nil {
		out["requestBody"] = o.send
	}
	if o.roles != nil {
		names := make([]string, len(o.roles))
		for i, r := range o.roles {
			names[i] = string(r)
		}
		out["description"] = fmt.Sprintf("%s Needs a key: %s.", out["description"], strings.Join(names, ", "))
		out["security"] = []object{{"key": []string{}}, {"session": []string{}}}
	}
	return out
}
