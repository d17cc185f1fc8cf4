// Package store keeps the journal in one bbolt file: entries in order, each
// checksummed and chained to the one before, the ids ever seen, and the sealed
// parts with their day keys beside the file (DB.keys).
//
// What is acknowledged is on disk: [Store.Append] returns after the commit. An
// error from a commit means "unknown", never "failed": a meta page may have been
// written before its sync failed. After one the store takes no more writes.
//
// # Caveats
//
// One process may hold a store (DB.lock). No read transaction outlives a call,
// and none is ever open while a reply is written: with a reader open bbolt cannot
// free pages. Deleting a sealed part does not erase it from the file; zeroing its
// day key does.
package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"example.org/teplo/internal/report"
)

// Errors of the store.
var (
	ErrFull    = errors.New("store full")                                         // no space, or Config.MaxBytes reached: nothing was written
	ErrUnknown = errors.New("outcome unknown: send again with the same id")       // a commit failed; it may be there
	ErrDamaged = errors.New("store damaged: restore a backup with teplo restore") // wraps what and where
)

// InUseError says that another process holds the store.
type InUseError struct {
	Path string
	PID  string // of the holder, as it wrote it; may be empty
}

// Error implements error.
func (e *InUseError) Error() string {
	return fmt.Sprintf("store %s is in use by process %s: stop it first", e.Path, e.PID)
}

// Config says how to open a store; zero values are the defaults.
type Config struct {
	Path     string // of the bbolt file
	MaxBytes int64  // 0: 10^10
	// MustExist refuses to create a store.
	MustExist bool
	Check     []string // command that checks a file given as last argument; default: this executable with "checkstore"
}

// Store is an open journal. Append is for one goroutine at a time; everything
// else is safe for concurrent use.
type Store struct {
	path   string
	db     *bolt.DB
	lock   *os.File
	keys   *dayKeys
	head   Head
	broken error
}

// Head names the last entry: its sequence number, its time and the chain's hash.
type Head struct {
	Seq   uint64
	At    report.Instant
	Chain [32]byte
}

var (
	bucketMeta    = []byte("meta")
	bucketJournal = []byte("journal")
	bucketIDs     = []byte("ids")
	bucketSealed  = []byte("sealed")
	keyFormat     = []byte("format")
	keyBundle     = []byte("bundle")
)

const format = 1

// Open locks, checks and opens the store, creating it when there is none. The
// check runs in a child process: a damaged page can kill a process past every
// recover (research/reliability.md §1.1, B17).
func Open(cfg Config) (*Store, error) {
	if cfg.MaxBytes == 0 {
		cfg.MaxBytes = 1e10
	}
	if cfg.Path == "" {
		return nil, errors.New("store: the file has no name")
	}
	if _, err := os.Stat(cfg.Path); cfg.MustExist && err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	lock, err := acquire(cfg.Path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: cfg.Path, lock: lock}
	if err := s.open(cfg); err != nil {
		_ = s.Close() // the first error says more
		return nil, err
	}
	return s, nil
}

func (s *Store) open(cfg Config) error {
	opts := &bolt.Options{
		Timeout: 2 * time.Second, NoFreelistSync: true, FreelistType: bolt.FreelistMapType,
		InitialMmapSize: initialMapBytes, MaxSize: int(cfg.MaxBytes),
	}
	switch err := readThrough(cfg.Path); {
	case errors.Is(err, os.ErrNotExist) && !cfg.MustExist:
		if err := create(cfg.Path, opts); err != nil {
			return fmt.Errorf("store: create %s: %w", cfg.Path, err)
		}
	case err != nil:
		return fmt.Errorf("store: %w", err)
	default:
		if err := checkInChild(cfg); err != nil {
			return err
		}
	}
	if info, err := os.Stat(cfg.Path); err == nil && info.Size() > cfg.MaxBytes {
		opts.MaxSize = 0 // it starts and reads; writes answer ErrFull
		s.broken = ErrFull
	}
	db, err := bolt.Open(cfg.Path, 0o600, opts)
	if err != nil {
		return fmt.Errorf("store: open %s: %w", cfg.Path, err)
	}
	s.db = db
	if s.keys, err = openDayKeys(cfg.Path + ".keys"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// readThrough reads the file once in order, so that bbolt's scan of all pages
// finds them in memory (27 s against 2.8 s for 1.35 GB from a cold disk).
func readThrough(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{f}, make([]byte, 4<<20))
	return err
}

// create makes the file under another name and renames it when it is whole: a
// power cut leaves no file or a good one.
func create(path string, opts *bolt.Options) error {
	tmp := path + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	db, err := bolt.Open(tmp, 0o600, opts)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMeta, bucketJournal, bucketIDs, bucketSealed} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(keyFormat, []byte{format})
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return syncDir(path)
}

func syncDir(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		pid := make([]byte, 20)
		n, _ := f.ReadAt(pid, 0) // the holder may not have written it yet
		_ = f.Close()
		return nil, &InUseError{Path: path, PID: string(pid[:n])}
	}
	if err := errors.Join(f.Truncate(0), writeAt(f, fmt.Appendf(nil, "%d", os.Getpid()))); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("store: %s.lock: %w", path, err)
	}
	return f, nil
}

func writeAt(f *os.File, b []byte) error {
	_, err := f.WriteAt(b, 0)
	return err
}

func checkInChild(cfg Config) error {
	command := cfg.Check
	if command == nil {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		command = []string{self, "checkstore"}
	}
	out, err := exec.Command(command[0], append(command[1:len(command):len(command)], cfg.Path)...).CombinedOutput()
	if err != nil {
		first, _, _ := bytes.Cut(bytes.TrimSpace(out), []byte("\n"))
		return fmt.Errorf("%w: %s: %.200s (%w)", ErrDamaged, cfg.Path, first, err)
	}
	return nil
}

// CheckFile verifies the structure of a store's file; it is what the child
// process runs. A damaged file may panic instead.
func CheckFile(path string) error {
	db, err := bolt.Open(path, 0o400, &bolt.Options{ReadOnly: true, Timeout: 2 * time.Second})
	if err != nil {
		return err
	}
	return errors.Join(db.View(func(tx *bolt.Tx) error {
		var first error
		for err := range tx.Check() { // drained to the end: its goroutine must not outlive the transaction
			if first == nil {
				first = err
			}
		}
		if first == nil && tx.Bucket(bucketMeta) == nil {
			first = errors.New("not a store of teplo")
		}
		return first
	}), db.Close())
}

// Head returns the last entry's place. It is right after [Store.Replay].
func (s *Store) Head() Head { return s.head }

// Seen returns the sequence number under which a report's id was taken.
func (s *Store) Seen(id report.UUID) (seq uint64, ok bool, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		if v := tx.Bucket(bucketIDs).Get(id[:]); len(v) == 8 {
			seq, ok = binary.BigEndian.Uint64(v), true
		}
		return nil
	})
	return seq, ok, err
}

// Bundle returns the mark of the bundled data that was last loaded whole, or nil.
// It only saves work: loading the same data again changes nothing.
func (s *Store) Bundle() (mark []byte, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		mark = bytes.Clone(tx.Bucket(bucketMeta).Get(keyBundle))
		return nil
	})
	return mark, err
}

// SetBundle notes that the bundled data of this mark were loaded whole.
func (s *Store) SetBundle(mark []byte) error {
	err := s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(keyBundle, mark) })
	if err != nil {
		return classify(err)
	}
	return nil
}

// Bytes returns the size of the store's file.
func (s *Store) Bytes() int64 {
	info, err := os.Stat(s.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Close closes the files and gives up the lock; a second call does nothing.
func (s *Store) Close() error {
	var errs []error
	if s.db != nil {
		errs = append(errs, s.db.Close())
		s.db = nil
	}
	if s.keys != nil {
		errs = append(errs, s.keys.close())
		s.keys = nil
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
		s.lock = nil
	}
	return errors.Join(errs...)
}

// classify turns a commit's error into one of ours.
func classify(err error) error {
	if errors.Is(err, berrors.ErrMaxSizeReached) || errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("%w: %w", ErrUnknown, err)
}
