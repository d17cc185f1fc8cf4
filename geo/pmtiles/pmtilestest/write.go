// Package pmtilestest writes small PMTiles archives for tests. It knows the format
// from the specification alone and shares no code with the reader but the numbers of
// tiles, which the npm reader checks.
package pmtilestest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"

	"github.com/klauspost/compress/gzip"

	"example.org/teplo/geo/pmtiles"
)

// Tile names a tile.
type Tile struct {
	Z    uint8
	X, Y uint32
}

// Archive is what is written. Tiles of the same bytes are stored once, and in one
// entry where they follow each other.
type Archive struct {
	Type     pmtiles.TileType
	Tiles    map[Tile][]byte // as readers get them
	Metadata map[string]any
	Plain    bool       // no compression anywhere; else gzip
	PerLeaf  int        // entries in a directory, above which there are leaves; 0: 1,000
	Bounds   [4]float64 // west, south, east, north in degrees
}

type entry struct{ id, run, length, offset uint64 }

// Bytes returns the file.
func (a Archive) Bytes() []byte {
	byID := map[uint64][]byte{}
	zooms := []uint8{}
	for t, b := range a.Tiles {
		id, ok := pmtiles.ID(t.Z, t.X, t.Y)
		if !ok {
			panic("pmtilestest: there is no such tile")
		}
		byID[id] = b
		zooms = append(zooms, t.Z)
	}
	var data []byte
	var dir []entry
	stored := map[string][2]uint64{}
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		at, ok := stored[string(byID[id])]
		if !ok {
			b := a.pack(byID[id])
			at = [2]uint64{uint64(len(data)), uint64(len(b))}
			stored[string(byID[id])] = at
			data = append(data, b...)
		}
		if last := len(dir) - 1; last >= 0 && dir[last].offset == at[0] && dir[last].id+dir[last].run == id {
			dir[last].run++
			continue
		}
		dir = append(dir, entry{id, 1, at[1], at[0]})
	}
	per := a.PerLeaf
	if per == 0 {
		per = 1000
	}
	var leaves []byte
	for len(dir) > per { // as many floors as it takes
		var above []entry
		for part := range slices.Chunk(dir, per) {
			b := a.pack(directory(part))
			above = append(above, entry{part[0].id, 0, uint64(len(b)), uint64(len(leaves))})
			leaves = append(leaves, b...)
		}
		dir = above
	}
	meta, err := json.Marshal(a.Metadata)
	if err != nil {
		panic(err)
	}
	return a.assemble(a.pack(directory(dir)), a.pack(meta), leaves, data, zooms)
}

func (a Archive) assemble(root, meta, leaves, data []byte, zooms []uint8) []byte {
	head := make([]byte, 127)
	copy(head, "PMTiles\x03")
	at := uint64(len(head))
	for i, part := range [][]byte{root, meta, leaves, data} {
		binary.LittleEndian.PutUint64(head[8+16*i:], at)
		binary.LittleEndian.PutUint64(head[16+16*i:], uint64(len(part)))
		at += uint64(len(part))
	}
	head[97], head[98], head[99] = 2, 2, byte(a.Type)
	if a.Plain {
		head[97], head[98] = 1, 1
	}
	if len(zooms) > 0 {
		head[100], head[101] = slices.Min(zooms), slices.Max(zooms)
	}
	for i, deg := range a.Bounds {
		binary.LittleEndian.PutUint32(head[102+4*i:], uint32(int32(deg*1e7))) //nolint:gosec // a signed number
	}
	return slices.Concat(head, root, meta, leaves, data)
}

func (a Archive) pack(b []byte) []byte {
	if a.Plain {
		return b
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// directory writes entries in the columns of section 4.2.
func directory(dir []entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(dir)))
	last := uint64(0)
	for _, e := range dir {
		b = binary.AppendUvarint(b, e.id-last)
		last = e.id
	}
	for _, e := range dir {
		b = binary.AppendUvarint(b, e.run)
	}
	for _, e := range dir {
		b = binary.AppendUvarint(b, e.length)
	}
	for i, e := range dir {
		if i > 0 && e.offset == dir[i-1].offset+dir[i-1].length {
			b = append(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, e.offset+1)
	}
	return b
}
