package store_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	bolt "go.etcd.io/bbolt"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// TestMain lets this test's binary be the child process that checks files.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "checkstore" {
		if err := store.CheckFile(os.Args[2]); err != nil {
			println(err.Error())
			os.Exit(65)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// open opens a store and checks its file when the test ends.
func open(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := store.CheckFile(path); err != nil && !t.Failed() {
			t.Errorf("check after the test: %v", err)
		}
	})
	return s
}

var day0 = report.InstantOf(time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC))

// filed is the i-th report of a test, with a sealed part and a note.
func filed(i int) store.Pending {
	return store.Pending{
		Event: report.Event{Version: report.EventVersion, At: day0 + report.Instant(i), File: &report.File{
			ID: report.HashUUID("test", string(rune('a'+i%26)), string(rune('0'+i/26))), Tier: report.TierAnonymous, Status: "counted",
			Filed: report.Filed{About: report.AboutOutage, Service: "power", State: "out", ObservedAt: day0},
		}},
		Sealed: &report.Sealed{Point: orb.Point{30.5, 50.4}, HasPoint: true, Note: "two people, third floor"},
	}
}

func replay(t testing.TB, s *store.Store) []report.Entry {
	t.Helper()
	var out []report.Entry
	if err := s.Replay(func(e report.Entry) error {
		out = append(out, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAppendReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := open(t, path)
	var want []report.Entry
	for i := range 5 {
		got, err := s.Append([]store.Pending{filed(2 * i), filed(2*i + 1)})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, got...)
	}
	if diff := cmp.Diff(want, replay(t, s)); diff != "" {
		t.Error(diff)
	}
	head := s.Head()
	if head.Seq != 10 {
		t.Errorf("head: got %d, want 10", head.Seq)
	}
	if seq, ok, err := s.Seen(want[6].Event.File.ID); err != nil || !ok || seq != 7 {
		t.Errorf("seen: got %d, %v, %v; want 7", seq, ok, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path)
	if diff := cmp.Diff(want, replay(t, again)); diff != "" {
		t.Error(diff)
	}
	if again.Head() != head {
		t.Errorf("head after reopening: got %+v, want %+v", again.Head(), head)
	}
}

// TestErase: a destroyed key closes the sealed part for ever, and the chain
// still verifies.
func TestErase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := open(t, path)
	if _, err := s.Append([]store.Pending{filed(0)}); err != nil {
		t.Fatal(err)
	}
	policy := report.Ukraine()
	if due := s.DueErasures(day0, &policy); len(due) != 0 {
		t.Errorf("due at once: %v", due)
	}
	later := day0.Add(9 * 24 * time.Hour)
	due := s.DueErasures(later, &policy)
	if len(due) != 1 || due[0].Class != report.ClassNote {
		t.Fatalf("due after 9 days: got %v, want the note's key", due)
	}
	if err := s.Erase(due[0]); err != nil {
		t.Fatal(err)
	}
	if got := replay(t, s)[0].Sealed; got == nil || got.Note != "" || !got.HasPoint {
		t.Errorf("after the note's key is gone: got %+v", got)
	}
	if err := s.Erase(report.Erased{Day: report.DayOf(day0), Class: report.ClassReport}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := replay(t, open(t, path))[0].Sealed; got != nil {
		t.Errorf("after every key is gone: got %+v, want nothing", got)
	}
	keys, err := os.ReadFile(path + ".keys")
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range keys {
		if b != 0 {
			t.Fatalf("byte %d of the key file is not zero", i)
		}
	}
}

// TestSealedIsNotReadable looks for the note and the point in the file's bytes.
func TestSealedIsNotReadable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := open(t, path)
	if _, err := s.Append([]store.Pending{filed(0)}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		if i+9 < len(b) && string(b[i:i+9]) == "two peopl" {
			t.Fatalf("the note stands in the file at %d", i)
		}
	}
}

func TestOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	open(t, path)
	_, err := store.Open(store.Config{Path: path})
	var inUse *store.InUseError
	if !errors.As(err, &inUse) || inUse.PID == "" {
		t.Errorf("second open: got %v, want InUseError with a pid", err)
	}
}

// TestDamage changes stored entries in every way and demands that replay says so.
func TestDamage(t *testing.T) {
	journal := []byte("journal")
	key := func(n byte) []byte { return []byte{0, 0, 0, 0, 0, 0, 0, n} }
	for name, break_ := range map[string]func(b *bolt.Bucket) error{
		"a flipped bit": func(b *bolt.Bucket) error {
			v := append([]byte(nil), b.Get(key(3))...)
			v[len(v)-5] ^= 4
			return b.Put(key(3), v)
		},
		"a changed entry with a right checksum": func(b *bolt.Bucket) error {
			v := append([]byte(nil), b.Get(key(3))...)
			i := bytes.Index(v, []byte("power"))
			copy(v[i:], "water")
			binary.BigEndian.PutUint32(v[1:], crc32.Checksum(v[5:], crc32.MakeTable(crc32.Castagnoli)))
			return b.Put(key(3), v)
		},
		"a removed entry": func(b *bolt.Bucket) error { return b.Delete(key(3)) },
		"two swapped entries": func(b *bolt.Bucket) error {
			x, y := append([]byte(nil), b.Get(key(2))...), append([]byte(nil), b.Get(key(3))...)
			return errors.Join(b.Put(key(2), y), b.Put(key(3), x))
		},
		"a first entry gone": func(b *bolt.Bucket) error { return b.Delete(key(1)) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.db")
			s := open(t, path)
			for i := range 5 {
				if _, err := s.Append([]store.Pending{filed(i)}); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			db, err := bolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(func(tx *bolt.Tx) error { return break_(tx.Bucket(journal)) }), db.Close()); err != nil {
				t.Fatal(err)
			}
			err = open(t, path).Replay(func(report.Entry) error { return nil })
			if !errors.Is(err, store.ErrDamaged) {
				t.Errorf("replay: got %v, want ErrDamaged", err)
			}
		})
	}
}

// TestDamagedFile: a file that is no store, or cut short, is refused and not
// panicked over.
func TestDamagedFile(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	s := open(t, good)
	if _, err := s.Append([]store.Pending{filed(0)}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	noise := append([]byte(nil), b...)
	for i := range noise {
		if i >= 2*4096 {
			noise[i] = byte(rand.Uint32())
		}
	}
	for name, text := range map[string][]byte{"text": []byte("not a store at all"), "cut": b[:5000], "noise": noise} {
		path := filepath.Join(dir, name+".db")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := store.Open(store.Config{Path: path}); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: got %v, want ErrDamaged", name, err)
			if err == nil {
				_ = s.Close()
			}
		}
	}
}

func TestFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := store.Open(store.Config{Path: path, MaxBytes: 200_000})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	n := 0
	for ; n < 5000; n++ {
		if _, err = s.Append([]store.Pending{filed(n)}); err != nil {
			break
		}
	}
	if !errors.Is(err, store.ErrFull) {
		t.Fatalf("after %d appends: got %v, want ErrFull", n, err)
	}
	if got := len(replay(t, s)); got != n {
		t.Errorf("entries: got %d, want the %d acknowledged", got, n)
	}
}

func BenchmarkAppend(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "a.db"))
	group := make([]store.Pending, 64)
	i := 0
	for b.Loop() {
		for j := range group {
			group[j] = filed(i)
			i++
		}
		if _, err := s.Append(group); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(group)*b.N)/b.Elapsed().Seconds(), "events/s")
}
