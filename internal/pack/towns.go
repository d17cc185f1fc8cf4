package pack

import (
	"math"
	"strings"

	"example.org/teplo/internal/places"
)

// townColumns are the places that a board can be made of without a network: raions,
// hromadas and the settlements whose point is known, in the order of codes.
type townColumns struct {
	Code   []string `json:"code"` // p-code
	NameUK []string `json:"name_uk"`
	NameEN []string `json:"name_en"`
	Lon    []int    `json:"lon"` // 10^-5 degrees more than the row before
	Lat    []int    `json:"lat"`
}

// towns fills the columns with the places of an oblast, itself the first.
func (b *builder) towns(adm1 string) {
	out := &townColumns{}
	lastLon, lastLat := 0, 0
	for a := range b.snap.Book.All() {
		at, located := b.snap.Book.Center(a.Code)
		if !strings.HasPrefix(a.Code, adm1) || !located || a.Level == places.LevelSettlement && !a.HasPoint {
			continue
		}
		lon, lat := int(math.Round(at[0]*degreeUnits)), int(math.Round(at[1]*degreeUnits))
		out.Code = append(out.Code, places.Prefix(a.Code))
		out.NameUK, out.NameEN = append(out.NameUK, a.NameUK), append(out.NameEN, a.NameEN)
		out.Lon, out.Lat = append(out.Lon, lon-lastLon), append(out.Lat, lat-lastLat)
		lastLon, lastLat = lon, lat
	}
	b.doc.Towns = out
}
