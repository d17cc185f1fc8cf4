package main_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestListIsTheMap: what the map has at a place is in the pages of its board, every hub
// once, in one order, and with a filter those that pass. The canvas itself is nothing
// for screen readers, and says where the same is to be read.
func TestListIsTheMap(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, kyivHubs(t, 70), "--drill", "--now", "2026-01-18T10:00:00Z")
	var points struct {
		Oblasts  [][2]any
		Lon, Lat []int
	}
	if err := json.Unmarshal([]byte(second(s.get("/api/points.json"))), &points); err != nil {
		t.Fatal(err)
	}
	var onMap []string
	at, lon, lat := 0, 0, 0
	for _, oblast := range points.Oblasts {
		for range int(oblast[1].(float64)) {
			lon, lat, at = lon+points.Lon[at], lat+points.Lat[at], at+1
			if oblast[0] == "UA80" {
				onMap = append(onMap, fmt.Sprint(lon, lat))
			}
		}
	}
	places, charging := map[string]string{}, map[string]bool{}
	for _, f := range s.items("/api/collections/hubs/items?area=UA80").Features {
		var p [2]float64
		if err := json.Unmarshal(f.Geometry.Coordinates, &p); err != nil {
			t.Fatal(err)
		}
		places[f.ID] = fmt.Sprint(int(math.Round(p[0]*1e4)), int(math.Round(p[1]*1e4)))
		charging[f.ID] = f.Properties["charging"] == "yes"
	}
	for filter, passes := range map[string]func(string) bool{"": func(string) bool { return true }, "&charging=yes": func(id string) bool { return charging[id] }} {
		var listed, want []string
		for page := 1; page <= 9; page++ {
			for _, id := range hubsOf(second(s.get(fmt.Sprintf("/place/UA80000000000093317?lang=uk&page=%d%s", page, filter)))) {
				if !slices.Contains(listed, id) {
					listed = append(listed, id)
				}
			}
		}
		for id := range places {
			if passes(id) {
				want = append(want, id)
			}
		}
		slices.Sort(listed)
		slices.Sort(want)
		if !slices.Equal(listed, want) || len(want) < 20 {
			t.Errorf("filter %q: the board lists %d hubs, the API %d", filter, len(listed), len(want))
		}
		var atPlaces []string
		for _, id := range listed {
			atPlaces = append(atPlaces, places[id])
		}
		slices.Sort(atPlaces)
		slices.Sort(onMap)
		if filter == "" && !slices.Equal(atPlaces, onMap) {
			t.Errorf("the board has %d hubs, the map %d", len(atPlaces), len(onMap))
		}
	}
	act(ctx, t, chromedp.EmulateViewport(360, 740))
	act(ctx, t, chromedp.Navigate(s.base+"/place/UA80000000000093317?lang=uk"))
	until(ctx, t, `!document.querySelector('[data-act=map]').hidden`)
	click(ctx, t, "[data-act=map]")
	until(ctx, t, `document.getElementById('map').dataset.ready === '1'`)
	if got := act(ctx, t, chromedp.Evaluate[string](`[document.querySelector('#map canvas').getAttribute('aria-hidden'), document.getElementById('map').getAttribute('aria-label'), document.getElementById('map').dataset.hubs].join('; ')`)); got != fmt.Sprintf("true; Карта; ті самі пункти є у списку; %d", at) {
		t.Errorf("the map says %q", got)
	}
	if first := act(ctx, t, chromedp.Evaluate[float64](`document.querySelector('[data-hub] a[href^="geo:"]').getBoundingClientRect().bottom + scrollY`)); first > 740 {
		t.Errorf("the first card's way ends at %.0f px, below the first screen", first)
	}
}
