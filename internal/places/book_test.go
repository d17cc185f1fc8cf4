package places_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

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
	all, err := places.LoadGazetteer(data.Files)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, p := range all {
		if a, ok := book(t).Locate(p.Point); ok && places.ADM1(a.Code) == p.ADM1 {
			right++
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
		if s := planar.Area(a.Outline); s < size && geo.Contains(a.Outline, p) {
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

func TestFold(t *testing.T) {
	for _, same := range [][]string{
		{"Кам'янка", "КАМ’ЯНКА", "камʼянка", " Кам`янка "},
		{"Київ", "Кыив", "Кіїв"},
		{"Ґалаґан", "галаган"},
		{"Єнакієве", "Енакиёве"},
		{"Івано-Франківськ", "ивано  франкивськ", "Івано–Франківськ"},
		{"Львів", "Лвів"},
	} {
		for _, s := range same[1:] {
			if places.Fold(s) != places.Fold(same[0]) {
				t.Errorf("%q folds to %q, %q to %q", s, places.Fold(s), same[0], places.Fold(same[0]))
			}
		}
	}
	if places.Fold("Рівне") == places.Fold("Ровне") {
		t.Error("Рівне and Ровне fold to one")
	}
}

// TestHromadasStandAtTheirCentre: the settlement numbered 001, else the mean.
func TestHromadasStandAtTheirCentre(t *testing.T) {
	b, seats, means := book(t), 0, 0
	for h := range b.All() {
		if h.Level != places.LevelHromada {
			continue
		}
		var sum orb.Point
		n := 0.0
		for _, a := range b.Children(h.Code) {
			if !a.HasPoint {
				continue
			}
			if a.Code[9:12] == "001" {
				sum, n = a.Point, -1
				break
			}
			sum[0], sum[1], n = sum[0]+a.Point[0], sum[1]+a.Point[1], n+1
		}
		want := sum
		switch {
		case n < 0:
			seats++
		case n > 0:
			means++
			want = orb.Point{sum[0] / n, sum[1] / n}
		}
		if h.HasPoint != (n != 0) || h.HasPoint && geo.DistanceMeters(h.Point, want) > 1 {
			t.Errorf("%s %s stands at %v (%v), want %v", h.Code, h.NameUK, h.Point, h.HasPoint, want)
		}
	}
	t.Logf("%d at their centre, %d amid their settlements", seats, means)
}

func TestShape(t *testing.T) {
	b := book(t)
	counts := map[string]int{}
	for a := range b.All() {
		sh := b.Shape(a.Code)
		if len(sh.Outline) == 0 || len(sh.Outline[0]) == 0 || sh.Owner == "" {
			t.Fatalf("%s has no shape", a.Code)
		}
		if sh.Precision == "cell" && (sh.Owner != a.Code || !geo.Contains(sh.Outline, a.Point)) {
			t.Errorf("%s is not in the cell that stands for it", a.Code)
		}
		if !strings.HasPrefix(a.Code, places.Prefix(sh.Owner)) {
			t.Errorf("%s is drawn as %s, which it does not lie in", a.Code, sh.Owner)
		}
		counts[sh.Precision]++
	}
	t.Log(counts)
	if counts["exact"] != 27 {
		t.Errorf("own outlines: got %d, want 27", counts["exact"])
	}
	if sh := b.Shape("UA4606"); sh.Precision != "oblast" || places.ADM1(sh.Owner) != "UA46" {
		t.Errorf("a raion without outline: got %s of %s, want its oblast's", sh.Precision, sh.Owner)
	}
}

// TestSmallBook has what the bundled areas have not: outlines inside outlines, a
// settlement beyond a border, codes given twice, no English names.
func TestSmallBook(t *testing.T) {
	box := func(w, s, e, n float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}}}
	}
	b := places.NewBook([]places.Area{
		{Code: "UA46060250010015970", Level: places.LevelSettlement, Category: "M", NameUK: "Місто", Parent: "UA46060250000025047", Point: orb.Point{24.05, 49.05}, HasPoint: true},
		{Code: "UA46000000000026241", Level: places.LevelOblast, Category: "O", NameUK: "Стара назва"},
		{Code: "UA46000000000026241", Level: places.LevelOblast, Category: "O", NameUK: "Область", Outline: box(24, 49, 25, 50)},
		{Code: "UA46060000000042587", Level: places.LevelRaion, Category: "P", NameUK: "Район", Parent: "UA46000000000026241", Outline: box(24.2, 49.2, 24.9, 49.9)},
		{Code: "UA05000000000010236", Level: places.LevelOblast, Category: "O", NameUK: "Сусідня", Outline: box(25, 49, 26, 50)},
		{Code: "UA05020030010063857", Level: places.LevelSettlement, Category: "M", NameUK: "За межею", Parent: "UA05000000000010236", Point: orb.Point{25.01, 49.5}, HasPoint: true},
	})
	if a, ok := b.Area("UA46"); b.Len() != 5 || !ok || a.NameUK != "Область" {
		t.Errorf("got %d areas, UA46 %q", b.Len(), a.NameUK)
	}
	for _, tc := range []struct {
		name string
		at   orb.Point
		want string
	}{
		{"the smaller outline", orb.Point{24.5, 49.5}, "Район"},
		{"a settlement in the outline", orb.Point{24.06, 49.06}, "Місто"},
		{"the nearest lies beyond the border", orb.Point{24.99, 49.5}, "Область"},
		{"outside all, near a settlement", orb.Point{24.05, 48.95}, "Місто"},
		{"outside all, 16 km from a settlement", orb.Point{24.05, 48.905}, ""},
	} {
		if a, ok := b.Locate(tc.at); ok != (tc.want != "") || a.NameUK != tc.want {
			t.Errorf("%s: got %q %v, want %q", tc.name, a.NameUK, ok, tc.want)
		}
	}
	if at, ok := b.Center("UA05"); !ok || at != (orb.Point{25.01, 49.5}) {
		t.Errorf("centre of UA05: got %v, want the mean of its parts", at)
	}
	if a, ok := places.NewBook(nil).Locate(orb.Point{30, 50}); ok {
		t.Errorf("an empty book: got %s", a.Code)
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
	for in, want := range map[string]string{"UA8000": "Київ", "UA8000000": "Київ", "UA4600": "Львівська область", "ua85": "Севастополь"} {
		if a, ok := book(t).Area(in); !ok || a.NameUK != want {
			t.Errorf("%s: got %q, want %q", in, a.NameUK, want)
		}
	}
	if got := book(t).Children("UA46"); len(got) != 7 || got[0].Level != places.LevelRaion {
		t.Errorf("raions of UA46: got %d, want 7", len(got))
	}
	for _, in := range []string{"UA99", "UA46000000000099999", "UA-30"} {
		if a, ok := book(t).Area(in); ok {
			t.Errorf("%s: got %s, want none", in, a.Code)
		}
	}
	if a, ok := book(t).Area("UA46"); !ok || a.NameUK != "Львівська область" {
		t.Errorf("UA46: got %q", a.NameUK)
	}
}

// TestSerials: every area of the register has a serial of its own; two areas of
// other sources that share one are both found.
func TestSerials(t *testing.T) {
	b := book(t)
	seen := map[string]string{}
	for a := range b.All() {
		serial := places.Serial(a.Code)
		if other := seen[serial]; other != "" || len(serial) != 5 {
			t.Errorf("%s and %s have the serial %q", a.Code, other, serial)
		}
		seen[serial] = a.Code
	}
	if got := codes(b.WithSerial("93317")); !slices.Equal(got, []string{"UA80000000000093317"}) {
		t.Errorf("Kyiv: got %v", got)
	}
	twice := places.NewBook([]places.Area{{Code: "UA80000000000093317"}, {Code: "UA32000000000093317"}, {Code: "UA32"}})
	if got := codes(twice.WithSerial("93317")); !slices.Equal(got, []string{"UA32000000000093317", "UA80000000000093317"}) {
		t.Errorf("a shared serial: got %v", got)
	}
	if places.Serial("UA80") != "" || twice.WithSerial("") != nil || twice.WithSerial("3317") != nil {
		t.Error("what is no serial found something")
	}
}

func TestPrefix(t *testing.T) {
	for code, want := range map[string]string{
		"UA80000000000093317": "UA80", "UA10": "UA10", "UA46060250010015970": "UA4606025001", "UA46060000000042587": "UA4606",
		"UA80000000001078669": "UA800000000010", "UA20": "UA20", "UA8000": "UA80", "UA460602500000": "UA4606025", "": "", "UA": "UA",
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
		"Біла Церква": "Bila Tserkva", "Івано-Франківськ": "Ivano-Frankivsk", "Згурський": "Zghurskyi", "Короп’є": "Koropie",
		"Гаєвич": "Haievych", "Жежелів": "Zhezheliv", "Феодосія": "Feodosiia", "Ющенко": "Yushchenko", "Русь": "Rus", "Шостка": "Shostka",
		"Нова Їжа": "Nova Yizha", "ЗГОРАНИ": "ZGHORANY", "ЩУКА": "SHCHUKA", "": "", "Kyiv 2": "Kyiv 2",
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
