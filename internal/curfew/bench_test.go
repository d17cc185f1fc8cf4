package curfew_test

import (
	"testing"
	"time"

	"example.org/teplo/internal/curfew"
)

func BenchmarkNew(b *testing.B) {
	rules := realRules(b)
	b.ReportAllocs()
	for b.Loop() {
		curfew.New(rules)
	}
}

func BenchmarkInForce(b *testing.B) {
	book := curfew.New(realRules(b))
	for _, bm := range []struct{ name, place, at string }{
		{"kyiv-night", "UA8000000000", "2026-01-18 02:00"},
		{"kyiv-noon", "UA8000000000", "2026-01-18 12:00"},
		{"zakarpattia", "UA2106", "2026-01-18 12:00"},
	} {
		at := kyiv(b, bm.at)
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				book.InForce(bm.place, at)
			}
		})
	}
}

func BenchmarkVerdict(b *testing.B) {
	book := curfew.New(realRules(b))
	for _, bm := range []struct{ name, from, to, at string }{
		{"exempted", "UA8000000000", "UA8000000000", "2026-01-18 02:00"},
		{"noon", "UA8000000000", "UA8000000000", "2026-01-18 12:00"},
		{"two-oblasts", "UA8000000000", "UA3208", "2026-01-18 02:00"},
		{"stale", "UA4606", "UA4606", "2026-07-18 12:00"},
	} {
		at := kyiv(b, bm.at)
		a := curfew.Ask{
			Places: []string{bm.from, bm.to}, From: at, To: at.Add(14 * time.Minute), Destination: curfew.Hub, Mode: curfew.Foot, ConfirmWithin: confirm,
		}
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				book.Verdict(a)
			}
		})
	}
}
