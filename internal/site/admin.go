package site

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/places"
)

type adminPage struct {
	page
	Signed, Done, Community    bool
	Notice, Secret, Invitation string
	QR                         *qrCode // of the invitation, for the phone that it is for
	Keys                       []keyRow
	Roles                      []option
	Areas                      []option // oblasts, withheld ones on
	Audit                      []auditRow
}

type keyRow struct {
	ID, Name, Role, Areas, State, Expires, Since string
	Works, Halted                                bool
}

type auditRow struct {
	Actor, Action, Target, Reason string
	At                            age
}

// auditRows is how many of the last deeds the page shows.
const auditRows = 40

// formTime is how a datetime-local field writes an instant, in the zone of the pages.
const formTime = "2006-01-02T15:04"

// handleAdmin shows keys, invitations, the brake and what keys did.
func (s *Site) handleAdmin(c *fiber.Ctx) error {
	return s.showAdmin(c, adminPage{Done: c.Query("done") != ""}, fiber.StatusOK)
}

func (s *Site) showAdmin(c *fiber.Ctx, p adminPage, status int) error {
	r := s.begin(c)
	p.page = s.page(r, r.cat.t("admin_title"))
	if s.staff(c, access.Admin) == nil {
		status = fiber.StatusUnauthorized
	} else {
		p.Signed = true
		s.fillAdmin(r, &p)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, status, "admin.html", p)
}

func (s *Site) fillAdmin(r *request, p *adminPage) {
	full := s.cfg.Views.Full()
	for _, role := range access.Roles {
		p.Roles = append(p.Roles, option{string(role), r.cat.t("role_" + string(role)), role == access.Volunteer})
	}
	policy := full.Policy
	p.Community = policy.CommunityOutages
	for _, a := range full.Book.Oblasts() {
		on := slices.ContainsFunc(policy.WithheldAreas, func(code string) bool { return places.ADM1(code) == places.ADM1(a.Code) })
		p.Areas = append(p.Areas, option{places.ADM1(a.Code), r.cat.choose(a.NameUK, a.NameEN), on})
	}
	for _, k := range full.Keys {
		p.Keys = append(p.Keys, s.keyRow(r, &k))
	}
	// Those that work come first, then by end, the latest first.
	slices.SortFunc(p.Keys, func(a, b keyRow) int {
		if a.Works != b.Works {
			return cmp.Compare(strconv.FormatBool(b.Works), strconv.FormatBool(a.Works))
		}
		return cmp.Or(cmp.Compare(b.Expires, a.Expires), cmp.Compare(a.ID, b.ID))
	})
	for _, line := range slices.Backward(full.Audit) {
		if len(p.Audit) == auditRows {
			break
		}
		p.Audit = append(p.Audit, auditRow{cmp.Or(line.Actor, "store"), line.Action, line.Target, line.Reason, s.age(r.cat, line.At.Time(), r.now)})
	}
}

func (s *Site) keyRow(r *request, k *access.Key) keyRow {
	row := keyRow{
		ID: k.ID, Name: k.Name, Role: r.cat.t("role_" + string(k.Role)), Areas: cmp.Or(strings.Join(k.Areas, ", "), r.cat.t("everywhere")),
		Expires: k.Expires.In(s.zone).Format(formTime), Halted: k.Halted, Since: r.now.Add(-24 * time.Hour).In(s.zone).Format(formTime),
	}
	switch {
	case k.Revoked:
		row.State = r.cat.t("key_revoked")
	case !r.now.Before(k.Expires):
		row.State = r.cat.t("key_expired")
	case k.Halted:
		row.State, row.Works = r.cat.t("key_halted"), true
	default:
		row.State, row.Works = r.cat.t("key_works"), true
	}
	return row
}

// handleAdminPost does what a button of the admin's page says.
func (s *Site) handleAdminPost(c *fiber.Ctx) error {
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	method, path, body := fiber.MethodPost, "", any(nil)
	key := "/api/keys/" + url.PathEscape(fields.Get("key"))
	switch c.Params("what") {
	case "key":
		path, body = "/api/keys", s.newKey(fields)
	case "invitation":
		path, body = "/api/invitations", s.newKey(fields)
	case "revoke":
		method, path = fiber.MethodDelete, key
	case "free":
		path = key + "/free"
	case "revert":
		path, body = key+"/revert", s.revert(fields)
	case "brake":
		path, body = "/api/policy", brake(fields)
	default:
		return s.missing(c)
	}
	a, err := s.ask(c, method, path, body)
	if err != nil {
		return err
	}
	secret, _ := a.reply["secret"].(string)
	link, _ := a.reply["url"].(string)
	n, reverted := a.reply["reverted"].(float64)
	switch {
	case a.fault != "":
		return s.showAdmin(c, adminPage{Notice: a.fault}, a.code)
	case reverted:
		return s.showAdmin(c, adminPage{Notice: s.negotiate(c).t("admin_reverted", "n", strconv.Itoa(int(n)))}, fiber.StatusOK)
	case secret != "":
		return s.showAdmin(c, adminPage{Secret: secret}, fiber.StatusOK)
	case link != "":
		code, err := newQR(link)
		if err != nil {
			return err
		}
		return s.showAdmin(c, adminPage{Invitation: link, QR: code}, fiber.StatusOK)
	}
	return s.done(c, "/admin")
}

// newKey is whom a key or an invitation is for, as the API takes it.
func (s *Site) newKey(fields url.Values) map[string]any {
	out := given(fields, "role", "name")
	out["areas"] = codes(fields.Get("areas"))
	if days, err := strconv.Atoi(fields.Get("days")); err == nil && days > 0 {
		out["expires"] = s.cfg.Now().AddDate(0, 0, days).UTC().Format(time.RFC3339)
	}
	return out
}

func (s *Site) revert(fields url.Values) map[string]any {
	out := given(fields, "reason", "since")
	if at, err := time.ParseInLocation(formTime, fields.Get("since"), s.zone); err == nil {
		out["since"] = at.UTC().Format(time.RFC3339)
	}
	return out
}

func brake(fields url.Values) map[string]any {
	out := given(fields, "reason")
	out["withheld_areas"] = append([]string{}, fields["withheld"]...)
	out["community_outages"] = fields.Get("community") != ""
	return out
}
