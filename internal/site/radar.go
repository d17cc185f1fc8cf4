package site

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/view"
)

// radar is a picture of where the hubs of a list are, north up, the place itself in the
// middle: what a map without streets is good for, in a kilobyte, and on paper. A hub
// that stands only at its town is not in it, nor one that is over an hour away.
type radar struct {
	Label, Note string
	Rings       []radarRing
	Marks       []radarMark
}

type radarRing struct {
	R, LabelY int
	Words     string
}

// radarMark is a plate with the numbers of one hub, or of several that lie so close
// together that their plates would cover each other.
type radarMark struct {
	X, Y, Left, Top, Width int
	Text                   string
	numbers                []int
}

// The picture is 2*radarMiddle units wide and high; its outer ring has radarRadius.
const (
	radarMiddle = 150
	radarRadius = 132
	plateHeight = 22
)

// radarReaches are how far the outer ring may be, in metres. The inner ones are a half
// and a quarter of it: all are round numbers. The last is beyond an hour's walk.
var radarReaches = []float64{400, 1000, 2000, 4000}

// radar draws those hubs of a list that one may walk to and whose place is exact; the
// first of the list has number first. It is nil where there is none.
func (s *Site) radar(r *request, place string, middle orb.Point, hubs []view.Near, first int) *radar {
	type spot struct {
		number   int
		at       orb.Point
		distance float64
	}
	var spots []spot
	farthest := 0.0
	for i := range hubs {
		at := hubs[i].Facts.Place.Point
		if m := hubs[i].Minutes; m >= 0 && m <= int(offered/time.Minute) {
			spots = append(spots, spot{first + i, at, geo.DistanceMeters(middle, at)})
			farthest = max(farthest, spots[len(spots)-1].distance)
		}
	}
	if len(spots) == 0 {
		return nil
	}
	i, _ := slices.BinarySearch(radarReaches, farthest)
	reach := radarReaches[min(i, len(radarReaches)-1)]
	out := &radar{Note: r.cat.t("radar_note", "place", place)}
	for _, part := range []int{4, 2, 1} {
		ring := radarRadius / part
		out.Rings = append(out.Rings, radarRing{R: ring, LabelY: radarMiddle + ring - 3, Words: r.cat.distance(reach / float64(part))})
	}
	for _, p := range spots {
		sin, cos := math.Sincos(geo.BearingDeg(middle, p.at) * math.Pi / 180)
		far := radarRadius * p.distance / reach
		out.Marks = append(out.Marks, newPlate(radarMiddle+int(math.Round(far*sin)), radarMiddle-int(math.Round(far*cos)), []int{p.number}))
	}
	out.Marks = joined(out.Marks)
	numbers := make([]string, len(spots))
	for i, p := range spots {
		numbers[i] = strconv.Itoa(p.number)
	}
	out.Label = r.cat.t("radar_label", "place", place, "numbers", strings.Join(numbers, ", "))
	return out
}

// newPlate writes numbers on a plate whose middle is x, y, but never over the edge.
func newPlate(x, y int, numbers []int) radarMark {
	m := radarMark{Text: ranges(numbers), numbers: numbers}
	m.Width = max(plateHeight, 8+8*len([]rune(m.Text)))
	m.X = min(max(x, m.Width/2+1), 2*radarMiddle-m.Width/2-1)
	m.Y = min(max(y, plateHeight/2+1), 2*radarMiddle-plateHeight/2-1)
	m.Left, m.Top = m.X-m.Width/2, m.Y-plateHeight/2
	return m
}

// joined makes one plate of those that would cover each other, until none does.
func joined(marks []radarMark) []radarMark {
	for i := range marks {
		for j := i + 1; j < len(marks); j++ {
			a, b := &marks[i], &marks[j]
			if a.Left < b.Left+b.Width && b.Left < a.Left+a.Width && max(a.Top, b.Top)-min(a.Top, b.Top) < plateHeight {
				both := newPlate((a.X+b.X)/2, (a.Y+b.Y)/2, append(a.numbers, b.numbers...))
				rest := append(append(append([]radarMark{}, marks[:i]...), marks[i+1:j]...), marks[j+1:]...)
				return joined(append(rest, both))
			}
		}
	}
	return marks
}

// ranges writes numbers shortly: 1–3, 7.
func ranges(numbers []int) string {
	has := map[int]bool{}
	most := 0
	for _, n := range numbers {
		has[n], most = true, max(most, n)
	}
	var parts []string
	for n := 1; n <= most; n++ {
		if !has[n] || has[n-1] {
			continue
		}
		last := n
		for has[last+1] {
			last++
		}
		switch {
		case last == n:
			parts = append(parts, strconv.Itoa(n))
		case last == n+1:
			parts = append(parts, strconv.Itoa(n), strconv.Itoa(last))
		default:
			parts = append(parts, strconv.Itoa(n)+"–"+strconv.Itoa(last))
		}
	}
	return strings.Join(parts, ", ")
}
