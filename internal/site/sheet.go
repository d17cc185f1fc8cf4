package site

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// sheet is what pages show of any document of the API: its JSON, read.
type sheet struct {
	Title, Description string
	Links              []sheetLink
	ConformsTo         []string
	Collections        []struct {
		ID, Title, Description string
		Links                  []sheetLink
	}
	ID             any
	Type           string
	TimeStamp      string
	NumberMatched  *int
	NumberReturned *int
	Features       []sheetFeature
	Properties     json.RawMessage
}

type sheetLink struct{ Href, Rel, Type, Title string }

type sheetFeature struct {
	ID         string
	Properties json.RawMessage
}

type sheetPage struct {
	page
	Heading  string
	About    string
	Crumbs   []chip
	Lists    []sheetRow  // collections
	Columns  []string    // of features
	Rows     []sheetRow  // features
	Facts    [][2]string // one feature, a schema
	Classes  []string
	Counts   string
	Next     string
	Links    []sheetLink
	Document string // kind, for tests
}

type sheetRow struct {
	Name, URL, About string
	Cells            []string
}

// sheetColumns are what tables of features show; all else stands on each one's own page.
var sheetColumns = []string{"name", "area_code", "service", "need", "about", "status", "in_force", "open_now", "level", "tier", "confirmed_at"}

// Sheet shows a document of the API as a page: its words, tables and links.
func (s *Site) Sheet(c *fiber.Ctx, document []byte) error {
	r := s.begin(c)
	var doc sheet
	if err := json.Unmarshal(document, &doc); err != nil {
		return fmt.Errorf("site: a document of the API: %w", err)
	}
	path := strings.Trim(c.Path(), "/")
	p := sheetPage{page: s.page(r, "API"), Heading: doc.Title, About: doc.Description, Classes: doc.ConformsTo, Links: doc.Links}
	steps := strings.Split(path, "/")
	for i := range steps[:len(steps)-1] {
		p.Crumbs = append(p.Crumbs, chip{Name: steps[i], URL: "/" + strings.Join(steps[:i+1], "/") + "?f=html&lang=" + r.cat.Lang})
	}
	if p.Heading == "" {
		p.Heading = steps[len(steps)-1]
	}
	for _, l := range doc.Collections {
		p.Lists = append(p.Lists, sheetRow{Name: r.cat.t("collection_" + l.ID), URL: "/api/collections/" + l.ID + "?f=html&lang=" + r.cat.Lang, About: r.cat.t("about_collection_" + l.ID)})
	}
	if _, own := r.cat.Words["collection_"+fmt.Sprint(doc.ID)]; own && len(steps) == 3 {
		p.Heading, p.About = r.cat.t("collection_"+fmt.Sprint(doc.ID)), r.cat.t("about_collection_"+fmt.Sprint(doc.ID))
	}
	if doc.NumberMatched != nil {
		p.Heading = r.cat.t("collection_" + steps[2])
		p.Counts = r.cat.t("sheet_counts", "shown", fmt.Sprint(len(doc.Features)), "all", fmt.Sprint(*doc.NumberMatched))
		p.fill(doc.Features, steps[2], r.cat.Lang)
	}
	for _, l := range doc.Links {
		if l.Rel == "next" {
			p.Next = l.Href
		}
	}
	p.Facts = facts(doc.Properties)
	p.Title = p.Heading + " · " + r.cat.t("brand")
	err := s.render(r, fiber.StatusOK, "sheet.html", p)
	c.Append(fiber.HeaderVary, fiber.HeaderAccept, fiber.HeaderAuthorization)
	return err
}

// fill makes the table of features, of the columns that some of them have.
func (p *sheetPage) fill(features []sheetFeature, collection, lang string) {
	all := make([]map[string]string, len(features))
	has := map[string]bool{}
	for i, f := range features {
		all[i] = map[string]string{}
		for _, fact := range facts(f.Properties) {
			all[i][fact[0]] = fact[1]
			has[fact[0]] = true
		}
	}
	p.Columns = slices.DeleteFunc(slices.Clone(sheetColumns), func(name string) bool { return !has[name] })
	for i, f := range features {
		row := sheetRow{Name: f.ID, URL: "/api/collections/" + collection + "/items/" + f.ID + "?f=html&lang=" + lang}
		for _, name := range p.Columns {
			row.Cells = append(row.Cells, all[i][name])
		}
		p.Rows = append(p.Rows, row)
	}
}

// facts lists the members of an object in their order: scalars as they are, of an object
// (a schema's property) its type and description.
func facts(object json.RawMessage) [][2]string {
	d := json.NewDecoder(strings.NewReader(string(object)))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return nil
	}
	var out [][2]string
	for d.More() {
		name, err1 := d.Token()
		var value any
		if err2 := d.Decode(&value); err1 != nil || err2 != nil {
			return out
		}
		text := fmt.Sprint(value)
		switch v := value.(type) {
		case nil:
			text = "—"
		case map[string]any:
			words := []string{}
			for _, key := range []string{"type", "format", "description"} {
				if s, ok := v[key].(string); ok {
					words = append(words, s)
				}
			}
			if list, ok := v["enum"].([]any); ok {
				words = append(words, strings.Trim(fmt.Sprint(list), "[]"))
			}
			text = strings.Join(words, " · ")
		}
		out = append(out, [2]string{fmt.Sprint(name), text})
	}
	return out
}
