package main_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

var (
	radarMark = regexp.MustCompile(`(?s)<figure class="radar">.*?</figure>`)
	plateMark = regexp.MustCompile(`<rect x="(-?\d+)" y="(-?\d+)" width="(\d+)" height="22" rx="11" fill="Canvas"/><text x="(\d+)" y="(\d+)"[^>]*>([^<]+)</text>`)
	cardMark  = regexp.MustCompile(`data-hub="(hub-[0-9a-v]+)"[^>]*>\s*<h3><a [^>]*>(\d+)\. `)
)

// numbersOn reads what stands on a plate: 1–3, 7.
func numbersOn(text string) (out []int) {
	for part := range strings.SplitSeq(text, ", ") {
		from, to, isRange := strings.Cut(part, "–")
		a, _ := strconv.Atoi(from)
		b, _ := strconv.Atoi(to)
		if !isRange {
			b = a
		}
		for n := a; n <= b; n++ {
			out = append(out, n)
		}
	}
	return out
}

// TestRadar: every hub of a board that one may walk to, and no other, stands in the
// picture under its number of the list, in its direction and at its distance.
func TestRadar(t *testing.T) {
	t.Parallel()
	s := serve(t, kyivHubs(t, 60), "--drill", "--now", "2026-01-18T10:00:00Z")
	var found struct{ Places []struct{ Lon, Lat float64 } }
	if err := json.Unmarshal([]byte(second(s.get("/api/places?q=Київ&limit=1"))), &found); err != nil {
		t.Fatal(err)
	}
	middle, alone, together := orb.Point{found.Places[0].Lon, found.Places[0].Lat}, 0, 0
	for page := 1; page <= 3; page++ {
		board := second(s.get(fmt.Sprintf("/place/UA80000000000093317?lang=uk&page=%d", page)))
		plan := radarMark.FindString(board)
		cards := cardMark.FindAllStringSubmatch(board, -1)
		if len(cards) != 10 || cards[0][2] != strconv.Itoa(10*page-9) {
			t.Fatalf("page %d: cards %v", page, cards)
		}
		drawn := map[int][]string{}
		for _, m := range plateMark.FindAllStringSubmatch(plan, -1) {
			for _, n := range numbersOn(m[6]) {
				if drawn[n] != nil {
					t.Errorf("page %d: %d stands twice", page, n)
				}
				drawn[n] = m
			}
		}
		reach := map[bool]float64{true: 4000, false: 2000}[strings.Contains(plan, "4,0 км")]
		for i, card := range cards {
			number := 10*page - 9 + i
			var f feature
			if err := json.Unmarshal([]byte(second(s.get("/api/collections/hubs/items/"+card[1]))), &f); err != nil {
				t.Fatal(err)
			}
			var at orb.Point
			if err := json.Unmarshal(f.Geometry.Coordinates, &at); err != nil {
				t.Fatal(err)
			}
			meters, m := geo.DistanceMeters(middle, at), drawn[number]
			if walk := f.Properties["geo_precision"] == "exact" && meters*1.3/1.1 <= 3600; walk != (m != nil) {
				t.Errorf("page %d: %d, %.0f m away, %v: drawn %v", page, number, meters, f.Properties["geo_precision"], m != nil)
			}
			delete(drawn, number)
			if m == nil || len(numbersOn(m[6])) > 1 {
				together++
				continue
			}
			alone++
			sin, cos := math.Sincos(geo.BearingDeg(middle, at) * math.Pi / 180)
			x, y := 150+132*meters/reach*sin, 150-132*meters/reach*cos
			if got := fmt.Sprintf("%s,%s", m[4], m[5]); got != fmt.Sprintf("%.0f,%.0f", x, y) {
				t.Errorf("page %d: %d stands at %s, want %.0f,%.0f", page, number, got, x, y)
			}
		}
		if len(drawn) > 0 {
			t.Errorf("page %d: the picture has numbers that the list lacks: %v", page, drawn)
		}
	}
	if alone < 3 {
		t.Errorf("%d hubs alone, %d not: the test looks at nothing", alone, together)
	}
	for path, want := range map[string]bool{"/place/UA18040190010057814": false, "/place/UA32000000000030281": false, "/poster/UA80000000000093317": true, "/poster/UA18040190010057814": false} {
		if got := radarMark.MatchString(second(s.get(path + "?lang=en"))); got != want {
			t.Errorf("%s: a picture %v, want %v", path, got, want)
		}
	}
}
