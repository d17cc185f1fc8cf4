package site

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"
)

// The picture of the country: shapeWidth units wide, seen straight at 48.5° N; lines
// are off by at most shapeTolerance units (about 3 km).
const (
	shapeWest, shapeEast   = 22.0, 40.35
	shapeSouth, shapeNorth = 44.3, 52.45
	shapeWidth             = 900.0
	shapeScale             = shapeWidth / (shapeEast - shapeWest)
	shapeTolerance         = 2.2
	shapeSpeck             = 5.0 // islands smaller than this, in units across, are left out
)

// shapeStretch is how much longer a degree of latitude is than one of longitude there.
var shapeStretch = 1 / math.Cos(48.5*math.Pi/180)

// shapeHeight is that of the picture.
var shapeHeight = int((shapeNorth - shapeSouth) * shapeScale * shapeStretch)

// oblastShape is one oblast as the picture of the country has it.
type oblastShape struct {
	Path string // SVG
	X, Y int    // where its number stands
}

// isoCodes are the oblasts whose ISO 3166-2 code is not that of KATOTTG.
var isoCodes = map[string]string{"43": "01", "09": "44", "77": "73", "30": "80", "40": "85"}

// labelShifts move numbers off a neighbour that lies in the middle, or off the land.
var labelShifts = map[string][2]int{"UA32": {-25, 60}, "UA71": {8, -8}, "UA73": {-12, 14}, "UA85": {-30, 5}}

// topology is a TopoJSON file: borders that two areas share stand there once, so that
// what is simplified arc by arc still fits together.
type topology struct {
	Arcs      [][][2]float64
	Transform struct{ Scale, Translate [2]float64 }
	Objects   struct {
		Land struct{ Geometries []topoArea }
	}
}

type topoArea struct {
	Type       string
	Arcs       json.RawMessage
	Properties struct{ ID, C string }
}

// loadShapes draws the oblasts of the base map, by their 4-character p-codes.
func loadShapes(fsys fs.FS) (map[string]oblastShape, error) {
	b, err := fs.ReadFile(fsys, "basemap/base.json")
	if err != nil {
		return nil, err
	}
	var topo topology
	if err := json.Unmarshal(b, &topo); err != nil {
		return nil, fmt.Errorf("basemap: %w", err)
	}
	arcs := topo.drawn()
	out := map[string]oblastShape{}
	for _, g := range topo.Objects.Land.Geometries {
		number, ours := strings.CutPrefix(g.Properties.ID, "UA-")
		if !ours {
			continue
		}
		polygons := make([][][]int, 1)
		var into any = &polygons[0]
		if g.Type == "MultiPolygon" {
			into = &polygons
		}
		if err := json.Unmarshal(g.Arcs, into); err != nil {
			return nil, fmt.Errorf("basemap: %s: %w", g.Properties.ID, err)
		}
		if other, differs := isoCodes[number]; differs {
			number = other
		}
		code := "UA" + number
		out[code] = drawOblast(polygons, arcs, labelShifts[code])
	}
	return out, nil
}

// drawn puts every arc into the picture and simplifies it; its ends stay.
func (t *topology) drawn() []orb.LineString {
	out := make([]orb.LineString, len(t.Arcs))
	for i, arc := range t.Arcs {
		var at [2]float64
		line := make(orb.LineString, len(arc))
		for j, step := range arc {
			at[0], at[1] = at[0]+step[0], at[1]+step[1]
			lon, lat := at[0]*t.Transform.Scale[0]+t.Transform.Translate[0], at[1]*t.Transform.Scale[1]+t.Transform.Translate[1]
			line[j] = orb.Point{(lon - shapeWest) * shapeScale, (shapeNorth - lat) * shapeScale * shapeStretch}
		}
		out[i] = simplify.DouglasPeucker(shapeTolerance).LineString(line)
	}
	return out
}

// drawOblast joins arcs to rings; an arc that is ~i is arc i backwards.
func drawOblast(polygons [][][]int, arcs []orb.LineString, shift [2]int) oblastShape {
	var path strings.Builder
	var shape oblastShape
	largest := 0.0
	for _, rings := range polygons {
		for _, indexes := range rings {
			var ring orb.Ring
			for _, i := range indexes {
				arc := arcs[max(i, ^i)]
				if i < 0 {
					arc = slices.Clone(arc)
					slices.Reverse(arc)
				}
				ring = append(ring, arc...)
			}
			if b := ring.Bound(); b.Max[0]-b.Min[0] < shapeSpeck && b.Max[1]-b.Min[1] < shapeSpeck {
				continue
			}
			appendRing(&path, ring)
			if center, area := planar.CentroidArea(ring); math.Abs(area) > largest {
				largest, shape.X, shape.Y = math.Abs(area), int(center[0])+shift[0], int(center[1])+shift[1]
			}
		}
	}
	shape.Path = path.String()
	return shape
}

// appendRing writes a ring in whole units, each position as steps from the one before.
func appendRing(path *strings.Builder, ring orb.Ring) {
	var x, y int
	for i, p := range ring {
		nx, ny := int(math.Round(p[0])), int(math.Round(p[1]))
		switch {
		case i == 0:
			fmt.Fprintf(path, "M%d %dl", nx, ny)
		case nx == x && ny == y:
			continue
		default:
			step := strconv.Itoa(nx - x)
			if i > 1 && step[0] != '-' {
				step = " " + step
			}
			if ny-y >= 0 {
				step += " "
			}
			path.WriteString(step + strconv.Itoa(ny-y))
		}
		x, y = nx, ny
	}
	path.WriteByte('z')
}
