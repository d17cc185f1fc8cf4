package export

import (
	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/report"
)

// About is what a data package says besides its files.
type About struct {
	Base        string // absolute URL of the API, without a slash at its end
	Title       string
	Description string
	Licence     Link
	Sources     []Link
	Caveats     string
	Methodology string
	Collections []report.Collection // that everybody may read
	Titles      map[report.Collection]string
}

// Link is a titled address; the name of a licence is that of opendefinition.org.
type Link struct {
	Name  string `json:"name,omitempty"`
	Title string `json:"title,omitempty"`
	Path  string `json:"path,omitempty"`
}

// Package is a Frictionless Data Package, version 1 (specs.frictionlessdata.io), with
// the members caveats and methodology as the Humanitarian Data Exchange has them.
type Package struct {
	Profile     string     `json:"profile"`
	Name        string     `json:"name"`
	Title       string     `json:"title"`
	Description string     `json:"description,omitempty"`
	Homepage    string     `json:"homepage"`
	Licenses    []Link     `json:"licenses"`
	Sources     []Link     `json:"sources,omitempty"`
	Caveats     string     `json:"caveats,omitempty"`
	Methodology string     `json:"methodology,omitempty"`
	Resources   []Resource `json:"resources"`
}

// Resource is one collection in one format.
type Resource struct {
	Profile   string  `json:"profile"`
	Name      string  `json:"name"`
	Title     string  `json:"title,omitempty"`
	About     string  `json:"description,omitempty"`
	Path      string  `json:"path"`
	Format    string  `json:"format"`
	MediaType string  `json:"mediatype"`
	Encoding  string  `json:"encoding,omitempty"`
	Schema    *Schema `json:"schema,omitempty"`
}

// Schema is a Table Schema; null is an empty cell.
type Schema struct {
	Fields        []Field  `json:"fields"`
	PrimaryKey    string   `json:"primaryKey"`
	MissingValues []string `json:"missingValues"`
}

// Field is one column.
type Field struct {
	Name        string       `json:"name"`
	Type        string       `json:"type"`
	Format      string       `json:"format,omitempty"`
	Description string       `json:"description,omitempty"`
	Constraints *Constraints `json:"constraints,omitempty"`
}

// Constraints are what every value keeps to.
type Constraints struct {
	Required bool     `json:"required,omitempty"`
	Unique   bool     `json:"unique,omitempty"`
	Enum     []string `json:"enum,omitempty"`
}

var fieldTypes = map[filter.Kind]string{filter.Text: "string", filter.Integer: "integer", filter.Number: "number", filter.Bool: "boolean", filter.Time: "datetime"}

// DataPackage describes every collection in every format, for /api/datapackage.json.
func DataPackage(a About) Package {
	p := Package{
		Profile: "data-package", Name: "teplo", Title: a.Title, Description: a.Description, Homepage: a.Base,
		Licenses: []Link{a.Licence}, Sources: a.Sources, Caveats: a.Caveats, Methodology: a.Methodology,
	}
	for _, c := range a.Collections {
		for _, f := range Formats {
			r := Resource{
				Profile: "data-resource", Name: string(c) + "-" + f.Name, Title: a.Titles[c], Format: f.Extension, MediaType: f.MediaType,
				Path: a.Base + "/collections/" + string(c) + "/items?f=" + f.query(), Encoding: "utf-8",
			}
			switch f.Name {
			case "geojson":
				r.About = "at most 10000 features a page; links with rel next lead on"
			case "csv-hxl":
				r.About = "the second row has HXL 1.1 tags"
			case "csv":
				r.Profile, r.Schema = "tabular-data-resource", schema(c)
			case "shp", "fgb":
				r.Encoding = "" // no text
			}
			p.Resources = append(p.Resources, r)
		}
	}
	return p
}

// query is the format's name as a parameter. The API calls GeoJSON json, and gives it in
// pages alone.
func (f *Format) query() string {
	if f.Name == "geojson" {
		return "json&limit=10000"
	}
	return f.Name
}

// schema describes the columns of a collection's CSV.
func schema(c report.Collection) *Schema {
	s := &Schema{PrimaryKey: "id", MissingValues: []string{""}}
	for _, p := range report.Properties(c) {
		f := Field{Name: p.Name, Type: fieldTypes[p.Kind], Format: "default", Description: p.About}
		if p.Enum != nil {
			f.Constraints = &Constraints{Enum: p.Enum}
		}
		if p.Name == s.PrimaryKey {
			f.Constraints = &Constraints{Required: true, Unique: true}
		}
		s.Fields = append(s.Fields, f)
	}
	for i, about := range []string{"degrees east, WGS 84", "degrees north, WGS 84", "MULTIPOLYGON as well-known text"}[:len(placeColumns(c))] {
		f := Field{Name: placeColumns(c)[i], Type: "number", Format: "default", Description: about, Constraints: &Constraints{Required: true}}
		if f.Name == columnWKT {
			f.Type = "string"
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}
