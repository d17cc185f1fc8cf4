package api

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/geo"
	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// Limits of the review queue.
const (
	defaultQueue  = 50
	maxQueue      = 200
	maxBulk       = 500
	similarMeters = 250.0
)

type queueRow struct {
	ID        string     `json:"id"`
	About     string     `json:"about"`
	Because   *because   `json:"because"`
	AgeS      int        `json:"age_s"`
	Feature   rawFeature `json:"feature"`
	Note      string     `json:"note,omitempty"`
	Name      string     `json:"name,omitempty"`
	Address   string     `json:"address,omitempty"`
	ClaimedBy *string    `json:"claimed_by"`
	Approvals int        `json:"approvals"`
	Similar   []string   `json:"similar"`
}

// rawFeature is a feature that is encoded already.
type rawFeature []byte

// MarshalJSON implements [json.Marshaler].
func (r rawFeature) MarshalJSON() ([]byte, error) { return r, nil }

// handleQueue lists what waits for a moderator, the oldest first.
func (s *Server) handleQueue(c *fiber.Ctx) error {
	key, err := require(c, access.Moderator)
	if err != nil {
		return err
	}
	p := newParams(c, "limit", "cursor")
	limit := p.whole("limit", 1, maxQueue, defaultQueue)
	skip := p.whole("cursor", 0, 1<<31, 0)
	if err := p.err(); err != nil {
		return err
	}
	s.looked(key, report.Reports, "")
	full, now := s.cfg.Tracker.Views().Full(), s.cfg.Now()
	var waiting []*view.Feature
	for f := range full.Layer(report.Reports).All() {
		if facts := filedFacts(f); facts.Status == "queued" && key.Covers(f.Facts.AreaCode) {
			waiting = append(waiting, f)
		}
	}
	slices.SortFunc(waiting, func(a, b *view.Feature) int {
		return strings.Compare(queuePlace(a), queuePlace(b))
	})
	rows, cursor := []queueRow{}, (*string)(nil)
	for i := skip; i < len(waiting); i++ {
		if len(rows) == limit {
			next := strconv.Itoa(i)
			cursor = &next
			break
		}
		rows = append(rows, s.queueRow(full, waiting[i], now))
	}
	return s.plain(c, fiber.StatusOK, map[string]any{"items": rows, "count": len(waiting), "cursor": cursor, "waiting_cells": waitingCells(full, key)})
}

// waitingCells counts the cells that wait for anonymous_cells, by oblast.
func waitingCells(full *view.Snapshot, key *access.Key) map[string]int {
	out := map[string]int{}
	for adm1, n := range full.Waiting {
		if key.Covers(adm1) {
			out[adm1] = n
		}
	}
	return out
}

// queuePlace orders the queue by arrival.
func queuePlace(f *view.Feature) string {
	return strconv.FormatInt(int64(f.Facts.CreatedAt)+1<<50, 10) + f.ID
}

func filedFacts(f *view.Feature) report.FiledFacts {
	facts, _ := f.Facts.Facts.(report.FiledFacts)
	return facts
}

func (s *Server) queueRow(full *view.Snapshot, f *view.Feature, now time.Time) queueRow {
	facts := filedFacts(f)
	row := queueRow{
		ID: reportUUID(f.ID), About: facts.Filed.About, Because: reasonOf(facts.Because), AgeS: int(now.Sub(f.Facts.CreatedAt.Time()) / time.Second),
		Feature: f.AppendJSON(nil, now), Note: facts.Note, Name: facts.Name, Address: facts.Address, Similar: []string{},
	}
	if facts.ClaimedUntil.Time().After(now) {
		row.ClaimedBy = optional(facts.ClaimedBy)
	}
	if facts.Approvals != "" {
		row.Approvals = strings.Count(facts.Approvals, ",") + 1
	}
	for other, meters := range full.Layer(report.Reports).Near(f.Facts.Place.Point) {
		if meters > similarMeters || len(row.Similar) == 10 {
			break
		}
		if theirs := filedFacts(other); other.ID != f.ID && theirs.Status == "queued" && theirs.Filed.About == facts.Filed.About && theirs.Filed.Hub == facts.Filed.Hub {
			row.Similar = append(row.Similar, reportUUID(other.ID))
		}
	}
	return row
}

// reportUUID is the UUID of a report's feature.
func reportUUID(featureID string) string {
	id, _ := report.ParseFeatureID(featureID)
	return id.String()
}

// handleJudge does what a moderator asks with one report.
func (s *Server) handleJudge(action string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		key, err := require(c, access.Moderator)
		if err != nil {
			return err
		}
		id, ok := report.ParseUUID(c.Params("id"))
		if !ok {
			return notFound("report")
		}
		d, top, err := s.object(c, "reason", "into")
		if err != nil {
			return err
		}
		j := report.Judgement{Report: id, Action: action, Reason: d.text("reason", top["reason"], 500)}
		if action == report.ActionReject && j.Reason == "" {
			d.bad("reason", "", "is missing: why it is rejected")
		}
		if action == report.ActionMerge {
			j.Into = d.required("into", top["into"], 80, "the report or hub that it repeats")
		}
		if d.errs != nil {
			return badRequest(d.errs...)
		}
		ctx, cancel := s.writing()
		defer cancel()
		done, err := s.cfg.Tracker.Judge(ctx, j, key)
		if err != nil {
			return err
		}
		if action == report.ActionClaim {
			return s.plain(c, fiber.StatusOK, map[string]any{"id": id.String(), "claimed_until": timeStamp(done.Until)})
		}
		return s.plain(c, fiber.StatusOK, map[string]any{"id": id.String(), "status": done.Status, "approvals": done.Approvals})
	}
}

type bulkFailure struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// handleBulk judges many reports in one transaction and counts the outcome.
func (s *Server) handleBulk(c *fiber.Ctx) error {
	key, err := require(c, access.Moderator)
	if err != nil {
		return err
	}
	d, top, err := s.object(c, "ids", "action", "reason")
	if err != nil {
		return err
	}
	action := d.choice("action", top["action"], []string{report.ActionPublish, report.ActionReject}, true)
	reason := d.required("reason", top["reason"], 500, "why")
	var ids []report.UUID
	for _, text := range d.strings("ids", top["ids"], maxBulk) {
		id, ok := report.ParseUUID(text)
		if !ok {
			d.bad("ids", text, "is not a UUID")
		}
		ids = append(ids, id)
	}
	if ids == nil && d.errs == nil {
		d.bad("ids", "", "is empty")
	}
	if d.errs != nil {
		return badRequest(d.errs...)
	}
	ctx, cancel := s.writing()
	defer cancel()
	outcomes, err := s.cfg.Tracker.JudgeAll(ctx, ids, action, reason, key)
	if err != nil {
		return err
	}
	done, failed := 0, []bulkFailure{}
	for i, err := range outcomes {
		if err == nil {
			done++
			continue
		}
		failed = append(failed, bulkFailure{ids[i].String(), strings.TrimPrefix(err.Error(), "tracker: ")})
	}
	return s.plain(c, fiber.StatusOK, map[string]any{"done": done, "failed": failed})
}

// handleSimilar answers with what is public near a place: what a report would repeat.
func (s *Server) handleSimilar(c *fiber.Ctx) error {
	snap, now := s.cfg.Tracker.Views().Public(), s.cfg.Now()
	p := newParams(c, "about", "lon", "lat", "service")
	about := p.choice("about", report.Abouts, "")
	service := p.choice("service", report.Services, "")
	at, ok := p.point()
	if !p.has("about") {
		p.bad("about", "is missing: what the report is about")
	}
	if !ok && p.errs == nil {
		p.bad("lon", "is missing: lon and lat")
	}
	if err := p.err(); err != nil {
		return err
	}
	page := &view.Page{}
	switch about {
	case report.AboutOutage:
		here := geo.BBox{West: at[0], South: at[1], East: at[0], North: at[1]}
		for _, f := range snap.Layer(report.Outages).Find(view.Query{BBox: &here}).Features {
			if o, _ := f.Facts.Facts.(report.Outage); o.Status != "ended" && (service == "" || o.Service == service) {
				page.Features = append(page.Features, f)
			}
		}
	case report.AboutHub, report.AboutHubStatus, report.AboutCorrection:
		for f, meters := range snap.Layer(report.Hubs).Near(at) {
			if meters > similarMeters {
				break
			}
			page.Features = append(page.Features, f)
		}
	}
	page.Matched = len(page.Features)
	c.Set(fiber.HeaderContentType, typeGeoJSON)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(appendCollection(nil, page, []link{}, now))
}
