package store

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
)

// PackKey returns the key that signs packs for phones (ECDSA, P-256), made and synced
// when the store has none yet. It stays the same as long as DB.keys does: phones know
// the server by it. It must not be called from two goroutines at once.
func (s *Store) PackKey() (*ecdsa.PrivateKey, error) {
	if scalar, ok := s.keys.find(0, classPack); ok {
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
		if err != nil {
			return nil, fmt.Errorf("%w: %s.keys: pack key: %w", ErrDamaged, s.path, err)
		}
		return key, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("store: pack key: %w", err)
	}
	scalar, err := key.Bytes()
	if err != nil {
		return nil, fmt.Errorf("store: pack key: %w", err)
	}
	if err := s.keys.keep(0, classPack, [32]byte(scalar)); err != nil {
		return nil, fmt.Errorf("store: pack key: %w", err)
	}
	return key, nil
}
