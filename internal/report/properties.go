package report

import (
	"slices"

	"example.org/teplo/internal/filter"
)

// Roles of properties in schemas (OGC API - Features Part 5, draft).
const (
	roleID      = "id"
	roleInstant = "primary-instant"
	roleStart   = "primary-interval-start"
	roleEnd     = "primary-interval-end"
)

// FiledStatuses are what may become of a report.
var FiledStatuses = []string{"published", "counted", "queued", "rejected", "merged", "withdrawn"}

// common are the properties of every collection, confidence apart, in the order of
// their encoding.
var common = []filter.Property{
	{Name: "id", Role: roleID, About: "the same for the same thing on every import and node"},
	{Name: "name", About: "as its source says it"},
	{Name: "area_code", About: "KATOTTG code, as fine as known"},
	{Name: "adm1_pcode", About: "p-code of the oblast"},
	{Name: "adm2_pcode", About: "p-code of the raion"},
	{Name: "adm3_pcode", About: "p-code of the hromada"},
	{Name: "source", About: "who says so"},
	{Name: "source_url", About: "where it is said"},
	{Name: "tier", Enum: Tiers, About: "kind of source"},
	{Name: "confirmed_at", Kind: filter.Time, About: "when it was last stated or seen; the age of the fact"},
	{Name: "confirmations", Kind: filter.Integer, About: "people who say the same; null where that is not told"},
	{Name: "disputed", Kind: filter.Bool, About: "people on the spot contradict it"},
	{Name: "geo_precision", Enum: Precisions, About: "what the geometry is of"},
	{Name: "created_at", Kind: filter.Time, About: "when it became known here"},
	{Name: "updated_at", Kind: filter.Time, About: "when it last changed"},
	{Name: "expires_at", Kind: filter.Time, About: "when it ends to count by itself"},
	{Name: "rev", Kind: filter.Integer, About: "counts its changes"},
}

// own are those of one collection, between the common ones and those that time changes.
var own = map[Collection][]filter.Property{
	Hubs: append([]filter.Property{
		{Name: "name_uk", About: "name in Ukrainian"},
		{Name: "name_en", About: "name in English"},
		{Name: "category", Enum: HubCategories, About: "kind of hub"},
		{Name: "host_type", About: "what houses it: school, station, shop"},
		{Name: "availability", Enum: Availabilities, About: "whether it is always there, or opens when needed"},
		{Name: "activation", About: "when a standby hub opens"},
		{Name: "status", Enum: HubStatuses, About: "what was last said of it; to the public full reads as closed"},
		{Name: "status_at", Kind: filter.Time, About: "when that was said"},
		{Name: "opening_hours", About: "OpenStreetMap opening_hours"},
		{Name: "opening_text", About: "hours as their source writes them"},
		{Name: "open_in_curfew", Enum: YesNoUnknown, About: "whether it stays open while a curfew is in force"},
		{Name: "address", About: "street and number"},
		{Name: "capacity", Kind: filter.Integer, About: "people"},
		{Name: "charging_policy", About: "how charging is shared"},
	}, amenityProperties()...),
	Outages: {
		{Name: "service", Enum: Services, About: "what is out"},
		{Name: "kind", Enum: OutageKinds, About: "why it is out"},
		{Name: "status", Enum: OutageStatuses, About: "whether it is under way"},
		{Name: "certainty", Enum: Certainties, About: "possible where anonymous people alone say so"},
		{Name: "level", Enum: OutageLevels, About: "how many say so"},
		{Name: "starts_at", Kind: filter.Time, Role: roleStart, About: "beginning"},
		{Name: "ends_at", Kind: filter.Time, Role: roleEnd, About: "end; null: not over, or not known"},
		{Name: "announced_end_at", Kind: filter.Time, About: "end that was promised"},
	},
	Curfews: {
		{Name: "start_local", About: "HH:MM on the wall clock"},
		{Name: "end_local", About: "HH:MM on the wall clock"},
		{Name: "timezone", About: "IANA zone of the wall clock"},
		{Name: "kind", Enum: CurfewKinds, About: "what the rule does"},
		{Name: "valid_from", Kind: filter.Time, Role: roleStart, About: "from when it counts"},
		{Name: "valid_to", Kind: filter.Time, Role: roleEnd, About: "until when it counts"},
		{Name: "exemptions", About: "comma list of what is allowed during the curfew"},
		{Name: "documents", About: "comma list of papers to carry"},
		{Name: "authority", About: "who ordered it"},
		{Name: "order", About: "number and date of the order"},
	},
	Areas: {
		{Name: "level", Enum: AreaLevels, About: "administrative level"},
		{Name: "name_uk", About: "name in Ukrainian"},
		{Name: "name_en", About: "name in English"},
		{Name: "parent_code", About: "KATOTTG code of the area around it"},
	},
	Reports: {
		{Name: "about", Enum: Abouts, About: "kind of report"},
		{Name: "service", Enum: Services, About: "of an outage"},
		{Name: "state", About: "what was said: out or back; open, closed, full or absent"},
		{Name: "hub", About: "id of the hub that it is about"},
		{Name: "need", Enum: NeedKinds, About: "of a need"},
		{Name: "people", Kind: filter.Integer, About: "how many are in need"},
		{Name: "urgency", Enum: Urgencies, About: "of a need"},
		{Name: "observed_at", Kind: filter.Time, Role: roleInstant, About: "when it was seen"},
		{Name: "status", Enum: FiledStatuses, About: "what became of it"},
	},
	Needs: {
		{Name: "need", Enum: NeedKinds, About: "what is needed"},
		{Name: "people", Kind: filter.Integer, About: "how many are in need"},
		{Name: "urgency", Enum: Urgencies, About: "how soon"},
		{Name: "status", Enum: NeedStatuses, About: "whether somebody helps"},
		{Name: "observed_at", Kind: filter.Time, Role: roleInstant, About: "when it was said"},
	},
}

// timed are those that time alone changes; they stand last.
var timed = map[Collection][]filter.Property{
	Hubs: {
		{Name: "open_now", Enum: YesNoUnknown, About: "open as of timeStamp; yes only where hours and status are known and nobody above anonymous contradicts"},
		{Name: "opens_at", Kind: filter.Time, About: "next opening"},
		{Name: "closes_at", Kind: filter.Time, About: "end of the present opening"},
	},
	Curfews: {{Name: "in_force", Enum: YesNoUnknown, About: "in force as of timeStamp"}},
}

var confidence = filter.Property{Name: "confidence", Kind: filter.Number, About: "0 to 1, two decimals, by the published formula"}

func amenityProperties() []filter.Property {
	var out []filter.Property
	for _, name := range AmenityNames {
		out = append(out, filter.Property{Name: name, Enum: YesNoUnknown, About: "whether it is there"})
	}
	return out
}

var properties = func() map[Collection][]filter.Property {
	out := map[Collection][]filter.Property{}
	for c, list := range own {
		out[c] = slices.Concat(common, list, []filter.Property{confidence}, timed[c])
	}
	return out
}()

// Properties lists the properties of a collection in the order of their encoding
// (CONTRACT §3.1); nil for an unknown one. The list must not be changed.
func Properties(c Collection) []filter.Property { return properties[c] }
