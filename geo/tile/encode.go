package tile

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Encode writes layers as a tile of version 2. Coordinates are rounded to whole units;
// rings are written as they are, their last point left out. Tags of other types than
// those of [Feature] are left out, and so are features without a point. The same
// layers give the same bytes.
func Encode(layers []Layer) []byte {
	var out []byte
	for _, l := range layers {
		out = appendField(out, 3, encodeLayer(&l))
	}
	return out
}

func encodeLayer(l *Layer) []byte {
	var keys, values [][]byte
	index := func(list *[][]byte, known map[string]uint64, b []byte) uint64 {
		i, ok := known[string(b)]
		if !ok {
			i = uint64(len(*list))
			known[string(b)] = i
			*list = append(*list, b)
		}
		return i
	}
	out := appendField(appendNumber(nil, 15, 2), 1, []byte(l.Name))
	knownKeys, knownValues := map[string]uint64{}, map[string]uint64{}
	for _, f := range l.Features {
		geometry := encodeGeometry(&f)
		if geometry == nil {
			continue
		}
		var tags []byte
		for _, k := range slices.Sorted(maps.Keys(f.Tags)) {
			if v := encodeValue(f.Tags[k]); v != nil {
				tags = binary.AppendUvarint(tags, index(&keys, knownKeys, []byte(k)))
				tags = binary.AppendUvarint(tags, index(&values, knownValues, v))
			}
		}
		var b []byte
		if f.ID != 0 {
			b = appendNumber(b, 1, f.ID)
		}
		if tags != nil {
			b = appendField(b, 2, tags)
		}
		out = appendField(out, 2, appendField(appendNumber(b, 3, uint64(f.Kind)), 4, geometry))
	}
	for _, k := range keys {
		out = appendField(out, 3, k)
	}
	for _, v := range values {
		out = appendField(out, 4, v)
	}
	return appendNumber(out, 5, uint64(l.Extent))
}

// encodeGeometry writes the commands of section 4.3; nil where there are none.
func encodeGeometry(f *Feature) []byte {
	var out []byte
	var at [2]int32
	step := func(p orb.Point) {
		for i := range at {
			v := int32(math.Round(p[i]))
			out = binary.AppendUvarint(out, zigzag(v-at[i]))
			at[i] = v
		}
	}
	for _, part := range f.Parts {
		if f.Kind == Polygons && len(part) > 1 && part[0] == part[len(part)-1] {
			part = part[:len(part)-1]
		}
		switch {
		case len(part) == 0:
			continue
		case f.Kind == Points:
			out = binary.AppendUvarint(out, uint64(len(part))<<3|moveTo)
			for _, p := range part {
				step(p)
			}
			continue
		}
		out = binary.AppendUvarint(out, 1<<3|moveTo)
		step(part[0])
		out = binary.AppendUvarint(out, uint64(len(part)-1)<<3|lineTo)
		for _, p := range part[1:] {
			step(p)
		}
		if f.Kind == Polygons {
			out = binary.AppendUvarint(out, 1<<3|closePath)
		}
	}
	return out
}

func encodeValue(v any) []byte {
	switch v := v.(type) {
	case string:
		return appendField(nil, 1, []byte(v))
	case float64:
		return binary.LittleEndian.AppendUint64(binary.AppendUvarint(nil, 3<<3|wire64), math.Float64bits(v))
	case bool:
		if v {
			return appendNumber(nil, 7, 1)
		}
		return appendNumber(nil, 7, 0)
	}
	return nil
}

func appendField(dst []byte, field uint64, b []byte) []byte {
	return append(binary.AppendUvarint(binary.AppendUvarint(dst, field<<3|wireBytes), uint64(len(b))), b...)
}

func appendNumber(dst []byte, field, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(dst, field<<3|wireVarint), v)
}
