package api

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"
)

// handleHealth says that the process lives.
func (s *Server) handleHealth(c *fiber.Ctx) error {
	return s.plain(c, fiber.StatusOK, map[string]any{"status": "ok"})
}

// handleReady says whether the process can do its work.
func (s *Server) handleReady(c *fiber.Ctx) error {
	status, storeState, reason := fiber.StatusOK, "ok", ""
	if s.cfg.Tracker.Full() {
		storeState, reason = "full", "the store is full: it reads, and writes nothing"
	}
	if err := s.cfg.Tracker.Err(); err != nil {
		status, storeState, reason = fiber.StatusServiceUnavailable, "failed", "the store takes no writes any more: restart"
	} else if s.cfg.Tracker.Stalled() > readTimeout {
		status, storeState, reason = fiber.StatusServiceUnavailable, "stalled", "a commit has not answered for 5 s"
	}
	return s.plain(c, status, map[string]any{"store": storeState, "views": "ok", "reason": reason})
}

func (s *Server) plain(c *fiber.Ctx, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, typeJSON)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(status).Send(body)
}
