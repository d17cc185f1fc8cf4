package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"

	"example.org/teplo/internal/report"
)

// Pending is an event to be written, with the part of it that is sealed.
type Pending struct {
	Event  report.Event
	Sealed *report.Sealed // nil: none
}

// A journal value is
//
//	format 1 B | CRC-32C 4 B | digest 32 B | chain 32 B | open part (CBOR)
//
// with the checksum over all that follows it, digest the SHA-256 of the sealed
// parts (zero without any), and chain h(n) = SHA-256(h(n-1) ‖ open ‖ digest), so
// that the chain verifies when sealed parts are gone.
const (
	offCRC    = 1
	offDigest = offCRC + 4
	offChain  = offDigest + sha256.Size
	offOpen   = offChain + sha256.Size
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encodeRecord(open []byte, digest, chain [32]byte) []byte {
	b := make([]byte, offOpen, offOpen+len(open))
	b[0] = format
	copy(b[offDigest:], digest[:])
	copy(b[offChain:], chain[:])
	b = append(b, open...)
	binary.BigEndian.PutUint32(b[offCRC:], crc32.Checksum(b[offDigest:], castagnoli))
	return b
}

func decodeRecord(b []byte) (open []byte, digest, chain [32]byte, err error) {
	switch {
	case len(b) < offOpen:
		return nil, digest, chain, errors.New("too short")
	case b[0] != format:
		return nil, digest, chain, fmt.Errorf("format %d; this program reads %d", b[0], format)
	case crc32.Checksum(b[offDigest:], castagnoli) != binary.BigEndian.Uint32(b[offCRC:]):
		return nil, digest, chain, errors.New("wrong checksum")
	}
	return b[offOpen:], [32]byte(b[offDigest:]), [32]byte(b[offChain:]), nil
}

func link(prev [32]byte, open []byte, digest [32]byte) [32]byte {
	h := sha256.New()
	h.Write(prev[:])
	h.Write(open)
	h.Write(digest[:])
	return [32]byte(h.Sum(nil))
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// Append writes the events in one transaction and returns their entries after
// the commit. It fails with [ErrFull] (nothing was written, a later call may
// succeed) or [ErrUnknown] (every later call fails too: restart and check).
func (s *Store) Append(events []Pending) ([]report.Entry, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	if err := s.ensureKeys(events); err != nil {
		return nil, err
	}
	head := s.head
	entries := make([]report.Entry, len(events))
	err := s.db.Update(func(tx *bolt.Tx) error {
		journal, ids, sealed := tx.Bucket(bucketJournal), tx.Bucket(bucketIDs), tx.Bucket(bucketSealed)
		journal.FillPercent, sealed.FillPercent = 0.95, 0.95 // keys only grow
		for i := range events {
			e := &events[i]
			head.Seq++
			head.At = e.Event.At
			digest, err := s.seal(sealed, head.Seq, e)
			if err != nil {
				return err
			}
			open := report.EncodeEvent(&e.Event)
			head.Chain = link(head.Chain, open, digest)
			if err := journal.Put(seqKey(head.Seq), encodeRecord(open, digest, head.Chain)); err != nil {
				return err
			}
			if f := e.Event.File; f != nil {
				if err := ids.Put(f.ID[:], seqKey(head.Seq)); err != nil {
					return err
				}
			}
			entries[i] = report.Entry{Seq: head.Seq, Event: e.Event, Sealed: e.Sealed}
		}
		return nil
	})
	if err != nil {
		err = classify(err)
		if !errors.Is(err, ErrFull) {
			s.broken = err
		}
		return nil, err
	}
	s.head = head
	return entries, nil
}

// Replay calls each with every entry in order and leaves the head after the
// last. It verifies sequence, checksum and chain; any fault is [ErrDamaged] with
// the place.
func (s *Store) Replay(each func(report.Entry) error) error {
	head := Head{}
	err := s.db.View(func(tx *bolt.Tx) error {
		sealed := tx.Bucket(bucketSealed).Cursor()
		sk, sv := sealed.First()
		return tx.Bucket(bucketJournal).ForEach(func(k, v []byte) error {
			head.Seq++
			if len(k) != 8 || binary.BigEndian.Uint64(k) != head.Seq {
				return fmt.Errorf("%w: entry %d is missing", ErrDamaged, head.Seq)
			}
			open, digest, chain, err := decodeRecord(v)
			if err != nil {
				return fmt.Errorf("%w: entry %d: %w", ErrDamaged, head.Seq, err)
			}
			if head.Chain = link(head.Chain, open, digest); head.Chain != chain {
				return fmt.Errorf("%w: entry %d breaks the chain", ErrDamaged, head.Seq)
			}
			e := report.Entry{Seq: head.Seq}
			if e.Event, err = report.DecodeEvent(open); err != nil {
				return fmt.Errorf("%w: entry %d: %w", ErrDamaged, head.Seq, err)
			}
			head.At = e.Event.At
			var parts sealedParts
			for ; sk != nil && binary.BigEndian.Uint64(sk) <= head.Seq; sk, sv = sealed.Next() {
				if binary.BigEndian.Uint64(sk) == head.Seq {
					parts.add(report.Class(sk[8]), sv)
				}
			}
			if e.Sealed, err = s.unseal(&e.Event, head.Seq, digest, &parts); err != nil {
				return fmt.Errorf("%w: entry %d: %w", ErrDamaged, head.Seq, err)
			}
			return each(e)
		})
	})
	if err != nil {
		return err
	}
	s.head = head
	return nil
}
