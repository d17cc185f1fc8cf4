package api

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/geo"
	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Limits of a page (CONTRACT §3.1).
const (
	defaultLimit = 1000
	maxLimit     = 10000
)

// selecting are the parameters of items besides one for each property.
var selecting = []string{"bbox", "datetime", "filter", "filter-lang", "filter-crs", "limit", "cursor", "offset", "area", "f", "lang"}

// selection is what a request wants of a collection.
type selection struct {
	view.Query
	as   offer
	late func() bool // whether the filter took too long, so that nothing can be said
}

// filterFor is how long one reply may look for what an expression takes: the worst that
// the limits of [filter.Parse] let pass needs half a millisecond a feature.
const filterFor = 3 * time.Second

// parseItems reads the parameters of items, all of them before it complains.
func parseItems(c *fiber.Ctx, snap *view.Snapshot, name report.Collection, now time.Time) (selection, error) {
	properties := report.Properties(name)
	allowed := slices.Clone(selecting)
	for i := range properties {
		allowed = append(allowed, properties[i].Name)
	}
	p := newParams(c, allowed...)
	q := view.Query{Limit: p.whole("limit", 1, maxLimit, defaultLimit), Skip: p.whole("offset", 0, math.MaxInt, 0), After: c.Query("cursor")}
	if p.has("bbox") {
		b, err := geo.ParseBBox(c.Query("bbox"))
		if err != nil {
			p.bad("bbox", err.Error())
		}
		q.BBox = &b
	}
	if a, ok := p.area("area", snap); ok {
		q.Area = a.Code
	}
	if p.has("cursor") && !validID(q.After) {
		p.bad("cursor", "is not a cursor of this server")
	}
	var tests []func(*view.Feature) bool
	if p.has("datetime") {
		if from, to, ok := p.interval("datetime"); ok && report.Timed(name) {
			tests = append(tests, func(f *view.Feature) bool { return during(f.Facts, from, to) })
		}
	}
	if test := p.equalities(properties, now); test != nil {
		tests = append(tests, test)
	}
	var late bool
	if e := p.expression(properties); e != nil {
		var values view.Values
		looked, until := 0, time.Now().Add(filterFor)
		tests = append(tests, func(f *view.Feature) bool {
			if looked++; looked%256 == 0 {
				late = late || time.Now().After(until)
			}
			if late {
				return false
			}
			values.Set(f, now)
			return e.Match(values, f.Geometry)
		})
		if b, ok := e.Bound(); ok && q.BBox == nil {
			q.BBox = &b // what it implies is found by the index
		}
	}
	if tests != nil {
		q.Takes = func(f *view.Feature) bool {
			return !slices.ContainsFunc(tests, func(takes func(*view.Feature) bool) bool { return !takes(f) })
		}
	}
	as, err := p.negotiate(listOffers...)
	if as.exports() && !p.has("limit") {
		q.Limit = 0 // a file holds all
	}
	return selection{q, as, func() bool { return late }}, err
}

// expression reads the filter in CQL2; nil where none is given, or a bad one.
func (p *params) expression(properties []filter.Property) *filter.Expr {
	p.choice("filter-lang", []string{"cql2-text"}, "")
	p.choice("filter-crs", []string{crs84}, "")
	if !p.has("filter") {
		return nil
	}
	e, err := filter.Parse(p.c.Query("filter"), properties)
	if err != nil {
		p.bad("filter", err.Error())
		return nil
	}
	return e
}

// equalities are the wanted values of properties; nil where none is given.
func (p *params) equalities(properties []filter.Property, now time.Time) func(*view.Feature) bool {
	type wanted struct {
		at    int
		value filter.Value
	}
	var all []wanted
	for i := range properties {
		if p.has(properties[i].Name) {
			all = append(all, wanted{i, p.value(&properties[i])})
		}
	}
	if all == nil {
		return nil
	}
	var values view.Values
	return func(f *view.Feature) bool {
		values.Set(f, now)
		return !slices.ContainsFunc(all, func(w wanted) bool { return values[w.at].Null() || values[w.at] != w.value })
	}
}

// value reads the value of a property, of its kind and enumeration.
func (p *params) value(property *filter.Property) filter.Value {
	text, name := p.c.Query(property.Name), property.Name
	switch property.Kind {
	case filter.Integer:
		n, err := strconv.Atoi(text)
		if err != nil {
			p.bad(name, "is not a whole number")
		}
		return filter.IntegerOf(n)
	case filter.Number:
		return filter.NumberOf(p.number(name, -math.MaxFloat64, math.MaxFloat64, 0))
	case filter.Bool:
		return filter.BoolOf(p.choice(name, []string{"true", "false"}, "") == "true")
	case filter.Time:
		return filter.TimeOf(p.instant(name, time.Time{}).Unix())
	case filter.Text:
		switch {
		case property.Enum != nil:
			p.choice(name, property.Enum, "")
		case text == "":
			p.bad(name, "is empty")
		}
	}
	return filter.TextOf(text)
}

// during reports whether a feature's time meets the instants from..to; 0 is open. Times
// are told to the second, and so they are compared.
func during(f *report.Feature, from, to report.Instant) bool {
	begins, ends := f.Times()
	begins, ends = begins.FloorTo(time.Second), ends.FloorTo(time.Second)
	return (to == 0 || begins <= to) && (from == 0 || ends == 0 || ends >= from)
}

// interval reads an instant or an interval (OGC API - Features 1.0 §7.15.4): a, a/b,
// ../b, /b, a/.., a/ with RFC 3339 instants; an open end is 0. False when it is bad.
func (p *params) interval(name string) (from, to report.Instant, ok bool) {
	start, end, two := strings.Cut(p.c.Query(name), "/")
	if !two {
		end = start
	}
	instant := func(text string) (report.Instant, bool) {
		if two && (text == "" || text == "..") {
			return 0, true
		}
		// A plus that was not escaped arrives as a blank; t and z may be small letters.
		t, err := time.Parse(time.RFC3339, strings.ToUpper(strings.Replace(text, " ", "+", 1)))
		return report.InstantOf(t), err == nil && t.Year() > 0
	}
	from, ok1 := instant(start)
	to, ok2 := instant(end)
	switch {
	case !ok1 || !ok2 || two && from == 0 && to == 0:
		p.bad(name, "is not an instant or an interval such as 2026-01-05T00:00:00Z/2026-01-06T00:00:00Z, or with one open end (../ or /..)")
	case from != 0 && to != 0 && from > to:
		p.bad(name, "ends before it begins")
	default:
		return from, to, true
	}
	return 0, 0, false
}

func validID(s string) bool {
	word, rest, ok := strings.Cut(s, "-")
	return ok && len(s) <= 80 && word != "" && rest != "" && strings.Trim(word+rest, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}
