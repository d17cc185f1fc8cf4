package report

import (
	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

// Feature is one feature of a collection before it is encoded. It is comparable:
// two equal features give equal bytes.
type Feature struct {
	ID            string
	Name          string
	AreaCode      string // full KATOTTG or empty
	Source        string
	SourceURL     string
	Tier          Tier
	Confidence    int // hundredths; below 0: null
	ConfirmedAt   Instant
	Confirmations int // below 0: null
	Disputed      bool
	SeenAt        Instant // when people without a name last said so; 0: they did not
	Heard         Heard
	Precision     string // one of [Precisions]
	CreatedAt     Instant
	UpdatedAt     Instant
	ExpiresAt     Instant
	Rev           int
	Place         Place
	Facts         Facts // Hub, Outage, Curfew, AreaFacts or FiledFacts, by value
}

// Heard says from whom a hub is known, in words and never by name, and what its
// confidence rests on beside its source.
type Heard struct {
	ListedAt   Instant   // when its source, or a moderator over it, last stated it
	StatusTier Tier      // who said its status; empty: nobody did
	StatusBy   int       // what those who may say so weigh together, in hundredths
	Agree      int       // people without a name who say the same
	Against    int       // people without a name who say otherwise, later
	AgainstAt  Instant   // when the latest of them did
	Working    Amenities // what was seen working
	WorkingAt  Instant   // when it last was
	WorkingBy  int       // what those who saw it weigh together, in hundredths
	QuietFrom  Instant   // from when its operator has been silent too long; 0: it has none
}

// PlaceKind says how a feature's geometry is made.
type PlaceKind uint8

// A feature is drawn as its point, as one cell, as the simplified outline of an
// area, or (areas themselves) as the full outline.
const (
	PlacePoint PlaceKind = iota
	PlaceCell
	PlaceArea
	PlaceOutline
)

// Place says where a feature is; the view turns it into geometry.
type Place struct {
	Kind  PlaceKind
	Point orb.Point // PlacePoint
	Cell  uint64    // PlaceCell, packed
	Area  string    // PlaceArea, PlaceOutline: code; empty: the whole country
}

// AreaFacts is what a feature of an area shows.
type AreaFacts struct {
	Level, NameUK, NameEN, Parent string
	Population                    int
	Version                       int // counts the changes of its outline and names
}

// FiledFacts is what a feature of a report shows to keys.
type FiledFacts struct {
	Filed   Filed
	Status  string
	Because string // a code of [Because], or empty
	People  int

	// What moderators and aid groups see and do; never public.
	By, Note, Name, Address, Opening string
	Approvals, ClaimedBy             string // ids of keys; approvals as a comma list
	ClaimedUntil                     Instant
	Into, Reason                     string
	Cell                             uint64
	NeedStatus, Claimer, ClaimNote   string
}

// Collection implements [Facts].
func (AreaFacts) Collection() Collection { return Areas }

// Collection implements [Facts].
func (FiledFacts) Collection() Collection { return Reports }

// PackCell packs a cell into one word that is never 0.
func PackCell(c geo.Cell) uint64 {
	return 1<<63 | uint64(c.Z)<<56 | uint64(c.X)<<28 | uint64(c.Y)
}

// UnpackCell reverses [PackCell].
func UnpackCell(v uint64) geo.Cell {
	return geo.Cell{Z: uint32(v >> 56 & 0x7f), X: uint32(v >> 28 & 0xfffffff), Y: uint32(v & 0xfffffff)}
}

// Public turns a feature into what everybody may see, or says that nobody may:
// the one gate through which every byte of the public view goes (CONTRACT §3.3
// "Withheld", §2). Reports and needs are never public; hubs in withheld areas
// and community cells that touch one are not; full reads as closed, because
// nobody is told where crowds are; free text from people never passes.
func Public(f Feature, w *Withheld) (Feature, bool) {
	switch facts := f.Facts.(type) {
	case Hub:
		if w.Hub(f.AreaCode, f.Place.Point) {
			return Feature{}, false
		}
		if facts.Status == "full" {
			facts.Status = "closed"
		}
		f.Facts = facts
	case Outage:
		if !f.stated() && (!w.policy.CommunityOutages || w.Cell(f.AreaCode, f.Place.Cell)) {
			return Feature{}, false
		}
	case Curfew, AreaFacts:
	default:
		return Feature{}, false
	}
	return f, true
}

// Withheld knows the areas of the policy in which hubs and community cells are
// public on no route.
type Withheld struct {
	policy   *Policy
	outlines []orb.MultiPolygon
}

// Hub reports whether a hub with this code or at this point is withheld.
func (w *Withheld) Hub(code string, p orb.Point) bool {
	if w.policy.withholds(code) {
		return true
	}
	for _, outline := range w.outlines {
		if geo.Contains(outline, p) {
			return true
		}
	}
	return false
}

// Cell reports whether a cell whose centre lies in the area code touches a
// withheld area.
func (w *Withheld) Cell(code string, cell uint64) bool {
	if w.policy.withholds(code) {
		return true
	}
	b := UnpackCell(cell).Bound()
	box := geo.BBox{West: b.Min[0], South: b.Min[1], East: b.Max[0], North: b.Max[1]}
	for _, outline := range w.outlines {
		if geo.Intersects(outline, box) {
			return true
		}
	}
	return false
}
