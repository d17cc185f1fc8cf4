package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "example.org/teplo"

// steps are the floors of the house, from the top: a package imports only from
// floors below its own. A new package gets its place here first.
var steps = [][]string{
	{"cmd/teplo"},
	{"internal/api", "internal/site"},
	{"internal/export", "internal/feed", "internal/pack", "internal/tracker"},
	{"internal/intake", "internal/view", "internal/store"},
	{"internal/report"},
	{"internal/filter", "internal/hours", "internal/curfew", "internal/places", "internal/access"},
	{"internal/wallclock"},
	{"geo/pmtiles/pmtilestest"},
	{"geo/tile", "geo/pmtiles"},
	{"geo"},
}

// furniture is embedded files: it imports nothing of ours, and all but geo may use it.
var furniture = []string{"web", "data"}

// keepers names, for libraries that must not spread, the only packages that import
// them.
var keepers = []struct {
	library string
	by      []string
	reason  string
}{
	{"go.etcd.io/bbolt", []string{"internal/store"}, "the journal is written in one place"},
	{"github.com/gofiber/fiber", []string{"internal/api", "internal/site"}, "all else must outlive the web framework"},
	{"github.com/valyala/fasthttp", []string{"internal/api", "internal/site"}, "all else must outlive the web framework"},
	{"github.com/fxamacker/cbor", []string{"internal/report"}, "the encoding of events is one rule"},
	{"github.com/paulmach/orb/geojson", nil, "it takes what is not GeoJSON; geo.ParseGeometry does not"},
}

// listed is a package as go list -json tells of it. Tests may import what they need.
type listed struct {
	ImportPath string
	Imports    []string
}

func TestLayers(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 3 {
		t.Fatalf("go list found %d packages: the test looks at the wrong place", len(packages))
	}
	for _, fault := range layerFaults(packages) {
		t.Error(fault)
	}
}

// layerFaults names each import that breaks a rule, and the rule.
func layerFaults(packages []listed) []string {
	var faults []string
	for _, p := range packages {
		from := strings.TrimPrefix(p.ImportPath, module+"/")
		if floor(from) < 0 && !slices.Contains(furniture, from) {
			faults = append(faults, fmt.Sprintf("%s has no place in the house: give it one in the list of steps, or merge it", from))
			continue
		}
		for _, path := range p.Imports {
			reason := libraryFault(from, path)
			if to, ours := strings.CutPrefix(path, module+"/"); ours {
				reason = floorFault(from, to)
			}
			if reason != "" {
				faults = append(faults, fmt.Sprintf("%s imports %s: %s", from, strings.TrimPrefix(path, module+"/"), reason))
			}
		}
	}
	return faults
}

// floor is the step of a package of ours, 0 at the top, or -1.
func floor(name string) int {
	return slices.IndexFunc(steps, func(step []string) bool { return slices.Contains(step, name) })
}

func floorFault(from, to string) string {
	switch f, g := floor(from), floor(to); {
	case slices.Contains(furniture, from):
		return from + " holds files and imports nothing of ours"
	case from == "geo":
		return "geo must be usable alone and imports nothing of ours"
	case slices.Contains(furniture, to):
		if strings.HasPrefix(from, "geo/") {
			return "geo and what is under it must be usable alone"
		}
		return ""
	case g < 0:
		return to + " has no place in the house"
	case g == f:
		return "both are of one step, and a package imports nothing of its own step"
	case g < f:
		return fmt.Sprintf("imports point down, and %s stands above", to)
	}
	return ""
}

func libraryFault(from, path string) string {
	for _, k := range keepers {
		if (path == k.library || strings.HasPrefix(path, k.library+"/")) && !slices.Contains(k.by, from) {
			if k.by == nil {
				return "nobody may: " + k.reason
			}
			return fmt.Sprintf("only %s may: %s", strings.Join(k.by, " and "), k.reason)
		}
	}
	return ""
}

// The controls: each rule must be seen to fail, and what is allowed to pass.
func TestLayerFaults(t *testing.T) {
	ours := func(name string) string { return module + "/" + name }
	tests := []struct {
		from, imports string
		want          string // a part of the fault, "" for none
	}{
		{"cmd/teplo", ours("geo"), ""},
		{"internal/api", ours("internal/store"), ""},
		{"internal/api", ours("web"), ""},
		{"internal/report", ours("data"), ""},
		{"geo/tile", ours("geo"), ""},
		{"internal/store", "go.etcd.io/bbolt", ""},
		{"internal/site", "github.com/gofiber/fiber/v2/utils", ""},
		{"geo", "github.com/paulmach/orb", ""},
		{"internal/store", ours("internal/tracker"), "internal/store imports internal/tracker: imports point down"},
		{"internal/report", ours("cmd/teplo"), "imports point down"},
		{"internal/api", ours("internal/site"), "one step"},
		{"internal/view", ours("internal/store"), "one step"},
		{"geo/tile", ours("geo/pmtiles"), "one step"},
		{"geo/tile", ours("web"), "usable alone"},
		{"geo", ours("geo/tile"), "usable alone"},
		{"geo", ours("data"), "usable alone"},
		{"web", ours("geo"), "holds files"},
		{"data", ours("web"), "holds files"},
		{"internal/api", ours("internal/cluster"), "no place"},
		{"internal/cluster", "fmt", "internal/cluster has no place"},
		{"internal/view", "go.etcd.io/bbolt", "only internal/store may"},
		{"cmd/teplo", "go.etcd.io/bbolt/errors", "only internal/store may"},
		{"cmd/teplo", "github.com/gofiber/fiber/v2", "only internal/api and internal/site may"},
		{"internal/store", "github.com/fxamacker/cbor/v2", "only internal/report may"},
		{"internal/site", "github.com/paulmach/orb/geojson", "nobody may"},
		{"internal/feed", "github.com/valyala/fasthttp", "only internal/api and internal/site may"},
	}
	for _, tt := range tests {
		got := layerFaults([]listed{{ImportPath: ours(tt.from), Imports: []string{tt.imports}}})
		switch {
		case tt.want == "" && len(got) > 0:
			t.Errorf("%s may import %s, but: %v", tt.from, tt.imports, got)
		case tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)):
			t.Errorf("%s imports %s: got %q, want %q", tt.from, tt.imports, got, tt.want)
		}
	}
}
