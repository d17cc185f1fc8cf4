package pack_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"example.org/teplo/internal/pack"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// TestPoints reads the document back by what the API says of it, and finds every public
// hub in it once, and no other.
func TestPoints(t *testing.T) {
	w := newWorld(t)
	w.populate(200)
	snap := w.publish()
	body, err := pack.Points(snap)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Format   int
		Seq      uint64
		Oblasts  [][2]any
		Lon, Lat []int
		Status   string
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	var got, want []string
	lon, lat, i := 0, 0, 0
	for _, o := range doc.Oblasts {
		n, _ := o[1].(float64)
		for end := i + int(n); i < end; i++ {
			lon, lat = lon+doc.Lon[i], lat+doc.Lat[i]
			got = append(got, fmt.Sprintf("%s %d %d %c", o[0], lon, lat, doc.Status[i]))
		}
	}
	for f := range snap.Layer(report.Hubs).All() {
		h, _ := f.Facts.Facts.(report.Hub)
		letter := map[string]string{"open": "o", "closed": "c", "standby": "s"}[h.Status]
		if letter == "" {
			letter = "u"
		}
		if f.Rough() {
			letter = strings.ToUpper(letter)
		}
		at := f.Facts.Place.Point
		want = append(want, fmt.Sprintf("%s %d %d %s", places.ADM1(f.Facts.AreaCode), int(math.Round(at[0]*1e4)), int(math.Round(at[1]*1e4)), letter))
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(want) < 50 || !slices.Equal(got, want) || i != len(doc.Lon) || i != len(doc.Status) {
		t.Errorf("%d points, %d hubs; first\n%v\n%v", len(got), len(want), got[:3], want[:3])
	}
}
