package report

import (
	"iter"
	"time"

	"example.org/teplo/internal/places"
)

// SampleEvery is the grid of the history, a row of samples of what the public saw,
// counted from the Unix epoch; KeptSamples is how many are kept, the latest. They hold
// numbers alone, by oblast, each of which anybody who asked at that moment could have
// counted (.docs/decisions/0010).
const (
	SampleEvery = 6 * time.Hour
	KeptSamples = 30 * int(24*time.Hour/SampleEvery)
)

// Sample is what the public saw right before an instant, in numbers.
type Sample struct {
	At      Instant
	Oblasts map[string]Counts // by 4-character p-code, "" where none is known; read-only
}

// Counts are the public features of one oblast at one instant.
type Counts struct {
	Hubs     int // listed, open or not
	Official int // outages that somebody with a name states, begun and not ended
	Cells    int // outages of cells
}

// history is what samples are made of, kept as public features change.
type history struct {
	samples []Sample
	hubs    map[string]int  // by oblast
	outages map[string]bool // ids
}

func newHistory() history { return history{hubs: map[string]int{}, outages: map[string]bool{}} }

// reckon counts one public feature in (n is 1) or out (-1).
func (h *history) reckon(f *Feature, n int) {
	switch f.Facts.(type) {
	case Hub:
		h.hubs[places.ADM1(f.AreaCode)] += n
	case Outage:
		delete(h.outages, f.ID)
		if n > 0 {
			h.outages[f.ID] = true
		}
	}
}

// sample takes the samples that are due between the last entry and one at now. It
// comes before that entry changes anything: what stood then is what stands still.
func (s *State) sample(now Instant) {
	h := &s.past
	for at := range SampleTimes(s.At, now) {
		h.samples = append(h.samples, NewSample(at, h.hubs, func(yield func(*Feature) bool) {
			for id := range h.outages { // a count does not depend on the order
				if it, ok := s.Public.Item(id); ok && !yield(it.Feature) {
					return
				}
			}
		}, &s.policy))
	}
	h.samples = h.samples[max(0, len(h.samples)-KeptSamples):]
}

// Samples returns the history up to the last entry, the oldest first; read-only. What
// has passed since then follows from what stands: see [NewSample].
func (s *State) Samples() []Sample { return s.past.samples }

// SampleTimes yields the instants after from and up to to of which there are samples,
// at most as many as are kept. Before the first entry (from is 0) there are none.
func SampleTimes(from, to Instant) iter.Seq[Instant] {
	return func(yield func(Instant) bool) {
		last := to.FloorTo(SampleEvery)
		first := max((from + 1).CeilTo(SampleEvery), last.Add(-SampleEvery*time.Duration(KeptSamples-1)))
		for at := first; from != 0 && at <= last && yield(at); {
			at = at.Add(SampleEvery)
		}
	}
}

// NewSample counts the public hubs, given by oblast, and those public outages that
// are not over right before at: a writer that slept wakes to find some that it would
// have ended. It takes nothing that the public does not see, so that a sample is the
// same whatever else was written meanwhile.
func NewSample(at Instant, hubs map[string]int, outages iter.Seq[*Feature], p *Policy) Sample {
	out := Sample{At: at, Oblasts: map[string]Counts{}}
	for adm1, n := range hubs {
		if n > 0 {
			out.Oblasts[adm1] = Counts{Hubs: n}
		}
	}
	for f := range outages {
		o, _ := f.Facts.(Outage)
		adm1 := places.ADM1(f.AreaCode)
		c := out.Oblasts[adm1]
		over := f.ExpiresAt < at
		if f.stated() {
			status, _, _ := p.phase(o, f.ConfirmedAt, (at - 1).FloorTo(time.Duration(p.Bucket)))
			over = status == "ended"
		}
		switch {
		case over || o.Status != "active":
			continue
		case f.stated():
			c.Official++
		default:
			c.Cells++
		}
		out.Oblasts[adm1] = c
	}
	return out
}
