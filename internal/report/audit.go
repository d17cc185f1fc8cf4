package report

// AuditLine is one thing that a key did (CONTRACT §3.3 GET /api/audit).
type AuditLine struct {
	Seq    uint64
	At     Instant
	Actor  string // id of the key; empty: who has the store
	Action string
	Target string
	Reason string
}

// Audit returns what keys did, the oldest first. What is returned is never changed.
func (s *State) Audit() []AuditLine { return s.audit[:len(s.audit):len(s.audit)] }

// note keeps an event that somebody answers for.
func (s *State) note(e *Entry) {
	line := AuditLine{Seq: e.Seq, At: e.Event.At}
	switch ev := &e.Event; {
	case ev.Key != nil:
		line.Actor, line.Action, line.Target = ev.Key.By, "key_add", ev.Key.ID
	case ev.KeyEnd != nil:
		line.Actor, line.Action, line.Target = ev.KeyEnd.By, "key_revoke", ev.KeyEnd.ID
	case ev.Put != nil && ev.Put.By != "":
		line.Actor, line.Action, line.Target, line.Reason = ev.Put.By, "correct", ev.Put.ID, ev.Put.Reason
	case ev.Link != nil:
		line.Actor, line.Action, line.Target = ev.Link.By, "operator_link", ev.Link.Hub
		if ev.Link.Hash == ([32]byte{}) {
			line.Action = "operator_end"
		}
	case ev.Halt != nil:
		line.Actor, line.Action, line.Target = ev.Halt.By, "key_halt", ev.Halt.ID
		if ev.Halt.Freed {
			line.Action = "key_free"
		}
	case ev.Invite != nil:
		line.Actor, line.Action, line.Target = ev.Invite.By, "invite", ev.Invite.Role
	case ev.Join != nil:
		line.Actor, line.Action, line.Target = ev.Join.Session.ID, "join", ev.Join.Session.Role
	case ev.Judge != nil && ev.Judge.By != "":
		line.Actor, line.Action, line.Target, line.Reason = ev.Judge.By, ev.Judge.Action, ev.Judge.Report.String(), ev.Judge.Reason
	case ev.Need != nil:
		line.Actor, line.Action, line.Target = ev.Need.By, "need_"+ev.Need.Action, needID(ev.Need.Report)
	case ev.Confirm != nil:
		line.Actor, line.Action, line.Target = ev.Confirm.By, "confirm", ev.Confirm.ID
	case ev.Retire != nil:
		line.Actor, line.Action, line.Target, line.Reason = ev.Retire.By, "retire", ev.Retire.ID, ev.Retire.Reason
	case ev.Brake != nil:
		line.Actor, line.Action, line.Target, line.Reason = ev.Brake.By, "policy", "policy", ev.Brake.Reason
	default:
		return
	}
	s.audit = append(s.audit, line)
}

// Brake is the operator's emergency rule over the policy: it holds at once and
// across restarts, whatever policy the server is started with.
type Brake struct {
	Withheld  []string `cbor:"1,keyasint,omitempty"` // withheld_areas; meaningful with HasAreas
	HasAreas  bool     `cbor:"2,keyasint,omitempty"`
	Community *bool    `cbor:"3,keyasint,omitempty"` // community_outages; nil: as the policy has it
	By        string   `cbor:"4,keyasint,omitempty"`
	Reason    string   `cbor:"5,keyasint,omitempty"`
}

// applyBrake takes an emergency rule in; what it leaves out stays as it was.
func (s *State) applyBrake(b *Brake) []string {
	if b.HasAreas {
		s.brake.Withheld, s.brake.HasAreas = b.Withheld, true
	}
	if b.Community != nil {
		s.brake.Community = b.Community
	}
	s.setPolicy(s.basePolicy)
	return s.everyGated()
}

// braked is a policy under the brake.
func (s *State) braked(p Policy) Policy {
	if s.brake.HasAreas {
		p.WithheldAreas = s.brake.Withheld
	}
	if s.brake.Community != nil {
		p.CommunityOutages = *s.brake.Community
	}
	return p
}

// BasePolicy returns the policy that the server was started with, without the brake.
func (s *State) BasePolicy() Policy { return s.basePolicy }
