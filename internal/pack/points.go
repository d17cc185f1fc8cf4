package pack

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// pointsDocument is what a map draws of all hubs: where they are and how they stand.
type pointsDocument struct {
	Format  int      `json:"format"`
	Seq     uint64   `json:"seq"`
	Oblasts [][2]any `json:"oblasts"` // p-code ("" none) and how many hubs follow of it
	Lon     []int    `json:"lon"`     // 10^-4 degrees more than the hub before; the first from 0
	Lat     []int    `json:"lat"`
	Status  string   `json:"status"` // a letter each, see pointLetters; a capital where the place is coarser than its street
}

// pointUnits are in one degree: 11 m, less than a thumb on any map.
const pointUnits = 1e4

var pointLetters = map[string]byte{"open": 'o', "closed": 'c', "full": 'c', "standby": 's'}

// Points makes the document from which a map draws every public hub of the snapshot:
// neighbours follow each other, so that it is small.
func Points(snap *view.Snapshot) ([]byte, error) {
	type point struct {
		adm1     string
		lon, lat int
		letter   byte
	}
	var all []point
	for f := range snap.Layer(report.Hubs).All() {
		h, _ := f.Facts.Facts.(report.Hub)
		at := f.Facts.Place.Point
		p := point{places.ADM1(f.Facts.AreaCode), int(math.Round(at[0] * pointUnits)), int(math.Round(at[1] * pointUnits)), cmp.Or(pointLetters[h.Status], 'u')}
		if f.Rough() {
			p.letter -= 'a' - 'A'
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b point) int {
		return cmp.Or(cmp.Compare(a.adm1, b.adm1), cmp.Compare(morton(a.lon, a.lat), morton(b.lon, b.lat)), cmp.Compare(a.letter, b.letter))
	})
	doc := pointsDocument{Format: format, Seq: snap.Seq, Oblasts: [][2]any{}, Lon: []int{}, Lat: []int{}}
	letters := make([]byte, 0, len(all))
	lon, lat, count := 0, 0, 0
	for i, p := range all {
		doc.Lon, doc.Lat = append(doc.Lon, p.lon-lon), append(doc.Lat, p.lat-lat)
		letters = append(letters, p.letter)
		lon, lat = p.lon, p.lat
		if count++; i == len(all)-1 || all[i+1].adm1 != p.adm1 {
			doc.Oblasts = append(doc.Oblasts, [2]any{p.adm1, count})
			count = 0
		}
	}
	doc.Status = string(letters)
	return json.Marshal(&doc)
}

// morton interleaves the bits of a place, so that numbers near each other are places
// near each other.
func morton(lon, lat int) uint64 {
	spread := func(v uint64) uint64 {
		v &= 0xffffffff
		v = (v | v<<16) & 0x0000ffff0000ffff
		v = (v | v<<8) & 0x00ff00ff00ff00ff
		v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
		v = (v | v<<2) & 0x3333333333333333
		return (v | v<<1) & 0x5555555555555555
	}
	return spread(uint64(lon+180*pointUnits)) | spread(uint64(lat+90*pointUnits))<<1
}
