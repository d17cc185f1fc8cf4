package report

import "slices"

// AmenityNames lists the amenities of a hub in the order of CONTRACT §3.1. The
// order is part of the journal's format: append only.
var AmenityNames = []string{
	"heat", "charging", "power", "internet", "mobile", "water", "hot_drinks", "food", "first_aid",
	"medicine", "sleeping", "mother_child", "children", "toilet", "shower", "step_free", "pets",
}

// Amenities holds yes, no or unknown for each of [AmenityNames], two bits each:
// 0 unknown, 1 yes, 2 no. The zero value knows nothing.
type Amenities uint64

// Of returns yes, no or unknown for one amenity; a name that does not exist is unknown.
func (a Amenities) Of(name string) string {
	i := slices.Index(AmenityNames, name)
	if i < 0 {
		return Unknown
	}
	return a.At(i)
}

// At returns yes, no or unknown for AmenityNames[i].
func (a Amenities) At(i int) string {
	switch a >> (2 * i) & 3 {
	case 1:
		return Yes
	case 2:
		return No
	default:
		return Unknown
	}
}

// With returns a with one amenity set to yes, no or unknown; a name that does
// not exist changes nothing.
func (a Amenities) With(name, value string) Amenities {
	i := slices.Index(AmenityNames, name)
	if i < 0 {
		return a
	}
	a &^= 3 << (2 * i)
	switch value {
	case Yes:
		a |= 1 << (2 * i)
	case No:
		a |= 2 << (2 * i)
	}
	return a
}

// seen returns a with every amenity that is yes in now.
func (a Amenities) seen(now Amenities) Amenities {
	yes := now &^ (now >> 1) & everyYes
	return a&^(3*yes) | yes
}

// everyYes has the bit of yes for each amenity.
const everyYes Amenities = 0x5555555555555555
