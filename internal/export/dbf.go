package export

import (
	"bufio"
	"encoding/binary"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Limits of dBASE III tables.
const (
	dbfNameLen = 10
	dbfTextLen = 254 // bytes
	dbfEnd     = 0x1a
)

// dbf is the table of a shapefile: columns as wide as their widest value.
type dbf struct {
	columns []dbfColumn
}

// dbfColumn is one column; the standard has no null, but blanks are read as such.
type dbfColumn struct {
	name     string
	kind     byte // C text, N number, L logical
	width    int
	decimals int
}

// newDBF has a column for each property, as narrow as may be: [dbf.measure] widens.
func newDBF(c report.Collection) dbf {
	var t dbf
	for _, p := range report.Properties(c) {
		col := dbfColumn{name: p.Name[:min(len(p.Name), dbfNameLen)], kind: 'C', width: 1}
		switch p.Kind {
		case filter.Integer, filter.Number:
			col.kind = 'N'
		case filter.Bool:
			col.kind = 'L'
		case filter.Text, filter.Time:
		}
		t.columns = append(t.columns, col)
	}
	return t
}

// measure widens the columns for one row.
func (t *dbf) measure(values view.Values) {
	for i, v := range values {
		c := &t.columns[i]
		if v.Null() || c.kind == 'L' {
			continue
		}
		text := cell(v)
		c.width = max(c.width, len(text))
		if _, fraction, _ := strings.Cut(text, "."); c.kind == 'N' {
			c.decimals = max(c.decimals, len(fraction))
		}
	}
}

// cell is the text of a value as the table has it, cut at a character.
func cell(v filter.Value) string {
	s := v.String()
	if v.Kind() == filter.Text {
		s = clean(s)
	}
	if len(s) <= dbfTextLen {
		return s
	}
	n := dbfTextLen
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// row is the length of a row in bytes.
func (t *dbf) row() int {
	n := 1 // not deleted
	for _, c := range t.columns {
		n += c.width
	}
	return n
}

// head is the length of all before the first row.
func (t *dbf) head() int { return 32 + 32*len(t.columns) + 1 }

// bytes is the length of a table of so many rows.
func (t *dbf) bytes(rows int64) int64 { return int64(t.head()) + rows*int64(t.row()) + 1 }

// write writes the table (dBASE III, its character set named by .cpg).
func (t *dbf) write(w *bufio.Writer, s *Selection, rows int64) error {
	w.Write(t.header(s.Now.UTC(), rows)) //nolint:errcheck // the writer keeps its first error
	buf := make([]byte, 0, t.row())
	for _, values := range s.rows() {
		buf = append(buf[:0], ' ')
		for i, c := range t.columns {
			buf = c.append(buf, values[i])
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return w.WriteByte(dbfEnd)
}

func (t *dbf) header(now time.Time, rows int64) []byte {
	b := []byte{3, byte(now.Year() - 1900), byte(now.Month()), byte(now.Day())}
	b = binary.LittleEndian.AppendUint32(b, uint32(rows))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.head()))
	b = binary.LittleEndian.AppendUint16(b, uint16(t.row()))
	b = append(b, make([]byte, 20)...)
	for _, c := range t.columns {
		var field [32]byte
		copy(field[:dbfNameLen], c.name)
		field[11], field[16], field[17] = c.kind, byte(c.width), byte(c.decimals)
		b = append(b, field[:]...)
	}
	return append(b, '\r')
}

// append appends one cell, padded: texts on the right, numbers on the left; null is
// blank.
func (c *dbfColumn) append(b []byte, v filter.Value) []byte {
	text := ""
	switch {
	case v.Null() && c.kind == 'L':
		text = "?"
	case v.Null():
	case c.kind == 'L':
		text = map[bool]string{true: "T", false: "F"}[v.Bool()]
	default:
		text = cell(v)
	}
	pad := strings.Repeat(" ", c.width-len(text))
	if c.kind == 'N' {
		return append(append(b, pad...), text...)
	}
	return append(append(b, text...), pad...)
}
