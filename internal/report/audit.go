package report

import "cmp"

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
	case ev.Revert != nil:
		line.Actor, line.Action, line.Target, line.Reason = ev.Revert.By, "revert", ev.Revert.Key, ev.Revert.Reason
	case ev.View != nil:
		line.Actor, line.Action, line.Target = ev.View.By, "view", ev.View.target()
	case ev.Lift != nil:
		line.Actor, line.Action, line.Target, line.Reason = ev.Lift.By, "lift", ev.Lift.Area, ev.Lift.Reason
	case ev.Brake != nil:
		line.Actor, line.Action, line.Target, line.Reason = ev.Brake.By, "policy", "policy", ev.Brake.Reason
	default:
		return
	}
	s.audit = append(s.audit, line)
}

// Viewed says that a key read what is exact or not public: one entry per key,
// collection, area and minute.
type Viewed struct {
	Collection Collection `cbor:"1,keyasint"`
	Area       string     `cbor:"2,keyasint,omitempty"` // prefix of codes; empty: all of the key's areas
	By         string     `cbor:"3,keyasint"`
}

func (v *Viewed) target() string { return string(v.Collection) + " " + cmp.Or(v.Area, "*") }

// Brake is the operator's emergency rule over the policy: it holds at once and
// across restarts, whatever policy the server is started with.
type Brake struct {
	Withheld  []string `cbor:"1,keyasint,omitempty"` // withheld_areas; meaningful with HasAreas
	HasAreas  bool     `cbor:"2,keyasint,omitempty"`
	Community *bool    `cbor:"3,keyasint,omitempty"` // community_outages; nil: as the policy has it
	By        string   `cbor:"4,keyasint,omitempty"`
	Reason    string   `cbor:"5,keyasint,omitempty"`
}

// braking is a brake and who pulled it.
type braking struct {
	deed
	brake Brake
}

func (s *State) applyBrake(b *Brake) []string {
	s.brakes = append(s.brakes, braking{s.deedOf(b.By), *b})
	s.renewBrake()
	return s.everyGated()
}

// renewBrake makes one rule of all brakes that stand; what one leaves out stays as it
// was before.
func (s *State) renewBrake() {
	s.brake = Brake{}
	for _, b := range s.brakes {
		if s.undone(b.deed) {
			continue
		}
		if b.brake.HasAreas {
			s.brake.Withheld, s.brake.HasAreas = b.brake.Withheld, true
		}
		if b.brake.Community != nil {
			s.brake.Community = b.brake.Community
		}
	}
	s.setPolicy(s.basePolicy)
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
