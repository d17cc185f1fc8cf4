package api

import (
	"encoding/json"
	"net/url"

	"github.com/gofiber/fiber/v2"
)

// Media types of representations.
const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
	typeSchema  = "application/schema+json"
	typeHTML    = "text/html"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
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

// Sheet shows a document of the API, given as its JSON, as a page for people.
type Sheet func(c *fiber.Ctx, document []byte) error

// ShowWith sets what makes pages of documents, before Serve.
func (s *Server) ShowWith(sheet Sheet) { s.sheet = sheet }

// resource is what the API tells that is not features: the landing page, the lists.
type resource struct {
	as  offer // the JSON that it is
	fit func(links []link) any
}

// answer sends a document as JSON or as a page, with links to itself and to its other
// representation before its own.
func (s *Server) answer(c *fiber.Ctx, d resource) error {
	p := newParams(c, pageParams...)
	as, err := p.negotiate(d.as, asHTML)
	if err != nil {
		return err
	}
	body, err := json.Marshal(d.fit(s.selves(c, as, d.as, asHTML)))
	if err != nil {
		return err
	}
	// Links follow from the host that was asked for.
	c.Set(fiber.HeaderVary, "Accept, Accept-Encoding, Authorization")
	c.Set(fiber.HeaderCacheControl, "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400")
	if caller(c) != nil {
		c.Set(fiber.HeaderCacheControl, "private, no-store")
	}
	if as.name == asHTML.name {
		return s.sheet(c, body)
	}
	c.Set(fiber.HeaderContentType, as.types[0])
	return c.Send(body)
}

// selves are the links of a resource to itself, as it is sent, and to the ways in which
// it could be sent.
func (s *Server) selves(c *fiber.Ctx, as offer, offers ...offer) []link {
	self := s.base(c) + c.Path()
	links := []link{{Href: self + query(c, nil), Rel: "self", Type: as.types[0], Title: "this document"}}
	for _, o := range offers {
		if o.name != as.name {
			links = append(links, link{Href: self + query(c, func(v url.Values) { v.Set("f", o.name); v.Del("cursor") }), Rel: "alternate", Type: o.types[0], Title: "as " + o.name})
		}
	}
	return links
}

// query repeats the request's parameters, changed.
func query(c *fiber.Ctx, change func(url.Values)) string {
	v := url.Values{}
	for k, val := range c.Context().QueryArgs().All() {
		v.Set(string(k), string(val))
	}
	if change != nil {
		change(v)
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}
