package api

import (
	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// handleRevert undoes all that a key did since an instant.
func (s *Server) handleRevert(c *fiber.Ctx) error {
	admin, err := require(c, access.Admin)
	if err != nil {
		return err
	}
	d, top, err := s.object(c, "since", "reason")
	if err != nil {
		return err
	}
	v := report.Revert{Key: c.Params("id"), By: admin.ID, Since: d.instant("since", top["since"]), Reason: d.required("reason", top["reason"], 500, "why")}
	if top["since"] == nil {
		d.bad("since", "", "is missing: from when on all that the key did is undone")
	}
	if d.errs != nil {
		return badRequest(d.errs...)
	}
	ctx, cancel := s.writing()
	defer cancel()
	n, err := s.cfg.Tracker.Revert(ctx, v)
	if err != nil {
		return err
	}
	return s.plain(c, fiber.StatusOK, map[string]int{"reverted": n})
}

// handleLift lets the cells of an oblast through that wait for anonymous_cells.
func (s *Server) handleLift(c *fiber.Ctx) error {
	key, err := require(c, access.Moderator)
	if err != nil {
		return err
	}
	d, top, err := s.object(c, "area", "reason")
	if err != nil {
		return err
	}
	l := report.CapLift{By: key.ID, Reason: d.required("reason", top["reason"], 500, "why they are believed")}
	if a, ok := s.cfg.Tracker.Views().Full().Book.Area(d.required("area", top["area"], 20, "the oblast")); ok {
		l.Area = places.ADM1(a.Code)
	} else if d.errs == nil {
		d.bad("area", string(top["area"]), "is not a known KATOTTG code or p-code")
	}
	if d.errs != nil {
		return badRequest(d.errs...)
	}
	if !key.Covers(l.Area) {
		return newProblem(fiber.StatusForbidden, "this oblast lies outside the key's areas")
	}
	ctx, cancel := s.writing()
	defer cancel()
	n, err := s.cfg.Tracker.Lift(ctx, l)
	if err != nil {
		return err
	}
	return s.plain(c, fiber.StatusOK, map[string]any{"area": l.Area, "waiting": n})
}

// looked writes that a key reads a collection that is not public, before it is shown.
// A store that takes no more writes keeps nobody from helping: that is logged instead.
func (s *Server) looked(key *access.Key, c report.Collection, area string) {
	if key == nil {
		return
	}
	ctx, cancel := s.writing()
	defer cancel()
	if err := s.cfg.Tracker.Looked(ctx, report.Viewed{Collection: c, Area: area, By: key.ID}); err != nil {
		s.cfg.Log.Warn("a view of what is not public could not be written", "key", key.ID, "collection", c, "error", err)
	}
}
