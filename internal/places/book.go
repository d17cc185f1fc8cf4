package places

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"example.org/teplo/geo"
)

// Area is one administrative area.
type Area struct {
	Code       string // full KATOTTG
	Level      Level
	Category   string // the register's letter
	NameUK     string // as shown to people
	NameEN     string
	Aliases    []string // former and Russian names: for search only
	Parent     string   // full code, "" for an oblast
	Point      orb.Point
	HasPoint   bool
	Population int              // 0 unknown
	Outline    orb.MultiPolygon // nil unknown
}

// cellZoom is the zoom of the cell that stands for an area without an outline.
const cellZoom = 12

// Book answers questions about a set of areas.
type Book struct {
	areas    []Area // in the order of codes
	byCode   map[string]int
	byPCode  map[string]int
	children map[string][]int
	byName   map[string][]int // folded names
	names    []nameEntry      // in the order of names, for prefixes
	centers  []orb.Point
	located  []bool
	outlines rtree.RTreeG[int]
	points   rtree.RTreeG[int] // settlements
}

type nameEntry struct {
	name string
	area int
}

// NewBook makes a book of areas; of two with one code the later counts.
func NewBook(areas []Area) *Book {
	latest := make(map[string]Area, len(areas))
	for _, a := range areas {
		latest[a.Code] = a
	}
	b := &Book{
		areas:  slices.SortedFunc(maps.Values(latest), func(x, y Area) int { return strings.Compare(x.Code, y.Code) }),
		byCode: make(map[string]int, len(latest)), byPCode: make(map[string]int, len(latest)),
		children: map[string][]int{}, byName: make(map[string][]int, 2*len(latest)),
	}
	for i := range b.areas {
		b.add(i)
	}
	slices.SortFunc(b.names, func(x, y nameEntry) int { return strings.Compare(x.name, y.name) })
	b.locate()
	return b
}

func (b *Book) add(i int) {
	a := &b.areas[i]
	b.byCode[a.Code] = i
	if len(a.Code) == codeLen {
		p := strings.TrimRight(a.Code[:14], "0")
		for _, n := range []int{4, 6, 9, 12} {
			if len(p) <= n {
				if _, taken := b.byPCode[a.Code[:n]]; !taken {
					b.byPCode[a.Code[:n]] = i
				}
				break
			}
		}
	}
	b.children[a.Parent] = append(b.children[a.Parent], i)
	seen := map[string]bool{}
	for _, name := range append([]string{a.NameUK, a.NameEN}, a.Aliases...) {
		f := Fold(name)
		if f == "" || seen[f] {
			continue
		}
		seen[f] = true
		b.byName[f] = append(b.byName[f], i)
		b.names = append(b.names, nameEntry{f, i})
	}
	if a.Outline != nil {
		bound := a.Outline.Bound()
		b.outlines.Insert(bound.Min, bound.Max, i)
	}
	if a.HasPoint && (a.Level == LevelSettlement || a.Category == "K") {
		b.points.Insert(a.Point, a.Point, i)
	}
}

// locate finds the centres: an area's own point, else the mean of its children's,
// else a point inside its outline.
func (b *Book) locate() {
	b.centers, b.located = make([]orb.Point, len(b.areas)), make([]bool, len(b.areas))
	order := make([]int, len(b.areas))
	for i := range order {
		order[i] = i
	}
	depth := func(a *Area) int {
		return slices.Index([]Level{LevelDistrict, LevelSettlement, LevelHromada, LevelRaion, LevelOblast}, a.Level)
	}
	slices.SortStableFunc(order, func(x, y int) int { return depth(&b.areas[x]) - depth(&b.areas[y]) })
	for _, i := range order {
		a := &b.areas[i]
		switch mean, n := b.meanOfChildren(a.Code); {
		case a.HasPoint:
			b.centers[i], b.located[i] = a.Point, true
		case n > 0:
			b.centers[i], b.located[i] = mean, true
		case a.Outline != nil:
			b.centers[i], b.located[i] = geo.PointInside(a.Outline), true
		}
	}
}

func (b *Book) meanOfChildren(code string) (orb.Point, int) {
	var sum orb.Point
	n := 0
	for _, c := range b.children[code] {
		if b.located[c] {
			sum[0] += b.centers[c][0]
			sum[1] += b.centers[c][1]
			n++
		}
	}
	if n == 0 {
		return sum, 0
	}
	return orb.Point{sum[0] / float64(n), sum[1] / float64(n)}, n
}

// Len returns the number of areas.
func (b *Book) Len() int { return len(b.areas) }

// All yields the areas in the order of codes.
func (b *Book) All() iter.Seq[Area] { return slices.Values(b.areas) }

// Area returns an area by its full code or p-code.
func (b *Book) Area(code string) (Area, bool) {
	i, ok := b.index(code)
	if !ok {
		return Area{}, false
	}
	return b.areas[i], true
}

func (b *Book) index(code string) (int, bool) {
	code, err := ParseCode(code)
	if err != nil {
		return 0, false
	}
	i, ok := b.byCode[code]
	if !ok {
		i, ok = b.byPCode[code]
	}
	return i, ok
}

// Oblasts returns the first-level areas in the order of codes.
func (b *Book) Oblasts() []Area {
	var out []Area
	for _, i := range b.children[""] {
		if b.areas[i].Level == LevelOblast {
			out = append(out, b.areas[i])
		}
	}
	return out
}

// Children returns the areas right below code, in the order of codes.
func (b *Book) Children(code string) []Area {
	var out []Area
	for _, i := range b.children[code] {
		out = append(out, b.areas[i])
	}
	return out
}

// Center returns where an area is, in degrees: its point, else the mean of its
// located parts, else a point inside its outline; false when nothing is known.
func (b *Book) Center(code string) (orb.Point, bool) {
	i, ok := b.index(code)
	if !ok {
		return orb.Point{}, false
	}
	return b.centers[i], b.located[i]
}

// Shape is how an area is drawn.
type Shape struct {
	Outline   orb.MultiPolygon
	Precision string // exact, cell, or the level of the area whose shape it is
	Owner     string // code of the area whose shape it is: equal owners, equal outlines
}

// Shape returns how an area is drawn, and how precise that is: its own outline
// ("exact"), without one the zoom 12 cell of its point ("cell"), without a point
// its parent's shape (the parent's level).
func (b *Book) Shape(code string) Shape {
	i, ok := b.index(code)
	precision := ""
	for ok {
		a := &b.areas[i]
		switch {
		case a.Outline != nil:
			return Shape{a.Outline, cmp.Or(precision, "exact"), a.Code}
		case b.located[i] && a.Level != LevelOblast && a.Level != LevelRaion:
			return Shape{orb.MultiPolygon{geo.CellAt(b.centers[i], cellZoom).Polygon()}, cmp.Or(precision, "cell"), a.Code}
		}
		if i, ok = b.byCode[a.Parent]; ok {
			precision = string(b.areas[i].Level)
		}
	}
	if at, found := b.Center(code); found {
		return Shape{orb.MultiPolygon{geo.CellAt(at, cellZoom).Polygon()}, "cell", code}
	}
	return Shape{orb.MultiPolygon{geo.Cell{}.Polygon()}, "oblast", ""}
}
