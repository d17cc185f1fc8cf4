package places_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/data"
	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
)

var bundled = sync.OnceValues(func() (*places.Book, error) {
	areas, err := places.LoadBundled(data.Files)
	if err != nil {
		return nil, err
	}
	return places.NewBook(areas), nil
})

func book(t testing.TB) *places.Book {
	t.Helper()
	b, err := bundled()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// seeded returns a source of randomness whose seed is printed; SEED replays one.
func seeded(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func TestBundledIsWhole(t *testing.T) {
	b := book(t)
	if got, want := b.Len(), 31748; got != want {
		t.Errorf("areas: got %d, want %d", got, want)
	}
	oblasts := b.Oblasts()
	if got, want := len(oblasts), 27; got != want {
		t.Errorf("oblasts: got %d, want %d", got, want)
	}
	for _, o := range oblasts {
		if o.Outline == nil || !o.HasPoint {
			t.Errorf("%s %s has no outline or point", o.Code, o.NameUK)
		}
	}
	orphans := 0
	for a := range b.All() {
		if a.Level != places.LevelOblast && a.Parent == "" {
			orphans++
		}
		if a.NameUK == "" || a.NameEN == "" || strings.TrimSpace(a.NameUK) != a.NameUK {
			t.Fatalf("%s: names %q, %q", a.Code, a.NameUK, a.NameEN)
		}
	}
	if orphans > 0 {
		t.Errorf("%d areas without a parent", orphans)
	}
}

func TestLocate(t *testing.T) {
	for _, tc := range []struct {
		name string
		at   orb.Point
		adm1 string
	}{
		{"Kyiv, Khreshchatyk", orb.Point{30.5223, 50.4478}, "UA80"},
		{"Lviv", orb.Point{24.0316, 49.8420}, "UA46"},
		{"Simferopol", orb.Point{34.1003, 44.9521}, "UA01"},
		{"Kerch", orb.Point{36.4680, 45.3562}, "UA01"},
		{"Sevastopol", orb.Point{33.5254, 44.6166}, "UA85"},
		{"Zmiinyi", orb.Point{30.204, 45.255}, "UA51"},
		{"Donetsk", orb.Point{37.8028, 48.0159}, "UA14"},
		{"Luhansk", orb.Point{39.3078, 48.5740}, "UA44"},
		{"Uzhhorod", orb.Point{22.2879, 48.6208}, "UA21"},
	} {
		a, ok := book(t).Locate(tc.at)
		if got := places.ADM1(a.Code); !ok || got != tc.adm1 {
			t.Errorf("%s: got %s %s, want %s", tc.name, got, a.NameUK, tc.adm1)
		}
	}
	for _, at := range []orb.Point{{0, 0}, {21.01, 52.23}, {50.44, 30.52}} {
		if a, ok := book(t).Locate(at); ok {
			t.Errorf("%v lies in %s %s, want nowhere", at, a.Code, a.NameUK)
		}
	}
}

// TestGazetteerLiesInItsOblast holds the outlines against the gazetteer's own
// oblasts; the crude outlines of 1:10m leave some at borders and coasts.
func TestGazetteerLiesInItsOblast(t *testing.T) {
	text, err := data.Files.ReadFile("gazetteer/gazetteer.csv")
	if err != nil {
		t.Fatal(err)
	}
	all, err := places.LoadGazetteer(data.Files)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")[1:]
	right := 0
	for i, p := range all {
		adm1 := strings.Split(lines[i], ",")[1]
		if a, ok := book(t).Locate(p.Point); ok && places.ADM1(a.Code) == adm1 {
			right++
		}
		if p.Code != "" {
			if _, ok := book(t).Area(p.Code); !ok {
				t.Errorf("%s %s is not in the register", p.Code, p.NameUK)
			}
		}
	}
	if share := float64(right) / float64(len(all)); share < 0.98 {
		t.Errorf("got %.4f of %d places in their oblast, want 0.98", share, len(all))
	}
}

func TestLocateAgainstOracle(t *testing.T) {
	b, rnd := book(t), seeded(t)
	var settlements, outlined []places.Area
	for a := range b.All() {
		if a.HasPoint && (a.Level == places.LevelSettlement || a.Category == "K") {
			settlements = append(settlements, a)
		}
		if a.Outline != nil {
			outlined = append(outlined, a)
		}
	}
	for range 300 {
		p := orb.Point{22 + 18.3*rnd.Float64(), 44.2 + 8.2*rnd.Float64()}
		got, ok := b.Locate(p)
		want, found := naiveLocate(settlements, outlined, p)
		if ok != found || got.Code != want.Code {
			t.Fatalf("%v: got %s %v, want %s %v", p, got.Code, ok, want.Code, found)
		}
	}
}

func naiveLocate(settlements, outlined []places.Area, p orb.Point) (places.Area, bool) {
	var outline *places.Area
	size := 1e9
	for i, a := range outlined {
		bd := a.Outline.Bound()
		if s := (bd.Max[0] - bd.Min[0]) * (bd.Max[1] - bd.Min[1]); s < size && geo.Contains(a.Outline, p) {
			outline, size = &outlined[i], s
		}
	}
	var nearest *places.Area
	best := 15_000.0
	for i, a := range settlements {
		if outline != nil && a.Code[:4] != outline.Code[:4] {
			continue
		}
		if d := geo.DistanceMeters(p, a.Point); d < best {
			nearest, best = &settlements[i], d
		}
	}
	switch {
	case nearest != nil:
		return *nearest, true
	case outline != nil:
		return *outline, true
	}
	return places.Area{}, false
}

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

func TestResolveNeverGuesses(t *testing.T) {
	b := book(t)
	if a, ok := b.Resolve("Іванівка", "", places.LevelSettlement); ok {
		t.Errorf("Іванівка resolved to %s", a.Code)
	}
	for _, tc := range []struct{ name, within, want string }{
		{"Нікопольський район", "UA12", "UA1208"}, {"Львівська", "", "UA46"}, {"Київ", "", "UA80"}, {"с. Демківці", "UA6804", "UA6804"},
	} {
		a, ok := b.Resolve(tc.name, tc.within)
		if !ok || !strings.HasPrefix(a.Code, tc.want) {
			t.Errorf("%s in %q: got %s %v, want %s", tc.name, tc.within, a.Code, ok, tc.want)
		}
	}
}

func TestShape(t *testing.T) {
	b := book(t)
	counts := map[string]int{}
	for a := range b.All() {
		sh := b.Shape(a.Code)
		if len(sh.Outline) == 0 || len(sh.Outline[0]) == 0 {
			t.Fatalf("%s has no shape", a.Code)
		}
		counts[sh.Precision]++
	}
	t.Log(counts)
	if counts["exact"] != 27 {
		t.Errorf("own outlines: got %d, want 27", counts["exact"])
	}
}

func TestCodes(t *testing.T) {
	for in, want := range map[string]string{"ua46": "UA46", " UA80000000000093317 ": "UA80000000000093317", "UA4606025": "UA4606025"} {
		if got, err := places.ParseCode(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "UA", "UA4", "UA46O", "PL46", "UA460602500000250470", "UA46 6"} {
		if got, err := places.ParseCode(in); err == nil {
			t.Errorf("%q: got %q, want an error", in, got)
		}
	}
	code := "UA46060250010015970"
	if got := places.ADM1(code) + places.ADM2(code) + places.ADM3(code); got != "UA46UA4606UA4606025" {
		t.Errorf("p-codes of %s: got %s", code, got)
	}
	if got := places.ADM2("UA46000000000026241"); got != "" {
		t.Errorf("raion of an oblast: got %q", got)
	}
	if a, ok := book(t).Area("UA46"); !ok || a.NameUK != "Львівська область" {
		t.Errorf("UA46: got %q", a.NameUK)
	}
}

func TestPrefix(t *testing.T) {
	for code, want := range map[string]string{
		"UA80000000000093317": "UA80", "UA10": "UA10", "UA46060250010015970": "UA4606025001", "UA46060000000042587": "UA4606",
		"UA80000000001078669": "UA800000000010", "UA20": "UA20",
	} {
		if got := places.Prefix(code); got != want {
			t.Errorf("%s: got %s, want %s", code, got, want)
		}
	}
}

// TestRomanize has the examples of resolution 55 of 27 January 2010.
func TestRomanize(t *testing.T) {
	for uk, want := range map[string]string{
		"Алушта": "Alushta", "Згорани": "Zghorany", "Розгон": "Rozghon", "Єнакієве": "Yenakiieve", "Їжакевич": "Yizhakevych",
		"Кадиївка": "Kadyivka", "Йосипівка": "Yosypivka", "Стрий": "Stryi", "Щербухи": "Shcherbukhy", "Гоща": "Hoshcha",
		"Юрій": "Yurii", "Корюківка": "Koriukivka", "Яготин": "Yahotyn", "Знам’янка": "Znamianka", "Ґалаґан": "Galagan",
		"Біла Церква": "Bila Tserkva", "Івано-Франківськ": "Ivano-Frankivsk",
	} {
		if got := places.Romanize(uk); got != want {
			t.Errorf("%s: got %s, want %s", uk, got, want)
		}
	}
}

func BenchmarkNewBook(b *testing.B) {
	areas, err := places.LoadBundled(data.Files)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		places.NewBook(areas)
	}
}

func BenchmarkLocate(b *testing.B) {
	bk := book(b)
	for b.Loop() {
		bk.Locate(orb.Point{30.5223, 50.4478})
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("UA46")
	f.Fuzz(func(t *testing.T, s string) {
		code, err := places.ParseCode(s)
		if err != nil {
			return
		}
		if again, err := places.ParseCode(code); err != nil || again != code {
			t.Errorf("%q: %q is not stable: %q, %v", s, code, again, err)
		}
	})
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
