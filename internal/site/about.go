package site

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/report"
)

type aboutPage struct {
	page
	Go, Confidence, PackFingerprint string
}

// handleAbout says what this is, what it promises, and by which formulas, with the
// numbers of the policy in force.
func (s *Site) handleAbout(c *fiber.Ctx) error {
	r := s.begin(c)
	p, half := &r.snap.Policy, &r.snap.Policy.HalfLife
	return s.render(r, fiber.StatusOK, "about.html", aboutPage{
		page: s.page(r, r.cat.t("about_title")),
		Go:   r.cat.t("about_go_text", "confirm", r.cat.span(p.CurfewConfirm)),
		Confidence: r.cat.t("about_confidence_text", "existence", r.cat.span(half.Existence),
			"status", r.cat.span(half.Status), "outage", r.cat.span(half.Outage)),
		PackFingerprint: s.cfg.PackFingerprint,
	})
}

// span writes a duration in whole days where it is some, else in hours.
func (c *catalogue) span(s report.Span) string {
	d := time.Duration(s)
	if days := int(d / (24 * time.Hour)); days > 1 {
		return c.n("days", days)
	}
	return c.n("hours_n", int(d/time.Hour))
}
