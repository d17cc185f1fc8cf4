package hours_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/teplo/internal/hours"
)

// FuzzParse: nothing panics; an error points into the value; what is read has a
// spelling that is read again and means the same.
func FuzzParse(f *testing.F) {
	for _, value := range []string{
		"24/7", "Mo-Fr 08:00-17:00; PH off", `Sa 20:00-26:00 open "x", Su`, "Nov-Mar Fr-Mo 22:00-02:00",
		"2025 Nov 01-2026 Mar 31 10:00-12:00", "Dec 24,25-27,Jan 1 unknown", "2026 Feb Mo", "Mo[1]", "08:00+", `"`, "Mo,\xff", strings.Repeat("\x80", 1100),
	} {
		f.Add(value)
	}
	g := newGenerator(1)
	for range 20 {
		f.Add(g.value().text)
	}
	kyiv := zone(f, "Europe/Kyiv")
	from := time.Date(2026, 3, 28, 0, 0, 0, 0, kyiv)
	to := from.AddDate(0, 0, 3)
	f.Fuzz(func(t *testing.T, value string) {
		h, err := hours.Parse(value)
		var e *hours.Error
		switch {
		case err == nil:
		case !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(value) || e.Reason == "" || e.Error() == "":
			t.Fatalf("%q: %#v", value, err)
		case value[e.Offset:][:len(e.Part)] != e.Part:
			t.Fatalf("%q: %q is not at byte %d", value, e.Part, e.Offset)
		}
		if err != nil {
			return
		}
		intervals := h.Intervals(from, to, kyiv)
		if next, state, ok := h.Next(from, kyiv); ok && (h.At(next, kyiv) != state || h.At(next.Add(-1), kyiv) == state) {
			t.Fatalf("%q: no change to %s at %s", value, state, next)
		}
		spelling := h.String()
		if len(spelling) > hours.MaxBytes {
			return
		}
		again, err := hours.Parse(spelling)
		if err != nil {
			t.Fatalf("%q is spelt %q: %v", value, spelling, err)
		}
		if s := again.String(); s != spelling {
			t.Fatalf("%q is spelt %q, then %q", value, spelling, s)
		}
		if got := again.Intervals(from, to, kyiv); !slices.Equal(got, intervals) {
			t.Fatalf("%q is %s; %q is %s", value, text(intervals), spelling, text(got))
		}
	})
}

// FuzzRead: nothing panics; what Read returns is a value that opens sometime.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"щодня з 08:00 і до 22:00, за потреби довше", "пн–пт з 9.00 до 18.00; сб, нд – вихідний", "9.00 – 5.00pm",
		"Mon - Fri 8:30 A.M. To 4:30 P.M. Sat 9:00 A.M.", "<p>Tues &amp; Weds 10-12 noon</p>", "9pm-2am Sa/Su", "цілодобово", "24 hours, 7 days a week", "5-6\xff",
	} {
		f.Add(text)
	}
	kyiv := zone(f, "Europe/Kyiv")
	from := time.Date(2026, 1, 12, 0, 0, 0, 0, kyiv)
	f.Fuzz(func(t *testing.T, notice string) {
		value, ok := hours.Read(notice)
		if !ok {
			if value != "" {
				t.Fatalf("%q: %q, and not ok", notice, value)
			}
			return
		}
		h, err := hours.Parse(value)
		if err != nil {
			t.Fatalf("%q: %q: %v", notice, value, err)
		}
		if len(h.Intervals(from, from.AddDate(0, 0, 8), kyiv)) == 0 {
			t.Fatalf("%q: %q is never open", notice, value)
		}
	})
}

// benchValue is longer than most.
const benchValue = "Nov-Mar Mo-Fr 08:00-12:00,13:00-20:00; Nov-Mar Sa 10:00-16:00; Apr-Oct Mo-Fr 09:00-18:00; PH,Su off"

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := hours.Parse(benchValue); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	kyiv := zone(b, "Europe/Kyiv")
	h, now := parse(b, benchValue), time.Date(2026, 1, 16, 18, 0, 0, 0, kyiv)
	b.ReportAllocs()
	for b.Loop() {
		h.At(now, kyiv)
	}
}

func BenchmarkNext(b *testing.B) {
	kyiv := zone(b, "Europe/Kyiv")
	now := time.Date(2026, 1, 16, 18, 0, 0, 0, kyiv)
	for _, bc := range []struct{ name, value string }{{"same day", benchValue}, {"never", "24/7"}} {
		h := parse(b, bc.value)
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				h.Next(now, kyiv)
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := hours.Read("Monday: 09:30 - 19:00, Tuesday: 09:30 - 17:00, Saturday: 09:30 - 14:00"); !ok {
			b.Fatal("not read")
		}
	}
}
