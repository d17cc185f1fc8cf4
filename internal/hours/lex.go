package hours

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error says why a value cannot be read.
type Error struct {
	Offset int    // of the part, in bytes from the value's start
	Part   string // what is wrong, as it stands in the value; empty: the value ends there
	Reason string // one clause, without the part
}

// Error names part, place and reason in one line.
func (e *Error) Error() string {
	if e.Part == "" {
		return fmt.Sprintf("opening hours, at the end: %s", e.Reason)
	}
	return fmt.Sprintf("opening hours, %q at byte %d: %s", e.Part, e.Offset, e.Reason)
}

// Kinds of token, besides signs, which are their own kind.
const (
	end     = rune(0)
	word    = 'w'
	number  = 'n'
	comment = '"'
)

type token struct {
	kind rune
	text string // a word is in lower case, a comment without its quotes
	at   int    // offset in the value
	size int    // bytes in the value
	n    int    // of a number
}

// lex divides the value; the last token is an end.
func lex(value string) ([]token, error) {
	var tokens []token
	for at := 0; at < len(value); {
		r, size := utf8.DecodeRuneInString(value[at:])
		switch {
		case r == utf8.RuneError && size == 1:
			return nil, &Error{at, value[at : at+1], "is not UTF-8"}
		case unicode.IsSpace(r):
			at += size
			continue
		}
		t := token{kind: r, at: at}
		switch {
		case r == '"':
			length := strings.IndexByte(value[at+1:], '"')
			if length <= 0 {
				return nil, &Error{at, clip(value[at:]), "a comment needs a text and its closing quote"}
			}
			t.kind, t.text, t.size = comment, value[at+1:at+1+length], length+2
		case r >= '0' && r <= '9':
			t.kind, t.size = number, run(value[at:], func(r rune) bool { return r >= '0' && r <= '9' })
			t.text = value[at : at+t.size]
			if t.size > 4 {
				return nil, &Error{at, clip(t.text), "is too long a number"}
			}
			t.n, _ = strconv.Atoi(t.text)
		case unicode.IsLetter(r):
			t.kind, t.size = word, run(value[at:], unicode.IsLetter)
			t.text = strings.ToLower(value[at : at+t.size])
		default:
			t.text, t.size = value[at:at+size], size
		}
		tokens = append(tokens, t)
		at += t.size
	}
	return append(tokens, token{kind: end, at: len(value)}), nil
}

// run returns the bytes of the leading runes that belong.
func run(s string, belongs func(rune) bool) int {
	for i, r := range s {
		if !belongs(r) {
			return i
		}
	}
	return len(s)
}

// clip shortens foreign text for an error.
func clip(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	i := most
	for i > 0 && !utf8.RuneStart(s[i]) {
		i--
	}
	return s[:i]
}
