package site

import (
	"strconv"

	"example.org/teplo/internal/places"
)

// saveButton stores the oblast of a board on the phone.
type saveButton struct{ ADM1, Label string }

// Bytes of a pack with brotli, measured: what an oblast without hubs has (its places,
// curfew), and each hub.
const (
	packBytes = 3 << 10
	hubBytes  = 30
)

func (s *Site) saveButton(r *request, code string) saveButton {
	adm1 := places.ADM1(code)
	a, _ := r.snap.Book.Area(adm1)
	size := (packBytes + hubBytes*s.figures(r.snap).byPrefix[adm1]) >> 10
	return saveButton{ADM1: adm1, Label: r.cat.t("save_first", "name", r.cat.choose(a.NameUK, a.NameEN), "size", strconv.Itoa(size))}
}
