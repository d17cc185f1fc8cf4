package api

import (
	"slices"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

var typesOfJSON = []string{typeJSON, typeHTML}

// describeCollections describes what OGC API - Features asks for.
func (d *spec) describeCollections() {
	pages := []offer{asJSON, asHTML}
	negotiated := []int{400, 406}
	document := func(summary string, schema object) operation {
		return operation{
			tag: tagCollections, summary: summary, query: d.ofPage(pages), fails: negotiated,
			gives: object{"200": reply("The document.", schema, typesOfJSON...)},
		}
	}
	links := listOf(d.typed(link{}))
	d.add("GET /api", "", document("Landing page: licence, caveats, links", record(object{
		"title": text(), "description": text(), "license": text(), "attribution": text(), "caveats": text(), "methodology": text(), "links": links,
	})))
	d.add("GET /api/datapackage.json", "", operation{tag: tagCollections, summary: "The exports as a Frictionless Data Package", gives: asJSON200("The data package.", object{"type": "object", "additionalProperties": true}), fails: []int{400, 406}})
	d.add("GET /api/conformance", "", document("What this server conforms to", record(object{"conformsTo": listOf(text()), "links": links})))
	d.add("GET /api/collections", "", document("The collections that the caller may read", record(object{"collections": listOf(d.typed(collection{})), "links": links})))
	d.add("GET /api/openapi.json", "", operation{
		tag: tagCollections, summary: "This document", query: []object{d.format([]offer{asOpenAPI})}, fails: negotiated,
		gives: object{"200": d.with(reply("OpenAPI 3.0.3.", object{"type": "object"}, typeOpenAPI, typeJSON), "ETag"), "304": d.with(plain("Not changed."), "ETag")},
	})
	d.add("GET /api/docs", "", operation{
		tag: tagCollections, summary: "The API for people, with examples to copy", query: []object{d.shared("lang", langParam)},
		gives: object{"200": reply("A page.", nil, "text/html")},
	})
	// Its $schema and $id are not named: linters take them for those of this schema.
	schema := record(object{
		"title": text(), "description": text(), "type": word([]string{"object"}),
		"properties": object{"type": "object", "additionalProperties": object{"type": "object"}}, "links": links,
	})
	schema["additionalProperties"] = true
	for _, c := range slices.Concat(view.Collections, keyed) {
		var roles []access.Role
		if slices.Contains(keyed, c) {
			roles = []access.Role{access.Aid, access.Moderator}
		}
		of := func(o operation, about string) operation {
			o.roles, o.about = roles, about
			return o
		}
		described := func(summary string) operation {
			o := document(summary, schema)
			o.gives = object{"200": reply("A JSON Schema.", schema, typeSchema, typeHTML)}
			return of(o, "")
		}
		d.add("GET /api/collections/:c", c, of(document("Collection "+string(c), d.typed(collection{})), descriptions[c][1]))
		d.add("GET /api/collections/:c/schema", c, described("Properties of "+string(c)))
		d.add("GET /api/collections/:c/queryables", c, described("What filters of "+string(c)+" may name"))
		d.add("GET /api/collections/:c/items", c, of(operation{
			tag: tagCollections, summary: "Features of " + string(c), query: d.ofItems(c), fails: negotiated,
			gives: object{"200": d.items(listOffers, "A page of features in the order of their ids, or a file of the whole selection.", d.featuresOf(d.feature(c), "numberMatched", "links"), "ETag", "Teplo-Cursor", "Link"), "304": d.with(plain("Not changed."), "ETag")},
		}, descriptions[c][1]+" Follow rel=next to the end: everything comes exactly once while writes go on."))
		d.add("GET /api/collections/:c/items/:id", c, of(operation{
			tag: tagCollections, summary: "One feature of " + string(c), query: d.ofPage(itemOffers), fails: append([]int{404}, negotiated...),
			gives: object{"200": d.items(itemOffers, "The feature.", d.feature(c), "ETag"), "304": d.with(plain("Not changed."), "ETag")},
		}, ""))
	}
}

// items is a reply in every representation of features.
func (d *spec) items(offers []offer, about string, schema object, headers ...string) object {
	var types []string
	for _, o := range offers {
		types = append(types, o.types[0])
	}
	return d.with(reply(about, schema, types...), headers...)
}

// describeQuestions describes what answers from the present state.
func (d *spec) describeQuestions() {
	question := func(summary, about string, schema object, query ...object) operation {
		return operation{tag: tagQuestions, summary: summary, about: about, query: query, gives: asJSON200("The answer.", schema), fails: []int{400}}
	}
	area := needed(areaParam)
	nearest := []object{
		lonParam, latParam, areaParam, limited(maxNearest, defaultNearest), atParam, byParam,
		param("open", "true: only hubs that are surely open on arrival.", absent(word([]string{"true", "any"}), "any")),
		param("speed", "Walking speed in metres a second.", object{"type": "number", "minimum": 0.1, "maximum": 10, "default": walkingSpeed}),
		param("category", "Kind of hub.", word(report.HubCategories)), param("availability", "When it is there.", word(report.Availabilities)),
	}
	for _, name := range report.AmenityNames {
		nearest = append(nearest, param(name, "What is known of this amenity.", word(report.YesNoUnknown)))
	}
	near := d.featureWith("NearestFeature", report.Hubs, object{
		"distance_m": orNull(object{"type": "integer"}), "walk_min": orNull(object{"type": "integer"}), "open_on_arrival": word(report.YesNoUnknown), "go": word(verdicts),
	})
	found := question("The nearest hubs, open on arrival or not, and whether one may go",
		"Give lon and lat, or area instead. A hub known only by its town has no distance, comes last and is never yes.", nil, nearest...)
	found.gives = object{"200": reply("Hubs, those open on arrival first.", d.featuresOf(near), typeGeoJSON)}
	d.add("GET /api/nearest", "", found)
	d.add("GET /api/go", "", question("May I go now, or at a time?",
		"Give lon and lat, or area instead. Never yes from missing, expired, contradictory or stale rules.", d.typed(verdict{}),
		lonParam, latParam, areaParam, atParam, param("to", "Where to.", absent(word(destinations), destinations[0])), byParam))
	places := question("Places by name", "Exact matches before prefixes, then level, population, distance.", record(object{"places": listOf(d.typed(placeRow{}))}),
		needed(param("q", "The name of a place, or how it begins.", object{"type": "string", "minLength": 1, "maxLength": maxNameRunes, "example": "Житомир"})),
		lonParam, latParam, limited(maxPlaces, defaultPlaces))
	places.fails = []int{400, 406}
	d.add("GET /api/places", "", places)
	d.add("GET /api/situation", "", question("Counts and states of one area", "", d.typed(situation{}), area))
	d.add("GET /api/digest", "", question("The board of an area as text messages", "Each part fits one SMS: 70 characters, 160 where all are GSM 7-bit.",
		record(object{"parts": listOf(text())}), area, param("lang", "Language.", absent(word([]string{"uk", "en"}), "uk"))))
	history := question("What changed in an area, the newest first", "", record(object{"entries": listOf(d.typed(historyEntry{}))}), limited(maxHistory, defaultHistory))
	history.fails = []int{400, 404, 406}
	d.add("GET /api/areas/:code/history", "", history)
	similar := question("What is public already where a report would stand", "Within 250 m, or the cell.", nil,
		needed(param("about", "Kind of report.", word(report.Abouts))), needed(lonParam), needed(latParam), param("service", "Of an outage.", word(report.Services)))
	either := object{"anyOf": []object{d.feature(report.Hubs), d.feature(report.Outages)}}
	similar.tag, similar.gives = tagReports, object{"200": reply("Hubs or outages.", d.featuresOf(either, "numberMatched"), typeGeoJSON)}
	d.add("GET /api/similar", "", similar)
	d.add("GET /t", "", operation{
		tag: tagQuestions, summary: "A few lines of plain text for very slow networks", about: "At most 600 bytes, always 200. May answer in the language of the browser.",
		query: []object{param("q", "A code or the name of a place.", text()), d.shared("lang", langParam)},
		gives: object{"200": reply("The board, or names that it might be.", nil, "text/plain")},
	})
}

// describeFollowing describes streams, feeds, and what phones store.
func (d *spec) describeFollowing() {
	d.add("GET /api/live", "", operation{
		tag: tagFollowing, summary: "Public changes as they happen (server-sent events)",
		about: "Each event has the id of its change; Last-Event-ID, or since, resumes after it. Derived properties are null. A comment at least every 20 s.",
		query: []object{
			list(param("collections", "Names, with commas between.", object{"type": "array", "items": word(names(view.Collections))})),
			param("since", "A cursor: the Teplo-Cursor of items, or an event's id. Without it from now on.", object{"type": "integer", "minimum": 0}),
			{"name": "Last-Event-ID", "in": "header", "description": "As since; browsers send it.", "schema": object{"type": "integer", "minimum": 0}},
		},
		gives: object{"200": reply("A stream that does not end.", nil, "text/event-stream")}, fails: []int{400, 410, 503},
	})
	d.add("GET /api/feeds/curfew.ics", "", operation{
		tag: tagFollowing, summary: "The curfew of an area as a calendar", about: "Three weeks ahead; STATUS:TENTATIVE where the rules were not confirmed lately.",
		query: []object{needed(areaParam)}, fails: []int{400},
		gives: object{"200": d.with(reply("iCalendar.", nil, "text/calendar"), "ETag"), "304": d.with(plain("Not changed."), "ETag")},
	})
	stored := func(summary, about string, headers ...string) operation {
		return operation{
			tag: tagPhones, summary: summary, about: about, fails: []int{400, 406},
			gives: object{
				"200": d.with(reply("JSON in columns; .docs/API.md of the program says how to read it.", object{"type": "object", "additionalProperties": true}, typeJSON), append(headers, "ETag")...),
				"304": d.with(plain("Not changed."), "ETag"),
			},
		}
	}
	oblast := stored("The public state of one oblast, signed", "Instants of the next 7 days, no rules. After valid_until nothing of it is a yes.", "Teplo-Pack-Signature", "Teplo-Pack-Bytes")
	oblast.fails = append(oblast.fails, 404, 507)
	d.add("GET /api/packs/:adm1.json", "", oblast)
	d.add("GET /api/cells/:z/:x/:y.json", "", stored("The public state around a cell of zoom 12", "So a phone asks without telling where exactly it is."))
	d.add("GET /api/points.json", "", stored("Where all public hubs are and how they stand, for maps", ""))
}

func (d *spec) describeOperations() {
	d.add("GET /healthz", "", operation{tag: tagOperations, summary: "The process lives", gives: asJSON200("It does.", record(object{"status": text()}))})
	ready := record(object{"store": word([]string{"ok", "full", "failed", "stalled"}), "views": text(), "reason": text()})
	d.add("GET /readyz", "", operation{
		tag: tagOperations, summary: "The process can do its work",
		gives: object{"200": reply("It can; a full store still reads.", ready, typeJSON), "503": reply("It cannot.", ready, typeJSON)},
	})
}
