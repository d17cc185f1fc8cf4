package places_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
)

func TestSearch(t *testing.T) {
	b := book(t)
	first := func(q string) string {
		if found := b.Search(q, nil, 5); len(found) > 0 {
			return found[0].NameUK + " " + places.ADM1(found[0].Code)
		}
		return ""
	}
	for q, want := range map[string]string{
		"Київ": "Київ UA80", "київ": "Київ UA80", "Kyiv": "Київ UA80", "м. Львів": "Львів UA46", "м.Львів": "Львів UA46",
		"Одес": "Одеса UA51", "Житомир": "Житомир UA18", "Звягель": "Звягель UA18", "львівська область": "Львівська область UA46",
		"": "", "   ": "", "zzzzzz": "",
	} {
		if got := first(q); got != want {
			t.Errorf("search %q: got %q, want %q", q, got, want)
		}
	}
	var lists []string
	for _, q := range []string{"Кам'янка", "Кам’янка", "Камʼянка"} {
		lists = append(lists, fmt.Sprint(codes(b.Search(q, nil, 200))))
	}
	if lists[0] != lists[1] || lists[1] != lists[2] || len(lists[0]) < 100 {
		t.Errorf("three apostrophes give different lists: %.80s", lists)
	}
	if got := len(b.Search("Іванівка", nil, 500)); got < 110 {
		t.Errorf("Іванівка: got %d, want at least the 110 villages", got)
	}
	for _, a := range b.Search("Іванівка, Одеська", nil, 500) {
		if places.ADM1(a.Code) != "UA51" {
			t.Errorf("Іванівка, Одеська: got %s", a.Code)
		}
	}
}

func codes(areas []places.Area) (out []string) {
	for _, a := range areas {
		out = append(out, a.Code)
	}
	return out
}

func TestResolve(t *testing.T) {
	const settlement, oblast, raion, hromada = places.LevelSettlement, places.LevelOblast, places.LevelRaion, places.LevelHromada
	for _, tc := range []struct {
		name, within string
		level        places.Level
		want         string // prefix of the code, "" for none
	}{
		{"Іванівка", "", settlement, ""}, // 110 villages
		{"м. Іванівка", "UA51", settlement, ""},
		{"Миколаїв", "UA48", settlement, "UA4806015001"},
		{"м. Миколаїв", "", settlement, ""}, // another is in Lviv oblast
		{"Львівська", "", oblast, "UA46"},
		{"Львівська область", "", "", "UA46"},
		{"Львівська обл.", "", "", "UA46"},
		{"Lviv Oblast", "", "", "UA46"},
		{"Kyiv region", "", "", "UA32"},
		{"Київ", "", "", "UA80"},
		{"м. Київ", "", oblast, "UA80"},
		{"м.Київ", "", settlement, "UA80"},
		{"Kiev", "", "", "UA80"},
		{"Крим", "", oblast, "UA01"},
		{"АР Крим", "", oblast, "UA01"},
		{"Севастополь", "", "", "UA85"},
		{"Львівська", "", "", ""},
		{"Львівська", "", hromada, "UA4606025"}, // oblast and hromada
		{"Нікопольський район", "UA12", "", "UA1208"},
		{"Нікопольський р-н", "UA12", raion, "UA1208"},
		{"Nikopolskyi Raion", "", "", "UA1208"},
		{"Nikopolskyi district", "UA12", "", "UA1208"},
		{"Нікопольський", "UA12", raion, "UA1208"},
		{"Баштанська міська ТГ", "UA48", "", "UA4802"},
		{"Баштанська ОТГ", "UA48", "", "UA4802"},
		{"Баштанська міська територіальна громада", "UA4800", "", "UA4802"},
		{"Баштанська громада", "UA46", "", ""},
		{"с. Демківці", "UA6804", "", "UA6804"},
		{"смт Демківці", "UA6804", "", ""},
		{"Київ", "no code", "", ""},
		{"", "", "", ""},
		{"м. ", "", "", ""},
		{"район", "", "", ""},
	} {
		var levels []places.Level
		if tc.level != "" {
			levels = append(levels, tc.level)
		}
		a, ok := book(t).Resolve(tc.name, tc.within, levels...)
		if ok != (tc.want != "") || !strings.HasPrefix(a.Code, tc.want) {
			t.Errorf("%q in %q, level %q: got %q %s, want %q", tc.name, tc.within, tc.level, a.Code, a.NameUK, tc.want)
		}
	}
}

// TestResolveAgainstOracle: a settlement's bare name resolves in its hromada, raion
// and oblast just where one settlement there bears it.
func TestResolveAgainstOracle(t *testing.T) {
	b, rnd := book(t), seeded(t)
	count, all := map[string]int{}, []places.Area{}
	for a := range b.All() {
		if a.Level != places.LevelSettlement {
			continue
		}
		all = append(all, a)
		for _, n := range []int{2, 4, 6, 9} {
			seen := map[string]bool{}
			for _, name := range append([]string{a.NameUK, a.NameEN}, a.Aliases...) {
				if f := places.Fold(name); !seen[f] {
					count[a.Code[:n]+f]++
				}
				seen[places.Fold(name)] = true
			}
		}
	}
	for range 2000 {
		a := all[rnd.IntN(len(all))]
		for _, n := range []int{4, 6, 9} {
			got, ok := b.Resolve(a.NameUK, a.Code[:n], places.LevelSettlement)
			if want := count[a.Code[:n]+places.Fold(a.NameUK)] == 1; ok != want || ok && got.Code != a.Code {
				t.Fatalf("%s in %s: got %s %v, want %s %v", a.NameUK, a.Code[:n], got.Code, ok, a.Code, want)
			}
		}
	}
}

func TestSearchOrder(t *testing.T) {
	b := book(t)
	found := b.Search("Іванівка", nil, 500)
	exact := 0
	for exact < len(found) && places.Fold(found[exact].NameUK) == places.Fold("Іванівка") {
		exact++
	}
	for _, a := range found[exact:] {
		if places.Fold(a.NameUK) == places.Fold("Іванівка") {
			t.Errorf("%s, an exact match, stands after a prefix", a.Code)
		}
	}
	near := orb.Point{30.7, 46.5}
	last, unlocated := 0.0, false
	for _, a := range b.Search("Новоселівка", &near, 500) {
		if a.NameUK != "Новоселівка" || a.Population > 0 {
			continue
		}
		at, ok := b.Center(a.Code)
		d := geo.DistanceMeters(near, at)
		if ok && (d < last || unlocated) {
			t.Errorf("%s, %.0f m off, stands after a farther one", a.Code, d)
		}
		last, unlocated = max(last, d), !ok
	}
	for _, tc := range []struct{ q, first string }{
		{"Крим", "UA01"},
		{"Crimea", "UA01"},
		{"Lviv Oblast", "UA46"},
		{"Львівський р-н", "UA4606"},
		{"КИЇВ", "UA80"},
		{"kyiv", "UA80"},
		{"Золочівський район", "UA4604"},
		{"Козова, Тернопільська", "UA61"},
		{"Іванівка, Одеська", "UA51"},
		{"Миколаїв, Львівська", "UA46"},
		{"Харьков", "UA63"},
		{"Львов", "UA46"},
		{"Белая Церковь", "UA32"},
		{"Днепропетровск", "UA12020010"},
		{"Новоград-Волинський", "UA18"},
		{"Кременчуг", "UA53"},
		{"Льв", "UA46"},
	} {
		if got := codes(b.Search(tc.q, nil, 1)); len(got) != 1 || !strings.HasPrefix(got[0], tc.first) {
			t.Errorf("%q: got %v, want %s first", tc.q, got, tc.first)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	bk, near := book(b), orb.Point{30.5, 50.4}
	for _, q := range []string{"а", "Іванівка", "Львів"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				bk.Search(q, &near, 10)
			}
		})
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("м. Кам'янка, Львів")
	b := book(f)
	f.Fuzz(func(t *testing.T, q string) {
		if got := len(b.Search(q, nil, 7)); got > 7 {
			t.Errorf("%q: %d results", q, got)
		}
	})
}
