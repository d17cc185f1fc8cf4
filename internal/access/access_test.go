package access_test

import (
	"crypto/sha256"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/teplo/internal/access"
)

var now = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

func TestSecret(t *testing.T) {
	form := regexp.MustCompile(`^tp_[0-9A-Za-z]+_[0-9A-Za-z]+$`)
	seen := map[access.Secret]bool{}
	for range 200 {
		s, id, hash := access.NewSecret()
		gotID, secret, ok := access.Parse(string(s))
		if !form.MatchString(string(s)) || !ok || gotID != id || sha256.Sum256([]byte(secret)) != hash || seen[s] {
			t.Fatalf("%s: id %s, %s, %v", s, id, gotID, ok)
		}
		seen[s] = true
	}
}

// TestMistyped: no change of one letter, no cut and no addition is still a key.
func TestMistyped(t *testing.T) {
	s, _, _ := access.NewSecret()
	text := string(s)
	for i := range text {
		c := byte('x')
		if text[i] == c {
			c = 'y'
		}
		for _, wrong := range []string{text[:i] + string(c) + text[i+1:], text[:i] + text[i+1:], text[:i] + "0" + text[i:]} {
			if _, _, ok := access.Parse(wrong); ok {
				t.Errorf("%s passes for %s", wrong, text)
			}
		}
	}
	for _, wrong := range []string{"", "tp_", "tp__", strings.ToUpper(text), text + "\n", " " + text, "tp_" + strings.Repeat("_", 58)} {
		if _, _, ok := access.Parse(wrong); ok {
			t.Errorf("%q passes", wrong)
		}
	}
}

func TestAdmits(t *testing.T) {
	s, id, hash := access.NewSecret()
	_, secret, _ := access.Parse(string(s))
	k := access.Key{ID: id, Role: access.Aid, Expires: now.Add(time.Hour), Hash: hash}
	if !k.Admits(secret, now) || k.Admits(secret[:42]+"x", now) || k.Admits("", now) || k.Admits(secret, now.Add(time.Hour)) {
		t.Error("wrong secrets or a wrong time are let in, or the right ones are not")
	}
	if k.Revoked = true; k.Admits(secret, now) {
		t.Error("a revoked key is let in")
	}
}

func TestCovers(t *testing.T) {
	k := access.Key{Areas: []string{"UA32", "UA1206"}}
	for code, want := range map[string]bool{"UA32060010010012345": true, "UA12060170010065850": true, "UA12020010010037010": false, "UA80": false, "": false} {
		if got := k.Covers(code); got != want {
			t.Errorf("%q: got %v", code, got)
		}
	}
	if all := (access.Key{}); !all.Covers("") || !all.Covers("UA80") {
		t.Error("a key without areas is not of everywhere")
	}
}

func TestRoles(t *testing.T) {
	for _, tc := range []struct {
		role   access.Role
		wanted access.Role
		want   bool
	}{
		{access.Admin, access.Moderator, true},
		{access.Admin, access.Aid, true},
		{access.Admin, access.Admin, true},
		{access.Admin, access.Volunteer, false},
		{access.Moderator, access.Admin, false},
		{access.Aid, access.Moderator, false},
		{access.Volunteer, access.Moderator, false},
		{"", access.Volunteer, false},
	} {
		if got := tc.role.Can(tc.wanted); got != tc.want {
			t.Errorf("%q for %s: got %v", tc.role, tc.wanted, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	s, _, _ := access.NewSecret()
	f.Add(string(s))
	f.Fuzz(func(t *testing.T, text string) {
		if id, secret, ok := access.Parse(text); ok && (len(id) == 0 || len(secret) == 0) {
			t.Errorf("%q: %q %q", text, id, secret)
		}
	})
}
