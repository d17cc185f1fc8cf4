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

// accepts takes the most specific range that names an offer, unless its q is 0.
func accepts(header, offer string) bool {
	family, _, _ := strings.Cut(offer, "/")
	best, taken := -1, false
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		specific := slices.Index([]string{"*/*", family + "/*", offer}, strings.ToLower(strings.TrimSpace(name)))
		if specific <= best {
			continue
		}
		best, taken = specific, true
		for param := range strings.SplitSeq(params, ";") {
			if v, ok := strings.CutPrefix(strings.TrimSpace(param), "q="); ok {
				q, err := strconv.ParseFloat(v, 64)
				taken = err == nil && q > 0
			}
		}
	}
	return taken
}
