package filter

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SyntaxError tells what in the text of an expression is refused, and where.
type SyntaxError struct {
	Position int    // of the character at which the fault begins, from 1
	Reason   string // one clause, with words of the text cut short
}

// Error returns the position and the reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("at character %d: %s", e.Position, e.Reason)
}

// kindOfToken is a character for those that consist of it, or one of these.
type kindOfToken rune

const (
	end      kindOfToken = -iota
	word                 // a keyword, or a name without quotes
	name                 // a name in double quotes
	quoted               // a text
	number               // with its sign
	operator             // of comparison
	faulty               // no token; its text is the reason
)

type token struct {
	kind kindOfToken
	text string // without quotes
	at   int    // byte
}

// is reports whether the token is a keyword, however written.
func (t token) is(keyword string) bool { return t.kind == word && strings.EqualFold(t.text, keyword) }

// lex reads the token that begins at a byte, after white space, and returns the byte
// after it.
func lex(text string, at int) (token, int) {
	for at < len(text) && strings.IndexByte(" \t\r\n", text[at]) >= 0 {
		at++
	}
	if at == len(text) {
		return token{kind: end, at: at}, at
	}
	rest := text[at:]
	c, size := utf8.DecodeRuneInString(rest)
	switch {
	case c == '\'':
		return lexQuoted(rest, quoted, at)
	case c == '"':
		return lexQuoted(rest, name, at)
	case c == '<' || c == '>' || c == '=':
		size := 1
		if len(rest) > 1 && comparisons[rest[:2]] != (comparison{}) {
			size = 2
		}
		return token{kind: operator, text: rest[:size], at: at}, at + size
	case startsNumber(rest):
		return lexNumber(rest, at)
	case startsName(c):
		for size < len(rest) {
			c, n := utf8.DecodeRuneInString(rest[size:])
			if !continuesName(c) {
				break
			}
			size += n
		}
		return token{kind: word, text: rest[:size], at: at}, at + size
	}
	return token{kind: kindOfToken(c), text: rest[:size], at: at}, at + size
}

// lexQuoted reads up to the same quote again; two of them are one inside.
func lexQuoted(rest string, kind kindOfToken, at int) (token, int) {
	quote := rest[:1]
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] != quote[0]:
		case strings.HasPrefix(rest[i+1:], quote):
			i++
		default:
			return token{kind: kind, text: strings.ReplaceAll(rest[1:i], quote+quote, quote), at: at}, at + i + 1
		}
	}
	return token{kind: faulty, text: "the quotation that begins here has no end", at: at}, at + len(rest)
}

// startsNumber tells a sign of a number from one of arithmetic, which is refused.
func startsNumber(s string) bool {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-")
	s = strings.TrimPrefix(s, ".")
	return s != "" && isDigit(s[0])
}

// lexNumber takes what continues a name along, so that 12abc is refused as a whole.
func lexNumber(rest string, at int) (token, int) {
	i := 0
	digits := func() {
		for i < len(rest) && isDigit(rest[i]) {
			i++
		}
	}
	if rest[0] == '+' || rest[0] == '-' {
		i++
	}
	digits()
	if i < len(rest) && rest[i] == '.' {
		i++
		digits()
	}
	if i < len(rest) && (rest[i] == 'e' || rest[i] == 'E') {
		i++
		if i < len(rest) && (rest[i] == '+' || rest[i] == '-') {
			i++
		}
		digits()
	}
	whole := i
	for i < len(rest) {
		c, n := utf8.DecodeRuneInString(rest[i:])
		if !continuesName(c) {
			break
		}
		i += n
	}
	if last := rest[whole-1]; i > whole || !isDigit(last) && last != '.' {
		return token{kind: faulty, text: fmt.Sprintf("%s is not a number", short(rest[:i])), at: at}, at + i
	}
	return token{kind: number, text: rest[:i], at: at}, at + i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// Names are those of XML, as in the grammar of CQL2, but by Unicode's categories.
func startsName(c rune) bool { return c == '_' || c == ':' || unicode.IsLetter(c) }

func continuesName(c rune) bool {
	return startsName(c) || c == '.' || '0' <= c && c <= '9' || unicode.Is(unicode.M, c)
}

// short quotes words of the text for an error.
func short(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		return fmt.Sprintf("%.40q...", s)
	}
	return fmt.Sprintf("%q", s)
}
