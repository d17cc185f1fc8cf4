package api

import (
	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// needOf is the need in the path, in the scope of the caller's key.
func (s *Server) needOf(c *fiber.Ctx) (*access.Key, report.UUID, *view.Feature, error) {
	key, err := require(c, access.Aid, access.Moderator)
	if err != nil {
		return nil, report.UUID{}, nil, err
	}
	id, ok := report.ParseNeedID(c.Params("id"))
	if !ok {
		return nil, id, nil, notFound("need")
	}
	f, ok := s.cfg.Tracker.Views().Full().Layer(report.Needs).Feature(id.NeedID())
	if !ok || !key.Covers(f.Facts.AreaCode) {
		return nil, id, nil, notFound("need")
	}
	return key, id, f, nil
}

// handleNeed answers with one need: its exact place and note for who claimed it and
// for moderators only.
func (s *Server) handleNeed(c *fiber.Ctx) error {
	key, id, f, err := s.needOf(c)
	if err != nil {
		return err
	}
	if err := onlyParams(c); err != nil {
		return err
	}
	s.looked(key, report.Needs, places.ADM3(f.Facts.AreaCode))
	filed, ok := s.cfg.Tracker.Views().Full().Layer(report.Reports).Feature(id.FeatureID())
	d := f.DerivedAt(s.cfg.Now())
	var members []byte
	if facts := filedFacts(filed); ok && (facts.Claimer == key.ID || key.Role.Can(access.Moderator)) {
		exact := *f
		exact.Geometry = filed.Geometry
		f = &exact
		members = appendMember(members, "note", facts.Note)
		members = appendMember(members, "claimed_by", facts.Claimer)
	}
	c.Set(fiber.HeaderContentType, typeGeoJSON)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(f.AppendWith(nil, &d, members))
}

// handleNeedStep claims, releases or meets a need.
func (s *Server) handleNeedStep(action string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key, id, _, err := s.needOf(c)
		if err != nil {
			return err
		}
		d, top, err := s.object(c, "note")
		if err != nil {
			return err
		}
		note := d.note("note", top["note"], s.cfg.Words)
		if d.errs != nil {
			return badRequest(d.errs...)
		}
		ctx, cancel := s.writing()
		defer cancel()
		if err := s.cfg.Tracker.StepNeed(ctx, id, action, note, key); err != nil {
			return err
		}
		return s.handleNeed(c)
	}
}
