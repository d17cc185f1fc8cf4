package tracker_test

import (
	"fmt"
	"testing"
	"time"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
)

// newHub is a hub that somebody names, which waits for moderators.
func (r *rig) newHub(i int, addr string) tracker.Draft {
	d := r.draft(fmt.Sprint("hub ", addr, i), fmt.Sprintf("reporter-%08d", i), addr, kyiv)
	d.Filed = report.Filed{About: report.AboutHub, Name: "x", ObservedAt: report.InstantOf(r.clock.now())}
	return d
}

// status is what became of a report, as its receipt says.
func (r *rig) status(id report.UUID) (string, string) {
	r.t.Helper()
	f, ok := r.Views().Full().Layer(report.Reports).Feature(id.FeatureID())
	if !ok {
		return "", ""
	}
	facts, _ := f.Facts.Facts.(report.FiledFacts)
	return facts.Status, facts.Because
}

// TestQueueOfOneNetwork: what one network leaves for moderators is bounded; its own
// oldest go, and nobody else's.
func TestQueueOfOneNetwork(t *testing.T) {
	r := newRig(t, report.Ukraine())
	other := r.newHub(0, "198.51.100.7")
	r.file(other)
	var flood []tracker.Draft
	for i := range 60 {
		d := r.newHub(i, "203.0.113.7")
		flood = append(flood, d)
		if got := r.file(d); got.Status != "queued" {
			t.Fatalf("hub %d: %+v", i, got)
		}
	}
	for i, d := range flood {
		want, because := "queued", report.BecauseQueue
		if i < 10 {
			want, because = "rejected", report.BecauseFull
		}
		if got, why := r.status(d.ID); got != want || why != because {
			t.Errorf("hub %d of 60: %s because %s, want %s, %s", i, got, why, want, because)
		}
	}
	if got, _ := r.status(other.ID); got != "queued" {
		t.Errorf("another network's: %s", got)
	}
}

// TestQueueInAll: beyond the bound the oldest anonymous entry goes, a volunteer's stays.
func TestQueueInAll(t *testing.T) {
	policy := report.Ukraine()
	policy.ReportsPerMinute = 0
	r := newRig(t, policy)
	volunteer := r.newHub(0, "198.51.100.7")
	volunteer.Key = &access.Key{ID: "abc", Role: access.Volunteer}
	r.file(volunteer)
	first := r.newHub(1, "198.51.100.7")
	r.file(first)
	for i := range 2000 {
		r.file(r.newHub(i, fmt.Sprintf("10.%d.%d.1", i/200, i%200)))
	}
	if got, why := r.status(first.ID); got != "rejected" || why != report.BecauseFull {
		t.Errorf("the oldest anonymous: %s because %s", got, why)
	}
	if got, _ := r.status(volunteer.ID); got != "queued" {
		t.Errorf("the volunteer's: %s", got)
	}
}

// TestSameWordAgain: the same word of the same source in the same bucket makes no
// entry, and its sender gets a receipt all the same.
func TestSameWordAgain(t *testing.T) {
	r := newRig(t, report.Ukraine())
	first := r.draft("a", "reporter-00000001", "203.0.113.7", kyiv)
	r.file(first)
	journal := r.Views().Full().Journal
	again := first
	again.ID, again.Body = report.HashUUID("b"), [32]byte{2}
	again.Filed.ObservedAt = again.Filed.ObservedAt.Add(time.Minute)
	got := r.file(again)
	if want := (tracker.Receipt{ID: again.ID, Status: "counted", Because: report.BecauseBucket, New: true, Secret: got.Secret}); got != want || got.Secret == "" {
		t.Errorf("again: got %+v, want %+v", got, want)
	}
	if repeat := r.file(again); repeat.New || repeat.Status != "counted" {
		t.Errorf("the same id again: %+v", repeat)
	}
	if n := r.Views().Full().Journal; n != journal {
		t.Errorf("%d entries more", n-journal)
	}
	if r.First(again.ID) != first.ID {
		t.Error("the second receipt does not lead to the first report")
	}
	other := again
	other.Body = [32]byte{3}
	if _, err := r.File(t.Context(), other); err == nil {
		t.Error("the id was taken again with another body")
	}
	for name, change := range map[string]func(*tracker.Draft){
		"another source": func(d *tracker.Draft) { d.Reporter = "reporter-00000002" },
		"another word":   func(d *tracker.Draft) { d.Filed.State = "back" },
		"with a note":    func(d *tracker.Draft) { d.Filed.Note = "a note" },
		"a key":          func(d *tracker.Draft) { d.Key = &access.Key{ID: "abc", Role: access.Volunteer} },
		"the next bucket": func(d *tracker.Draft) {
			r.clock.forward(31 * time.Minute)
			d.Filed.ObservedAt = report.InstantOf(r.clock.now())
		},
	} {
		d := first
		d.ID = report.HashUUID(name)
		change(&d)
		before := r.Views().Full().Journal
		if r.file(d); r.Views().Full().Journal == before {
			t.Errorf("%s: no entry", name)
		}
	}
}

// TestNeedsMerge: a source that asks for the same again is not two needs; one that asks
// for more, or another source, is.
func TestNeedsMerge(t *testing.T) {
	r := newRig(t, report.Ukraine())
	if _, _, err := r.AddKey(t.Context(), access.Key{Role: access.Aid, Name: "A", Expires: r.clock.now().Add(999 * time.Hour)}, ""); err != nil {
		t.Fatal(err)
	}
	need := func(id, reporter, addr, urgency string, people int) tracker.Draft {
		d := r.draft(id, reporter, addr, kyiv)
		d.Filed = report.Filed{About: report.AboutNeed, Need: "water", Urgency: urgency, People: people, ObservedAt: report.InstantOf(r.clock.now())}
		return d
	}
	r.file(need("first", "reporter-00000001", "203.0.113.7", "today", 2))
	for _, tc := range []struct {
		d    tracker.Draft
		want string
	}{
		{need("again", "reporter-00000001", "198.51.100.1", "today", 2), "merged"},
		{need("less urgent", "reporter-00000001", "203.0.113.7", "soon", 1), "merged"},
		{need("for life", "reporter-00000001", "203.0.113.7", "life", 2), "published"},
		{need("more people", "reporter-00000001", "203.0.113.7", "today", 9), "published"},
		{need("a neighbour", "reporter-00000002", "203.0.113.7", "today", 2), "published"},
		{need("no secret", "", "203.0.113.7", "today", 2), "published"},
		{need("no secret either", "", "203.0.113.8", "today", 2), "published"},
	} {
		if got := r.file(tc.d); got.Status != tc.want {
			t.Errorf("%s: %s, want %s", tc.d.Filed.Urgency, got.Status, tc.want)
		}
		_, open := r.Views().Full().Layer(report.Needs).Feature(tc.d.ID.NeedID())
		if open != (tc.want == "published") {
			t.Errorf("%+v is shown as a need: %v", tc.d.Filed, open)
		}
	}
}
