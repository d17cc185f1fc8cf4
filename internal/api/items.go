package api

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
	name, err := collectionOf(c)
	if err != nil {
		return err
	}
	read := s.reader(c)
	snap := read.snap()
	q, err := parseItems(c, snap)
	if err != nil {
		return err
	}
	if !c.Context().QueryArgs().Has("f") {
		if err := acceptable(c, typeGeoJSON, typeJSON); err != nil {
			return err
		}
	}
	now := s.cfg.Now()
	c.Set("Teplo-Cursor", strconv.FormatUint(snap.Seq, 10))
	if s.unchanged(c, snap, now) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if slices.Contains(keyed, name) {
		s.looked(read.key, name, places.Prefix(q.Area))
	}
	page := read.scope(name).Find(q)
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
	return c.Send(appendCollection(nil, &page, links, now))
}

// handleItem answers with one feature.
func (s *Server) handleItem(c *fiber.Ctx) error {
	name, err := collectionOf(c)
	if err != nil {
		return err
	}
	p := newParams(c, "f")
	p.choice("f", []string{"json"}, "json")
	if err := p.err(); err != nil {
		return err
	}
	if !p.has("f") {
		if err := acceptable(c, typeGeoJSON, typeJSON); err != nil {
			return err
		}
	}
	read := s.reader(c)
	snap := read.snap()
	f, ok := read.scope(name).Feature(c.Params("id"))
	if !ok {
		return notFound("feature")
	}
	if slices.Contains(keyed, name) {
		s.looked(read.key, name, places.ADM3(f.Facts.AreaCode))
	}
	now := s.cfg.Now()
	if s.unchanged(c, snap, now) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	collection := s.base(c) + "/api/collections/" + string(name)
	links := appendLinks(nil, []link{
		{Href: collection + "/items/" + f.ID, Rel: "self", Type: typeGeoJSON},
		{Href: collection, Rel: "collection", Type: typeJSON},
	})
	body := f.AppendJSON(nil, now)
	body = append(append(body[:len(body)-1], `,"links":`...), links...)
	c.Set(fiber.HeaderContentType, typeGeoJSON)
	return c.Send(append(body, '}'))
}

// appendCollection writes the feature collection around ready bytes.
func appendCollection(b []byte, page *view.Page, links []link, now time.Time) []byte {
	size := 512
	for _, f := range page.Features {
		size += f.Size() + 1
	}
	b = slices.Grow(b, size)
	b = fmt.Appendf(b, `{"type":"FeatureCollection","timeStamp":%q,"numberMatched":%d,"numberReturned":%d,"links":`,
		timeStamp(now), page.Matched, len(page.Features))
	b = append(appendLinks(b, links), `,"features":[`...)
	for i, f := range page.Features {
		if i > 0 {
			b = append(b, ',')
		}
		b = f.AppendJSON(b, now)
	}
	return append(b, "]}"...)
}

// unchanged sets the validators of a reply made of the snapshot and reports
// whether the client has it already. The ETag is weak: one for all encodings. It
// moves with every change that the caller may see, derived properties included,
// and the reply lives no longer than until the next one.
func (s *Server) unchanged(c *fiber.Ctx, snap *view.Snapshot, now time.Time) bool {
	return s.validated(c, fmt.Sprintf("%d.%s", snap.Seq, snap.TickAt(now)), snap.MaxAgeSeconds(now))
}

// validated does the same for any version of what the caller may see.
func (s *Server) validated(c *fiber.Ctx, version string, maxAgeSeconds int) bool {
	h := fnv.New64a()
	h.Write(c.Request().RequestURI()) //nolint:errcheck // a hash never fails
	h.Write(c.Request().Host())       //nolint:errcheck
	who := "public"
	if k := caller(c); k != nil {
		who = "private"
		h.Write([]byte(k.ID)) //nolint:errcheck
	}
	tag := fmt.Sprintf(`W/"%s-%s-%x"`, s.epoch, version, h.Sum64())
	c.Set(fiber.HeaderETag, tag)
	c.Set(fiber.HeaderVary, "Accept, Accept-Encoding, Authorization")
	c.Set(fiber.HeaderCacheControl, who+", max-age="+strconv.Itoa(maxAgeSeconds))
	for part := range strings.SplitSeq(c.Get(fiber.HeaderIfNoneMatch), ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// parseItems reads the parameters of items, all of them before it complains.
func parseItems(c *fiber.Ctx, snap *view.Snapshot) (view.Query, error) {
	p := newParams(c, "bbox", "limit", "cursor", "offset", "area", "f")
	q := view.Query{
		Limit: p.whole("limit", 1, maxLimit, defaultLimit), Skip: p.whole("offset", 0, math.MaxInt, 0), After: c.Query("cursor"),
	}
	if p.has("bbox") {
		b, err := geo.ParseBBox(c.Query("bbox"))
		if err != nil {
			p.bad("bbox", err.Error())
		}
		q.BBox = &b
	}
	if a, ok := p.area("area", snap); ok {
		q.Area = a.Code
	}
	if p.has("cursor") && !validID(q.After) {
		p.bad("cursor", "is not a cursor of this server")
	}
	p.choice("f", []string{"json"}, "json")
	return q, p.err()
}

func validID(s string) bool {
	word, rest, ok := strings.Cut(s, "-")
	return ok && len(s) <= 80 && word != "" && rest != "" && strings.Trim(word+rest, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
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
