package api

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/paulmach/orb"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/view"
)

// params reads the query parameters of one request and collects every bad one.
type params struct {
	c    *fiber.Ctx
	errs []fieldError
}

// newParams refuses, besides what its methods find, parameters that are not
// allowed or stand twice.
func newParams(c *fiber.Ctx, allowed ...string) *params {
	p := &params{c: c}
	seen := map[string]bool{}
	for k, v := range c.Context().QueryArgs().All() {
		name := string(k)
		switch {
		case !slices.Contains(allowed, name):
			p.errs = append(p.errs, fieldError{name, string(v), "is not a parameter here"})
		case seen[name]:
			p.errs = append(p.errs, fieldError{name, string(v), "is given twice"})
		}
		seen[name] = true
	}
	return p
}

// onlyParams refuses query parameters that are unknown or repeated.
func onlyParams(c *fiber.Ctx, allowed ...string) error { return newParams(c, allowed...).err() }

func (p *params) err() error {
	if p.errs == nil {
		return nil
	}
	return badRequest(p.errs...)
}

func (p *params) has(name string) bool { return p.c.Context().QueryArgs().Has(name) }

func (p *params) bad(name, reason string) {
	p.errs = append(p.errs, fieldError{name, p.c.Query(name), reason})
}

// whole reads a whole number of at least least; above most it means most.
func (p *params) whole(name string, least, most, absent int) int {
	if !p.has(name) {
		return absent
	}
	n, err := strconv.Atoi(p.c.Query(name))
	if errors.Is(err, strconv.ErrRange) && n > 0 {
		return most
	}
	if err != nil || n < least {
		p.bad(name, "is not a whole number of "+strconv.Itoa(least)+" or more")
		return absent
	}
	return min(n, most)
}

// number reads a decimal number from least to most.
func (p *params) number(name string, least, most, absent float64) float64 {
	if !p.has(name) {
		return absent
	}
	v, err := strconv.ParseFloat(p.c.Query(name), 64)
	if err != nil || math.IsNaN(v) || v < least || v > most || strings.ContainsAny(p.c.Query(name), "xXpP_") {
		p.bad(name, "is not a number from "+strconv.FormatFloat(least, 'f', -1, 64)+" to "+strconv.FormatFloat(most, 'f', -1, 64))
		return absent
	}
	return v
}

// choice reads a word out of a closed list.
func (p *params) choice(name string, list []string, absent string) string {
	if !p.has(name) {
		return absent
	}
	if !slices.Contains(list, p.c.Query(name)) {
		p.bad(name, "is not one of "+strings.Join(list, ", "))
		return absent
	}
	return p.c.Query(name)
}

// instant reads an RFC 3339 instant with offset.
func (p *params) instant(name string, absent time.Time) time.Time {
	if !p.has(name) {
		return absent
	}
	// A plus that was not escaped arrives as a blank.
	t, err := time.Parse(time.RFC3339, strings.Replace(p.c.Query(name), " ", "+", 1))
	if err != nil || t.Year() < 1990 || t.Year() > 2100 {
		p.bad(name, "is not an RFC 3339 instant with offset, such as 2026-01-18T02:00:00+02:00")
		return absent
	}
	return t
}

// area reads the code of a known area; false when it is absent or bad.
func (p *params) area(name string, snap *view.Snapshot) (places.Area, bool) {
	if !p.has(name) {
		return places.Area{}, false
	}
	a, ok := snap.Book.Area(p.c.Query(name))
	if !ok {
		p.bad(name, "is not a known KATOTTG code or p-code")
	}
	return a, ok
}

// point reads lon and lat; false when neither is there, or one is bad.
func (p *params) point() (orb.Point, bool) {
	if !p.has("lon") && !p.has("lat") {
		return orb.Point{}, false
	}
	before := len(p.errs)
	for _, name := range []string{"lon", "lat"} {
		if !p.has(name) {
			p.bad(name, "is missing: lon and lat belong together")
		}
	}
	at := orb.Point{p.number("lon", -180, 180, 0), p.number("lat", -90, 90, 0)}
	return at, len(p.errs) == before
}
