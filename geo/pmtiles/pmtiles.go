// Package pmtiles reads map tiles out of one file after the PMTiles specification,
// version 3 (github.com/protomaps/PMTiles, spec/v3/spec.md; the sections are named
// below): a header of 127 bytes, directories that name tiles by their place on a
// Hilbert curve, metadata, and the tiles.
//
// A file is foreign bytes: every offset lies within it, every directory and tile has
// a ceiling, compressed and not, and a walk through directories ends after four. What
// breaks a rule is [ErrFormat], never a panic.
package pmtiles

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrFormat is what is wrong with the bytes of an archive.
var ErrFormat = errors.New("not a PMTiles archive of version 3")

// The ceilings. Real archives keep far below: root directories of 16 KiB are the rule
// of the specification, leaves are some ten thousand entries, tiles below 1 MiB.
const (
	maxZoom           = 26      // the specification has 31; 26 keeps ids far below 2^63
	maxDirectoryBytes = 4 << 20 // decompressed
	maxMetadataBytes  = 4 << 20 // decompressed
	maxTileBytes      = 8 << 20 // decompressed
	maxDepth          = 4       // directories on the way to a tile
	keptEntries       = 1 << 18 // of directories in memory: 6 MiB
)

// Archive is an open archive. It is safe for concurrent use as far as its reader is.
type Archive struct {
	r      io.ReaderAt
	header Header
	meta   Metadata
	hash   [sha256.Size]byte
	root   []entry

	mu   sync.Mutex // guards what follows
	kept map[uint64][]entry
	size int // entries in kept
}

// Metadata is what an archive says of itself (section 5), as far as a map needs it.
// All of it is foreign text: it must be shown as text alone.
type Metadata struct {
	Name, Description, Attribution, Version string
	VectorLayers                            []VectorLayer
}

// VectorLayer is one layer of the tiles.
type VectorLayer struct {
	ID               string
	MinZoom, MaxZoom int // 0 where not said
}

// Open reads header, root directory and metadata of an archive of size bytes. The
// reader must stay open and unchanged for as long as the archive is used.
func Open(r io.ReaderAt, size int64) (*Archive, error) {
	head := make([]byte, headerBytes)
	if size < headerBytes {
		return nil, fmt.Errorf("%w: it has %d bytes, a header has %d", ErrFormat, size, headerBytes)
	}
	if _, err := r.ReadAt(head, 0); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	h, err := parseHeader(head, uint64(size))
	if err != nil {
		return nil, err
	}
	a := &Archive{r: r, header: h, kept: map[uint64][]entry{}}
	packed, err := a.read(h.rootOffset, h.rootLength)
	if err != nil {
		return nil, fmt.Errorf("root directory: %w", err)
	}
	if a.root, err = a.directory(packed); err != nil {
		return nil, fmt.Errorf("root directory: %w", err)
	}
	sum := sha256.New()
	sum.Write(head)
	sum.Write(packed)
	if packed, err = a.read(h.metadataOffset, h.metadataLength); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	sum.Write(packed)
	sum.Sum(a.hash[:0])
	if a.meta, err = readMetadata(packed, h.internal); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	return a, nil
}

// Header tells of the whole archive.
func (a *Archive) Header() Header { return a.header }

// Metadata tells what the archive says of itself.
func (a *Archive) Metadata() Metadata { return a.meta }

// Hash names the archive's content: header, root directory and metadata, which hold
// the lengths of all else. To hash a gigabyte would keep a start waiting.
func (a *Archive) Hash() [sha256.Size]byte { return a.hash }

// Tile returns a tile's bytes, decompressed; nil where the archive has none. It fails
// with [ErrFormat] where directories or the tile are damaged, else with what the
// reader said.
func (a *Archive) Tile(z uint8, x, y uint32) ([]byte, error) {
	id, ok := ID(z, x, y)
	if !ok || z < a.header.MinZoom || z > a.header.MaxZoom {
		return nil, nil
	}
	dir, h := a.root, &a.header
	for range maxDepth {
		e, ok := find(dir, id)
		if !ok {
			return nil, nil
		}
		if e.run > 0 {
			b, err := a.section(h.dataOffset, h.dataLength, e)
			if err != nil {
				return nil, fmt.Errorf("tile %d/%d/%d: %w", z, x, y, err)
			}
			if b, err = unpack(b, h.tiles, maxTileBytes); err != nil {
				return nil, fmt.Errorf("tile %d/%d/%d: %w", z, x, y, err)
			}
			return b, nil
		}
		var err error
		if dir, err = a.leaf(e); err != nil {
			return nil, fmt.Errorf("leaf directory: %w", err)
		}
	}
	return nil, fmt.Errorf("%w: directories are more than %d deep", ErrFormat, maxDepth)
}

// leaf returns a leaf directory, kept from before or read. When there is no more room
// all are let go: what is used often is soon back.
func (a *Archive) leaf(e entry) ([]entry, error) {
	a.mu.Lock()
	dir, ok := a.kept[e.offset]
	a.mu.Unlock()
	if ok {
		return dir, nil
	}
	packed, err := a.section(a.header.leafOffset, a.header.leafLength, e)
	if err != nil {
		return nil, err
	}
	if dir, err = a.directory(packed); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.size+len(dir) > keptEntries {
		clear(a.kept)
		a.size = 0
	}
	if _, ok := a.kept[e.offset]; !ok && len(dir) <= keptEntries {
		a.kept[e.offset] = dir
		a.size += len(dir)
	}
	return dir, nil
}

func (a *Archive) directory(packed []byte) ([]entry, error) {
	b, err := unpack(packed, a.header.internal, maxDirectoryBytes)
	if err != nil {
		return nil, err
	}
	return parseDirectory(b)
}

// section reads what an entry names, within its part of the file.
func (a *Archive) section(start, length uint64, e entry) ([]byte, error) {
	if e.offset > length || uint64(e.length) > length-e.offset {
		return nil, fmt.Errorf("%w: bytes %d to %d of a section of %d", ErrFormat, e.offset, e.offset+uint64(e.length), length)
	}
	return a.read(start+e.offset, uint64(e.length))
}

// read reads bytes that lie in the file.
func (a *Archive) read(offset, length uint64) ([]byte, error) {
	if length > maxTileBytes {
		return nil, fmt.Errorf("%w: %d bytes in one piece, at most %d", ErrFormat, length, maxTileBytes)
	}
	b := make([]byte, length)
	if n, err := a.r.ReadAt(b, int64(offset)); err != nil && (n < len(b) || !errors.Is(err, io.EOF)) { //nolint:gosec // below the file's size
		return nil, err
	}
	return b, nil
}

func readMetadata(packed []byte, c Compression) (Metadata, error) {
	if len(packed) == 0 { // section 5 wants an object; some writers leave it out
		return Metadata{}, nil
	}
	b, err := unpack(packed, c, maxMetadataBytes)
	if err != nil {
		return Metadata{}, err
	}
	var m struct {
		Name, Description, Attribution, Version any
		Layers                                  []struct {
			ID               string  `json:"id"`
			MinZoom, MaxZoom float64 // 5.0 is seen too
		} `json:"vector_layers"`
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return Metadata{}, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	text := func(v any) string { s, _ := v.(string); return s }
	out := Metadata{Name: text(m.Name), Description: text(m.Description), Attribution: text(m.Attribution), Version: text(m.Version)}
	for _, l := range m.Layers {
		out.VectorLayers = append(out.VectorLayers, VectorLayer{l.ID, int(min(max(l.MinZoom, 0), maxZoom)), int(min(max(l.MaxZoom, 0), maxZoom))})
	}
	return out, nil
}
