package tile

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
)

// Extent is the width and height of a [Sheet] in units. For a tile of zoom 12 in
// Ukraine a unit is about a metre.
const Extent = 4096

const (
	overlap   = 4    // units that areas reach over the edge of their tile, so that no seam shows
	leastArea = 12.0 // square units of a lake or park that is kept
	tolerance = 0.7  // units that a line may be off
)

// Square is where a tile lies in a sheet: the sheet has Side × Side tiles, X and Y
// count from the north-west.
type Square struct{ X, Y, Side int }

// Sheet gathers of one or several tiles what a street map draws: water, parks and
// woods, railways, roads by class, names of streets and settlements. Nothing else of a
// tile gets in. A sheet is used by one goroutine.
type Sheet struct {
	water, green [][]point
	rivers, rail [][]point
	roads        [RoadClasses][][]point
	named        map[named][][]point
	places       []spot
}

type point struct{ x, y int32 }

type named struct {
	name  string
	class int
}

type spot struct {
	uk, en string
	rank   int
	at     point
}

// NewSheet returns an empty sheet.
func NewSheet() *Sheet { return &Sheet{named: map[named][][]point{}} }

// Empty reports whether there is nothing to draw.
func (s *Sheet) Empty() bool {
	return len(s.water)+len(s.green)+len(s.rivers)+len(s.rail)+len(s.named)+len(s.places) == 0 &&
		!slices.ContainsFunc(s.roads[:], func(r [][]point) bool { return len(r) > 0 })
}

// Add takes from a tile's layers what is drawn, cut at the tile's edges.
func (s *Sheet) Add(layers []Layer, at Square) {
	side := float64(Extent) / float64(at.Side)
	box := orb.Bound{Min: orb.Point{float64(at.X) * side, float64(at.Y) * side}}
	box.Max = orb.Point{box.Min[0] + side, box.Min[1] + side}
	for _, l := range layers {
		k := side / float64(l.Extent)
		for i := range l.Features {
			f := &l.Features[i]
			if w, class := read(l.Name, f); w != nothing {
				s.add(f, w, class, box, k)
			}
		}
	}
}

func (s *Sheet) add(f *Feature, w what, class int, box orb.Bound, k float64) {
	for _, part := range f.Parts {
		moved := make(orb.LineString, len(part))
		for i, p := range part {
			moved[i] = orb.Point{box.Min[0] + p[0]*k, box.Min[1] + p[1]*k}
		}
		switch w {
		case waterArea:
			s.water = appendRing(s.water, moved, box)
		case greenArea:
			s.green = appendRing(s.green, moved, box)
		case place:
			if uk, en := nameOf(f); uk != "" && len(moved) > 0 && box.Contains(moved[0]) {
				s.places = append(s.places, spot{uk, en, class, rounded(moved[0])})
			}
		case waterLine, railway, road, roadName:
			for _, line := range clip.LineString(box, moved) {
				s.addLine(f, w, class, toPoints(line))
			}
		case nothing:
		}
	}
}

func (s *Sheet) addLine(f *Feature, w what, class int, line []point) {
	if len(line) < 2 {
		return
	}
	switch w {
	case waterLine:
		s.rivers = append(s.rivers, line)
		return
	case railway:
		s.rail = append(s.rail, line)
		return
	case road:
		s.roads[class] = append(s.roads[class], line)
	case nothing, waterArea, greenArea, roadName, place:
	}
	if uk, _ := nameOf(f); uk != "" {
		key := named{uk, class}
		s.named[key] = append(s.named[key], line)
	}
}

func appendRing(dst [][]point, ring orb.LineString, box orb.Bound) [][]point {
	cut := clip.Ring(box.Pad(overlap), orb.Ring(ring))
	p := toPoints(orb.LineString(cut))
	if math.Abs(area(p)) < leastArea {
		return dst
	}
	if p[0] == p[len(p)-1] {
		p = p[:len(p)-1]
	}
	return append(dst, thin(p, tolerance))
}

// area is that of a ring, above 0 where it runs clockwise as it looks.
func area(ring []point) float64 {
	sum := 0.0
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += float64(p.x)*float64(q.y) - float64(q.x)*float64(p.y)
	}
	return sum / 2
}

func rounded(p orb.Point) point {
	const far = 1 << 20 // what is cut lies nearer; a place may be anywhere
	return point{int32(math.Round(min(max(p[0], -far), far))), int32(math.Round(min(max(p[1], -far), far)))}
}

// toPoints rounds to whole units; points that fall together become one.
func toPoints(line orb.LineString) []point {
	out := make([]point, 0, len(line))
	for _, p := range line {
		if q := rounded(p); len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	return out
}

// label is a straight piece of a street, long enough to write on.
type label struct {
	name     string
	class    int
	from, to point
	length   float64
}

const (
	labelTolerance = 10.0 // units that a street may bend beneath its name
	labelLeast     = 40.0 // units of the shortest street that gets one
	labelsOfOne    = 3    // pieces of one street that may bear its name
)

// labels finds where names may be written, important streets and long pieces first.
func (s *Sheet) labels() []label {
	var out []label
	for key, lines := range s.named {
		for _, line := range join(lines) {
			var own []label
			line = thin(line, labelTolerance)
			for i := range line[1:] {
				a, b := line[i], line[i+1]
				if n := distance(a, b); n >= labelLeast {
					own = append(own, label{key.name, key.class, a, b, n})
				}
			}
			slices.SortStableFunc(own, func(a, b label) int { return cmp.Compare(b.length, a.length) })
			out = append(out, own[:min(len(own), labelsOfOne)]...)
		}
	}
	slices.SortFunc(out, func(a, b label) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(b.length, a.length), cmp.Compare(a.name, b.name), cmp.Compare(a.from.x, b.from.x), cmp.Compare(a.from.y, b.from.y))
	})
	return out
}
