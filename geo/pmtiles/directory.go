package pmtiles

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sort"
)

// entry names tiles of the same bytes that follow each other, or a leaf directory
// where run is 0 (section 4).
type entry struct {
	id, offset  uint64
	length, run uint32
}

// find returns the entry that holds an id, or the leaf directory that would.
func find(dir []entry, id uint64) (entry, bool) {
	i := sort.Search(len(dir), func(i int) bool { return dir[i].id > id }) - 1
	if i < 0 || dir[i].run > 0 && id-dir[i].id >= uint64(dir[i].run) {
		return entry{}, false
	}
	return dir[i], true
}

// parseDirectory reads a decompressed directory (section 4.2): the number of entries,
// then in columns the ids as differences, runs, lengths, and offsets plus 1, where 0
// is right after the entry before.
func parseDirectory(b []byte) ([]entry, error) {
	bad := func(what string) ([]entry, error) { return nil, fmt.Errorf("%w: %s", ErrFormat, what) }
	short := false
	next := func(most uint64) uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > most {
			short = true
			return 0
		}
		b = b[n:]
		return v
	}
	// Four numbers of at least a byte each: a count that the bytes cannot hold allocates nothing.
	n := next(uint64(len(b)) / 4)
	if short {
		return bad("a directory of more entries than bytes")
	}
	dir := make([]entry, n)
	id := uint64(0)
	for i := range dir {
		step := next(math.MaxInt64)
		if id += step; i > 0 && step == 0 || id > lastID {
			return bad("a directory whose tiles do not ascend")
		}
		dir[i].id = id
	}
	for i := range dir {
		dir[i].run = uint32(next(math.MaxUint32))
	}
	for i := range dir {
		if dir[i].length = uint32(next(math.MaxUint32)); dir[i].length == 0 {
			return bad("a directory with an entry of no bytes")
		}
	}
	for i := range dir {
		switch offset := next(math.MaxInt64); {
		case offset > 0:
			dir[i].offset = offset - 1
		case i == 0:
			return bad("a directory whose first entry has no offset")
		default:
			dir[i].offset = dir[i-1].offset + uint64(dir[i-1].length)
		}
	}
	if short || len(b) > 0 {
		return bad("a directory that ends too early or too late")
	}
	return slices.Clip(dir), nil
}

// lastID is that of the last tile of maxZoom.
const lastID = (1<<(2*maxZoom+2) - 1) / 3

// ID is a tile's number (section 4.1): those of all lower zooms come first, within a
// zoom along a Hilbert curve. False: there is no such tile.
func ID(z uint8, x, y uint32) (uint64, bool) {
	if z > maxZoom || x>>z > 0 || y>>z > 0 {
		return 0, false
	}
	id := (uint64(1)<<(2*z) - 1) / 3
	for s := uint32(1) << z >> 1; s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s > 0 {
			rx = 1
		}
		if y&s > 0 {
			ry = 1
		}
		id += uint64(s) * uint64(s) * uint64(3*rx^ry)
		// The quadrant's own curve is turned; what lies above s plays no part any more.
		x, y = x&(s-1), y&(s-1)
		if ry == 0 {
			if rx == 1 {
				x, y = s-1-x, s-1-y
			}
			x, y = y, x
		}
	}
	return id, true
}
