package view

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// DetourFactor is by how much streets are longer than the straight line
// (CONTRACT §3.2).
const DetourFactor = 1.3

// roughWalk is how long the walk to a hub counts that stands only at its
// settlement: nothing farther is offered as an answer (CONTRACT §2).
const roughWalk = time.Hour

// Walk is a question: what is near, open when I get there, and may I go?
type Walk struct {
	From  orb.Point
	Area  string // code of the area of From; empty: not known
	At    time.Time
	Speed float64 // metres a second; 0: From is no place to walk from, there are no distances
	By    curfew.Mode
	Limit int
	Open  bool                // only hubs that are open on arrival
	Wants func(*Feature) bool // nil: every hub
}

// Near is one hub of the answer. A hub placed more coarsely than its street has no
// distance: Meters and Minutes are negative.
type Near struct {
	*Feature
	Meters    float64
	Minutes   int
	Arrival   time.Time // without a distance: the start
	OnArrival string    // yes, no or unknown
	Go        curfew.Answer
}

// Rough reports whether a hub is placed more coarsely than its street.
func (f *Feature) Rough() bool { return f.Facts.Precision != "exact" && f.Facts.Precision != "street" }

// Nearest returns the Limit nearest hubs that pass, those with an exact place
// before the others, then open on arrival, unknown, not open, each by distance
// and, of one distance, by id.
func (s *Snapshot) Nearest(w Walk) []Near {
	var exact, rough []Near
	done := func(list []Near, meters float64) bool {
		return len(list) >= w.Limit && meters > list[w.Limit-1].Meters // equals are told apart by id
	}
	for f, meters := range s.Layer(report.Hubs).Near(w.From) {
		if done(exact, meters) {
			break
		}
		if w.Wants != nil && !w.Wants(f) || f.Rough() && done(rough, meters) {
			continue
		}
		n := w.arrive(f, meters)
		switch {
		case w.Open && n.OnArrival != report.Yes:
		case f.Rough():
			rough = append(rough, n)
		default:
			exact = append(exact, n)
		}
	}
	out := w.order(exact, w.Limit)
	out = append(out, w.order(rough, w.Limit-len(out))...)
	for i := range out {
		s.finish(&w, &out[i])
	}
	return out
}

// Reach answers the same of one hub.
func (s *Snapshot) Reach(w *Walk, f *Feature) Near {
	n := w.arrive(f, geo.DistanceMeters(w.From, f.Facts.Place.Point))
	s.finish(w, &n)
	return n
}

func (s *Snapshot) finish(w *Walk, n *Near) {
	n.Go = s.mayGo(w, n)
	if n.Minutes < 0 {
		n.Meters = -1
	}
}

// arrive finds when one gets to a hub, and whether it is open then.
func (w *Walk) arrive(f *Feature, meters float64) Near {
	n := Near{Feature: f, Meters: meters, Minutes: -1, Arrival: w.At}
	if f.Rough() || w.Speed == 0 {
		if n.OnArrival = f.Opening.At(w.At); n.OnArrival == report.Yes && f.Rough() {
			n.OnArrival = report.Unknown
		}
		return n
	}
	n.Minutes = int(math.Ceil(meters * DetourFactor / w.Speed / 60))
	n.Arrival = w.At.Add(time.Duration(n.Minutes) * time.Minute)
	n.OnArrival = f.Opening.At(n.Arrival)
	return n
}

var openRank = map[string]int{report.Yes: 0, report.Unknown: 1, report.No: 2}

// order takes the nearest and puts them in the order in which they are shown.
func (w *Walk) order(list []Near, limit int) []Near {
	near := func(a, b Near) int { return cmp.Or(cmp.Compare(a.Meters, b.Meters), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(list, near)
	list = list[:min(len(list), max(0, limit))]
	slices.SortFunc(list, func(a, b Near) int { return cmp.Or(openRank[a.OnArrival]-openRank[b.OnArrival], near(a, b)) })
	return list
}

// mayGo is the verdict for the whole walk, in the start's and the hub's area. To a
// hub in another settlement whose place is not known exactly it is never yes.
func (s *Snapshot) mayGo(w *Walk, n *Near) curfew.Answer {
	ask := curfew.Ask{
		Places: []string{places.Prefix(w.Area), places.Prefix(n.Facts.AreaCode)}, From: w.At, To: n.Arrival,
		Destination: curfew.Hub, Mode: w.By,
	}
	if n.Minutes < 0 {
		ask.To = w.At.Add(roughWalk)
	}
	if w.Speed == 0 {
		ask.Places = ask.Places[1:] // whoever lives there
		return s.Verdict(ask)
	}
	a := s.Verdict(ask)
	if n.Rough() && n.Facts.AreaCode != w.Area && a.Verdict == curfew.Allowed {
		a.Verdict, a.Carry = curfew.Unconfirmed, nil
	}
	return a
}

// Rulings asks the rules for the verdicts of a whole time, with the policy's
// curfew_confirm_within.
func (s *Snapshot) Rulings(a curfew.Ask) []curfew.Ruling {
	a.ConfirmWithin = time.Duration(s.Policy.CurfewConfirm)
	return s.Curfews.Rulings(a)
}

// Verdict asks the rules, with the policy's curfew_confirm_within.
func (s *Snapshot) Verdict(a curfew.Ask) curfew.Answer {
	a.ConfirmWithin = time.Duration(s.Policy.CurfewConfirm)
	return s.Curfews.Verdict(a)
}
