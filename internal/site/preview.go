package site

import (
	"cmp"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Previews are what messengers show of a link. They keep them for days and show them to
// people who never open the page: so they tell dates instead of ages, and never that
// something is open or that one may go.

// previewCountry describes the first page.
func (s *Site) previewCountry(r *request) string {
	n := s.figures(r.snap)
	return r.cat.t("preview_country", "hubs", r.cat.n("hubs", n.total), "newest", s.day(r, n.newest[""]), "time", s.moment(r, r.now))
}

// previewPlace describes a board.
func (s *Site) previewPlace(r *request, a *places.Area) string {
	prefix, n, now := places.Prefix(a.Code), s.figures(r.snap), s.moment(r, r.now)
	switch total := n.byPrefix[prefix]; {
	case withheld(r, a.Code):
		return r.cat.t("withheld")
	case total == 0:
		return r.cat.t("preview_none", "time", now)
	default:
		return r.cat.t("preview_place", "hubs", r.cat.n("hubs", total), "newest", s.day(r, n.newest[prefix]), "time", now)
	}
}

// previewHub describes a hub as its sheet does.
func (s *Site) previewHub(r *request, f *view.Feature) string {
	h := s.sheetHub(r, f, nil)
	return r.cat.t("preview_hub", "where", h.Where, "hours", cmp.Or(h.Hours, h.HoursText, r.cat.t("poster_no_hours")), "tier", h.Tier,
		"confirmed", h.Confirmed, "time", s.moment(r, r.now))
}

// day writes the day of an instant, for what is read long after.
func (s *Site) day(r *request, at report.Instant) string {
	if at == 0 {
		return r.cat.t("age_unknown")
	}
	return r.cat.date(at.Time().In(r.snap.Zone))
}
