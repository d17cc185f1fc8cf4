package site

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
	"example.org/teplo/internal/view"
)

// operatorStates are what an operator may say in one tap.
var operatorStates = []string{"open", "closed", "full"}

type operatorPage struct {
	page
	Hub    hubCard
	ID     string
	States []option
	Done   string
}

// operatorHub is the hub whose operator's link this is. The link is not told apart from
// a page that does not exist.
func (s *Site) operatorHub(c *fiber.Ctx) (*view.Feature, bool) {
	full := s.cfg.Views.Full()
	hub, ok := full.Operators[access.HashToken(c.Params("secret"))]
	if !ok {
		return nil, false
	}
	return full.Layer(report.Hubs).Feature(hub)
}

// handleOperator shows a hub's operator three buttons.
func (s *Site) handleOperator(c *fiber.Ctx) error {
	f, ok := s.operatorHub(c)
	if !ok {
		return s.missing(c)
	}
	return s.showOperator(c, f, "")
}

func (s *Site) showOperator(c *fiber.Ctx, f *view.Feature, done string) error {
	r := s.begin(c)
	near := r.snap.Reach(&view.Walk{Area: f.Facts.AreaCode, At: r.now, By: curfew.Foot}, f)
	p := operatorPage{
		page: s.page(r, r.cat.t("operator_title")), Hub: s.hubCard(r, &near, nil, f.Facts.Place.Point),
		ID: uuid.Must(uuid.NewV7()).String(), Done: done, // reading randomness never fails
	}
	for _, state := range operatorStates {
		p.States = append(p.States, option{state, r.cat.t("operator_" + state), false})
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return s.render(r, fiber.StatusOK, "operator.html", p)
}

// handleOperatorPost takes the operator's word: the heartbeat of a hub.
func (s *Site) handleOperatorPost(c *fiber.Ctx) error {
	f, ok := s.operatorHub(c)
	if !ok {
		return s.missing(c)
	}
	if !sameOrigin(c) {
		return fiber.NewError(fiber.StatusForbidden)
	}
	fields, err := s.fields(c)
	if err != nil {
		return err
	}
	state := fields.Get("state")
	id, isUUID := report.ParseUUID(fields.Get("id"))
	if !slices.Contains(operatorStates, state) {
		return fiber.NewError(fiber.StatusBadRequest)
	}
	if !isUUID {
		id = report.UUID(uuid.Must(uuid.NewV7()))
	}
	_, err = s.cfg.FileOperator(c, f.ID, state, id)
	var conflict *tracker.ConflictError
	if err != nil && !errors.As(err, &conflict) {
		return err
	}
	if fresh, ok := s.operatorHub(c); ok {
		f = fresh
	}
	return s.showOperator(c, f, s.negotiate(c).t("operator_done"))
}
