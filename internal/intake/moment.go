package intake

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// moment is a time as a source wrote it: an instant, or a whole day or month from
// first up to (not including) end.
type moment struct {
	first, end time.Time
	coarse     bool // only a day, or a month
}

// layouts that sources use, those with an offset first.
var (
	offsetLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05-0700", "2006-01-02T15:04Z07:00"}
	localLayouts  = []string{
		"2006-01-02T15:04:05.999999", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04",
		"02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.200615:04", "02.01.2006, 15:04", "15:04 02.01.2006", "02/01/2006 15:04",
	}
	dayLayouts = []string{"2006-01-02", "02.01.2006", "2.1.2006", "2006.01.02"}
)

var errTime = errors.New("is not a time that is known here")

// parseTime reads a time: by the layout of a mapping, else RFC 3339, local times
// and days in the usual spellings, and Unix seconds or milliseconds.
func parseTime(text, layout string, zone *time.Location, _ time.Time) (moment, error) {
	text = strings.TrimSpace(text)
	switch layout {
	case "unix", "unix_ms":
		return unixTime(text, layout == "unix_ms")
	case "":
	default:
		t, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			return moment{}, errors.New("does not fit the layout " + layout)
		}
		return sane(moment{first: t, end: t})
	}
	for _, l := range offsetLayouts {
		if t, err := time.Parse(l, text); err == nil {
			return sane(moment{first: t, end: t})
		}
	}
	for _, l := range localLayouts {
		if t, err := time.ParseInLocation(l, text, zone); err == nil {
			return sane(moment{first: t, end: t})
		}
	}
	for _, l := range dayLayouts {
		if t, err := time.ParseInLocation(l, text, zone); err == nil {
			return sane(moment{first: t, end: t.AddDate(0, 0, 1), coarse: true})
		}
	}
	if t, err := time.ParseInLocation("2006-01", text, zone); err == nil {
		return sane(moment{first: t, end: t.AddDate(0, 1, 0), coarse: true})
	}
	if len(text) == 10 || len(text) == 13 {
		return unixTime(text, len(text) == 13)
	}
	return moment{}, errTime
}

func unixTime(text string, ms bool) (moment, error) {
	n, err := strconv.ParseInt(strings.TrimSuffix(text, ".0"), 10, 64)
	if err != nil {
		return moment{}, errTime
	}
	t := time.Unix(n, 0)
	if ms {
		t = time.UnixMilli(n)
	}
	return sane(moment{first: t, end: t})
}

// sane refuses years that only a misread value has.
func sane(m moment) (moment, error) {
	if y := m.first.Year(); y < 1990 || y > 2100 {
		return moment{}, errTime
	}
	return m, nil
}
