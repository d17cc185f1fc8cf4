package filter_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/paulmach/orb"
	"golang.org/x/text/cases"

	"example.org/teplo/internal/filter"
)

func TestMatchNeedsNoMemory(t *testing.T) {
	area := orb.Geometry(orb.MultiPolygon{{{{30, 50}, {31, 50}, {31, 51}, {30, 50}}}})
	for _, text := range append(append([]string{}, matching...), others...) {
		e, err := filter.Parse(text, properties)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range []orb.Geometry{kyiv, area} {
			if n := testing.AllocsPerRun(20, func() { e.Match(feature, g) }); n != 0 {
				t.Errorf("%s: %v allocations", text, n)
			}
		}
	}
}

// A pattern at which a matcher that goes back to each % would work for ages.
func TestLikeIsBounded(t *testing.T) {
	values := append([]filter.Value{filter.TextOf(strings.Repeat("a", 2000))}, feature[1:]...)
	e, err := filter.Parse("name LIKE '"+strings.Repeat("%a", 250)+"%b'", properties)
	if err != nil {
		t.Fatal(err)
	}
	if e.Match(values, kyiv) {
		t.Error("matches without a b")
	}
}

// Patterns over one word of bits, and over its edges, against the plain matcher.
func TestLongPatterns(t *testing.T) {
	r := random(t)
	values := append([]filter.Value{}, feature...)
	met := 0
	for range 3000 {
		s, pattern := "", ""
		for range 60 + r.IntN(196) {
			c := pick(r, []string{"a", "b"})
			s += c
			pattern += pick(r, []string{"_", c, c, c})
		}
		if cut := r.IntN(len(s)); r.IntN(2) == 0 { // something else where % stands
			s, pattern = s[:cut]+"bab"+s[cut:], pattern[:cut]+"%"+pattern[cut:]
		}
		if r.IntN(4) == 0 {
			s = s[1:]
		}
		e, err := filter.Parse("name LIKE '"+pattern+"'", properties)
		if err != nil {
			t.Fatal(err)
		}
		values[0] = filter.TextOf(s)
		want := naiveLike([]rune(s), []rune(pattern))
		if got := e.Match(values, kyiv); got != want {
			t.Fatalf("%s LIKE %s: got %v, want %v", s, pattern, got, want)
		}
		if want {
			met++
		}
	}
	if met < 1000 || met > 2900 {
		t.Errorf("%d of 3000 matched: the test tests one answer only", met)
	}
}

// CASEI is Unicode's full case folding for every character, alone, in a text and in a
// pattern.
func TestCaseiOfEveryCharacter(t *testing.T) {
	fold, changed := cases.Fold(), 0
	compare, err := filter.Parse("CASEI(name) = name_en", properties)
	if err != nil {
		t.Fatal(err)
	}
	values := append([]filter.Value{}, feature...)
	for c := rune(1); c <= unicode.MaxRune; c++ {
		if c >= 0xD800 && c < 0xE000 {
			continue
		}
		s := "x" + string(c) + "x"
		folded := fold.String(s)
		values[0], values[6] = filter.TextOf(s), filter.TextOf(folded)
		if !compare.Match(values, kyiv) {
			t.Errorf("CASEI(%q) is not %q", s, folded)
		}
		if folded == s {
			continue
		}
		changed++
		e, err := filter.Parse(fmt.Sprintf("CASEI('%s') = '%s' AND '%s' LIKE CASEI('%%%c_')", s, folded, folded, c), properties)
		if err != nil || !e.Match(feature, kyiv) {
			t.Errorf("CASEI('%s') is not '%s', or not in a pattern: %v", s, folded, err)
		}
	}
	if changed < 1400 {
		t.Errorf("only %d characters are folded", changed)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := filter.Parse("status = 'open' AND capacity BETWEEN 50 AND 500 AND S_INTERSECTS(geometry, BBOX(30,50,31,51))",
			append(properties, filter.Property{Name: "status"})); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	g := orb.Geometry(kyiv)
	for _, text := range []string{
		"category = 'state' AND capacity > 50", "name LIKE '%Тепло%'", "CASEI(name) LIKE CASEI('%тепло%')",
		"S_INTERSECTS(geometry, BBOX(30,50,31,51))", "updated_at > DATE('2026-11-24')",
	} {
		e, err := filter.Parse(text, properties)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Match(feature, g)
			}
		})
	}
}
