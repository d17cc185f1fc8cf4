package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/feed"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

type situation struct {
	AreaCode string                    `json:"area_code"`
	NameUK   string                    `json:"name_uk"`
	NameEN   string                    `json:"name_en"`
	AsOf     string                    `json:"as_of"`
	Hubs     hubCounts                 `json:"hubs"`
	Curfew   inForce                   `json:"curfew"`
	Outages  map[string]map[string]int `json:"outages"`
	Newest   *string                   `json:"newest_fact_at"`
	AgeS     *int                      `json:"newest_fact_age_s"`
	Withheld bool                      `json:"hubs_withheld"`
}

type hubCounts struct {
	Total   int `json:"total"`
	Open    int `json:"open"`
	Closed  int `json:"closed"`
	Unknown int `json:"unknown"`
}

// handleSituation answers with the counts and states of one area, for a board.
func (s *Server) handleSituation(c *fiber.Ctx) error {
	snap, now := s.cfg.Tracker.Views().Public(), s.cfg.Now()
	p := newParams(c, "area")
	a, _ := p.area("area", snap)
	if !p.has("area") {
		p.bad("area", "is missing: a KATOTTG code or p-code")
	}
	if err := p.err(); err != nil {
		return err
	}
	prefix := places.Prefix(a.Code)
	force := snap.Curfews.InForce(prefix, now)
	out := situation{
		AreaCode: a.Code, NameUK: a.NameUK, NameEN: a.NameEN, AsOf: timeStamp(now), Outages: map[string]map[string]int{},
		Curfew: inForce{force.State, instantText(force.Until), instantText(force.NextStart)},
	}
	for _, w := range snap.Policy.WithheldAreas {
		out.Withheld = out.Withheld || strings.HasPrefix(a.Code, places.Prefix(w))
	}
	newest := report.Instant(0)
	for f := range snap.Layer(report.Hubs).All() {
		if !strings.HasPrefix(f.Facts.AreaCode, prefix) {
			continue
		}
		out.Hubs.Total++
		newest = max(newest, f.Facts.ConfirmedAt)
		switch f.DerivedAt(now).OpenNow {
		case report.Yes:
			out.Hubs.Open++
		case report.No:
			out.Hubs.Closed++
		default:
			out.Hubs.Unknown++
		}
	}
	for _, service := range report.Services {
		out.Outages[service] = map[string]int{"active": 0, "announced": 0}
	}
	for f := range snap.Layer(report.Outages).All() {
		o, _ := f.Facts.Facts.(report.Outage)
		own := places.Prefix(f.Facts.AreaCode)
		if counts := out.Outages[o.Service]; counts != nil && o.Status != "ended" && own != "" && (strings.HasPrefix(own, prefix) || strings.HasPrefix(prefix, own)) {
			counts[o.Status]++
			newest = max(newest, f.Facts.ConfirmedAt)
		}
	}
	if newest != 0 {
		age := int(now.Sub(newest.Time()).Seconds())
		out.Newest, out.AgeS = instantText(newest.Time()), &age
	}
	return s.plain(c, fiber.StatusOK, out)
}

// handleDigest answers with the board of an area as text messages.
func (s *Server) handleDigest(c *fiber.Ctx) error {
	snap, now := s.cfg.Tracker.Views().Public(), s.cfg.Now()
	p := newParams(c, "area", "lang")
	a, _ := p.area("area", snap)
	lang := p.choice("lang", []string{"uk", "en"}, "uk")
	if !p.has("area") {
		p.bad("area", "is missing: a KATOTTG code or p-code")
	}
	if err := p.err(); err != nil {
		return err
	}
	parts := feed.SMS(strings.Join(feed.Digest(snap, &a, now, lang), "\n"))
	return s.plain(c, fiber.StatusOK, map[string]any{"parts": parts})
}
