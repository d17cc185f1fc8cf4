package api

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
	"example.org/teplo/internal/view"
)

// callerKey is where guard leaves the key of a request.
const callerKey = "caller"

// authenticate takes the key of a request, if it bears one: one that is unknown,
// expired, revoked or mistyped is 401 on every route.
func (s *Server) authenticate(c *fiber.Ctx) error {
	header := c.Get(fiber.HeaderAuthorization)
	if header == "" {
		return s.session(c)
	}
	scheme, text, _ := strings.Cut(header, " ")
	id, secret, ok := access.Parse(strings.TrimSpace(text))
	key, known := s.cfg.Tracker.Views().Public().Keys[id]
	if !strings.EqualFold(scheme, "Bearer") || !ok || !known || !key.Admits(secret, s.cfg.Now()) {
		return unauthorized(c, "this access key is not known here, or holds no more")
	}
	return s.admit(c, &key)
}

// admit lets a key in that is not halted.
func (s *Server) admit(c *fiber.Ctx, key *access.Key) error {
	if key.Halted {
		return newProblem(fiber.StatusForbidden, halted)
	}
	c.Locals(callerKey, key)
	return nil
}

const halted = "this key moved or retired more than 20 within an hour: an admin must free it"

// SessionCookie holds a browser's session: a key, for this host alone.
const SessionCookie = "__Host-teplo_session"

// idleFor is how long a session holds that nobody uses.
const idleFor = 30 * time.Minute

// session takes the key of a browser's session. One that ended is no error: the reader
// is anybody again. What changes something must come from our own pages.
func (s *Server) session(c *fiber.Ctx) error {
	id, secret, ok := access.Parse(c.Cookies(SessionCookie))
	key, known := s.cfg.Tracker.Views().Public().Keys[id]
	now := s.cfg.Now()
	if !ok || !known || !key.Admits(secret, now) || !s.awake(id, now) {
		return nil
	}
	if m := c.Method(); m != fiber.MethodGet && m != fiber.MethodHead && !ownPage(c) {
		return newProblem(fiber.StatusForbidden, "this must be sent from a page of this server")
	}
	return s.admit(c, &key)
}

// ownPage reports whether a request that changes something was made by our own pages:
// by Sec-Fetch-Site, else by Origin; with neither it was not.
func ownPage(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	return strings.HasSuffix(c.Get(fiber.HeaderOrigin), "://"+string(c.Request().Host()))
}

// awake notes that a session is used, and reports whether it was within the idle limit.
// A restart forgets when; the session's own end still holds.
func (s *Server) awake(id string, now time.Time) bool {
	s.usedMu.Lock()
	defer s.usedMu.Unlock()
	last, seen := s.used[id]
	if seen && now.Sub(last) > idleFor {
		return false
	}
	if len(s.used) > maxSessions {
		clear(s.used)
	}
	s.used[id] = now
	return true
}

// maxSessions bounds the table of sessions in use.
const maxSessions = 10_000

// Caller is the key of a request, for package site; nil: anybody.
func (s *Server) Caller(c *fiber.Ctx) *access.Key { return caller(c) }

// JoinForm uses an invitation up and gives the browser its session.
func (s *Server) JoinForm(c *fiber.Ctx, code string) error {
	ctx, cancel := s.writing()
	defer cancel()
	secret, ends, err := s.cfg.Tracker.Join(ctx, code)
	if errors.Is(err, tracker.ErrNotFound) {
		return fiber.NewError(fiber.StatusNotFound)
	}
	if err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{
		Name: SessionCookie, Value: string(secret), Path: "/", Secure: true, HTTPOnly: true, SameSite: "Strict", MaxAge: int(ends.Sub(s.cfg.Now()).Seconds()),
	})
	return nil
}

// Leave ends the browser's session at once, on the server too.
func (s *Server) Leave(c *fiber.Ctx) error {
	c.Cookie(&fiber.Cookie{Name: SessionCookie, Path: "/", Secure: true, HTTPOnly: true, SameSite: "Strict", MaxAge: -1, Expires: time.Unix(1, 0)})
	id, _, ok := access.Parse(c.Cookies(SessionCookie))
	if key := caller(c); !ok || key == nil || key.ID != id {
		return nil
	}
	ctx, cancel := s.writing()
	defer cancel()
	if err := s.cfg.Tracker.RevokeKey(ctx, id, id); !errors.Is(err, tracker.ErrNotFound) {
		return err
	}
	return nil
}

func unauthorized(c *fiber.Ctx, detail string) error {
	c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	return newProblem(fiber.StatusUnauthorized, detail)
}

// caller is the key of a request; nil: anybody.
func caller(c *fiber.Ctx) *access.Key {
	k, _ := c.Locals(callerKey).(*access.Key)
	return k
}

// require returns the request's key if its role is one of the wanted: 401 without a
// key, 403 with too low a role.
func require(c *fiber.Ctx, wanted ...access.Role) (*access.Key, error) {
	k := caller(c)
	switch {
	case k == nil:
		return nil, unauthorized(c, "this needs an access key")
	case !k.Role.Can(wanted...):
		return nil, newProblem(fiber.StatusForbidden, "this key's role may not do that")
	}
	return k, nil
}

// keyed are the collections that keys alone may read.
var keyed = []report.Collection{report.Needs, report.Reports}

// readable lists the collections that a caller may read.
func readable(k *access.Key) []report.Collection {
	if k != nil && k.Role.Can(access.Aid, access.Moderator) {
		return slices.Concat(view.Collections, keyed)
	}
	return view.Collections
}

// reader is what one caller is served from: the public view, and inside a key's
// areas the full one (CONTRACT §3). Outages are the same for everybody.
type reader struct {
	key          *access.Key
	public, full *view.Snapshot
}

func (s *Server) reader(c *fiber.Ctx) reader {
	v := s.cfg.Tracker.Views()
	r := reader{public: v.Public()}
	if k := caller(c); k != nil && k.Role.Can(access.Aid, access.Moderator) {
		r.key, r.full = k, v.Full()
	}
	return r
}

// snap is the snapshot whose numbers and ticks a reply bears.
func (r *reader) snap() *view.Snapshot {
	if r.full != nil {
		return r.full
	}
	return r.public
}

// scope is the collection as the caller sees it.
func (r *reader) scope(c report.Collection) view.Scope {
	sc := view.Scope{Public: r.public.Layer(c)}
	if r.full != nil && (c == report.Hubs || slices.Contains(keyed, c)) {
		sc.Full, sc.Covers = r.full.Layer(c), r.key.Covers
	}
	return sc
}
