package store_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// secrets are the plain texts that open among the sealed parts of a file under any of
// the keys of a DB.keys file: what somebody reads who has both.
func secrets(t *testing.T, path, keys string) []string {
	t.Helper()
	slots, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, 0o400, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out []string
	if err := db.View(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("sealed")).ForEach(func(name, box []byte) error {
			for at := 0; at+32 <= len(slots); at++ { // whatever stands anywhere in the file may be a key
				block, err := aes.NewCipher(slots[at : at+32])
				if err != nil {
					return err
				}
				aead, err := cipher.NewGCM(block)
				if err != nil {
					return err
				}
				if plain, err := aead.Open(nil, box[:aead.NonceSize()], box[aead.NonceSize():], name); err == nil {
					out = append(out, string(plain))
				}
			}
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestErasedOpensNowhere: after each retention what it sealed can be opened neither in
// the file nor in a copy made before, with all that is left in DB.keys; nothing of it
// stands there in plain at any time.
func TestErasedOpensNowhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := open(t, path)
	for i := range 4 {
		if _, err := s.Append([]store.Pending{filed(i)}); err != nil {
			t.Fatal(err)
		}
	}
	stolen := path + ".stolen"
	copyFile(t, path, stolen)
	policy := report.Ukraine()
	for _, tc := range []struct {
		after time.Duration
		want  int // sealed parts that open: a main part and a note of each report
	}{{0, 8}, {8 * 24 * time.Hour, 4}, {92 * 24 * time.Hour, 0}} {
		for _, e := range s.DueErasures(day0.Add(tc.after), &policy) {
			if err := s.Erase(e); err != nil {
				t.Fatal(err)
			}
		}
		if got := secrets(t, stolen, path+".keys"); len(got) != tc.want {
			t.Errorf("%v later: %d sealed parts open, want %d", tc.after, len(got), tc.want)
		}
		for _, file := range []string{path, stolen, path + ".keys"} {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b, []byte("third floor")) {
				t.Errorf("%s holds a note in plain", filepath.Ext(file))
			}
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
