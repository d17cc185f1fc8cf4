package intake

import (
	"bytes"
	"encoding/json"
	"strings"
)

// readCollection reads a GeoJSON document (RFC 7946): a FeatureCollection or one
// Feature. It reports whether the document is one.
func (rd *reader) readCollection(data []byte, number *int) (bool, error) {
	switch typeOf(data) {
	case "FeatureCollection":
	case "Feature":
		*number++
		return true, rd.take(featureRecord(*number, data))
	default:
		return false, nil
	}
	keys, vals, err := membersOf(data)
	if err != nil {
		return true, fileError("in the FeatureCollection: %v", err)
	}
	var features []byte
	for i, k := range keys {
		switch k {
		case "features":
			features = vals[i]
		case "crs":
			if name := string(vals[i]); name != "null" && !strings.Contains(name, "CRS84") && !strings.Contains(name, "4326") {
				return true, fileError("its coordinates are in another system (%s): convert it to WGS 84", head80(vals[i]))
			}
		}
	}
	if len(features) == 0 || features[0] != '[' {
		return true, fileError("the FeatureCollection has no list of features")
	}
	return true, eachMember(features, func(raw []byte) error {
		*number++
		return rd.take(featureRecord(*number, raw))
	})
}

// typeOf returns the "type" of a JSON object, or "".
func typeOf(raw []byte) string {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return ""
	}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return ""
		}
		if tok != "type" {
			var skip whole
			if dec.Decode(&skip) != nil {
				return ""
			}
			continue
		}
		val, err := dec.Token()
		if err != nil {
			return ""
		}
		s, _ := val.(string)
		return s
	}
	return ""
}

func isFeature(raw []byte) bool { return typeOf(raw) == "Feature" }

// featureRecord makes a record of one feature: its properties are the fields,
// its id the reference, its geometry the place.
func featureRecord(number int, raw []byte) *record {
	rec := &record{number: number, fields: &value{kind: kindObject}}
	refuse := func(field, value, reason string) *record {
		rec.bad = &Problem{Field: field, Value: value, Reason: reason}
		return rec
	}
	if len(raw) > maxRecordBytes {
		return refuse("row", "", errLongRecord.Error())
	}
	keys, vals, err := membersOf(raw)
	if err != nil {
		return refuse("row", head80(raw), "is no Feature: "+err.Error())
	}
	if typeOf(raw) != "Feature" {
		return refuse("type", typeOf(raw), "is not Feature")
	}
	for i, k := range keys {
		if k != "properties" && k != "id" {
			if k == "geometry" && string(vals[i]) != "null" {
				rec.shape = vals[i]
			}
			continue
		}
		v, err := parseValue(vals[i])
		if err != nil {
			return refuse(k, head80(vals[i]), err.Error())
		}
		switch {
		case k == "id":
			rec.id = v.text()
		case v.kind == kindObject:
			rec.fields = v
		case v.kind != kindNull:
			return refuse(k, head80(vals[i]), "is not an object")
		}
	}
	return rec
}
