package tile

import (
	"math"
	"slices"
)

func distance(a, b point) float64 { return math.Hypot(float64(b.x-a.x), float64(b.y-a.y)) }

// thin leaves out points that lie within a tolerance of the line without them, in one
// walk: a point is kept when no ray from the last kept one passes near enough to all
// between (Zhao and Saalfeld, "Linear-time sleeve-fitting polyline simplification
// algorithms", 1997).
func thin(line []point, tolerance float64) []point {
	if len(line) < 3 {
		return line
	}
	out := []point{line[0]}
	from, low, high, base, far := line[0], math.Inf(-1), math.Inf(1), math.NaN(), 0.0
	for i := 1; i < len(line); i++ {
		d := distance(from, line[i])
		angle := math.Atan2(float64(line[i].y-from.y), float64(line[i].x-from.x))
		if math.IsNaN(base) {
			base = angle
		}
		turn := math.Remainder(angle-base, 2*math.Pi)
		// A line that comes back is no ray.
		if turn < low || turn > high || d < far-tolerance {
			from, low, high, base, far = line[i-1], math.Inf(-1), math.Inf(1), math.NaN(), 0
			out = append(out, from)
			i--
			continue
		}
		far = max(far, d)
		if d > tolerance {
			slack := math.Asin(tolerance / d)
			low, high = max(low, turn-slack), min(high, turn+slack)
		}
	}
	return append(out, line[len(line)-1])
}

// join makes longer lines of those that end where another begins: tiles cut a street
// in many.
func join(lines [][]point) [][]point {
	ends := map[point][]int{}
	for i, l := range lines {
		ends[l[0]] = append(ends[l[0]], i)
		ends[l[len(l)-1]] = append(ends[l[len(l)-1]], i)
	}
	used := make([]bool, len(lines))
	// next takes a line that has an end at p, turned so that it begins there.
	next := func(p point) []point {
		for len(ends[p]) > 0 {
			i := ends[p][0]
			ends[p] = ends[p][1:] // taken now, or before
			if used[i] {
				continue
			}
			used[i] = true
			if l := lines[i]; l[0] == p {
				return l
			}
			l := slices.Clone(lines[i])
			slices.Reverse(l)
			return l
		}
		return nil
	}
	var out [][]point
	for i, l := range lines {
		if used[i] {
			continue
		}
		used[i] = true
		chain := slices.Clone(l)
		for range 2 { // onwards, then from the other end
			for more := next(chain[len(chain)-1]); more != nil; more = next(chain[len(chain)-1]) {
				chain = append(chain, more[1:]...)
			}
			slices.Reverse(chain)
		}
		out = append(out, chain)
	}
	return out
}
