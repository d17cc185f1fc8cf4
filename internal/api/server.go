// Package api serves residents, volunteers and aid groups over HTTP: collections
// after OGC API - Features, reports and their receipts, the live stream, health.
// It owns the HTTP server; package site adds its pages to the same one.
package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
)

// Limits of the server.
const (
	maxBodyBytes   = 64 << 10
	maxHeaderBytes = 28 << 10 // a filter of 8 KiB, its letters escaped, and the rest
	maxDrainBytes  = 1 << 20
	readTimeout    = 5 * time.Second
	writeTimeout   = 15 * time.Second
	idleTimeout    = 30 * time.Second
	streamTimeout  = 24 * time.Hour
	maxStreams     = 2000
)

// Config wires a server. Tracker and Now are required.
type Config struct {
	Tracker        *tracker.Tracker
	Now            func() time.Time
	Log            *slog.Logger
	PublicURL      string                // of the outside, without a slash at its end; empty: from the request
	TrustedProxies []netip.Prefix        // whose X-Forwarded-For counts
	Words          *report.MilitaryWords // what notes must not hold; nil: anything passes
	PackKey        *ecdsa.PrivateKey     // signs packs; nil: none are served
}

// Server is the HTTP server.
type Server struct {
	cfg      Config
	app      *fiber.App
	epoch    string // random per start: part of every ETag
	listen   string // address listened on
	stopping chan struct{}
	stopOnce sync.Once
	streams  chan struct{} // a slot for each open stream
	warned   sync.Once
	usedMu   sync.Mutex           // guards used
	used     map[string]time.Time // sessions by id: when they were last used
	packs    shelf
	cells    shelf
	points   shelf
	specs    shelf
	replies  replies // compressed ones
	sheet    Sheet   // makes pages of documents
}

// New makes a server with the API's routes; it listens nowhere yet.
func New(cfg Config) *Server {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	var epoch [4]byte
	_, _ = rand.Read(epoch[:]) // never fails (crypto/rand)
	s := &Server{
		cfg: cfg, epoch: hex.EncodeToString(epoch[:]), stopping: make(chan struct{}), used: map[string]time.Time{}, streams: make(chan struct{}, maxStreams),
		packs: shelf{most: keptPacks, brotli: packsBrotli}, cells: shelf{most: keptCells, brotli: cellsBrotli}, points: shelf{most: 1, brotli: packsBrotli},
		specs: shelf{most: keptDocuments, brotli: packsBrotli},
	}
	s.app = fiber.New(fiber.Config{
		Immutable: true, CaseSensitive: true, StrictRouting: true, UnescapePath: true, DisableStartupMessage: true,
		StreamRequestBody: true, BodyLimit: maxBodyBytes, ReadBufferSize: maxHeaderBytes, Concurrency: 16384, ServerHeader: "",
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, ErrorHandler: s.handleError,
	})
	// A stream lives longer than any other reply.
	s.app.Server().HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		switch uri := string(h.RequestURI()); {
		case strings.HasPrefix(uri, "/api/live"):
			return fasthttp.RequestConfig{WriteTimeout: streamTimeout}
		case strings.HasPrefix(uri, "/api/collections/") && strings.Contains(uri, "/items"):
			return fasthttp.RequestConfig{WriteTimeout: exportTimeout}
		}
		return fasthttp.RequestConfig{}
	}
	s.app.Use(s.guard)
	s.routes()
	return s
}

// App is where other packages add their routes, before Serve.
func (s *Server) App() *fiber.App { return s.app }

func (s *Server) routes() {
	s.app.Get("/healthz", s.handleHealth)
	s.app.Get("/readyz", s.handleReady)
	s.app.Get("/api", s.handleLanding)
	s.app.Get("/api/", s.handleLanding)
	s.app.Get("/api/openapi.json", s.handleOpenAPI)
	s.app.Get("/api/collections", s.handleCollections)
	s.app.Get("/api/collections/:c", s.handleCollection)
	s.app.Get("/api/conformance", s.handleConformance)
	s.app.Get("/api/datapackage.json", s.handleDataPackage)
	s.app.Get("/api/collections/:c/schema", s.handleSchema)
	s.app.Get("/api/collections/:c/queryables", s.handleQueryables)
	s.app.Get("/api/collections/:c/items", s.handleItems)
	s.app.Get("/api/collections/:c/items/:id", s.handleItem)
	s.app.Post("/api/reports", s.handleReport)
	s.app.Post("/api/reports/:id/withdraw", s.handleWithdraw)
	s.app.Get("/api/similar", s.handleSimilar)
	s.app.Get("/api/receipts/:id", s.handleReceipt)
	s.app.Get("/api/queue", s.handleQueue)
	s.app.Post("/api/queue/bulk", s.handleBulk)
	s.app.Post("/api/queue/lift", s.handleLift)
	for _, action := range []string{report.ActionClaim, report.ActionPublish, report.ActionReject, report.ActionMerge} {
		s.app.Post("/api/queue/:id/"+action, s.handleJudge(action))
	}
	s.app.Get("/api/needs/:id", s.handleNeed)
	for _, action := range []string{report.NeedClaim, report.NeedRelease, report.NeedMet} {
		s.app.Post("/api/needs/:id/"+action, s.handleNeedStep(action))
	}
	s.app.Get("/api/keys", s.handleKeys)
	s.app.Post("/api/keys", s.handleAddKey)
	s.app.Delete("/api/keys/:id", s.handleKeyChange(s.cfg.Tracker.RevokeKey))
	s.app.Post("/api/keys/:id/free", s.handleKeyChange(s.cfg.Tracker.FreeKey))
	s.app.Post("/api/keys/:id/revert", s.handleRevert)
	s.app.Post("/api/invitations", s.handleInvite)
	s.app.Get("/api/audit", s.handleAudit)
	s.app.Post("/api/policy", s.handlePolicy)
	s.app.Post("/api/:c/:id/confirm", s.handleConfirm)
	s.app.Post("/api/:c/:id/retire", s.handleRetire)
	s.app.Post("/api/:c/:id/correct", s.handleCorrect)
	s.app.Post("/api/hubs/:id/operator-link", s.handleLinkOperator)
	s.app.Delete("/api/hubs/:id/operator-link", s.handleUnlinkOperator)
	s.app.Get("/api/live", s.handleLive)
	s.app.Get("/api/go", s.handleGo)
	s.app.Get("/api/nearest", s.handleNearest)
	s.app.Get("/api/places", s.handlePlaces)
	s.app.Get("/api/situation", s.handleSituation)
	s.app.Get("/api/digest", s.handleDigest)
	s.app.Get("/api/areas/:code/history", s.handleHistory)
	s.app.Get("/api/feeds/curfew.ics", s.handleCalendar)
	s.app.Get("/api/packs/:adm1.json", s.handlePack)
	s.app.Get("/api/points.json", s.handlePoints)
	s.app.Get("/api/cells/:z/:x/:y.json", s.handleCell)
}

// Serve answers on l until Shutdown; it returns nil then.
func (s *Server) Serve(l net.Listener) error {
	s.listen = l.Addr().String()
	return s.app.Listener(l)
}

// Shutdown stops accepting, ends the streams, and lets requests finish until ctx
// ends.
func (s *Server) Shutdown(ctx context.Context) error {
	s.stopOnce.Do(func() { close(s.stopping) })
	return s.app.ShutdownWithContext(ctx)
}

// contentPolicy is what a reply may load and run (research/reliability.md §3.6);
// pages add the hash of their style.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; " +
	"manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types teplo"

// guard puts the headers on every reply and turns a panic into a 500.
func (s *Server) guard(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.cfg.Log.Error("panic in a handler", "route", c.Route().Path, "panic", r)
			err = s.handleError(c, errInternal)
		}
	}()
	h := &c.Response().Header
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Permissions-Policy", "geolocation=(self)")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", contentPolicy)
	if strings.HasPrefix(c.Path(), "/api") {
		if m := c.Method(); m == fiber.MethodGet || m == fiber.MethodHead {
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
	}
	if strings.HasPrefix(s.cfg.PublicURL, "https://") {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	if err := s.authenticate(c); err != nil {
		return err
	}
	return c.Next()
}

// Body reads a request's body up to the limit, for package site.
func (s *Server) Body(c *fiber.Ctx) ([]byte, error) { return body(c) }

// body reads a request's body up to the limit. Fiber's own limit is off where
// bodies stream; and what a client still sends is taken for a while, so that it
// lives to read the 413.
func body(c *fiber.Ctx) ([]byte, error) {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return c.Body(), nil
	}
	b, err := io.ReadAll(io.LimitReader(stream, maxBodyBytes+1))
	if err != nil {
		return nil, newProblem(fiber.StatusBadRequest, "the body ended too early")
	}
	if len(b) > maxBodyBytes {
		_, _ = io.CopyN(io.Discard, stream, maxDrainBytes) // whatever comes of it
		return nil, newProblem(fiber.StatusRequestEntityTooLarge, statusDetail[fiber.StatusRequestEntityTooLarge])
	}
	return b, nil
}

// base is what absolute links begin with: the public URL; without one the
// request's host if it is this machine's own, else the listening address. What a
// client forwards is never believed.
func (s *Server) base(c *fiber.Ctx) string {
	if s.cfg.PublicURL != "" {
		return s.cfg.PublicURL
	}
	host := string(c.Request().Host())
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	addr, err := netip.ParseAddr(strings.Trim(name, "[]"))
	if host == s.listen || name == "localhost" || err == nil && (addr.IsLoopback() || addr.IsPrivate()) {
		return "http://" + host
	}
	return "http://" + s.listen
}

// client is the address that caps count by: the peer's, or behind a trusted proxy
// the last forwarded one that is not itself a trusted proxy.
func (s *Server) client(c *fiber.Ctx) tracker.Network {
	peer, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	peer = peer.Unmap()
	trusted := func(a netip.Addr) bool {
		for _, p := range s.cfg.TrustedProxies {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	forwarded := string(c.Request().Header.Peek("X-Forwarded-For"))
	if forwarded == "" {
		return tracker.Network{Addr: peer}
	}
	if !trusted(peer) {
		s.warned.Do(func() { s.cfg.Log.Warn("a forwarding header from a peer that is not in --trusted-proxies was ignored") })
		return tracker.Network{Addr: peer}
	}
	list := strings.Split(forwarded, ",")
	for i := len(list) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(list[i]))
		if err != nil {
			break
		}
		if peer = a.Unmap(); !trusted(peer) {
			break
		}
	}
	return tracker.Network{Addr: peer}
}

var errInternal = errors.New("internal error")
