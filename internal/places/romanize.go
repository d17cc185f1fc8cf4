package places

import (
	"strings"
	"unicode"
)

// Romanize writes a Ukrainian name in Latin letters as the Cabinet's resolution 55
// of 27 January 2010 says: some letters differ at the start of a word, зг is zgh,
// the soft sign and the apostrophe are dropped. Other letters stay.
func Romanize(uk string) string {
	var b strings.Builder
	runes := []rune(uk)
	start := true
	for i, r := range runes {
		low := unicode.ToLower(r)
		out, ok := romanLetters[low]
		if start {
			if s, has := romanInitials[low]; has {
				out = s
			}
		}
		if low == 'г' && i > 0 && unicode.ToLower(runes[i-1]) == 'з' {
			out = "gh"
		}
		switch {
		case !ok:
			b.WriteRune(r)
		case out != "" && unicode.IsUpper(r):
			upper := i+1 < len(runes) && unicode.IsUpper(runes[i+1])
			if upper {
				b.WriteString(strings.ToUpper(out))
			} else {
				b.WriteString(strings.ToUpper(out[:1]) + out[1:])
			}
		default:
			b.WriteString(out)
		}
		start = !ok && !isApostrophe(r)
	}
	return b.String()
}

var romanLetters = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "h", 'ґ': "g", 'д': "d", 'е': "e", 'є': "ie", 'ж': "zh", 'з': "z", 'и': "y",
	'і': "i", 'ї': "i", 'й': "i", 'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s",
	'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ь': "", 'ю': "iu", 'я': "ia",
	'\'': "", '’': "", 'ʼ': "", '`': "",
}

var romanInitials = map[rune]string{'є': "ye", 'ї': "yi", 'й': "y", 'ю': "yu", 'я': "ya"}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' || r == '`' }

// Fold makes names comparable for search: lower case, no apostrophes, і и ы й, е є э ё,
// г ґ as one letter, hyphens as blanks, one blank between words.
func Fold(s string) string {
	var b strings.Builder
	blank := false
	for _, r := range s {
		r = unicode.ToLower(r)
		switch r {
		case '\'', '’', 'ʼ', '`', '"', '«', '»', 'ь', 'ъ', '.', '‘':
			continue
		case 'и', 'ы', 'ї', 'й':
			r = 'і'
		case 'є', 'э', 'ё':
			r = 'е'
		case 'ґ':
			r = 'г'
		case '-', '–', '\t', '\u00a0', '\n', '\r':
			r = ' '
		}
		if r == ' ' {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// sound reduces a folded name to its consonants, doubled ones as one: what Russian
// and Ukrainian spellings of a name mostly share (Харьков, Харків).
func sound(folded string) string {
	var b strings.Builder
	last := rune(0)
	for _, r := range folded {
		if r == last || strings.ContainsRune("аеиіоуюя aeiouy", r) {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}
