package curfew_test

import (
	"testing"
	"time"

	"example.org/teplo/internal/curfew"
)

// rule makes a rule for the tables: hours as HH:MM or blank, ordered and confirmed
// on a day of January 2026, valid at any time.
func rule(t *testing.T, id, area string, kind curfew.Kind, start, end string, ordered int, change ...func(*curfew.Rule)) curfew.Rule {
	t.Helper()
	r := curfew.Rule{
		ID: id, Area: area, Kind: kind, Start: clock(t, start), End: clock(t, end), Zone: zone(t, "Europe/Kyiv"),
		Ordered: kyiv(t, "2026-01-01").AddDate(0, 0, ordered-1),
	}
	r.Confirmed = r.Ordered
	for _, c := range change {
		c(&r)
	}
	return r
}

func unresolved(r *curfew.Rule) { r.Unresolved = true }

func exempts(words ...string) func(*curfew.Rule) {
	return func(r *curfew.Rule) { r.Exemptions = words }
}

func during(t *testing.T, from, to string) func(*curfew.Rule) {
	return func(r *curfew.Rule) {
		if from != "" {
			r.From = kyiv(t, from)
		}
		if to != "" {
			r.To = kyiv(t, to)
		}
	}
}

// TestRank: one row for each clause of the order of rules and of what makes unknown,
// asked on 20 January 2026 in the hromada UA1206017.
func TestRank(t *testing.T) {
	const base, ext, exc, none, gone, exempt = curfew.Baseline, curfew.Extension, curfew.Exceptional, curfew.None, curfew.Cancelled, curfew.Exemption
	usual := rule(t, "usual", "UA12", base, "23:00", "05:00", 2)
	block := during(t, "2026-01-20 08:00", "2026-01-21 07:00")
	for _, tc := range []struct {
		name, clock string
		want        curfew.State
		by          string
		rules       []curfew.Rule
	}{
		{"nothing known", "12:00", curfew.Unknown, "", nil},
		{"the usual hours", "23:00", curfew.Yes, "usual", []curfew.Rule{usual}},
		{"not yet", "22:59", curfew.No, "usual", []curfew.Rule{usual}},
		{"equal ends: the whole day", "12:00", curfew.Yes, "a", []curfew.Rule{rule(t, "a", "UA12", base, "12:30", "12:30", 2)}},
		{"later order", "23:30", curfew.No, "new", []curfew.Rule{usual, rule(t, "new", "UA12", base, "00:00", "05:00", 3)}},
		{"smaller area", "23:30", curfew.No, "small", []curfew.Rule{usual, rule(t, "small", "UA1206", base, "00:00", "05:00", 1)}},
		{"excepted area", "23:30", curfew.Unknown, "", []curfew.Rule{rule(t, "a", "UA12", base, "23:00", "05:00", 2, func(r *curfew.Rule) { r.Except = []string{"UA1206017"} })}},
		{"an empty exception", "23:30", curfew.Yes, "a", []curfew.Rule{rule(t, "a", "UA12", base, "23:00", "05:00", 2, func(r *curfew.Rule) { r.Except = []string{""} })}},
		{"one rank, two answers", "23:30", curfew.Unknown, "other usual", []curfew.Rule{usual, rule(t, "other", "UA12", base, "00:00", "05:00", 2)}},
		{"one rank, one answer", "01:30", curfew.Yes, "other usual", []curfew.Rule{usual, rule(t, "other", "UA12", base, "00:00", "05:00", 2)}},
		{"exceptional in force", "12:00", curfew.Yes, "exc", []curfew.Rule{rule(t, "small", "UA1206", base, "23:00", "05:00", 3), rule(t, "exc", "UA12", exc, "", "", 1, block)}},
		{"exceptional, outside of its hours", "23:30", curfew.No, "exc", []curfew.Rule{usual, rule(t, "exc", "UA12", exc, "02:00", "03:00", 1)}},
		{"never a false no", "23:30", curfew.Unknown, "exc small", []curfew.Rule{rule(t, "small", "UA1206", base, "23:00", "05:00", 3), rule(t, "exc", "UA12", exc, "02:00", "03:00", 1)}},
		{"both say no", "12:30", curfew.No, "exc", []curfew.Rule{rule(t, "small", "UA1206", base, "23:00", "05:00", 3), rule(t, "exc", "UA12", exc, "02:00", "03:00", 1)}},
		{"half of the hours", "12:00", curfew.Unknown, "half", []curfew.Rule{rule(t, "half", "UA12", base, "23:00", "", 3), usual}},
		{"hours out of range", "12:00", curfew.Unknown, "odd", []curfew.Rule{rule(t, "odd", "UA12", base, "23:00", "05:00", 3, func(r *curfew.Rule) { r.End = 1440 })}},
		{"a kind nobody knows", "12:00", curfew.Unknown, "odd", []curfew.Rule{rule(t, "odd", "UA12", "rumour", "23:00", "05:00", 3), usual}},
		{"none", "02:00", curfew.No, "none", []curfew.Rule{usual, rule(t, "none", "UA12", none, "", "", 3)}},
		{"uncertain, another answer", "22:00", curfew.Unknown, "part usual", []curfew.Rule{usual, rule(t, "part", "UA12", base, "21:00", "05:00", 1, unresolved)}},
		{"uncertain, the same answer", "23:30", curfew.Yes, "usual", []curfew.Rule{usual, rule(t, "part", "UA12", base, "21:00", "05:00", 1, unresolved)}},
		{"uncertain and alone", "23:30", curfew.Unknown, "", []curfew.Rule{rule(t, "part", "UA12", base, "21:00", "05:00", 1, unresolved)}},
		{"cancelled block", "12:00", curfew.No, "usual", []curfew.Rule{usual, rule(t, "exc", "UA12", exc, "", "", 3, block), rule(t, "x", "UA12", gone, "", "", 3, block)}},
		{"ordered after the cancellation", "12:00", curfew.Yes, "exc", []curfew.Rule{usual, rule(t, "exc", "UA12", exc, "", "", 4, block), rule(t, "x", "UA12", gone, "", "", 3, block)}},
		{"cancelled elsewhere", "12:00", curfew.Yes, "exc", []curfew.Rule{usual, rule(t, "exc", "UA12", exc, "", "", 3, block), rule(t, "x", "UA1206", gone, "", "", 3, block)}},
		{"none is not cancelled", "12:00", curfew.No, "none", []curfew.Rule{rule(t, "none", "UA12", none, "", "", 3, block), rule(t, "x", "UA12", gone, "", "", 3, block)}},
		{"the usual hours are not announced", "23:30", curfew.Yes, "usual", []curfew.Rule{usual, rule(t, "x", "UA12", gone, "", "", 3, block)}},
		{"hours cancelled", "23:30", curfew.Unknown, "", []curfew.Rule{usual, rule(t, "x", "UA12", gone, "23:00", "05:00", 3, block)}},
		{"hours not cancelled yet", "02:30", curfew.Yes, "usual", []curfew.Rule{usual, rule(t, "x", "UA12", gone, "23:00", "05:00", 3, block)}},
		{"other hours cancelled", "23:30", curfew.Yes, "usual", []curfew.Rule{usual, rule(t, "x", "UA12", gone, "22:00", "05:00", 3, block)}},
		{"cancelled, but what?", "12:00", curfew.Unknown, "x", []curfew.Rule{usual, rule(t, "x", "UA12", gone, "", "", 3)}},
		{"perhaps cancelled", "12:00", curfew.Unknown, "exc x", []curfew.Rule{usual, rule(t, "exc", "UA12", exc, "", "", 3, block), rule(t, "x", "UA12", gone, "", "", 3, block, unresolved)}},
		{"an exemption is not announced", "23:30", curfew.Unknown, "x", []curfew.Rule{usual, rule(t, "e", "UA12", exempt, "", "", 3), rule(t, "x", "UA12", gone, "", "", 3)}},
		{"an uncertain rule is not cancelled", "22:00", curfew.Unknown, "part usual", []curfew.Rule{usual, rule(t, "part", "UA12", base, "21:00", "05:00", 1, unresolved), rule(t, "x", "UA12", gone, "21:00", "05:00", 3, block)}},
		{"nor a reason to cancel", "12:00", curfew.Unknown, "x", []curfew.Rule{usual, rule(t, "part", "UA12", base, "21:00", "05:00", 1, unresolved), rule(t, "x", "UA12", gone, "21:00", "05:00", 3)}},
		{"an exemption sets no hours", "12:00", curfew.Unknown, "", []curfew.Rule{rule(t, "e", "UA12", exempt, "", "", 3)}},
		{"an exemption restates hours", "23:30", curfew.Yes, "e", []curfew.Rule{rule(t, "e", "UA12", exempt, "23:00", "05:00", 3)}},
		{"but never says no", "12:00", curfew.Unknown, "", []curfew.Rule{rule(t, "e", "UA12", exempt, "23:00", "05:00", 3)}},
		{"nor against other rules", "23:30", curfew.Yes, "usual", []curfew.Rule{usual, rule(t, "e", "UA12", exempt, "00:00", "05:00", 3)}},
		{"extension by its order", "22:30", curfew.Yes, "ext", []curfew.Rule{usual, rule(t, "ext", "UA12", ext, "22:00", "05:00", 3)}},
	} {
		f := curfew.New(tc.rules).InForce("UA1206017", kyiv(t, "2026-01-20 "+tc.clock))
		if f.State != tc.want || sortedIDs(f.Deciding) != tc.by {
			t.Errorf("%s: got %s, want %s by [%s]", tc.name, forceText(f), tc.want, tc.by)
		}
	}
}

// TestExemptions: one row for each clause of who may go in a curfew, asked at 02:00
// on 20 January 2026, confirmed within 10 days.
func TestExemptions(t *testing.T) {
	const exempt = curfew.Exemption
	all := exempts("hub_access", "on_foot", "taxi")
	hours := rule(t, "usual", "UA12", curfew.Baseline, "23:00", "05:00", 15)
	long := rule(t, "ext", "UA12", curfew.Extension, "20:00", "06:00", 17)
	for _, tc := range []struct {
		name  string
		to    curfew.Destination
		by    curfew.Mode
		want  curfew.Verdict
		stale bool
		why   string
		rules []curfew.Rule
	}{
		{"no exemption", "hub", "foot", "no", false, "usual", []curfew.Rule{hours}},
		{"exempted", "hub", "foot", "yes", false, "usual e", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 16, all)}},
		{"another destination", "home", "foot", "no", false, "usual", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 16, all)}},
		{"another mode", "hub", "car", "no", false, "usual", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 16, all)}},
		{"no mode: on foot", "hub", "foot", "yes", false, "usual e", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 16, exempts("hub_access"))}},
		{"no mode: not by taxi", "hub", "taxi", "no", false, "usual", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 16, exempts("hub_access"))}},
		{"a mode nobody knows", "hub", "sledge", "no", false, "usual", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 16, exempts("hub_access", "on_foot", ""))}},
		{"a destination nobody knows", "bar", "foot", "no", false, "usual", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 16, exempts("on_foot", ""))}},
		{"never no to a shelter", "shelter", "foot", "unconfirmed", false, "usual", []curfew.Rule{hours}},
		{"country enables", "hub", "foot", "unconfirmed", false, "usual c", []curfew.Rule{hours, rule(t, "c", "", exempt, "", "", 16, all)}},
		{"country taken up", "hub", "car", "no", false, "usual", []curfew.Rule{hours, rule(t, "c", "", exempt, "", "", 16, all), rule(t, "e", "UA12", exempt, "", "", 16, all)}},
		{"older is no taking up", "hub", "car", "unconfirmed", false, "usual c", []curfew.Rule{hours, rule(t, "c", "", exempt, "", "", 16, all), rule(t, "e", "UA12", exempt, "", "", 15, all)}},
		{"uncertain area", "hub", "foot", "unconfirmed", false, "usual e", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 16, all, unresolved)}},
		{"at other hours", "hub", "foot", "unconfirmed", false, "usual e", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "03:00", "05:00", 16, all)}},
		{"not confirmed lately", "hub", "foot", "unconfirmed", true, "usual e", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "", "", 9, all)}},
		{"older than an extension", "hub", "foot", "no", false, "ext", []curfew.Rule{hours, long, rule(t, "e", "UA12", exempt, "", "", 16, all)}},
		{"as old as an extension", "hub", "foot", "yes", false, "ext e", []curfew.Rule{hours, long, rule(t, "e", "UA12", exempt, "", "", 17, all)}},
		{"the curfew's own", "hub", "foot", "yes", false, "own", []curfew.Rule{rule(t, "own", "UA12", curfew.Exceptional, "", "", 17, all)}},
		{"the country's own", "hub", "foot", "unconfirmed", false, "own", []curfew.Rule{rule(t, "own", "", curfew.Exceptional, "", "", 17, all)}},
		{"hours not confirmed lately", "hub", "foot", "unconfirmed", true, "old", []curfew.Rule{rule(t, "old", "UA12", curfew.Baseline, "23:00", "05:00", 5), rule(t, "e", "UA12", exempt, "", "", 16, all)}},
		{"renewed by the exemption", "hub", "foot", "yes", false, "old e", []curfew.Rule{rule(t, "old", "UA12", curfew.Baseline, "23:00", "05:00", 5), rule(t, "e", "UA12", exempt, "23:00", "05:00", 16, all)}},
		{"renewed elsewhere", "hub", "foot", "unconfirmed", true, "old", []curfew.Rule{rule(t, "old", "UA12", curfew.Baseline, "23:00", "05:00", 5), rule(t, "e", "UA1206", exempt, "23:00", "05:00", 16, all)}},
		{"renewed in another zone", "hub", "foot", "unconfirmed", true, "old", []curfew.Rule{rule(t, "old", "UA12", curfew.Baseline, "23:00", "05:00", 5), rule(t, "e", "UA12", exempt, "23:00", "05:00", 16, all, func(r *curfew.Rule) { r.Zone = time.UTC })}},
		{"renewed by what is uncertain", "hub", "foot", "unconfirmed", true, "old", []curfew.Rule{rule(t, "old", "UA12", curfew.Baseline, "23:00", "05:00", 5), rule(t, "e", "UA12", exempt, "23:00", "05:00", 16, all, unresolved)}},
		{"stale beside fresh", "hub", "foot", "yes", false, "usual e", []curfew.Rule{hours, rule(t, "a", "UA1206", exempt, "", "", 3, all), rule(t, "e", "UA12", exempt, "", "", 16, all)}},
		{"stale and at other hours", "hub", "foot", "unconfirmed", false, "usual e", []curfew.Rule{hours, rule(t, "e", "UA12", exempt, "03:00", "05:00", 3, all)}},
		{"exemptions alone, one old", "hub", "foot", "yes", false, "e a", []curfew.Rule{rule(t, "e", "UA12", exempt, "23:00", "05:00", 16, all), rule(t, "a", "UA12", exempt, "23:00", "05:00", 3, all)}},
		{"an exemption alone", "hub", "foot", "yes", false, "e", []curfew.Rule{rule(t, "e", "UA12", exempt, "23:00", "05:00", 16, all)}},
		{"a cancelled exemption", "hub", "foot", "no", false, "usual", []curfew.Rule{
			hours, rule(t, "e", "UA12", exempt, "00:00", "05:00", 16, all), rule(t, "x", "UA12", curfew.Cancelled, "00:00", "05:00", 17),
		}},
	} {
		at := kyiv(t, "2026-01-20 02:00")
		got := curfew.New(tc.rules).Verdict(curfew.Ask{Places: []string{"UA1206017"}, From: at, To: at, Destination: tc.to, Mode: tc.by, ConfirmWithin: 10 * day})
		if got.Verdict != tc.want || got.Stale != tc.stale || ids(got.Because) != tc.why {
			t.Errorf("%s: got %s stale %v by [%s], want %s", tc.name, got.Verdict, got.Stale, ids(got.Because), tc.want)
		}
	}
}

// TestAsk: walks at the edge of what can be asked.
func TestAsk(t *testing.T) {
	noon := kyiv(t, "2026-01-20 12:00")
	book := curfew.New([]curfew.Rule{rule(t, "none", "UA", curfew.None, "", "", 15)})
	for _, tc := range []struct {
		name     string
		places   []string
		to       time.Time
		within   time.Duration
		want     curfew.Verdict
		because  string
		nextward time.Duration // Until after noon; 0: null
	}{
		{"an instant", []string{"UA12"}, noon, confirm, "yes", "none", 0},
		{"an end before the start", []string{"UA12"}, noon.Add(-time.Hour), confirm, "yes", "none", 0},
		{"nowhere", nil, noon, confirm, "unconfirmed", "", 0},
		{"31 days", []string{"UA12"}, noon.Add(31 * day), confirm, "yes", "none", 0},
		{"longer", []string{"UA12"}, noon.Add(31*day + 1), confirm, "unconfirmed", "none", 0},
		{"one place unknown", []string{"UA12", "PL"}, noon, confirm, "unconfirmed", "", 0},
		{"confirmed just in time", []string{"UA12"}, noon, 5*day + 12*time.Hour, "yes", "none", 1},
		{"a nanosecond late", []string{"UA12"}, noon, 5*day + 12*time.Hour - 1, "unconfirmed", "none", 0},
	} {
		got := book.Verdict(curfew.Ask{Places: tc.places, From: noon, To: tc.to, Destination: "hub", Mode: "foot", ConfirmWithin: tc.within})
		var until time.Time
		if tc.nextward > 0 {
			until = noon.Add(tc.nextward)
		}
		if got.Verdict != tc.want || ids(got.Because) != tc.because || !got.Until.Equal(until) {
			t.Errorf("%s: got %s by [%s] until %s", tc.name, got.Verdict, ids(got.Because), shown(got.Until))
		}
	}
}

// TestChanges: what changes while somebody walks, and how long an answer holds.
func TestChanges(t *testing.T) {
	all := exempts("hub_access")
	usual := rule(t, "usual", "UA12", curfew.Baseline, "23:00", "05:00", 15)
	for _, tc := range []struct {
		name, from, to, until string
		want                  curfew.Verdict
		rules                 []curfew.Rule
	}{
		{"exemption ends on the way", "02:30", "03:30", "05:00", "unconfirmed", []curfew.Rule{usual, rule(t, "e", "UA12", curfew.Exemption, "23:00", "03:00", 16, all)}},
		{"exemption lasts", "01:30", "02:30", "02:00", "yes", []curfew.Rule{usual, rule(t, "e", "UA12", curfew.Exemption, "23:00", "03:00", 16, all)}},
		{"the country's ends", "02:30", "03:30", "05:00", "no", []curfew.Rule{usual, rule(t, "c", "", curfew.Exemption, "23:00", "03:00", 16, all)}},
		{"restated by a stale one first", "20:30", "21:00", "22:00", "unconfirmed", []curfew.Rule{
			rule(t, "old", "UA12", curfew.Exemption, "20:00", "22:00", 3, all), rule(t, "e", "UA12", curfew.Exemption, "22:00", "05:00", 16, all),
		}},
	} {
		a := curfew.Ask{Places: []string{"UA1206"}, From: kyiv(t, "2026-01-20 "+tc.from), To: kyiv(t, "2026-01-20 "+tc.to), Destination: "hub", Mode: "foot", ConfirmWithin: 10 * day}
		got := curfew.New(tc.rules).Verdict(a)
		if got.Verdict != tc.want || !got.Until.Equal(kyiv(t, "2026-01-20 "+tc.until)) {
			t.Errorf("%s: got %s by [%s] until %s, want %s until %s", tc.name, got.Verdict, ids(got.Because), shown(got.Until), tc.want, tc.until)
		}
	}
}

// TestHorizon: a change is told up to 31 days ahead, to the nanosecond.
func TestHorizon(t *testing.T) {
	end := kyiv(t, "2026-03-01")
	book := curfew.New([]curfew.Rule{
		rule(t, "long", "UA12", curfew.Exceptional, "", "", 1, during(t, "", "2026-03-01")), rule(t, "none", "UA12", curfew.None, "", "", 1),
	})
	if f := book.InForce("UA12", end.Add(-31*day)); !f.Until.Equal(end) || !f.Change.Equal(end) {
		t.Errorf("got %s", forceText(f))
	}
	if f := book.InForce("UA12", end.Add(-31*day-1)); !f.Until.IsZero() || !f.Change.IsZero() {
		t.Errorf("beyond: got %s", forceText(f))
	}
}

// TestDocuments: what to carry comes from the exemption, each document once.
func TestDocuments(t *testing.T) {
	documents := []string{"military_document", "pass"}
	papers := func(r *curfew.Rule) {
		r.Exemptions, r.Documents = []string{"hub_access"}, documents[:1] // with room behind
	}
	at := kyiv(t, "2026-01-20 02:00")
	got := curfew.New([]curfew.Rule{
		rule(t, "usual", "UA12", curfew.Baseline, "23:00", "05:00", 15), rule(t, "e", "UA12", curfew.Exemption, "", "", 16, papers),
		rule(t, "usual2", "UA80", curfew.Baseline, "23:00", "05:00", 15), rule(t, "e2", "UA80", curfew.Exemption, "", "", 16, exempts("hub_access")),
	}).Verdict(curfew.Ask{Places: []string{"UA12", "UA80"}, From: at, To: at.Add(4 * time.Hour), Destination: "hub", Mode: "foot", ConfirmWithin: confirm})
	if len(got.Carry) != 2 || got.Carry[1] != "identity_document" || documents[1] != "pass" || ids(got.Because) != "usual e usual2 e2" {
		t.Errorf("got %s, carry %v, by [%s]", got.Verdict, got.Carry, ids(got.Because))
	}
}

// TestCopied: a book does not follow changes of the rules that it was made from; no
// zone means UTC.
func TestCopied(t *testing.T) {
	rules := []curfew.Rule{{ID: "a", Area: "UA12", Kind: curfew.Baseline, Start: 60, End: 120}}
	book := curfew.New(rules)
	rules[0].Kind = curfew.None
	at := time.Date(2026, 7, 1, 1, 30, 0, 0, time.UTC)
	if f := book.InForce("UA12", at); f.State != curfew.Yes || !f.Until.Equal(at.Add(30*time.Minute)) {
		t.Errorf("got %s", forceText(f))
	}
	if w := book.Windows("UA12", at, at); len(w) != 0 {
		t.Errorf("no time has windows %v", w)
	}
}
