package site

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

type moderatePage struct {
	page
	Signed, Admin bool
	Count         string
	Cases         []caseCard
	Waiting       []waitingRow
	Notice        string
	Done          bool
}

// waitingRow is an oblast whose cells wait for anonymous_cells.
type waitingRow struct{ Code, Words string }

// caseCard is one report of the queue as a moderator reads it.
type caseCard struct {
	ID, About, Where, Note, Name, Address, Hub, HubID, State, Tier, Approvals string
	Mine, Others, Bulk                                                        bool
	Same                                                                      []option // what it may repeat
	Filed                                                                     age
}

// Limits of the queue's page.
const (
	casesPerPage = 20
	sameMeters   = 250.0 // as GET /api/similar
	maxSame      = 8
)

// handleModerate shows the review queue of a moderator's areas.
func (s *Site) handleModerate(c *fiber.Ctx) error { return s.showQueue(c, "", fiber.StatusOK) }

func (s *Site) showQueue(c *fiber.Ctx, notice string, status int) error {
	r := s.begin(c)
	p := moderatePage{page: s.page(r, r.cat.t("moderate_title")), Notice: notice, Done: c.Query("done") != "" && notice == ""}
	key := s.staff(c, access.Moderator)
	if key == nil {
		status = fiber.StatusUnauthorized
	} else {
		if _, err := s.ask(c, fiber.MethodGet, "/api/queue?limit=1", nil); err != nil { // the view is audited there
			return err
		}
		p.Signed, p.Admin = true, key.Role.Can(access.Admin)
		s.fillQueue(r, key, &p)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, status, "moderate.html", p)
}

func (s *Site) fillQueue(r *request, key *access.Key, p *moderatePage) {
	full := s.cfg.Views.Full()
	var waiting []*view.Feature
	for f := range full.Layer(report.Reports).All() {
		if facts, _ := f.Facts.Facts.(report.FiledFacts); facts.Status == "queued" && key.Covers(f.Facts.AreaCode) {
			waiting = append(waiting, f)
		}
	}
	slices.SortFunc(waiting, func(a, b *view.Feature) int {
		return int(a.Facts.CreatedAt-b.Facts.CreatedAt)*2 + strings.Compare(a.ID, b.ID)
	})
	p.Count = r.cat.n("reports", len(waiting))
	for _, f := range waiting[:min(len(waiting), casesPerPage)] {
		p.Cases = append(p.Cases, s.caseCard(r, full, f, key))
	}
	for _, adm1 := range slices.Sorted(maps.Keys(full.Waiting)) {
		if a, ok := full.Book.Area(adm1); ok && key.Covers(adm1) {
			p.Waiting = append(p.Waiting, waitingRow{adm1, r.cat.choose(a.NameUK, a.NameEN) + ": " + r.cat.n("cells", full.Waiting[adm1])})
		}
	}
}

func (s *Site) caseCard(r *request, full *view.Snapshot, f *view.Feature, key *access.Key) caseCard {
	facts, _ := f.Facts.Facts.(report.FiledFacts)
	id, _ := report.ParseFeatureID(f.ID)
	card := caseCard{
		ID: id.String(), About: r.cat.t("about_" + facts.Filed.About), Note: facts.Note, Name: facts.Name, Address: facts.Address,
		Tier: r.cat.t("tier_" + string(f.Facts.Tier)), Filed: s.age(r.cat, f.Facts.CreatedAt.Time(), r.now), Where: s.parents(r, f.Facts.AreaCode),
	}
	switch {
	case facts.Filed.State != "":
		card.State = r.cat.t("state_" + facts.Filed.State)
	case facts.Filed.Problem != "":
		card.State = r.cat.t("problem_" + facts.Filed.Problem)
	}
	if hub, ok := full.Layer(report.Hubs).Feature(facts.Filed.Hub); ok {
		card.Hub, card.HubID = hub.Facts.Name, hub.ID
	}
	if facts.Approvals != "" {
		card.Approvals = strconv.Itoa(strings.Count(facts.Approvals, ",") + 1)
	}
	if facts.ClaimedUntil.Time().After(r.now) {
		card.Mine, card.Others = facts.ClaimedBy == key.ID, facts.ClaimedBy != key.ID
	}
	card.Bulk = !card.Others
	card.Same = s.same(r, full, f, &facts)
	return card
}

// same lists what a report may repeat: queued ones of its kind, and for a new hub the
// hubs near it.
func (s *Site) same(r *request, full *view.Snapshot, f *view.Feature, facts *report.FiledFacts) []option {
	var out []option
	for other, meters := range full.Layer(report.Reports).Near(f.Facts.Place.Point) {
		if meters > sameMeters || len(out) == maxSame {
			break
		}
		theirs, _ := other.Facts.Facts.(report.FiledFacts)
		if other.ID == f.ID || theirs.Status != "queued" || theirs.Filed.About != facts.Filed.About || theirs.Filed.Hub != facts.Filed.Hub {
			continue
		}
		id, _ := report.ParseFeatureID(other.ID)
		at := s.age(r.cat, other.Facts.CreatedAt.Time(), r.now)
		out = append(out, option{Value: id.String(), Label: strings.TrimSpace(theirs.Name + " " + r.cat.t("about_"+theirs.Filed.About) + ", " + at.Words)})
	}
	if facts.Filed.About != report.AboutHub {
		return out
	}
	for hub, meters := range full.Layer(report.Hubs).Near(f.Facts.Place.Point) {
		if meters > sameMeters || len(out) == maxSame {
			break
		}
		out = append(out, option{Value: hub.ID, Label: hub.Facts.Name + ", " + r.cat.distance(meters)})
	}
	return out
}

// moderatorActions are the buttons of one case.
var moderatorActions = []string{report.ActionClaim, report.ActionPublish, report.ActionReject, report.ActionMerge}

// handleModeratePost does what the buttons of one case say.
func (s *Site) handleModeratePost(c *fiber.Ctx) error {
	id, ok := report.ParseUUID(c.Params("id"))
	if !ok {
		return s.missing(c)
	}
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	action := fields.Get("action")
	if !slices.Contains(moderatorActions, action) {
		return fiber.NewError(fiber.StatusBadRequest)
	}
	body := given(fields, "reason")
	if action == report.ActionMerge {
		body = given(fields, "reason", "into")
	}
	return s.moderated(c, "/api/queue/"+id.String()+"/"+action, body)
}

// moderated lets the API do something for the queue's page and shows it again.
func (s *Site) moderated(c *fiber.Ctx, path string, body map[string]any) error {
	a, err := s.ask(c, fiber.MethodPost, path, body)
	if err != nil {
		return err
	}
	if a.fault != "" {
		return s.showQueue(c, a.fault, a.code)
	}
	if failed, _ := a.reply["failed"].([]any); len(failed) > 0 {
		cat := s.negotiate(c)
		done, _ := a.reply["done"].(float64)
		return s.showQueue(c, cat.t("moderate_some", "done", strconv.Itoa(int(done)), "failed", strconv.Itoa(len(failed))), fiber.StatusOK)
	}
	return s.done(c, "/moderate")
}

// handleBulk publishes or rejects many reports at once.
func (s *Site) handleBulk(c *fiber.Ctx) error {
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	body := given(fields, "reason", "action")
	body["ids"] = fields["ids"]
	return s.moderated(c, "/api/queue/bulk", body)
}

// handleLift lets the cells of an oblast through that wait for anonymous_cells.
func (s *Site) handleLift(c *fiber.Ctx) error {
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	return s.moderated(c, "/api/queue/lift", given(fields, "area", "reason"))
}
