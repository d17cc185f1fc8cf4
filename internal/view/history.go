package view

import (
	"time"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// History returns the samples of what the public saw up to now, the oldest first:
// those that the state holds, and for the time since the last entry, in which nothing
// changed, more of what stands. So whether anything was written that is not public
// does not show. It is for the public snapshot; another has none of its own.
func (s *Snapshot) History(now time.Time) []report.Sample {
	out := s.samples[:len(s.samples):len(s.samples)]
	hubs := map[string]int(nil)
	for at := range report.SampleTimes(s.At, report.InstantOf(now)) {
		if hubs == nil {
			hubs = map[string]int{}
			for f := range s.Layer(report.Hubs).All() {
				hubs[places.ADM1(f.Facts.AreaCode)]++
			}
		}
		out = append(out, report.NewSample(at, hubs, func(yield func(*report.Feature) bool) {
			for f := range s.Layer(report.Outages).All() {
				if !yield(f.Facts) {
					return
				}
			}
		}, &s.Policy))
	}
	return out[max(0, len(out)-report.KeptSamples):]
}
