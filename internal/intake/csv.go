package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// delimiters that are tried, in the order of preference.
const delimiters = ",;\t|"

var errLongRecord = errors.New("a record is longer than 8 MiB")

// readCSV reads a table (RFC 4180, with any of the delimiters). Cells may hold
// line breaks in quotes; a quote inside a bare cell stands for itself. Blank
// rows, and thin rows after the last full one (totals, remarks), are no records.
func (rd *reader) readCSV(input *bufio.Reader) error {
	skip, delimiter := 0, byte(0)
	if m := rd.cfg.Map; m != nil {
		skip, delimiter = m.Skip, m.delimiter()
	}
	for range skip {
		if err := skipLine(input); err != nil {
			return err
		}
	}
	if delimiter == 0 {
		head, _ := input.Peek(peekBytes)
		delimiter = detectDelimiter(head)
	}
	t := &table{in: input, delimiter: delimiter}
	header, err := rd.findHeader(t)
	if err != nil {
		return err
	}
	rd.header = header
	number := 0
	emit := func(cells []string) error {
		number++
		return rd.take(tableRecord(number, header, cells))
	}
	var thin [][]string // rows that are a footer if nothing full follows
	for {
		cells, err := t.next()
		switch {
		case errors.Is(err, io.EOF):
			return rd.finish(thin, emit)
		case errors.Is(err, errOpenQuote):
			number++
			return rd.take(&record{number: number, bad: &Problem{Field: "row", Value: shown(cells), Reason: "a quotation mark opens here and never closes; the rest of the file is lost"}})
		case err != nil:
			return fileError("after row %d: %v", number+len(thin), err)
		}
		if blank(cells) {
			continue
		}
		if len(header) >= 3 && filled(cells) <= 2 && len(thin) < 20 {
			thin = append(thin, slices.Clone(cells))
			continue
		}
		for _, held := range thin {
			if err := emit(held); err != nil {
				return err
			}
		}
		thin = nil
		if err := emit(cells); err != nil {
			return err
		}
	}
}

// finish drops the footers among the last thin rows and emits the others.
func (rd *reader) finish(thin [][]string, emit func([]string) error) error {
	for len(thin) > 0 && isFooter(thin[len(thin)-1]) {
		thin = thin[:len(thin)-1]
	}
	for _, held := range thin {
		if err := emit(held); err != nil {
			return err
		}
	}
	return nil
}

// footers begin the rows that stand below a table.
var footers = []string{"всього", "усього", "разом", "загалом", "итого", "всего", "total", "sum", "джерело", "источник", "source", "примітк", "примечан", "note", "станом на", "*", "©", "---", "==="}

func isFooter(cells []string) bool {
	if filled(cells) == 0 {
		return true
	}
	first := ""
	for _, c := range cells {
		if first = clean(c); first != "" {
			break
		}
	}
	first = strings.ToLower(first)
	return slices.ContainsFunc(footers, func(f string) bool { return strings.HasPrefix(first, f) })
}

func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

func blank(cells []string) bool { return filled(cells) == 0 }

func shown(cells []string) string {
	s, _ := shorten(clean(strings.Join(cells, " ")), 80)
	return s
}

// findHeader returns the names of the columns: the first row with at least two
// cells, or a row of one where the whole table has one column.
func (rd *reader) findHeader(t *table) ([]string, error) {
	var single []string
	for range 10 {
		cells, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fileError("in the header: %v", err)
		}
		if blank(cells) {
			continue
		}
		if filled(cells) >= 2 || rd.cfg.Map != nil {
			return namesOf(cells)
		}
		if single == nil {
			single = slices.Clone(cells)
		}
	}
	if single == nil {
		return nil, fileError("no header within the first rows")
	}
	return nil, fileError("no known columns: the first rows have one cell, %q", shown(single))
}

func namesOf(cells []string) ([]string, error) {
	names := make([]string, len(cells))
	for i, c := range cells {
		if !utf8.ValidString(c) || strings.ContainsRune(c, 0) {
			return nil, fileError("the header is not text: column %d", i+1)
		}
		names[i] = clean(c)
	}
	if len(names) > 4096 {
		return nil, fileError("%d columns; at most 4096", len(names))
	}
	return names, nil
}

// tableRecord makes a record of one row's cells.
func tableRecord(number int, header, cells []string) *record {
	rec := &record{number: number, fields: &value{kind: kindObject}}
	for i, c := range cells {
		switch {
		case !utf8.ValidString(c):
			rec.bad = &Problem{Field: column(header, i), Value: strings.ToValidUTF8(shown(cells[i:i+1]), "?"), Reason: "is not UTF-8 text"}
			return rec
		case strings.IndexByte(c, 0) >= 0:
			rec.bad = &Problem{Field: column(header, i), Reason: "holds a NUL byte"}
			return rec
		case i >= len(header):
			if strings.TrimSpace(c) != "" {
				rec.bad = &Problem{Field: column(header, i), Value: shown(cells[i : i+1]), Reason: "the row has more cells than the header"}
				return rec
			}
		case header[i] != "":
			rec.fields.keys = append(rec.fields.keys, header[i])
			rec.fields.members = append(rec.fields.members, &value{kind: kindText, scalar: c})
		}
	}
	return rec
}

func column(header []string, i int) string {
	if i < len(header) && header[i] != "" {
		return header[i]
	}
	return "row"
}

// table cuts a stream into rows of cells.
type table struct {
	in        *bufio.Reader
	delimiter byte
	cells     []string // of the last row; reused
	cell      []byte
}

var errOpenQuote = errors.New("a quotation mark never closes")

// next returns the cells of the next row, valid until the next call.
func (t *table) next() ([]string, error) {
	t.cells, t.cell = t.cells[:0], t.cell[:0]
	size, quoted, wasQuoted, some := 0, false, false, false
	end := func() { t.cells, t.cell, wasQuoted = append(t.cells, string(t.cell)), t.cell[:0], false }
	for {
		c, err := t.in.ReadByte()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return nil, err
			}
			if quoted {
				end()
				return t.cells, errOpenQuote
			}
			if !some {
				return nil, io.EOF
			}
			end()
			return t.cells, nil
		}
		some = true
		if size++; size > maxRecordBytes {
			return nil, errLongRecord
		}
		switch {
		case quoted && c == '"':
			if following, _ := t.in.Peek(1); len(following) == 1 && following[0] == '"' {
				_, _ = t.in.ReadByte()
				t.cell = append(t.cell, '"')
			} else {
				quoted = false
			}
		case quoted:
			t.cell = append(t.cell, c)
		case c == '"' && !wasQuoted && len(bytes.TrimSpace(t.cell)) == 0:
			quoted, wasQuoted, t.cell = true, true, t.cell[:0]
		case c == t.delimiter:
			end()
		case c == '\n':
			end()
			return t.cells, nil
		case c == '\r':
			if following, _ := t.in.Peek(1); len(following) == 1 && following[0] == '\n' {
				continue
			}
			end()
			return t.cells, nil
		default:
			t.cell = append(t.cell, c)
		}
	}
}

// detectDelimiter returns the delimiter by which most of the first rows have as
// many cells as the first full one; the more cells the better.
func detectDelimiter(head []byte) byte {
	best, bestScore := delimiters[0], 0
	for i := range len(delimiters) {
		t := &table{in: bufio.NewReader(bytes.NewReader(head)), delimiter: delimiters[i]}
		width, alike := 0, 0
		for range 30 {
			cells, err := t.next()
			if err != nil {
				break
			}
			if width == 0 && filled(cells) >= 2 {
				width = len(cells)
			}
			if width > 1 && len(cells) == width {
				alike++
			}
		}
		if score := alike * min(width, 100); score > bestScore {
			best, bestScore = delimiters[i], score
		}
	}
	return best
}

// skipLine drops one line of at most a record's size.
func skipLine(in *bufio.Reader) error {
	for size := 0; size <= maxRecordBytes; {
		line, err := in.ReadSlice('\n')
		size += len(line)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, io.EOF):
			return fileError("it ends within the lines to skip")
		case !errors.Is(err, bufio.ErrBufferFull):
			return fileError("%v", err)
		}
	}
	return fileError("%v", errLongRecord)
}
