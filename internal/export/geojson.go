package export

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// writeGeoJSON writes one FeatureCollection (RFC 7946) with the foreign members name,
// timeStamp and cursor; a feature a line.
func writeGeoJSON(w *bufio.Writer, s *Selection) error {
	openCollection(w, s)
	var buf []byte
	before := "\n"
	for f := range s.Features {
		buf = f.AppendJSON(append(buf[:0], before...), s.Now)
		if _, err := w.Write(buf); err != nil {
			return err
		}
		before = ",\n"
	}
	_, err := w.WriteString(closeCollection)
	return err
}

const closeCollection = "\n]}\n"

func openCollection(w *bufio.Writer, s *Selection) {
	fmt.Fprintf(w, `{"type":"FeatureCollection","name":%q,"timeStamp":%q,"cursor":%d,"features":[`, s.Collection, s.timeStamp(), s.Cursor) //nolint:errcheck // the writer keeps its first error
}

// Gather writes, as geojson, what another server wrote as ndjson; the features of s are
// not used.
func Gather(w io.Writer, ndjson io.Reader, s Selection) error {
	out, in := bufio.NewWriterSize(w, bufferSize), bufio.NewReaderSize(ndjson, bufferSize)
	openCollection(out, &s)
	before := "\n"
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		if err != nil {
			return fmt.Errorf("export: a line has no end: %w", err)
		}
		out.WriteString(before)                    //nolint:errcheck // the writer keeps its first error
		out.Write(bytes.TrimSuffix(line, newline)) //nolint:errcheck
		before = ",\n"
	}
	out.WriteString(closeCollection) //nolint:errcheck
	return out.Flush()
}

var newline = []byte("\n")

// writeSequence writes a GeoJSON text sequence (RFC 8142): a record separator before
// each feature, a line feed after it.
func writeSequence(w *bufio.Writer, s *Selection) error { return writeTexts(w, s, "\x1e") }

// writeLines writes a feature a line, with nothing before it.
func writeLines(w *bufio.Writer, s *Selection) error { return writeTexts(w, s, "") }

func writeTexts(w *bufio.Writer, s *Selection, before string) error {
	var buf []byte
	for f := range s.Features {
		buf = append(f.AppendJSON(append(buf[:0], before...), s.Now), '\n')
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}
