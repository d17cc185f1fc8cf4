// Package report is the vocabulary of Teplo and its pure rules: what a hub, an
// outage, a curfew rule, an area and a report are ([Record], [Filed]), which
// events change them ([Event]), what follows from a journal of events
// ([State], [State.Apply]) and what of it the public may see ([Public]).
//
// Invariants: nothing here reads a clock, draws a random number or does I/O, and
// nothing ranges over a map where the order could show. The same entries give
// the same state, byte for byte, on every machine.
package report

import "slices"

// Collection names one of the API's collections (CONTRACT §3.1).
type Collection string

// The collections. Needs and Reports are never public.
const (
	Hubs    Collection = "hubs"
	Outages Collection = "outages"
	Curfews Collection = "curfews"
	Needs   Collection = "needs"
	Reports Collection = "reports"
	Areas   Collection = "areas"
)

// Tier says who vouches for a fact, strongest first.
type Tier string

// The tiers, strongest first. Verified is a known volunteer.
const (
	TierOfficial  Tier = "official"
	TierOperator  Tier = "operator"
	TierVerified  Tier = "verified"
	TierCommunity Tier = "community"
	TierAnonymous Tier = "anonymous"
)

// Unknown is the third value of every yes/no property: absence is not "no".
const (
	Yes     = "yes"
	No      = "no"
	Unknown = "unknown"
)

// The closed lists of CONTRACT §3.1 and §3.3, in its order.
var (
	Tiers          = []string{"official", "operator", "verified", "community", "anonymous"}
	Precisions     = []string{"exact", "street", "settlement", "hromada", "raion", "oblast", "cell"}
	HubCategories  = []string{"state", "business", "service", "warming", "support", "shelter"}
	Availabilities = []string{"permanent", "standby", "reserve", "mobile", "closed", "unknown"}
	HubStatuses    = []string{"open", "closed", "full", "standby", "unknown"}
	YesNoUnknown   = []string{Yes, No, Unknown}
	Services       = []string{"power", "heating", "water", "communications"}
	OutageKinds    = []string{"planned", "emergency", "hourly", "fault", "unknown"}
	OutageStatuses = []string{"active", "announced", "ended"}
	Certainties    = []string{"definite", "possible"}
	OutageLevels   = []string{"some", "widespread"}
	CurfewKinds    = []string{"baseline", "extension", "easing", "exceptional", "exemption", "cancelled", "none"}
	Exemptions     = []string{
		"hub_access", "go_home", "shelter", "on_foot", "private_transport", "taxi", "late_train", "hub_24_7", "business_24_7", "hub_24_7_business",
		"private_transport_to_hub", "public_transport_local", "shelter_on_alert", "pass", "critical_infrastructure",
	}
	Abouts       = []string{"outage", "hub", "hub_status", "correction", "need", "curfew"}
	OutageStates = []string{"out", "back"}
	HubStates    = []string{"open", "closed", "full", "absent"}
	Problems     = []string{"place", "hours", "not_a_hub", "other"}
	NeedKinds    = []string{"heat", "charging", "medical_power", "medicine", "water", "food", "fuel", "transport", "shelter", "baby", "other"}
	Urgencies    = []string{"life", "today", "soon"}
	AreaLevels   = []string{"oblast", "raion", "hromada", "settlement", "district"}
)

// What a report is about (CONTRACT §3.3).
const (
	AboutOutage     = "outage"
	AboutHub        = "hub"
	AboutHubStatus  = "hub_status"
	AboutCorrection = "correction"
	AboutNeed       = "need"
	AboutCurfew     = "curfew"
)

// OneOf reports whether value stands in list.
func OneOf(value string, list []string) bool { return slices.Contains(list, value) }
