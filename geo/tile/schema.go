package tile

import (
	"slices"
	"strings"
	"unicode"
)

// what a feature is to a street map.
type what uint8

const (
	nothing what = iota
	waterArea
	waterLine
	greenArea
	railway
	road
	roadName // a line that only bears the name of a road
	place
)

// RoadClasses is the number of classes of roads: motorways and trunk roads, primary,
// secondary and tertiary ones, streets, and last ways for service and on foot.
const RoadClasses = 5

// Layers of the schemas that are known: OpenMapTiles 3, Protomaps basemaps 3 and 4,
// Shortbread 1. Only what is listed here and in kinds is ever drawn: whatever else a
// file holds, its military areas for one, never leaves the server.
var layers = map[string]what{
	"water": waterArea, "ocean": waterArea, "water_polygons": waterArea, "waterway": waterLine, "water_lines": waterLine,
	"landcover": greenArea, "park": greenArea, "landuse": greenArea, "land": greenArea,
	"transportation": road, "roads": road, "streets": road, "transportation_name": roadName, "street_labels": roadName,
	"place": place, "places": place, "place_labels": place,
}

// Wanted reports whether a street map draws anything of a layer.
func Wanted(name string) bool { return layers[name] != nothing }

var (
	roadKinds = map[string]int{
		"motorway": 0, "trunk": 0, "highway": 0, "primary": 1, "major_road": 1, "secondary": 2, "tertiary": 2, "medium_road": 2,
		"minor": 3, "minor_road": 3, "residential": 3, "unclassified": 3, "living_street": 3, "pedestrian": 3, "road": 3,
		"service": 4, "track": 4, "path": 4, "footway": 4, "steps": 4, "cycleway": 4, "bridleway": 4, "alley": 4, "driveway": 4, "parking_aisle": 4,
	}
	railKinds  = []string{"rail", "light_rail", "narrow_gauge"}
	greenKinds = []string{"park", "forest", "wood", "garden"}
	lineKinds  = []string{"river", "canal"}
	noWater    = []string{"swimming_pool", "fountain"}
	placeKinds = map[string]int{
		"town": 0, "village": 1, "suburb": 1, "macrohood": 1, "hamlet": 2, "quarter": 2, "neighbourhood": 3, "neighborhood": 3,
	}
)

// read tells what a feature is, and of which class: of a road, or the rank of a place.
func read(layer string, f *Feature) (w what, class int) {
	detail, kind := word(f, "kind_detail", "pmap:kind_detail", "subclass"), word(f, "class", "kind", "pmap:kind")
	switch w = layers[layer]; w {
	case waterArea:
		if f.Kind == Lines { // Protomaps has both in one layer
			return read("waterway", f)
		}
		if f.Kind == Polygons && !slices.Contains(noWater, kind) && !slices.Contains(noWater, detail) {
			return waterArea, 0
		}
	case waterLine:
		if f.Kind == Lines && slices.Contains(lineKinds, kind) {
			return waterLine, 0
		}
	case greenArea:
		if f.Kind == Polygons && (slices.Contains(greenKinds, kind) || layer == "park" && kind == "") {
			return greenArea, 0
		}
	case road, roadName:
		return readRoad(w, f, kind, detail)
	case place:
		for _, k := range []string{detail, kind} {
			if rank, ok := placeKinds[k]; ok && f.Kind == Points {
				return place, rank
			}
		}
	case nothing, railway:
	}
	return nothing, 0
}

func readRoad(w what, f *Feature, kind, detail string) (what, int) {
	if f.Kind != Lines {
		return nothing, 0
	}
	if slices.Contains(railKinds, kind) && !under(f) && (detail == "" || slices.Contains(railKinds, detail)) {
		return railway, 0
	}
	for _, k := range []string{detail, kind} {
		if class, ok := roadKinds[strings.TrimSuffix(k, "_link")]; ok {
			return w, class
		}
	}
	return nothing, 0
}

// under reports whether a way runs in a tunnel.
func under(f *Feature) bool {
	tunnel, _ := f.Tags["tunnel"].(bool)
	is, _ := f.Tags["is_tunnel"].(bool)
	return tunnel || is || word(f, "brunnel") == "tunnel"
}

// word returns the first tag that is a text.
func word(f *Feature, keys ...string) string {
	for _, k := range keys {
		if s, ok := f.Tags[k].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// maxNameRunes bounds a name: longer ones are mistakes.
const maxNameRunes = 60

// nameOf returns a name in Ukrainian, else as people there write it, and in English;
// "" where there is none. What cannot be seen is left out of it.
func nameOf(f *Feature) (uk, en string) {
	clean := func(s string) string {
		s = strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
		if r := []rune(s); len(r) > maxNameRunes {
			return ""
		}
		return strings.TrimSpace(s)
	}
	return clean(word(f, "name:uk", "name_uk", "name")), clean(word(f, "name:en", "name_en", "name:latin"))
}
