package pack

import (
	"slices"
	"strings"

	"example.org/teplo/internal/curfew"
)

// curfewColumns have one row for each area that is ruled otherwise than the area
// around it, and one for the country.
type curfewColumns struct {
	Area    []string   `json:"area"` // p-code; "" the country
	InForce [][]int    `json:"in_force"`
	Unclear [][]int    `json:"unclear"`
	Yes     [][]int    `json:"yes"` // verdict on foot to a hub
	No      [][]int    `json:"no"`
	Carry   [][]string `json:"carry"`
}

// of returns the area of the row that counts for a code.
func (c *curfewColumns) of(code string) string {
	best := ""
	for _, area := range c.Area {
		if len(area) > len(best) && strings.HasPrefix(code, area) {
			best = area
		}
	}
	return best
}

var (
	verdicts = map[curfew.Verdict]int8{curfew.Allowed: 0, curfew.Unconfirmed: 1, curfew.Forbidden: 2}
	forces   = map[curfew.State]int8{curfew.No: 0, curfew.Unknown: 1, curfew.Yes: 2}
)

// curfews fills the rows of the country and of oblasts with all that lies in them.
func (b *builder) curfews(oblasts []string) {
	b.doc.Curfew = curfewColumns{[]string{}, [][]int{}, [][]int{}, [][]int{}, [][]int{}, [][]string{}}
	b.curfew("")
	for _, oblast := range oblasts {
		for _, area := range b.snap.Curfews.Areas(oblast) {
			b.curfew(area)
		}
	}
}

// curfew adds the row of one area unless that of the area around it says the same.
func (b *builder) curfew(area string) {
	out, until := &b.doc.Curfew, b.asOf.Add(week)
	var force, ruled []stretch
	for _, w := range b.snap.Curfews.Windows(area, b.asOf, until) {
		force = append(force, stretch{w.From, w.To, forces[w.State]})
	}
	carry := []string{}
	for _, r := range b.snap.Rulings(curfew.Ask{Places: []string{area}, From: b.asOf, To: until, Destination: curfew.Hub, Mode: curfew.Foot}) {
		ruled = append(ruled, stretch{r.From, r.To, verdicts[r.Verdict]})
		for _, document := range r.Carry {
			if !slices.Contains(carry, document) {
				carry = append(carry, document)
			}
		}
	}
	f := minutesOf(b.asOf, force, func(_, _ int8) int8 { return forces[curfew.Unknown] })
	v := minutesOf(b.asOf, ruled, func(x, y int8) int8 { return max(x, y) })
	inForce, unclear := f.runs(forces[curfew.Yes]), f.runs(forces[curfew.Unknown])
	yes, no := v.runs(verdicts[curfew.Allowed]), v.runs(verdicts[curfew.Forbidden])
	if i := slices.Index(out.Area, out.of(area)); area != "" && i > 0 && slices.Equal(out.InForce[i], inForce) &&
		slices.Equal(out.Unclear[i], unclear) && slices.Equal(out.Yes[i], yes) && slices.Equal(out.No[i], no) && slices.Equal(out.Carry[i], carry) {
		return
	}
	out.Area = append(out.Area, area)
	out.InForce, out.Unclear = append(out.InForce, inForce), append(out.Unclear, unclear)
	out.Yes, out.No, out.Carry = append(out.Yes, yes), append(out.No, no), append(out.Carry, carry)
}
