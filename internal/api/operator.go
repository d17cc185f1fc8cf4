package api

import (
	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
)

// handleLinkOperator makes the private link by which a hub's operator says open,
// closed or full. It is shown once; the old one ends.
func (s *Server) handleLinkOperator(c *fiber.Ctx) error {
	key, hub, err := s.moderatedHub(c)
	if err != nil {
		return err
	}
	ctx, cancel := s.writing()
	defer cancel()
	secret, err := s.cfg.Tracker.LinkOperator(ctx, hub, key.ID)
	if err != nil {
		return err
	}
	return s.plain(c, fiber.StatusCreated, map[string]string{"url": s.base(c) + "/o/" + secret})
}

// handleUnlinkOperator ends it.
func (s *Server) handleUnlinkOperator(c *fiber.Ctx) error {
	key, hub, err := s.moderatedHub(c)
	if err != nil {
		return err
	}
	ctx, cancel := s.writing()
	defer cancel()
	if err := s.cfg.Tracker.UnlinkOperator(ctx, hub, key.ID); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// moderatedHub is the hub in the path, in the scope of a moderator's key.
func (s *Server) moderatedHub(c *fiber.Ctx) (*access.Key, string, error) {
	key, err := require(c, access.Moderator)
	if err != nil {
		return nil, "", err
	}
	if err := onlyParams(c); err != nil {
		return nil, "", err
	}
	f, ok := s.cfg.Tracker.Views().Full().Layer(report.Hubs).Feature(c.Params("id"))
	if !ok || !key.Covers(f.Facts.AreaCode) {
		return nil, "", notFound("hub")
	}
	return key, f.ID, nil
}

// FileOperator files what a hub's operator says by their link.
func (s *Server) FileOperator(c *fiber.Ctx, hub, state string, id report.UUID) (tracker.Receipt, error) {
	ctx, cancel := s.writing()
	defer cancel()
	return s.cfg.Tracker.File(ctx, tracker.Draft{
		ID: id, Operator: true, Network: s.client(c), Tier: report.TierAnonymous, Body: bodyDigest([]byte(hub + " " + state)),
		Filed: report.Filed{About: report.AboutHubStatus, Hub: hub, State: state, ObservedAt: report.InstantOf(s.cfg.Now())},
	})
}
