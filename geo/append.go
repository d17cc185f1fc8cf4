package geo

import (
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// AppendGeometry appends g as a GeoJSON geometry with at most 6 decimals (0.1 m)
// and no trailing zeros. A kind that GeoJSON does not have, or nil, becomes null.
func AppendGeometry(dst []byte, g orb.Geometry) []byte {
	switch g := g.(type) {
	case orb.Point:
		return append(appendPoint(open(dst, "Point"), g), '}')
	case orb.MultiPoint:
		return append(appendPoints(open(dst, "MultiPoint"), g), '}')
	case orb.LineString:
		return append(appendPoints(open(dst, "LineString"), g), '}')
	case orb.MultiLineString:
		return append(appendAll(open(dst, "MultiLineString"), g, appendPoints[orb.LineString]), '}')
	case orb.Polygon:
		return append(appendPolygon(open(dst, "Polygon"), g), '}')
	case orb.MultiPolygon:
		return append(appendAll(open(dst, "MultiPolygon"), g, appendPolygon), '}')
	default:
		return append(dst, "null"...)
	}
}

func open(dst []byte, kind string) []byte {
	return append(append(append(dst, `{"type":"`...), kind...), `","coordinates":`...)
}

func appendPolygon(dst []byte, p orb.Polygon) []byte {
	return appendAll(dst, p, appendPoints[orb.Ring])
}

func appendPoints[T ~[]orb.Point](dst []byte, points T) []byte {
	return appendAll(dst, points, appendPoint)
}

func appendAll[S ~[]E, E any](dst []byte, list S, each func([]byte, E) []byte) []byte {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = each(dst, e)
	}
	return append(dst, ']')
}

func appendPoint(dst []byte, p orb.Point) []byte {
	dst = appendNumber(append(dst, '['), p[0])
	return append(appendNumber(append(dst, ','), p[1]), ']')
}

func appendNumber(dst []byte, v float64) []byte {
	v = math.Round(v*1e6) / 1e6
	if v == 0 {
		v = 0 // never -0
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64)
}
