package report

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/places"
)

// Record is one thing of reference as one source states it: a hub, an official
// outage, a curfew rule, an area, or a report somebody filed. Importers make
// records; the tracker gives them an identity and writes them.
//
// Facts is one of [Hub], [Outage], [Curfew], [Area], [Filed], by value.
type Record struct {
	Ref       string    // the source's own id; empty: the content is the identity
	Source    string    // name of the source, e.g. "hubs-ua-press"
	SourceURL string    // where a reader can check it
	Licence   string    // of the source, as text
	Tier      Tier      // who vouches
	Name      string    // as the source writes it
	AreaCode  string    // full KATOTTG of the finest area known, or empty
	Point     orb.Point // lon, lat in degrees; meaningful when HasPoint
	HasPoint  bool      // false: the record stands at its area
	Precision string    // one of [Precisions]; empty: exact with a point
	Confirmed Instant   // when the source last saw it so; 0 unknown
	Facts     Facts     // what the collection's own properties say
}

// Facts is the sealed set of what a record can state.
type Facts interface {
	// Collection says where such facts live.
	Collection() Collection
}

// Hub states an emergency heating and charging place.
type Hub struct {
	NameUK         string    `cbor:"1,keyasint,omitempty"`
	NameEN         string    `cbor:"2,keyasint,omitempty"`
	Category       string    `cbor:"3,keyasint,omitempty"` // one of [HubCategories]
	HostType       string    `cbor:"4,keyasint,omitempty"` // school, fire_station, tent, ...
	Availability   string    `cbor:"5,keyasint,omitempty"` // one of [Availabilities]
	Activation     string    `cbor:"6,keyasint,omitempty"` // the rule that opens it, as text
	Status         string    `cbor:"7,keyasint,omitempty"` // one of [HubStatuses], as of StatusAt
	StatusAt       Instant   `cbor:"8,keyasint,omitempty"`
	OpeningHours   string    `cbor:"9,keyasint,omitempty"`  // OSM opening_hours syntax
	OpeningText    string    `cbor:"10,keyasint,omitempty"` // as the source writes it
	OpenInCurfew   string    `cbor:"11,keyasint,omitempty"` // yes, no, unknown
	Address        string    `cbor:"12,keyasint,omitempty"`
	Capacity       int       `cbor:"13,keyasint,omitempty"` // people; 0 unknown
	ChargingPolicy string    `cbor:"14,keyasint,omitempty"`
	Amenities      Amenities `cbor:"15,keyasint,omitempty"`
}

// Outage states an official outage of one service in one area.
type Outage struct {
	Service        string  `cbor:"1,keyasint,omitempty"` // one of [Services]
	Kind           string  `cbor:"2,keyasint,omitempty"` // one of [OutageKinds]
	Status         string  `cbor:"3,keyasint,omitempty"` // one of [OutageStatuses]
	Certainty      string  `cbor:"4,keyasint,omitempty"` // one of [Certainties]
	Level          string  `cbor:"5,keyasint,omitempty"` // one of [OutageLevels]
	StartsAt       Instant `cbor:"6,keyasint,omitempty"`
	EndsAt         Instant `cbor:"7,keyasint,omitempty"` // when it did end
	AnnouncedEndAt Instant `cbor:"8,keyasint,omitempty"` // when it is said to end
}

// Curfew states one curfew rule. Local times are "HH:MM" in Timezone; an end at
// or before the start is on the next day; both empty: no nightly window.
type Curfew struct {
	StartLocal string  `cbor:"1,keyasint,omitempty"`
	EndLocal   string  `cbor:"2,keyasint,omitempty"`
	Timezone   string  `cbor:"3,keyasint,omitempty"` // IANA
	Kind       string  `cbor:"4,keyasint,omitempty"` // one of [CurfewKinds]
	ValidFrom  Instant `cbor:"5,keyasint,omitempty"`
	ValidTo    Instant `cbor:"6,keyasint,omitempty"`
	Exemptions string  `cbor:"7,keyasint,omitempty"` // comma list
	Documents  string  `cbor:"8,keyasint,omitempty"`
	Authority  string  `cbor:"9,keyasint,omitempty"`
	Order      string  `cbor:"10,keyasint,omitempty"`
	AreaLevel  string  `cbor:"11,keyasint,omitempty"` // country, oblast, raion, city, zone, settlements, ...
	AreaText   string  `cbor:"12,keyasint,omitempty"` // the area as the source names it
	Unresolved bool    `cbor:"13,keyasint,omitempty"` // the area has no code of its own: applied nowhere as fact
	Note       string  `cbor:"14,keyasint,omitempty"`
	Ordered    Instant `cbor:"15,keyasint,omitempty"` // date of the order
	Except     string  `cbor:"16,keyasint,omitempty"` // comma list of codes inside the area that it does not cover
}

// Area states (part of) an administrative area; empty members say nothing and
// leave what other sources said.
type Area struct {
	Level      string           `cbor:"1,keyasint,omitempty"` // one of [AreaLevels]
	Category   string           `cbor:"2,keyasint,omitempty"` // the register's letter
	NameUK     string           `cbor:"3,keyasint,omitempty"`
	NameEN     string           `cbor:"4,keyasint,omitempty"`
	Alias      string           `cbor:"5,keyasint,omitempty"` // former or Russian names, comma list
	Parent     string           `cbor:"6,keyasint,omitempty"`
	Population int              `cbor:"7,keyasint,omitempty"`
	Outline    orb.MultiPolygon `cbor:"8,keyasint,omitempty"`
}

// Filed states what a person saw: one report of CONTRACT §3.3. The exact point,
// the note and the number of people are sealed on disk ([Sealed]).
type Filed struct {
	About      string    `cbor:"1,keyasint,omitempty"` // one of [Abouts]
	Service    string    `cbor:"2,keyasint,omitempty"`
	State      string    `cbor:"3,keyasint,omitempty"`
	Hub        string    `cbor:"4,keyasint,omitempty"` // id of a hub
	Need       string    `cbor:"5,keyasint,omitempty"`
	Urgency    string    `cbor:"6,keyasint,omitempty"`
	Problem    string    `cbor:"7,keyasint,omitempty"` // of a correction
	ObservedAt Instant   `cbor:"8,keyasint,omitempty"`
	Amenities  Amenities `cbor:"9,keyasint,omitempty"` // seen working
	People     int       `cbor:"-"`
	Note       string    `cbor:"-"`
	Name       string    `cbor:"-"` // of a new hub
	Address    string    `cbor:"-"` // of a new hub
	Opening    string    `cbor:"-"` // opening text of a new hub
	Reporter   string    `cbor:"-"` // secret of the reporter; never stored
}

// Collection implements [Facts].
func (Hub) Collection() Collection { return Hubs }

// Collection implements [Facts].
func (Outage) Collection() Collection { return Outages }

// Collection implements [Facts].
func (Curfew) Collection() Collection { return Curfews }

// Collection implements [Facts].
func (Area) Collection() Collection { return Areas }

// Collection implements [Facts].
func (Filed) Collection() Collection { return Reports }

// idPrefix is the word before the dash of a feature's id.
var idPrefix = map[Collection]string{Hubs: "hub", Outages: "outage", Curfews: "curfew", Needs: "need", Reports: "report", Areas: "area"}

// ID returns the id of a record's feature: the same for the same thing on every
// import and every node. An area is its code; everything else the hash of its
// source's name and reference (without a reference: of its content).
func (r *Record) ID() string {
	c := r.Facts.Collection()
	if c == Areas {
		return idPrefix[c] + "-" + strings.ToLower(r.AreaCode)
	}
	identity := r.Ref
	if identity == "" {
		h := r.ContentHash()
		identity = "\x00" + string(h[:])
	}
	sum := sha256.Sum256([]byte(string(c) + "\x00" + r.Source + "\x00" + identity))
	return idPrefix[c] + "-" + strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// ContentHash identifies what the record says, its source's name included and
// its time of import not.
func (r *Record) ContentHash() [16]byte {
	content := encode(r.wire())
	if f, ok := r.Facts.(Filed); ok {
		content = append(content, encode([]any{f.People, f.Note, f.Name, f.Address, f.Opening, f.Reporter})...)
	}
	sum := sha256.Sum256(content)
	return [16]byte(sum[:16])
}

// merge returns the area that a says, merged over what was known before.
func (a *Area) merge(old places.Area, r *Record) places.Area {
	old.Code = r.AreaCode
	set(&old.NameUK, a.NameUK)
	set(&old.NameEN, a.NameEN)
	set(&old.Category, a.Category)
	set(&old.Parent, a.Parent)
	if a.Level != "" {
		old.Level = places.Level(a.Level)
	}
	if a.Population > 0 {
		old.Population = a.Population
	}
	if a.Outline != nil {
		old.Outline = a.Outline
	}
	if r.HasPoint {
		old.Point, old.HasPoint = r.Point, true
	}
	for alias := range strings.SplitSeq(a.Alias, ",") {
		if alias = strings.TrimSpace(alias); alias != "" && !OneOf(alias, old.Aliases) {
			old.Aliases = append(old.Aliases[:len(old.Aliases):len(old.Aliases)], alias)
		}
	}
	return old
}

func set(dst *string, value string) {
	if value != "" {
		*dst = value
	}
}
