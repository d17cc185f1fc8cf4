package tile

import (
	"encoding/binary"
	"math"
)

// message walks through the fields of a protobuf message (protobuf.dev, "Encoding").
type message struct {
	b      []byte
	field  uint64
	wire   uint64
	number uint64 // of a varint or fixed field
	bytes  []byte // of one with a length
	bad    bool
}

// The wire types of fields.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

// next reads a field; false at the end, and where the bytes are bad.
func (m *message) next() bool {
	m.number, m.bytes = 0, nil
	if len(m.b) == 0 || m.bad {
		return false
	}
	tag := m.varint()
	m.field, m.wire = tag>>3, tag&7
	switch m.wire {
	case wireVarint:
		m.number = m.varint()
	case wire64:
		if b := m.take(8); b != nil {
			m.number = binary.LittleEndian.Uint64(b)
		}
	case wire32:
		if b := m.take(4); b != nil {
			m.number = uint64(binary.LittleEndian.Uint32(b))
		}
	case wireBytes:
		m.bytes = m.take(m.varint())
	default:
		m.bad = true
	}
	return !m.bad
}

func (m *message) varint() uint64 {
	v, n := binary.Uvarint(m.b)
	if n <= 0 {
		m.bad = true
		return 0
	}
	m.b = m.b[n:]
	return v
}

func (m *message) take(n uint64) []byte {
	if n > uint64(len(m.b)) {
		m.bad = true
		return nil
	}
	b := m.b[:n:n]
	m.b = m.b[n:]
	return b
}

// numbers reads packed varints.
type numbers struct {
	b   []byte
	bad bool
}

func (n *numbers) more() bool { return len(n.b) > 0 && !n.bad }

func (n *numbers) next() uint64 {
	v, size := binary.Uvarint(n.b)
	if size <= 0 {
		n.bad, n.b = true, nil
		return 0
	}
	n.b = n.b[size:]
	return v
}

func zigzag(v int32) uint64 { return uint64(uint32(v<<1) ^ uint32(v>>31)) } //nolint:gosec // bits

func unzigzag(v uint64) int32 { return int32(uint32(v)>>1) ^ -int32(v&1) } //nolint:gosec // bits

// decodeValue reads section 4.4; nil for what is no value.
func decodeValue(b []byte) any {
	var out any
	for m := (message{b: b}); m.next(); {
		switch m.field {
		case 1:
			out = string(m.bytes)
		case 2:
			out = float64(math.Float32frombits(uint32(m.number))) //nolint:gosec // bits
		case 3:
			out = math.Float64frombits(m.number)
		case 4:
			out = float64(int64(m.number)) //nolint:gosec // bits
		case 5:
			out = float64(m.number)
		case 6:
			out = float64(int64(m.number>>1) ^ -int64(m.number&1)) //nolint:gosec // bits
		case 7:
			out = m.number != 0
		}
	}
	return out
}
