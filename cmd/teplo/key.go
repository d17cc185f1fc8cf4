package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.org/teplo/internal/access"
	"example.org/teplo/internal/places"
)

// keyFlags are those of teplo key.
type keyFlags struct {
	storeFlags
	role, name, areas, expires, server, key string
}

func (f *keyFlags) add(fs *pflag.FlagSet) {
	f.storeFlags.add(fs)
	fs.StringVar(&f.role, "role", "", "volunteer, moderator, aid or admin")
	fs.StringVar(&f.name, "name", "", "whose key it is")
	fs.StringVar(&f.areas, "areas", "", "comma list of codes that the key is for, e.g. UA32,UA80; * or empty: everywhere")
	fs.StringVar(&f.expires, "expires", "90d", "when it ends: days (90d), hours (12h) or an RFC 3339 instant")
	fs.StringVar(&f.server, "server", "", "URL of a running server, instead of --db")
	fs.StringVar(&f.key, "key", "", "admin key for --server")
}

// runKey adds, lists and revokes access keys.
func runKey(ctx context.Context, e *env, args []string) error {
	var f keyFlags
	fs := flags(e, "key")
	f.add(fs)
	if err := parse(fs, args); err != nil {
		return err
	}
	now, err := clockFrom(f.now)
	if err != nil {
		return err
	}
	switch action := fs.Arg(0); {
	case action == "add" && fs.NArg() == 1:
		return f.addKey(ctx, e, now)
	case action == "list" && fs.NArg() == 1:
		return f.list(ctx, e, now)
	case action == "revoke" && fs.NArg() == 2:
		return f.revoke(ctx, now, fs.Arg(1))
	}
	return fmt.Errorf("%w: key wants add, list or revoke ID", errUsage)
}

// expiry reads --expires.
func (f *keyFlags) expiry(now time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, f.expires); err == nil {
		return t, nil
	}
	span, err := time.ParseDuration(f.expires)
	if days, ok := strings.CutSuffix(f.expires, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 12)
		span = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || span <= 0 {
		return time.Time{}, fmt.Errorf("%w: --expires: %q is not days such as 90d, hours such as 12h, or an RFC 3339 instant", errUsage, f.expires)
	}
	return now.Add(span), nil
}

// codes reads --areas.
func (f *keyFlags) codes() ([]string, error) {
	if f.areas == "" || f.areas == "*" {
		return []string{}, nil
	}
	var out []string
	for part := range strings.SplitSeq(f.areas, ",") {
		code, err := places.ParseCode(part)
		if err != nil {
			return nil, fmt.Errorf("%w: --areas: %w", errUsage, err)
		}
		out = append(out, code)
	}
	return out, nil
}

// addKey prints the secret of a new key, once, alone on standard output.
func (f *keyFlags) addKey(ctx context.Context, e *env, now func() time.Time) error {
	if !slices.Contains(access.Roles, access.Role(f.role)) {
		return fmt.Errorf("%w: --role: %q is not volunteer, moderator, aid or admin", errUsage, f.role)
	}
	if f.name == "" {
		return fmt.Errorf("%w: --name: whose key is it?", errUsage)
	}
	codes, err := f.codes()
	if err != nil {
		return err
	}
	if f.role == string(access.Aid) && f.areas == "" {
		return fmt.Errorf("%w: --areas: an aid key names its areas, or *", errUsage)
	}
	expires, err := f.expiry(now())
	if err != nil {
		return err
	}
	if f.server != "" {
		if f.areas == "*" {
			codes = []string{"*"}
		}
		body := map[string]any{"role": f.role, "name": f.name, "areas": codes, "expires": expires.UTC().Format(time.RFC3339)}
		var made struct{ Secret string }
		if err := f.call(ctx, http.MethodPost, "/api/keys", body, &made); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.stdout, made.Secret)
		return err
	}
	w, err := openWriter(ctx, &f.storeFlags, now, nil, false)
	if err != nil {
		return err
	}
	k := access.Key{Role: access.Role(f.role), Name: f.name, Expires: expires}
	for _, code := range codes {
		a, ok := w.Views().Full().Book.Area(code)
		if !ok {
			return errors.Join(fmt.Errorf("%w: --areas: %s is not a known code", errUsage, code), w.close())
		}
		k.Areas = append(k.Areas, places.Prefix(a.Code))
	}
	secret, _, err := w.AddKey(ctx, k, "")
	if err == nil {
		_, err = fmt.Fprintln(e.stdout, secret)
	}
	return errors.Join(err, w.close())
}

// list prints the keys, one a line: id, role, end, areas, name.
func (f *keyFlags) list(ctx context.Context, e *env, now func() time.Time) error {
	type row struct {
		ID, Role, Name, Expires string
		Areas                   []string
		Revoked                 bool
	}
	var out struct{ Keys []row }
	if f.server != "" {
		if err := f.call(ctx, http.MethodGet, "/api/keys", nil, &out); err != nil {
			return err
		}
	} else {
		w, err := openWriter(ctx, &f.storeFlags, now, nil, false)
		if err != nil {
			return err
		}
		keys := w.Views().Full().Keys
		for _, id := range slices.Sorted(maps.Keys(keys)) {
			k := keys[id]
			out.Keys = append(out.Keys, row{k.ID, string(k.Role), k.Name, k.Expires.UTC().Format(time.RFC3339), k.Areas, k.Revoked})
		}
		if err := w.close(); err != nil {
			return err
		}
	}
	for _, k := range out.Keys {
		areas, state := strings.Join(k.Areas, ","), ""
		if areas == "" {
			areas = "*"
		}
		if k.Revoked {
			state = " revoked"
		}
		if _, err := fmt.Fprintf(e.stdout, "%s %s %s %s %s%s\n", k.ID, k.Role, k.Expires, areas, k.Name, state); err != nil {
			return err
		}
	}
	return nil
}

func (f *keyFlags) revoke(ctx context.Context, now func() time.Time, id string) error {
	if f.server != "" {
		return f.call(ctx, http.MethodDelete, "/api/keys/"+id, nil, nil)
	}
	w, err := openWriter(ctx, &f.storeFlags, now, nil, false)
	if err != nil {
		return err
	}
	err = w.RevokeKey(ctx, id, "")
	if err != nil {
		err = fmt.Errorf("%w: no key %q that still holds", errData, id)
	}
	return errors.Join(err, w.close())
}

// call asks a running server; what it refuses is an error with its words.
func (f *keyFlags) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(f.server, "/")+path, body)
	if err != nil {
		return fmt.Errorf("%w: --server: %w", errUsage, err)
	}
	req.Header.Set("Authorization", "Bearer "+f.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		var p struct{ Detail string }
		_ = json.Unmarshal(text, &p) // what is no problem document has no detail
		return fmt.Errorf("%s answered %d: %s", f.server, resp.StatusCode, p.Detail)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// firstKeyLasts is how long the admin key of a new store holds.
const firstKeyLasts = 10 * 365 * 24 * time.Hour

// firstKey makes an admin key for a store that never had one, and tells it once.
func firstKey(ctx context.Context, e *env, w *writer, now time.Time) error {
	for _, k := range w.Views().Full().Keys {
		if k.Role == access.Admin {
			return nil
		}
	}
	secret, _, err := w.AddKey(ctx, access.Key{Role: access.Admin, Name: "first start", Expires: now.Add(firstKeyLasts)}, "")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stderr, "admin key: %s\n", secret)
	return err
}
