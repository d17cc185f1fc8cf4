package pack

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// Header is the name of the header that a pack's signature stands in.
const Header = "Teplo-Pack-Signature"

// scalarBytes is the length of r and of s under P-256.
const scalarBytes = 32

// Sign returns the value of [Header] for a body: the public key as an uncompressed
// point (65 bytes) and the ECDSA signature of the body's SHA-256 as r‖s (64 bytes, IEEE
// P1363), both in padded base64, as WebCrypto takes them. The key must be of P-256.
func Sign(key *ecdsa.PrivateKey, body []byte) (string, error) {
	digest := sha256.Sum256(body)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return "", fmt.Errorf("pack: sign: %w", err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return "", fmt.Errorf("pack: sign: %w", err)
	}
	raw := make([]byte, 2*scalarBytes)
	r.FillBytes(raw[:scalarBytes])
	s.FillBytes(raw[scalarBytes:])
	encode := base64.StdEncoding.EncodeToString
	return "key=" + encode(point) + ", sig=" + encode(raw), nil
}

// Fingerprint is how people compare a public key: the first 32 hex digits of the
// SHA-256 of its uncompressed point, in fours (CONTRACT §3.4).
func Fingerprint(key *ecdsa.PublicKey) (string, error) {
	point, err := key.Bytes()
	if err != nil {
		return "", fmt.Errorf("pack: fingerprint: %w", err)
	}
	sum := sha256.Sum256(point)
	digits := hex.EncodeToString(sum[:16])
	var groups []string
	for i := 0; i < len(digits); i += 4 {
		groups = append(groups, digits[i:i+4])
	}
	return strings.Join(groups, " "), nil
}
