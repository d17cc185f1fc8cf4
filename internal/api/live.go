package api

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// heartbeat keeps boxes in the middle awake, and finds clients that are gone.
const heartbeat = 15 * time.Second

// handleLive streams public changes as server-sent events. The stream is a cursor
// over numbered changes: id is the number to resume from, and nothing is kept per
// client.
func (s *Server) handleLive(c *fiber.Ctx) error {
	if err := onlyParams(c, "collections", "since"); err != nil {
		return err
	}
	views := s.cfg.Tracker.Views()
	since, err := liveCursor(c, views.Public())
	if err != nil {
		return err
	}
	wanted, err := liveCollections(c)
	if err != nil {
		return err
	}
	select {
	case s.streams <- struct{}{}:
	default:
		return retryLater(c, newProblem(fiber.StatusServiceUnavailable, "too many open streams"))
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer func() {
			<-s.streams
			if r := recover(); r != nil { // a panic here would end the process: no middleware sees it
				s.cfg.Log.Error("panic in a stream", "panic", r)
			}
		}()
		s.follow(w, views, since, wanted)
	})
	return nil
}

// follow writes changes until the client or the server goes.
func (s *Server) follow(w *bufio.Writer, views *view.Views, since uint64, wanted []report.Collection) {
	fmt.Fprintf(w, "retry: %d\n\n", 3000) //nolint:errcheck // Flush tells
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		woken := views.Changed()
		snap := views.Public()
		for ch := range snap.Changes(since) {
			since = ch.Seq
			if slices.Contains(wanted, ch.Collection) {
				writeEvent(w, ch)
			}
		}
		if w.Flush() != nil {
			return
		}
		select {
		case <-woken:
		case <-beat.C:
			fmt.Fprint(w, ": \n\n") //nolint:errcheck // Flush tells
		case <-s.stopping:
			return
		}
	}
}

// writeEvent writes one change; errors show at the next Flush.
func writeEvent(w *bufio.Writer, ch *view.Change) {
	op := "put"
	if ch.Feature == nil {
		op = "delete"
	}
	b := fmt.Appendf(nil, "id: %d\nevent: %s\ndata: {\"seq\":%d,\"op\":%q,\"collection\":%q,\"id\":%q,\"rev\":%d,\"at\":",
		ch.Seq, op, ch.Seq, op, ch.Collection, ch.ID, ch.Rev)
	b = append(ch.At.AppendJSON(b), `,"feature":`...)
	if ch.Feature != nil {
		b = ch.Feature.AppendChange(b)
	} else {
		b = append(b, "null"...)
	}
	w.Write(append(b, "}\n\n"...)) //nolint:errcheck // Flush tells
}

// liveCursor is where a stream begins: Last-Event-ID, else since, else now. A
// number that this server has not given yet is 410.
func liveCursor(c *fiber.Ctx, snap *view.Snapshot) (uint64, error) {
	field, text := "Last-Event-ID", c.Get("Last-Event-ID")
	if text == "" {
		field, text = "since", c.Query("since")
	}
	if text == "" {
		if c.Context().QueryArgs().Has("since") {
			return 0, badRequest(fieldError{"since", "", "is empty"})
		}
		return snap.Seq, nil
	}
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case err != nil:
		return 0, badRequest(fieldError{field, text, "is not a cursor of this server"})
	case n > snap.Seq:
		return 0, newProblem(fiber.StatusGone, "this cursor is not of this store; read the collections again")
	}
	return n, nil
}

func liveCollections(c *fiber.Ctx) ([]report.Collection, error) {
	if !c.Context().QueryArgs().Has("collections") {
		return view.Collections, nil
	}
	var out []report.Collection
	for name := range strings.SplitSeq(c.Query("collections"), ",") {
		if !slices.Contains(view.Collections, report.Collection(name)) {
			return nil, badRequest(fieldError{"collections", name, "is not a public collection"})
		}
		out = append(out, report.Collection(name))
	}
	return out, nil
}
