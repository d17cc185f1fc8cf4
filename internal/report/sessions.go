package report

import "maps"

// Invitation lets somebody sign in once, in a browser (CONTRACT §3.3 /join/{code}).
type Invitation struct {
	Hash    [32]byte `cbor:"1,keyasint"` // of the code, [access.HashToken]
	Role    string   `cbor:"2,keyasint"`
	Name    string   `cbor:"3,keyasint,omitempty"`
	Areas   []string `cbor:"4,keyasint,omitempty"`
	Expires Instant  `cbor:"5,keyasint"` // of what it gives
	Until   Instant  `cbor:"6,keyasint"` // of the invitation itself
	By      string   `cbor:"7,keyasint,omitempty"`
}

// Joined uses an invitation up: the session is an access key of its own.
type Joined struct {
	Hash    [32]byte `cbor:"1,keyasint"`
	Session KeyMade  `cbor:"2,keyasint"`
}

// Invitations returns those that were not used, by the hash of their code. The map is
// never changed once it is returned.
func (s *State) Invitations() map[[32]byte]Invitation { return s.invitations }

func (s *State) applyInvitation(i *Invitation) {
	open := maps.Clone(s.invitations)
	if open == nil {
		open = map[[32]byte]Invitation{}
	}
	open[i.Hash] = *i
	s.invited[i.Hash] = s.deedOf(i.By)
	s.invitations = open
	s.renewInvitations()
}

// renewInvitations leaves out those that have ended, and those whose maker is undone.
func (s *State) renewInvitations() {
	open := maps.Clone(s.invitations)
	maps.DeleteFunc(open, func(hash [32]byte, i Invitation) bool {
		_, made := s.invited[hash]
		return i.Until <= s.At || !made
	})
	maps.DeleteFunc(s.invited, func(hash [32]byte, _ deed) bool {
		_, still := open[hash]
		return !still
	})
	s.invitations = open
}

func (s *State) applyJoined(j *Joined) {
	open := maps.Clone(s.invitations)
	delete(open, j.Hash)
	delete(s.invited, j.Hash)
	s.invitations = open
	s.applyKey(&j.Session)
}
