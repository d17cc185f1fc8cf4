// Package filter holds what a selection by properties is made of: the properties of a
// collection with their kinds, and values of them. Text in CQL2 becomes an expression
// over them.
package filter

import (
	"strconv"
	"time"
)

// Kind is the type of a property's values.
type Kind uint8

// Kinds of properties. A Time is an instant of whole seconds; an Integer fits into a
// float64 exactly.
const (
	Text Kind = iota
	Integer
	Number
	Bool
	Time
)

// Property is one property of a collection. Every feature has it, null where nothing is
// known.
type Property struct {
	Name  string
	Kind  Kind
	Enum  []string // all values that a Text may have; nil: any
	Role  string   // x-ogc-role of OGC API - Features Part 5, or empty
	About string   // meaning, in a few English words
}

// Value is a value of a property. The zero Value is null. Values are comparable with ==.
type Value struct {
	kind Kind
	some bool // not null
	text string
	num  float64 // Integer, Number; Bool: 1 is true; Time: Unix seconds
}

// TextOf makes a value of a text; an empty one is null, as in every encoding.
func TextOf(s string) Value { return Value{kind: Text, some: s != "", text: s} }

// IntegerOf makes a value of a whole number.
func IntegerOf(n int) Value { return Value{kind: Integer, some: true, num: float64(n)} }

// NumberOf makes a value of a number that is not NaN.
func NumberOf(n float64) Value { return Value{kind: Number, some: true, num: n} }

// BoolOf makes a value of a truth.
func BoolOf(b bool) Value {
	v := Value{kind: Bool, some: true}
	if b {
		v.num = 1
	}
	return v
}

// TimeOf makes a value of an instant in Unix seconds.
func TimeOf(seconds int64) Value { return Value{kind: Time, some: true, num: float64(seconds)} }

// Null reports whether nothing is known.
func (v Value) Null() bool { return !v.some }

// Kind returns the kind of a value; of null it means nothing.
func (v Value) Kind() Kind { return v.kind }

// Text returns a Text, and "" for any other kind.
func (v Value) Text() string { return v.text }

// Float returns an Integer or Number, a Bool as 0 or 1, a Time in Unix seconds.
func (v Value) Float() float64 { return v.num }

// Bool returns a Bool.
func (v Value) Bool() bool { return v.num != 0 }

// Time returns a Time, in UTC.
func (v Value) Time() time.Time { return time.Unix(int64(v.num), 0).UTC() }

// String writes a value as encodings without types of their own have it: a Time as RFC
// 3339 in UTC, a Bool as true or false, null as "".
func (v Value) String() string {
	switch {
	case !v.some:
		return ""
	case v.kind == Text:
		return v.text
	case v.kind == Bool:
		return strconv.FormatBool(v.Bool())
	case v.kind == Time:
		return v.Time().Format(time.RFC3339)
	}
	return strconv.FormatFloat(v.num, 'f', -1, 64)
}
