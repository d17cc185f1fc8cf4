package site

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/text/language"
)

// languages are those of the pages, the default first.
var languages = []string{"uk", "en"}

var matcher = language.NewMatcher([]language.Tag{language.Ukrainian, language.English})

// catalogue holds the words of one language.
type catalogue struct {
	Lang    string              `json:"-"`
	Words   map[string]string   `json:"words"`
	Plurals map[string][]string `json:"plurals"` // uk: one, few, many, other; en: one, other
	Months  []string            `json:"months"`
}

func loadCatalogue(fsys fs.FS, lang string) (*catalogue, error) {
	b, err := fs.ReadFile(fsys, "i18n/"+lang+".json")
	if err != nil {
		return nil, err
	}
	c := &catalogue{Lang: lang}
	if err := json.Unmarshal(b, c); err != nil {
		return nil, fmt.Errorf("i18n/%s: %w", lang, err)
	}
	return c, nil
}

// t returns a text with {name} filled in from pairs of name and value.
func (c *catalogue) t(key string, pairs ...string) string {
	text, ok := c.Words[key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// word returns a text, or what stands for it where the catalogue has none.
func (c *catalogue) word(key, otherwise string) string {
	if text, ok := c.Words[key]; ok {
		return text
	}
	return otherwise
}

// n returns a counted text in the right plural form (CLDR rules of uk and en).
func (c *catalogue) n(key string, n int) string {
	forms := c.Plurals[key]
	if len(forms) == 0 {
		return strconv.Itoa(n)
	}
	form := 1
	switch {
	case c.Lang == "en" && n == 1:
		form = 0
	case c.Lang == "uk" && n%10 == 1 && n%100 != 11:
		form = 0
	case c.Lang == "uk" && n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14):
		form = 1
	case c.Lang == "uk":
		form = 2
	}
	return strings.ReplaceAll(forms[form], "{n}", strconv.Itoa(n))
}

// choose picks the name in the language, else the other.
func (c *catalogue) choose(uk, en string) string {
	if c.Lang == "en" && en != "" || uk == "" {
		return en
	}
	return uk
}

// link is a path with the page's language: what a cache keeps depends on the URL
// alone.
func (c *catalogue) link(path string) string {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + "lang=" + c.Lang
}

func (s *Site) functions(c *catalogue) template.FuncMap {
	return template.FuncMap{
		"t": func(key string) string { return c.t(key) }, "tf": c.t, "link": c.link, "lang": func() string { return c.Lang },
		"asset": func(name string) string { return s.urls[name] }, "style": func() template.CSS { return s.style },
	}
}

// negotiate chooses the language: the parameter, else the cookie, else
// Accept-Language, else Ukrainian. Only with the parameter may caches share it.
func (s *Site) negotiate(c *fiber.Ctx) *catalogue {
	if lang := c.Query("lang"); slices.Contains(languages, lang) {
		if c.Cookies(langCookie) == lang {
			return s.langs[lang]
		}
		c.Cookie(&fiber.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600, SameSite: "Lax", HTTPOnly: true})
		return s.langs[lang]
	}
	if lang := c.Cookies(langCookie); slices.Contains(languages, lang) {
		return s.langs[lang]
	}
	_, i := language.MatchStrings(matcher, c.Get(fiber.HeaderAcceptLanguage))
	return s.langs[languages[i]]
}

// other is the same page in the other language.
func (c *catalogue) other(r *fiber.Ctx) languageLink {
	out := languageLink{Lang: "en", Name: "English"}
	if c.Lang == "en" {
		out = languageLink{Lang: "uk", Name: "Українською"}
	}
	v := url.Values{}
	for k, val := range r.Context().QueryArgs().All() {
		v.Set(string(k), string(val))
	}
	v.Set("lang", out.Lang)
	out.URL = r.Path() + "?" + v.Encode()
	return out
}

type languageLink struct{ Lang, Name, URL string }

// age is an instant as people read it.
type age struct {
	Known             bool
	ISO, Exact, Words string
}

func (s *Site) age(c *catalogue, at, now time.Time) age {
	if at.IsZero() || at.Unix() == 0 {
		return age{}
	}
	local := at.In(s.zone)
	exact := fmt.Sprintf("%s, %02d:%02d", c.date(local), local.Hour(), local.Minute())
	a := age{Known: true, ISO: at.UTC().Format(time.RFC3339), Exact: exact}
	switch d := now.Sub(at); {
	case d < -time.Minute:
		a.Words = c.date(local) // a drill may live before its data
	case d < time.Minute:
		a.Words = c.t("ago_now")
	case d < time.Hour:
		a.Words = c.t("ago", "n", c.n("minutes", int(d/time.Minute)))
	case d < 24*time.Hour:
		a.Words = c.t("ago", "n", c.n("hours_n", int(d/time.Hour)))
	case d < 30*24*time.Hour:
		a.Words = c.t("ago", "n", c.n("days", int(d/(24*time.Hour))))
	default:
		a.Words = c.date(local)
	}
	return a
}

// date writes a local day.
func (c *catalogue) date(t time.Time) string {
	return fmt.Sprintf("%d %s %d", t.Day(), c.Months[t.Month()-1], t.Year())
}
