package hours_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/teplo/internal/hours"
)

// oracleReply is what .ci/oracle/hours.cjs says of one value; times are in Unix
// seconds, the third tells unknown.
type oracleReply struct {
	Intervals [][3]any `json:"intervals"`
	Warnings  []string `json:"warnings"`
	Error     string   `json:"error"`
}

// askOracle has npm opening_hours evaluate values on days, in one process.
func askOracle(t testing.TB, values []string, days []time.Time) []oracleReply {
	t.Helper()
	node, err := exec.LookPath("node")
	need(t, err == nil, "node")
	folder := filepath.Join("..", "..", ".ci", "oracle")
	modules := filepath.Join(folder, "node_modules", "opening_hours")
	_, err = os.Stat(modules)
	need(t, err == nil, modules+" (npm ci in .ci/oracle)")

	args := []string{"hours.cjs"}
	for _, d := range days {
		args = append(args, d.Format(time.DateOnly))
	}
	var in bytes.Buffer
	for _, v := range values {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.Command(node, args...)
	cmd.Dir, cmd.Stdin = folder, &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the oracle: %v", err)
	}
	var replies []oracleReply
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var r oracleReply
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		replies = append(replies, r)
	}
	if len(replies) != len(values) {
		t.Fatalf("the oracle answered %d of %d values", len(replies), len(values))
	}
	return replies
}

// month31 is 31 days on end; Kyiv's clock changes within.
func month31(t testing.TB, first string) []time.Time {
	t.Helper()
	start, err := time.Parse(time.DateOnly, first)
	if err != nil {
		t.Fatal(err)
	}
	var days []time.Time
	for i := range 31 {
		days = append(days, start.AddDate(0, 0, i))
	}
	return days
}

// windows hold 29 March and 25 October 2026, Easter (12 April) and 1 October.
func windows(t testing.TB) [][]time.Time {
	return [][]time.Time{month31(t, "2026-03-14"), month31(t, "2026-10-01")}
}

// minuteStates is the state of every minute of the days: 0 closed, 1 open, 2 unknown.
type minuteStates struct {
	start  time.Time
	states []byte
}

func newMinutes(z *time.Location, days []time.Time) minuteStates {
	first, last := days[0], days[len(days)-1]
	start := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, z)
	end := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, z)
	return minuteStates{start, make([]byte, int(end.Sub(start)/time.Minute))}
}

func (m minuteStates) set(from, to time.Time, state byte) {
	for i := int(from.Sub(m.start) / time.Minute); i < int(to.Sub(m.start)/time.Minute); i++ {
		m.states[i] = state
	}
}

func (m minuteStates) end() time.Time {
	return m.start.Add(time.Duration(len(m.states)) * time.Minute)
}

func ours(h *hours.Hours, z *time.Location, days []time.Time) minuteStates {
	m := newMinutes(z, days)
	for _, i := range h.Intervals(m.start, m.end(), z) {
		m.set(i.From, i.To, byte(i.State))
	}
	return m
}

func (r oracleReply) minutes(z *time.Location, days []time.Time) minuteStates {
	m := newMinutes(z, days)
	for _, i := range r.Intervals {
		state := byte(hours.Open)
		if i[2].(bool) {
			state = byte(hours.Unknown)
		}
		m.set(time.Unix(int64(i[0].(float64)), 0), time.Unix(int64(i[1].(float64)), 0), state)
	}
	return m
}

// Where npm opening_hours is not followed. It takes the day before an instant to be
// 24 hours earlier, so that on the day after the clock went forward the first hour of
// a span over midnight belongs to the wrong day (it says that the place is
// closed on Monday 30 March 2026, 00:00 to 01:00, by "Su 22:00-02:00"). And it looks
// again at the hour after the skipped one whenever another time begins or ends in it,
// and then no longer counts a skipped time by the offset before the change.
var (
	overMidnight = regexp.MustCompile(`(\d\d:\d\d)-(\d\d:\d\d)`)
	skippedTime  = regexp.MustCompile(`\b03:[0-5]\d\b`)
	aboutSkipped = regexp.MustCompile(`\b0[34]:[0-5]\d\b`)
)

// apart tells whether the oracle errs about a value (in the spelling of String) at an
// instant in one of these two ways.
func apart(value string, at time.Time) bool {
	switch at.Format("2006-01-02 15") {
	case "2026-03-30 00":
		for _, s := range overMidnight.FindAllStringSubmatch(value, -1) {
			if s[2] <= s[1] {
				return true
			}
		}
	case "2026-03-29 04":
		times := slices.Compact(slices.Sorted(slices.Values(aboutSkipped.FindAllString(value, -1))))
		return skippedTime.MatchString(value) && len(times) > 1
	}
	return false
}

// compareOracle counts the values on which the oracle errs, and fails for every other
// difference. The minutes apart are for the caller to judge.
func compareOracle(t *testing.T, values []string) (apartMinutes map[string][]time.Time) {
	t.Helper()
	kyiv := zone(t, "Europe/Kyiv")
	apartMinutes = map[string][]time.Time{}
	for _, days := range windows(t) {
		for i, r := range askOracle(t, values, days) {
			h := parse(t, values[i])
			if r.Error != "" {
				t.Errorf("%q: we read it, the oracle says %s", values[i], r.Error)
				continue
			}
			got, want := ours(h, kyiv, days), r.minutes(kyiv, days)
			for m := range got.states {
				if got.states[m] == want.states[m] {
					continue
				}
				at := got.start.Add(time.Duration(m) * time.Minute).In(kyiv)
				if apart(h.String(), at) {
					apartMinutes[values[i]] = append(apartMinutes[values[i]], at)
					continue
				}
				t.Errorf("%q at %s: got %s, the oracle %s (%s)", values[i], at.Format(wall+" MST"),
					hours.State(got.states[m]), hours.State(want.states[m]), r.Warnings)
				break
			}
		}
	}
	return apartMinutes
}

// pairs are 400 notices with the values that somebody made of them.
func pairs(t testing.TB) [][]string {
	t.Helper()
	file, err := os.Open(realFile(t, "hubs-uk-warm-spaces/opening_hours_pairs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// TestOracleReal: at least 95 of 100 real values are read, and each as the oracle
// reads it, in every minute of two months in which the clock changes.
func TestOracleReal(t *testing.T) {
	rows := pairs(t)
	var values []string
	for _, row := range rows {
		if _, err := hours.Parse(row[1]); err == nil {
			values = append(values, row[1])
		} else {
			t.Log(row[1], "—", err)
		}
	}
	t.Logf("%d of %d values read", len(values), len(rows))
	if len(values)*100 < len(rows)*95 {
		t.Errorf("less than 95 %%")
	}
	if n := len(compareOracle(t, slices.Compact(slices.Sorted(slices.Values(values))))); n > 0 {
		t.Errorf("the oracle errs on %d values, want none", n)
	}
}

// TestOracleGenerated: the same for 500 values that join all parts of the subset. The
// seed is fixed: what the oracle does not do is counted.
func TestOracleGenerated(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	const seed = 20260329
	g := newGenerator(seed)
	models := map[string]model{}
	var values []string
	for len(values) < 500 {
		m := g.value()
		if _, seen := models[m.text]; !seen {
			models[m.text] = m
			values = append(values, m.text)
		}
	}
	apartMinutes := compareOracle(t, values)
	days := clockDays(kyiv, at(t, kyiv, "2026-03-28 00:00"), 3)
	for value, minutes := range apartMinutes {
		m, h := models[value], parse(t, value)
		for i, c := range days[1:] {
			for j, want := range m.naive(days[i], c) {
				if got := h.At(c.minutes[j], kyiv).String(); got != want && slices.ContainsFunc(minutes, c.minutes[j].Equal) {
					t.Errorf("%q at %s: got %s, want %s", value, c.minutes[j], got, want)
				}
			}
		}
	}
	t.Logf("%d values, on %d of them the oracle errs", len(values), len(apartMinutes))
}

// TestOracleErrs holds the two ways in which it does, and what is true.
func TestOracleErrs(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	days := month31(t, "2026-03-14")
	for _, tc := range []struct{ value, at, ours, oracle string }{
		{"Sa 22:00-02:00, Su 22:00-24:00", "2026-03-30 00:30", "off", "open"},
		{"Su 22:00-02:00", "2026-03-30 00:30", "open", "off"},
		{"02:00-03:30,04:05-04:10", "2026-03-29 04:20", "open", "off"},
	} {
		h, reply := parse(t, tc.value), askOracle(t, []string{tc.value}, days)[0]
		i := int(at(t, kyiv, tc.at).Sub(newMinutes(kyiv, days).start) / time.Minute)
		got, want := ours(h, kyiv, days).states[i], reply.minutes(kyiv, days).states[i]
		if s := fmt.Sprint(hours.State(got), " ", hours.State(want)); s != tc.ours+" "+tc.oracle {
			t.Errorf("%s at %s: ours and the oracle say %s, want %s %s", tc.value, tc.at, s, tc.ours, tc.oracle)
		}
	}
}

// TestOracleHolidays: the days of 2024 to 2027 on which the oracle's table of Ukraine
// differs from article 73 of the Labour Code under martial law.
func TestOracleHolidays(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	h := parse(t, "PH")
	for year, want := range map[int]string{
		// Less: 2 January, 9 May (it has not heard of 8 May), and the substitutes of
		// holidays at the weekend, which rest. The rest is equal.
		2024: "-02.01 +08.05 -09.05 -26.08",
		2025: "-02.01 -10.03 +08.05 -09.05 -30.06 -25.08",
		2026: "-02.01 -09.03 +08.05 -09.05 -11.05 -29.06",
		2027: "-02.01 -04.01 -04.05 +08.05 -09.05 -10.05 -27.12",
	} {
		var days []time.Time
		for d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == year; d = d.AddDate(0, 0, 1) {
			days = append(days, d)
		}
		oracle := askOracle(t, []string{"PH"}, days)[0].minutes(kyiv, days)
		mine := ours(h, kyiv, days)
		var diff []string
		for _, d := range days {
			i := int(time.Date(year, d.Month(), d.Day(), 12, 0, 0, 0, kyiv).Sub(mine.start) / time.Minute)
			switch a, b := mine.states[i], oracle.states[i]; {
			case a == b:
			case a == byte(hours.Open):
				diff = append(diff, "+"+d.Format("02.01"))
			default:
				diff = append(diff, "-"+d.Format("02.01"))
			}
		}
		if got := strings.Join(diff, " "); got != want {
			t.Errorf("%d: we have more (+) and less (-): got %q, want %q", year, got, want)
		}
	}
}
