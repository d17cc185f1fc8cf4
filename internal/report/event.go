package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// EventVersion is the version of events written today. Apply keeps the rule of
// every older version.
const EventVersion = 1

// UUID is a client-made id, in binary.
type UUID [16]byte

// String returns the hyphenated lower-case form.
func (u UUID) String() string {
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ParseUUID reads the hyphenated form; case does not matter.
func ParseUUID(s string) (UUID, bool) {
	if len(s) != 36 {
		return UUID{}, false
	}
	u, err := uuid.Parse(s)
	return UUID(u), err == nil
}

// HashUUID makes the same id of the same words.
func HashUUID(words ...string) UUID {
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return UUID(sum[:16])
}

// Tag stands for one source during some days: the HMAC of a reporter's secret or
// network under a day's key, cut to 16 bytes. The zero tag is "no reporter".
type Tag [16]byte

// Event is an immutable, versioned fact of the journal. Exactly one of the
// pointers is set; everything in it is open (DESIGN.md §3.1).
type Event struct {
	Version uint8         `cbor:"1,keyasint"`
	At      Instant       `cbor:"2,keyasint"` // entry time: max(clock, the last entry's)
	Policy  *Policy       `cbor:"3,keyasint,omitempty"`
	Put     *Put          `cbor:"4,keyasint,omitempty"`
	File    *File         `cbor:"5,keyasint,omitempty"`
	Bucket  *Bucket       `cbor:"6,keyasint,omitempty"`
	Erased  *Erased       `cbor:"7,keyasint,omitempty"`
	Retire  *Retire       `cbor:"8,keyasint,omitempty"`
	Key     *KeyMade      `cbor:"9,keyasint,omitempty"`
	KeyEnd  *KeyEnded     `cbor:"10,keyasint,omitempty"`
	Judge   *Judgement    `cbor:"11,keyasint,omitempty"`
	Need    *NeedStep     `cbor:"12,keyasint,omitempty"`
	Confirm *Confirm      `cbor:"13,keyasint,omitempty"`
	Link    *OperatorLink `cbor:"15,keyasint,omitempty"`
	Invite  *Invitation   `cbor:"16,keyasint,omitempty"`
	Join    *Joined       `cbor:"17,keyasint,omitempty"`
	Halt    *KeyHalt      `cbor:"18,keyasint,omitempty"`
	Revert  *Revert       `cbor:"19,keyasint,omitempty"`
	View    *Viewed       `cbor:"20,keyasint,omitempty"`
	Lift    *CapLift      `cbor:"21,keyasint,omitempty"`
	Brake   *Brake        `cbor:"14,keyasint,omitempty"`
}

// Put brings a record of reference, new or changed. Hash is its content hash,
// what the same source's next import is compared with.
type Put struct {
	ID     string   `cbor:"1,keyasint"`
	Record Record   `cbor:"-"`
	Wire   wire     `cbor:"2,keyasint"`
	Hash   [16]byte `cbor:"3,keyasint"`
	By     string   `cbor:"4,keyasint,omitempty"` // id of the key that corrects; Hash stays the source's last then
	Reason string   `cbor:"5,keyasint,omitempty"`
}

// File brings one report of a person: its open part. What it counts for was
// decided by the writer and stands here.
type File struct {
	ID        UUID     `cbor:"1,keyasint"`
	Filed     Filed    `cbor:"2,keyasint"`
	Tier      Tier     `cbor:"3,keyasint"`
	Tag       Tag      `cbor:"4,keyasint"`
	AreaCode  string   `cbor:"5,keyasint,omitempty"`
	Cell      uint64   `cbor:"6,keyasint,omitempty"`  // packed, [PackCell]; 0: none
	CellArea  string   `cbor:"7,keyasint,omitempty"`  // code of the area of the cell's centre
	Counts    bool     `cbor:"8,keyasint,omitempty"`  // towards cells, confirmations, disputes
	Status    string   `cbor:"9,keyasint"`            // published, counted, queued, rejected
	Because   string   `cbor:"10,keyasint,omitempty"` // a code of [Because]
	Source    string   `cbor:"11,keyasint,omitempty"` // of an imported report
	Hash      [16]byte `cbor:"12,keyasint,omitempty"` // of an imported report's content
	Precision string   `cbor:"13,keyasint,omitempty"`
	By        string   `cbor:"14,keyasint,omitempty"` // id of the key that filed it
}

// Bucket ends a time bucket: the moment at which public cells change and what
// has expired goes.
type Bucket struct {
	End Instant `cbor:"1,keyasint"`
}

// Erased says that the sealed parts of one day and class can be opened no more.
type Erased struct {
	Day   int32 `cbor:"1,keyasint"` // days since the Unix epoch, UTC
	Class Class `cbor:"2,keyasint"`
}

// Retire takes one feature off every public route; the entry names its reason.
type Retire struct {
	ID     string `cbor:"1,keyasint"`
	Reason string `cbor:"2,keyasint,omitempty"`
	By     string `cbor:"3,keyasint,omitempty"` // id of the key
}

// Class is what a day key protects; each has its own retention.
type Class uint8

// The classes. Source keys make tags and seal nothing.
const (
	ClassSource Class = 1
	ClassNote   Class = 2
	ClassReport Class = 3
)

// Sealed is the part of a report that is on disk only encrypted, by class: the
// exact point, people and names under ClassReport, the note under ClassNote.
type Sealed struct {
	Point    orb.Point `cbor:"1,keyasint"`
	HasPoint bool      `cbor:"2,keyasint"`
	People   int       `cbor:"3,keyasint,omitempty"`
	Name     string    `cbor:"4,keyasint,omitempty"`
	Address  string    `cbor:"5,keyasint,omitempty"`
	Opening  string    `cbor:"6,keyasint,omitempty"`
	Body     [32]byte  `cbor:"7,keyasint"` // HMAC of the body's JSON value, for repeats
	Note     string    `cbor:"-"`          // sealed apart, under ClassNote
}

// Entry is an event with its place in the journal, and the opened sealed part
// where its key still exists.
type Entry struct {
	Seq    uint64
	Event  Event
	Sealed *Sealed // nil: none, or erased
}

// wire is a record as the journal stores it.
type wire struct {
	Collection Collection `cbor:"1,keyasint"`
	Ref        string     `cbor:"2,keyasint,omitempty"`
	Source     string     `cbor:"3,keyasint,omitempty"`
	SourceURL  string     `cbor:"4,keyasint,omitempty"`
	Licence    string     `cbor:"5,keyasint,omitempty"`
	Tier       Tier       `cbor:"6,keyasint,omitempty"`
	Name       string     `cbor:"7,keyasint,omitempty"`
	AreaCode   string     `cbor:"8,keyasint,omitempty"`
	Point      *orb.Point `cbor:"9,keyasint,omitempty"`
	Precision  string     `cbor:"10,keyasint,omitempty"`
	Confirmed  Instant    `cbor:"11,keyasint,omitempty"`
	Hub        *Hub       `cbor:"12,keyasint,omitempty"`
	Outage     *Outage    `cbor:"13,keyasint,omitempty"`
	Curfew     *Curfew    `cbor:"14,keyasint,omitempty"`
	Area       *Area      `cbor:"15,keyasint,omitempty"`
	Filed      *Filed     `cbor:"16,keyasint,omitempty"`
}

func (r *Record) wire() wire {
	w := wire{
		Collection: r.Facts.Collection(), Ref: r.Ref, Source: r.Source, SourceURL: r.SourceURL, Licence: r.Licence,
		Tier: r.Tier, Name: r.Name, AreaCode: r.AreaCode, Precision: r.Precision, Confirmed: r.Confirmed,
	}
	if r.HasPoint {
		w.Point = &r.Point
	}
	switch f := r.Facts.(type) {
	case Hub:
		w.Hub = &f
	case Outage:
		w.Outage = &f
	case Curfew:
		w.Curfew = &f
	case Area:
		w.Area = &f
	case Filed:
		w.Filed = &f
	}
	return w
}

func (w *wire) record() (Record, error) {
	r := Record{
		Ref: w.Ref, Source: w.Source, SourceURL: w.SourceURL, Licence: w.Licence, Tier: w.Tier, Name: w.Name,
		AreaCode: w.AreaCode, Precision: w.Precision, Confirmed: w.Confirmed,
	}
	if w.Point != nil {
		r.Point, r.HasPoint = *w.Point, true
	}
	switch {
	case w.Hub != nil:
		r.Facts = *w.Hub
	case w.Outage != nil:
		r.Facts = *w.Outage
	case w.Curfew != nil:
		r.Facts = *w.Curfew
	case w.Area != nil:
		r.Facts = *w.Area
	case w.Filed != nil:
		r.Facts = *w.Filed
	default:
		return r, fmt.Errorf("report: a record of %q without facts", w.Collection)
	}
	return r, nil
}

var encMode, decMode = func() (cbor.EncMode, cbor.DecMode) {
	e, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	d, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, MaxArrayElements: 1 << 20}.DecMode()
	if err != nil {
		panic(err)
	}
	return e, d
}()

func encode(v any) []byte {
	b, err := encMode.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("report: encode %T: %v", v, err)) // our own plain structs always encode
	}
	return b
}

// EncodeEvent returns the canonical bytes of e (RFC 8949 §4.2.1 deterministic
// encoding): the same event gives the same bytes.
func EncodeEvent(e *Event) []byte {
	c := *e
	c.Put = e.Put.wired()
	if e.Judge != nil && e.Judge.Hub != nil {
		j := *e.Judge
		j.Hub = e.Judge.Hub.wired()
		c.Judge = &j
	}
	return encode(&c)
}

// wired returns a copy with the record as the journal stores it.
func (p *Put) wired() *Put {
	if p == nil {
		return nil
	}
	w := *p
	w.Wire = p.Record.wire()
	return &w
}

// unwire reads the record back.
func (p *Put) unwire() error {
	if p == nil {
		return nil
	}
	r, err := p.Wire.record()
	p.Record, p.Wire = r, wire{}
	return err
}

// DecodeEvent reads what [EncodeEvent] wrote. An unknown version, an unknown
// member or an event that says nothing is an error.
func DecodeEvent(b []byte) (Event, error) {
	var e Event
	if err := decMode.Unmarshal(b, &e); err != nil {
		return Event{}, fmt.Errorf("report: event: %w", err)
	}
	if e.Version != EventVersion {
		return Event{}, fmt.Errorf("report: event of version %d; this program reads %d", e.Version, EventVersion)
	}
	said := 0
	for _, set := range []bool{e.Policy != nil, e.Put != nil, e.File != nil, e.Bucket != nil, e.Erased != nil, e.Retire != nil, e.Key != nil, e.KeyEnd != nil, e.Judge != nil, e.Need != nil, e.Confirm != nil, e.Brake != nil, e.Link != nil, e.Invite != nil, e.Join != nil, e.Halt != nil, e.Revert != nil, e.View != nil, e.Lift != nil} {
		if set {
			said++
		}
	}
	if said != 1 {
		return Event{}, fmt.Errorf("report: event says %d things, not one", said)
	}
	if err := e.Put.unwire(); err != nil {
		return Event{}, err
	}
	if e.Judge != nil {
		if err := e.Judge.Hub.unwire(); err != nil {
			return Event{}, err
		}
	}
	return e, nil
}

// EncodeSealed returns the plain bytes of the parts to seal, by class; a part
// that holds nothing is nil.
func EncodeSealed(s *Sealed) (main, note []byte) {
	main = encode(s)
	if s.Note != "" {
		note = []byte(s.Note)
	}
	return main, note
}

// DecodeSealed reads what [EncodeSealed] wrote; nil parts stay empty.
func DecodeSealed(main, note []byte) (*Sealed, error) {
	s := &Sealed{}
	if main != nil {
		if err := decMode.Unmarshal(main, s); err != nil {
			return nil, fmt.Errorf("report: sealed part: %w", err)
		}
	}
	s.Note = string(note)
	return s, nil
}
