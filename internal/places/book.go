package places

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
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
	byPCode  map[string]int // by the significant part of the code
	children map[string][]int
	byName   map[string][]int // folded names
	names    []nameEntry      // in the order of names, for prefixes
	bySound  map[string][]int // of cities
	centers  []orb.Point
	located  []bool
	sizes    []float64 // of the outline, in square degrees
	outlines rtree.RTreeG[int]
	points   rtree.RTreeG[int] // settlements
}

type nameEntry struct {
	name string
	area int
}

// NewBook makes a book of areas in any order; of two with one code the later
// counts. It keeps the outlines and aliases it is given, which must not be changed
// afterwards. A parent that is not among the areas is allowed and counts as none.
func NewBook(areas []Area) *Book {
	b := &Book{
		areas:  latest(areas),
		byCode: make(map[string]int, len(areas)), byPCode: make(map[string]int, len(areas)),
		children: map[string][]int{}, byName: make(map[string][]int, 2*len(areas)), bySound: map[string][]int{},
		sizes: make([]float64, len(areas)),
	}
	for i := range b.areas {
		b.add(i)
	}
	slices.SortFunc(b.names, func(x, y nameEntry) int { return strings.Compare(x.name, y.name) })
	b.locate()
	return b
}

// latest returns the areas in the order of codes, of each code the last given.
func latest(areas []Area) []Area {
	sorted := slices.Clone(areas)
	slices.SortStableFunc(sorted, func(x, y Area) int { return strings.Compare(x.Code, y.Code) })
	out := sorted[:0]
	for i, a := range sorted {
		if i+1 == len(sorted) || sorted[i+1].Code != a.Code {
			out = append(out, a)
		}
	}
	return out
}

func (b *Book) add(i int) {
	a := &b.areas[i]
	b.byCode[a.Code] = i
	if part := Prefix(a.Code); part != "" {
		if _, taken := b.byPCode[part]; !taken {
			b.byPCode[part] = i
		}
	}
	b.children[a.Parent] = append(b.children[a.Parent], i)
	b.name(a.NameUK, i)
	b.name(a.NameEN, i)
	for _, alias := range a.Aliases {
		b.name(alias, i)
	}
	if a.Outline != nil {
		bound := a.Outline.Bound()
		b.outlines.Insert(bound.Min, bound.Max, i)
		b.sizes[i] = planar.Area(a.Outline)
	}
	if a.Population >= soundPopulated && isSettlement(a) {
		key := sound(Fold(a.NameUK))
		b.bySound[key] = append(b.bySound[key], i)
	}
	if a.HasPoint && isSettlement(a) {
		b.points.Insert(a.Point, a.Point, i)
	}
}

// name makes an area findable; areas come one after the other, so that a name that
// an area already bears is the last of its list.
func (b *Book) name(name string, i int) {
	f := Fold(name)
	list := b.byName[f]
	if f == "" || len(list) > 0 && list[len(list)-1] == i {
		return
	}
	b.byName[f] = append(list, i)
	b.names = append(b.names, nameEntry{f, i})
}

// isSettlement tells whether people say that they live in it: Kyiv and Sevastopol
// are oblasts by code and cities all the same.
func isSettlement(a *Area) bool { return a.Level == LevelSettlement || a.Category == "K" }

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
			b.centers[i], b.located[i] = middle(a.Outline), true
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

// Area returns an area by its full code or a p-code of 4, 6, 9 or 12 characters.
// Trailing zeros of a p-code mean the coarser area: UA8000 is Kyiv, like UA80.
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
	if len(code) == codeLen {
		i, ok := b.byCode[code]
		return i, ok
	}
	i, ok := b.byPCode[Prefix(code)]
	return i, ok
}

// WithSerial returns the areas whose code ends in a serial number of five digits,
// in the order of codes. The register gives each number once; an area from another
// source may repeat one. It looks at every area (0.1 ms for the country).
func (b *Book) WithSerial(serial string) []Area {
	var out []Area
	for i := range b.areas {
		if a := &b.areas[i]; serial != "" && Serial(a.Code) == serial {
			out = append(out, *a)
		}
	}
	return out
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

// Children returns the areas right below code (full or p-code), in the order of
// codes; below "" are the areas without a parent.
func (b *Book) Children(code string) []Area {
	if code != "" {
		i, ok := b.index(code)
		if !ok {
			return nil
		}
		code = b.areas[i].Code
	}
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
// its parent's shape (the parent's level). A raion is never the cell of its middle:
// that would show most of it as untouched. Areas without any place, and codes that
// the book does not hold, are the world, of no owner, and the precision "oblast".
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
