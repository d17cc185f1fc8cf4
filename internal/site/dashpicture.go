package site

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// dashMap is the country by outages: a picture in which every oblast is a link, has its
// number and says in words what it shows.
type dashMap struct {
	Width, Height int
	Oblasts       []dashOblast
	Legend        []dashStep
}

type dashOblast struct {
	oblastShape
	Code, Label, Class, Text string
}

// dashStep is one shade of the picture in words.
type dashStep struct{ Class, Words string }

func (s *Site) dashMap(r *request, rows []oblastFigures) dashMap {
	m := dashMap{Width: int(shapeWidth), Height: shapeHeight}
	hidden, most := false, 0
	for i := range rows {
		if !rows[i].hidden {
			most = max(most, rows[i].outages)
		}
	}
	steps := shades(most)
	for i := range rows {
		o := &rows[i]
		shape, drawn := s.shapes[places.ADM1(o.code)]
		if !drawn {
			continue
		}
		name := r.cat.choose(o.names[0], o.names[1])
		d := dashOblast{oblastShape: shape, Code: o.code, Label: name + ": " + r.cat.n("outages", o.outages), Class: shade(steps, o.outages), Text: strconv.Itoa(o.outages)}
		if o.hidden {
			d.Label, d.Class, d.Text, hidden = name+": "+r.cat.t("withheld_short"), "hidden", "", true
		}
		m.Oblasts = append(m.Oblasts, d)
	}
	m.Legend = append(m.Legend, dashStep{shade(steps, 0), r.cat.t("dash_step_none")})
	for i, from := range steps {
		to := most
		if i+1 < len(steps) {
			to = steps[i+1] - 1
		}
		words := strconv.Itoa(from)
		if to > from {
			words += "–" + strconv.Itoa(to)
		}
		m.Legend = append(m.Legend, dashStep{shade(steps, from), words})
	}
	if hidden {
		m.Legend = append(m.Legend, dashStep{"hidden", r.cat.t("withheld_short")})
	}
	return m
}

// shades are from how many outages on an oblast is darker: thirds of the most that one
// has, so that the worst hit stand out whatever the day is like.
func shades(most int) []int {
	var out []int
	for i := range 3 {
		if from := most*i/3 + 1; from <= most && !slices.Contains(out, from) {
			out = append(out, from)
		}
	}
	return out
}

// shade is the class of an oblast with so many outages.
func shade(steps []int, outages int) string {
	step := 0
	for step < len(steps) && outages >= steps[step] {
		step++
	}
	return "s" + strconv.Itoa(step)
}

// chartDays is how far back the charts go; the file has all that is kept.
const chartDays = 7

// chart is a row of bars.
type chart struct {
	Title, Label, Most, From, To string
	Path                         template.HTMLAttr
}

// A chart has chartBars places for bars of barWidth units, a step apart; the highest is
// barHeight. A bar of nothing is a line, so that it differs from no bar: not known.
const (
	chartBars = chartDays * 24 * time.Hour / report.SampleEvery
	barStep   = 10
	barWidth  = 8
	barHeight = 100
)

// charts draws the last days and writes them out, the newest first.
func (s *Site) charts(r *request, past []pastFigures) ([]chart, []pastRow) {
	past = past[max(0, len(past)-int(chartBars)):]
	if len(past) == 0 {
		return nil, nil
	}
	outages, hubs := make([]int, len(past)), make([]int, len(past))
	rows := make([]pastRow, len(past))
	for i, p := range past {
		outages[i], hubs[i] = p.official+p.cells, p.hubs
		rows[len(past)-1-i] = pastRow{s.moment(r, p.at), utc(p.at), strconv.Itoa(outages[i]), strconv.Itoa(hubs[i])}
	}
	last := past[len(past)-1].at
	from, to := s.moment(r, last.Add((1-chartBars)*report.SampleEvery)), s.moment(r, last)
	draw := func(title string, values []int) chart {
		c := chart{Title: r.cat.t(title), From: from, To: to}
		most := 0
		for _, v := range values {
			most = max(most, v)
		}
		c.Most = strconv.Itoa(most)
		c.Label = r.cat.t("dash_chart_label", "title", c.Title, "first", strconv.Itoa(values[0]), "last", strconv.Itoa(values[len(values)-1]), "most", c.Most)
		c.Path = template.HTMLAttr(`d="` + bars(values, max(1, most)) + `"`) //nolint:gosec // our own numbers
		return c
	}
	return []chart{draw("dash_chart_outages", outages), draw("dash_chart_hubs", hubs)}, rows
}

// bars is the path of a row of bars.
func bars(values []int, most int) string {
	var b strings.Builder
	for i, v := range values {
		h := max(1, v*barHeight/most)
		fmt.Fprintf(&b, "M%d %dv-%dh%dv%dz", (int(chartBars)-len(values)+i)*barStep, barHeight, h, barWidth, h)
	}
	return b.String()
}
