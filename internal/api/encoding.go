package api

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

// gzipLevel is for what is compressed once and sent often.
const gzipLevel = 9

// encodingOf chooses a content coding that a client takes (RFC 9110 §12.5.3): br, gzip,
// or "" for none.
func encodingOf(header string) string {
	taken := map[string]bool{}
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		ok := true
		if v, weighted := strings.CutPrefix(strings.TrimSpace(params), "q="); weighted {
			q, err := strconv.ParseFloat(v, 64)
			ok = err == nil && q > 0
		}
		taken[strings.ToLower(strings.TrimSpace(name))] = ok
	}
	for _, coding := range []string{"br", "gzip"} {
		if taken[coding] {
			return coding
		}
	}
	return ""
}

// compressed encodes bytes as br, of a level from 0 to 11, or gzip.
func compressed(b []byte, coding string, brotliLevel int) ([]byte, error) {
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "br":
		w = brotli.NewWriterLevel(&out, brotliLevel)
	case "gzip":
		var err error
		if w, err = gzip.NewWriterLevel(&out, gzipLevel); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("api: no such content coding: %s", coding)
	}
	if _, err := w.Write(b); err != nil {
		return nil, err
	}
	err := w.Close() // before the bytes are taken
	return out.Bytes(), err
}
