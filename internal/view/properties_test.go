package view_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// TestProperties: the values that filters and exports read are those of the JSON, name
// by name, in the order of the schema, and every text keeps to its enumeration.
func TestProperties(t *testing.T) {
	w := newWorld(t)
	w.randomHubs(seeded(t), 50)
	w.curfewAt("22:00", "05:00")
	w.put(report.Record{Source: "dso", Ref: "1", Tier: report.TierOfficial, Point: orb.Point{30.5, 50.4}, HasPoint: true, Facts: report.Outage{Service: "power", Kind: "fault", Status: "active", Certainty: "definite", StartsAt: report.InstantOf(w.now)}})
	snap := w.publish()
	var got view.Values
	for _, c := range []report.Collection{report.Hubs, report.Outages, report.Curfews} {
		list, seen := report.Properties(c), 0
		for f := range snap.Layer(c).All() {
			seen++
			for _, now := range []time.Time{w.now, w.now.Add(9 * time.Hour)} {
				got.Set(f, now)
				check(t, list, got, f.AppendJSON(nil, now))
			}
		}
		if seen == 0 {
			t.Errorf("no %s", c)
		}
	}
	f := w.firstHub(snap)
	if n := testing.AllocsPerRun(100, func() { got.Set(f, w.now) }); n > 0 {
		t.Errorf("%g allocations a feature", n)
	}
}

func (w *world) firstHub(snap *view.Snapshot) *view.Feature {
	for f := range snap.Layer(report.Hubs).All() {
		return f
	}
	w.t.Fatal("no hub")
	return nil
}

// check compares values with the properties of a feature's JSON.
func check(t *testing.T, list []filter.Property, got view.Values, feature []byte) {
	t.Helper()
	var parsed struct{ Properties json.RawMessage }
	if err := json.Unmarshal(feature, &parsed); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(parsed.Properties))
	d.UseNumber()
	token := func() json.Token {
		tok, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	token()
	i := 0
	for ; d.More(); i++ {
		name, value := token(), token()
		if i >= len(list) || name != list[i].Name {
			t.Fatalf("property %d is %v in the JSON", i, name)
		}
		want := fmt.Sprint(value)
		if value == nil {
			want = ""
		}
		if got[i].String() != want || got[i].Null() != (value == nil) {
			t.Errorf("%v is %q, in the JSON %v", name, got[i], value)
		}
		if v := got[i]; !v.Null() && v.Kind() != list[i].Kind {
			t.Errorf("%v is of kind %d, by the schema %d", name, v.Kind(), list[i].Kind)
		}
		if v := got[i]; !v.Null() && list[i].Enum != nil && !slices.Contains(list[i].Enum, v.Text()) {
			t.Errorf("%v is %q", name, v.Text())
		}
	}
	if i != len(list) || i != len(got) {
		t.Errorf("%d properties in the JSON, %d in the schema, %d values", i, len(list), len(got))
	}
}
