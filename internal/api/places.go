package api

import (
	"math"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/view"
)

// Limits of a search of places (CONTRACT §3.2).
const (
	defaultPlaces = 10
	maxPlaces     = 200
	maxNameRunes  = 80
)

type placeRow struct {
	Code      string       `json:"code"`
	NameUK    *string      `json:"name_uk"`
	NameEN    *string      `json:"name_en"`
	Level     places.Level `json:"level"`
	RaionUK   *string      `json:"raion_uk"`
	OblastUK  *string      `json:"oblast_uk"`
	Lon       *float64     `json:"lon"`
	Lat       *float64     `json:"lat"`
	DistanceM *int         `json:"distance_m"`
}

// handlePlaces searches places by name.
func (s *Server) handlePlaces(c *fiber.Ctx) error {
	snap := s.cfg.Tracker.Views().Public()
	p := newParams(c, "q", "lon", "lat", "limit")
	q := c.Query("q")
	switch {
	case q == "":
		p.bad("q", "is missing: the name of a place, or how it begins")
	case utf8.RuneCountInString(q) > maxNameRunes:
		p.bad("q", "is longer than 80 characters")
	}
	limit := p.whole("limit", 1, maxPlaces, defaultPlaces)
	var near *orb.Point
	if at, ok := p.point(); ok {
		near = &at
	}
	if err := p.err(); err != nil {
		return err
	}
	rows := []placeRow{}
	for _, a := range snap.Book.Search(q, near, limit) {
		rows = append(rows, row(snap, &a, near))
	}
	return s.reply(c, typeJSON, map[string]any{"places": rows})
}

func row(snap *view.Snapshot, a *places.Area, near *orb.Point) placeRow {
	out := placeRow{Code: a.Code, NameUK: optional(a.NameUK), NameEN: optional(a.NameEN), Level: a.Level}
	if at, ok := snap.Book.Center(a.Code); ok {
		lon, lat := math.Round(at[0]*1e6)/1e6, math.Round(at[1]*1e6)/1e6
		out.Lon, out.Lat = &lon, &lat
		if near != nil {
			meters := int(math.Round(geo.DistanceMeters(*near, at)))
			out.DistanceM = &meters
		}
	}
	for code := a.Parent; code != ""; {
		parent, ok := snap.Book.Area(code)
		if !ok {
			break
		}
		switch parent.Level {
		case places.LevelRaion:
			out.RaionUK = optional(parent.NameUK)
		case places.LevelOblast:
			out.OblastUK = optional(parent.NameUK)
		}
		code = parent.Parent
	}
	return out
}
