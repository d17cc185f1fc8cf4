package api

import (
	"fmt"
	"math"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Limits of a nearest answer (CONTRACT §3.2).
const (
	defaultNearest = 5
	maxNearest     = 50
	walkingSpeed   = 1.1 // metres a second
)

// handleNearest answers with the nearest hubs, whether they are open on arrival,
// and whether one may go there.
func (s *Server) handleNearest(c *fiber.Ctx) error {
	snap, now := s.cfg.Tracker.Views().Public(), s.cfg.Now()
	p := newParams(c, append([]string{"lon", "lat", "area", "limit", "at", "open", "speed", "by", "category", "availability"}, report.AmenityNames...)...)
	from := p.start(snap)
	w := view.Walk{
		From: from.point, Area: from.area.Code, At: p.instant("at", now), Speed: p.number("speed", 0.1, 10, walkingSpeed),
		By: curfew.Mode(p.choice("by", modes, modes[0])), Limit: p.whole("limit", 1, maxNearest, defaultNearest),
		Open: p.choice("open", []string{"true", "any"}, "any") == "true", Wants: p.hubFilter(),
	}
	if p.errs == nil && !from.known {
		p.bad("area", "has no known place to measure from")
	}
	if err := p.err(); err != nil {
		return err
	}
	found := snap.Nearest(w)
	b := fmt.Appendf(nil, `{"type":"FeatureCollection","timeStamp":%q,"numberReturned":%d,"features":[`, timeStamp(now), len(found))
	for i := range found {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNear(b, &found[i], &w, found[i].DerivedAt(now).Confidence)
	}
	c.Set(fiber.HeaderContentType, typeGeoJSON)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(append(b, "]}"...))
}

// appendNear writes one hub as of the walk's start, never from cached bytes.
func appendNear(b []byte, n *view.Near, w *view.Walk, confidence int) []byte {
	d := n.Derive(w.At)
	d.Confidence = confidence
	members := append(make([]byte, 0, 128), `,"distance_m":`...)
	if n.Minutes < 0 {
		members = append(members, `null,"walk_min":null`...)
	} else {
		members = strconv.AppendInt(members, int64(math.Round(n.Meters)), 10)
		members = strconv.AppendInt(append(members, `,"walk_min":`...), int64(n.Minutes), 10)
	}
	members = fmt.Appendf(members, `,"open_on_arrival":%q,"go":%q`, n.OnArrival, n.Go.Verdict)
	return n.AppendWith(b, &d, members)
}

// hubFilter reads the properties that hubs are filtered by; nil: none is given.
func (p *params) hubFilter() func(*view.Feature) bool {
	type wish struct {
		amenity int // index in report.AmenityNames
		value   string
	}
	var wishes []wish
	for i, name := range report.AmenityNames {
		if value := p.choice(name, report.YesNoUnknown, ""); value != "" {
			wishes = append(wishes, wish{i, value})
		}
	}
	category := p.choice("category", report.HubCategories, "")
	availability := p.choice("availability", report.Availabilities, "")
	if wishes == nil && category == "" && availability == "" {
		return nil
	}
	return func(f *view.Feature) bool {
		hub, ok := f.Facts.Facts.(report.Hub)
		if !ok || category != "" && hub.Category != category || availability != "" && hub.Availability != availability {
			return false
		}
		for _, w := range wishes {
			if hub.Amenities.At(w.amenity) != w.value {
				return false
			}
		}
		return true
	}
}
