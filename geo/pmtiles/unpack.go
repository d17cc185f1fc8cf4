package pmtiles

import (
	"bytes"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// unpack decompresses at most so many bytes: more is an error, never half a tile.
// Tiles of unknown compression are taken as they are, gzip told by its first bytes.
func unpack(b []byte, c Compression, most int) ([]byte, error) {
	var r io.Reader
	switch c {
	case CompressionUnknown:
		if !bytes.HasPrefix(b, []byte{0x1f, 0x8b}) {
			return b, nil
		}
		return unpack(b, CompressionGzip, most)
	case CompressionNone:
		if len(b) > most {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrFormat, most)
		}
		return b, nil
	case CompressionGzip:
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, fmt.Errorf("%w: gzip: %w", ErrFormat, err)
		}
		r = z
	case CompressionBrotli:
		r = brotli.NewReader(bytes.NewReader(b))
	case CompressionZstd:
		z, err := zstd.NewReader(bytes.NewReader(b), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(most, 1<<20)))) //nolint:gosec // small
		if err != nil {
			return nil, fmt.Errorf("%w: zstd: %w", ErrFormat, err)
		}
		defer z.Close()
		r = z
	}
	out, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	case len(out) > most:
		return nil, fmt.Errorf("%w: more than %d bytes when decompressed", ErrFormat, most)
	}
	return out, nil
}
