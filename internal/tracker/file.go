package tracker

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/access"
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
	Key      *access.Key // of who files it; nil: anybody

	Operator  bool           // the hub's operator says so, by their link
	Curfew    *report.Curfew // of a report about one
	SourceURL string
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
	op := &filing{draft: d, pending: newPending()}
	if err := t.submit(op); err != nil {
		return Receipt{}, err
	}
	if err := op.wait(ctx, t); err != nil {
		return Receipt{}, err
	}
	return op.receipt, op.err
}

type filing struct {
	pending
	draft   Draft
	receipt Receipt
	err     error
}

func (f *filing) alone() bool { return false }

// size is a report, and what it brings with it or drives out of the queue.
func (f *filing) size() int { return 4 }

func (f *filing) decide(t *Tracker, g *group) []store.Pending {
	p, err := f.judge(t, g)
	if f.err = err; err != nil || p == nil {
		return nil
	}
	events := []store.Pending{*p}
	if f.draft.Curfew != nil {
		events = append(events, g.pending(report.Event{Put: f.rule(g.now)}, nil))
	}
	if p.Event.File.Status == "queued" && p.Event.File.Tier == report.TierAnonymous {
		events = append(events, t.makeRoom(g, f.draft.ID, f.draft.Network)...)
	}
	if into, ok := t.sameNeed(&f.draft, p.Event.File); ok {
		events = append(events, g.pending(report.Event{Judge: &report.Judgement{Report: f.draft.ID, Action: report.ActionMerge, Into: into.String()}}, nil))
		f.receipt.Status, f.receipt.Because = "merged", ""
	}
	return events
}

// rule makes the curfew rule that a moderator files: vouched for now.
func (f *filing) rule(now report.Instant) *report.Put {
	r := report.Record{
		Ref: f.draft.ID.String(), Source: "teplo", SourceURL: f.draft.SourceURL, Tier: report.TierVerified, AreaCode: f.draft.AreaCode,
		Precision: string(places.LevelOfCode(f.draft.AreaCode)), Confirmed: now, Facts: *f.draft.Curfew,
	}
	return &report.Put{ID: r.ID(), Record: r, Hash: r.ContentHash(), By: f.draft.Key.ID}
}

func (f *filing) finish(_ *Tracker, _ []report.Entry, err error) {
	if err != nil && f.err == nil {
		f.err = err
	}
	f.end()
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
	if a, ok := t.aliases.of(d.ID); ok {
		if a.body != d.Body {
			return nil, &ConflictError{d.ID}
		}
		return nil, f.again(t, g, a.first, false)
	}
	policy := t.state.Policy()
	if err := t.limits.admit(d, g.now, &policy); err != nil {
		return nil, err
	}
	if errs := t.validate(d, g.now, &policy); errs != nil {
		return nil, &InvalidError{errs}
	}
	file, sealed := t.open(d, &policy)
	if d.Filed.About == report.AboutCurfew && (d.Key == nil || !d.Key.Role.Can(access.Moderator) || !d.Key.Covers(file.AreaCode)) {
		return nil, ErrForbidden
	}
	if d.Filed.About == report.AboutNeed && !t.anybodyHelps(file.AreaCode, g.now) {
		return nil, ErrNobody
	}
	tag, err := t.tag(d, file, g.now)
	if err != nil {
		return nil, err
	}
	file.Tag = tag
	if first, ok := t.limits.repeats(d, file, &policy); ok {
		if err := f.again(t, g, first, true); err == nil {
			t.aliases.add(d.ID, alias{first, d.Body})
			return nil, nil
		}
	}
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

// ErrNobody says that no aid group and no moderator would see a need.
var ErrNobody = errors.New("tracker: nobody here sees needs in this area")

// anybodyHelps reports whether an aid group or a moderator would see a need: an admin
// alone is nobody who comes.
func (t *Tracker) anybodyHelps(area string, now report.Instant) bool {
	for _, k := range t.state.Keys() { // any one will do
		if !k.Revoked && now.Time().Before(k.Expires) && (k.Role == access.Aid || k.Role == access.Moderator) && k.Covers(area) {
			return true
		}
	}
	return false
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

// again answers a word that its source has said in this bucket already: nothing is
// written, and the receipt is that of the first. It fails where that one is not there
// any more.
func (f *filing) again(t *Tracker, g *group, first report.UUID, fresh bool) error {
	file, at := (*report.File)(nil), g.now
	if p, ok := g.filed[first]; ok {
		file = p.Event.File
	} else if old, ok := t.state.Filing(first); ok && old.File.Status != "withdrawn" && old.File.Status != "rejected" {
		file, at = &old.File, old.At
	} else {
		return ErrNotFound
	}
	f.receipt = Receipt{ID: f.draft.ID, Status: file.Status, Because: file.Because, New: fresh}
	if key, ok := t.cfg.Store.FindSourceKey(report.DayOf(at)); ok && sameTag(key, &f.draft, file.Tag) {
		f.receipt.Secret = withdrawSecret(key, first)
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
		if d.Filed.About == report.AboutOutage {
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
	vouch(d, file)
	at, has := sealed.Point, d.HasPoint
	if !has && d.AreaCode != "" {
		file.Precision = string(places.LevelOfCode(d.AreaCode))
		at, has = t.state.AreaPoint(d.AreaCode)
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

// vouch takes over whose key files a report: inside its areas a volunteer's word is
// verified, outside it is anybody's (CONTRACT §3).
func vouch(d *Draft, file *report.File) {
	if d.Operator {
		file.Tier, d.Tier = report.TierOperator, report.TierOperator
		return
	}
	if d.Key == nil || !d.Key.Covers(file.AreaCode) {
		return
	}
	file.By = d.Key.ID
	if d.Tier = report.TierVerified; d.Key.Role == access.Aid {
		d.Tier = report.TierCommunity
	}
	file.Tier = d.Tier
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
	case report.AboutNeed:
		file.Status, file.Because = "published", report.BecauseAid
	case report.AboutCurfew:
		file.Status = "published"
	default:
		file.Status, file.Because = "queued", report.BecauseQueue
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
	if d.Operator {
		m.Write([]byte("operator\x00" + d.Filed.Hub))
	} else if d.Key != nil {
		m.Write([]byte("key\x00" + d.Key.ID))
	} else if d.Reporter != "" {
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

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Observed limits: how far in the future and the past a report may lie.
const (
	maxAhead = 5 * time.Minute
	maxPast  = 7 * 24 * time.Hour
)

// mayName reports whether who files may know of the hub: it is public, their key's,
// or their own.
func (t *Tracker) mayName(d *Draft) bool {
	if _, public := t.views.Public().Layer(report.Hubs).Feature(d.Filed.Hub); public {
		return true
	}
	area, ok := t.state.HubArea(d.Filed.Hub)
	return ok && (d.Operator || d.Key != nil && d.Key.Role.Can(access.Aid, access.Moderator) && d.Key.Covers(area))
}

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
	if d.Filed.About == report.AboutCurfew {
		if a, ok := t.views.Full().Book.Area(d.AreaCode); ok {
			d.AreaCode = a.Code
		} else {
			bad("properties.area_code", d.AreaCode, "is not a known KATOTTG code or p-code")
		}
	}
	if d.Filed.About == report.AboutHubStatus || d.Filed.About == report.AboutCorrection {
		if !t.mayName(d) {
			bad("properties.hub", d.Filed.Hub, "is not a hub that is published here")
		}
	}
	return errs
}
