package pack

import (
	"fmt"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// outageColumns have one row for each public outage, official or of people.
type outageColumns struct {
	ID          []string  `json:"id"`
	Service     []*int    `json:"service"`
	Kind        []*int    `json:"kind"`
	Status      []*int    `json:"status"`
	Certainty   []*int    `json:"certainty"`
	Level       []*int    `json:"level"`
	Tier        []*int    `json:"tier"`
	Area        []*int    `json:"area"` // row of areas; null: the country, or not known
	Cell        []*string `json:"cell"` // z/x/y; null: the whole area
	StartsAt    []*int    `json:"starts_at"`
	EndsAt      []*int    `json:"ends_at"`
	AnnouncedAt []*int    `json:"announced_end_at"`
	ConfirmedAt []*int    `json:"confirmed_at"`
	ExpiresAt   []*int    `json:"expires_at"`
}

// outages fills the columns of outages; those that have ended are left out.
func (b *builder) outages(list []*view.Feature) {
	out := &outageColumns{ID: []string{}, Cell: []*string{}}
	for _, column := range []*[]*int{
		&out.Service, &out.Kind, &out.Status, &out.Certainty, &out.Level, &out.Tier, &out.Area,
		&out.StartsAt, &out.EndsAt, &out.AnnouncedAt, &out.ConfirmedAt, &out.ExpiresAt,
	} {
		*column = []*int{}
	}
	b.doc.Outages = out
	for _, f := range list {
		o, _ := f.Facts.Facts.(report.Outage)
		if o.Status == "ended" {
			continue
		}
		var cell *string
		if f.Facts.Place.Kind == report.PlaceCell {
			c := report.UnpackCell(f.Facts.Place.Cell)
			cell = new(fmt.Sprintf("%d/%d/%d", c.Z, c.X, c.Y))
		}
		out.ID = append(out.ID, f.ID)
		out.Service = append(out.Service, number(o.Service, words.Service))
		out.Kind = append(out.Kind, number(o.Kind, words.Kind))
		out.Status = append(out.Status, number(o.Status, words.OutageStatus))
		out.Certainty = append(out.Certainty, number(o.Certainty, words.Certainty))
		out.Level = append(out.Level, number(o.Level, words.Level))
		out.Tier = append(out.Tier, number(f.Facts.Tier, words.Tier))
		out.Area = append(out.Area, b.area(f.Facts.AreaCode))
		out.Cell = append(out.Cell, cell)
		out.StartsAt = append(out.StartsAt, b.minute(o.StartsAt))
		out.EndsAt = append(out.EndsAt, b.minute(o.EndsAt))
		out.AnnouncedAt = append(out.AnnouncedAt, b.minute(o.AnnouncedEndAt))
		out.ConfirmedAt = append(out.ConfirmedAt, b.minute(f.Facts.ConfirmedAt))
		out.ExpiresAt = append(out.ExpiresAt, b.minute(f.Facts.ExpiresAt))
	}
}
