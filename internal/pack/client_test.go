package pack_test

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
)

// phone reads a document by nothing but what .docs/API.md says of it.
type phone struct {
	Format     int
	ADM1, Cell string
	AsOf       time.Time `json:"as_of"`
	ValidUntil time.Time `json:"valid_until"`
	Seq        uint64
	Withheld   bool
	WithheldIn []string `json:"withheld_areas"`
	Revoked    []string
	Legend     map[string][]string
	Areas      struct {
		Code   []string
		NameUK []string `json:"name_uk"`
		NameEN []string `json:"name_en"`
	}
	Plans  struct{ Open, Unsure [][]int }
	Hubs   map[string]json.RawMessage
	Curfew struct {
		Area             []string
		InForce          [][]int `json:"in_force"`
		Unclear, Yes, No [][]int
		Carry            [][]string
	}
	Start   []string
	Outages map[string]json.RawMessage
	Towns   *struct {
		Code     []string
		NameUK   []string `json:"name_uk"`
		NameEN   []string `json:"name_en"`
		Lon, Lat []int
	}

	hubs []phoneHub
}

type phoneHub struct {
	id, code, precision string
	at                  orb.Point
	disputed            bool
	plan                int
}

func column[T any](t testing.TB, raw json.RawMessage) []T {
	t.Helper()
	var out []T
	if err := json.Unmarshal(raw, &out); err != nil || out == nil {
		t.Fatalf("%.80s: %v", raw, err)
	}
	return out
}

// read takes a document in, and demands that all columns of a table are of one length.
func read(t testing.TB, body []byte) *phone {
	t.Helper()
	p := &phone{}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		t.Fatal(err)
	}
	for what, table := range map[string]map[string]json.RawMessage{"hubs": p.Hubs, "outages": p.Outages} {
		n := len(column[any](t, table["id"]))
		for name, raw := range table {
			if got := len(column[any](t, raw)); got != n {
				t.Fatalf("%s: %d of %s, %d of id", what, got, name, n)
			}
		}
	}
	code, c, n := p.Areas.Code, &p.Curfew, len(p.Curfew.Area)
	if len(p.Areas.NameUK) != len(code) || len(p.Areas.NameEN) != len(code) || len(p.Plans.Open) != len(p.Plans.Unsure) ||
		len(c.InForce) != n || len(c.Unclear) != n || len(c.Yes) != n || len(c.No) != n || len(c.Carry) != n {
		t.Fatal("columns of different lengths")
	}
	areaOf, precision, plan := column[*int](t, p.Hubs["area"]), column[int](t, p.Hubs["geo_precision"]), column[int](t, p.Hubs["plan"])
	lon, lat, disputed := column[int](t, p.Hubs["lon"]), column[int](t, p.Hubs["lat"]), column[int](t, p.Hubs["disputed"])
	x, y := 0, 0
	for i, id := range column[string](t, p.Hubs["id"]) {
		x, y = x+lon[i], y+lat[i]
		h := phoneHub{
			id: id, precision: p.Legend["geo_precision"][precision[i]], at: orb.Point{float64(x) / 1e5, float64(y) / 1e5},
			disputed: disputed[i] == 1, plan: plan[i],
		}
		if areaOf[i] != nil {
			h.code = code[*areaOf[i]]
		}
		p.hubs = append(p.hubs, h)
	}
	return p
}

// within tells whether runs (off, on, off, ...) are on in a minute.
func within(runs []int, minute int) bool {
	on := false
	for _, n := range runs {
		if minute < n {
			return on
		}
		minute, on = minute-n, !on
	}
	return false
}

func (p *phone) minute(at time.Time) int { return int(math.Floor(at.Sub(p.AsOf).Minutes())) }

// open is yes, unknown or no.
func (p *phone) open(h *phoneHub, at time.Time) string {
	switch m := p.minute(at); {
	case within(p.Plans.Open[h.plan], m):
		return "yes"
	case within(p.Plans.Unsure[h.plan], m):
		return "unknown"
	}
	return "no"
}

// row is the row of curfew that counts for a code.
func (p *phone) row(code string) int {
	best := slices.Index(p.Curfew.Area, "")
	for i, area := range p.Curfew.Area {
		if strings.HasPrefix(code, area) && len(area) > len(p.Curfew.Area[best]) {
			best = i
		}
	}
	return best
}

var badness = []string{"yes", "unconfirmed", "no"}

// verdict is the worst of all minutes of a walk, in all rows that it leads through.
func (p *phone) verdict(rows []int, from, to time.Time) string {
	worst := 0
	for _, row := range rows {
		for m := p.minute(from); m <= p.minute(to); m++ {
			switch {
			case within(p.Curfew.No[row], m):
				worst = 2
			case !within(p.Curfew.Yes[row], m):
				worst = max(worst, 1)
			}
		}
	}
	return badness[worst]
}

// answer is what a phone says of one hub.
type answer struct {
	minutes   int
	onArrival string
	verdict   string
	usable    bool
}

// ask answers for a walk; without the code of the start it takes the worst of all rows
// that may be meant.
func (p *phone) ask(h *phoneHub, from orb.Point, code string, known bool, at time.Time) answer {
	rough := h.precision != "exact" && h.precision != "street"
	rows := []int{p.row(h.code)}
	if known {
		rows = append(rows, p.row(code))
	} else {
		for _, area := range p.Start {
			rows = append(rows, slices.Index(p.Curfew.Area, area))
		}
	}
	if rough {
		a := answer{minutes: -1, onArrival: p.open(h, at), verdict: p.verdict(rows, at, at.Add(time.Hour))}
		if a.onArrival == "yes" {
			a.onArrival = "unknown"
		}
		if a.verdict == "yes" && (!known || code != h.code) {
			a.verdict = "unconfirmed"
		}
		return a
	}
	a := answer{minutes: int(math.Ceil(geo.DistanceMeters(from, h.at) * 1.3 / 1.1 / 60))}
	arrival := at.Add(time.Duration(a.minutes) * time.Minute)
	a.onArrival, a.verdict = p.open(h, arrival), p.verdict(rows, at, arrival)
	a.usable = a.onArrival == "yes" && p.open(h, arrival.Add(30*time.Minute)) == "yes" && a.verdict != "no" && !h.disputed
	return a
}
