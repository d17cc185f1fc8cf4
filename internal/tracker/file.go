package tracker

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// Draft is a report that passed the strict decoder of the edge, not yet judged.
type Draft struct {
	ID       report.UUID
	Filed    report.Filed
	Point    orb.Point
	HasPoint bool
	AreaCode string   // as given; empty: found from the point
	Body     [32]byte // digest of the body as a JSON value
	Tier     report.Tier
	Reporter string // the client's own secret, or empty
	Network  Network
}

// Receipt is what became of a report.
type Receipt struct {
	ID      report.UUID
	Status  string // published, counted, queued, rejected, merged, withdrawn
	Because string // a code of [report.Because], or empty
	Secret  string // withdraws the report; empty for anybody but its source
	New     bool   // false: this id was taken before, and this is its first answer
}

// FieldError names one bad field of a draft.
type FieldError struct {
	Field  string // parameter or dotted path
	Value  string
	Reason string
}

// InvalidError lists every bad field.
type InvalidError struct{ Fields []FieldError }

// Error implements error.
func (e *InvalidError) Error() string {
	return fmt.Sprintf("%d bad fields, first %s: %s", len(e.Fields), e.Fields[0].Field, e.Fields[0].Reason)
}

// ConflictError says that the id was taken by another body.
type ConflictError struct{ ID report.UUID }

// Error implements error.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("the id %s was used for another report", e.ID)
}

// File files one report and returns after it is on disk. The same id with the
// same body gives the first answer again; with another body it fails with
// [ConflictError]. It fails with [InvalidError] for bad fields, [ErrLimited] over a
// limit, [store.ErrFull] when there is no room, and [store.ErrUnknown] when the
// outcome is not known: send again with the same id.
func (t *Tracker) File(ctx context.Context, d Draft) (Receipt, error) {
	op := &filing{draft: d, out: make(chan filed, 1)}
	if err := t.submit(op); err != nil {
		return Receipt{}, err
	}
	select {
	case out := <-op.out:
		return out.receipt, out.err
	case <-t.done:
		select {
		case out := <-op.out:
			return out.receipt, out.err
		default:
			return Receipt{}, fmt.Errorf("%w: %w", store.ErrUnknown, ErrStopped)
		}
	case <-ctx.Done():
		return Receipt{}, fmt.Errorf("%w: %w", store.ErrUnknown, ctx.Err())
	}
}

type filing struct {
	draft   Draft
	receipt Receipt
	err     error
	out     chan filed
}

type filed struct {
	receipt Receipt
	err     error
}

func (f *filing) size() int { return 1 }

func (f *filing) decide(t *Tracker, g *group) []store.Pending {
	p, err := f.judge(t, g)
	if f.err = err; err != nil || p == nil {
		return nil
	}
	return []store.Pending{*p}
}

func (f *filing) finish(_ *Tracker, _ []report.Entry, err error) {
	if err != nil && f.err == nil {
		f.err = err
	}
	f.out <- filed{f.receipt, f.err}
}

// judge decides what a draft becomes; nil without an error: it was taken before.
func (f *filing) judge(t *Tracker, g *group) (*store.Pending, error) {
	d := &f.draft
	if first, ok := g.filed[d.ID]; ok { // twice in one group
		return nil, f.repeat(t, first.Event.File, first.Sealed, g.now)
	}
	if old, ok := t.state.Filing(d.ID); ok {
		return nil, f.repeat(t, &old.File, old.Sealed, old.At)
	}
	policy := t.state.Policy()
	if err := t.limits.admit(d.Network, d.Tier, g.now, &policy); err != nil {
		return nil, err
	}
	if errs := t.validate(d, g.now, &policy); errs != nil {
		return nil, &InvalidError{errs}
	}
	file, sealed := t.open(d, &policy)
	tag, err := t.tag(d, file, g.now)
	if err != nil {
		return nil, err
	}
	file.Tag = tag
	t.weigh(d, file, &policy)
	key, err := t.cfg.Store.SourceKey(report.DayOf(g.now))
	if err != nil {
		return nil, err
	}
	f.receipt = Receipt{ID: d.ID, Status: file.Status, Because: file.Because, Secret: withdrawSecret(key, d.ID), New: true}
	p := g.pending(report.Event{File: file}, sealed)
	g.filed[d.ID] = &p
	return &p, nil
}

// repeat answers an id that was taken before.
func (f *filing) repeat(t *Tracker, first *report.File, sealed *report.Sealed, at report.Instant) error {
	if sealed != nil && sealed.Body != f.draft.Body {
		return &ConflictError{f.draft.ID}
	}
	f.receipt = Receipt{ID: f.draft.ID, Status: first.Status, Because: first.Because}
	if key, ok := t.cfg.Store.FindSourceKey(report.DayOf(at)); ok && sameTag(key, &f.draft, first.Tag) {
		f.receipt.Secret = withdrawSecret(key, f.draft.ID)
	}
	return nil
}

// open splits a draft into what stands openly in the journal and what is sealed.
func (t *Tracker) open(d *Draft, policy *report.Policy) (*report.File, *report.Sealed) {
	file := &report.File{ID: d.ID, Filed: d.Filed, Tier: d.Tier, AreaCode: d.AreaCode, Precision: "exact"}
	file.Filed.People, file.Filed.Note, file.Filed.Name, file.Filed.Address = 0, "", "", ""
	file.Filed.Opening, file.Filed.Reporter = "", ""
	sealed := &report.Sealed{
		Point: d.Point, HasPoint: d.HasPoint, People: d.Filed.People, Name: d.Filed.Name, Address: d.Filed.Address,
		Opening: d.Filed.Opening, Note: d.Filed.Note, Body: d.Body,
	}
	book := t.views.Full().Book
	if d.HasPoint {
		if d.Filed.About == report.AboutOutage || d.Filed.About == report.AboutNeed {
			sealed.Point = geo.Snap(d.Point, policy.ReportGridDeg)
		}
		if file.AreaCode == "" {
			if a, ok := book.Locate(sealed.Point); ok {
				file.AreaCode = a.Code
			}
		}
	} else if h, ok := t.state.HubArea(d.Filed.Hub); ok {
		file.AreaCode = h
	}
	at, has := sealed.Point, d.HasPoint
	if !has && d.Filed.About == report.AboutOutage {
		at, has = t.state.AreaPoint(d.AreaCode)
		file.Precision = "settlement"
	}
	if d.Filed.About == report.AboutOutage && has {
		cell := geo.CellAt(at, policy.CellZoom)
		file.Cell = report.PackCell(cell)
		if a, ok := book.Locate(cell.Center()); ok {
			file.CellArea = a.Code
		} else {
			file.CellArea = places.ADM1(file.AreaCode)
		}
	}
	return file, sealed
}

// weigh decides what a report counts for and what its receipt says.
func (t *Tracker) weigh(d *Draft, file *report.File, policy *report.Policy) {
	anonymous := d.Tier == report.TierAnonymous
	switch d.Filed.About {
	case report.AboutOutage:
		file.Status, file.Because = "counted", report.BecauseBucket
		file.Counts = !anonymous || t.limits.cell(d.Network, file, policy)
	case report.AboutHubStatus:
		file.Status = "published"
		file.Counts = true
		if anonymous {
			file.Status, file.Because = "counted", report.BecauseStrong
			if !t.limits.hub(d.Network, file, policy) {
				file.Status, file.Because, file.Counts = "queued", report.BecauseNetwork, false
			}
		}
	default:
		file.Status = "queued"
	}
}

// tag names the source of a draft. Across midnight a source that was heard under
// yesterday's key keeps that tag.
func (t *Tracker) tag(d *Draft, file *report.File, now report.Instant) (report.Tag, error) {
	today := report.DayOf(now)
	if key, ok := t.cfg.Store.FindSourceKey(today - 1); ok {
		if old := tagUnder(key, d); t.state.Heard(file.Cell, file.Filed.Service, file.Filed.Hub, old) {
			return old, nil
		}
	}
	key, err := t.cfg.Store.SourceKey(today)
	if err != nil {
		return report.Tag{}, err
	}
	return tagUnder(key, d), nil
}

// tagUnder is the HMAC of what names a source: the reporter's secret, else the
// network. The kinds are told apart, so that no secret can pose as a network.
func tagUnder(key [32]byte, d *Draft) report.Tag {
	m := hmac.New(sha256.New, key[:])
	if d.Reporter != "" {
		m.Write([]byte("reporter\x00" + d.Reporter))
	} else {
		m.Write([]byte("network\x00" + string(d.Network.prefix())))
	}
	return report.Tag(m.Sum(nil)[:16])
}

func sameTag(key [32]byte, d *Draft, tag report.Tag) bool {
	t := tagUnder(key, d)
	return hmac.Equal(t[:], tag[:])
}

// withdrawSecret can be made again as long as the day's key lives, so that it
// need not be stored.
func withdrawSecret(key [32]byte, id report.UUID) string {
	m := hmac.New(sha256.New, key[:])
	m.Write(append([]byte("withdraw\x00"), id[:]...))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:24])
}

// Observed limits: how far in the future and the past a report may lie.
const (
	maxAhead = 5 * time.Minute
	maxPast  = 7 * 24 * time.Hour
)

// validate lists every bad field of a draft.
func (t *Tracker) validate(d *Draft, now report.Instant, policy *report.Policy) []FieldError {
	var errs []FieldError
	bad := func(field, value, reason string) { errs = append(errs, FieldError{field, value, reason}) }
	if d.Filed.ObservedAt > now.Add(maxAhead) {
		bad("properties.observed_at", d.Filed.ObservedAt.Time().Format(time.RFC3339), "is more than 5 minutes in the future")
	} else if d.Filed.ObservedAt < now.Add(-maxPast) {
		bad("properties.observed_at", d.Filed.ObservedAt.Time().Format(time.RFC3339), "is more than 7 days old")
	}
	if d.HasPoint && !policy.Box().ContainsPoint(d.Point) {
		bad("geometry.coordinates", "", "lies outside the service area")
	}
	if d.Filed.About == report.AboutHubStatus {
		if _, ok := t.views.Public().Layer(report.Hubs).Feature(d.Filed.Hub); !ok {
			bad("properties.hub", d.Filed.Hub, "is not a hub that is published here")
		}
	}
	return errs
}
