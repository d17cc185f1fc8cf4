package intake

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	kindNull kind = iota
	kindText
	kindNumber // scalar holds the literal
	kindBool   // scalar holds true or false
	kindObject
	kindList
)

// value is a cell of a table or a JSON value. Objects keep the order of their
// keys.
type value struct {
	kind    kind
	scalar  string
	keys    []string // of an object; members holds its values
	members []*value // of an object or list
}

// text returns the value as cleaned text: lists of scalars joined with ", ",
// other things without a text empty. What sources write for "nothing" is empty.
func (v *value) text() string {
	if v == nil {
		return ""
	}
	switch v.kind {
	case kindText, kindNumber, kindBool:
		return clean(v.scalar)
	case kindList:
		var parts []string
		for _, m := range v.members {
			if m.kind == kindObject || m.kind == kindList {
				continue
			}
			if t := m.text(); t != "" {
				parts = append(parts, t)
			}
		}
		return strings.Join(parts, ", ")
	default:
		return ""
	}
}

// member returns the member of an object by its exact key, or nil.
func (v *value) member(key string) *value {
	if v == nil || v.kind != kindObject {
		return nil
	}
	if i := slices.Index(v.keys, key); i >= 0 {
		return v.members[i]
	}
	return nil
}

// record is one thing of the file before anything of it is understood.
type record struct {
	number int
	fields *value   // an object
	shape  []byte   // GeoJSON geometry as read; nil: none
	id     string   // of a GeoJSON feature
	bad    *Problem // the record cannot be read at all

	leaves []leaf // made when first asked for
}

// leaf is a value of a record with its path, as written and folded.
type leaf struct {
	path, folded string
	val          *value
}

// at returns the value of a column, or of a dotted path in JSON; nil when there
// is none. A column whose name holds dots wins over the path.
func (r *record) at(path string) *value {
	if v := r.fields.member(path); v != nil {
		return v
	}
	v := r.fields
	for rest := path; ; {
		head, tail, more := strings.Cut(rest, ".")
		if v = v.member(head); v == nil || !more {
			return v
		}
		rest = tail
	}
}

// flat lists everything in the record by its path, objects before their
// members, three levels deep.
func (r *record) flat(folds map[string]string) []leaf {
	if r.leaves == nil && r.fields != nil {
		r.leaves = appendLeaves(make([]leaf, 0, len(r.fields.keys)), r.fields, "", "", 0, folds)
	}
	return r.leaves
}

func appendLeaves(dst []leaf, v *value, path, folded string, depth int, folds map[string]string) []leaf {
	for i, key := range v.keys {
		f, ok := folds[key]
		if !ok {
			f = foldName(key)
			if len(folds) < 4096 {
				folds[key] = f
			}
		}
		p := key
		if path != "" {
			p, f = path+"."+key, folded+"."+f
		}
		m := v.members[i]
		dst = append(dst, leaf{p, f, m})
		if m.kind == kindObject && depth < 2 {
			dst = appendLeaves(dst, m, p, f, depth+1, folds)
		}
	}
	return dst
}

// foldName reduces a column's name to what people mean by it: case, spaces,
// underscores, dashes, dots, brackets and apostrophes do not count.
func foldName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '@' || r == '#' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// nothings are the words by which sources say that they have no value.
var nothings = []string{"<null>", "null", "nan", "n/a", "-", "–", "—", "немає даних", "нет данных"}

// clean returns a text on one line without control and direction characters,
// outer and doubled spaces; a word for "nothing" becomes empty.
func clean(s string) string {
	if plain(s) {
		s = strings.TrimSpace(s)
	} else {
		s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
			switch {
			case unicode.IsSpace(r):
				return ' '
			case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0xfeff, r == 0x200b:
				return -1
			}
			return r
		}, s)), " ")
	}
	if len(s) <= 24 && slices.Contains(nothings, strings.ToLower(s)) {
		return ""
	}
	return s
}

// plain reports whether a text needs no more than trimming.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == 0x7f || c == ' ' && i+1 < len(s) && s[i+1] == ' ' || c == 0xc2 || c == 0xe2 || c == 0xe3 || c == 0xef {
			return false
		}
	}
	return true
}

// shorten cuts a text to a number of characters.
func shorten(s string, limit int) (string, bool) {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s, false
	}
	n := 0
	for i := range s {
		if n == limit {
			return strings.TrimSpace(s[:i]), true
		}
		n++
	}
	return s, false
}
