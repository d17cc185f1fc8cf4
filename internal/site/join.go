package site

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
)

type joinPage struct {
	page
	Role  string
	Plain bool // the connection is neither https nor this machine's own
}

// handleJoin shows what an invitation gives, and one button.
func (s *Site) handleJoin(c *fiber.Ctx) error {
	i, ok := s.cfg.Views.Full().Invitations[access.HashToken(c.Params("code"))]
	if !ok || !s.cfg.Now().Before(i.Until.Time()) {
		return s.missing(c)
	}
	r := s.begin(c)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, fiber.StatusOK, "join.html", joinPage{s.page(r, r.cat.t("join_title")), r.cat.t("role_" + i.Role), !s.maySignIn(c)})
}

// maySignIn reports whether a browser keeps a session here: over https, or on the
// machine itself.
func (s *Site) maySignIn(c *fiber.Ctx) bool {
	if strings.HasPrefix(s.cfg.PublicURL, "https://") {
		return true
	}
	host := strings.Trim(strings.Split(string(c.Request().Host()), ":")[0], "[]")
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// handleJoinPost signs in.
func (s *Site) handleJoinPost(c *fiber.Ctx) error {
	if !sameOrigin(c) || !s.maySignIn(c) {
		return fiber.NewError(fiber.StatusForbidden)
	}
	err := s.cfg.Join(c, c.Params("code"))
	var refused *fiber.Error
	if errors.As(err, &refused) {
		return s.missing(c)
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(s.negotiate(c).link("/moderate"), fiber.StatusSeeOther)
}

// handleLeave signs out.
func (s *Site) handleLeave(c *fiber.Ctx) error {
	if err := s.cfg.Leave(c); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(s.negotiate(c).link("/moderate"), fiber.StatusSeeOther)
}
