package places

import (
	"slices"
	"strings"
)

// spoken is a name as somebody wrote it, taken apart.
type spoken struct {
	name  string   // folded, without the word for what it is
	kinds string   // category letters that the word allows, "" without one
	forms []string // folded names that the register may bear it under, never empty
}

// kindWord is a word that says what a name is the name of.
type kindWord struct {
	word, kinds string
	full        []string // what it stands for in a name shown to people
}

// before are the words that stand before a name, the longer before their parts. A
// village may have become a settlement since, and a settlement be called a village;
// a city is a city: a renamed one must not be taken for a village of its old name.
var before = foldWords(
	kindWord{"селище міського типу", "X", nil}, kindWord{"поселок городского типа", "X", nil},
	kindWord{"місто", "MK", nil}, kindWord{"город", "MK", nil}, kindWord{"city of", "MK", nil},
	kindWord{"селище", "XC", nil}, kindWord{"с-ще", "XC", nil}, kindWord{"село", "CX", nil}, kindWord{"village of", "CX", nil},
	kindWord{"смт", "X", nil}, kindWord{"пгт", "X", nil},
	kindWord{"м", "MK", nil}, kindWord{"г", "MK", nil}, kindWord{"с", "CX", nil},
)

// after are the words that stand after a name, the longer before their ends.
var after = foldWords(
	kindWord{"область", "O", []string{"область"}}, kindWord{"обл", "O", []string{"область"}},
	kindWord{"oblast", "O", []string{"Oblast"}}, kindWord{"region", "O", []string{"Oblast"}},
	kindWord{"район", "PB", []string{"район"}}, kindWord{"р-н", "PB", []string{"район"}},
	kindWord{"raion", "PB", []string{"Raion", "District"}}, kindWord{"district", "PB", []string{"Raion", "District"}},
	kindWord{"об’єднана територіальна громада", "H", []string{"громада"}}, kindWord{"територіальна громада", "H", []string{"громада"}},
	kindWord{"громада", "H", []string{"громада"}}, kindWord{"отг", "H", []string{"громада"}},
	kindWord{"тг", "H", []string{"громада"}}, kindWord{"hromada", "H", []string{"Hromada"}},
)

// nouns are what a bare adjective may lack.
var nouns = []string{" " + Fold("область"), " " + Fold("район"), " " + Fold("громада")}

// seats say what a hromada's centre is; names shown to people leave them out.
var seats = []string{" " + Fold("міська"), " " + Fold("селищна"), " " + Fold("сільська")}

func foldWords(words ...kindWord) []kindWord {
	for i := range words {
		words[i].word = Fold(words[i].word)
		for j := range words[i].full {
			words[i].full[j] = Fold(words[i].full[j])
		}
	}
	return words
}

// readName takes a written name apart: "м. Львів", "Львівський р-н", "Баштанська
// міська ТГ". A bare adjective ("Львівська") may be an oblast's, a raion's or a
// hromada's, after all that bear it as their whole name.
func readName(written string) spoken {
	f := Fold(strings.ReplaceAll(written, ".", ". "))
	for _, w := range before {
		if rest, ok := strings.CutPrefix(f, w.word+" "); ok {
			return spoken{name: rest, kinds: w.kinds, forms: []string{rest}}
		}
	}
	for _, w := range after {
		rest, ok := strings.CutSuffix(f, " "+w.word)
		if !ok {
			continue
		}
		if w.kinds == "H" {
			for _, seat := range seats {
				rest = strings.TrimSuffix(rest, seat)
			}
		}
		said := spoken{name: rest, kinds: w.kinds}
		for _, full := range w.full {
			said.forms = append(said.forms, rest+" "+full)
		}
		return said
	}
	said := spoken{name: f, forms: []string{f}}
	for _, noun := range nouns {
		said.forms = append(said.forms, f+noun)
	}
	return said
}

// Resolve finds the one area of this name among the levels (none: all) inside the
// area with code or p-code within ("": the country): false when there is none, or
// more than one, for a guess would be a wrong place. The name is Ukrainian, English
// or an alias, with or without the word for what it is ("м.", "с.", "смт", "район",
// "р-н", "область", "ОТГ"), and that word binds: "м. Іванівка" is no village. Kyiv
// and Sevastopol count as oblasts and as settlements, and win over villages of the
// same name.
func (b *Book) Resolve(name, within string, levels ...Level) (Area, bool) {
	prefix := ""
	if within != "" {
		code, err := ParseCode(within)
		if err != nil {
			return Area{}, false
		}
		prefix = Prefix(code)
	}
	said := readName(name)
	found, many := -1, false
	for _, form := range said.forms {
		for _, i := range b.byName[form] {
			a := &b.areas[i]
			switch {
			case i == found || !strings.HasPrefix(a.Code, prefix) || !said.allows(a) || !isOf(a, levels):
			case found < 0 || a.Category == "K":
				found, many = i, false
			case b.areas[found].Category != "K":
				many = true
			}
		}
		if form == said.name && found >= 0 {
			break
		}
	}
	if found < 0 || many {
		return Area{}, false
	}
	return b.areas[found], true
}

// allows tells whether the word that came with the name may be said of the area;
// of one without a category its level decides.
func (s spoken) allows(a *Area) bool {
	if s.kinds == "" {
		return true
	}
	if a.Category != "" {
		return strings.Contains(s.kinds, a.Category)
	}
	return slices.ContainsFunc(strings.Split(s.kinds, ""), func(k string) bool { return LevelOf(k) == a.Level })
}

// isOf tells whether the area is of one of the levels; none means any.
func isOf(a *Area, levels []Level) bool {
	return len(levels) == 0 || slices.Contains(levels, a.Level) || isSettlement(a) && slices.Contains(levels, LevelSettlement)
}
