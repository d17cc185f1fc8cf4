package tracker

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"example.org/teplo/internal/report"
)

// Network is where a request came from. Networks only cap, in memory alone; they
// are never written or logged.
type Network struct{ Addr netip.Addr }

// prefix names the network: /24 of IPv4, /48 of IPv6.
func (n Network) prefix() []byte { return n.cut(24, 48) }

// wide names the allocation that IPv6 networks of one holder share: /32.
func (n Network) wide() (string, bool) {
	if n.Addr.Unmap().Is4() || !n.Addr.IsValid() {
		return "", false
	}
	return string(n.cut(24, 32)), true
}

func (n Network) cut(v4, v6 int) []byte {
	a := n.Addr.Unmap()
	bits := v6
	if a.Is4() {
		bits = v4
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return []byte("none")
	}
	b, err := p.MarshalBinary()
	if err != nil {
		return []byte("none")
	}
	return b
}

// ErrLimited says that one network sends more than the policy allows.
var ErrLimited = errors.New("tracker: too many reports from one network")

// LimitedError carries how long to wait.
type LimitedError struct{ After time.Duration }

// Error implements error.
func (e *LimitedError) Error() string {
	return fmt.Sprintf("%v: try again in %v", ErrLimited, e.After.Round(time.Second))
}

// Unwrap makes errors.Is(err, ErrLimited) true.
func (e *LimitedError) Unwrap() error { return ErrLimited }

// maxTracked bounds every table: a table that is full forgets all, which only
// loosens the caps for a while.
const maxTracked = 1 << 18

// limits are the caps by network (CONTRACT §1.2, §3.3). They live in memory: a
// restart forgets them. The writer alone touches them.
type limits struct {
	buckets map[string]*tokens             // by network
	tags    map[string]map[string]struct{} // (network, cell or hub) → sources that count there
	spread  map[string]map[string]struct{} // network → new cells or hubs of this bucket
	queued  map[string][]report.UUID       // network → its reports in the review queue
	words   map[report.UUID]report.UUID    // what a source said in this bucket → the report that said it first
	day     int32
	today   int            // anonymous reports of the day
	bucket  report.Instant // the bucket that spread is of
	since   report.Instant // from when tags are
}

type tokens struct {
	left float64
	at   report.Instant
}

func newLimits() *limits {
	return &limits{
		buckets: map[string]*tokens{}, tags: map[string]map[string]struct{}{}, spread: map[string]map[string]struct{}{},
		queued: map[string][]report.UUID{}, words: map[report.UUID]report.UUID{},
	}
}

// keyFactor is how many times a key may file more than a network without one.
const keyFactor = 10

// admit applies the limits on arriving reports: a token bucket per network, or per
// key with ten times that, and a cap on a day's anonymous reports.
func (l *limits) admit(d *Draft, now report.Instant, p *report.Policy) error {
	l.turn(now, p)
	size := float64(p.ReportsPerMinute)
	if d.Key != nil {
		return l.take("k"+d.Key.ID, keyFactor*size, now)
	}
	if day := report.DayOf(now); day != l.day {
		l.day, l.today = day, 0
	}
	if p.AnonymousPerDay > 0 && l.today >= p.AnonymousPerDay {
		return &LimitedError{After: time.Hour}
	}
	if err := l.take(string(d.Network.prefix()), size, now); err != nil {
		return err
	}
	l.today++
	return nil
}

// take takes a token out of a bucket of a size that fills in a minute.
func (l *limits) take(name string, size float64, now report.Instant) error {
	if size <= 0 {
		return nil
	}
	b := l.buckets[name]
	if b == nil {
		if len(l.buckets) >= maxTracked {
			clear(l.buckets)
		}
		b = &tokens{left: size, at: now}
		l.buckets[name] = b
	}
	b.left = min(size, b.left+float64(now-b.at)*size/60_000)
	b.at = now
	if b.left < 1 {
		return &LimitedError{After: time.Duration((1 - b.left) * float64(time.Minute) / size)}
	}
	b.left--
	return nil
}

// cell says whether an anonymous report may count in its cell: at most
// max_per_network sources of one network there, at most cells_per_network new
// cells of one network a bucket, tenfold for an IPv6 /32.
func (l *limits) cell(n Network, f *report.File, p *report.Policy) bool {
	return l.counts(n, fmt.Sprintf("%x%s", f.Cell, f.Filed.Service), f, p)
}

// hub says the same of words about hubs; only words against one are limited.
func (l *limits) hub(n Network, f *report.File, p *report.Policy) bool {
	if f.Filed.State == "open" {
		return l.share(string(n.prefix())+f.Filed.Hub+"+", f.Tag, p.MaxPerNetwork)
	}
	return l.counts(n, f.Filed.Hub, f, p)
}

func (l *limits) counts(n Network, where string, f *report.File, p *report.Policy) bool {
	net := string(n.prefix())
	if !l.share(net+where, f.Tag, p.MaxPerNetwork) {
		return false
	}
	if wide, ok := n.wide(); ok {
		if !l.share("w"+wide+where, f.Tag, 10*p.MaxPerNetwork) || !l.reach("w"+wide, where, 10*p.CellsPerNetwork) {
			return false
		}
	}
	return l.reach(net, where, p.CellsPerNetwork)
}

// share admits a source to the at most size sources that count under key.
func (l *limits) share(key string, tag report.Tag, size int) bool {
	return join(l.tags, key, string(tag[:]), size)
}

// reach admits a place to the at most size new places of a network in a bucket.
func (l *limits) reach(net, where string, size int) bool {
	return join(l.spread, net, where, size)
}

func join(m map[string]map[string]struct{}, key, member string, size int) bool {
	if size == 0 {
		return true
	}
	set := m[key]
	if set == nil {
		if len(m) >= maxTracked {
			clear(m)
		}
		set = map[string]struct{}{}
		m[key] = set
	}
	if _, ok := set[member]; ok {
		return true
	}
	if len(set) >= size {
		return false
	}
	set[member] = struct{}{}
	return true
}

// turn forgets what the end of a bucket makes moot, and the sources of cells once
// their words have expired.
func (l *limits) turn(now report.Instant, p *report.Policy) {
	if bucket := now.FloorTo(time.Duration(p.Bucket)); bucket != l.bucket {
		l.bucket = bucket
		clear(l.spread)
		clear(l.words)
	}
	if l.since.Add(time.Duration(p.Expire.Outage)) <= now {
		l.since = now
		clear(l.tags)
	}
}
