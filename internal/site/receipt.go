package site

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/report"
)

type receiptPage struct {
	page
	ID, Status, Tone, Because, Into, Need, ClaimNote string
	CanWithdraw                                      bool
}

// handleReceipt says what became of a report.
func (s *Site) handleReceipt(c *fiber.Ctx) error { return s.showReceipt(c, fiber.StatusOK) }

func (s *Site) showReceipt(c *fiber.Ctx, status int) error {
	r := s.begin(c)
	id, ok := report.ParseUUID(c.Params("id"))
	f, found := s.cfg.Views.Full().Layer(report.Reports).Feature(id.FeatureID())
	if !ok || !found {
		return s.missing(c)
	}
	facts, _ := f.Facts.Facts.(report.FiledFacts)
	tone := map[string]string{"published": "green", "counted": "green", "rejected": "red", "withdrawn": "grey"}[facts.Status]
	if tone == "" {
		tone = "amber"
	}
	because := report.Because[facts.Because]
	p := receiptPage{
		page: s.page(r, r.cat.t("receipt_title")), ID: id.String(), Status: r.cat.t("receipt_" + facts.Status), Tone: tone,
		Because: r.cat.choose(because.TextUK, because.TextEN), ClaimNote: facts.ClaimNote,
		CanWithdraw: receiptSecret(c, id) != "" && facts.Status != "withdrawn",
	}
	if facts.NeedStatus != "" {
		p.Need = r.cat.t("need_status_" + facts.NeedStatus)
	}
	if facts.Into != "" {
		p.Into = "/hubs/" + facts.Into
		if _, isReport := report.ParseUUID(facts.Into); isReport {
			p.Into = "/receipts/" + facts.Into
		}
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, status, "receipt.html", p)
}

// receiptSecret is the secret of a report that this browser has just filed.
func receiptSecret(c *fiber.Ctx, id report.UUID) string {
	of, secret, _ := strings.Cut(c.Cookies(receiptCookie), ".")
	if of != id.String() {
		return ""
	}
	return secret
}

// handleWithdraw takes a report back, for the browser that filed it.
func (s *Site) handleWithdraw(c *fiber.Ctx) error {
	id, ok := report.ParseUUID(c.Params("id"))
	if !ok {
		return s.missing(c)
	}
	if !sameOrigin(c) {
		return fiber.NewError(fiber.StatusForbidden)
	}
	if receiptSecret(c, id) == "" {
		return s.showReceipt(c, fiber.StatusForbidden)
	}
	status, _, err := s.cfg.Ask(c, fiber.MethodPost, "/api/reports/"+id.String()+"/withdraw", map[string]string{"secret": receiptSecret(c, id)})
	if err != nil {
		return err
	}
	if status != fiber.StatusOK {
		return s.showReceipt(c, status)
	}
	return c.Redirect(s.negotiate(c).link("/receipts/"+id.String()), fiber.StatusSeeOther)
}
