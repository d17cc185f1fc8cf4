package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
)

type because struct {
	Code   string `json:"code"`
	TextUK string `json:"text_uk"`
	TextEN string `json:"text_en"`
}

type receipt struct {
	ID      string   `json:"id"`
	Status  string   `json:"status"`
	Because *because `json:"because"`
	Receipt string   `json:"receipt"`
	Secret  string   `json:"secret,omitempty"`
}

// handleReport files one report: 201 after it is on disk, 200 for a repeat.
func (s *Server) handleReport(c *fiber.Ctx) error {
	if err := onlyParams(c); err != nil {
		return err
	}
	mediaType, _, _ := strings.Cut(strings.ToLower(c.Get(fiber.HeaderContentType)), ";")
	if mt := strings.TrimSpace(mediaType); mt != typeGeoJSON && mt != typeJSON {
		return newProblem(fiber.StatusUnsupportedMediaType, "send "+typeGeoJSON+" or "+typeJSON)
	}
	text, err := body(c)
	if err != nil {
		return err
	}
	draft, bad := decodeReport(text, c.Get("Idempotency-Key"), s.cfg.Now())
	if bad != nil {
		return bad
	}
	draft.Network = s.client(c)
	if reporter := c.Get("Teplo-Reporter"); reporter != "" {
		if !validReporter(reporter) {
			return badRequest(fieldError{"Teplo-Reporter", "", "is not 16 to 64 of A-Z a-z 0-9 _ -"})
		}
		draft.Reporter = reporter
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*readTimeout)
	defer cancel()
	r, err := s.cfg.Tracker.File(ctx, draft)
	if err != nil {
		return err
	}
	out := s.receipt(c, r)
	c.Set(fiber.HeaderLocation, "/api/receipts/"+out.ID)
	status := fiber.StatusCreated
	if !r.New {
		status = fiber.StatusOK
	}
	return s.plain(c, status, out)
}

func validReporter(s string) bool {
	return len(s) >= 16 && len(s) <= 64 &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func (s *Server) receipt(c *fiber.Ctx, r tracker.Receipt) receipt {
	out := receipt{ID: r.ID.String(), Status: r.Status, Secret: r.Secret}
	out.Receipt = fmt.Sprintf("%s/api/receipts/%s", s.base(c), out.ID)
	if b, ok := report.Because[r.Because]; ok {
		out.Because = &because{b.Code, b.TextUK, b.TextEN}
	}
	return out
}

// handleReceipt says what became of a report, as it stands now.
func (s *Server) handleReceipt(c *fiber.Ctx) error {
	if err := onlyParams(c); err != nil {
		return err
	}
	id, ok := report.ParseUUID(c.Params("id"))
	if !ok {
		return notFound("receipt")
	}
	f, ok := s.cfg.Tracker.Views().Full().Layer(report.Reports).Feature(id.FeatureID())
	if !ok {
		return notFound("receipt")
	}
	facts, ok := f.Facts.Facts.(report.FiledFacts)
	if !ok {
		return errInternal
	}
	return s.plain(c, fiber.StatusOK, s.receipt(c, tracker.Receipt{ID: id, Status: facts.Status, Because: facts.Because}))
}
