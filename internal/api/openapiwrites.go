package api

import (
	"maps"
	"slices"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
)

// memberSchemas are those of what reports and corrections may carry, by name.
func (d *spec) memberSchemas() object {
	short := func(most int) object { return object{"type": "string", "maxLength": most} }
	out := object{
		"hub": featureID, "problem": word(report.Problems), "need": word(report.NeedKinds), "people": whole(1, 10_000), "urgency": word(report.Urgencies),
		"name": short(200), "address": short(300), "opening_text": short(300), "amenities": listOf(word(report.AmenityNames)), "area_code": areaText,
		"source_url": object{"type": "string", "format": "uri", "maxLength": 1000}, "note": short(280), "observed_at": instant(),
		"age_s":    object{"type": "number", "minimum": 0, "maximum": 7 * 24 * 3600, "description": "seconds since it was seen, in the place of observed_at"},
		"geometry": d.geometry("geometry-point"), "capacity": whole(0, 100_000),
	}
	for _, c := range moderated {
		for _, p := range report.Properties(c) {
			if schema := propertySchema(&p); out[p.Name] == nil {
				delete(schema, "description")
				out[p.Name] = schema
			}
		}
	}
	delete(out, "kind") // each collection has its own
	return out
}

// reportSchema is the body of POST /api/reports: one shape for each kind.
func (d *spec) reportSchema() object {
	members := d.memberSchemas()
	required := map[string][]string{
		report.AboutOutage: {"service", "state"}, report.AboutHubStatus: {"hub"}, report.AboutCorrection: {"hub", "problem"},
		report.AboutNeed: {"need"}, report.AboutHub: {"name"}, report.AboutCurfew: {"area_code", "kind"},
	}
	var kinds []object
	for _, about := range report.Abouts {
		properties := object{"about": word([]string{about})}
		for _, name := range slices.Concat(anyReport[1:], reportProperties[about]) {
			properties[name] = members[name]
		}
		switch about {
		case report.AboutOutage:
			properties["state"] = word(report.OutageStates)
		case report.AboutHubStatus:
			properties["state"] = word(report.HubStates)
		case report.AboutCurfew:
			properties["kind"] = word(report.CurfewKinds)
		}
		kind := record(properties, append([]string{"about"}, required[about]...)...)
		kind["additionalProperties"] = false
		kinds = append(kinds, kind)
	}
	point := orNull(record(object{"type": word([]string{"Point"}), "coordinates": object{"type": "array", "items": object{"type": "number"}, "minItems": 2, "maxItems": 2}}))
	out := record(object{"type": word([]string{"Feature"}), "id": uuidText, "geometry": point, "properties": object{"oneOf": kinds}}, "type", "properties")
	out["example"] = object{
		"type": "Feature", "id": uuidText["example"], "geometry": object{"type": "Point", "coordinates": []float64{30.5234, 50.4501}},
		"properties": object{"about": report.AboutOutage, "service": "power", "state": "out"},
	}
	d.schemas["Report"] = out
	return ref("schemas", "Report")
}

// describeReports describes filing and what comes of it.
func (d *spec) describeReports() {
	d.reportSchema()
	receipt := d.typed(receipt{})
	filing := operation{
		tag: tagReports, summary: "File a report",
		about: "The id is a UUID that you make (or the header Idempotency-Key): sent again it is the same report, and gets the first answer. What an anonymous outage did, its receipt tells only when its cell changes in public.",
		query: []object{
			{"name": "Idempotency-Key", "in": "header", "description": "In the place of id.", "schema": uuidText},
			{"name": "Teplo-Reporter", "in": "header", "description": "A secret that you make once for yourself: one source on every network.", "schema": object{"type": "string", "minLength": 16, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]+$"}},
		},
		send:  bodyOf(true, ref("schemas", "Report"), typeGeoJSON, typeJSON),
		gives: object{"201": d.with(reply("On disk.", receipt, typeJSON), "Location"), "200": d.with(reply("Filed before.", receipt, typeJSON), "Location")},
		fails: append([]int{409, 429}, writes...),
	}
	d.add("POST /api/reports", "", filing)
	form := filing
	form.summary, form.about = "File a report as a form", "What the page /report sends: the names of POST /reports and lon, lat, place. With Accept: application/json the answers are those of POST /reports, else pages."
	form.query = nil
	form.send = bodyOf(true, object{"type": "object", "additionalProperties": text()}, "application/x-www-form-urlencoded")
	form.gives = object{"200": filing.gives["200"], "201": filing.gives["201"], "303": plain("To the receipt, for browsers.")}
	d.add("POST /report", "", form)
	d.add("POST /api/reports/:id/withdraw", "", operation{
		tag: tagReports, summary: "Take a report back within 10 minutes", id: uuidText, send: bodyOf(true, record(object{"secret": text()}), typeJSON),
		gives: asJSON200("Withdrawn.", receipt), fails: append([]int{404, 409}, writes...),
	})
	d.add("GET /api/receipts/:id", "", operation{tag: tagReports, summary: "What became of a report", id: uuidText, gives: asJSON200("As it stands now.", receipt), fails: []int{400, 404}})
}

// describeModeration describes the queue, corrections and needs.
func (d *spec) describeModeration() {
	reason := object{"type": "string", "maxLength": 500}
	act := func(summary string, send, gives object) operation {
		return operation{
			tag: tagModeration, summary: summary, roles: []access.Role{access.Moderator}, gives: gives, fails: append([]int{404, 409}, writes...),
			send: bodyOf(false, send, typeJSON),
		}
	}
	queue := act("What waits for a moderator, the oldest first", nil, asJSON200("A page of the queue.", record(object{
		"items": listOf(d.typed(queueRow{})), "count": object{"type": "integer"}, "cursor": orNull(text()), "waiting_cells": object{"type": "object", "additionalProperties": object{"type": "integer"}},
	})))
	queue.send, queue.fails = nil, []int{400}
	queue.query = []object{limited(maxQueue, defaultQueue), param("cursor", "That of the page before.", object{"type": "integer", "minimum": 0})}
	d.add("GET /api/queue", "", queue)
	for action, summary := range map[string]string{
		report.ActionClaim: "Keep others off a report for 15 minutes", report.ActionPublish: "Publish a report", report.ActionReject: "Reject a report",
		report.ActionMerge: "Say that a report repeats another, or a hub",
	} {
		outcome, send := record(object{"id": uuidText, "status": word(report.FiledStatuses), "approvals": object{"type": "integer"}}), record(object{"reason": reason, "into": text()}, []string{}...)
		switch action {
		case report.ActionClaim:
			outcome = record(object{"id": uuidText, "claimed_until": instant()})
		case report.ActionReject:
			send["required"] = []string{"reason"}
		case report.ActionMerge:
			send["required"] = []string{"into"}
		}
		o := act(summary, send, asJSON200("Done.", outcome))
		o.id = uuidText
		d.add("POST /api/queue/:id/"+action, "", o)
	}
	d.add("POST /api/queue/bulk", "", act("Judge many reports at once", record(object{
		"ids": object{"type": "array", "items": uuidText, "minItems": 1, "maxItems": maxBulk}, "action": word([]string{report.ActionPublish, report.ActionReject}), "reason": reason,
	}), asJSON200("What was done.", record(object{"done": object{"type": "integer"}, "failed": listOf(d.typed(bulkFailure{}))}))))
	d.add("POST /api/queue/lift", "", act("Show the cells of an oblast that wait", record(object{"area": areaText, "reason": reason}),
		asJSON200("At the next bucket's end they are shown.", record(object{"area": text(), "waiting": object{"type": "integer"}}))))
	d.describeFeatures(act, reason)
	d.describeNeeds(act)
}

// describeFeatures describes what moderators do with what is public.
func (d *spec) describeFeatures(act func(string, object, object) operation, reason object) {
	members := d.memberSchemas()
	for _, c := range moderated {
		feature := object{"200": reply("The feature as it is now.", d.feature(c), typeGeoJSON)}
		d.add("POST /api/:c/:id/confirm", c, act("Say that one of "+string(c)+" was seen valid now", record(object{}), feature))
		d.add("POST /api/:c/:id/retire", c, act("Take one of "+string(c)+" off every public route", record(object{"reason": reason}),
			asJSON200("Gone with the next reply.", record(object{"id": featureID, "status": word([]string{"retired"})}))))
		properties := object{"reason": reason}
		allowed := correctable[c]
		if c == report.Hubs {
			allowed = slices.Concat(allowed, report.AmenityNames)
		}
		for _, name := range allowed {
			properties[name] = members[name]
			for _, p := range report.Properties(c) {
				if p.Name == name && p.Enum != nil {
					properties[name] = word(p.Enum)
				}
			}
		}
		send := record(properties, "reason")
		send["additionalProperties"], send["minProperties"] = false, 2
		d.add("POST /api/:c/:id/correct", c, act("Change what is known of one of "+string(c), send, feature))
	}
	link := act("Make the private link of a hub's operator", nil, object{"201": reply("The old one ends.", record(object{"url": text()}), typeJSON)})
	link.send, link.fails = nil, []int{400, 404, 503, 507}
	d.add("POST /api/hubs/:id/operator-link", "", link)
	unlink := link
	unlink.summary, unlink.gives = "End the private link of a hub's operator", object{"204": plain("Ended.")}
	d.add("DELETE /api/hubs/:id/operator-link", "", unlink)
}

func (d *spec) describeNeeds(act func(string, object, object) operation) {
	need := object{"200": reply("The need; its exact place and note for who claimed it and for moderators.", d.featureWith("NeedFeature", report.Needs, nil, "note", "claimed_by"), typeGeoJSON)}
	aid := func(summary string, send object) operation {
		o := act(summary, send, need)
		o.roles = []access.Role{access.Aid, access.Moderator}
		return o
	}
	one := aid("One need", nil)
	one.send, one.fails = nil, []int{400, 404}
	d.add("GET /api/needs/:id", "", one)
	for action, summary := range map[string]string{
		report.NeedClaim: "Take a need on", report.NeedRelease: "Give a need back", report.NeedMet: "Say that a need is met",
	} {
		d.add("POST /api/needs/:id/"+action, "", aid(summary, record(object{"note": object{"type": "string", "maxLength": 280}}, []string{}...)))
	}
}

// describeKeys describes what admins do.
func (d *spec) describeKeys() {
	admin := func(summary string, send, gives object) operation {
		o := operation{tag: tagKeys, summary: summary, roles: []access.Role{access.Admin}, gives: gives, id: anyText, fails: writes}
		if send != nil {
			o.send = bodyOf(true, send, typeJSON)
		}
		return o
	}
	reason := object{"type": "string", "maxLength": 500}
	key := record(object{
		"role": word(roleNames()), "name": object{"type": "string", "maxLength": 200}, "expires": instant(),
		"areas": object{"type": "array", "items": text(), "description": "codes of areas, or *"},
	}, "role", "name", "expires")
	read := func(o operation) operation {
		o.fails = []int{400}
		return o
	}
	onOne := func(o operation) operation {
		o.fails = append([]int{404}, o.fails...)
		return o
	}
	d.add("GET /api/keys", "", read(admin("The access keys, without secrets", nil, asJSON200("All keys.", record(object{"keys": listOf(d.typed(keyRow{}))})))))
	d.add("POST /api/keys", "", admin("Make an access key", key, object{"201": reply("secret is the whole key, shown this once.", record(object{"id": text(), "secret": text()}), typeJSON)}))
	d.add("POST /api/invitations", "", admin("Make a link that signs one browser in", key, object{"201": reply("It holds once, for a day.", record(object{"url": text()}), typeJSON)}))
	gone := object{"204": plain("Done.")}
	for route, summary := range map[string]string{"DELETE /api/keys/:id": "End a key", "POST /api/keys/:id/free": "Free a key that was halted"} {
		o := admin(summary, nil, maps.Clone(gone))
		o.fails = []int{400, 404, 503, 507}
		d.add(route, "", o)
	}
	d.add("POST /api/keys/:id/revert", "", onOne(admin("Undo all that a key did since an instant", record(object{"since": instant(), "reason": reason}),
		asJSON200("How much.", record(object{"reverted": object{"type": "integer"}})))))
	audit := read(admin("What keys did, the newest first", nil, asJSON200("A page.", record(object{"entries": listOf(d.typed(auditRow{})), "cursor": orNull(object{"type": "integer"})}))))
	audit.query = []object{
		param("actor", "Id of a key.", text()), param("since", "An instant with offset.", instant()), limited(maxHistory, defaultHistory),
		param("cursor", "That of the page before.", object{"type": "integer", "minimum": 0}),
	}
	d.add("GET /api/audit", "", audit)
	brake := record(object{"withheld_areas": listOf(text()), "community_outages": object{"type": "boolean"}, "reason": reason}, "reason")
	d.add("POST /api/policy", "", admin("The brake: withhold areas or community outages at once", brake,
		asJSON200("As it holds now.", record(object{"withheld_areas": listOf(text()), "community_outages": object{"type": "boolean"}}))))
}
