package report

import (
	"maps"
	"slices"
	"time"

	"example.org/teplo/internal/access"
)

// KeyMade brings an access key; of its secret the hash alone.
type KeyMade struct {
	ID      string   `cbor:"1,keyasint"`
	Role    string   `cbor:"2,keyasint"`
	Name    string   `cbor:"3,keyasint,omitempty"`
	Areas   []string `cbor:"4,keyasint,omitempty"` // prefixes of codes; none: everywhere
	Expires Instant  `cbor:"5,keyasint"`
	Hash    [32]byte `cbor:"6,keyasint"`
	By      string   `cbor:"7,keyasint,omitempty"` // id of the key that made it; empty: who has the store
}

// KeyEnded revokes an access key.
type KeyEnded struct {
	ID string `cbor:"1,keyasint"`
	By string `cbor:"2,keyasint,omitempty"`
}

// KeyHalt stops a key that moved or retired too much, or frees it.
type KeyHalt struct {
	ID    string `cbor:"1,keyasint"`
	Freed bool   `cbor:"2,keyasint,omitempty"`
	By    string `cbor:"3,keyasint,omitempty"` // the admin; empty: the server itself
}

// strikesLast is how long a move or a retirement counts for the key that made it.
const strikesLast = time.Hour

// Strikes is how many places a key moved, and features it retired, in the last hour.
func (s *State) Strikes(key string, now Instant) int {
	n := 0
	for _, at := range s.strikes[key] {
		if at.Add(strikesLast) > now {
			n++
		}
	}
	return n
}

// Moves reports whether a correction puts a feature in another place.
func (s *State) Moves(p *Put) bool {
	was, _, known := s.Record(p.ID)
	return known && (was.HasPoint != p.Record.HasPoint || was.Point != p.Record.Point || was.AreaCode != p.Record.AreaCode)
}

// strike notes what an entry, not yet applied, does that may harm.
func (s *State) strike(ev *Event) {
	var key string
	switch {
	case ev.Retire != nil:
		key = ev.Retire.By
	case ev.Put != nil && ev.Put.By != "" && s.Moves(ev.Put):
		key = ev.Put.By
	}
	if key == "" {
		return
	}
	recent := slices.DeleteFunc(s.strikes[key], func(at Instant) bool { return at.Add(strikesLast) <= ev.At })
	s.strikes[key] = append(recent, ev.At)
}

func (s *State) applyHalt(h *KeyHalt) {
	k, ok := s.keys[h.ID]
	if !ok {
		return
	}
	if k.Halted = !h.Freed; h.Freed {
		delete(s.strikes, h.ID)
	}
	s.changeKey(k)
}

// Keys returns the access keys by id, revoked ones too. The map is never changed
// once it is returned.
func (s *State) Keys() map[string]access.Key { return s.keys }

func (s *State) applyKey(k *KeyMade) {
	s.changeKey(access.Key{
		ID: k.ID, Role: access.Role(k.Role), Name: k.Name, Areas: k.Areas, Expires: k.Expires.Time(), Hash: k.Hash,
	})
}

func (s *State) endKey(e *KeyEnded) {
	if k, ok := s.keys[e.ID]; ok {
		k.Revoked = true
		s.changeKey(k)
	}
}

func (s *State) changeKey(k access.Key) {
	keys := maps.Clone(s.keys)
	if keys == nil {
		keys = map[string]access.Key{}
	}
	keys[k.ID] = k
	s.keys = keys
}

// OperatorLink gives a hub's operator a secret link, or (a zero hash) ends it. A hub
// has one at most.
type OperatorLink struct {
	Hub  string   `cbor:"1,keyasint"`
	Hash [32]byte `cbor:"2,keyasint"` // of the secret, [access.HashToken]
	By   string   `cbor:"3,keyasint,omitempty"`
}

// Operators returns the hubs by the hash of their operator's secret. The map is never
// changed once it is returned.
func (s *State) Operators() map[[32]byte]string { return s.operators }

func (s *State) applyLink(l *OperatorLink) {
	links := maps.Clone(s.operators)
	if links == nil {
		links = map[[32]byte]string{}
	}
	maps.DeleteFunc(links, func(_ [32]byte, hub string) bool { return hub == l.Hub })
	if l.Hash != ([32]byte{}) {
		links[l.Hash] = l.Hub
	}
	s.operators = links
}
