package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"example.org/teplo/data"
	"example.org/teplo/internal/api"
	"example.org/teplo/internal/pack"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/site"
	"example.org/teplo/internal/store"
)

// stopWithin is how long requests in flight may take after a signal.
const stopWithin = 5 * time.Second

// runServe serves until a signal, or until the store takes no more writes.
func runServe(ctx context.Context, e *env, args []string) error {
	var (
		f                                   storeFlags
		addr, publicURL, proxies, logFormat string
		basemap                             string
		drill                               bool
	)
	fs := flags(e, "serve")
	f.add(fs)
	fs.StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 picks a free one")
	fs.StringVar(&publicURL, "public-url", "", "URL by which the world reaches this server; default: from the request")
	fs.StringVar(&basemap, "basemap", "", "street map: a PMTiles archive of vector tiles or images")
	fs.StringVar(&proxies, "trusted-proxies", "", "comma list of networks (CIDR) whose X-Forwarded-For counts")
	fs.StringVar(&logFormat, "log-format", "text", "text or json")
	fs.BoolVar(&drill, "drill", false, "every page bears a banner; allows --now")
	if err := parse(fs, args); err != nil {
		return err
	}
	if err := noArguments(fs, "serve"); err != nil {
		return err
	}
	if f.now != "" && !drill {
		return fmt.Errorf("%w: --now needs --drill", errUsage)
	}
	now, err := clockFrom(f.now)
	if err != nil {
		return err
	}
	if publicURL, err = checkURL(publicURL); err != nil {
		return err
	}
	trusted, err := prefixes(proxies)
	if err != nil {
		return err
	}
	log, err := logger(e, logFormat)
	if err != nil {
		return err
	}
	streets, file, err := openBasemap(basemap)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	w, err := openWriter(ctx, &f, now, log, true)
	if err != nil {
		return err
	}
	words, err := report.LoadMilitaryWords(data.Files)
	if err != nil {
		return errors.Join(err, w.close())
	}
	if err := firstKey(ctx, e, w, now()); err != nil && !errors.Is(err, store.ErrFull) {
		return errors.Join(err, w.close())
	}
	packKey, fingerprint := keyOfPacks(w, log)
	srv := api.New(api.Config{Tracker: w.Tracker, Now: now, Log: log, PublicURL: publicURL, TrustedProxies: trusted, Words: words, PackKey: packKey})
	pages, err := site.New(site.Config{
		Views: w.Views(), Now: now, Drill: drill, File: srv.FileForm, Answer: srv.AnswerForm, FileOperator: srv.FileOperator, Body: srv.Body,
		PublicURL: publicURL, Caller: srv.Caller, Join: srv.JoinForm, Leave: srv.Leave, Ask: srv.Ask, OpenAPI: srv.OpenAPI, PackFingerprint: fingerprint, Basemap: streets,
	})
	if err != nil {
		return errors.Join(err, w.close())
	}
	srv.ShowWith(pages.Sheet)
	pages.Mount(srv.App())
	warnStale(w, now(), log)
	return listen(ctx, e, addr, srv, w)
}

// keyOfPacks returns the key that signs packs and its fingerprint. A server whose disk
// is full starts without: only packs are missing then.
func keyOfPacks(w *writer, log *slog.Logger) (*ecdsa.PrivateKey, string) {
	key, err := w.store.PackKey()
	if err != nil {
		log.Error("packs for phones are not served: there is no key to sign them", "error", err)
		return nil, ""
	}
	fingerprint, err := pack.Fingerprint(&key.PublicKey)
	if err != nil {
		log.Error("the key that signs packs has no fingerprint", "error", err)
	}
	return key, fingerprint
}

// warnStale says when no curfew rule was confirmed lately: then no verdict is a yes.
func warnStale(w *writer, now time.Time, log *slog.Logger) {
	snap := w.Views().Public()
	var newest report.Instant
	for f := range snap.Layer(report.Curfews).All() {
		newest = max(newest, f.Facts.ConfirmedAt)
	}
	if within := time.Duration(snap.Policy.CurfewConfirm); newest.Add(within).Time().Before(now) {
		log.Warn("verdicts are unconfirmed until somebody imports or confirms curfew rules",
			"newest_rule", newest.Time().Format(time.DateOnly), "curfew_confirm_within", within.String())
	}
}

// listen answers until ctx ends or the writer fails, then stops in order: streams
// and requests first, the store last.
func listen(ctx context.Context, e *env, addr string, srv *api.Server, w *writer) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return errors.Join(err, w.close())
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	if _, err := fmt.Fprintf(e.stdout, "listening on http://%s\n", l.Addr()); err != nil {
		return errors.Join(err, w.close())
	}
	var failed error
	select {
	case <-ctx.Done():
	case err := <-served:
		return errors.Join(err, w.close())
	case err := <-w.done:
		failed = err
		w.done <- nil
	}
	stop, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		failed = errors.Join(failed, err)
	}
	return errors.Join(failed, w.close())
}

func checkURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%w: --public-url: %q is not a URL such as https://teplo.example", errUsage, s)
	}
	return strings.TrimRight(s, "/"), nil
}

func prefixes(list string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for part := range strings.SplitSeq(list, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("%w: --trusted-proxies: %q is not a network such as 10.0.0.0/8", errUsage, part)
		}
		out = append(out, p)
	}
	return out, nil
}

func logger(e *env, format string) (*slog.Logger, error) {
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(e.stderr, nil)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(e.stderr, nil)), nil
	default:
		return nil, fmt.Errorf("%w: --log-format: %q is not text or json", errUsage, format)
	}
}
