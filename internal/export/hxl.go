package export

import "example.org/teplo/internal/report"

// tagsOfAll are the HXL 1.1 tags of properties that mean the same in every collection.
// Times are all #date, so that validators read them as such; numbers have +num.
var tagsOfAll = map[string]string{
	"area_code":     "#loc+code+v_katottg",
	"adm1_pcode":    "#adm1+code",
	"adm2_pcode":    "#adm2+code",
	"adm3_pcode":    "#adm3+code",
	"source":        "#meta+source",
	"source_url":    "#meta+url",
	"tier":          "#meta+source+type",
	"confirmed_at":  "#date+verified",
	"confirmations": "#meta+confirmations+num",
	"disputed":      "#status+disputed+bool",
	"geo_precision": "#geo+precision",
	"created_at":    "#date+reported",
	"updated_at":    "#date+updated",
	"expires_at":    "#date+expires",
	"rev":           "#meta+version+num",
	"confidence":    "#meta+confidence+num",
	"name_en":       "#loc+name+i_en",
	"name_uk":       "#loc+name+i_uk",
	"service":       "#service+type",
	"need":          "#need+type",
	"people":        "#affected+people+num",
	"urgency":       "#severity+urgency",
	"observed_at":   "#date+occurred",
	columnLon:       "#geo+lon",
	columnLat:       "#geo+lat",
	columnWKT:       "#geo+wkt",
}

// tagsOf are those that mean something else in one collection, or stand in it alone.
var tagsOf = map[report.Collection]map[string]string{
	report.Hubs: {
		"id": "#loc+hub+id", "name": "#loc+hub+name", "name_uk": "#loc+hub+name+i_uk", "name_en": "#loc+hub+name+i_en",
		"category": "#loc+hub+type", "host_type": "#loc+hub+host+type",
		"availability": "#status+availability", "activation": "#access+activation",
		"status": "#status+operational", "status_at": "#date+status",
		"opening_hours": "#access+hours", "opening_text": "#access+hours+text", "open_in_curfew": "#access+curfew",
		"address": "#loc+address", "capacity": "#capacity+people+num", "charging_policy": "#access+charging",
		"heat": "#service+heating+bool", "charging": "#service+charging+bool", "power": "#service+power+bool",
		"internet": "#service+internet+bool", "mobile": "#service+mobile+bool", "water": "#service+water+bool",
		"hot_drinks": "#service+hot_drinks+bool", "food": "#service+food+bool",
		"first_aid": "#service+first_aid+bool", "medicine": "#service+medicine+bool", "sleeping": "#service+sleeping+bool",
		"mother_child": "#service+mother_child+bool", "children": "#service+children+bool", "toilet": "#service+toilet+bool",
		"shower": "#service+shower+bool", "step_free": "#access+step_free+bool", "pets": "#access+pets+bool",
		"open_now": "#status+open+bool", "opens_at": "#date+open+start", "closes_at": "#date+open+end",
	},
	report.Outages: {
		"id": "#event+id", "name": "#event+name", "kind": "#cause+type", "status": "#status+outage",
		"certainty": "#status+certainty", "level": "#severity+level",
		"starts_at": "#date+start", "ends_at": "#date+end", "announced_end_at": "#date+end+expected",
	},
	report.Curfews: {
		"id": "#event+curfew+id", "name": "#event+curfew+name", "kind": "#access+curfew+type", "in_force": "#access+curfew+status",
		"start_local": "#access+curfew+hours+start", "end_local": "#access+curfew+hours+end", "timezone": "#access+curfew+timezone",
		"valid_from": "#date+start+valid", "valid_to": "#date+end+valid",
		"exemptions": "#access+curfew+exemptions", "documents": "#access+curfew+documents",
		"authority": "#org+authority+name", "order": "#meta+reference",
	},
	report.Areas: {"id": "#loc+area+id", "name": "#loc+area+name", "level": "#loc+area+type", "parent_code": "#loc+parent+code+v_katottg"},
	report.Reports: {
		"id": "#event+report+id", "name": "#event+report+name", "about": "#event+report+type",
		"state": "#status+reported", "hub": "#loc+hub+id", "status": "#status+report",
	},
	report.Needs: {"id": "#need+id", "name": "#need+name", "status": "#status+need"},
}

// Tags returns the HXL 1.1 tags of a collection's columns, those of its place last: the
// second row of csv-hxl.
func Tags(c report.Collection) []string {
	var out []string
	add := func(name string) {
		tag, special := tagsOf[c][name]
		if !special {
			tag = tagsOfAll[name]
		}
		out = append(out, tag)
	}
	for _, p := range report.Properties(c) {
		add(p.Name)
	}
	for _, name := range placeColumns(c) {
		add(name)
	}
	return out
}
