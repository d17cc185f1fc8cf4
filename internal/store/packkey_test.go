package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// TestPackKey: the key is made once, outlives every retention and a restart, and is
// nowhere but in DB.keys.
func TestPackKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := open(t, path)
	first, err := s.PackKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append([]store.Pending{filed(0)}); err != nil {
		t.Fatal(err)
	}
	policy := report.Ukraine()
	due := s.DueErasures(day0.Add(100*365*24*time.Hour), &policy)
	if len(due) != 2 {
		t.Fatalf("due after a hundred years: %v, want the note's and the report's key", due)
	}
	for _, e := range due {
		if err := s.Erase(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := open(t, path).PackKey()
	if err != nil || !again.Equal(first) {
		t.Fatalf("after a restart: another key, %v", err)
	}
	scalar, err := first.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for suffix, want := range map[string]int{"": 0, ".keys": 1, ".lock": 0} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Count(b, scalar); got != want {
			t.Errorf("DB%s holds the scalar %d times, want %d", suffix, got, want)
		}
	}
	if other, err := open(t, filepath.Join(t.TempDir(), "b.db")).PackKey(); err != nil || other.Equal(first) {
		t.Errorf("another store has the same key, %v", err)
	}
}
