package site

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
)

// metersPerDegree is the length of a degree of latitude.
const metersPerDegree = 111_195

type privacyPage struct {
	page
	Done    string    // what was deleted, in words
	Whole   bool      // and it is all
	Kept    []factRow // sealed, and for how long
	Counts  []factRow // for how long a word counts
	Cookies []factRow
	Sources string
}

// wiped are the answers of the page's script: what it could delete. Without it only the
// server's part is done.
var wiped = map[string]string{"all": "wiped_all", "part": "wiped_part", "cookies": "wiped_cookies"}

// ownCookies are what pages set on a phone, with their paths. A session is ended by
// Leave.
var ownCookies = []struct{ name, path string }{{langCookie, "/"}, {reporterCookie, "/report"}, {receiptCookie, "/receipts"}}

// handlePrivacy says what is kept and for how long, by the policy in force.
func (s *Site) handlePrivacy(c *fiber.Ctx) error {
	r := s.begin(c)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, fiber.StatusOK, "privacy.html", s.privacy(r))
}

func (s *Site) privacy(r *request) privacyPage {
	policy := &r.snap.Policy
	p := privacyPage{
		page:    s.page(r, r.cat.t("privacy_title")),
		Sources: r.cat.t("privacy_public", "min", strconv.Itoa(policy.MinSources), "delay", r.cat.span(policy.Delay)),
	}
	facts := func(rows ...factRow) []factRow {
		for i := range rows {
			rows[i].Name = r.cat.t(rows[i].Name)
		}
		return rows
	}
	p.Kept = facts(factRow{Name: "kept_report", Value: r.cat.span(policy.Retention.Report)}, factRow{Name: "kept_note", Value: r.cat.span(policy.Retention.Note)},
		factRow{Name: "kept_source", Value: r.cat.t("kept_after_day", "span", r.cat.span(policy.Expire.Outage))})
	p.Counts = facts(factRow{Name: "counts_outage", Value: r.cat.span(policy.Expire.Outage)}, factRow{Name: "counts_status", Value: r.cat.span(policy.Expire.HubStatus)},
		factRow{Name: "counts_need", Value: r.cat.span(policy.Expire.Need)})
	if policy.ReportGridDeg > 0 {
		p.Sources += " " + r.cat.t("privacy_grid", "distance", r.cat.distance(policy.ReportGridDeg*metersPerDegree))
	}
	for _, name := range []string{langCookie, reporterCookie, receiptCookie, "__Host-teplo_session"} {
		p.Cookies = append(p.Cookies, factRow{Name: name, Value: r.cat.t("cookie_" + name)})
	}
	return p
}

// handlePrivacyPost deletes from the phone what a reply can: the cookies, the session
// with its key, and over https, where the browser knows how, all the rest.
func (s *Site) handlePrivacyPost(c *fiber.Ctx) error {
	if !sameOrigin(c) {
		return fiber.NewError(fiber.StatusForbidden)
	}
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	done := fields.Get("wiped")
	if _, ok := wiped[done]; !ok {
		done = "cookies"
	}
	r := s.begin(c)
	for _, own := range ownCookies {
		c.Cookie(&fiber.Cookie{Name: own.name, Path: own.path, MaxAge: -1, Expires: time.Unix(1, 0), HTTPOnly: true, SameSite: "Lax"})
	}
	// Not "cookies": that would take those of the whole registered domain.
	c.Set("Clear-Site-Data", `"cache", "storage"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	if err := s.cfg.Leave(c); err != nil {
		return err
	}
	// Said in the reply itself: an address that says so could be sent to anybody.
	p := s.privacy(r)
	p.Done, p.Whole = r.cat.t(wiped[done]), done == "all"
	return s.render(r, fiber.StatusOK, "privacy.html", p)
}
