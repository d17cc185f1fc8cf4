package export

import (
	"bufio"
	"encoding/csv"
	"strconv"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/report"
)

// Columns after those of the properties: a position, and the shape of what has one.
const (
	columnLon = "lon"
	columnLat = "lat"
	columnWKT = "wkt"
)

// placeColumns are the columns of a collection's geometry; they stand last.
func placeColumns(c report.Collection) []string {
	if polygonal(c) {
		return []string{columnLon, columnLat, columnWKT}
	}
	return []string{columnLon, columnLat}
}

// writeCSV writes a table (RFC 4180: CRLF, UTF-8, no byte order mark) with a header.
func writeCSV(w *bufio.Writer, s *Selection) error { return writeTable(w, s, nil) }

// writeHXL writes the same table with the row of HXL 1.1 tags under the header.
func writeHXL(w *bufio.Writer, s *Selection) error { return writeTable(w, s, Tags(s.Collection)) }

// writeTable writes header, tags (nil: none) and rows.
func writeTable(w *bufio.Writer, s *Selection, tags []string) error {
	list := report.Properties(s.Collection)
	var row []string
	for _, p := range list {
		row = append(row, p.Name)
	}
	row = append(row, placeColumns(s.Collection)...)
	out := csv.NewWriter(w) // takes w as its buffer: nothing is held twice
	out.UseCRLF = true
	if err := out.Write(row); err != nil {
		return err
	}
	if tags != nil {
		if err := out.Write(tags); err != nil {
			return err
		}
	}
	for f, values := range s.rows() {
		row = row[:0]
		for i, v := range values {
			text := v.String()
			if list[i].Kind == filter.Text && list[i].Enum == nil {
				text = harmless(clean(text))
			}
			row = append(row, text)
		}
		// A table is read by people who have no map: every row gets a position that a map
		// could take, also where the shape follows.
		at := position(f.Geometry)
		row = append(row, decimal(at[0]), decimal(at[1]))
		if polygonal(s.Collection) {
			row = append(row, string(appendWKT(nil, polygons(f.Geometry))))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// harmless keeps spreadsheets from reading a text as a formula (OWASP, "CSV
// Injection"): an apostrophe goes before what begins like one. A hub's name may come
// from anybody. Numbers, times and words of closed lists never begin so, but for the
// sign of a number, which stays.
func harmless(s string) string {
	if s == "" {
		return s
	}
	switch s[0] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return "'" + s
	}
	return s
}

func decimal(v float64) string { return string(appendDecimal(nil, v)) }

func appendDecimal(b []byte, v float64) []byte {
	return strconv.AppendFloat(b, degrees(v), 'f', -1, 64)
}

// appendWKT appends a MULTIPOLYGON as well-known text (ISO 19125-1).
func appendWKT(b []byte, mp orb.MultiPolygon) []byte {
	b = append(b, "MULTIPOLYGON ("...)
	for i, p := range mp {
		b = append(comma(b, i), '(')
		for j, r := range p {
			b = append(comma(b, j), '(')
			for k, at := range r {
				b = appendDecimal(comma(b, k), at[0])
				b = appendDecimal(append(b, ' '), at[1])
			}
			b = append(b, ')')
		}
		b = append(b, ')')
	}
	return append(b, ')')
}

// comma separates the i-th member of a list from the one before.
func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}
