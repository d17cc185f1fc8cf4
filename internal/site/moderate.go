package site

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

type joinPage struct {
	page
	Role  string
	Plain bool // the connection is neither https nor this machine's own
}

// handleJoin shows what an invitation gives, and one button.
func (s *Site) handleJoin(c *fiber.Ctx) error {
	i, ok := s.cfg.Views.Full().Invitations[access.HashToken(c.Params("code"))]
	if !ok || !s.cfg.Now().Before(i.Until.Time()) {
		return s.missing(c)
	}
	r := s.begin(c)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, fiber.StatusOK, "join.html", joinPage{s.page(r, r.cat.t("join_title")), r.cat.t("role_" + i.Role), !s.maySignIn(c)})
}

// maySignIn reports whether a browser keeps a session here: over https, or on the
// machine itself.
func (s *Site) maySignIn(c *fiber.Ctx) bool {
	if strings.HasPrefix(s.cfg.PublicURL, "https://") {
		return true
	}
	host := strings.Trim(strings.Split(string(c.Request().Host()), ":")[0], "[]")
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// handleJoinPost signs in.
func (s *Site) handleJoinPost(c *fiber.Ctx) error {
	if !sameOrigin(c) || !s.maySignIn(c) {
		return fiber.NewError(fiber.StatusForbidden)
	}
	err := s.cfg.Join(c, c.Params("code"))
	var refused *fiber.Error
	if errors.As(err, &refused) {
		return s.missing(c)
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(s.negotiate(c).link("/moderate"), fiber.StatusSeeOther)
}

type moderatePage struct {
	page
	Signed bool
	Count  string
	Cases  []caseCard
	Notice string
}

// caseCard is one report of the queue as a moderator reads it.
type caseCard struct {
	ID, About, Where, Note, Name, Address, Hub, HubURL, State, Tier, Approvals string
	Mine, Others                                                               bool
	Filed                                                                      age
}

// casesPerPage is how many reports a page of the queue shows.
const casesPerPage = 20

// handleModerate shows the review queue of a moderator's areas.
func (s *Site) handleModerate(c *fiber.Ctx) error { return s.showQueue(c, "", fiber.StatusOK) }

func (s *Site) showQueue(c *fiber.Ctx, notice string, status int) error {
	r := s.begin(c)
	p := moderatePage{page: s.page(r, r.cat.t("moderate_title")), Notice: notice}
	key := s.cfg.Caller(c)
	if key == nil || !key.Role.Can(access.Moderator) {
		status = fiber.StatusUnauthorized
	} else {
		p.Signed = true
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
		card.Hub, card.HubURL = hub.Facts.Name, "/hubs/"+hub.ID
	}
	if facts.Approvals != "" {
		card.Approvals = strconv.Itoa(strings.Count(facts.Approvals, ",") + 1)
	}
	if facts.ClaimedUntil.Time().After(r.now) {
		card.Mine, card.Others = facts.ClaimedBy == key.ID, facts.ClaimedBy != key.ID
	}
	return card
}

// handleModeratePost does what a moderator's buttons say.
func (s *Site) handleModeratePost(c *fiber.Ctx) error {
	id, ok := report.ParseUUID(c.Params("id"))
	if !ok {
		return s.missing(c)
	}
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	cat := s.negotiate(c)
	j := report.Judgement{Report: id, Action: fields.Get("action"), Reason: strings.TrimSpace(fields.Get("reason"))}
	if !slices.Contains([]string{report.ActionClaim, report.ActionPublish, report.ActionReject}, j.Action) {
		return fiber.NewError(fiber.StatusBadRequest)
	}
	if j.Action == report.ActionReject && j.Reason == "" {
		return s.showQueue(c, cat.t("moderate_why"), fiber.StatusBadRequest)
	}
	err = s.cfg.Judge(c, j)
	var refused *fiber.Error
	if errors.As(err, &refused) {
		return s.showQueue(c, cat.t("moderate_"+strconv.Itoa(refused.Code)), refused.Code)
	}
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(cat.link("/moderate"), fiber.StatusSeeOther)
}
