package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"example.org/teplo/internal/report"
)

// sealedParts are the stored ciphertexts of one entry, by class.
type sealedParts struct{ main, note []byte }

func (p *sealedParts) add(class report.Class, b []byte) {
	if class == report.ClassNote {
		p.note = b
	} else {
		p.main = b
	}
}

func (p *sealedParts) digest() [32]byte {
	h := sha256.New()
	for _, b := range [][]byte{p.main, p.note} {
		sum := sha256.Sum256(b)
		h.Write(sum[:])
	}
	return [32]byte(h.Sum(nil))
}

func sealKey(seq uint64, class report.Class) []byte { return append(seqKey(seq), byte(class)) }

// seal encrypts the sealed part of one event under its day's keys into bucket b
// and returns the digest, zero when there is no sealed part.
func (s *Store) seal(b *bolt.Bucket, seq uint64, e *Pending) ([32]byte, error) {
	if e.Sealed == nil {
		return [32]byte{}, nil
	}
	day := report.DayOf(e.Event.At)
	main, note := report.EncodeSealed(e.Sealed)
	var parts sealedParts
	for _, part := range []struct {
		class report.Class
		plain []byte
	}{{report.ClassReport, main}, {report.ClassNote, note}} {
		if part.plain == nil {
			continue
		}
		aead, err := s.aead(day, part.class)
		if err != nil {
			return [32]byte{}, err
		}
		name := sealKey(seq, part.class)
		nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(part.plain)+aead.Overhead())
		if _, err := rand.Read(nonce); err != nil {
			return [32]byte{}, err
		}
		box := aead.Seal(nonce, nonce, part.plain, name)
		parts.add(part.class, box)
		if err := b.Put(name, box); err != nil {
			return [32]byte{}, err
		}
	}
	return parts.digest(), nil
}

// unseal opens what can still be opened. A part whose key is gone stays closed;
// a part that does not open under its key, or parts that do not match the digest
// while all are there, are damage.
func (s *Store) unseal(e *report.Event, seq uint64, digest [32]byte, p *sealedParts) (*report.Sealed, error) {
	if p.main == nil && p.note == nil {
		return nil, nil //nolint:nilnil // no sealed part is a plain fact here
	}
	day := report.DayOf(e.At)
	if p.main != nil && s.keys.has(day, report.ClassReport) && p.digest() != digest && s.keys.has(day, report.ClassNote) {
		return nil, errors.New("sealed part differs from its digest")
	}
	open := func(class report.Class, box []byte) ([]byte, error) {
		if box == nil || !s.keys.has(day, class) {
			return nil, nil
		}
		aead, err := s.aead(day, class)
		if err != nil {
			return nil, err
		}
		if len(box) < aead.NonceSize() {
			return nil, errors.New("sealed part too short")
		}
		plain, err := aead.Open(nil, box[:aead.NonceSize()], box[aead.NonceSize():], sealKey(seq, class))
		if err != nil {
			return nil, fmt.Errorf("sealed part: %w", err)
		}
		return plain, nil
	}
	main, err := open(report.ClassReport, p.main)
	if err != nil {
		return nil, err
	}
	note, err := open(report.ClassNote, p.note)
	if err != nil || main == nil {
		return nil, err
	}
	return report.DecodeSealed(main, note)
}

func (s *Store) aead(day int32, class report.Class) (cipher.AEAD, error) {
	key, ok := s.keys.find(day, class)
	if !ok {
		return nil, fmt.Errorf("no key of day %d, class %d", day, class)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// ensureKeys makes the day keys that the events need, durable before the events.
func (s *Store) ensureKeys(events []Pending) error {
	for i := range events {
		e := &events[i]
		if e.Sealed == nil {
			continue
		}
		day := report.DayOf(e.Event.At)
		for _, class := range []report.Class{report.ClassReport, report.ClassNote} {
			if _, err := s.keys.ensure(day, class); err != nil {
				return fmt.Errorf("%w: day keys: %w", ErrFull, err)
			}
		}
	}
	return nil
}

// SourceKey returns the key that makes tags of sources on a day, made and synced
// when there is none yet.
func (s *Store) SourceKey(day int32) ([32]byte, error) {
	key, err := s.keys.ensure(day, report.ClassSource)
	if err != nil {
		return key, fmt.Errorf("store: day keys: %w", err)
	}
	return key, nil
}

// FindSourceKey returns the key of a day if it exists.
func (s *Store) FindSourceKey(day int32) ([32]byte, bool) {
	return s.keys.find(day, report.ClassSource)
}

// DueErasures lists the keys that have outlived their class's retention at now:
// each is to be announced by an erased entry and then destroyed by [Store.Erase].
func (s *Store) DueErasures(now report.Instant, p *report.Policy) []report.Erased {
	keep := map[report.Class]time.Duration{
		report.ClassSource: time.Duration(p.Expire.Outage),
		report.ClassNote:   time.Duration(p.Retention.Note),
		report.ClassReport: time.Duration(p.Retention.Report),
	}
	var due []report.Erased
	for _, k := range s.keys.list() {
		dayEnd := report.Instant(int64(k.day)+1) * report.Instant(24*time.Hour/time.Millisecond)
		if retention, ends := keep[k.class]; ends && dayEnd.Add(retention) <= now {
			due = append(due, report.Erased{Day: k.day, Class: k.class})
		}
	}
	return due
}

// Erase zeroes a day's key in place, synced: what it sealed can be opened no
// more, wherever copies of the file are.
func (s *Store) Erase(e report.Erased) error { return s.keys.erase(e.Day, e.Class) }
