package api

import (
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/view"
)

// itemOffers are the representations of items, and of one of them.
var itemOffers = []offer{asGeoJSON, asHTML}

// handleItems answers with one page of a collection, in the order of ids; next
// leads through everything exactly once while writes go on.
func (s *Server) handleItems(c *fiber.Ctx) error {
	name, err := collectionOf(c)
	if err != nil {
		return err
	}
	read := s.reader(c)
	snap, now := read.snap(), s.cfg.Now()
	want, err := parseItems(c, snap, name, now)
	if err != nil {
		return err
	}
	c.Set("Teplo-Cursor", strconv.FormatUint(snap.Seq, 10))
	if s.unchanged(c, snap, now, want.as) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if sent, err := s.sendKept(c); sent {
		return err
	}
	if slices.Contains(keyed, name) {
		s.looked(read.key, name, places.Prefix(want.Area))
	}
	page := read.scope(name).Find(want.Query)
	if want.late() {
		return badRequest(fieldError{"filter", c.Query("filter"), "takes too long over so many features: narrow it with bbox, area or a shorter filter"})
	}
	links := append(s.selves(c, want.as, listOffers...), link{Href: s.base(c) + "/api/collections/" + string(name), Rel: "collection", Type: typeJSON, Title: descriptions[name][0]})
	if page.More {
		after := page.Features[len(page.Features)-1].ID
		next := link{Href: s.base(c) + c.Path() + query(c, func(v url.Values) { v.Set("cursor", after); v.Del("offset") }), Rel: "next", Type: want.as.types[0], Title: "the next page"}
		links = append(links, next)
		c.Set(fiber.HeaderLink, fmt.Sprintf(`<%s>; rel="next"; type="%s"`, next.Href, next.Type))
	}
	if want.as.exports() {
		return s.sendExport(c, want.as, name, page.Features, now, snap.Seq)
	}
	return s.features(c, want.as, appendCollection(nil, &page, links, now))
}

// features sends GeoJSON as it is or as a page.
func (s *Server) features(c *fiber.Ctx, as offer, body []byte) error {
	if as.name == asHTML.name {
		return s.sheet(c, body)
	}
	c.Set(fiber.HeaderContentType, typeGeoJSON)
	return s.sendCompressed(c, body)
}

// handleItem answers with one feature.
func (s *Server) handleItem(c *fiber.Ctx) error {
	name, err := collectionOf(c)
	if err != nil {
		return err
	}
	as, err := newParams(c, pageParams...).negotiate(itemOffers...)
	if err != nil {
		return err
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
	if s.unchanged(c, snap, now, as) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	links := append(s.selves(c, as, itemOffers...), link{Href: s.base(c) + "/api/collections/" + string(name), Rel: "collection", Type: typeJSON, Title: descriptions[name][0]})
	body := f.AppendJSON(nil, now)
	body = appendLinks(append(body[:len(body)-1], `,"links":`...), links)
	return s.features(c, as, append(body, '}'))
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
func (s *Server) unchanged(c *fiber.Ctx, snap *view.Snapshot, now time.Time, as offer) bool {
	if as.name == asHTML.name {
		return false // a page is of a language too
	}
	return s.validated(c, fmt.Sprintf("%d.%s.%s", snap.Seq, snap.TickAt(now), as.name), snap.MaxAgeSeconds(now))
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
