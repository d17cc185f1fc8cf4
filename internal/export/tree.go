package export

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"iter"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/view"
)

// treeNode is how many children a node of the tree has, the default of FlatGeobuf.
const treeNode = 16

// hilbertOrder is the number of bits of a coordinate on the Hilbert curve.
const hilbertOrder = 16

// tree is a packed R-tree: items along a Hilbert curve, so that neighbours lie together
// in the file, and above them level by level the boxes of treeNode at a time.
type tree struct {
	items []treeItem
}

type treeItem struct {
	feature *view.Feature
	hilbert uint32
	offset  uint64 // of its bytes after the tree
}

// newTree orders features by the centres of their boxes.
func newTree(features iter.Seq[*view.Feature]) *tree {
	t := &tree{}
	for f := range features {
		t.items = append(t.items, treeItem{feature: f})
	}
	all := t.bound()
	for i := range t.items {
		c := t.items[i].feature.Bound.Center()
		t.items[i].hilbert = hilbert(scale(c[0], all.Min[0], all.Max[0]), scale(c[1], all.Min[1], all.Max[1]))
	}
	slices.SortStableFunc(t.items, func(a, b treeItem) int { return cmp.Compare(a.hilbert, b.hilbert) })
	return t
}

// bound is the extent of all, zero of none.
func (t *tree) bound() orb.Bound {
	var all orb.Bound
	for i := range t.items {
		if b := t.items[i].feature.Bound; i == 0 {
			all = b
		} else {
			all = all.Union(b)
		}
	}
	return all
}

// scale maps v between lo and hi onto the side of the curve's square.
func scale(v, lo, hi float64) uint32 {
	if hi <= lo {
		return 0
	}
	return uint32((v - lo) / (hi - lo) * (1<<hilbertOrder - 1))
}

// hilbert returns how far along the curve (x, y) lies: at each scale the quadrant,
// turned as the curve turns there.
func hilbert(x, y uint32) uint32 {
	var d uint32
	for side := uint32(1) << (hilbertOrder - 1); side > 0; side /= 2 {
		right, upper := uint32(0), uint32(0)
		if x&side > 0 {
			right = 1
		}
		if y&side > 0 {
			upper = 1
		}
		d += side * side * (3*right ^ upper)
		if upper == 0 {
			if right == 1 {
				x, y = 1<<hilbertOrder-1-x, 1<<hilbertOrder-1-y
			}
			x, y = y, x
		}
	}
	return d
}

// write writes the nodes, the root first: a box, and of a leaf the offset of its
// feature, of others the number of their first child.
func (t *tree) write(w *bufio.Writer) error {
	if len(t.items) == 0 {
		return nil
	}
	// A tree of one item has a root all the same: readers count the levels so.
	boxes := make([]orb.Bound, len(t.items))
	for i := range t.items {
		boxes[i] = t.items[i].feature.Bound
	}
	levels := [][]orb.Bound{boxes}
	for len(boxes) > 1 || len(levels) == 1 {
		var above []orb.Bound
		for group := range slices.Chunk(boxes, treeNode) {
			box := group[0]
			for _, b := range group[1:] {
				box = box.Union(b)
			}
			above = append(above, box)
		}
		levels, boxes = append(levels, above), above
	}
	var buf []byte
	first := 0 // number of the level's first node
	for i, level := range slices.Backward(levels) {
		first += len(level)
		for j, box := range level {
			child := uint64(first + j*treeNode)
			if i == 0 {
				child = t.items[j].offset
			}
			if _, err := w.Write(appendNode(buf[:0], box, child)); err != nil {
				return err
			}
		}
	}
	return nil
}

// appendNode rounds outwards: a box must hold what coordinates are rounded to.
func appendNode(b []byte, box orb.Bound, child uint64) []byte {
	for _, v := range []float64{min(box.Min[0], degrees(box.Min[0])), min(box.Min[1], degrees(box.Min[1])), max(box.Max[0], degrees(box.Max[0])), max(box.Max[1], degrees(box.Max[1]))} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return binary.LittleEndian.AppendUint64(b, child)
}
