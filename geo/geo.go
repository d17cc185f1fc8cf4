// Package geo works with WGS 84 longitude and latitude in degrees, always in the
// order lon, lat, on the geometry types of orb.
//
// Only [ParseGeometry] may read GeoJSON from outside: orb's own decoder takes
// positions outside the world, open rings and empty coordinates (as 0, 0).
package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// earthRadiusMeters is the mean radius R1 of the WGS 84 ellipsoid (IUGG).
const earthRadiusMeters = 6371008.8

// DistanceMeters returns the great-circle distance between a and b (haversine on
// the mean sphere; at most 0.6 % off the ellipsoid).
func DistanceMeters(a, b orb.Point) float64 {
	const rad = math.Pi / 180
	dLat, dLon := (b[1]-a[1])*rad/2, (b[0]-a[0])*rad/2
	s, t := math.Sin(dLat), math.Sin(dLon)
	h := s*s + math.Cos(a[1]*rad)*math.Cos(b[1]*rad)*t*t
	return 2 * earthRadiusMeters * math.Asin(math.Sqrt(min(1, h)))
}

// Snap returns the node of a grid of gridDeg degrees nearest to p; 0 changes
// nothing. Nodes are rounded to 1e-9 degrees so that equal nodes are equal.
func Snap(p orb.Point, gridDeg float64) orb.Point {
	if gridDeg <= 0 {
		return p
	}
	snap := func(v, limit float64) float64 {
		v = math.Round(v/gridDeg) * gridDeg
		return max(-limit, min(limit, math.Round(v*1e9)/1e9))
	}
	return orb.Point{snap(p[0], 180), snap(p[1], 90)}
}
