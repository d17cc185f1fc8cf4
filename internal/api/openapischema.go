package api

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/valyala/fasthttp"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/filter"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// everywhere are the statuses that any route may answer with: a bad key, a halted one, a
// fault of the server.
var everywhere = []int{401, 403, 500}

// writes are those of every route that writes.
var writes = []int{400, 413, 415, 503, 507}

// whyFailed says of each status of an error when it comes.
var whyFailed = map[int]string{
	400: "Something that was sent is wrong; errors names every bad field.",
	401: "The access key is missing, unknown, expired, revoked or mistyped.",
	403: "The key's role, its areas or a secret do not allow this, or the key is halted.",
	404: "There is no such thing, or not for this key.",
	406: "No media type that the Accept header takes.",
	409: "Somebody else has it, it is done already, or the id was used for something else.",
	410: "The cursor is too old, or not of this store: read everything again.",
	413: "A body is at most 64 KiB.",
	415: "The body has another media type than those listed.",
	429: "This client did too much: come back after Retry-After.",
	500: "A fault of the server; the number in detail stands in its log.",
	503: "Too much at once, or it is not known whether it was written (type ends in /unknown-outcome): send it again with the same id after Retry-After.",
	507: "The store is full: nothing was written.",
}

// problem is the response of a status of an error.
func (d *spec) problem(status int) object {
	name := strings.ReplaceAll(fasthttp.StatusMessage(status), " ", "")
	if d.responses[name] == nil {
		out := object{"description": whyFailed[status], "content": object{"application/problem+json": object{"schema": d.typed(problem{})}}}
		switch status {
		case 401:
			out["headers"] = d.header("WWW-Authenticate")
		case 429, 503:
			out["headers"] = d.header("Retry-After")
		}
		d.responses[name] = out
	}
	return ref("responses", name)
}

// aboutHeaders says what headers of replies hold; those that always come begin with "!".
var aboutHeaders = map[string]string{
	"ETag":                 "weak; moves with every change that the caller may see; pages for people have none",
	"Teplo-Cursor":         "!number of the snapshot's last public change",
	"Link":                 "rel=next where there is more",
	"Location":             "!where the receipt is",
	"Retry-After":          "seconds",
	"WWW-Authenticate":     "Bearer",
	"Teplo-Pack-Signature": "!key=BASE64, sig=BASE64: ECDSA P-256, SHA-256 over the body before compression",
	"Teplo-Pack-Bytes":     "!length of the body before compression",
}

func (d *spec) header(names ...string) object {
	out := object{}
	for _, name := range names {
		about, always := strings.CutPrefix(aboutHeaders[name], "!")
		d.headers[name] = object{"description": about, "required": always, "schema": object{"type": "string"}}
		out[name] = ref("headers", name)
	}
	return out
}

func ref(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }

// wordsOf are the closed lists that members of replies are from, by type or by member.
var wordsOf = map[any][]string{
	reflect.TypeFor[curfew.Verdict]():    verdicts,
	reflect.TypeFor[curfew.State]():      report.YesNoUnknown,
	reflect.TypeFor[access.Role]():       roleNames(),
	reflect.TypeFor[places.Level]():      report.AreaLevels,
	reflect.TypeFor[report.Collection](): names(slices.Concat(view.Collections, keyed)),
	"receipt.status":                     report.FiledStatuses,
	"receipt.need_status":                report.NeedStatuses,
	"queueRow.about":                     report.Abouts,
	"verdict.carry":                      report.Documents,
}

var verdicts = []string{string(curfew.Allowed), string(curfew.Forbidden), string(curfew.Unconfirmed)}

func names[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// instants are the members of replies that hold instants, besides those that end in _at.
var instants = []string{"at", "as_of", "until", "next_start", "valid_to", "expires"}

// typed is the schema of what a Go value is as JSON. Named structs become components.
func (d *spec) typed(v any) object { return d.reflected(reflect.TypeOf(v)) }

func (d *spec) reflected(t reflect.Type) object {
	if list := wordsOf[t]; list != nil {
		return word(list)
	}
	switch t.Kind() {
	case reflect.String:
		return text()
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Int, reflect.Uint64:
		return object{"type": "integer", "format": "int64"}
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Struct {
			return orNull(d.fields(t.Elem())) // a reference cannot be null
		}
		return orNull(d.reflected(t.Elem()))
	case reflect.Slice, reflect.Array:
		if t == reflect.TypeFor[rawFeature]() {
			return d.feature(report.Reports)
		}
		out := listOf(d.reflected(t.Elem()))
		if t.Kind() == reflect.Array {
			out["minItems"], out["maxItems"] = t.Len(), t.Len()
		}
		return out
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.reflected(t.Elem())}
	case reflect.Struct:
		name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
		if d.schemas[name] == nil {
			d.schemas[name] = object{} // a type may hold itself
			d.schemas[name] = d.fields(t)
		}
		return ref("schemas", name)
	}
	return object{}
}

func (d *spec) fields(t reflect.Type) object {
	properties, required := object{}, []string{}
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		schema := d.reflected(t.Field(i).Type)
		if list := wordsOf[t.Name()+"."+name]; list != nil {
			switch schema["type"] {
			case "array":
				schema["items"] = word(list)
			default:
				null := schema["nullable"] == true
				if schema = word(list); null {
					schema = orNull(schema)
				}
			}
		}
		if schema["type"] == "string" && (strings.HasSuffix(name, "_at") || slices.Contains(instants, name)) {
			schema["format"] = "date-time"
		}
		if properties[name] = schema; option != "omitempty" {
			required = append(required, name)
		}
	}
	return record(properties, required...)
}

// record is an object; without names all its members are required.
func record(properties object, required ...string) object {
	out := object{"type": "object", "properties": properties}
	if required == nil {
		required = slices.Sorted(maps.Keys(properties))
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func text() object { return object{"type": "string"} }

func word(list []string) object { return object{"type": "string", "enum": list} }

func instant() object { return object{"type": "string", "format": "date-time"} }

func listOf(items object) object { return object{"type": "array", "items": items} }

func whole(least, most int) object {
	return object{"type": "integer", "minimum": least, "maximum": most}
}

// orNull lets a schema be null too; in OpenAPI 3.0 an enumeration must say so itself.
func orNull(schema object) object {
	out := maps.Clone(schema)
	out["nullable"] = true
	if list, ok := out["enum"].([]string); ok {
		all := []any{}
		for _, v := range list {
			all = append(all, v)
		}
		out["enum"] = append(all, nil)
	}
	return out
}

// propertySchema is what a property of a collection holds.
func propertySchema(p *filter.Property) object {
	out := schemaOf(p)
	delete(out, "title")
	return out
}

// feature is the schema of the features of a collection.
func (d *spec) feature(c report.Collection) object {
	return d.featureWith(title(c)+"Feature", c, nil)
}

// featureWith is one with more properties: those that are required, and then those that
// may be there, which are texts.
func (d *spec) featureWith(name string, c report.Collection, more object, optional ...string) object {
	if d.schemas[name] == nil {
		properties, required := object{}, []string{}
		for _, p := range report.Properties(c) {
			if properties[p.Name] = orNull(propertySchema(&p)); p.Name == "id" {
				properties[p.Name] = propertySchema(&p)
			}
			required = append(required, p.Name)
		}
		for _, member := range slices.Sorted(maps.Keys(more)) {
			properties[member] = more[member]
			required = append(required, member)
		}
		for _, member := range optional {
			properties[member] = orNull(text())
		}
		d.schemas[name] = record(object{
			"type": word([]string{"Feature"}), "id": featureID, "geometry": d.geometry(geometries[c]),
			"properties": record(properties, required...), "links": listOf(d.typed(link{})),
		}, "type", "id", "geometry", "properties")
	}
	return ref("schemas", name)
}

// featuresOf is a collection of features; numbers and links that it always has are named.
func (d *spec) featuresOf(feature object, always ...string) object {
	members := object{
		"type": word([]string{"FeatureCollection"}), "timeStamp": instant(), "numberMatched": object{"type": "integer"}, "numberReturned": object{"type": "integer"},
		"links": listOf(d.typed(link{})), "features": listOf(feature),
	}
	return record(members, append([]string{"type", "timeStamp", "numberReturned", "features"}, always...)...)
}

// geometry is the schema of a kind of geometry: Point or MultiPolygon.
func (d *spec) geometry(name string) object {
	position := object{"type": "array", "items": object{"type": "number"}, "minItems": 2, "maxItems": 2, "description": "longitude, latitude"}
	coordinates := position
	if name == "MultiPolygon" {
		coordinates = listOf(listOf(object{"type": "array", "items": position, "minItems": 4}))
	}
	if d.schemas[name] == nil {
		d.schemas[name] = record(object{"type": word([]string{name}), "coordinates": coordinates})
	}
	return ref("schemas", name)
}

func title(c report.Collection) string { return strings.ToUpper(string(c[:1])) + string(c[1:]) }
