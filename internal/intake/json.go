package intake

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// readDocument reads one JSON document: a list of objects, an object that holds
// one list of objects (as JSON-LD's "hydra:member"), what the mapping's records
// path leads to, or a GeoJSON FeatureCollection. The whole document is checked
// before its first record is taken.
func (rd *reader) readDocument(input *bufio.Reader, mustBeGeo bool) error {
	data, err := io.ReadAll(io.LimitReader(input, maxDocumentBytes+1))
	switch {
	case err != nil:
		return fileError("%v", err)
	case len(data) > maxDocumentBytes:
		return fileError("the JSON document is larger than 256 MiB; a text sequence (one feature a line) has no limit")
	case !utf8.Valid(data):
		return fileError("the JSON document is not UTF-8")
	}
	if err := checkDocument(data); err != nil {
		return err
	}
	number := 0
	if isGeo, err := rd.readCollection(data, &number); isGeo || err != nil {
		return err
	}
	if mustBeGeo {
		return fileError("it is no GeoJSON: no FeatureCollection and no Feature")
	}
	emit := func(raw []byte) error {
		number++
		return rd.take(objectRecord(number, raw))
	}
	if m := rd.cfg.Map; m != nil && m.Records != nil {
		return walk(data, m.Records, emit)
	}
	at, err := findList(data)
	if err != nil {
		return err
	}
	return eachMember(data[at:], emit)
}

// whole accepts any JSON value without keeping it.
type whole struct{}

// UnmarshalJSON implements [json.Unmarshaler].
func (whole) UnmarshalJSON([]byte) error { return nil }

// checkDocument checks the syntax of the whole document.
func checkDocument(data []byte) error {
	var syntax *json.SyntaxError
	err := json.Unmarshal(data, &whole{})
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		before := data[:min(int(syntax.Offset), len(data))]
		line := 1 + bytes.Count(before, []byte("\n"))
		if int(syntax.Offset) >= len(data) {
			return fileError("the JSON is cut off at line %d (offset %d): %v", line, syntax.Offset, err)
		}
		return fileError("bad JSON at line %d (offset %d): %v", line, syntax.Offset, err)
	default:
		return fileError("bad JSON: %v", err)
	}
}

// readSequence reads records one after the other: a GeoJSON text sequence (RFC
// 8142, each behind a record separator) or one JSON text a line.
func (rd *reader) readSequence(input *bufio.Reader) error {
	end := byte('\n')
	if head, _ := input.Peek(1); len(head) == 1 && head[0] == recordSeparator {
		end = recordSeparator
	}
	number := 0
	for {
		text, err := readUntil(input, end)
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return fileError("after record %d: %v", number, err)
		}
		text = bytes.Trim(text, " \t\r\n\x1e")
		if len(text) > 0 {
			number++
			rec := &record{number: number}
			switch {
			case !utf8.Valid(text):
				rec.bad = &Problem{Field: "row", Reason: "is not UTF-8"}
			case !json.Valid(text):
				rec.bad = &Problem{Field: "row", Value: head80(text), Reason: "is no complete JSON text"}
			case isFeature(text):
				rec = featureRecord(number, text)
			default:
				rec = objectRecord(number, text)
			}
			if err := rd.take(rec); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
	}
}

func head80(text []byte) string {
	s, _ := shorten(strings.ToValidUTF8(string(text[:min(len(text), 320)]), "?"), 80)
	return clean(s)
}

// readUntil returns the bytes up to and with end, at most a record's size.
func readUntil(in *bufio.Reader, end byte) ([]byte, error) {
	var out []byte
	for {
		part, err := in.ReadSlice(end)
		out = append(out, part...)
		if len(out) > maxRecordBytes {
			return nil, errLongRecord
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return out, err
		}
	}
}

// objectRecord makes a record of the bytes of one JSON value.
func objectRecord(number int, raw []byte) *record {
	rec := &record{number: number}
	v, err := parseValue(raw)
	switch {
	case err != nil:
		rec.bad = &Problem{Field: "row", Value: head80(raw), Reason: err.Error()}
	case v.kind != kindObject:
		rec.bad = &Problem{Field: "row", Value: head80(raw), Reason: "is not an object"}
	default:
		rec.fields = v
	}
	return rec
}

// parseValue builds the tree of one JSON text. Deep nesting, keys that stand
// twice and numbers of more than 40 digits are refused.
func parseValue(raw []byte) (*value, error) {
	if len(raw) > maxRecordBytes {
		return nil, errLongRecord
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	tok, err := dec.Token()
	if err != nil {
		return nil, fmt.Errorf("bad JSON: %w", err)
	}
	return buildValue(dec, tok, 0)
}

func buildValue(dec *json.Decoder, tok json.Token, depth int) (*value, error) {
	switch t := tok.(type) {
	case nil:
		return &value{kind: kindNull}, nil
	case string:
		return &value{kind: kindText, scalar: t}, nil
	case bool:
		return &value{kind: kindBool, scalar: fmt.Sprint(t)}, nil
	case json.Number:
		if len(t) > 40 {
			return nil, fmt.Errorf("holds a number of %d digits", len(t))
		}
		return &value{kind: kindNumber, scalar: t.String()}, nil
	case json.Delim:
		if depth >= maxDepth {
			return nil, fmt.Errorf("is nested deeper than %d", maxDepth)
		}
		v := &value{kind: kindList}
		if t == '{' {
			v.kind = kindObject
		}
		return v, v.fill(dec, depth)
	default:
		return nil, fmt.Errorf("bad JSON: %v", tok)
	}
}

// fill reads the members of an object or list and its closing bracket.
func (v *value) fill(dec *json.Decoder, depth int) error {
	var seen map[string]bool
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return fmt.Errorf("bad JSON: %w", err)
		}
		if v.kind == kindObject {
			key, _ := tok.(string)
			if seen == nil {
				seen = map[string]bool{}
			}
			if seen[key] {
				return fmt.Errorf("the key %q stands twice", key)
			}
			seen[key] = true
			v.keys = append(v.keys, key)
			if tok, err = dec.Token(); err != nil {
				return fmt.Errorf("bad JSON: %w", err)
			}
		}
		m, err := buildValue(dec, tok, depth+1)
		if err != nil {
			return err
		}
		v.members = append(v.members, m)
	}
	_, err := dec.Token()
	return err
}

// nextRaw skips the next value and returns its bytes within data.
func nextRaw(dec *json.Decoder, data []byte) ([]byte, error) {
	start := dec.InputOffset()
	var skip whole
	if err := dec.Decode(&skip); err != nil {
		return nil, err
	}
	return bytes.TrimLeft(data[start:dec.InputOffset()], " \t\r\n:,"), nil
}

// eachMember calls f with the bytes of every member of a list, or of every value
// of an object.
func eachMember(data []byte, f func(raw []byte) error) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	tok, err := dec.Token()
	if err != nil {
		return fileError("%v", err)
	}
	if tok != json.Delim('[') && tok != json.Delim('{') {
		return fileError("the records are no list")
	}
	for dec.More() {
		if tok == json.Delim('{') {
			if _, err := dec.Token(); err != nil {
				return fileError("%v", err)
			}
		}
		raw, err := nextRaw(dec, data)
		if err != nil {
			return fileError("%v", err)
		}
		if err := f(raw); err != nil {
			return err
		}
	}
	return nil
}

// walk follows a mapping's records path: a name enters that key, "[]" every
// member. At its end a list gives its members, an object itself.
func walk(data []byte, path []string, f func(raw []byte) error) error {
	if len(path) == 0 {
		if t := bytes.TrimLeft(data, " \t\r\n"); len(t) > 0 && t[0] == '[' {
			return eachMember(data, f)
		}
		return f(data)
	}
	if path[0] == "[]" {
		if len(path) == 1 {
			return eachMember(data, f)
		}
		return eachMember(data, func(raw []byte) error { return walk(raw, path[1:], f) })
	}
	keys, vals, err := membersOf(data)
	if err != nil {
		return fileError("records: %v", err)
	}
	for i, k := range keys {
		if k == path[0] {
			return walk(vals[i], path[1:], f)
		}
	}
	return fileError("records: no key %q", path[0])
}

// membersOf splits an object into its keys and the bytes of their values.
func membersOf(raw []byte) (keys []string, vals [][]byte, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return nil, nil, errors.New("not an object")
	}
	seen := map[string]bool{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return nil, nil, err
		}
		key, _ := tok.(string)
		if seen[key] {
			return nil, nil, fmt.Errorf("the key %q stands twice", key)
		}
		seen[key] = true
		v, err := nextRaw(dec, raw)
		if err != nil {
			return nil, nil, err
		}
		keys, vals = append(keys, key), append(vals, v)
	}
	return keys, vals, nil
}

// findList returns the offset of the one list of objects that can be reached
// through objects alone.
func findList(data []byte) (int, error) {
	f := listFinder{dec: json.NewDecoder(bytes.NewReader(data)), data: data}
	if err := f.value("", 0); err != nil {
		return 0, err
	}
	switch len(f.paths) {
	case 0:
		return 0, fileError("it holds no list of objects")
	case 1:
		return f.offsets[0], nil
	default:
		return 0, fileError("it holds several lists of objects (%s): name one in a mapping file as records", strings.Join(f.paths[:min(len(f.paths), 5)], ", "))
	}
}

type listFinder struct {
	dec     *json.Decoder
	data    []byte
	paths   []string
	offsets []int
}

// value looks at the next value; lists are not entered.
func (f *listFinder) value(path string, depth int) error {
	rest := f.data[f.dec.InputOffset():]
	trimmed := bytes.TrimLeft(rest, " \t\r\n:,")
	at := len(f.data) - len(trimmed)
	if len(trimmed) == 0 || trimmed[0] != '{' || depth >= 8 {
		var skip whole
		if err := f.dec.Decode(&skip); err != nil {
			return fileError("%v", err)
		}
		if len(trimmed) > 0 && trimmed[0] == '[' {
			inner := bytes.TrimLeft(trimmed[1:], " \t\r\n")
			if path == "" || len(inner) > 0 && inner[0] == '{' {
				f.paths, f.offsets = append(f.paths, path), append(f.offsets, at)
			}
		}
		return nil
	}
	if _, err := f.dec.Token(); err != nil {
		return fileError("%v", err)
	}
	for f.dec.More() {
		tok, err := f.dec.Token()
		if err != nil {
			return fileError("%v", err)
		}
		key, _ := tok.(string)
		if path != "" {
			key = path + "." + key
		}
		if err := f.value(key, depth+1); err != nil {
			return err
		}
	}
	_, err := f.dec.Token()
	return err
}
