// Package tile reads and writes Mapbox Vector Tiles (specification 2.1,
// github.com/mapbox/vector-tile-spec; the sections are named below), and makes of
// foreign tiles the little that a street map for a poor phone needs ([Sheet]).
//
// Tiles are foreign bytes: whatever they hold costs no more than their length, and
// what breaks a rule is [ErrFormat]. Nothing is projected: coordinates are those of
// the tile, x to the right and y down, from 0 to the extent of the layer.
package tile

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// ErrFormat is what is wrong with the bytes of a tile.
var ErrFormat = errors.New("not a vector tile")

// Ceilings of one tile.
const (
	maxFeatures = 1 << 18
	maxPoints   = 1 << 20
)

// Kind is what a feature's geometry is (section 4.3.4).
type Kind uint8

// The kinds of geometry.
const (
	Unknown Kind = iota
	Points
	Lines
	Polygons
)

// Feature is one thing of a layer. Its Parts are one list of points, lines, or the
// rings of polygons, closed, outer ones clockwise as they look. A tag is a string,
// float64 or bool.
type Feature struct {
	ID    uint64 // 0: none
	Kind  Kind
	Parts []orb.LineString
	Tags  map[string]any
}

// Layer is a named list of features; Extent is its width and height in units.
type Layer struct {
	Name     string
	Extent   uint32
	Features []Feature
}

// budget is what a tile may still hold.
type budget struct{ features, points int }

// Decode reads the layers whose name is wanted (nil: all), decompressed.
func Decode(b []byte, wanted func(name string) bool) ([]Layer, error) {
	var layers []Layer
	left := budget{maxFeatures, maxPoints}
	m := message{b: b}
	for m.next() {
		if m.field != 3 {
			continue
		}
		layer, err := decodeLayer(m.bytes, wanted, &left)
		if err != nil {
			return nil, err
		}
		if layer != nil {
			layers = append(layers, *layer)
		}
	}
	if m.bad {
		return nil, fmt.Errorf("%w: a field that ends too early", ErrFormat)
	}
	return layers, nil
}

// decodeLayer reads section 4.1; nil for a layer that is not wanted.
func decodeLayer(b []byte, wanted func(string) bool, left *budget) (*Layer, error) {
	layer := &Layer{Extent: 4096}
	var keys []string
	var values []any
	var features [][]byte
	m := message{b: b}
	for m.next() {
		switch m.field {
		case 1:
			layer.Name = string(m.bytes)
		case 2:
			features = append(features, m.bytes)
		case 3:
			keys = append(keys, string(m.bytes))
		case 4:
			values = append(values, decodeValue(m.bytes))
		case 5:
			layer.Extent = uint32(min(m.number, math.MaxUint32))
		}
	}
	switch {
	case m.bad:
		return nil, fmt.Errorf("%w: a layer that ends too early", ErrFormat)
	case wanted != nil && !wanted(layer.Name):
		return nil, nil
	case layer.Extent == 0 || layer.Extent > 1<<20:
		return nil, fmt.Errorf("%w: layer %.40q has an extent of %d", ErrFormat, layer.Name, layer.Extent)
	}
	for _, f := range features {
		if left.features--; left.features < 0 {
			return nil, fmt.Errorf("%w: more than %d features", ErrFormat, maxFeatures)
		}
		feature, err := decodeFeature(f, keys, values, left)
		if err != nil {
			return nil, fmt.Errorf("layer %.40q: %w", layer.Name, err)
		}
		layer.Features = append(layer.Features, feature)
	}
	return layer, nil
}

// decodeFeature reads section 4.2. A tag that points nowhere is left out.
func decodeFeature(b []byte, keys []string, values []any, left *budget) (Feature, error) {
	var f Feature
	var geometry []byte
	m := message{b: b}
	for m.next() {
		switch m.field {
		case 1:
			f.ID = m.number
		case 2:
			f.Tags = map[string]any{}
			for tags := (numbers{b: m.bytes}); tags.more(); {
				k, v := tags.next(), tags.next()
				if k < uint64(len(keys)) && v < uint64(len(values)) && !tags.bad {
					f.Tags[keys[k]] = values[v]
				}
			}
		case 3:
			f.Kind = Kind(min(m.number, 255))
		case 4:
			geometry = m.bytes
		}
	}
	if m.bad || f.Kind > Polygons {
		return f, fmt.Errorf("%w: a feature that ends too early or is of no kind", ErrFormat)
	}
	var err error
	f.Parts, err = decodeGeometry(geometry, f.Kind, left)
	return f, err
}

// Commands of section 4.3.1.
const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// decodeGeometry follows the commands of section 4.3; what is of no kind has no parts.
func decodeGeometry(b []byte, kind Kind, left *budget) ([]orb.LineString, error) {
	if kind == Unknown {
		return nil, nil
	}
	bad := fmt.Errorf("%w: a geometry that is none", ErrFormat)
	var parts []orb.LineString
	var at [2]int32
	for n := (numbers{b: b}); n.more(); {
		command := n.next()
		count := command >> 3
		switch command & 7 {
		case moveTo, lineTo:
			if count > uint64(len(n.b)) || count > uint64(left.points) { // two bytes or more each
				return nil, bad
			}
			left.points -= int(count)
			for range count {
				at[0] += unzigzag(n.next())
				at[1] += unzigzag(n.next())
				p := orb.Point{float64(at[0]), float64(at[1])}
				last := len(parts) - 1
				switch {
				case command&7 == moveTo && (kind != Points || last < 0):
					parts = append(parts, orb.LineString{p})
				case last < 0:
					return nil, bad
				default:
					parts[last] = append(parts[last], p)
				}
			}
		case closePath:
			last := len(parts) - 1
			if last < 0 || kind != Polygons {
				return nil, bad
			}
			parts[last] = append(parts[last], parts[last][0])
		default:
			return nil, bad
		}
		if n.bad {
			return nil, bad
		}
	}
	return parts, nil
}
