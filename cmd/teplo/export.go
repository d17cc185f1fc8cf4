package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"example.org/teplo/internal/export"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

// keyedCollections are those that --full alone exports.
var keyedCollections = []report.Collection{report.Reports, report.Needs}

// exportFlags are those of teplo export.
type exportFlags struct {
	storeFlags
	format, out, server, key string
	public, full             bool
	collection               report.Collection
	as                       *export.Format
}

func (f *exportFlags) add(fs *pflag.FlagSet) {
	f.storeFlags.add(fs)
	fs.StringVar(&f.format, "format", "geojson", formatNames())
	fs.BoolVar(&f.public, "public", false, "what everybody may see (default)")
	fs.BoolVar(&f.full, "full", false, "what the store holds, or the key may see; reports and needs too")
	fs.StringVarP(&f.out, "output", "o", "", "write this file, whole or not at all; default: standard output")
	fs.StringVar(&f.server, "server", "", "URL of a running server, instead of --db")
	fs.StringVar(&f.key, "key", "", "key for --server --full")
}

func formatNames() string {
	var names []string
	for _, f := range export.Formats {
		names = append(names, f.Name)
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// runExport writes one collection. Where to go on from, for /api/changes, stands on
// standard error.
func runExport(ctx context.Context, e *env, args []string) error {
	var f exportFlags
	fs := flags(e, "export")
	f.add(fs)
	if err := parse(fs, args); err != nil {
		return err
	}
	if err := f.check(fs); err != nil {
		return err
	}
	source := f.fromStore
	if f.server != "" {
		source = f.fromServer
	}
	cursor := ""
	err := f.write(e.stdout, func(w io.Writer) (err error) {
		cursor, err = source(ctx, w)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stderr, "cursor", cursor)
	return err
}

// check refuses what cannot be meant.
func (f *exportFlags) check(fs *pflag.FlagSet) error {
	collections := slices.Concat(view.Collections, keyedCollections)
	if fs.NArg() != 1 || !slices.Contains(collections, report.Collection(fs.Arg(0))) {
		return fmt.Errorf("%w: export wants one of %s", errUsage, strings.Trim(fmt.Sprint(collections), "[]"))
	}
	f.collection = report.Collection(fs.Arg(0))
	var ok bool
	if f.as, ok = export.Named(f.format); !ok {
		return fmt.Errorf("%w: --format: %q is not %s", errUsage, f.format, formatNames())
	}
	switch {
	case f.public && f.full:
		return fmt.Errorf("%w: --public or --full, not both", errUsage)
	case !f.full && slices.Contains(keyedCollections, f.collection):
		return fmt.Errorf("%w: %s are not public: --full exports them", errUsage, f.collection)
	case f.full && f.server != "" && f.key == "":
		return fmt.Errorf("%w: --full of a server needs --key", errUsage)
	}
	return nil
}

// fromStore exports out of a store that no server holds.
func (f *exportFlags) fromStore(ctx context.Context, out io.Writer) (cursor string, err error) {
	now, err := clockFrom(f.now)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(f.db); err != nil { // a mistyped name must not become a store
		return "", fmt.Errorf("--db: %w", err)
	}
	w, err := openWriter(ctx, &f.storeFlags, now, nil, false)
	if err != nil {
		return "", err
	}
	snap := w.Views().Public()
	if f.full {
		snap = w.Views().Full()
	}
	at := now()
	if err := w.close(); err != nil { // the snapshot stays
		return "", err
	}
	return strconv.FormatUint(snap.Seq, 10), f.as.Write(out, export.Selection{
		Collection: f.collection, Features: snap.Layer(f.collection).All(), Now: at, Cursor: snap.Seq,
	})
}

// fromServer exports what a running server shows to everybody, or to the key.
func (f *exportFlags) fromServer(ctx context.Context, out io.Writer) (cursor string, err error) {
	name := f.as.Name
	if name == "geojson" {
		name = "ndjson" // f=json comes in pages
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(f.server, "/")+"/api/collections/"+string(f.collection)+"/items?f="+url.QueryEscape(name), nil)
	if err != nil {
		return "", fmt.Errorf("%w: --server: %w", errUsage, err)
	}
	if f.full {
		req.Header.Set("Authorization", "Bearer "+f.key)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var p struct{ Detail string }
		_ = json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&p) // what is no problem document has no detail
		return "", fmt.Errorf("%s answered %d: %s", f.server, resp.StatusCode, p.Detail)
	}
	cursor = resp.Header.Get("Teplo-Cursor")
	if f.as.Name != "geojson" {
		_, err = io.Copy(out, resp.Body)
		return cursor, err
	}
	s := export.Selection{Collection: f.collection}
	if s.Cursor, err = strconv.ParseUint(cursor, 10, 64); err != nil {
		return "", fmt.Errorf("%s answered without Teplo-Cursor", f.server)
	}
	if s.Now, err = http.ParseTime(resp.Header.Get("Date")); err != nil {
		s.Now = time.Now()
	}
	return cursor, export.Gather(out, resp.Body, s)
}

// write lets do write the file that -o names, which appears only when it is whole, or
// standard output.
func (f *exportFlags) write(stdout io.Writer, do func(io.Writer) error) error {
	if f.out == "" {
		return do(stdout)
	}
	if info, err := os.Stat(f.out); err == nil && !info.Mode().IsRegular() {
		return f.pour(do)
	}
	mode := os.FileMode(0o666)
	if f.full {
		mode = 0o600 // not for everybody on this machine
	}
	part := fmt.Sprintf("%s.%d.part", f.out, os.Getpid())
	file, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	err = do(file)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(part, f.out)
	}
	if err != nil {
		_ = os.Remove(part) // the first error says more
	}
	return err
}

// pour writes into what is no file: a device or a pipe must not be replaced by one.
func (f *exportFlags) pour(do func(io.Writer) error) error {
	w, err := os.OpenFile(f.out, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	return errors.Join(do(w), w.Close())
}
