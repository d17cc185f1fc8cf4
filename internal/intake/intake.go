// Package intake reads foreign files into records ([report.Record]): CSV, JSON
// and GeoJSON, by a mapping file (CONTRACT §1.1) or by the names of their
// columns.
//
// It judges each row alone and says of every value that it does not take which
// one and why. It never guesses silently: what is repaired or understood in part
// bears a notice, and a place that is not certain rejects the row. Nothing that a
// file holds makes it panic; memory is bounded by the longest record (8 MiB) for
// CSV and text sequences, and by the file (256 MiB) for whole JSON documents.
//
// Whole JSON documents are checked to their end before the first row is handed
// on, so that of a truncated one nothing is taken. CSV files and text sequences
// are streams: a fault in one record rejects that record.
package intake

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

// ErrFile wraps every reason for which a file cannot be read as a whole.
var ErrFile = errors.New("cannot read the file")

// Limits of what one file may make the reader hold.
const (
	maxRecordBytes   = 8 << 20
	maxDocumentBytes = 256 << 20
	maxDepth         = 64
	sampleSize       = 300 // records that columns and neighbourhood are judged by
)

// Config says how to read one file. The zero value recognises everything, has
// no service area (the whole world) and knows no places.
type Config struct {
	As        report.Collection // "": the mapping's, else recognised by the columns
	Format    string            // "" or "auto", "csv", "json", "geojson"
	Map       *Mapping          // nil: columns are recognised by their names
	Name      string            // base name of the file: the source's name of last resort
	Source    string            // name of the source; "": the row's own, else Name
	SourceURL string            // "": the row's own
	Licence   string
	Tier      report.Tier    // "": official; of reports community
	Area      string         // KATOTTG or p-code where a record without code and point lies
	Zone      *time.Location // of times without offset; nil: Europe/Kyiv
	// ServiceArea is where points may lie; the zero box is the whole world.
	ServiceArea geo.BBox
	Book        *places.Book // nil: codes are checked by their form alone, names not at all
	// Now completes dates without a year and dates reports that bear no time.
	Now time.Time
}

// Row is one record of the file as understood. Number counts records from 1,
// without header, blank rows and footers. With Problems the row is rejected and
// Record is not to be used; Notices are about values repaired or left out.
type Row struct {
	Number   int
	Record   report.Record
	Problems []Problem
	Notices  []Problem
}

// Problem names one value and what is wrong with it. Field is the column of the
// file (or the path in JSON) where the value stands, else the property that
// lacks one. Value is cut to 200 characters.
type Problem struct {
	Field, Value, Reason string
}

// String returns the problem as one line.
func (p Problem) String() string {
	if p.Value == "" {
		return p.Field + ": " + p.Reason
	}
	return fmt.Sprintf("%s: %q: %s", p.Field, p.Value, p.Reason)
}

// Read reads the file r and calls each for every record in the order of the
// file, on the caller's goroutine. An error of each ends the reading and is
// returned as it is; every other error wraps [ErrFile] and says what cannot be
// read and where.
//
// When Read fails for a JSON document, each was not called. For CSV and text
// sequences it may have been: a caller that must have all or nothing collects.
func Read(r io.Reader, cfg Config, each func(Row) error) error {
	rd, err := newReader(cfg)
	if err != nil {
		return err
	}
	rd.each = each
	input, err := open(r, rd.encoding())
	if err != nil {
		return err
	}
	if err := rd.read(input); err != nil {
		return err
	}
	if err := rd.checkWhere(); err != nil {
		return err
	}
	return rd.flush()
}

// reader is the state of one Read.
type reader struct {
	cfg    Config
	as     report.Collection
	world  bool // there is no service area
	each   func(Row) error
	sample []*record // held until the collection is known
	ready  bool
	header []string        // of CSV
	seen   int             // records handed on
	met    map[string]bool // columns of the mapping's where that some record has

	neighbourhood string // code of the hromada in which all certain places of the sample lie
	resolved      map[placeKey]resolution
	lookups       columnCache
	folded        map[string]string
}

func fileError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFile, fmt.Sprintf(format, args...))
}

func newReader(cfg Config) (*reader, error) {
	rd := &reader{cfg: cfg, as: cfg.As, resolved: map[placeKey]resolution{}, lookups: columnCache{}}
	box := cfg.ServiceArea
	rd.world = box == geo.BBox{} || box.West <= -180 && box.East >= 180 && box.South <= -90 && box.North >= 90
	if rd.world {
		rd.cfg.ServiceArea = geo.BBox{West: -180, South: -90, East: 180, North: 90}
	}
	if m := cfg.Map; m != nil {
		if rd.as != "" && m.As != "" && rd.as != m.As {
			return nil, fileError("the mapping is of %s, not of %s", m.As, rd.as)
		}
		if rd.as == "" {
			rd.as = m.As
		}
		if m.Zone != nil {
			rd.cfg.Zone = m.Zone
		}
		if cfg.Format == "" || cfg.Format == "auto" {
			rd.cfg.Format = m.Format
		}
		if err := m.checkFor(rd.as); err != nil {
			return nil, err
		}
	}
	if rd.cfg.Zone == nil {
		zone, err := time.LoadLocation("Europe/Kyiv")
		if err != nil {
			return nil, fileError("time zone Europe/Kyiv: %v", err)
		}
		rd.cfg.Zone = zone
	}
	if rd.as != "" && properties[rd.as] == nil {
		return nil, fileError("collection %q is not one of hubs, outages, curfews, needs, reports, areas", rd.as)
	}
	if rd.cfg.Area != "" {
		area, ok := rd.area(rd.cfg.Area)
		if !ok {
			return nil, fileError("area %q is no known code", cfg.Area)
		}
		rd.cfg.Area = area.Code
	}
	return rd, nil
}

func (rd *reader) encoding() string {
	if rd.cfg.Map == nil {
		return ""
	}
	return rd.cfg.Map.Encoding
}

// read chooses the format and feeds every record to take.
func (rd *reader) read(input *bufio.Reader) error {
	format, err := recognise(input, rd.cfg.Format)
	if err != nil {
		return err
	}
	switch format {
	case formatCSV:
		return rd.readCSV(input)
	case formatSequence:
		return rd.readSequence(input)
	default:
		return rd.readDocument(input, rd.cfg.Format == "geojson")
	}
}

// take accepts the next record. The first ones wait until there are enough of
// them to tell what the file holds.
func (rd *reader) take(rec *record) error {
	rd.meet(rec)
	if !rd.cfg.wanted(rec) {
		return nil
	}
	rd.seen++
	if rd.ready {
		return rd.hand(rec)
	}
	rd.sample = append(rd.sample, rec)
	if len(rd.sample) < sampleSize {
		return nil
	}
	return rd.flush()
}

// meet notes which columns of the mapping's where a record has.
func (rd *reader) meet(rec *record) {
	if rd.cfg.Map == nil || rec.bad != nil {
		return
	}
	for _, cond := range rd.cfg.Map.Where {
		if rd.met == nil {
			rd.met = map[string]bool{}
		}
		rd.met[cond.Column] = rd.met[cond.Column] || rec.at(cond.Column) != nil
	}
}

// checkWhere refuses a file none of whose records has a column of the mapping's where:
// all of them were passed over, and nobody would know.
func (rd *reader) checkWhere() error {
	if rd.met == nil {
		return nil
	}
	for _, cond := range rd.cfg.Map.Where {
		if !rd.met[cond.Column] {
			return fileError("no column %q (mapping: where)", cond.Column)
		}
	}
	return nil
}

// flush decides what the sample is and hands it on.
func (rd *reader) flush() error {
	if rd.ready {
		return nil
	}
	if err := rd.prepare(); err != nil {
		return err
	}
	rd.ready = true
	for _, rec := range rd.sample {
		if err := rd.hand(rec); err != nil {
			return err
		}
	}
	rd.sample = nil
	return nil
}

// prepare settles from the sample which collection the file holds and where its
// places lie.
func (rd *reader) prepare() error {
	if rd.as == "" {
		as, err := rd.recogniseCollection()
		if err != nil {
			return err
		}
		rd.as = as
	}
	if rd.cfg.Map != nil {
		if err := rd.checkColumns(); err != nil {
			return err
		}
	} else if err := rd.checkRecognised(); err != nil {
		return err
	}
	rd.findNeighbourhood()
	return nil
}

// hand turns one record into a row and gives it to the caller.
func (rd *reader) hand(rec *record) error {
	w := &row{reader: rd, rec: rec, out: Row{Number: rec.number}}
	if rec.bad != nil {
		w.out.Problems = append(w.out.Problems, *rec.bad)
	} else {
		w.build()
	}
	return rd.each(w.out)
}

// wanted applies the mapping's where.
func (c *Config) wanted(rec *record) bool {
	if c.Map == nil || rec.bad != nil {
		return true
	}
	for _, cond := range c.Map.Where {
		v := rec.at(cond.Column)
		if v == nil || v.text() != cond.Value {
			return false
		}
	}
	return true
}
