package api

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
)

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

// compressed encodes bytes as br or gzip, of a level from 1 to 11 (of gzip to 9).
func compressed(b []byte, coding string, level int) ([]byte, error) {
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "br":
		w = brotli.NewWriterLevel(&out, level)
	case "gzip":
		var err error
		if w, err = gzip.NewWriterLevel(&out, min(level, gzip.BestCompression)); err != nil {
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

// Replies that are compressed once and kept: none larger than keptBytes, at most
// keptReplies of them, so 32 MB in all at worst.
const (
	keptBytes    = 1 << 20
	keptReplies  = 128
	replyLevel   = 5
	fastestLevel = 1
	leastBytes   = 512 // what is shorter does not get smaller
)

// replies keeps compressed bodies of what everybody gets, by encoding and ETag.
type replies struct {
	mu   sync.Mutex // guards kept
	kept map[string]keptReply
}

type keptReply struct {
	body            []byte
	mediaType, link string
}

// replyName names a reply: its ETag covers all that its bytes follow from, but for the
// timeStamp, which is of the same minute.
func (s *Server) replyName(c *fiber.Ctx, coding string) string {
	return fmt.Sprintf("%s %d %s", coding, s.cfg.Now().Unix()/60, c.Response().Header.Peek(fiber.HeaderETag))
}

// sendKept sends what was compressed before, and reports whether there was any.
func (s *Server) sendKept(c *fiber.Ctx) (bool, error) {
	coding := encodingOf(c.Get(fiber.HeaderAcceptEncoding))
	if coding == "" || caller(c) != nil {
		return false, nil
	}
	s.replies.mu.Lock()
	k, ok := s.replies.kept[s.replyName(c, coding)]
	s.replies.mu.Unlock()
	if !ok {
		return false, nil
	}
	c.Set(fiber.HeaderContentType, k.mediaType)
	c.Set(fiber.HeaderContentEncoding, coding)
	if k.link != "" {
		c.Set(fiber.HeaderLink, k.link)
	}
	return true, c.Send(k.body)
}

// sendCompressed sends a body as the client takes it. What everybody gets is compressed
// once for each ETag, which must stand in the reply.
func (s *Server) sendCompressed(c *fiber.Ctx, body []byte) error {
	coding := encodingOf(c.Get(fiber.HeaderAcceptEncoding))
	if coding == "" || len(body) < leastBytes {
		return c.Send(body)
	}
	keep, level := len(body) <= keptBytes && caller(c) == nil, replyLevel
	if !keep {
		level = fastestLevel
	}
	b, err := compressed(body, coding, level)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentEncoding, coding)
	if keep {
		h := &c.Response().Header
		k := keptReply{b, string(h.ContentType()), string(h.Peek(fiber.HeaderLink))}
		s.replies.mu.Lock()
		if s.replies.kept == nil || len(s.replies.kept) >= keptReplies {
			s.replies.kept = make(map[string]keptReply, keptReplies)
		}
		s.replies.kept[s.replyName(c, coding)] = k
		s.replies.mu.Unlock()
	}
	return c.Send(b)
}
