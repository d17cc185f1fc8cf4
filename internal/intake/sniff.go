package intake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The ways in which a file is laid out. GeoJSON and other JSON documents are
// told apart by their content.
const (
	formatCSV      = "csv"
	formatDocument = "document"
	formatSequence = "sequence"
)

const (
	peekBytes       = 64 << 10
	recordSeparator = 0x1e // RFC 8142
)

// decoder turns foreign bytes into UTF-8: by the encoding that is named, by a
// byte order mark, else UTF-8 as long as it is valid where the first other
// character stands, else windows-1251.
type decoder struct {
	in      *bufio.Reader
	decided bool
	other   io.Reader // nil: bytes are passed on as they are
}

// open looks at the first bytes of r and returns it as UTF-8.
func open(r io.Reader, name string) (*bufio.Reader, error) {
	d := &decoder{in: bufio.NewReaderSize(r, peekBytes)}
	head, err := d.in.Peek(peekBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fileError("%v", err)
	}
	if len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))) == 0 && len(head) < peekBytes {
		return nil, fileError("it is empty")
	}
	switch {
	case name != "":
		enc, err := htmlindex.Get(name)
		if err != nil {
			return nil, fileError("unknown encoding %q", name)
		}
		d.use(unicode.BOMOverride(enc.NewDecoder()))
		return bufio.NewReaderSize(d, peekBytes), nil
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		d.use(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
		return bufio.NewReaderSize(d, peekBytes), nil
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		if _, err := d.in.Discard(3); err != nil {
			return nil, fileError("%v", err)
		}
	}
	if err := refuseBinary(head); err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(d, peekBytes), nil
}

func (d *decoder) use(t transform.Transformer) {
	d.decided, d.other = true, transform.NewReader(d.in, t)
}

// refuseBinary names the kinds of files that people mistake for tables.
func refuseBinary(head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return fileError("it is a ZIP archive or an Excel workbook; unpack it or save it as CSV")
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return fileError("it is an old Excel or Word file; save it as CSV")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return fileError("it is compressed (gzip); unpack it first")
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return fileError("it is a PDF; a table as CSV is needed")
	}
	control := 0
	for i, c := range head {
		if c == 0 {
			return fileError("it is binary: a NUL byte at offset %d", i)
		}
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != recordSeparator && c != 0x1a {
			control++
		}
	}
	if control*20 > len(head) {
		return fileError("it is binary: %d control characters in its first %d bytes", control, len(head))
	}
	return nil
}

// Read implements [io.Reader].
func (d *decoder) Read(p []byte) (int, error) {
	if d.other != nil {
		return d.other.Read(p)
	}
	if d.decided {
		return d.in.Read(p)
	}
	chunk, err := d.in.Peek(1)
	if len(chunk) == 0 {
		return 0, err
	}
	chunk, _ = d.in.Peek(min(max(d.in.Buffered(), 1), len(p)))
	high := slices.IndexFunc(chunk, func(c byte) bool { return c >= utf8.RuneSelf })
	switch {
	case high < 0:
		return d.in.Read(p[:len(chunk)])
	case high > 0:
		return d.in.Read(p[:high])
	}
	window, _ := d.in.Peek(4096)
	if whole := len(window) < 4096; validStart(window, whole) {
		d.decided = true
	} else {
		d.use(charmap.Windows1251.NewDecoder())
	}
	return d.Read(p)
}

// validStart reports whether b is UTF-8, but for a character cut at its end
// when b is not the whole rest.
func validStart(b []byte, whole bool) bool {
	if !whole {
		for n := 0; n < utf8.UTFMax && len(b) > 0; n++ {
			if r, size := utf8.DecodeLastRune(b); r != utf8.RuneError || size > 1 {
				break
			}
			b = b[:len(b)-1]
		}
	}
	return utf8.Valid(b)
}

// knownEncoding reports whether the name of an encoding is known.
func knownEncoding(name string) bool {
	_, err := htmlindex.Get(name)
	return err == nil
}

// recognise tells the layout of a file by its first bytes, the wanted format
// being csv, json, geojson or empty for any.
func recognise(in *bufio.Reader, want string) (string, error) {
	head, err := in.Peek(peekBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fileError("%v", err)
	}
	for len(head) > 0 && (head[0] == ' ' || head[0] == '\t' || head[0] == '\n' || head[0] == '\r') {
		head = head[1:]
	}
	jsonLike := len(head) > 0 && (head[0] == '{' || head[0] == '[' || head[0] == recordSeparator)
	switch want {
	case "", "auto":
		if !jsonLike {
			return formatCSV, nil
		}
	case "csv":
		return formatCSV, nil
	case "json", "geojson":
		if !jsonLike {
			return "", fileError("it is no %s: it begins with neither { nor [", want)
		}
	default:
		return "", fileError("unknown format %q: csv, json, geojson or auto", want)
	}
	if head[0] == recordSeparator || head[0] == '{' && linesOfJSON(head) {
		return formatSequence, nil
	}
	return formatDocument, nil
}

// linesOfJSON reports whether the first line is an object of its own: a feature,
// or one of several lines.
func linesOfJSON(head []byte) bool {
	line, rest, cut := bytes.Cut(head, []byte("\n"))
	if !cut && len(head) >= peekBytes-1 {
		// One long line: a feature, or a document that was never wrapped.
		return bytes.HasPrefix(head, []byte(`{"type":"Feature",`)) || bytes.HasPrefix(head, []byte(`{"type": "Feature",`))
	}
	if !json.Valid(line) {
		return false
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		return true
	}
	var t struct {
		Type string `json:"type"`
	}
	return json.Unmarshal(line, &t) == nil && t.Type == "Feature"
}
