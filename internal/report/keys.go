package report

import (
	"maps"
	"slices"
	"strconv"
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
	s.makes(k.ID, k.By)
	s.changeKey(access.Key{
		ID: k.ID, Role: access.Role(k.Role), Name: k.Name, Areas: k.Areas, Expires: k.Expires.Time(), Hash: k.Hash,
	})
}

func (s *State) endKey(e *KeyEnded) {
	if k, ok := s.keys[e.ID]; ok {
		s.ended[e.ID] = append(s.ended[e.ID], s.deedOf(e.By))
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

// operatorLink is a link as it was made, or (a zero hash) ended.
type operatorLink struct {
	deed
	hash [32]byte
}

// name stands for the link as a maker of words: what its bearer says falls with it.
func (l *operatorLink) name() string { return "link-" + strconv.FormatUint(l.seq, 10) }

func (s *State) applyLink(l *OperatorLink) []string {
	made := operatorLink{s.deedOf(l.By), l.Hash}
	s.links[l.Hub] = append(s.links[l.Hub], made)
	s.makes(made.name(), l.By)
	s.renewLinks()
	return []string{l.Hub}
}

// link is the operator's link of a hub that is in force.
func (s *State) link(hub string) (operatorLink, bool) {
	for _, l := range slices.Backward(s.links[hub]) {
		if !s.undone(l.deed) {
			return l, l.hash != [32]byte{}
		}
	}
	return operatorLink{}, false
}

func (s *State) renewLinks() {
	s.operators = map[[32]byte]string{}
	for hub := range s.links {
		if l, ok := s.link(hub); ok {
			s.operators[l.hash] = hub
		}
	}
}
