package site

import (
	"slices"
	"strings"
	"time"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// sheetCurfew is the curfew as it will be as long as a sheet is believed.
type sheetCurfew struct {
	Hours   []string // when it is in force
	Doubt   string   // why the hours are not sure
	Go      string   // whether one may walk to a hub then
	Carry   string
	Grounds []groundRow
}

// believedUntil ends what a sheet says: 72 hours after it is printed, and before that
// where any rule that touches the places it is read in ends. A rule that something
// else outranks ends it too: rather too early than that somebody goes by it.
func (r *request) believedUntil(ruled []string) time.Time {
	until := r.now.Add(believed)
	for f := range r.snap.Layer(report.Curfews).All() {
		c, _ := f.Facts.Facts.(report.Curfew)
		own := places.Prefix(f.Facts.AreaCode)
		touches := slices.ContainsFunc(ruled, func(p string) bool { return strings.HasPrefix(p, own) || strings.HasPrefix(own, p) })
		if to := c.ValidTo.Time(); c.ValidTo != 0 && touches && to.After(r.now) && to.Before(until) {
			until = to
		}
	}
	return until
}

// sheetCurfew reads the rules from now until a sheet ends. A yes stands there only if
// it holds in every night until then, in every area that the reader may walk in;
// where these have different hours none are told.
func (s *Site) sheetCurfew(r *request, ruled []string, until time.Time) sheetCurfew {
	out := sheetCurfew{}
	own := r.snap.Curfews.Windows(ruled[0], r.now, until)
	var others []string
	var rules []*curfew.Rule
	sure := true
	for _, area := range ruled {
		windows := r.snap.Curfews.Windows(area, r.now, until)
		if a, ok := r.snap.Book.Area(area); ok && !slices.EqualFunc(windows, own, sameWindow) {
			others = append(others, r.cat.choose(a.NameUK, a.NameEN))
		}
		for _, w := range windows {
			force := r.snap.Curfews.InForce(area, w.From)
			rules = append(rules, force.Deciding...)
			sure = sure && !force.Newest.Add(time.Duration(r.snap.Policy.CurfewConfirm)).Before(w.To)
		}
	}
	known := !slices.ContainsFunc(own, func(w curfew.Window) bool { return w.State == curfew.Unknown })
	switch {
	case others != nil:
		out.Doubt = r.cat.t("poster_curfew_differ", "areas", strings.Join(others, ", "))
	case !known:
		out.Doubt = r.cat.t("poster_curfew_unknown")
	default:
		out.Hours = s.nights(r, ruled[0], until)
		if !sure {
			out.Doubt = r.cat.t("poster_curfew_stale", "confirm", r.cat.span(r.snap.Policy.CurfewConfirm))
		}
	}
	if others == nil {
		rules = append(rules, s.sheetGo(r, &out, ruled, own)...)
	}
	slices.SortStableFunc(rules, func(a, b *curfew.Rule) int { return strings.Compare(a.ID, b.ID) })
	out.Grounds = s.grounds(r, slices.Compact(rules))
	return out
}

// sameWindow compares instants: each rule has a zone of its own, so that == would tell
// equal hours of two rules apart.
func sameWindow(a, b curfew.Window) bool {
	return a.State == b.State && a.From.Equal(b.From) && a.To.Equal(b.To)
}

// sheetGo says whether one may walk to a hub in the nights of a sheet, by the worst of
// them; the rules that say so are returned.
func (s *Site) sheetGo(r *request, out *sheetCurfew, ruled []string, own []curfew.Window) []*curfew.Rule {
	var rules []*curfew.Rule
	var carry []string
	verdict := curfew.Verdict("")
	for _, w := range own {
		if w.State == curfew.No {
			continue
		}
		ask := curfew.Ask{Places: ruled, From: w.From, To: w.To.Add(-time.Second), Destination: curfew.Hub, Mode: curfew.Foot}
		a := r.snap.Verdict(ask)
		rules, carry = append(rules, a.Because...), append(carry, a.Carry...)
		if verdict == "" || verdict == curfew.Allowed || a.Verdict == curfew.Forbidden {
			verdict = a.Verdict
		}
	}
	if verdict != "" {
		out.Go = r.cat.t("poster_go_" + string(verdict))
	}
	if verdict == curfew.Allowed {
		slices.Sort(carry)
		words := report.CarryWords(slices.Compact(carry))
		out.Carry = r.cat.choose(words.UK, words.EN)
	}
	return rules
}

// nights says when the curfew is in force until a sheet ends: in one line where every
// night has the same hours.
func (s *Site) nights(r *request, area string, until time.Time) []string {
	const day = 24 * time.Hour
	first, last := r.now.Add(-day), until.Add(day) // so that no night is cut
	var spans []curfew.Window
	for _, w := range r.snap.Curfews.Windows(area, first, last) {
		if w.State == curfew.Yes && w.To.After(r.now) && w.From.Before(until) {
			spans = append(spans, w)
		}
	}
	if spans == nil {
		return []string{r.cat.t("poster_curfew_none")}
	}
	clock := func(t time.Time) string { return t.In(r.snap.Zone).Format("15:04") }
	same := len(spans) >= int(believed/day)
	var list []string
	for _, w := range spans {
		same = same && w.To.Sub(w.From) < day && clock(w.From) == clock(spans[0].From) && clock(w.To) == clock(spans[0].To)
		switch {
		case w.From.Equal(first):
			list = append(list, r.cat.t("until", "time", s.moment(r, w.To)))
		case w.To.Equal(last):
			list = append(list, r.cat.t("poster_curfew_from", "from", s.moment(r, w.From)))
		default:
			list = append(list, s.moment(r, w.From)+" – "+s.moment(r, w.To))
		}
	}
	if same {
		return []string{r.cat.t("poster_curfew_nightly", "from", clock(spans[0].From), "to", clock(spans[0].To))}
	}
	return list
}
