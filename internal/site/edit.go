package site

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

type editPage struct {
	page
	ID, Name, Notice, Link string
	QR                     *qrCode // of the link
	Done                   bool
	Texts                  []textField
	Choices                []optionGroup
	Amenities              []optionGroup
}

type textField struct{ Name, Label, Value string }

// editTexts are the properties of a hub that are typed, editChoices those chosen.
var (
	editTexts   = []string{"name", "name_en", "address", "opening_hours", "opening_text", "capacity", "charging_policy", "activation", "lon", "lat"}
	editChoices = map[string][]string{"category": report.HubCategories, "availability": report.Availabilities, "open_in_curfew": report.YesNoUnknown}
	editOrder   = []string{"category", "availability", "open_in_curfew"}
)

// handleEdit shows a hub to a moderator, to correct, confirm or retire it.
func (s *Site) handleEdit(c *fiber.Ctx) error {
	return s.showEdit(c, editPage{Done: c.Query("done") != ""}, fiber.StatusOK)
}

// editable is the hub in the path, in the areas of the signed-in moderator.
func (s *Site) editable(c *fiber.Ctx) (*view.Feature, bool) {
	f, ok := s.cfg.Views.Full().Layer(report.Hubs).Feature(c.Params("id"))
	key := s.staff(c, access.Moderator)
	return f, ok && key != nil && key.Covers(f.Facts.AreaCode)
}

func (s *Site) showEdit(c *fiber.Ctx, p editPage, status int) error {
	f, ok := s.editable(c)
	if !ok {
		return s.missing(c)
	}
	r := s.begin(c)
	p.page, p.ID, p.Name = s.page(r, r.cat.t("edit_title")), f.ID, f.Facts.Name
	now := standing(f)
	for _, name := range editTexts {
		p.Texts = append(p.Texts, textField{name, r.cat.word("field_"+name, name), now[name]})
	}
	for _, name := range editOrder {
		g := optionGroup{Name: name, Label: r.cat.t("field_" + name)}
		for _, v := range editChoices[name] {
			g.Options = append(g.Options, option{v, r.cat.word(name+"_"+v, r.cat.t("yn_"+v)), v == now[name]})
		}
		p.Choices = append(p.Choices, g)
	}
	for _, name := range report.AmenityNames {
		g := optionGroup{Name: name, Label: r.cat.t("a_" + name)}
		for _, v := range report.YesNoUnknown {
			g.Options = append(g.Options, option{v, r.cat.t("yn_" + v), v == now[name]})
		}
		p.Amenities = append(p.Amenities, g)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, status, "edit.html", p)
}

// standing are a hub's properties as a form shows them.
func standing(f *view.Feature) map[string]string {
	hub, _ := f.Facts.Facts.(report.Hub)
	at := f.Facts.Place.Point
	out := map[string]string{
		"name": f.Facts.Name, "name_en": hub.NameEN, "address": hub.Address, "opening_hours": hub.OpeningHours, "opening_text": hub.OpeningText,
		"charging_policy": hub.ChargingPolicy, "activation": hub.Activation, "category": hub.Category, "availability": cmp.Or(hub.Availability, report.Unknown),
		"open_in_curfew": cmp.Or(hub.OpenInCurfew, report.Unknown), "capacity": "",
		"lon": strconv.FormatFloat(at[0], 'f', -1, 64), "lat": strconv.FormatFloat(at[1], 'f', -1, 64),
	}
	if hub.Capacity > 0 {
		out["capacity"] = strconv.Itoa(hub.Capacity)
	}
	for _, name := range report.AmenityNames {
		out[name] = hub.Amenities.Of(name)
	}
	return out
}

// handleEditPost does what the buttons of a hub's edit page say.
func (s *Site) handleEditPost(c *fiber.Ctx) error {
	f, ok := s.editable(c)
	if !ok {
		return s.missing(c)
	}
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	path, body := "/api/hubs/"+f.ID+"/", map[string]any{}
	method := fiber.MethodPost
	switch action := fields.Get("action"); action {
	case "correct":
		path, body = path+action, changes(f, fields)
	case "confirm":
		path += action
	case "retire":
		path, body = path+action, given(fields, "reason")
	case "link":
		path, body = path+"operator-link", nil
	case "unlink":
		path, body, method = path+"operator-link", nil, fiber.MethodDelete
	default:
		return fiber.NewError(fiber.StatusBadRequest)
	}
	var sent any
	if body != nil {
		sent = body
	}
	a, err := s.ask(c, method, path, sent)
	if err != nil {
		return err
	}
	if a.fault != "" {
		return s.showEdit(c, editPage{Notice: a.fault}, a.code)
	}
	if link, _ := a.reply["url"].(string); link != "" {
		code, err := newQR(link)
		if err != nil {
			return err
		}
		return s.showEdit(c, editPage{Link: link, QR: code}, fiber.StatusOK)
	}
	if fields.Get("action") == "retire" {
		return s.done(c, "/moderate")
	}
	return s.done(c, "/moderate/hubs/"+f.ID)
}

// changes are those fields of the form that differ from the hub, as the correction that
// the API takes.
func changes(f *view.Feature, fields url.Values) map[string]any {
	was, out := standing(f), given(fields, "reason")
	differs := func(name string) (string, bool) {
		v := strings.TrimSpace(fields.Get(name))
		return v, fields.Has(name) && v != was[name]
	}
	for name := range was {
		v, changed := differs(name)
		switch {
		case !changed || name == "lon" || name == "lat":
		case name == "capacity":
			out[name] = number(cmp.Or(v, "0"))
		default:
			out[name] = v
		}
	}
	_, moved1 := differs("lon")
	_, moved2 := differs("lat")
	if moved1 || moved2 {
		out["geometry"] = map[string]any{"type": "Point", "coordinates": []any{number(fields.Get("lon")), number(fields.Get("lat"))}}
	}
	return out
}
