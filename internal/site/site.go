// Package site serves the pages: the board of the country and of every place, the
// search, one hub. Pages are complete HTML made on the server; the script only
// keeps them fresh and draws the map. Every word stands in both catalogues of
// web/i18n.
package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"

	"example.org/teplo/data"
	"example.org/teplo/internal/access"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
	"example.org/teplo/internal/view"
	"example.org/teplo/web"
)

// Config wires the site; Views and Now are required.
type Config struct {
	Views *view.Views
	Now   func() time.Time
	Drill bool // every page bears the drill banner, whatever the policy
	// File files a report that a form made: a GeoJSON feature, the reporter's secret,
	// and the area where it stands without a point. It fails with
	// [tracker.InvalidError] or [fiber.Error].
	File func(c *fiber.Ctx, feature []byte, reporter, area string) (tracker.Receipt, error)
	// Answer files the same and sends the reply that POST /api/reports gives; its errors
	// go to the server's handler as they are.
	Answer func(c *fiber.Ctx, feature []byte, reporter, area string) (tracker.Receipt, error)
	// FileOperator files what a hub's operator says, under a client-made id.
	FileOperator func(c *fiber.Ctx, hub, state string, id report.UUID) (tracker.Receipt, error)
	// PublicURL is where the world reaches the server; empty: not known.
	PublicURL string
	// PackFingerprint is that of the key that signs packs for phones; empty: there is none.
	PackFingerprint string
	// Basemap draws streets; nil: there are none.
	Basemap *Basemap
	// Caller is the key of a request's session; nil: anybody.
	Caller func(c *fiber.Ctx) *access.Key
	// Join uses an invitation up and gives the browser its session; it fails with
	// [fiber.Error]. Leave ends the session.
	Join  func(c *fiber.Ctx, code string) error
	Leave func(c *fiber.Ctx) error
	// Ask puts a question to the API for the caller, as JSON.
	Ask func(c *fiber.Ctx, method, path string, body any) (status int, reply map[string]any, err error)
	// OpenAPI is the document of the API, for the base that the caller asked.
	OpenAPI func(c *fiber.Ctx) ([]byte, error)
	// Body reads a request's body up to the limit of the server.
	Body func(c *fiber.Ctx) ([]byte, error)
}

// Site renders the pages. It is safe for concurrent use.
type Site struct {
	cfg     Config
	zone    *time.Location
	langs   map[string]*catalogue
	pages   map[string]*template.Template // by language
	assets  map[string]asset              // by path
	urls    map[string]string             // name → path with the content's hash
	style   template.CSS
	csp     string
	worker  asset
	counted atomic.Pointer[figures]
	shapes  map[string]oblastShape // by the 4-character p-code
	covers  atomic.Pointer[outlines]
}

// asset is one file as it goes out, made once.
type asset struct {
	mediaType       string
	plain, gz, brot []byte
}

// New reads the embedded files; an error means that the program was built wrong.
func New(cfg Config) (*Site, error) {
	s := &Site{cfg: cfg, langs: map[string]*catalogue{}, pages: map[string]*template.Template{}, assets: map[string]asset{}, urls: map[string]string{}}
	zone, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	s.zone = zone
	if err := s.loadAssets(); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	if s.shapes, err = loadShapes(data.Files); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	for _, lang := range languages {
		c, err := loadCatalogue(web.Files, lang)
		if err != nil {
			return nil, fmt.Errorf("site: %w", err)
		}
		s.langs[lang] = c
		if err := s.loadWords(c); err != nil {
			return nil, fmt.Errorf("site: %w", err)
		}
		t, err := template.New("").Funcs(s.functions(c)).ParseFS(web.Files, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("site: %w", err)
		}
		s.pages[lang] = t
	}
	if err := s.loadWorker(s.worker.plain); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	return s, nil
}

// Mount adds the pages to an application.
func (s *Site) Mount(app *fiber.App) {
	app.Get("/", s.handleHome)
	app.Get("/places", s.handlePlaces)
	app.Get("/place/:code", s.handlePlace)
	app.Get("/hubs/:id", s.handleHub)
	app.Get("/dashboard", s.handleDashboard)
	app.Get("/about", s.handleAbout)
	app.Get("/api/docs", s.handleDocs)
	app.Get("/privacy", s.handlePrivacy)
	app.Post("/privacy", s.handlePrivacyPost)
	app.Get("/poster/:code", s.handlePoster)
	app.Get("/s/:short", s.handleShort)
	app.Get("/t", s.handleText)
	app.Get("/report", s.handleReportForm)
	app.Post("/report", s.handleReportPost)
	app.Get("/receipts/:id", s.handleReceipt)
	app.Post("/receipts/:id", s.handleWithdraw)
	app.Get("/join/:code", s.handleJoin)
	app.Post("/join/:code", s.handleJoinPost)
	app.Get("/moderate", s.handleModerate)
	app.Post("/moderate", s.handleBulk)
	app.Post("/moderate/lift", s.handleLift)
	app.Post("/moderate/leave", s.handleLeave)
	app.Get("/moderate/hubs/:id", s.handleEdit)
	app.Post("/moderate/hubs/:id", s.handleEditPost)
	app.Post("/moderate/:id", s.handleModeratePost)
	app.Get("/admin", s.handleAdmin)
	app.Post("/admin/:what", s.handleAdminPost)
	app.Get("/o/:secret", s.handleOperator)
	app.Post("/o/:secret", s.handleOperatorPost)
	app.Get("/a/:name", s.handleAsset)
	app.Get("/map/curfew.json", s.handleCurfewMap)
	app.Get("/basemap/:hash/:z/:x/:y", s.handleBasemap)
	app.Get("/sw.js", s.handleWorker)
	app.Get("/offline", s.handleOffline)
	app.Get("/offline/report", s.handleOfflineForm)
	app.Get("/manifest.webmanifest", s.handleManifest)
	app.Use(s.handleMissing)
}

// loadAssets minifies and compresses what the page loads.
func (s *Site) loadAssets() error {
	m := minify.New()
	m.AddFunc("text/css", css.Minify)
	m.AddFunc("text/javascript", js.Minify)
	style, err := web.Files.ReadFile("style.css")
	if err != nil {
		return err
	}
	if style, err = m.Bytes("text/css", style); err != nil {
		return err
	}
	s.style = template.CSS(style) //nolint:gosec // our own file
	sum := sha256.Sum256(style)
	s.csp = "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; " +
		"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types teplo"
	names, err := fs.Glob(web.Files, "*.js")
	if err != nil {
		return err
	}
	// Modules that import others come after them, so that the names they import are known.
	if names, err = importsFirst(names, web.Files.ReadFile); err != nil {
		return err
	}
	for _, name := range append(names, "icon.svg", "poster.css", "dashboard.css") {
		b, err := web.Files.ReadFile(name)
		if err != nil {
			return err
		}
		mediaType := "image/svg+xml"
		switch path.Ext(name) {
		case ".css":
			mediaType = "text/css; charset=utf-8"
			if b, err = m.Bytes("text/css", b); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		case ".js":
			mediaType = "text/javascript; charset=utf-8"
			for other, url := range s.urls {
				b = bytes.ReplaceAll(b, []byte("'./"+other+"'"), []byte("'"+url+"'"))
			}
			if b, err = m.Bytes("text/javascript", b); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if name == workerName {
			s.worker.plain = b // what it keeps is put before it when all has its name
			continue
		}
		if err := s.addAsset(name, mediaType, b); err != nil {
			return err
		}
	}
	base, err := data.Files.ReadFile("basemap/base.json")
	if err != nil {
		return err
	}
	labels, err := labelsJSON()
	if err != nil {
		return err
	}
	return firstError(s.addAsset("base.json", "application/json", base), s.addAsset("labels.json", "application/json", labels))
}

// importsFirst puts modules in an order in which each comes after those that it
// imports by name.
func importsFirst(names []string, read func(string) ([]byte, error)) ([]string, error) {
	var out []string
	for len(out) < len(names) {
		before := len(out)
		for _, name := range names {
			text, err := read(name)
			if err != nil {
				return nil, err
			}
			waits := slices.ContainsFunc(names, func(other string) bool {
				return !slices.Contains(out, other) && bytes.Contains(text, []byte("'./"+other+"'"))
			})
			if !waits && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
		if len(out) == before {
			return nil, fmt.Errorf("modules import each other in a circle: %v", names)
		}
	}
	return out, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Site) addAsset(name, mediaType string, b []byte) error {
	sum := sha256.Sum256(b)
	ext := path.Ext(name)
	url := "/a/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	a, err := newAsset(mediaType, b)
	s.urls[name], s.assets[url] = url, a
	return err
}

func newAsset(mediaType string, b []byte) (asset, error) {
	gz, err := gzipped(b, gzip.BestCompression)
	if err != nil {
		return asset{}, err
	}
	brot, err := brotlied(b, brotli.BestCompression)
	return asset{mediaType: mediaType, plain: b, gz: gz, brot: brot}, err
}

func gzipped(b []byte, level int) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(b)
	err = firstError(err, w.Close()) // before the bytes are taken
	return out.Bytes(), err
}

func brotlied(b []byte, level int) ([]byte, error) {
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, level)
	_, err := w.Write(b)
	err = firstError(err, w.Close())
	return out.Bytes(), err
}

// labelsJSON lists the largest settlements for the map: name, Latin name, lon,
// lat, population.
func labelsJSON() ([]byte, error) {
	all, err := places.LoadGazetteer(data.Files)
	if err != nil {
		return nil, err
	}
	rows := [][]any{}
	for _, p := range all {
		if p.Population >= labelPopulation {
			rows = append(rows, []any{p.NameUK, p.NameEN, p.Point[0], p.Point[1], p.Population})
		}
	}
	sortRows(rows)
	return json.Marshal(rows)
}

// workerName is the one module that has no hash in its name: its scope is its path's.
const workerName = "sw.js"

// labelPopulation is from where a settlement is named on the map.
const labelPopulation = 5000

func (s *Site) handleAsset(c *fiber.Ctx) error {
	a, ok := s.assets[c.Path()]
	if !ok {
		return s.missing(c)
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	return a.send(c)
}

// send compresses as the client accepts, what is compressed at all.
func (a *asset) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, a.mediaType)
	if a.brot == nil {
		return c.Send(a.plain)
	}
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	switch accepts := c.Get(fiber.HeaderAcceptEncoding); {
	case strings.Contains(accepts, "br"):
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(a.brot)
	case strings.Contains(accepts, "gzip"):
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(a.gz)
	}
	return c.Send(a.plain)
}
