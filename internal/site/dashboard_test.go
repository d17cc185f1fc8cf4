package site

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"example.org/teplo/data"
)

// TestInert: no cell of a file begins as a formula, and numbers stay numbers.
func TestInert(t *testing.T) {
	for cell, want := range map[string]string{
		`=HYPERLINK("http://x","y")`: `'=HYPERLINK("http://x","y")`, "+1": "'+1", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "\r=1": "'\r=1",
		"": "", "12": "12", "Львівська область": "Львівська область", "2026-01-18T10:00:00Z": "2026-01-18T10:00:00Z",
	} {
		if got := inert(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}

// TestAlphabetical: letters that code points put elsewhere stand where Ukrainians look.
func TestAlphabetical(t *testing.T) {
	want := []string{"Вінницька", "Гайсин", "Ґрунь", "Дніпро", "Енергодар", "Єнакієве", "Івано-Франківська", "Їжаківка", "Йосипівка", "Київ"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return strings.Compare(alphabetical(a), alphabetical(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// TestShades: every number of outages has its shade, the darkest only the worst hit.
func TestShades(t *testing.T) {
	for most, want := range map[int][]int{0: nil, 1: {1}, 2: {1, 2}, 3: {1, 2, 3}, 10: {1, 4, 7}, 310: {1, 104, 207}} {
		got := shades(most)
		if !slices.Equal(got, want) || shade(got, 0) != "s0" || shade(got, most) != fmt.Sprintf("s%d", len(want)) {
			t.Errorf("%d: got %v, want %v; the worst is %s", most, got, want, shade(got, most))
		}
	}
}

// TestShapes: the picture has all 27 oblasts, in few bytes, and each number stands in
// or beside its own.
func TestShapes(t *testing.T) {
	shapes, err := loadShapes(data.Files)
	if err != nil {
		t.Fatal(err)
	}
	bytes := 0
	for code, o := range shapes {
		bytes += len(o.Path)
		box := pathBound(t, o.Path).Pad(40)
		if !box.Contains(orb.Point{float64(o.X), float64(o.Y)}) || !box.Intersects(orb.Bound{Max: orb.Point{shapeWidth, float64(shapeHeight)}}) {
			t.Errorf("%s: %d, %d lies outside of %v", code, o.X, o.Y, box)
		}
	}
	crimea, kyiv, luhansk := shapes["UA01"], shapes["UA80"], shapes["UA44"]
	if len(shapes) != 27 || bytes > 8000 || crimea.Y < 450 || kyiv.Y > 200 || luhansk.X < 750 {
		t.Errorf("%d shapes in %d bytes; Crimea at %d, Kyiv at %d, Luhansk oblast at %d", len(shapes), bytes, crimea.Y, kyiv.Y, luhansk.X)
	}
}

// pathBound reads a path back.
func pathBound(t *testing.T, path string) orb.Bound {
	t.Helper()
	var points orb.MultiPoint
	for ring := range strings.SplitSeq(strings.TrimSuffix(path, "z"), "z") {
		var x, y, dx, dy int
		rest := strings.NewReplacer("-", " -", "l", " ", "M", "").Replace(ring)
		numbers := strings.Fields(rest)
		for i := 0; i+1 < len(numbers); i += 2 {
			if _, err := fmt.Sscan(numbers[i]+" "+numbers[i+1], &dx, &dy); err != nil {
				t.Fatalf("%q: %v", path, err)
			}
			if x, y = x+dx, y+dy; i == 0 {
				x, y = dx, dy
			}
			points = append(points, orb.Point{float64(x), float64(y)})
		}
		if len(numbers)%2 != 0 || len(numbers) < 6 {
			t.Fatalf("%q has %d numbers", ring, len(numbers))
		}
	}
	return points.Bound()
}
