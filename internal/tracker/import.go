package tracker

import (
	"context"

	"github.com/paulmach/orb"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// Outcome is what an imported record was.
type Outcome uint8

// The outcomes. Rejected records have a problem.
const (
	OutcomeNew Outcome = iota
	OutcomeChanged
	OutcomeSame
	OutcomeRejected
)

// Imported is the outcome of one record. Problem says why it was rejected, and
// Notice what to know of one that was not.
type Imported struct {
	Outcome Outcome
	Field   string
	Problem string
	Notice  string
}

// Import writes records of one source and returns the outcome of each, in order,
// after the commit. A record is compared with what its source last said: the same
// again writes nothing, and one that was retired by hand stays retired. With dry
// nothing is written and the outcomes are what they would be.
func (t *Tracker) Import(ctx context.Context, records []report.Record, dry bool) ([]Imported, error) {
	op := &importing{records: records, dry: dry, results: make([]Imported, len(records)), pending: newPending()}
	if err := t.submit(op); err != nil {
		return nil, err
	}
	if err := op.wait(ctx, t); err != nil {
		return nil, err
	}
	return op.results, op.err
}

type importing struct {
	pending
	records []report.Record
	dry     bool
	results []Imported
	err     error
}

func (op *importing) alone() bool { return false }

func (op *importing) size() int { return len(op.records) }

func (op *importing) decide(t *Tracker, g *group) []store.Pending {
	var events []store.Pending
	for i := range op.records {
		p, result, err := t.importOne(&op.records[i], g)
		if err != nil {
			op.err = err
			return nil
		}
		op.results[i] = result
		if p != nil {
			events = append(events, *p)
		}
	}
	if op.dry {
		return nil
	}
	return events
}

func (op *importing) finish(_ *Tracker, _ []report.Entry, err error) {
	if op.err == nil {
		op.err = err
	}
	op.end()
}

// importOne compares one record with what is known.
func (t *Tracker) importOne(r *report.Record, g *group) (*store.Pending, Imported, error) {
	if f, ok := r.Facts.(report.Filed); ok {
		return t.importReport(r, f, g)
	}
	id, hash := r.ID(), r.ContentHash()
	said := r.Source + "\x00" + id
	last, known := g.said[said]
	if !known {
		last, known = t.state.Said(r.Source, id)
	}
	if known && last == hash {
		return nil, Imported{Outcome: OutcomeSame}, nil
	}
	if t.state.Retired(id) {
		return nil, Imported{Outcome: OutcomeSame, Notice: "was retired here and stays so"}, nil
	}
	out := Imported{Outcome: OutcomeChanged}
	if _, inGroup := g.said["\x00"+id]; !inGroup && !t.state.Known(id) {
		out.Outcome = OutcomeNew
	}
	switch r.Facts.(type) {
	case report.Area:
		if _, differs := t.state.AreaMerged(r); !differs {
			return nil, Imported{Outcome: OutcomeSame}, nil
		}
	case report.Hub:
		if r.HasPoint {
			break
		}
		if p, ok := t.state.AreaPoint(r.AreaCode); !ok || p == (orb.Point{}) {
			return nil, Imported{Outcome: OutcomeRejected, Field: "area_code", Problem: "has no coordinates, and none are known for its area"}, nil
		}
	}
	g.said[said], g.said["\x00"+id] = hash, hash
	p := g.pending(report.Event{Put: &report.Put{ID: id, Record: *r, Hash: hash}}, nil)
	return &p, out, nil
}

// importReport files an imported report: as one of its source's, past the caps,
// because whoever can write the store vouches for the file.
func (t *Tracker) importReport(r *report.Record, f report.Filed, g *group) (*store.Pending, Imported, error) {
	hash := r.ContentHash()
	id := reportUUID(r, hash)
	if _, taken := g.filed[id]; taken {
		return nil, Imported{Outcome: OutcomeSame}, nil
	}
	if _, taken := t.state.Filing(id); taken {
		return nil, Imported{Outcome: OutcomeSame}, nil
	}
	if _, taken, err := t.cfg.Store.Seen(id); err != nil || taken {
		return nil, Imported{Outcome: OutcomeSame}, err
	}
	reporter := f.Reporter
	if reporter == "" {
		reporter = "file\x00" + r.Source
	}
	policy := t.state.Policy()
	d := Draft{ID: id, Filed: f, Point: r.Point, HasPoint: r.HasPoint, AreaCode: r.AreaCode, Tier: r.Tier, Reporter: reporter}
	file, sealed := t.open(&d, &policy)
	file.Source, file.Hash = r.Source, hash
	copy(sealed.Body[:], hash[:])
	if f.About == report.AboutHubStatus {
		if _, ok := t.state.HubArea(f.Hub); !ok {
			return nil, Imported{Outcome: OutcomeRejected, Field: "hub", Problem: "is not a hub known here"}, nil
		}
	}
	tag, err := t.tag(&d, file, g.now)
	if err != nil {
		return nil, Imported{}, err
	}
	file.Tag, file.Counts = tag, true
	file.Status = "counted"
	switch f.About {
	case report.AboutOutage, report.AboutHubStatus:
	case report.AboutNeed: // seen by keys in scope at once, as one that was filed
		file.Status, file.Because, file.Counts = "published", report.BecauseAid, false
	default:
		file.Status, file.Counts = "queued", false
	}
	p := g.pending(report.Event{File: file}, sealed)
	g.filed[id] = &p
	return &p, Imported{Outcome: OutcomeNew}, nil
}

// reportUUID is the id of an imported report: its own reference when that is a
// UUID, else made of source and reference, or of the content, as RFC 9562 §5.8
// allows.
func reportUUID(r *report.Record, hash [16]byte) report.UUID {
	if id, ok := report.ParseUUID(r.Ref); ok {
		return id
	}
	u := report.UUID(hash)
	if r.Ref != "" {
		u = report.HashUUID("report", r.Source, r.Ref)
	}
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return u
}
