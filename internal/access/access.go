// Package access knows who may do what: keys with a role, areas and an end, and the
// secrets that prove them.
//
// A key is written tp_ID_SECRET. The secret is 256 random bits, so its SHA-256 is
// enough to keep: nobody can try out what it is, and a slow hash would only help
// those who want to keep the server busy. Secrets are compared in constant time.
// Keys do not change once made and are safe for concurrent use.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"hash/crc32"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Role says what a key may do.
type Role string

// The roles of CONTRACT §1. An admin may do all that a moderator and an aid key may.
const (
	Volunteer Role = "volunteer"
	Moderator Role = "moderator"
	Aid       Role = "aid"
	Admin     Role = "admin"
)

// Roles lists the roles.
var Roles = []Role{Volunteer, Moderator, Aid, Admin}

// Can reports whether r may do what is for one of the wanted roles.
func (r Role) Can(wanted ...Role) bool {
	return slices.Contains(wanted, r) || r == Admin && (slices.Contains(wanted, Moderator) || slices.Contains(wanted, Aid))
}

// Key is one access key as it is stored.
type Key struct {
	ID      string   // of 0-9A-Za-z
	Role    Role     //
	Name    string   // whose it is
	Areas   []string // prefixes of codes; none: everywhere
	Expires time.Time
	Hash    [32]byte // SHA-256 of the secret
	Revoked bool
	Halted  bool // it moved or retired too much in an hour, and waits for an admin
}

const (
	prefix      = "tp_"
	idLen       = 8
	secretLen   = 43 // 256 bits in base 62
	checksumLen = 6
	alphabet    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Secret is the whole of a key, tp_ID_SECRET, that is shown once.
type Secret string

// NewSecret draws the id and the secret of a new key, and the hash to keep.
func NewSecret() (s Secret, id string, hash [32]byte) {
	id = random(idLen)
	secret := random(secretLen)
	return Secret(prefix + id + "_" + secret + checksum(id+secret)), id, sha256.Sum256([]byte(secret))
}

// random draws so many letters and digits; each is uniform.
func random(n int) string {
	b := make([]byte, n)
	for i := range b {
		k, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(fmt.Sprintf("access: randomness: %v", err)) // reading randomness never fails (crypto/rand)
		}
		b[i] = alphabet[k.Int64()]
	}
	return string(b)
}

// checksum tells a mistyped key from an unknown one without a look at any key.
func checksum(text string) string {
	n := uint64(crc32.ChecksumIEEE([]byte(text)))
	b := make([]byte, checksumLen)
	for i := range b {
		b[checksumLen-1-i] = alphabet[n%62]
		n /= 62
	}
	return string(b)
}

// Parse takes a key apart; false for what is none, mistyped ones included.
func Parse(text string) (id, secret string, ok bool) {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok || len(rest) != idLen+1+secretLen+checksumLen || rest[idLen] != '_' || strings.Trim(strings.Replace(rest, "_", "", 1), alphabet) != "" {
		return "", "", false
	}
	id, secret = rest[:idLen], rest[idLen+1:idLen+1+secretLen]
	return id, secret, checksum(id+secret) == rest[idLen+1+secretLen:]
}

// Admits reports whether the secret is this key's, and the key holds now.
func (k *Key) Admits(secret string, now time.Time) bool {
	sum := sha256.Sum256([]byte(secret))
	same := subtle.ConstantTimeCompare(sum[:], k.Hash[:]) == 1
	return same && !k.Revoked && now.Before(k.Expires)
}

// Covers reports whether a code, or prefix of one, lies in the key's areas. What has
// no code lies only in everywhere.
func (k *Key) Covers(code string) bool {
	return len(k.Areas) == 0 || slices.ContainsFunc(k.Areas, func(p string) bool { return code != "" && strings.HasPrefix(code, p) })
}

// NewToken draws 256 bits for a session, an invitation or an operator's link, and
// the hash to keep.
func NewToken() (text string, hash [32]byte) {
	text = random(secretLen)
	return text, HashToken(text)
}

// HashToken is what is kept of a token.
func HashToken(text string) [32]byte { return sha256.Sum256([]byte(text)) }
