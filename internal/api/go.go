package api

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

var (
	destinations = []string{string(curfew.Hub), string(curfew.Home), string(curfew.Shelter)}
	modes        = []string{string(curfew.Foot), string(curfew.Car), string(curfew.Taxi)}
)

// start is where a question is asked from.
type start struct {
	point orb.Point
	area  places.Area // zero: not known
	known bool        // there is a point
}

// start reads lon and lat, or area instead.
func (p *params) start(snap *view.Snapshot) start {
	area, byArea := p.area("area", snap)
	point, byPoint := p.point()
	switch {
	case p.has("area") && (p.has("lon") || p.has("lat")):
		p.bad("area", "and lon, lat exclude each other")
	case byPoint:
		found, _ := snap.Book.Locate(point)
		return start{point, found, true}
	case byArea:
		center, ok := snap.Book.Center(area.Code)
		return start{center, area, ok}
	case !p.has("area") && !p.has("lon") && !p.has("lat"):
		p.bad("lon", "is missing: lon and lat, or area")
	}
	return start{}
}

type ground struct {
	Rule      string  `json:"rule"`
	TextUK    string  `json:"text_uk"`
	TextEN    string  `json:"text_en"`
	SourceURL *string `json:"source_url"`
	ValidTo   *string `json:"valid_to"`
}

type inForce struct {
	InForce   curfew.State `json:"in_force"`
	Until     *string      `json:"until"`
	NextStart *string      `json:"next_start"`
}

type verdict struct {
	Verdict  curfew.Verdict `json:"verdict"`
	Curfew   inForce        `json:"curfew"`
	Because  []ground       `json:"because"`
	Carry    []string       `json:"carry"`
	NoticeUK string         `json:"notice_uk"`
	NoticeEN string         `json:"notice_en"`
	AreaCode *string        `json:"area_code"`
	AsOf     string         `json:"as_of"`
	Stale    bool           `json:"stale"`
}

// handleGo answers whether one may go now, or at a time.
func (s *Server) handleGo(c *fiber.Ctx) error {
	snap, now := s.cfg.Tracker.Views().Public(), s.cfg.Now()
	p := newParams(c, "lon", "lat", "area", "at", "to", "by")
	from := p.start(snap)
	at := p.instant("at", now)
	to := curfew.Destination(p.choice("to", destinations, destinations[0]))
	by := curfew.Mode(p.choice("by", modes, modes[0]))
	if err := p.err(); err != nil {
		return err
	}
	a := snap.Verdict(curfew.Ask{Places: []string{places.Prefix(from.area.Code)}, From: at, To: at, Destination: to, Mode: by})
	words := report.VerdictWords(&a, to, by, at, snap.Zone)
	out := verdict{
		Verdict: a.Verdict, Because: []ground{}, Carry: []string{}, AreaCode: optional(from.area.Code), AsOf: timeStamp(now), Stale: a.Stale,
		Curfew:   inForce{a.Force.State, instantText(a.Force.Until), instantText(a.Force.NextStart)},
		NoticeUK: words.UK + " " + report.AlertFirst.UK + " " + report.NotAdvice.UK, NoticeEN: words.EN + " " + report.AlertFirst.EN + " " + report.NotAdvice.EN,
	}
	for _, d := range a.Carry {
		if slices.Contains(report.Documents, d) {
			out.Carry = append(out.Carry, d)
		}
	}
	for _, r := range a.Because {
		if f, ok := snap.Layer(report.Curfews).Feature(r.ID); ok {
			t := report.RuleWords(f.Facts, snap.Book, snap.Zone)
			out.Because = append(out.Because, ground{r.ID, t.UK, t.EN, optional(f.Facts.SourceURL), instantText(r.To)})
		}
	}
	return s.plain(c, fiber.StatusOK, out)
}

// optional is null for an empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// instantText is null for a zero time.
func instantText(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := timeStamp(t)
	return &s
}
