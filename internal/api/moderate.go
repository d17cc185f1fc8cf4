package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// writing bounds how long a request waits for the writer.
func (s *Server) writing() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 2*readTimeout)
}

// object reads the body as a JSON object of known members; an empty body is an empty
// object.
func (s *Server) object(c *fiber.Ctx, allowed ...string) (*decoder, map[string]json.RawMessage, error) {
	if err := onlyParams(c); err != nil {
		return nil, nil, err
	}
	text, err := body(c)
	if err != nil {
		return nil, nil, err
	}
	d := &decoder{}
	if len(strings.TrimSpace(string(text))) == 0 {
		return d, map[string]json.RawMessage{}, nil
	}
	if mt, _, _ := strings.Cut(strings.ToLower(c.Get(fiber.HeaderContentType)), ";"); strings.TrimSpace(mt) != typeJSON {
		return nil, nil, newProblem(fiber.StatusUnsupportedMediaType, "send "+typeJSON)
	}
	if !json.Valid(text) {
		return nil, nil, newProblem(fiber.StatusBadRequest, "the body is not JSON", fieldError{"", "", "is not JSON"})
	}
	top := d.members("", text, allowed...)
	if d.errs != nil {
		return nil, nil, badRequest(d.errs...)
	}
	return d, top, nil
}

// strings reads a list of at most so many texts.
func (d *decoder) strings(path string, raw json.RawMessage, most int) []string {
	if raw == nil || string(raw) == "null" {
		return nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		d.bad(path, string(raw), "is not a list of texts")
		return nil
	}
	if len(list) > most {
		d.bad(path, "", fmt.Sprintf("has more than %d members", most))
		return nil
	}
	return list
}

// moderated are the collections that moderators confirm and retire.
var moderated = []report.Collection{report.Hubs, report.Outages, report.Curfews}

// moderatedFeature is the feature in the path, in the scope of a moderator's key.
func (s *Server) moderatedFeature(c *fiber.Ctx) (*access.Key, *view.Feature, error) {
	key, err := require(c, access.Moderator)
	if err != nil {
		return nil, nil, err
	}
	name := report.Collection(c.Params("c"))
	if !slices.Contains(moderated, name) {
		return nil, nil, notFound("collection")
	}
	f, ok := s.cfg.Tracker.Views().Full().Layer(name).Feature(c.Params("id"))
	if !ok || !key.Covers(f.Facts.AreaCode) {
		return nil, nil, notFound("feature")
	}
	return key, f, nil
}

// handleConfirm renews a feature: the moderator saw it valid now.
func (s *Server) handleConfirm(c *fiber.Ctx) error {
	key, f, err := s.moderatedFeature(c)
	if err != nil {
		return err
	}
	if f.Facts.Confirmations < 0 {
		return newProblem(fiber.StatusConflict, "a community cell is confirmed by reports alone")
	}
	if _, _, err := s.object(c); err != nil {
		return err
	}
	ctx, cancel := s.writing()
	defer cancel()
	if err := s.cfg.Tracker.Confirm(ctx, f.ID, key.ID); err != nil {
		return err
	}
	return s.feature(c, f.Facts.Facts.Collection(), f.ID)
}

// handleRetire takes a feature off every public route.
func (s *Server) handleRetire(c *fiber.Ctx) error {
	key, f, err := s.moderatedFeature(c)
	if err != nil {
		return err
	}
	d, top, err := s.object(c, "reason")
	if err != nil {
		return err
	}
	reason := d.required("reason", top["reason"], 500, "why it goes")
	if d.errs != nil {
		return badRequest(d.errs...)
	}
	ctx, cancel := s.writing()
	defer cancel()
	if err := s.cfg.Tracker.Retire(ctx, f.ID, reason, key.ID); err != nil {
		return err
	}
	return s.plain(c, fiber.StatusOK, map[string]any{"id": f.ID, "status": "retired"})
}

// feature answers with one feature as it is now.
func (s *Server) feature(c *fiber.Ctx, name report.Collection, id string) error {
	f, ok := s.cfg.Tracker.Views().Full().Layer(name).Feature(id)
	if !ok {
		return notFound("feature")
	}
	c.Set(fiber.HeaderContentType, typeGeoJSON)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(f.AppendJSON(nil, s.cfg.Now()))
}

// handlePolicy is the brake: it withholds areas or community outages at once.
func (s *Server) handlePolicy(c *fiber.Ctx) error {
	admin, err := require(c, access.Admin)
	if err != nil {
		return err
	}
	d, top, err := s.object(c, "withheld_areas", "community_outages", "reason")
	if err != nil {
		return err
	}
	b := report.Brake{By: admin.ID, Reason: d.required("reason", top["reason"], 500, "why")}
	if raw, ok := top["withheld_areas"]; ok {
		b.HasAreas = true
		b.Withheld, _ = d.areas("withheld_areas", raw, s.cfg.Tracker.Views().Full())
	}
	if raw, ok := top["community_outages"]; ok {
		b.Community = new(bool)
		if err := json.Unmarshal(raw, b.Community); err != nil {
			d.bad("community_outages", string(raw), "is not true or false")
		}
	}
	if !b.HasAreas && b.Community == nil {
		d.bad("withheld_areas", "", "or community_outages is wanted")
	}
	if d.errs != nil {
		return badRequest(d.errs...)
	}
	ctx, cancel := s.writing()
	defer cancel()
	if err := s.cfg.Tracker.Brake(ctx, b); err != nil {
		return err
	}
	p := s.cfg.Tracker.Views().Full().Policy
	return s.plain(c, fiber.StatusOK, map[string]any{"withheld_areas": append([]string{}, p.WithheldAreas...), "community_outages": p.CommunityOutages})
}
