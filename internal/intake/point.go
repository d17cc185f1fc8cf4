package intake

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

// point returns a record's coordinates; false when it bears none. Anything that
// stands there and is not certainly a point of the service area rejects the row.
func (w *row) point() (orb.Point, bool) {
	if w.rec.shape != nil {
		return w.geometry()
	}
	if p, ok, done := w.pair(); done {
		return p, ok
	}
	lon, lat := w.cell("lon"), w.cell("lat")
	if lon.text == "" && lat.text == "" {
		return orb.Point{}, false
	}
	x, errX := degrees(lon.text, 'E')
	y, errY := degrees(lat.text, 'N')
	if errX != nil {
		w.reject(lon.field, lon.text, "%v", errX)
	}
	if errY != nil {
		w.reject(lat.field, lat.text, "%v", errY)
	}
	if errX != nil || errY != nil || !w.agree("lon", 'E', x) || !w.agree("lat", 'N', y) {
		return orb.Point{}, false
	}
	return w.judge(orb.Point{x, y}, lon.field, lon.text+", "+lat.text)
}

// agree rejects the row where another column of degrees says something else: which
// of them is right nobody can tell. Projected columns stand beside degrees rightly.
func (w *row) agree(prop string, axis byte, v float64) bool {
	if w.cfg.Map != nil {
		return true
	}
	const tolerance = 0.001 // 100 m: rounded copies
	leaves := w.rec.flat(w.folds())
	for _, i := range w.at[prop] {
		other, err := degrees(leaves[i].val.text(), axis)
		if err == nil && !isProjected(leaves[i].folded) && math.Abs(other) <= 180 && math.Abs(other-v) > tolerance {
			w.reject(leaves[i].path, leaves[i].val.text(), "two columns say where it is, and not the same")
			return false
		}
	}
	return true
}

// geometry reads a GeoJSON point.
func (w *row) geometry() (orb.Point, bool) {
	if string(w.rec.shape) == "null" {
		return orb.Point{}, false
	}
	g, err := geo.ParseGeometry(w.rec.shape)
	if err != nil {
		var bad *geo.Error
		if errors.As(err, &bad) {
			w.reject(bad.Field, string(w.rec.shape[:min(80, len(w.rec.shape))]), "%s", bad.Reason)
		} else {
			w.reject("geometry", "", "%v", err)
		}
		return orb.Point{}, false
	}
	p, ok := g.(orb.Point)
	if !ok {
		w.reject("geometry.type", g.GeoJSONType(), "is not Point")
		return orb.Point{}, false
	}
	return w.judge(p, "geometry.coordinates", "")
}

// pair reads a column that holds both: "50.4, 30.5", a list of two, or POINT(x y).
// The order is the mapping's; without one it must follow from the service area.
func (w *row) pair() (p orb.Point, ok, done bool) {
	c := w.cell("point")
	if c.text == "" {
		return p, false, false
	}
	text, order := c.text, c.order
	upper := strings.ToUpper(text)
	if strings.HasPrefix(upper, "POINT") {
		text = strings.Join(strings.Fields(strings.Trim(text[5:], " ()")), ",")
		if order == "" {
			order = "lon,lat"
		}
	}
	parts := splitPair(text)
	if len(parts) != 2 {
		if c.strict && w.cfg.Map != nil {
			w.reject(c.field, c.text, "is not two coordinates")
			return p, false, true
		}
		return p, false, false // a word such as the name of a position
	}
	a, errA := degrees(parts[0], 0)
	b, errB := degrees(parts[1], 0)
	if errA != nil || errB != nil {
		if c.strict && w.cfg.Map != nil {
			w.reject(c.field, c.text, "is not two coordinates")
			return p, false, true
		}
		return p, false, false
	}
	first, second := orb.Point{a, b}, orb.Point{b, a}
	switch {
	case order == "lat,lon":
		first = second
	case order == "" && !w.world && w.cfg.ServiceArea.ContainsPoint(second) && !w.cfg.ServiceArea.ContainsPoint(first):
		first = second
		w.notice(c.field, c.text, "latitude stands first; read so")
	case order == "":
		if w.world {
			w.reject(c.field, c.text, "longitude or latitude first? say so in a mapping file (order)")
			return p, false, true
		}
	}
	p, ok = w.judge(first, c.field, c.text)
	return p, ok, true
}

func splitPair(text string) []string {
	text = strings.Trim(text, "[]() ")
	for _, sep := range []string{";", ", ", ",", " "} {
		if parts := strings.Split(text, sep); len(parts) == 2 {
			return parts
		}
	}
	return nil
}

// judge takes a point or rejects the row.
func (w *row) judge(p orb.Point, field, value string) (orb.Point, bool) {
	inWorld := math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90
	swapped := orb.Point{p[1], p[0]}
	switch {
	case p == orb.Point{}:
		w.reject(field, value, "is 0, 0: no place")
	case inWorld && w.cfg.ServiceArea.ContainsPoint(p):
		return p, true
	case !w.world && w.cfg.ServiceArea.ContainsPoint(swapped):
		w.notice(field, value, "latitude and longitude were swapped; put right")
		return swapped, true
	case !inWorld && (math.Abs(p[0]) > 1000 || math.Abs(p[1]) > 1000):
		w.reject(field, value, "is not degrees: projected coordinates must be converted to WGS 84")
	case !inWorld:
		w.reject(field, value, "is not longitude -180 to 180, latitude -90 to 90")
	default:
		w.reject(field, value, "lies outside the service area")
	}
	return orb.Point{}, false
}

// sexagesimal is degrees, minutes and seconds with any marks between them.
var sexagesimal = regexp.MustCompile(`^(\d{1,3})\s*[°º˚]\s*(?:(\d{1,2}(?:\.\d+)?)\s*['’′ʹ‘´]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*(?:["”″“]|['’′]{2})\s*)?$`)

var errDegrees = errors.New("is not a number of degrees")

// hemispheres are the letters of directions, with the sign that they mean.
var hemispheres = map[string]struct {
	axis byte
	sign float64
}{
	"ПН.Ш": {'N', 1}, "ПД.Ш": {'N', -1}, "СХ.Д": {'E', 1}, "ЗХ.Д": {'E', -1}, "С.Ш": {'N', 1}, "Ю.Ш": {'N', -1}, "В.Д": {'E', 1}, "З.Д": {'E', -1},
	"N": {'N', 1}, "S": {'N', -1}, "E": {'E', 1}, "W": {'E', -1}, "ПН": {'N', 1}, "ПД": {'N', -1}, "СХ": {'E', 1}, "ЗХ": {'E', -1},
	"С": {'N', 1}, "Ю": {'N', -1}, "В": {'E', 1}, "З": {'E', -1},
}

// degrees reads decimal degrees with point or comma, or degrees, minutes, seconds
// with a letter of the hemisphere. axis is 'N', 'E' or 0 for either.
func degrees(text string, axis byte) (float64, error) {
	s := strings.ReplaceAll(strings.TrimRight(strings.ToUpper(strings.TrimSpace(text)), ". "), ". ", ".")
	if s == "" {
		return 0, errors.New("is missing")
	}
	sign := 1.0
	for letter, h := range hemispheres {
		rest, ok := strings.CutPrefix(s, letter)
		if !ok {
			rest, ok = strings.CutSuffix(s, letter)
		}
		if rest = strings.TrimSpace(strings.Trim(rest, ". ")); ok && rest != "" && strings.Trim(rest, "0123456789.,°º˚'’′ʹ‘´\"”″“ -") == "" {
			if axis != 0 && h.axis != axis {
				return 0, errors.New("is of the other axis")
			}
			s, sign = rest, h.sign
			break
		}
	}
	if m := sexagesimal.FindStringSubmatch(strings.ReplaceAll(s, ",", ".")); m != nil {
		d, _ := strconv.ParseFloat(m[1], 64)
		minutes, _ := strconv.ParseFloat("0"+m[2], 64)
		seconds, _ := strconv.ParseFloat("0"+m[3], 64)
		if minutes >= 60 || seconds >= 60 {
			return 0, errDegrees
		}
		return sign * (d + minutes/60 + seconds/3600), nil
	}
	if strings.Count(s, ",") == 1 && !strings.Contains(s, ".") {
		s = strings.Replace(s, ",", ".", 1)
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, errDegrees
	}
	return sign * v, nil
}
