package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"example.org/teplo/internal/store"
	"example.org/teplo/internal/tracker"
)

// problem is an RFC 9457 problem document.
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Errors []fieldError `json:"errors,omitempty"`
}

type fieldError struct {
	Field  string `json:"field"`
	Value  string `json:"value"`
	Reason string `json:"reason"`
}

// Error implements error: a handler returns a problem as its error.
func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Title, p.Detail) }

func newProblem(status int, detail string, errs ...fieldError) *problem {
	return &problem{Type: "about:blank", Title: fasthttp.StatusMessage(status), Status: status, Detail: detail, Errors: errs}
}

// badRequest lists every bad field.
func badRequest(errs ...fieldError) *problem {
	return newProblem(fiber.StatusBadRequest, errs[0].Field+" "+errs[0].Reason, errs...)
}

func notFound(what string) *problem {
	return newProblem(fiber.StatusNotFound, "there is no such "+what)
}

// handleError is the one place where errors become replies. What is not known
// here is logged once with a request's number and told as "internal error".
func (s *Server) handleError(c *fiber.Ctx, err error) error {
	p := s.explain(c, err)
	// What was set for another reply must not be this one's.
	for _, name := range []string{fiber.HeaderETag, fiber.HeaderContentEncoding, fiber.HeaderLink, "Teplo-Cursor"} {
		c.Response().Header.Del(name)
	}
	body, merr := json.Marshal(p)
	if merr != nil {
		return merr
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(p.Status).Send(body)
}

func (s *Server) explain(c *fiber.Ctx, err error) *problem {
	var (
		known    *problem
		fiberErr *fiber.Error
		invalid  *tracker.InvalidError
		conflict *tracker.ConflictError
		limited  *tracker.LimitedError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		errs := make([]fieldError, len(invalid.Fields))
		for i, f := range invalid.Fields {
			errs[i] = fieldError(f)
		}
		return badRequest(errs...)
	case errors.As(err, &conflict):
		return newProblem(fiber.StatusConflict, "this id was used for another report; make a new one")
	case errors.As(err, &limited):
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(limited.After/time.Second)+1))
		return newProblem(fiber.StatusTooManyRequests, "too many reports from one network; try again later")
	case errors.Is(err, tracker.ErrNotFound):
		return notFound("thing for this key")
	case errors.Is(err, tracker.ErrHalted):
		return newProblem(fiber.StatusForbidden, halted)
	case errors.Is(err, tracker.ErrForbidden):
		return newProblem(fiber.StatusForbidden, "the secret is wrong, or the place lies outside this key's areas")
	case errors.Is(err, tracker.ErrConflict):
		return newProblem(fiber.StatusConflict, strings.TrimPrefix(err.Error(), tracker.ErrConflict.Error()+": "))
	case errors.Is(err, tracker.ErrNobody):
		return newProblem(fiber.StatusConflict, "nobody here would see this need: call 103 (ambulance), 112, 101 (rescuers) or 104 (gas)")
	case errors.Is(err, store.ErrFull):
		return newProblem(fiber.StatusInsufficientStorage, "the store is full: nothing was written; reading goes on")
	case errors.Is(err, store.ErrUnknown):
		p := newProblem(fiber.StatusServiceUnavailable, "it is not known whether this was written: send it again with the same id")
		p.Type = s.base(c) + "/problems/unknown-outcome"
		return retryLater(c, p)
	case errors.Is(err, tracker.ErrBusy), errors.Is(err, tracker.ErrStopped):
		return retryLater(c, newProblem(fiber.StatusServiceUnavailable, "too much at once: send it again with the same id"))
	case errors.As(err, &fiberErr) && fiberErr.Code < 500:
		return newProblem(fiberErr.Code, statusDetail[fiberErr.Code])
	}
	number := strconv.FormatUint(rand.Uint64(), 36)
	s.cfg.Log.Error("request failed", "request", number, "route", c.Route().Path, "error", err)
	return newProblem(fiber.StatusInternalServerError, "internal error, request "+number)
}

// retryLater asks to come back after 2 to 8 s, spread so that not all do at once.
func retryLater(c *fiber.Ctx, p *problem) *problem {
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(2+rand.IntN(7)))
	return p
}

var statusDetail = map[int]string{
	fiber.StatusNotFound:                    "there is nothing here",
	fiber.StatusMethodNotAllowed:            "this path has other methods; see Allow",
	fiber.StatusRequestEntityTooLarge:       "a body is at most 64 KiB",
	fiber.StatusRequestHeaderFieldsTooLarge: "the headers are too large",
}
