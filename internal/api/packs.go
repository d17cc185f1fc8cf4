package api

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/geo"
	"example.org/teplo/internal/pack"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/view"
)

// How many documents are kept: a pack for each oblast, and the cells asked for last.
// Packs are few, and worth 0.14 s for a tenth less (1,000 hubs: 27 KB against 31 KB
// after 0.01 s); of cells anybody may ask for many.
const (
	keptPacks   = 32
	packsBrotli = 10
	keptCells   = 256
	cellsBrotli = 5
)

// packBytes is the header that tells how long a pack is before compression: a phone shows
// how much of it has come.
const packBytes = "Teplo-Pack-Bytes"

// shelf keeps documents for phones as they go out. One is made once for a version and
// minute, however many ask.
type shelf struct {
	most   int        // documents
	brotli int        // level
	mu     sync.Mutex // guards docs
	docs   map[string]*document
}

// document is one of them, made and compressed by the first who needs it.
type document struct {
	version   string
	brotli    int
	mu        sync.Mutex // guards what follows
	plain     []byte
	signature string // empty: not signed
	encoded   map[string][]byte
}

// take returns the document of a name and version. When the shelf is full it is cleared:
// what is asked for often is soon back.
func (s *shelf) take(name, version string) *document {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.docs[name]
	if d == nil || d.version != version {
		if s.docs == nil || d == nil && len(s.docs) >= s.most {
			s.docs = make(map[string]*document, s.most)
		}
		d = &document{version: version, brotli: s.brotli, encoded: map[string][]byte{}}
		s.docs[name] = d
	}
	return d
}

// maker makes a document and its signature, "" for none.
type maker struct {
	build func() ([]byte, error)
	sign  func(body []byte) (string, error)
}

// as returns the bytes in an encoding, and the signature; what is not there yet is made.
func (d *document) as(encoding string, m maker) ([]byte, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.plain == nil {
		plain, err := m.build()
		if err != nil {
			return nil, "", err
		}
		if d.signature, err = m.sign(plain); err != nil {
			return nil, "", err
		}
		d.plain = plain
	}
	if encoding == "" {
		return d.plain, d.signature, nil
	}
	if d.encoded[encoding] == nil {
		b, err := compressed(d.plain, encoding, d.brotli)
		if err != nil {
			return nil, "", err
		}
		d.encoded[encoding] = b
	}
	return d.encoded[encoding], d.signature, nil
}

// handlePack answers with the signed public state of one oblast for phones.
func (s *Server) handlePack(c *fiber.Ctx) error {
	snap := s.cfg.Tracker.Views().Public()
	a, ok := snap.Book.Area(c.Params("adm1"))
	if !ok || a.Level != places.LevelOblast || c.Params("adm1") != places.ADM1(a.Code) {
		return notFound("oblast; a pack is named by a p-code of 4 characters")
	}
	adm1, now := places.ADM1(a.Code), s.cfg.Now()
	sign := func(body []byte) (string, error) {
		if s.cfg.PackKey == nil {
			return "", newProblem(fiber.StatusInsufficientStorage, "there was no room to keep a key that signs packs")
		}
		return pack.Sign(s.cfg.PackKey, body)
	}
	return s.sendDocument(c, snap, now, s.packs.take(adm1, version(snap, now)), maker{
		build: func() ([]byte, error) { return pack.Oblast(snap, adm1, now) }, sign: sign,
	})
}

// handleCell answers with the public state of a cell and its neighbours.
func (s *Server) handleCell(c *fiber.Ctx) error {
	var errs []fieldError
	number := func(name string, least, end uint64) uint32 {
		n, err := strconv.ParseUint(c.Params(name), 10, 32)
		if err != nil || n < least || n >= end {
			errs = append(errs, fieldError{name, c.Params(name), fmt.Sprintf("is not a whole number from %d to %d", least, end-1)})
		}
		return uint32(n)
	}
	const across = 1 << pack.Zoom
	cell := geo.Cell{Z: number("z", pack.Zoom, pack.Zoom+1), X: number("x", 0, across), Y: number("y", 0, across)}
	if errs != nil {
		return badRequest(errs...)
	}
	snap, now := s.cfg.Tracker.Views().Public(), s.cfg.Now()
	return s.sendDocument(c, snap, now, s.cells.take(fmt.Sprintf("%d/%d", cell.X, cell.Y), version(snap, now)), maker{
		build: func() ([]byte, error) { return pack.Around(snap, cell, now) },
		sign:  func([]byte) (string, error) { return "", nil },
	})
}

// handlePoints answers with all public hubs as a map draws them. It follows from the
// public changes alone.
func (s *Server) handlePoints(c *fiber.Ctx) error {
	snap := s.cfg.Tracker.Views().Public()
	return s.sendDocument(c, snap, s.cfg.Now(), s.points.take("", strconv.FormatUint(snap.Seq, 10)), maker{
		build: func() ([]byte, error) { return pack.Points(snap) },
		sign:  func([]byte) (string, error) { return "", nil },
	})
}

// version names all that a document follows from: the public changes, the rules (a tick,
// where they change without one) and the minute that its instants count from.
func version(snap *view.Snapshot, now time.Time) string {
	return fmt.Sprintf("%d.%d.%d", snap.Seq, snap.Ticks, now.Unix()/60)
}

// sendDocument sends a document of the public view, whoever asks.
func (s *Server) sendDocument(c *fiber.Ctx, snap *view.Snapshot, now time.Time, d *document, m maker) error {
	if err := onlyParams(c); err != nil {
		return err
	}
	if err := acceptable(c, typeJSON); err != nil {
		return err
	}
	if s.validated(c, d.version, snap.MaxAgeSeconds(now)) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	encoding := encodingOf(c.Get(fiber.HeaderAcceptEncoding))
	body, signature, err := d.as(encoding, m)
	if err != nil {
		return err
	}
	if signature != "" {
		c.Set(pack.Header, signature)
		c.Set(packBytes, strconv.Itoa(len(d.plain)))
		c.Set(fiber.HeaderAccessControlExposeHeaders, pack.Header+", "+packBytes)
	}
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Set(fiber.HeaderContentType, typeJSON)
	return c.Send(body)
}
