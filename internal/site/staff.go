package site

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
)

// staff is the key of a signed-in browser of a role, or nil.
func (s *Site) staff(c *fiber.Ctx, role access.Role) *access.Key {
	key := s.cfg.Caller(c)
	if key == nil || !key.Role.Can(role) {
		return nil
	}
	return key
}

// answer is what the API said to a form.
type answer struct {
	reply map[string]any
	fault string // in the page's language; empty: it was done
	code  int
}

// ask lets the API do what a form says. The form must bear a session: a request without
// one was refused before.
func (s *Site) ask(c *fiber.Ctx, method, path string, body any) (answer, error) {
	status, reply, err := s.cfg.Ask(c, method, path, body)
	if err != nil || status < 300 {
		return answer{reply: reply, code: status}, err
	}
	cat := s.negotiate(c)
	var why []string
	if list, _ := reply["errors"].([]any); list != nil {
		for _, e := range list {
			if bad, _ := e.(map[string]any); bad != nil {
				field := fmt.Sprint(bad["field"])
				why = append(why, cat.word("field_"+field, field)+": "+fmt.Sprint(bad["reason"]))
			}
		}
	} else {
		why = append(why, fmt.Sprint(reply["detail"]))
	}
	words := cat.word("refused_staff_"+strconv.Itoa(status), cat.t("refused_staff"))
	return answer{reply: reply, fault: words + " (" + strings.Join(why, "; ") + ")", code: status}, nil
}

// given makes a JSON object of those fields of a form that are filled in.
func given(fields url.Values, names ...string) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		if v := strings.TrimSpace(fields.Get(name)); v != "" {
			out[name] = v
		}
	}
	return out
}

// codes reads a list of codes as people type it.
func codes(text string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' }), func(s string) bool { return s == "" })
}

// done goes back to a page that says so.
func (s *Site) done(c *fiber.Ctx, path string) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(s.negotiate(c).link(path+"?done=1"), fiber.StatusSeeOther)
}
