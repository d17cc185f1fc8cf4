package api

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
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
	Seq     uint64   `json:"seq,omitempty"` // of a key's feed
	Into    *string  `json:"into,omitempty"`
	Need    *string  `json:"need_status,omitempty"`
	Claim   *string  `json:"claim_note,omitempty"`
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
	_, err = s.answerReport(c, text, c.Get("Idempotency-Key"), c.Get("Teplo-Reporter"), "")
	return err
}

// answerReport files a report and sends its receipt.
func (s *Server) answerReport(c *fiber.Ctx, text []byte, id, reporter, area string) (tracker.Receipt, error) {
	r, err := s.file(c, text, id, reporter, area)
	if err != nil {
		return r, err
	}
	out := s.receipt(c, r)
	if caller(c) != nil {
		out.Seq = s.cfg.Tracker.Views().Full().Seq
	}
	c.Set(fiber.HeaderLocation, "/api/receipts/"+out.ID)
	status := fiber.StatusCreated
	if !r.New {
		status = fiber.StatusOK
	}
	return r, s.plain(c, status, out)
}

// AnswerForm files what the script of package site collected, and answers as POST
// /api/reports does, errors too.
func (s *Server) AnswerForm(c *fiber.Ctx, feature []byte, reporter, area string) (tracker.Receipt, error) {
	return s.answerReport(c, feature, "", reporter, area)
}

// file decodes, judges and files one report. A report without a point may stand at
// an area instead, which the form without JavaScript names.
func (s *Server) file(c *fiber.Ctx, text []byte, id, reporter, area string) (tracker.Receipt, error) {
	draft, bad := decodeReport(text, id, area != "", s.cfg.Now())
	if bad != nil {
		return tracker.Receipt{}, bad
	}
	if draft.Filed.About == report.AboutCurfew {
		if _, err := require(c, access.Moderator); err != nil {
			return tracker.Receipt{}, err
		}
	}
	if err := s.harmless(&draft); err != nil {
		return tracker.Receipt{}, err
	}
	if draft.AreaCode == "" {
		draft.AreaCode = area
	}
	draft.Network, draft.Key = s.client(c), caller(c)
	if reporter != "" && !validReporter(reporter) {
		return tracker.Receipt{}, badRequest(fieldError{"Teplo-Reporter", "", "is not 16 to 64 of A-Z a-z 0-9 _ -"})
	}
	draft.Reporter = reporter
	ctx, cancel := s.writing()
	defer cancel()
	return s.cfg.Tracker.File(ctx, draft)
}

// FileForm files what the form of package site collected, as POST /api/reports does.
// Bad fields come as [tracker.InvalidError], everything else with a status and words
// for people.
func (s *Server) FileForm(c *fiber.Ctx, feature []byte, reporter, area string) (tracker.Receipt, error) {
	r, err := s.file(c, feature, "", reporter, area)
	if err == nil {
		return r, nil
	}
	p := s.explain(c, err)
	if p.Errors == nil {
		return r, fiber.NewError(p.Status, p.Detail)
	}
	invalid := &tracker.InvalidError{}
	for _, e := range p.Errors {
		invalid.Fields = append(invalid.Fields, tracker.FieldError(e))
	}
	return r, invalid
}

// harmless refuses free text with military content (CONTRACT §3.3).
func (s *Server) harmless(draft *tracker.Draft) error {
	d, f := &decoder{}, &draft.Filed
	d.military("properties.note", f.Note, s.cfg.Words)
	d.military("properties.name", f.Name, s.cfg.Words)
	d.military("properties.address", f.Address, s.cfg.Words)
	d.military("properties.opening_text", f.Opening, s.cfg.Words)
	if d.errs != nil {
		return badRequest(d.errs...)
	}
	return nil
}

// military refuses a text with military content, with words how to write it instead.
func (d *decoder) military(path, text string, words *report.MilitaryWords) {
	if words == nil || text == "" {
		return
	}
	if topic, _, found := words.Find(text); found {
		why := report.MilitaryReason(topic)
		d.bad(path, "", why.UK+" / "+why.EN)
	}
}

// note reads a note of at most 280 characters without military content.
func (d *decoder) note(path string, raw json.RawMessage, words *report.MilitaryWords) string {
	text := d.text(path, raw, 280)
	d.military(path, text, words)
	return text
}

// handleWithdraw takes a report back within ten minutes.
func (s *Server) handleWithdraw(c *fiber.Ctx) error {
	id, ok := report.ParseUUID(c.Params("id"))
	if !ok {
		return notFound("report")
	}
	d, top, err := s.object(c, "secret")
	if err != nil {
		return err
	}
	secret := d.required("secret", top["secret"], 100, "what the receipt bore")
	if d.errs != nil {
		return badRequest(d.errs...)
	}
	ctx, cancel := s.writing()
	defer cancel()
	r, err := s.cfg.Tracker.Withdraw(ctx, id, secret)
	if err != nil {
		return err
	}
	return s.plain(c, fiber.StatusOK, s.receipt(c, r))
}

func validReporter(s string) bool {
	return len(s) >= 16 && len(s) <= 64 &&
		strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

func (s *Server) receipt(c *fiber.Ctx, r tracker.Receipt) receipt {
	out := receipt{ID: r.ID.String(), Status: r.Status, Secret: r.Secret}
	out.Receipt = fmt.Sprintf("%s/api/receipts/%s", s.base(c), out.ID)
	out.Because = reasonOf(r.Because)
	return out
}

// reasonOf is a reason's words by its code, or null.
func reasonOf(code string) *because {
	b, ok := report.Because[code]
	if !ok {
		return nil
	}
	return &because{b.Code, b.TextUK, b.TextEN}
}

// appendMember appends a property of a feature: a text, or null.
func appendMember(b []byte, name, text string) []byte {
	value, err := json.Marshal(optional(text))
	if err != nil {
		return b // a text always encodes
	}
	return fmt.Appendf(b, ",%q:%s", name, value)
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
	f, ok := s.cfg.Tracker.Views().Full().Layer(report.Reports).Feature(s.cfg.Tracker.First(id).FeatureID())
	if !ok {
		return notFound("receipt")
	}
	facts, ok := f.Facts.Facts.(report.FiledFacts)
	if !ok {
		return errInternal
	}
	out := s.receipt(c, tracker.Receipt{ID: id, Status: facts.Status, Because: facts.Because})
	out.Into, out.Need, out.Claim = optional(facts.Into), optional(facts.NeedStatus), optional(facts.ClaimNote)
	return s.plain(c, fiber.StatusOK, out)
}
