package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"example.org/teplo/internal/report"
)

// Mapping says where the properties of a collection stand in a foreign file
// (CONTRACT §1.1).
type Mapping struct {
	As        report.Collection
	Format    string         // "": recognised
	Encoding  string         // name of a character set (WHATWG); "": detected
	Delimiter string         // one character; "": detected
	Skip      int            // lines before the header
	Records   []string       // path to the list; "[]" enters every member; nil: found
	Zone      *time.Location // of times without offset; nil: the policy's
	Where     []Condition    // all must hold for a record to be read
	Fields    map[string]Field
}

// Condition holds for records whose column has the value.
type Condition struct{ Column, Value string }

// Field says where one property comes from: Const, or the columns From.
type Field struct {
	From   []string          // columns or dotted paths, joined with ", "
	Const  *string           // the same value for every record
	Values map[string]string // the source's words to ours; "*" is for all others
	Layout string            // of a time: Go's layout, "unix" or "unix_ms"
	Order  string            // of point: "lat,lon" or "lon,lat"
}

// ErrMapping wraps every reason for which a mapping file is refused.
var ErrMapping = errors.New("mapping")

func mappingError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMapping, fmt.Sprintf(format, args...))
}

// mappingFile is the file as YAML has it.
type mappingFile struct {
	As        string               `yaml:"as"`
	Format    string               `yaml:"format"`
	Encoding  string               `yaml:"encoding"`
	Delimiter string               `yaml:"delimiter"`
	Skip      int                  `yaml:"skip"`
	Records   string               `yaml:"records"`
	Zone      string               `yaml:"zone"`
	Where     map[string]yaml.Node `yaml:"where"`
	Fields    map[string]yaml.Node `yaml:"fields"`
}

// ParseMapping reads a mapping file of at most 1 MiB. Unknown keys, properties,
// zones, encodings and formats are refused by name; every error wraps
// [ErrMapping].
func ParseMapping(text []byte) (*Mapping, error) {
	if len(text) > 1<<20 {
		return nil, mappingError("the file is larger than 1 MiB")
	}
	var f mappingFile
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, mappingError("the file is empty")
		}
		return nil, mappingError("%s", oneLine(err))
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, mappingError("more than one YAML document")
	}
	m := &Mapping{
		As: report.Collection(f.As), Format: f.Format, Encoding: f.Encoding, Delimiter: f.Delimiter, Skip: f.Skip,
		Fields: make(map[string]Field, len(f.Fields)),
	}
	if err := m.check(&f); err != nil {
		return nil, err
	}
	for _, column := range sortedKeys(f.Where) {
		node := f.Where[column]
		if node.Kind != yaml.ScalarNode {
			return nil, mappingError("where: %s: one value is wanted", column)
		}
		m.Where = append(m.Where, Condition{column, clean(node.Value)})
	}
	for _, name := range sortedKeys(f.Fields) {
		node := f.Fields[name]
		field, err := parseField(&node)
		if err != nil {
			return nil, mappingError("fields: %s: %s", name, oneLine(err))
		}
		m.Fields[name] = field
	}
	return m, m.checkFor(m.As)
}

// check judges everything but the fields.
func (m *Mapping) check(f *mappingFile) error {
	switch {
	case m.As != "" && properties[m.As] == nil:
		return mappingError("as: %q is not one of hubs, outages, curfews, needs, reports, areas", f.As)
	case !slices.Contains([]string{"", "auto", "csv", "json", "geojson"}, m.Format):
		return mappingError("format: %q is not csv, json or geojson", m.Format)
	case m.Encoding != "" && !knownEncoding(m.Encoding):
		return mappingError("encoding: unknown character set %q", m.Encoding)
	case len(m.Delimiter) > 1 && m.Delimiter != `\t`, strings.ContainsAny(m.Delimiter, "\"\r\n\x00"):
		return mappingError("delimiter: %q is not one character", m.Delimiter)
	case m.Skip < 0 || m.Skip > 10000:
		return mappingError("skip: %d is not 0 to 10000", m.Skip)
	case len(f.Fields) == 0:
		return mappingError("fields: missing")
	}
	if f.Zone != "" {
		zone, err := time.LoadLocation(f.Zone)
		if err != nil || f.Zone == "Local" {
			return mappingError("zone: unknown time zone %q", f.Zone)
		}
		m.Zone = zone
	}
	if f.Records == "" {
		return nil
	}
	m.Records = []string{}
	for step := range strings.SplitSeq(f.Records, ".") {
		name := strings.TrimSuffix(step, "[]")
		if name == "" && name == step || strings.Contains(name, "[]") || len(m.Records) > 16 {
			return mappingError("records: %q is no path like data.items[]", f.Records)
		}
		if name != "" {
			m.Records = append(m.Records, name)
		}
		if name != step {
			m.Records = append(m.Records, "[]")
		}
	}
	return nil
}

// checkFor checks that every field is a property of the collection, if known.
func (m *Mapping) checkFor(as report.Collection) error {
	if as == "" {
		return nil
	}
	for _, name := range sortedKeys(m.Fields) {
		p, ok := properties[as][name]
		if !ok {
			return mappingError("fields: %q is no property of %s; there are %s", name, as, strings.Join(sortedKeys(properties[as]), ", "))
		}
		if err := p.check(m.Fields[name]); err != nil {
			return mappingError("fields: %s: %v", name, err)
		}
	}
	return nil
}

func (m *Mapping) delimiter() byte {
	switch m.Delimiter {
	case "":
		return 0
	case `\t`:
		return '\t'
	default:
		return m.Delimiter[0]
	}
}

// parseField reads a column's name, a list of them, or the long form.
func parseField(node *yaml.Node) (Field, error) {
	var f Field
	switch node.Kind {
	case yaml.ScalarNode, yaml.SequenceNode:
		return f, f.setFrom(node)
	case yaml.MappingNode:
	default:
		return f, errors.New("a column, a list of columns or {from, values, const, layout, order} is wanted")
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, val := node.Content[i].Value, node.Content[i+1]
		var err error
		switch key {
		case "from":
			err = f.setFrom(val)
		case "const":
			f.Const, err = scalarOf(val)
		case "layout":
			err = val.Decode(&f.Layout)
		case "order":
			if err = val.Decode(&f.Order); err == nil {
				f.Order = strings.ReplaceAll(f.Order, " ", "")
				if f.Order != "lat,lon" && f.Order != "lon,lat" {
					err = fmt.Errorf("order: %q is neither lat,lon nor lon,lat", f.Order)
				}
			}
		case "values":
			err = f.setValues(val)
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			return f, err
		}
	}
	if (f.Const == nil) == (f.From == nil) {
		return f, errors.New("either from or const is wanted")
	}
	return f, nil
}

func (f *Field) setFrom(node *yaml.Node) error {
	nodes := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		nodes = node.Content
	}
	for _, n := range nodes {
		if n.Kind != yaml.ScalarNode || n.Value == "" || n.Tag == "!!null" {
			return errors.New("from: the name of a column is wanted")
		}
		f.From = append(f.From, n.Value)
	}
	if f.From == nil {
		return errors.New("from: the list of columns is empty")
	}
	return nil
}

func (f *Field) setValues(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return errors.New("values: a map of the source's words to ours is wanted")
	}
	f.Values = map[string]string{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		to, err := scalarOf(node.Content[i+1])
		if err != nil {
			return fmt.Errorf("values: %w", err)
		}
		if _, twice := f.Values[node.Content[i].Value]; twice {
			return fmt.Errorf("values: %q stands twice", node.Content[i].Value)
		}
		f.Values[node.Content[i].Value] = *to
	}
	return nil
}

// scalarOf returns a scalar as it is written, so that yes stays "yes".
func scalarOf(node *yaml.Node) (*string, error) {
	if node.Kind != yaml.ScalarNode {
		return nil, errors.New("a single value is wanted")
	}
	text := node.Value
	if node.Tag == "!!null" {
		text = ""
	}
	return &text, nil
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
