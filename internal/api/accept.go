package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// acceptable refuses with 406 a request whose Accept header takes none of the media
// types that a route has (RFC 9110 §12.5.1); one without the header takes all.
func acceptable(c *fiber.Ctx, offers ...string) error {
	header := c.Get(fiber.HeaderAccept)
	if header == "" || slices.ContainsFunc(offers, func(offer string) bool { return accepts(header, offer) }) {
		return nil
	}
	return newProblem(fiber.StatusNotAcceptable, "this is there as "+strings.Join(offers, ", "))
}

// accepts reports whether a header takes an offer.
func accepts(header, offer string) bool { return weight(header, offer) > 0 }

// weight is the q of the most specific range that names an offer; 0 where none does.
func weight(header, offer string) float64 {
	family, _, _ := strings.Cut(offer, "/")
	best, q := -1, 0.0
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		specific := slices.Index([]string{"*/*", family + "/*", offer}, strings.ToLower(strings.TrimSpace(name)))
		if specific <= best {
			continue
		}
		best, q = specific, 1
		for param := range strings.SplitSeq(params, ";") {
			if v, ok := strings.CutPrefix(strings.TrimSpace(param), "q="); ok {
				var err error
				if q, err = strconv.ParseFloat(v, 64); err != nil {
					q = 0
				}
			}
		}
	}
	return q
}

// offer is a representation of a resource: the name that f= takes, and its media types,
// the first of which it bears.
type offer struct {
	name  string
	types []string
}

var (
	asJSON    = offer{"json", []string{typeJSON}}
	asGeoJSON = offer{"json", []string{typeGeoJSON, typeJSON}}
	asSchema  = offer{"json", []string{typeSchema, typeJSON}}
	asHTML    = offer{"html", []string{typeHTML}}
)

// pageParams are the parameters of what is a page for people too.
var pageParams = []string{"f", "lang"}

// negotiate chooses a representation: that which f= names, else that which the Accept
// header wants most, the first of them where it does not care (RFC 9110 §12.5.1).
func (p *params) negotiate(offers ...offer) (offer, error) {
	names, types := make([]string, len(offers)), []string{}
	for i, o := range offers {
		names[i] = o.name
		types = append(types, o.types...)
	}
	p.choice("lang", []string{"uk", "en"}, "") // of a page; the page itself reads it
	named := p.choice("f", names, "")
	if err := p.err(); err != nil {
		return offer{}, err
	}
	if named != "" {
		return offers[slices.Index(names, named)], nil
	}
	header := p.c.Get(fiber.HeaderAccept)
	if header == "" {
		return offers[0], nil
	}
	best, most := offer{}, 0.0
	for _, o := range offers {
		for _, mediaType := range o.types {
			if q := weight(header, mediaType); q > most {
				best, most = o, q
			}
		}
	}
	if most == 0 {
		return offer{}, newProblem(fiber.StatusNotAcceptable, "this is there as "+strings.Join(types, ", "))
	}
	return best, nil
}
