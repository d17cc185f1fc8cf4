package filter_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/text/cases"

	"example.org/teplo/internal/filter"
)

// tree is a random expression: its text, and what it is by the tables of the standard
// for a row, written down as plainly as can be. nil is unknown.
type tree struct {
	text string
	is   func(row) *bool
}

type row struct {
	values []filter.Value
	at     orb.Point
}

// term is an operand: its text, and its value; nil is null. All values are strings that
// order as what they stand for does.
type term struct {
	text string
	of   func(row) *string
}

// What values and literals are made of: few, so that they often meet.
var (
	texts   = []string{"", "a", "A", "ab", "Ab", "ß", "SS", "ї", "Ї", "a%b", "a_b", `a\b`, "it's", "Ж", "aab", "\u0345"}
	numbers = []float64{-10, -0.5, 0, 1, 1.5, 120, 1e6}
	days    = []string{"2026-11-24", "2026-11-25", "2026-11-26"}
	clocks  = []string{"00:00:00Z", "10:00:00Z", "23:59:59Z"}
	lits    = []string{"a", "b", "A", "B", "s", "ß", "Ї", "'", `\\`, `\%`, `\_`, "%", "_", "%%"}
)

func TestMatchAgainstNaive(t *testing.T) {
	r := random(t)
	met, unsure := 0, 0
	for i := range 30000 {
		e := anyTree(r, 4)
		parsed, err := filter.Parse(e.text, properties)
		if err != nil {
			t.Fatalf("%s: %v", e.text, err)
		}
		for range 5 {
			row := anyRow(r)
			is := e.is(row)
			want := is != nil && *is
			if got := parsed.Match(row.values, row.at); got != want {
				t.Fatalf("%d: %s of %v at %v: got %v, want %v", i, e.text, row.values, row.at, got, want)
			}
			if b, ok := parsed.Bound(); ok && want && !b.ContainsPoint(row.at) {
				t.Fatalf("%s matches %v outside of its bound %v", e.text, row.at, b)
			}
			if want {
				met++
			}
			if is == nil {
				unsure++
			}
		}
	}
	if met < 20000 || met > 130000 || unsure < 5000 {
		t.Errorf("of 150000, %d matched, %d were unknown: the test tests one answer only", met, unsure)
	}
}

func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("SEED: %v", err)
		}
	}
	t.Logf("SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func pick[E any](r *rand.Rand, list []E) E { return list[r.IntN(len(list))] }

func anyRow(r *rand.Rand) row {
	out := row{at: orb.Point{float64(r.IntN(5)), float64(r.IntN(5))}}
	for _, p := range properties {
		var v filter.Value
		switch {
		case r.IntN(4) == 0:
		case p.Kind == filter.Text:
			v = filter.TextOf(pick(r, texts))
		case p.Kind == filter.Integer:
			v = filter.IntegerOf(int(pick(r, numbers)))
		case p.Kind == filter.Number:
			v = filter.NumberOf(pick(r, numbers))
		case p.Kind == filter.Bool:
			v = filter.BoolOf(r.IntN(2) == 0)
		case p.Kind == filter.Time:
			v = filter.TimeOf(instant(pick(r, days) + "T" + pick(r, clocks)))
		}
		out.values = append(out.values, v)
	}
	return out
}

// anyTree writes keywords in any case, white space or none where it may be.
func anyTree(r *rand.Rand, depth int) tree {
	if depth == 0 || r.IntN(4) == 0 {
		return anyPredicate(r)
	}
	a, b := anyTree(r, depth-1), anyTree(r, depth-1)
	switch r.IntN(5) {
	case 0:
		return tree{word(r, "NOT") + "(" + a.text + ")", func(w row) *bool { return not(a.is(w)) }}
	case 1:
		return tree{"(" + a.text + ")" + word(r, "IS") + word(r, "NULL"), func(w row) *bool { return truth(a.is(w) == nil) }}
	case 2, 3:
		// Parentheses are needed below AND alone: OR binds less than all else.
		return tree{"(" + a.text + ")" + word(r, "AND") + "(" + b.text + ")", func(w row) *bool { return and(a.is(w), b.is(w)) }}
	}
	return tree{a.text + word(r, "OR") + b.text, func(w row) *bool { return not(and(not(a.is(w)), not(b.is(w)))) }}
}

func word(r *rand.Rand, keyword string) string {
	if r.IntN(2) == 0 {
		keyword = strings.ToLower(keyword)
	}
	return pick(r, []string{" ", "\n", "\t "}) + keyword + " "
}

func truth(b bool) *bool { return &b }

func not(a *bool) *bool {
	if a == nil {
		return nil
	}
	return truth(!*a)
}

func and(a, b *bool) *bool {
	switch {
	case a != nil && !*a, b != nil && !*b:
		return truth(false)
	case a == nil || b == nil:
		return nil
	}
	return truth(true)
}

func anyPredicate(r *rand.Rand) tree {
	if r.IntN(8) == 0 {
		return anyPlace(r)
	}
	if r.IntN(4) == 0 {
		return anyLike(r)
	}
	some := pick(r, []func(*rand.Rand) term{anyText, anyNumber, anyBool, anyTime})
	a, b, c := some(r), some(r), some(r)
	negated := ""
	if r.IntN(2) == 0 {
		negated = word(r, "NOT")
	}
	var e tree
	switch r.IntN(5) {
	case 0:
		e = tree{a.text + word(r, "IS") + negated + word(r, "NULL"), func(w row) *bool { return truth(a.of(w) == nil) }}
	case 1:
		e = tree{a.text + negated + word(r, "BETWEEN") + b.text + word(r, "AND") + c.text, func(w row) *bool {
			return and(compare(a, ">=", b, w), compare(a, "<=", c, w))
		}}
	case 2:
		e = tree{a.text + negated + word(r, "IN") + "(" + b.text + "," + c.text + ")", func(w row) *bool {
			return not(and(not(compare(a, "=", b, w)), not(compare(a, "=", c, w))))
		}}
	default:
		op := pick(r, []string{"=", "<>", "<", "<=", ">", ">="})
		return tree{a.text + pick(r, []string{"", " "}) + op + b.text, func(w row) *bool { return compare(a, op, b, w) }}
	}
	if negated == "" {
		return e
	}
	return tree{e.text, func(w row) *bool { return not(e.is(w)) }}
}

func compare(a term, op string, b term, w row) *bool {
	x, y := a.of(w), b.of(w)
	if x == nil || y == nil {
		return nil
	}
	if day := len(days[0]); len(*x) == day || len(*y) == day {
		x, y = cut(x, day), cut(y, day)
	}
	switch op {
	case "=":
		return truth(*x == *y)
	case "<>":
		return truth(*x != *y)
	case "<":
		return truth(*x < *y)
	case "<=":
		return truth(*x <= *y)
	case ">":
		return truth(*x > *y)
	}
	return truth(*x >= *y)
}

func cut(s *string, n int) *string {
	short := (*s)[:n]
	return &short
}

// property is one of a kind, its name in quotes or not, its value written by show.
func property(r *rand.Rand, show func(filter.Value) string, kinds ...filter.Kind) term {
	for {
		i := r.IntN(len(properties))
		for _, k := range kinds {
			if properties[i].Kind != k {
				continue
			}
			return term{pick(r, []string{properties[i].Name, strconv.Quote(properties[i].Name)}), func(w row) *string {
				if w.values[i].Null() {
					return nil
				}
				s := show(w.values[i])
				return &s
			}}
		}
	}
}

func literal(text, value string) term { return term{text, func(row) *string { return &value }} }

func anyText(r *rand.Rand) term {
	s := pick(r, texts)
	t := literal("'"+strings.ReplaceAll(s, "'", "''")+"'", s)
	if r.IntN(2) == 0 {
		t = property(r, filter.Value.Text, filter.Text)
	}
	if r.IntN(2) == 0 {
		return t
	}
	return term{pick(r, []string{"CASEI(", "casei ( "}) + t.text + ")", func(w row) *string {
		s := t.of(w)
		if s == nil {
			return nil
		}
		folded := cases.Fold().String(*s)
		return &folded
	}}
}

// sortable writes a number so that the text orders as it does.
func sortable(f float64) string { return fmt.Sprintf("%020.3f", f+1e9) }

func anyNumber(r *rand.Rand) term {
	f := pick(r, numbers)
	if r.IntN(2) == 0 {
		return property(r, func(v filter.Value) string { return sortable(v.Float()) }, filter.Integer, filter.Number)
	}
	return literal(" "+strconv.FormatFloat(f, pick(r, []byte{'f', 'e', 'E'}), -1, 64), sortable(f))
}

func anyBool(r *rand.Rand) term {
	b := r.IntN(2) == 0
	if r.IntN(2) == 0 {
		return property(r, func(v filter.Value) string { return strconv.FormatBool(v.Bool()) }, filter.Bool)
	}
	return literal(word(r, strings.ToUpper(strconv.FormatBool(b))), strconv.FormatBool(b))
}

// anyTime is an instant, or a day, which compare knows by its length.
func anyTime(r *rand.Rand) term {
	day := pick(r, days)
	s := day + "T" + pick(r, clocks)
	switch r.IntN(4) {
	case 0:
		return literal("TIMESTAMP('"+s+"')", s)
	case 1:
		return literal(pick(r, []string{"DATE('" + day + "')", "date( '" + day + "' )"}), day)
	}
	return property(r, filter.Value.String, filter.Time)
}

func anyPlace(r *rand.Rand) tree {
	w, s := r.IntN(5), r.IntN(5)
	e, n := w+r.IntN(3), s+r.IntN(3)
	inside := func(at row) *bool {
		x, y := int(at.at[0]), int(at.at[1])
		return truth(w <= x && x <= e && s <= y && y <= n)
	}
	g := fmt.Sprintf("BBOX(%d,%d,%d,%d)", w, s, e, n)
	if r.IntN(2) == 0 {
		g = fmt.Sprintf("POLYGON((%d %d,%d %d,%d %d,%d %d,%d %d))", w, s, e, s, e, n, w, n, w, s)
	}
	if r.IntN(2) == 0 {
		return tree{"S_INTERSECTS(" + g + ", geometry)", inside}
	}
	return tree{"s_intersects(geometry, " + g + ")", inside}
}

func anyLike(r *rand.Rand) tree {
	a := anyText(r)
	pattern := ""
	for range r.IntN(6) {
		pattern += pick(r, lits)
	}
	quoted, folds := "'"+strings.ReplaceAll(pattern, "'", "''")+"'", r.IntN(2) == 0
	if folds {
		quoted = "CASEI(" + quoted + ")"
	}
	glyphs := []rune(pattern)
	if folds { // neither wildcards nor the escape have case
		glyphs = []rune(cases.Fold().String(pattern))
	}
	return tree{a.text + word(r, "LIKE") + quoted, func(w row) *bool {
		s := a.of(w)
		if s == nil {
			return nil
		}
		return truth(naiveLike([]rune(*s), glyphs))
	}}
}

func naiveLike(s, p []rune) bool {
	switch {
	case len(p) == 0:
		return len(s) == 0
	case p[0] == '%':
		return naiveLike(s, p[1:]) || len(s) > 0 && naiveLike(s[1:], p)
	case len(s) == 0:
		return false
	case p[0] == '\\':
		return s[0] == p[1] && naiveLike(s[1:], p[2:])
	}
	return (p[0] == '_' || p[0] == s[0]) && naiveLike(s[1:], p[1:])
}
