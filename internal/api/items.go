package api

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/view"
)

// Limits of a page (CONTRACT §3.1).
const (
	defaultLimit = 1000
	maxLimit     = 10000
)

// handleItems answers with one page of a collection, in the order of ids; next
// leads through everything exactly once while writes go on.
func (s *Server) handleItems(c *fiber.Ctx) error {
	name, err := publicCollection(c)
	if err != nil {
		return err
	}
	snap := s.cfg.Tracker.Views().Public()
	q, err := parseItems(c, snap)
	if err != nil {
		return err
	}
	c.Set("Teplo-Cursor", strconv.FormatUint(snap.Seq, 10))
	if s.unchanged(c, snap) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	page := snap.Layer(name).Find(q)
	self := s.base(c) + "/api/collections/" + string(name) + "/items"
	links := []link{
		{Href: self + query(c, ""), Rel: "self", Type: typeGeoJSON},
		{Href: s.base(c) + "/api/collections/" + string(name), Rel: "collection", Type: typeJSON},
	}
	if page.More {
		next := link{Href: self + query(c, page.Features[len(page.Features)-1].ID), Rel: "next", Type: typeGeoJSON}
		links = append(links, next)
		c.Set(fiber.HeaderLink, fmt.Sprintf(`<%s>; rel="next"; type="%s"`, next.Href, next.Type))
	}
	c.Set(fiber.HeaderContentType, typeGeoJSON)
	return c.Send(appendCollection(nil, &page, links, timeStamp(s.cfg.Now())))
}

// handleItem answers with one feature.
func (s *Server) handleItem(c *fiber.Ctx) error {
	name, err := publicCollection(c)
	if err != nil {
		return err
	}
	if err := onlyParams(c, "f"); err != nil {
		return err
	}
	if err := formatJSON(c); err != nil {
		return err
	}
	snap := s.cfg.Tracker.Views().Public()
	f, ok := snap.Layer(name).Feature(c.Params("id"))
	if !ok {
		return notFound("feature")
	}
	if s.unchanged(c, snap) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	collection := s.base(c) + "/api/collections/" + string(name)
	links := appendLinks(nil, []link{
		{Href: collection + "/items/" + f.ID, Rel: "self", Type: typeGeoJSON},
		{Href: collection, Rel: "collection", Type: typeJSON},
	})
	body := f.AppendJSON(nil)
	body = append(append(body[:len(body)-1], `,"links":`...), links...)
	c.Set(fiber.HeaderContentType, typeGeoJSON)
	return c.Send(append(body, '}'))
}

// appendCollection writes the feature collection around ready bytes.
func appendCollection(b []byte, page *view.Page, links []link, now string) []byte {
	size := 512
	for _, f := range page.Features {
		size += f.Size() + 1
	}
	b = slices.Grow(b, size)
	b = fmt.Appendf(b, `{"type":"FeatureCollection","timeStamp":%q,"numberMatched":%d,"numberReturned":%d,"links":`,
		now, page.Matched, len(page.Features))
	b = append(appendLinks(b, links), `,"features":[`...)
	for i, f := range page.Features {
		if i > 0 {
			b = append(b, ',')
		}
		b = f.AppendJSON(b)
	}
	return append(b, "]}"...)
}

// unchanged sets the validators of a reply made of the snapshot and reports
// whether the client has it already. The ETag is weak: one for all encodings.
func (s *Server) unchanged(c *fiber.Ctx, snap *view.Snapshot) bool {
	h := fnv.New64a()
	h.Write(c.Request().RequestURI()) //nolint:errcheck // a hash never fails
	h.Write(c.Request().Host())       //nolint:errcheck
	tag := fmt.Sprintf(`W/"%s-%d-%x"`, s.epoch, snap.Seq, h.Sum64())
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderVary, "Accept, Accept-Encoding")
	c.Set(fiber.HeaderCacheControl, "public, max-age=15, stale-while-revalidate=60, stale-if-error=86400")
	for part := range strings.SplitSeq(c.Get(fiber.HeaderIfNoneMatch), ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// parseItems reads the parameters of items, all of them before it complains.
func parseItems(c *fiber.Ctx, snap *view.Snapshot) (view.Query, error) {
	q := view.Query{Limit: defaultLimit}
	if err := onlyParams(c, "bbox", "limit", "cursor", "offset", "area", "f"); err != nil {
		return q, err
	}
	var errs []fieldError
	bad := func(field, reason string) { errs = append(errs, fieldError{field, c.Query(field), reason}) }
	args := c.Context().QueryArgs()
	if args.Has("bbox") {
		b, err := geo.ParseBBox(c.Query("bbox"))
		if err != nil {
			bad("bbox", err.Error())
		}
		q.BBox = &b
	}
	if args.Has("limit") {
		n, err := strconv.Atoi(c.Query("limit"))
		if err != nil || n < 1 {
			bad("limit", "is not a whole number of 1 or more")
		}
		q.Limit = min(n, maxLimit)
	}
	if args.Has("offset") {
		n, err := strconv.Atoi(c.Query("offset"))
		if err != nil || n < 0 {
			bad("offset", "is not a whole number of 0 or more")
		}
		q.Skip = n
	}
	if args.Has("area") {
		code, err := places.ParseCode(c.Query("area"))
		if _, known := snap.Book.Area(code); err != nil || !known {
			bad("area", "is not a known KATOTTG code or p-code")
		}
		q.Area = code
	}
	q.After = c.Query("cursor")
	if args.Has("cursor") && !validID(q.After) {
		bad("cursor", "is not a cursor of this server")
	}
	if err := formatJSON(c); err != nil {
		bad("f", "is not json")
	}
	if errs != nil {
		return q, badRequest(errs...)
	}
	return q, nil
}

func validID(s string) bool {
	word, rest, ok := strings.Cut(s, "-")
	return ok && len(s) <= 80 && word != "" && rest != "" && strings.Trim(word+rest, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// formatJSON refuses any f but json.
func formatJSON(c *fiber.Ctx) error {
	if c.Context().QueryArgs().Has("f") && c.Query("f") != "json" {
		return badRequest(fieldError{"f", c.Query("f"), "is not json"})
	}
	return nil
}

// onlyParams refuses query parameters that are unknown or repeated.
func onlyParams(c *fiber.Ctx, allowed ...string) error {
	var errs []fieldError
	seen := map[string]bool{}
	for k, v := range c.Context().QueryArgs().All() {
		name := string(k)
		switch {
		case !slices.Contains(allowed, name):
			errs = append(errs, fieldError{name, string(v), "is not a parameter here"})
		case seen[name]:
			errs = append(errs, fieldError{name, string(v), "is given twice"})
		}
		seen[name] = true
	}
	if errs != nil {
		return badRequest(errs...)
	}
	return nil
}

// query repeats the request's parameters; with a cursor it leads to the next page.
func query(c *fiber.Ctx, cursor string) string {
	v := url.Values{}
	for k, val := range c.Context().QueryArgs().All() {
		v.Set(string(k), string(val))
	}
	if cursor != "" {
		v.Set("cursor", cursor)
		v.Del("offset")
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}
