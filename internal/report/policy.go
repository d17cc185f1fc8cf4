package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
)

// Policy is the operator's rules (CONTRACT §1.2). It is an entry of the journal:
// [State.Apply] reads only the policy that an entry brought.
type Policy struct {
	Name              string     `cbor:"1,keyasint,omitempty" yaml:"-"`
	ServiceArea       [4]float64 `cbor:"2,keyasint" yaml:"service_area"` // west, south, east, north in degrees
	Zone              string     `cbor:"3,keyasint" yaml:"zone"`         // IANA
	WithheldAreas     []string   `cbor:"4,keyasint,omitempty" yaml:"withheld_areas"`
	CellZoom          int        `cbor:"5,keyasint" yaml:"cell_zoom"`
	CommunityOutages  bool       `cbor:"6,keyasint" yaml:"community_outages"`
	MinSources        int        `cbor:"7,keyasint" yaml:"min_sources"`
	WidespreadSources int        `cbor:"8,keyasint" yaml:"widespread_sources"`
	MaxPerNetwork     int        `cbor:"9,keyasint" yaml:"max_per_network"`    // 0: no limit
	CellsPerNetwork   int        `cbor:"10,keyasint" yaml:"cells_per_network"` // 0: no limit
	AnonymousCells    int        `cbor:"11,keyasint" yaml:"anonymous_cells"`   // 0: no limit
	Bucket            Span       `cbor:"12,keyasint" yaml:"bucket"`
	Delay             Span       `cbor:"13,keyasint" yaml:"delay"`
	ReportGridDeg     float64    `cbor:"14,keyasint" yaml:"report_grid"`
	AnonymousPerDay   int        `cbor:"15,keyasint" yaml:"anonymous_per_day"` // 0: no limit
	Expire            Expiry     `cbor:"16,keyasint" yaml:"expire"`
	CurfewConfirm     Span       `cbor:"17,keyasint" yaml:"curfew_confirm_within"`
	NewHubModerators  int        `cbor:"18,keyasint" yaml:"new_hub_moderators"`
	Retention         Retention  `cbor:"19,keyasint" yaml:"retention"`
	ReportsPerMinute  int        `cbor:"20,keyasint" yaml:"reports_per_minute"` // 0: no limit
	HalfLife          HalfLife   `cbor:"21,keyasint" yaml:"half_life"`
}

// Expiry says how long a word counts.
type Expiry struct {
	Outage    Span `cbor:"1,keyasint" yaml:"outage"`
	HubStatus Span `cbor:"2,keyasint" yaml:"hub_status"`
	Need      Span `cbor:"3,keyasint" yaml:"need"`
}

// Retention says how long sealed parts can be opened.
type Retention struct {
	Report Span `cbor:"1,keyasint" yaml:"report"`
	Note   Span `cbor:"2,keyasint" yaml:"note"`
}

// HalfLife says how fast confidence decays, per attribute.
type HalfLife struct {
	Outage    Span `cbor:"1,keyasint" yaml:"outage"`
	Status    Span `cbor:"2,keyasint" yaml:"status"`
	Amenity   Span `cbor:"3,keyasint" yaml:"amenity"`
	Existence Span `cbor:"4,keyasint" yaml:"existence"`
}

// Span is a duration written as 30m, 12h or 90d.
type Span time.Duration

// UnmarshalYAML reads 2s, 30m, 12h, 90d, or 0.
func (s *Span) UnmarshalYAML(n *yaml.Node) error {
	text := n.Value
	if days, ok := strings.CutSuffix(text, "d"); ok {
		v, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return fmt.Errorf("line %d: %q is not a duration such as 30m, 12h, 90d", n.Line, text)
		}
		*s = Span(time.Duration(v) * 24 * time.Hour)
		return nil
	}
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 {
		return fmt.Errorf("line %d: %q is not a duration such as 30m, 12h, 90d", n.Line, text)
	}
	*s = Span(v)
	return nil
}

// Ukraine is the default policy.
func Ukraine() Policy {
	const day = Span(24 * time.Hour)
	return Policy{
		Name: "ukraine", ServiceArea: [4]float64{22.0, 44.2, 40.3, 52.4}, Zone: "Europe/Kyiv",
		WithheldAreas: []string{"UA14", "UA23", "UA44", "UA65"}, CellZoom: 12, CommunityOutages: true,
		MinSources: 5, WidespreadSources: 15, MaxPerNetwork: 2, CellsPerNetwork: 4, AnonymousCells: 25,
		Bucket: Span(30 * time.Minute), Delay: Span(3 * time.Hour), ReportGridDeg: 0.005, AnonymousPerDay: 500000,
		Expire:        Expiry{Outage: day / 2, HubStatus: day / 2, Need: 3 * day},
		CurfewConfirm: 90 * day, NewHubModerators: 2, Retention: Retention{Report: 90 * day, Note: 7 * day},
		ReportsPerMinute: 300,
		HalfLife:         HalfLife{Outage: day / 4, Status: day / 12, Amenity: 3 * day, Existence: 90 * day},
	}
}

// Drill is the policy for trying things out: the whole world, no minimum, no
// delay, nothing withheld, no limits. Every page bears a banner under it.
func Drill() Policy {
	p := Ukraine()
	p.Name, p.ServiceArea, p.WithheldAreas = "drill", [4]float64{-180, -90, 180, 90}, nil
	p.MinSources, p.Delay, p.Bucket, p.ReportGridDeg = 1, 0, Span(2*time.Second), 0
	p.MaxPerNetwork, p.CellsPerNetwork, p.AnonymousCells, p.AnonymousPerDay, p.ReportsPerMinute = 0, 0, 0, 0, 0
	return p
}

// IsDrill says that pages must bear the drill banner: nothing there is real
// protection, and perhaps nothing is real.
func (p *Policy) IsDrill() bool { return p.Name == "drill" }

// ParsePolicy reads a policy file (YAML); a key that is left out keeps
// [Ukraine]'s value, an unknown key or a value out of range is an error that
// names it.
func ParsePolicy(text []byte) (Policy, error) {
	p := Ukraine()
	p.Name = "file"
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&p); errors.Is(err, io.EOF) {
		return Policy{}, errors.New("policy: the file is empty")
	} else if err != nil {
		return Policy{}, fmt.Errorf("policy: %w", err)
	}
	if len(p.WithheldAreas) == 0 {
		p.WithheldAreas = nil // as the journal gives it back
	}
	return p, p.validate()
}

func (p *Policy) validate() error {
	a := p.ServiceArea
	switch {
	case !(a[0] >= -180 && a[0] < a[2] && a[2] <= 180 && a[1] >= -90 && a[1] < a[3] && a[3] <= 90):
		return fmt.Errorf("policy: service_area: %v is not west, south, east, north in degrees", a)
	case p.CellZoom < 8 || p.CellZoom > 14:
		return fmt.Errorf("policy: cell_zoom: %d is not 8 to 14", p.CellZoom)
	case p.MinSources < 1:
		return fmt.Errorf("policy: min_sources: %d is less than 1", p.MinSources)
	case p.WidespreadSources < p.MinSources:
		return fmt.Errorf("policy: widespread_sources: %d is less than min_sources", p.WidespreadSources)
	case time.Duration(p.Bucket) < time.Second || time.Duration(p.Bucket) > 24*time.Hour:
		return fmt.Errorf("policy: bucket: %v is not 1s to 24h", time.Duration(p.Bucket))
	case p.Expire.Outage <= 0 || p.Expire.HubStatus <= 0 || p.Expire.Need <= 0:
		return fmt.Errorf("policy: expire: every value must be above 0")
	case p.MaxPerNetwork < 0 || p.CellsPerNetwork < 0 || p.AnonymousCells < 0 || p.AnonymousPerDay < 0 || p.ReportsPerMinute < 0:
		return fmt.Errorf("policy: a limit is negative; 0 means no limit")
	case p.HalfLife.Outage <= 0 || p.HalfLife.Status <= 0 || p.HalfLife.Amenity <= 0 || p.HalfLife.Existence <= 0:
		return fmt.Errorf("policy: half_life: every value must be above 0")
	case !(p.ReportGridDeg >= 0 && p.ReportGridDeg <= 1):
		return fmt.Errorf("policy: report_grid: %v is not 0 to 1 degrees", p.ReportGridDeg)
	case p.Retention.Report < p.Expire.Outage || p.Retention.Report > Span(3650*24*time.Hour):
		return fmt.Errorf("policy: retention.report must be between expire.outage and 3650d")
	}
	if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "" {
		return fmt.Errorf("policy: zone: %q is not an IANA time zone", p.Zone)
	}
	for _, code := range p.WithheldAreas {
		if _, err := places.ParseCode(code); err != nil {
			return fmt.Errorf("policy: withheld_areas: %w", err)
		}
	}
	return nil
}

// Box returns the service area.
func (p *Policy) Box() geo.BBox {
	return geo.BBox{West: p.ServiceArea[0], South: p.ServiceArea[1], East: p.ServiceArea[2], North: p.ServiceArea[3]}
}

// Location returns the policy's zone; a policy that was parsed always has one.
func (p *Policy) Location() *time.Location {
	loc, err := time.LoadLocation(p.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// withholds reports whether a code lies in a withheld area. Codes in order are
// prefixes in order, so the test is one of prefixes.
func (p *Policy) withholds(code string) bool {
	for _, w := range p.WithheldAreas {
		if code != "" && strings.HasPrefix(code, places.Prefix(w)) {
			return true
		}
	}
	return false
}
