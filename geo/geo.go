// Package geo works with WGS 84 longitude and latitude in degrees, always in the
// order lon, lat, on the geometry types of orb.
//
// Shapes are flat: between two positions an edge is straight in degrees, as
// RFC 7946 §3.1.1 has it. Only [DistanceMeters] and [BearingDeg] know that the earth is round, and
// only [BBox] that the world meets itself at the antimeridian.
//
// Only [ParseGeometry] may read GeoJSON from outside: orb's own decoder takes
// positions outside the world, open rings and empty coordinates (as 0, 0), and
// its time is quadratic in the nesting.
//
// All functions are pure, leave their arguments alone and are safe for concurrent
// use.
package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// earthRadiusMeters is the mean radius R1 of the WGS 84 ellipsoid (IUGG).
const earthRadiusMeters = 6371008.8

// DistanceMeters returns the great-circle distance between a and b in meters, 0 to
// half the circumference: haversine on the mean sphere, at most 0.6 % off the
// ellipsoid.
func DistanceMeters(a, b orb.Point) float64 {
	const rad = math.Pi / 180
	dLat, dLon := (b[1]-a[1])*rad/2, (b[0]-a[0])*rad/2
	s, t := math.Sin(dLat), math.Sin(dLon)
	h := s*s + math.Cos(a[1]*rad)*math.Cos(b[1]*rad)*t*t
	return 2 * earthRadiusMeters * math.Asin(math.Sqrt(min(1, h)))
}

// BearingDeg returns the direction in which the great circle from a to b begins, in
// degrees clockwise from north, 0 included to 360 excluded; 0 where they are one.
func BearingDeg(a, b orb.Point) float64 {
	const rad = math.Pi / 180
	dLon := (b[0] - a[0]) * rad
	y := math.Sin(dLon) * math.Cos(b[1]*rad)
	x := math.Cos(a[1]*rad)*math.Sin(b[1]*rad) - math.Sin(a[1]*rad)*math.Cos(b[1]*rad)*math.Cos(dLon)
	return math.Mod(math.Atan2(y, x)/rad+360, 360)
}

// Snap returns the node nearest to p of the grid of whole multiples of gridDeg
// degrees; a gridDeg of 0 or less changes nothing. A node beyond the end of the
// world gives way to the last one before it. Nodes are rounded to 1e-9 degrees, so
// that equal nodes are equal values and snapping again changes nothing.
func Snap(p orb.Point, gridDeg float64) orb.Point {
	if gridDeg <= 0 {
		return p
	}
	return orb.Point{snap(p[0], gridDeg, 180), snap(p[1], gridDeg, 90)}
}

func snap(v, gridDeg, limit float64) float64 {
	n := math.Round(v / gridDeg)
	if most := math.Floor(limit/gridDeg + 1e-9); math.Abs(n) > most {
		n = math.Copysign(most, n)
	}
	return math.Round(n*gridDeg*1e9)/1e9 + 0 // never -0
}
