package api

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// callerKey is where guard leaves the key of a request.
const callerKey = "caller"

// authenticate takes the key of a request, if it bears one: one that is unknown,
// expired, revoked or mistyped is 401 on every route.
func (s *Server) authenticate(c *fiber.Ctx) error {
	header := c.Get(fiber.HeaderAuthorization)
	if header == "" {
		return nil
	}
	scheme, text, _ := strings.Cut(header, " ")
	id, secret, ok := access.Parse(strings.TrimSpace(text))
	key, known := s.cfg.Tracker.Views().Public().Keys[id]
	if !strings.EqualFold(scheme, "Bearer") || !ok || !known || !key.Admits(secret, s.cfg.Now()) {
		return unauthorized(c, "this access key is not known here, or holds no more")
	}
	c.Locals(callerKey, &key)
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
