package intake

import (
	"slices"
	"strings"

	"example.org/teplo/internal/report"
)

// columnCache remembers for each set of columns where its properties stand.
type columnCache map[string]map[string][]int

// containers hold a record's own fields in some JSON dialects (ESRI, Airtable).
var containers = []string{"attributes.", "properties.", "fields."}

// columnsOf returns for each property of the collection the leaves of the record
// that may hold it, the likeliest first.
func (rd *reader) columnsOf(rec *record) map[string][]int {
	leaves := rec.flat(rd.folds())
	var sig strings.Builder
	for i := range leaves {
		sig.WriteString(leaves[i].folded)
		sig.WriteByte(0)
	}
	if found, ok := rd.lookups[sig.String()]; ok {
		return found
	}
	found := bind(leaves, properties[rd.as])
	if len(rd.lookups) < 256 {
		rd.lookups[sig.String()] = found
	}
	return found
}

func (rd *reader) folds() map[string]string {
	if rd.folded == nil {
		rd.folded = map[string]string{}
	}
	return rd.folded
}

// bind finds the leaves for every property.
func bind(leaves []leaf, props map[string]property) map[string][]int {
	at := make(map[string]int, len(leaves))
	for i := len(leaves) - 1; i >= 0; i-- { // the first of two wins
		name := leaves[i].folded
		for _, c := range containers {
			name = strings.TrimPrefix(name, c)
		}
		at[name] = i
	}
	found := make(map[string][]int, len(props))
	for name, p := range props {
		var list []int
		for _, alias := range append([]string{foldName(name)}, strings.Fields(p.aliases)...) {
			if i, ok := at[alias]; ok && !slices.Contains(list, i) {
				list = append(list, i)
			}
		}
		if p.shape == isDegrees {
			list = addNested(list, leaves, strings.Fields(p.aliases)[:3], name)
		}
		if list != nil {
			found[name] = list
		}
	}
	return found
}

// addNested adds leaves as "location.lat" before projected x and y, which stand
// last.
func addNested(list []int, leaves []leaf, names []string, own string) []int {
	for i := range leaves {
		at := strings.LastIndexByte(leaves[i].folded, '.')
		if at < 0 || slices.Contains(list, i) {
			continue
		}
		last := leaves[i].folded[at+1:]
		if last != own && !slices.Contains(names, last) {
			continue
		}
		pos := len(list)
		for pos > 0 && isProjected(leaves[list[pos-1]].folded) {
			pos--
		}
		list = slices.Insert(list, pos, i)
	}
	return list
}

func isProjected(folded string) bool {
	return slices.Contains([]string{"x", "y", "xcoord", "ycoord", "xcoordinate", "ycoordinate"}, folded)
}

// signs are the properties whose columns tell the collections apart: every group
// of a collection must be met by one of its properties. A property counts when
// its column bears a name of that property alone.
var signs = []struct {
	as     report.Collection
	groups [][]string
}{
	{report.Reports, [][]string{{"about"}}},
	{report.Curfews, [][]string{{"start_local"}, {"end_local"}, {"kind", "valid_from", "area_text"}}},
	{report.Areas, [][]string{{"level_1", "level_2"}, {"category"}}},
	{report.Areas, [][]string{{"parent_code", "level"}, {"area_code"}, {"name_uk", "name"}}},
	{report.Areas, [][]string{{"area_code"}, {"name_uk"}, {"name_en"}, {"category"}}},
	{report.Outages, [][]string{{"starts_at"}, {"announced_end_at", "ends_at", "kind", "service"}}},
	{report.Outages, [][]string{{"service"}, {"kind"}, {"status", "certainty"}}},
	{report.Hubs, [][]string{{"name", "address"}, {
		"opening_hours", "opening_text", "amenities", "capacity", "availability", "host_type", "category", "heat", "charging",
		"power", "internet", "water", "step_free", "toilet", "sleeping",
	}}},
}

// recogniseCollection tells from the columns of the sample what the file holds.
func (rd *reader) recogniseCollection() (report.Collection, error) {
	leaves := rd.sampleLeaves()
	if len(leaves) == 0 {
		return "", fileError("it holds no records")
	}
	var fits []report.Collection
	for _, s := range signs {
		if slices.Contains(fits, s.as) {
			continue
		}
		found := bind(leaves, properties[s.as])
		if !slices.ContainsFunc(s.groups, func(group []string) bool {
			return !slices.ContainsFunc(group, func(p string) bool { return found[p] != nil })
		}) {
			fits = append(fits, s.as)
		}
	}
	switch {
	case len(fits) == 1:
		return fits[0], nil
	case len(fits) > 1 && fits[0] != report.Outages:
		return fits[0], nil // its signs are words that no other collection uses
	case len(fits) > 1:
		return "", fileError("its columns fit both %s and %s: say which with --as", fits[0], fits[1])
	case rd.anyKnown(leaves):
		return "", fileError("its columns (%s) do not tell what it holds: say so with --as", namesOfLeaves(leaves))
	default:
		return "", fileError("no known columns: it has %s; name them in a mapping file (--map)", namesOfLeaves(leaves))
	}
}

// sampleLeaves is the union of the leaves of the sample.
func (rd *reader) sampleLeaves() []leaf {
	var out []leaf
	seen := map[string]bool{}
	add := func(l leaf) {
		if !seen[l.folded] && len(out) < 4096 {
			seen[l.folded] = true
			out = append(out, l)
		}
	}
	for _, name := range rd.header {
		if name != "" {
			add(leaf{path: name, folded: foldName(name)})
		}
	}
	for _, rec := range rd.sample {
		for _, l := range rec.flat(rd.folds()) {
			add(l)
		}
	}
	return out
}

func (rd *reader) anyKnown(leaves []leaf) bool {
	for _, as := range []report.Collection{report.Hubs, report.Outages, report.Curfews, report.Areas} {
		if len(bind(leaves, properties[as])) > 0 {
			return true
		}
	}
	return false
}

func namesOfLeaves(leaves []leaf) string {
	var names []string
	for _, l := range leaves {
		names = append(names, l.path)
	}
	more := ""
	if len(names) > 8 {
		names, more = names[:8], ", ..."
	}
	s, _ := shorten(strings.Join(names, ", "), 300)
	return s + more
}

// checkRecognised refuses a file of a stated collection none of whose columns is
// known.
func (rd *reader) checkRecognised() error {
	leaves := rd.sampleLeaves()
	if len(leaves) == 0 || len(bind(leaves, properties[rd.as])) > 0 {
		return nil
	}
	return fileError("no known columns of %s: it has %s; name them in a mapping file (--map)", rd.as, namesOfLeaves(leaves))
}

// checkColumns refuses a file that lacks columns which the mapping names: a
// table must have each, of JSON records (which may leave keys out) the sample
// must have one.
func (rd *reader) checkColumns() error {
	leaves := rd.sampleLeaves()
	if len(leaves) == 0 {
		return nil
	}
	has := func(name string) bool {
		return slices.ContainsFunc(leaves, func(l leaf) bool { return l.path == name }) ||
			slices.ContainsFunc(rd.sample, func(r *record) bool { return r.fields != nil && r.at(name) != nil })
	}
	any, wanted := false, false
	for _, prop := range sortedKeys(rd.cfg.Map.Fields) {
		for _, name := range rd.cfg.Map.Fields[prop].From {
			wanted = true
			found := has(name)
			any = any || found
			if !found && rd.header != nil {
				return fileError("no column %q (mapping: %s); it has %s", name, prop, namesOfLeaves(leaves))
			}
		}
	}
	if wanted && !any {
		return fileError("none of the mapping's columns is in it; it has %s", namesOfLeaves(leaves))
	}
	return nil
}
