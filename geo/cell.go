package geo

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// MaxZoom is the finest zoom of a [Cell], about 0.15 m wide: x and y fit 28 bits.
const MaxZoom = 28

// maxMercatorLatDeg is where Web Mercator ends: a square world.
const maxMercatorLatDeg = 85.05112877980659

// Cell is one tile of the Web-Mercator pyramid (EPSG:3857, XYZ numbering: x from
// the antimeridian eastwards, y from the north). It holds its western and northern
// edge.
type Cell struct{ Z, X, Y uint32 }

// CellAt returns the cell of a zoom level, 0 to [MaxZoom], that holds p; other zooms
// count as the nearest of these. Points beyond the end of Web Mercator (85.0511°)
// belong to the outermost row, longitude 180 to the last column.
func CellAt(p orb.Point, zoom int) Cell {
	zoom = max(0, min(MaxZoom, zoom))
	n := float64(uint64(1) << zoom)
	lat := max(-maxMercatorLatDeg, min(maxMercatorLatDeg, p[1])) * math.Pi / 180
	x := (p[0] + 180) / 360 * n
	y := (1 - math.Asinh(math.Tan(lat))/math.Pi) / 2 * n
	index := func(v float64) uint32 { return uint32(max(0, min(n-1, math.Floor(v)))) }
	return Cell{Z: uint32(zoom), X: index(x), Y: index(y)}
}

// Valid reports whether the cell exists: zoom at most [MaxZoom], x and y below 2^z.
func (c Cell) Valid() bool { return c.Z <= MaxZoom && c.X < 1<<c.Z && c.Y < 1<<c.Z }

// Bound returns the extent of a valid cell in degrees.
func (c Cell) Bound() orb.Bound {
	n := float64(uint64(1) << c.Z)
	lon := func(x uint32) float64 { return float64(x)/n*360 - 180 }
	lat := func(y uint32) float64 { return math.Atan(math.Sinh(math.Pi*(1-2*float64(y)/n))) * 180 / math.Pi }
	return orb.Bound{Min: orb.Point{lon(c.X), lat(c.Y + 1)}, Max: orb.Point{lon(c.X + 1), lat(c.Y)}}
}

// Polygon returns the cell as a closed ring of 5 positions, counterclockwise from
// the south-west (RFC 7946 §3.1.6).
func (c Cell) Polygon() orb.Polygon { return c.Bound().ToPolygon() }

// Center returns the middle of the cell's extent in degrees, which lies in it.
func (c Cell) Center() orb.Point { return c.Bound().Center() }

// Block returns a valid cell and its neighbours: 9 cells, fewer at the northern and
// southern end. West of the first column lies the last.
func (c Cell) Block() []Cell {
	n := uint32(1) << c.Z
	var out []Cell
	for dy := range uint32(3) {
		for dx := range uint32(3) {
			// Unsigned numbers wrap: n-1 more is 1 less.
			near := Cell{Z: c.Z, X: (c.X + dx + n - 1) % n, Y: c.Y + dy - 1}
			if near.Y < n && !slices.Contains(out, near) {
				out = append(out, near)
			}
		}
	}
	return out
}

// Overlaps reports whether one of two valid cells lies in the other.
func (c Cell) Overlaps(o Cell) bool {
	if c.Z > o.Z {
		c, o = o, c
	}
	up := o.Z - c.Z
	return o.X>>up == c.X && o.Y>>up == c.Y
}
