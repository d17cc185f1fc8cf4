package geo

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// BBox is a box in degrees, its edges included. West above East crosses the
// antimeridian; a box may be a line or a point.
type BBox struct{ West, South, East, North float64 }

// ParseBBox reads the bbox parameter of OGC API - Features 1.0.1 §7.15.3: 4 numbers
// (west, south, east, north) or 6 (with a height after each pair, checked and
// ignored), divided by commas. Numbers are decimal and finite, longitudes -180 to
// 180, latitudes -90 to 90, south at most north. The text of the error is the reason
// alone.
func ParseBBox(s string) (BBox, error) {
	if n := strings.Count(s, ",") + 1; n != 4 && n != 6 {
		return BBox{}, fmt.Errorf("needs 4 or 6 numbers, has %d", n)
	}
	parts := strings.Split(s, ",")
	v := make([]float64, len(parts))
	for i, part := range parts {
		var ok bool
		if v[i], ok = number(strings.TrimSpace(part)); !ok {
			return BBox{}, fmt.Errorf("%.40q is not a number", part)
		}
	}
	if len(v) == 6 {
		if v[2] > v[5] {
			return BBox{}, fmt.Errorf("lowest height %v is above the highest %v", v[2], v[5])
		}
		v = []float64{v[0], v[1], v[3], v[4]}
	}
	b := BBox{West: v[0], South: v[1], East: v[2], North: v[3]}
	switch {
	case math.Abs(b.West) > 180 || math.Abs(b.East) > 180:
		return BBox{}, fmt.Errorf("longitudes are -180 to 180 degrees")
	case math.Abs(b.South) > 90 || math.Abs(b.North) > 90:
		return BBox{}, fmt.Errorf("latitudes are -90 to 90 degrees")
	case b.South > b.North:
		return BBox{}, fmt.Errorf("south %v is above north %v", b.South, b.North)
	}
	return b, nil
}

// number reads a finite decimal number: no "inf", "nan", hexadecimal or "1_0",
// which strconv would take.
func number(s string) (float64, bool) {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && !strings.ContainsRune("+-.eE", rune(c)) {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil // beyond the range of float64 is an error too
}

// Bounds returns the box as one bound, or as two, the western part first, when it
// crosses the antimeridian.
func (b BBox) Bounds() []orb.Bound {
	if b.West <= b.East {
		return []orb.Bound{{Min: orb.Point{b.West, b.South}, Max: orb.Point{b.East, b.North}}}
	}
	return []orb.Bound{
		{Min: orb.Point{b.West, b.South}, Max: orb.Point{180, b.North}},
		{Min: orb.Point{-180, b.South}, Max: orb.Point{b.East, b.North}},
	}
}

// ContainsPoint reports whether p lies in the box or on its edge.
func (b BBox) ContainsPoint(p orb.Point) bool {
	if p[1] < b.South || p[1] > b.North {
		return false
	}
	if b.West <= b.East {
		return b.West <= p[0] && p[0] <= b.East
	}
	return p[0] >= b.West && p[0] <= 180 || p[0] >= -180 && p[0] <= b.East
}
