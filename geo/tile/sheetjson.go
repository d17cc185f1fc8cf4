package tile

import (
	"encoding/json"
	"slices"
	"strconv"
)

// AppendJSON appends the sheet as a map reads it:
//
//	{"extent":4096, "water":[PATH,...], "green":[...], "rivers":[...], "rail":[...],
//	 "roads":[[PATH,...] for each class], "names":["...",...],
//	 "labels":[name,class,x,y,dx,dy, ...], "places":[[uk,en,rank,x,y],...],
//	 "left_out":["paths",...]}
//
// A PATH is x,y of the first point and then differences. Water and green are rings,
// filled by the nonzero rule; a label is a straight piece of street to write a name
// on. What would make more than most bytes is left out, ways on foot first, and named
// in left_out. The same sheet gives the same bytes.
func (s *Sheet) AppendJSON(dst []byte, most int) []byte {
	labels := s.labels()
	minor := slices.IndexFunc(labels, func(l label) bool { return l.class >= 3 })
	if minor < 0 {
		minor = len(labels)
	}
	var roads [RoadClasses][]byte
	for i, lines := range s.roads {
		roads[i] = appendLines(nil, lines)
	}
	water, green := appendPaths(nil, s.water), appendPaths(nil, s.green)
	rivers, rail, places := appendLines(nil, s.rivers), appendLines(nil, s.rail), appendPlaces(nil, s.places)
	names := appendLabels(nil, labels)
	parts := []*[]byte{&water, &green, &rivers, &rail, &names, &places}
	for i := range roads {
		parts = append(parts, &roads[i])
	}
	var left []string
	for _, thrift := range []struct {
		name string
		less func()
	}{
		{"paths", func() { roads[4] = []byte("[]") }},
		{"names of streets", func() { names = appendLabels(nil, labels[:minor]) }},
		{"green", func() { green = []byte("[]") }},
		{"streets", func() { roads[3] = []byte("[]") }},
		{"water", func() { water, rivers = []byte("[]"), []byte("[]") }},
		{"all", func() {
			for _, p := range parts {
				*p = []byte("[]")
			}
			names = appendLabels(nil, nil)
		}},
	} {
		sum := 0
		for _, p := range parts {
			sum += len(*p)
		}
		if sum <= most {
			break
		}
		thrift.less()
		left = append(left, thrift.name)
	}
	dst = append(dst, `{"extent":`+strconv.Itoa(Extent)...)
	for _, m := range []struct {
		name string
		b    []byte
	}{{"water", water}, {"green", green}, {"rivers", rivers}, {"rail", rail}, {"places", places}} {
		dst = append(append(append(append(dst, `,"`...), m.name...), `":`...), m.b...)
	}
	dst = append(dst, `,"roads":[`...)
	for i, b := range roads {
		dst = append(comma(dst, i), b...)
	}
	dst = append(append(dst, `],`...), names...)
	if left != nil {
		dst = append(append(dst, `,"left_out":`...), text(left)...)
	}
	return append(dst, '}')
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// text is JSON of what always has one.
func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return b
}

// appendLines joins and thins lines.
func appendLines(dst []byte, lines [][]point) []byte {
	joined := join(lines)
	for i := range joined {
		joined[i] = thin(joined[i], tolerance)
	}
	return appendPaths(dst, joined)
}

func appendPaths(dst []byte, paths [][]point) []byte {
	dst = append(dst, '[')
	for i, path := range paths {
		dst = append(comma(dst, i), '[')
		var last point
		for j, p := range path {
			dst = strconv.AppendInt(comma(dst, j), int64(p.x-last.x), 10)
			dst = strconv.AppendInt(append(dst, ','), int64(p.y-last.y), 10)
			last = p
		}
		dst = append(dst, ']')
	}
	return append(dst, ']')
}

func appendLabels(dst []byte, labels []label) []byte {
	index := map[string]int{}
	names := []string{}
	var rows []byte
	for i, l := range labels {
		n, ok := index[l.name]
		if !ok {
			n = len(names)
			index[l.name] = n
			names = append(names, l.name)
		}
		rows = comma(rows, i)
		for j, v := range []int{n, l.class, int(l.from.x), int(l.from.y), int(l.to.x - l.from.x), int(l.to.y - l.from.y)} {
			rows = strconv.AppendInt(comma(rows, j), int64(v), 10)
		}
	}
	dst = append(append(dst, `"names":`...), text(names)...)
	return append(append(append(dst, `,"labels":[`...), rows...), ']')
}

func appendPlaces(dst []byte, places []spot) []byte {
	dst = append(dst, '[')
	for i, p := range places {
		dst = append(comma(dst, i), text([]any{p.uk, p.en, p.rank, p.at.x, p.at.y})...)
	}
	return append(dst, ']')
}
