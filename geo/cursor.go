package geo

import (
	"encoding/json"
	"fmt"
)

// cursor walks over JSON that is known to be well-formed, so that it need not look
// for errors of grammar: commas and colons may be passed as they come.
type cursor struct {
	b []byte
	i int
}

// peek passes white space and returns the next byte, 0 at the end.
func (c *cursor) peek() byte {
	for ; c.i < len(c.b); c.i++ {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
		default:
			return c.b[c.i]
		}
	}
	return 0
}

// take passes the byte if it is the next.
func (c *cursor) take(b byte) bool {
	if c.peek() != b {
		return false
	}
	c.i++
	return true
}

// number passes a number and returns its text, "" if the next is something else.
func (c *cursor) number() string {
	if next := c.peek(); next != '-' && (next < '0' || next > '9') {
		return ""
	}
	from := c.i
	for c.i < len(c.b) {
		switch b := c.b[c.i]; {
		case b >= '0' && b <= '9', b == '-', b == '+', b == '.', b == 'e', b == 'E':
			c.i++
		default:
			return string(c.b[from:c.i])
		}
	}
	return string(c.b[from:c.i])
}

// text passes a string and returns what it says; ok is false if the next is
// something else.
func (c *cursor) text() (s string, ok bool) {
	if c.peek() != '"' {
		return "", false
	}
	from := c.i
	c.passString()
	return s, json.Unmarshal(c.b[from:c.i], &s) == nil
}

func (c *cursor) passString() {
	for c.i++; c.b[c.i] != '"'; c.i++ {
		if c.b[c.i] == '\\' {
			c.i++
		}
	}
	c.i++
}

// skip passes a value of any kind and returns its bytes; ok is false where it nests
// deeper than [MaxDepth].
func (c *cursor) skip() (value []byte, ok bool) {
	c.peek()
	from, depth := c.i, 0
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case '"':
			c.passString()
			continue
		case '[', '{':
			if depth++; depth > MaxDepth {
				return nil, false
			}
		case ']', '}':
			if depth == 0 {
				return c.b[from:c.i], true // the end of what holds the value
			}
			depth--
		case ',':
			if depth == 0 {
				return c.b[from:c.i], true
			}
		}
		c.i++
	}
	return c.b[from:c.i], true
}

// members are what counts in a geometry object: the type, "" if there is none, and
// the bytes of the coordinates, nil if there are none.
type members struct {
	kind        string
	coordinates []byte
}

func readMembers(b []byte) (members, error) {
	whole := func(format string, args ...any) error {
		return &Error{Field: "geometry", Reason: fmt.Sprintf(format, args...)}
	}
	var m members
	c := &cursor{b: b}
	if !c.take('{') {
		return m, whole("is not an object")
	}
	seen := map[string]bool{}
	for !c.take('}') {
		key, _ := c.text()
		switch {
		case seen[key]:
			return m, whole("has %.40q twice", key)
		case len(seen) == MaxMembers:
			return m, whole("has more than %d members", MaxMembers)
		}
		seen[key] = true
		c.take(':')
		if key == "type" {
			var ok bool
			if m.kind, ok = c.text(); !ok {
				return m, &Error{Field: "geometry.type", Reason: "is not a string"}
			}
		} else {
			value, ok := c.skip()
			if !ok {
				return m, whole("nests %.40q deeper than %d", key, MaxDepth)
			}
			if key == "coordinates" {
				m.coordinates = value
			}
		}
		c.take(',')
	}
	if !seen["type"] {
		return m, &Error{Field: "geometry.type", Reason: "is missing"}
	}
	return m, nil
}
