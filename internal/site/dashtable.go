package site

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/report"
)

// column is one heading of the table: a link that sorts by it.
type column struct {
	Name, URL string
	Sorted    string // ascending, descending, or empty
}

// dashRow is one oblast as the table has it.
type dashRow struct {
	Code, Name string
	Outages    string
	Services   []string
	Hidden     bool
	Hubs       []string // listed, open, unknown
	Curfew     string
	Newest     age
}

// columnNames are those of the table, in its order: what ?sort= takes.
var columnNames = slices.Concat([]string{"name", "outages"}, report.Services, []string{"hubs", "open", "unknown", "curfew", "newest"})

// sorting is the column and the direction that a request asks for. Numbers begin with
// the greatest, names with the first; what is not known is the default.
func sorting(r *request) (by string, descending bool) {
	by = r.c.Query("sort")
	if !slices.Contains(columnNames, by) {
		by = "outages"
	}
	descending = by != "name"
	if order := r.c.Query("order"); order == "asc" || order == "desc" {
		descending = order == "desc"
	}
	return by, descending
}

// columns are the headings; the sorted one leads to the other direction.
func columns(r *request) []column {
	by, descending := sorting(r)
	var out []column
	for _, name := range columnNames {
		key := "dash_col_" + name
		if slices.Contains(report.Services, name) {
			key = "service_" + name
		}
		c := column{Name: r.cat.t(key)}
		order := map[bool]string{true: "desc", false: "asc"}
		next := order[name != "name"]
		if name == by {
			c.Sorted, next = map[bool]string{true: "descending", false: "ascending"}[descending], order[!descending]
		}
		c.URL = "/dashboard?" + url.Values{"sort": {name}, "order": {next}, "lang": {r.cat.Lang}}.Encode() + "#table"
		out = append(out, c)
	}
	return out
}

// sortRowsBy puts the rows in the order that is asked for; of equal ones that whose
// name comes first is first. Numbers that are not shown come last.
func sortRowsBy(r *request, rows []oblastFigures) {
	by, descending := sorting(r)
	sign := 1
	if descending {
		sign = -1
	}
	value := func(o *oblastFigures) int64 {
		switch by {
		case "outages":
			return int64(o.outages)
		case "hubs":
			return int64(o.hubs)
		case "open":
			return int64(o.open)
		case "unknown":
			return int64(o.unknown)
		case "curfew":
			return int64(slices.Index([]string{report.Unknown, report.No, "mixed", report.Yes}, o.curfew))
		case "newest":
			return int64(o.newest)
		}
		return int64(o.out[by])
	}
	ofHubs := slices.Contains([]string{"hubs", "open", "unknown"}, by)
	slices.SortStableFunc(rows, func(a, b oblastFigures) int {
		name := cmp.Compare(alphabetical(r.cat.choose(a.names[0], a.names[1])), alphabetical(r.cat.choose(b.names[0], b.names[1])))
		switch {
		case by == "name":
			return sign * name
		case ofHubs && a.hidden != b.hidden:
			return map[bool]int{true: 1, false: -1}[a.hidden]
		}
		return cmp.Or(sign*cmp.Compare(value(&a), value(&b)), name)
	})
}

// alphabet is the Ukrainian one: its order is not that of code points.
const alphabet = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"

// alphabetical is a text whose bytes order as its letters do.
func alphabetical(text string) string {
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(alphabet, r); i >= 0 {
			return rune(0x400 + i)
		}
		return r
	}, strings.ToLower(text))
}

func (s *Site) dashRow(r *request, o *oblastFigures) dashRow {
	row := dashRow{
		Code: o.code, Name: r.cat.choose(o.names[0], o.names[1]), Outages: strconv.Itoa(o.outages), Hidden: o.hidden,
		Curfew: r.cat.t("dash_curfew_" + o.curfew), Newest: s.age(r.cat, o.newest.Time(), r.now),
	}
	for _, service := range report.Services {
		row.Services = append(row.Services, strconv.Itoa(o.out[service]))
	}
	for _, n := range []int{o.hubs, o.open, o.unknown} {
		row.Hubs = append(row.Hubs, strconv.Itoa(n))
	}
	return row
}

// oblastTable is the table as a file has it: names of the API, one row an oblast, empty
// where a number is not published.
func oblastTable(r *request, rows []oblastFigures) [][]string {
	head := []string{"area_code", "name_uk", "name_en", "outages"}
	for _, service := range report.Services {
		head = append(head, "outages_"+service)
	}
	out := [][]string{append(head, "hubs", "hubs_open", "hubs_unknown", "curfew_in_force", "newest_fact_at", "as_of")}
	for i := range rows {
		o := &rows[i]
		line := []string{o.code, o.names[0], o.names[1], strconv.Itoa(o.outages)}
		for _, service := range report.Services {
			line = append(line, strconv.Itoa(o.out[service]))
		}
		for _, n := range []int{o.hubs, o.open, o.unknown} {
			text := strconv.Itoa(n)
			if o.hidden {
				text = ""
			}
			line = append(line, text)
		}
		out = append(out, append(line, o.curfew, utc(o.newest.Time()), utc(r.now)))
	}
	return out
}

// pastTable is the history as a file has it.
func pastTable(past []pastFigures) [][]string {
	out := [][]string{{"at", "outages_official", "outages_cells", "hubs"}}
	for _, p := range past {
		out = append(out, []string{utc(p.at), strconv.Itoa(p.official), strconv.Itoa(p.cells), strconv.Itoa(p.hubs)})
	}
	return out
}

// utc writes an instant, or nothing for none.
func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// sendCSV sends a table for spreadsheets: with the mark by which Excel knows UTF-8, and
// nothing in it that a spreadsheet would take for a formula.
func (s *Site) sendCSV(r *request, name string, table [][]string) error {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	w.UseCRLF = true // RFC 4180
	for _, line := range table {
		for i, cell := range line {
			line[i] = inert(cell)
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	c := r.c
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="teplo-`+name+"-"+r.now.UTC().Format("20060102T1504Z")+`.csv"`)
	s.keep(r)
	return c.Send(out.Bytes())
}

// inert lets no text begin as a formula does (OWASP, "CSV Injection"): names come from
// files that somebody imported.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
