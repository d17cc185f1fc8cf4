package geo

import "github.com/paulmach/orb"

// simple reports whether no two edges of a closed ring meet, but neighbours at the
// vertex that they share. Its time is quadratic: for rings already made small.
func simple(r orb.Ring) bool {
	n := len(r) - 1
	for i := range n {
		if a, b, c := r[i], r[i+1], r[(i+2)%n]; n > 3 && cross(a, b, c) == 0 && (onSegment(a, b, c) || onSegment(b, c, a)) {
			return false // turns back on itself
		}
		for j := i + 2; j < n; j++ {
			if i == 0 && j == n-1 {
				continue // neighbours over the closing position
			}
			if segmentsMeet(r[i], r[i+1], r[j], r[j+1]) {
				return false
			}
		}
	}
	return true
}

// ringsCross reports whether an edge of one ring meets an edge of the other.
func ringsCross(a, b orb.Ring) bool {
	for i := 1; i < len(a); i++ {
		for j := 1; j < len(b); j++ {
			if segmentsMeet(a[i-1], a[i], b[j-1], b[j]) {
				return true
			}
		}
	}
	return false
}

// segmentsMeet reports whether two segments have a point in common, ends included.
func segmentsMeet(a, b, c, d orb.Point) bool {
	ac, ad := cross(a, b, c), cross(a, b, d)
	ca, cb := cross(c, d, a), cross(c, d, b)
	if (ac > 0) != (ad > 0) && (ca > 0) != (cb > 0) && ac != 0 && ad != 0 && ca != 0 && cb != 0 {
		return true
	}
	return ac == 0 && onSegment(a, b, c) || ad == 0 && onSegment(a, b, d) ||
		ca == 0 && onSegment(c, d, a) || cb == 0 && onSegment(c, d, b)
}

// onSegment reports whether p, on the line through a and b, lies between them.
func onSegment(a, b, p orb.Point) bool {
	return min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) &&
		min(a[1], b[1]) <= p[1] && p[1] <= max(a[1], b[1])
}
