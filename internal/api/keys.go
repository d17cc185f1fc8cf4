package api

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/view"
)

type keyRow struct {
	ID      string      `json:"id"`
	Role    access.Role `json:"role"`
	Name    string      `json:"name"`
	Areas   []string    `json:"areas"`
	Expires string      `json:"expires"`
	Revoked bool        `json:"revoked"`
	Halted  bool        `json:"halted"`
}

// handleKeys lists the access keys, without secrets.
func (s *Server) handleKeys(c *fiber.Ctx) error {
	if _, err := require(c, access.Admin); err != nil {
		return err
	}
	if err := onlyParams(c); err != nil {
		return err
	}
	rows := []keyRow{}
	keys := s.cfg.Tracker.Views().Full().Keys
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		k := keys[id]
		rows = append(rows, keyRow{k.ID, k.Role, k.Name, append([]string{}, k.Areas...), timeStamp(k.Expires), k.Revoked, k.Halted})
	}
	return s.plain(c, fiber.StatusOK, map[string]any{"keys": rows})
}

// handleAddKey makes an access key and shows its secret, this once.
func (s *Server) handleAddKey(c *fiber.Ctx) error {
	admin, k, err := s.newKey(c)
	if err != nil {
		return err
	}
	ctx, cancel := s.writing()
	defer cancel()
	secret, id, err := s.cfg.Tracker.AddKey(ctx, k, admin.ID)
	if err != nil {
		return err
	}
	return s.plain(c, fiber.StatusCreated, map[string]any{"id": id, "secret": secret})
}

// handleInvite makes a link by which somebody signs in, once, within a day.
func (s *Server) handleInvite(c *fiber.Ctx) error {
	admin, k, err := s.newKey(c)
	if err != nil {
		return err
	}
	ctx, cancel := s.writing()
	defer cancel()
	code, err := s.cfg.Tracker.Invite(ctx, k, admin.ID)
	if err != nil {
		return err
	}
	return s.plain(c, fiber.StatusCreated, map[string]string{"url": s.base(c) + "/join/" + code})
}

// newKey reads who a key or invitation is for.
func (s *Server) newKey(c *fiber.Ctx) (admin *access.Key, k access.Key, err error) {
	if admin, err = require(c, access.Admin); err != nil {
		return nil, k, err
	}
	d, top, err := s.object(c, "role", "name", "areas", "expires")
	if err != nil {
		return nil, k, err
	}
	k = access.Key{Role: access.Role(d.choice("role", top["role"], roleNames(), true)), Name: d.required("name", top["name"], 200, "whose it is")}
	k.Expires = d.instant("expires", top["expires"]).Time()
	if k.Expires.IsZero() || !k.Expires.After(s.cfg.Now()) {
		d.bad("expires", string(top["expires"]), "is not an instant in the future")
	}
	var everywhere bool
	k.Areas, everywhere = d.areas("areas", top["areas"], s.cfg.Tracker.Views().Full())
	if k.Role == access.Aid && k.Areas == nil && !everywhere {
		d.bad("areas", "", "is missing: an aid key names its areas, or *")
	}
	if d.errs != nil {
		return nil, k, badRequest(d.errs...)
	}
	return admin, k, nil
}

// handleKeyChange does something to the key in the path, for an admin.
func (s *Server) handleKeyChange(change func(ctx context.Context, id, by string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		admin, err := require(c, access.Admin)
		if err != nil {
			return err
		}
		if err := onlyParams(c); err != nil {
			return err
		}
		ctx, cancel := s.writing()
		defer cancel()
		if err := change(ctx, c.Params("id"), admin.ID); err != nil {
			return err
		}
		return c.SendStatus(fiber.StatusNoContent)
	}
}

func roleNames() []string {
	var out []string
	for _, r := range access.Roles {
		out = append(out, string(r))
	}
	return out
}

// areas reads a list of codes into their prefixes; a * among them is everywhere.
func (d *decoder) areas(path string, raw []byte, snap *view.Snapshot) (prefixes []string, everywhere bool) {
	for _, code := range d.strings(path, raw, 200) {
		if code == "*" {
			everywhere = true
			continue
		}
		a, ok := snap.Book.Area(code)
		if !ok {
			d.bad(path, code, "is not a known KATOTTG code or p-code")
			continue
		}
		prefixes = append(prefixes, places.Prefix(a.Code))
	}
	if everywhere {
		return nil, true
	}
	return prefixes, false
}

type auditRow struct {
	Seq    uint64 `json:"seq"`
	At     string `json:"at"`
	Actor  string `json:"actor"`
	Action string `json:"action"`
	Target string `json:"target"`
	Reason string `json:"reason,omitempty"`
}

// handleAudit tells what keys did, the newest first.
func (s *Server) handleAudit(c *fiber.Ctx) error {
	if _, err := require(c, access.Admin); err != nil {
		return err
	}
	p := newParams(c, "actor", "since", "limit", "cursor")
	limit := p.whole("limit", 1, maxHistory, defaultHistory)
	since := p.instant("since", time.Time{})
	before := uint64(p.whole("cursor", 0, 1<<53, 1<<53))
	if err := p.err(); err != nil {
		return err
	}
	rows, cursor := []auditRow{}, (*uint64)(nil)
	for _, line := range slices.Backward(s.cfg.Tracker.Views().Full().Audit) {
		if line.Seq >= before || line.At.Time().Before(since) || p.has("actor") && line.Actor != c.Query("actor") {
			continue
		}
		if len(rows) == limit {
			cursor = &rows[limit-1].Seq
			break
		}
		rows = append(rows, auditRow{line.Seq, timeStamp(line.At.Time()), cmp.Or(line.Actor, "store"), line.Action, line.Target, strings.TrimSpace(line.Reason)})
	}
	return s.plain(c, fiber.StatusOK, map[string]any{"entries": rows, "cursor": cursor})
}
