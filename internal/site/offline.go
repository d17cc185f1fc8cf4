package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/report"
	"example.org/teplo/web"
)

// shellAssets are what the worker keeps for pages without a network.
var shellAssets = []string{"app.js", "outbox.js", "queue.js", "offline.js", "stored.js", "packs.js", "near.js", "phone.js", "wipe.js", "icon.svg"}

// shellPages are kept in each language.
var shellPages = []string{"/offline", "/offline/report", "/privacy"}

// offlinePage is what the worker shows where the network is gone: with forms the
// report page, else the page that says so.
type offlinePage struct {
	page
	Forms  []reportPage
	Kinds  []chip
	Stored age
	Box    string
}

// inNamed begins a request in the language that its URL names, else Ukrainian: what the
// worker keeps sets no cookie and depends on none.
func (s *Site) inNamed(c *fiber.Ctx) *request {
	cat, ok := s.langs[c.Query("lang")]
	if !ok {
		cat = s.langs[languages[0]]
	}
	return &request{c: c, cat: cat, snap: s.cfg.Views.Public(), now: s.cfg.Now()}
}

// handleOffline is the page that says that there is no network.
func (s *Site) handleOffline(c *fiber.Ctx) error {
	r := s.inNamed(c)
	return s.render(r, fiber.StatusOK, "offline.html", offlinePage{
		page: s.page(r, r.cat.t("offline_title")), Stored: s.age(r.cat, r.now, r.now), Box: box(r),
	})
}

// handleOfflineForm is the report page with a form of every kind, without ids: the
// script makes one at each use.
func (s *Site) handleOfflineForm(c *fiber.Ctx) error {
	r := s.inNamed(c)
	p := offlinePage{page: s.page(r, r.cat.t("report_title")), Stored: s.age(r.cat, r.now, r.now)}
	for _, about := range formAbouts {
		form := s.form(r, func(name string) string { return map[string]string{"about": about}[name] })
		form.ID = ""
		p.Forms = append(p.Forms, form)
		if about != report.AboutHubStatus && about != report.AboutCorrection { // these need a hub
			p.Kinds = append(p.Kinds, chip{Name: r.cat.t("about_" + about), URL: r.cat.link("/report?about=" + about)})
		}
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, fiber.StatusOK, "offline.html", p)
}

// loadWorker puts before the worker's text what it keeps, under a version that changes
// with anything that pages are made of: browsers compare the text to find an update.
func (s *Site) loadWorker(text []byte) error {
	hash := sha256.New()
	hash.Write([]byte(strconv.FormatBool(s.cfg.Drill)))
	err := fs.WalkDir(web.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := web.Files.ReadFile(name)
		hash.Write(b)
		return err
	})
	if err != nil {
		return err
	}
	shell := struct {
		Version string   `json:"version"`
		Queue   string   `json:"queue"`
		Paths   []string `json:"paths"`
	}{Version: hex.EncodeToString(hash.Sum(nil)[:8]), Queue: s.urls["queue.js"]}
	for _, name := range shellAssets {
		shell.Paths = append(shell.Paths, s.urls[name])
	}
	for _, lang := range languages {
		shell.Paths = append(shell.Paths, s.urls["words."+lang+".json"], s.urls["stored."+lang+".json"])
		for _, page := range shellPages {
			shell.Paths = append(shell.Paths, page+"?lang="+lang)
		}
	}
	b, err := json.Marshal(shell)
	if err != nil {
		return err
	}
	s.worker, err = newAsset("text/javascript; charset=utf-8", slices.Concat([]byte("const shell="), b, []byte(";"), text))
	return err
}

// handleWorker serves the worker, never from a cache: an old one would keep old pages.
func (s *Site) handleWorker(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return s.worker.send(c)
}

// handleManifest lets a phone put the page among its applications.
func (s *Site) handleManifest(c *fiber.Ctx) error {
	t, lang := s.inNamed(c).cat.t, s.inNamed(c).cat.Lang
	b, err := json.Marshal(fiber.Map{
		"id": "/", "name": t("brand"), "short_name": t("brand"), "description": t("manifest_about"), "lang": lang, "dir": "ltr",
		"start_url": "/?lang=" + lang, "scope": "/", "display": "standalone", "background_color": "#000000", "theme_color": "#c2410c",
		"icons": []fiber.Map{{"src": s.urls["icon.svg"], "type": "image/svg+xml", "sizes": "any"}},
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/manifest+json")
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	return c.Send(b)
}
