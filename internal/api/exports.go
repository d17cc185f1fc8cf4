package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"

	"example.org/teplo/internal/export"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// exportTimeout is how long a client may take for a whole collection.
const exportTimeout = 15 * time.Minute

// listOffers are the representations of items: those of itemOffers, which come in pages,
// and files of the whole selection.
var listOffers = func() []offer {
	out := append([]offer{}, itemOffers...)
	for i := range export.Formats {
		if f := &export.Formats[i]; f.MediaType != typeGeoJSON { // json is that
			mediaType, _, _ := strings.Cut(f.MediaType, ";")
			out = append(out, offer{f.Name, []string{mediaType}})
		}
	}
	return out
}()

// exports reports whether a representation is a file.
func (o offer) exports() bool { return o.name != asGeoJSON.name && o.name != asHTML.name }

// sendExport streams features as a file. The snapshot that they are of never changes,
// so nothing waits for a slow client but its own connection.
func (s *Server) sendExport(c *fiber.Ctx, as offer, name report.Collection, features []*view.Feature, now time.Time, cursor uint64) error {
	format, ok := export.Named(as.name)
	if !ok {
		return fmt.Errorf("api: no such format: %s", as.name)
	}
	zipped := encodingOf(c.Get(fiber.HeaderAcceptEncoding)) != "" && format.MediaType != "application/zip"
	selection := export.Selection{Collection: name, Features: each(features), Now: now, Cursor: cursor}
	from, to := io.Pipe()
	go func() {
		defer func() {
			if r := recover(); r != nil { // a panic here would end the process: no middleware sees it
				s.cfg.Log.Error("panic in an export", "panic", r)
				to.CloseWithError(errInternal) //nolint:errcheck // never fails
			}
		}()
		to.CloseWithError(writeExport(to, format, selection, zipped)) //nolint:errcheck // never fails
	}()
	body := &exportBody{bufio.NewReaderSize(from, exportChunk), from}
	// A format refuses what it cannot hold before its first byte.
	if _, err := body.Peek(1); err != nil && !errors.Is(err, io.EOF) {
		_ = body.Close()
		if errors.Is(err, export.ErrTooLarge) {
			return badRequest(fieldError{"f", as.name, "cannot hold so much: take fgb, or a part with bbox, area or limit"})
		}
		return err
	}
	c.Set(fiber.HeaderContentType, format.MediaType)
	c.Set(fiber.HeaderContentDisposition, fmt.Sprintf(`attachment; filename="%s.%s"`, name, format.Extension))
	if zipped {
		c.Set(fiber.HeaderContentEncoding, "gzip")
	}
	c.Context().SetBodyStream(body, -1)
	return nil
}

const exportChunk = 16 << 10

// exportBody is what is written elsewhere, as a body; closing it ends the writing.
type exportBody struct {
	*bufio.Reader
	from *io.PipeReader
}

// Close implements io.Closer.
func (b *exportBody) Close() error { return b.from.Close() }

func writeExport(w io.Writer, format *export.Format, selection export.Selection, zipped bool) error {
	if !zipped {
		return format.Write(w, selection)
	}
	packed, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	return errors.Join(format.Write(packed, selection), packed.Close())
}

func each(features []*view.Feature) iter.Seq[*view.Feature] {
	return func(yield func(*view.Feature) bool) {
		for _, f := range features {
			if !yield(f) {
				return
			}
		}
	}
}

// handleDataPackage describes the exports (Frictionless Data Package).
func (s *Server) handleDataPackage(c *fiber.Ctx) error {
	titles := map[report.Collection]string{}
	for _, name := range view.Collections {
		titles[name] = descriptions[name][0]
	}
	if err := onlyParams(c); err != nil {
		return err
	}
	return s.reply(c, typeJSON, export.DataPackage(export.About{
		Base: s.base(c) + "/api", Title: "Teplo", Description: "Hubs to warm up and charge phones, outages, curfew rules and areas of Ukraine, with the age of each fact.",
		Licence: export.Link{Name: "CC-BY-4.0", Title: "Creative Commons Attribution 4.0", Path: ccBy},
		Sources: []export.Link{{Title: attribution}}, Caveats: caveats, Methodology: methodology, Collections: view.Collections, Titles: titles,
	}))
}
