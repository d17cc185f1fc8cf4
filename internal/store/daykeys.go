package store

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"sync"

	"example.org/teplo/internal/report"
)

// A slot of DB.keys is 64 bytes, overwritten in place and never moved:
//
//	used 1 B | class 1 B | 0 2 B | day 4 B | key 32 B | 0 20 B | CRC-32C 4 B
//
// A zero slot is free.
const slotBytes = 64

// classPack is the class of one slot of day 0: the private scalar that signs packs,
// made once for a store. No event names it and no retention ends it.
const classPack report.Class = 128

type dayKey struct {
	day   int32
	class report.Class
	key   [32]byte
	slot  int
}

// dayKeys is the file of day keys. It is safe for concurrent use.
type dayKeys struct {
	mu   sync.Mutex // guards all below
	file *os.File
	keys []dayKey
	size int // slots in the file
}

func openDayKeys(path string) (*dayKeys, error) {
	_, statErr := os.Stat(path)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if errors.Is(statErr, os.ErrNotExist) {
		if err := syncDir(path); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	k := &dayKeys{file: f}
	if err := k.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s: %w", ErrDamaged, path, err), f.Close())
	}
	return k, nil
}

func (k *dayKeys) load() error {
	b, err := io.ReadAll(k.file)
	if err != nil {
		return err
	}
	for ; (k.size+1)*slotBytes <= len(b); k.size++ {
		s := b[k.size*slotBytes : (k.size+1)*slotBytes]
		if s[0] == 0 {
			continue
		}
		if crc32.Checksum(s[:60], castagnoli) != binary.BigEndian.Uint32(s[60:]) {
			return fmt.Errorf("slot %d: wrong checksum", k.size)
		}
		k.keys = append(k.keys, dayKey{
			class: report.Class(s[1]), day: int32(binary.BigEndian.Uint32(s[4:])), key: [32]byte(s[8:40]), slot: k.size,
		})
	}
	return nil
}

func (k *dayKeys) find(day int32, class report.Class) ([32]byte, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, d := range k.keys {
		if d.day == day && d.class == class {
			return d.key, true
		}
	}
	return [32]byte{}, false
}

func (k *dayKeys) has(day int32, class report.Class) bool {
	_, ok := k.find(day, class)
	return ok
}

func (k *dayKeys) list() []dayKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.keys)
}

// ensure returns the key of a day and class, made and synced when there is none.
func (k *dayKeys) ensure(day int32, class report.Class) ([32]byte, error) {
	if key, ok := k.find(day, class); ok {
		return key, nil
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails (crypto/rand)
	return key, k.keep(day, class, key)
}

// keep writes a key that is not there yet into a free slot.
func (k *dayKeys) keep(day int32, class report.Class, key [32]byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := dayKey{day: day, class: class, key: key, slot: k.freeSlot()}
	s := make([]byte, slotBytes)
	s[0], s[1] = 1, byte(class)
	binary.BigEndian.PutUint32(s[4:], uint32(day))
	copy(s[8:], d.key[:])
	binary.BigEndian.PutUint32(s[60:], crc32.Checksum(s[:60], castagnoli))
	if err := k.write(d.slot, s); err != nil {
		return err
	}
	k.size = max(k.size, d.slot+1)
	k.keys = append(k.keys, d)
	return nil
}

func (k *dayKeys) freeSlot() int {
	for slot := range k.size {
		if !slices.ContainsFunc(k.keys, func(d dayKey) bool { return d.slot == slot }) {
			return slot
		}
	}
	return k.size
}

func (k *dayKeys) erase(day int32, class report.Class) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.keys, func(d dayKey) bool { return d.day == day && d.class == class })
	if i < 0 {
		return nil
	}
	if err := k.write(k.keys[i].slot, make([]byte, slotBytes)); err != nil {
		return err
	}
	k.keys = slices.Delete(k.keys, i, i+1)
	return nil
}

func (k *dayKeys) write(slot int, b []byte) error {
	if _, err := k.file.WriteAt(b, int64(slot)*slotBytes); err != nil {
		return err
	}
	return k.file.Sync()
}

func (k *dayKeys) close() error { return k.file.Close() }
