package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/teplo/internal/places"
)

// MilitaryTopics are what notes may not tell: articles 114-1 and 114-2 of the
// Criminal Code, Order 73 of the Commander-in-Chief (3 March 2022) and the Ministry
// of Energy's request of 29 March 2024 (strike results).
var MilitaryTopics = []string{"patrol", "checkpoint", "troops", "air_defence", "strike", "draft_office"}

// MilitaryWords finds words of war in notes by a list of patterns. A pattern is one
// or more words; one that ends in * stands for all that begin so, the others for
// themselves. Case, apostrophes, letters that look alike, digits for letters, more
// of a letter, invisible characters and anything between single letters (Т.Ц.К) do
// not hide a word. Who wants to be understood and not found still can: moderators
// read every note. It is safe for concurrent use.
type MilitaryWords struct {
	byFirst map[string][]militaryPattern // by the first letter, in the order of the file
}

type militaryPattern struct {
	topic string
	words []militaryWord // never empty
}

type militaryWord struct {
	letters []string // folded, never empty
	open    bool     // written with *: more may follow
}

const (
	minAlone   = 3  // the least letters of a pattern of one word
	maxSpelled = 32 // the most single letters that are read as one word
)

// LoadMilitaryWords reads military/words.csv (pattern, lang, topic) from the root of
// the data sets. A row that is not uk, ru or en, not of [MilitaryTopics], or whose
// pattern has no word or only one of less than three letters is an error.
func LoadMilitaryWords(fsys fs.FS) (*MilitaryWords, error) {
	b, err := fs.ReadFile(fsys, "military/words.csv")
	if err != nil {
		return nil, fmt.Errorf("report: military words: %w", err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("report: military words: %w", err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], []string{"pattern", "lang", "topic"}) {
		return nil, fmt.Errorf("report: military words: the header is not pattern,lang,topic")
	}
	w := &MilitaryWords{byFirst: map[string][]militaryPattern{}}
	for i, r := range rows[1:] {
		p, err := readMilitaryPattern(r[0], r[1], r[2])
		if err != nil {
			return nil, fmt.Errorf("report: military words: row %d: %w", i+2, err)
		}
		first := p.words[0].letters[0]
		w.byFirst[first] = append(w.byFirst[first], p)
	}
	return w, nil
}

func readMilitaryPattern(pattern, lang, topic string) (militaryPattern, error) {
	p := militaryPattern{topic: topic}
	if !slices.Contains([]string{"uk", "ru", "en"}, lang) || !slices.Contains(MilitaryTopics, topic) {
		return p, fmt.Errorf("%.20q, %.20q is not a language and a topic that are known", lang, topic)
	}
	for _, field := range strings.Fields(pattern) {
		written, open := strings.CutSuffix(field, "*")
		folded := militaryFold(written)
		if len(folded) != 1 || strings.Contains(written, "*") {
			return p, fmt.Errorf("%.40q of the pattern is not a word, with or without * at its end", field)
		}
		p.words = append(p.words, militaryWord{strings.Split(folded[0], ""), open})
	}
	if len(p.words) == 0 || len(p.words) == 1 && len(p.words[0].letters) < minAlone {
		return p, fmt.Errorf("pattern %.40q needs two words or one of %d letters", pattern, minAlone)
	}
	return p, nil
}

// Find returns the topic of the first words in a note that a pattern stands for, and
// these words as folded, for tests and never to be shown; false where there are none.
// Found words alone are found again with the same answer. The time is linear in the
// length of the note.
func (w *MilitaryWords) Find(note string) (topic, word string, found bool) {
	words := militaryFold(note)
	for i := range words {
		_, size := utf8.DecodeRuneInString(words[i])
		spelled := spelledOut(words[i:])
		for _, p := range w.byFirst[words[i][:size]] {
			if p.begins(words[i:]) {
				return p.topic, strings.Join(words[i:i+len(p.words)], " "), true
			}
			if n, ok := p.words[0].prefix(spelled); ok && len(p.words) == 1 {
				return p.topic, spelled[:n], true
			}
		}
	}
	return "", "", false
}

func (p *militaryPattern) begins(words []string) bool {
	for i, word := range p.words {
		if i == len(words) {
			return false
		}
		if n, ok := word.prefix(words[i]); !ok || !word.open && n < len(words[i]) {
			return false
		}
	}
	return true
}

// prefix reports how many bytes of s the word takes up when s begins with it. A
// letter may be there more often than in the word, not less: "по" is not "ппо".
func (w militaryWord) prefix(s string) (n int, ok bool) {
	for i, letter := range w.letters {
		rest, ok := strings.CutPrefix(s[n:], letter)
		if !ok {
			return 0, false
		}
		for more := i+1 == len(w.letters) || w.letters[i+1] != letter; more; {
			rest, more = strings.CutPrefix(rest, letter)
		}
		n = len(s) - len(rest)
	}
	return n, true
}

// spelledOut joins the single letters that the words begin with ("т", "ц", "к"). The
// end of a word is not known there: what follows may be one of one letter ("і").
func spelledOut(words []string) string {
	n := 0
	for n < min(len(words), maxSpelled) && utf8.RuneCountInString(words[n]) == 1 {
		n++
	}
	return strings.Join(words[:n], "")
}

// Latin letters that look like Cyrillic ones, small or capital, become these in every
// word, in patterns too: one form for all, so that mixed words need no guess. An l is
// an i, as both are a 1.
var (
	lookAlikes = strings.NewReplacer("a", "а", "b", "в", "c", "с", "e", "е", "h", "н", "i", "і", "k", "к", "l", "і",
		"m", "м", "o", "о", "p", "р", "t", "т", "x", "х", "y", "у")
	digitsAsLetters = strings.NewReplacer("0", "о", "1", "і", "3", "з", "4", "ч", "6", "б")
)

// militaryFold cuts a text into comparable words; folding these again changes nothing.
func militaryFold(s string) []string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Mn): // zero width, soft hyphens, accents
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune("'’‘`", r):
			return r
		}
		return ' '
	}, s)
	words := strings.Fields(lookAlikes.Replace(places.Fold(s)))
	for i, w := range words {
		if strings.ContainsFunc(w, unicode.IsLetter) { // numbers stay numbers
			words[i] = digitsAsLetters.Replace(w)
		}
	}
	return words
}

var militaryReasons = map[string]Text{
	"patrol":       {"Де патрулі, писати не можна.", "Where patrols are may not be told."},
	"checkpoint":   {"Про блокпости та перевірки на дорогах писати не можна.", "Checkpoints and checks on roads may not be told."},
	"troops":       {"Про військових, техніку, частини та склади писати не можна (ст. 114-2 КК України).", "Troops, their equipment, units and depots may not be told (art. 114-2 of the Criminal Code)."},
	"air_defence":  {"Про протиповітряну оборону писати не можна (ст. 114-2 КК України).", "Air defence may not be told (art. 114-2 of the Criminal Code)."},
	"strike":       {"Про удари та їхні наслідки писати не можна: чим, куди, що горить.", "Strikes and their results may not be told: by what, where, what burns."},
	"draft_office": {"Про ТЦК, повістки та облави писати не можна.", "Draft offices, summonses and raids may not be told."},
}

// howInstead follows every reason: the same need, told without a cause.
var howInstead = Text{
	"Напишіть без цього: чого немає, відколи і що потрібно, наприклад «немає світла з 8 ранку, у домі холодно».",
	"Write without it: what is missing, since when and what is needed, e.g. “no electricity since 8 am, the house is cold”.",
}

// MilitaryReason says why a note that tells of one of [MilitaryTopics] is refused, and
// how to write it instead; of another topic, the latter alone. It repeats no note.
func MilitaryReason(topic string) Text { return join(militaryReasons[topic], howInstead) }
