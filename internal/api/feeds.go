package api

import (
	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/feed"
	"example.org/teplo/internal/report"
)

// Limits of a history (CONTRACT §3.2).
const (
	defaultHistory = 100
	maxHistory     = 1000
)

// handleCalendar answers with the curfew of an area for calendar programs.
func (s *Server) handleCalendar(c *fiber.Ctx) error {
	snap, now := s.cfg.Tracker.Views().Public(), s.cfg.Now()
	p := newParams(c, "area")
	a, _ := p.area("area", snap)
	if !p.has("area") {
		p.bad("area", "is missing: a KATOTTG code or p-code")
	}
	if err := p.err(); err != nil {
		return err
	}
	if s.unchanged(c, snap, now, offer{}) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	return c.Send(feed.Calendar(snap, &a, now))
}

type historyEntry struct {
	At         string            `json:"at"`
	Kind       string            `json:"kind"`
	Collection report.Collection `json:"collection"`
	ID         string            `json:"id"`
	TextUK     string            `json:"text_uk"`
	TextEN     string            `json:"text_en"`
}

// handleHistory answers with what changed in an area, the newest first.
func (s *Server) handleHistory(c *fiber.Ctx) error {
	snap := s.cfg.Tracker.Views().Public()
	p := newParams(c, "limit")
	limit := p.whole("limit", 1, maxHistory, defaultHistory)
	if err := p.err(); err != nil {
		return err
	}
	a, ok := snap.Book.Area(c.Params("code"))
	if !ok {
		return notFound("area")
	}
	entries := []historyEntry{}
	for _, e := range feed.History(snap, &a, s.cfg.Now()) {
		if len(entries) == limit {
			break
		}
		entries = append(entries, historyEntry{timeStamp(e.At.Time()), e.Kind, e.Collection, e.ID, e.Text.UK, e.Text.EN})
	}
	return s.reply(c, typeJSON, map[string]any{"entries": entries})
}
