package report

import "time"

// Instant is a moment in milliseconds since the Unix epoch, UTC; 0 means "not
// known". It is what the journal stores: an integer has one encoding, a
// time.Time has several.
type Instant int64

// InstantOf returns t cut to the millisecond; the zero time gives 0.
func InstantOf(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMilli())
}

// Time returns i in UTC; 0 gives the zero time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(i)).UTC()
}

// Add returns i moved by d.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Milliseconds()) }

// CeilTo returns the first end of a bucket of length d at or after i; buckets
// are counted from the Unix epoch.
func (i Instant) CeilTo(d time.Duration) Instant {
	step := Instant(d.Milliseconds())
	return (i + step - 1) / step * step
}

// FloorTo returns the last end of a bucket of length d at or before i.
func (i Instant) FloorTo(d time.Duration) Instant {
	step := Instant(d.Milliseconds())
	return i / step * step
}

// AppendJSON appends i as a quoted RFC 3339 instant in UTC cut to the second,
// or null when it is not known.
func (i Instant) AppendJSON(dst []byte) []byte {
	if i == 0 {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = i.Time().AppendFormat(dst, "2006-01-02T15:04:05Z")
	return append(dst, '"')
}
