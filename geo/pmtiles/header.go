package pmtiles

import (
	"encoding/binary"
	"fmt"
)

const (
	headerBytes = 127
	// firstBytes must hold header and root directory (section 2).
	firstBytes = 16 << 10
)

// Compression is how bytes are packed (section 3, "Internal compression").
type Compression uint8

// The compressions of section 3.
const (
	CompressionUnknown Compression = iota
	CompressionNone
	CompressionGzip
	CompressionBrotli
	CompressionZstd
)

// TileType is what tiles are (section 3, "Tile Type").
type TileType uint8

// The types of tiles of section 3.
const (
	TypeUnknown TileType = iota
	TypeMVT
	TypePNG
	TypeJPEG
	TypeWebP
	TypeAVIF
)

// MediaType is that of an image, "" for all else.
func (t TileType) MediaType() string {
	switch t {
	case TypePNG:
		return "image/png"
	case TypeJPEG:
		return "image/jpeg"
	case TypeWebP:
		return "image/webp"
	case TypeAVIF:
		return "image/avif"
	case TypeUnknown, TypeMVT:
	}
	return ""
}

// Header is the fixed part of an archive (section 3). Degrees are WGS 84.
type Header struct {
	Type                                 TileType
	MinZoom, MaxZoom                     uint8
	WestDeg, SouthDeg, EastDeg, NorthDeg float64
	rootOffset, rootLength               uint64
	metadataOffset, metadataLength       uint64
	leafOffset, leafLength               uint64
	dataOffset, dataLength               uint64
	internal, tiles                      Compression
}

// parseHeader reads the 127 bytes of section 3 of a file of size bytes.
func parseHeader(b []byte, size uint64) (Header, error) {
	if string(b[:7]) != "PMTiles" {
		return Header{}, fmt.Errorf("%w: it does not begin with PMTiles", ErrFormat)
	}
	if b[7] != 3 {
		return Header{}, fmt.Errorf("%w: it has version %d", ErrFormat, b[7])
	}
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	degrees := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(b[at:]))) / 1e7 } //nolint:gosec // a signed number
	h := Header{
		rootOffset: number(8), rootLength: number(16), metadataOffset: number(24), metadataLength: number(32),
		leafOffset: number(40), leafLength: number(48), dataOffset: number(56), dataLength: number(64),
		internal: Compression(b[97]), tiles: Compression(b[98]), Type: TileType(b[99]), MinZoom: b[100], MaxZoom: b[101],
		WestDeg: degrees(102), SouthDeg: degrees(106), EastDeg: degrees(110), NorthDeg: degrees(114),
	}
	for _, s := range []struct {
		name           string
		offset, length uint64
	}{
		{"root directory", h.rootOffset, h.rootLength},
		{"metadata", h.metadataOffset, h.metadataLength},
		{"leaf directories", h.leafOffset, h.leafLength},
		{"tile data", h.dataOffset, h.dataLength},
	} {
		if s.offset > size || s.length > size-s.offset {
			return h, fmt.Errorf("%w: %s are outside of the file: is it cut short?", ErrFormat, s.name)
		}
	}
	switch {
	case h.rootLength == 0 || h.rootOffset+h.rootLength > firstBytes:
		return h, fmt.Errorf("%w: the root directory is not in the first %d bytes", ErrFormat, firstBytes)
	case h.metadataLength > maxMetadataBytes:
		return h, fmt.Errorf("%w: metadata of %d bytes, at most %d", ErrFormat, h.metadataLength, maxMetadataBytes)
	case h.internal < CompressionNone || h.internal > CompressionZstd:
		return h, fmt.Errorf("%w: directories are compressed in a way (%d) that is not known", ErrFormat, h.internal)
	case h.tiles > CompressionZstd:
		return h, fmt.Errorf("%w: tiles are compressed in a way (%d) that is not known", ErrFormat, h.tiles)
	case h.MinZoom > h.MaxZoom || h.MaxZoom > maxZoom:
		return h, fmt.Errorf("%w: zooms from %d to %d", ErrFormat, h.MinZoom, h.MaxZoom)
	}
	return h, nil
}
