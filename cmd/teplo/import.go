package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"example.org/teplo/internal/intake"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/tracker"
)

// shownRejects is how many rejected rows are told on standard error.
const shownRejects = 20

type importFlags struct {
	storeFlags
	as, format, mapping, source, sourceURL, licence, tier, rejects, area string
	dry, strict                                                          bool
}

// summary counts the outcomes of an import.
type summary struct {
	fresh, changed, same, rejected int
	left                           int // good rows that were not taken (--strict)
}

func (s *summary) String() string {
	return fmt.Sprintf("imported %d new, %d changed, %d unchanged, %d rejected of %d",
		s.fresh, s.changed, s.same, s.rejected, s.fresh+s.changed+s.same+s.rejected+s.left)
}

func runImport(ctx context.Context, e *env, args []string) error {
	var f importFlags
	fs := flags(e, "import")
	f.add(fs)
	fs.StringVar(&f.as, "as", "", "hubs, outages, curfews, needs, reports or areas; default: recognised")
	fs.StringVar(&f.format, "format", "auto", "auto, csv, json or geojson")
	fs.StringVar(&f.mapping, "map", "", "mapping file (YAML)")
	fs.StringVar(&f.source, "source", "", "name of the source; default: the file's own, else its base name")
	fs.StringVar(&f.sourceURL, "source-url", "", "where a reader can check it")
	fs.StringVar(&f.licence, "licence", "", "licence of the data, as text")
	fs.StringVar(&f.tier, "tier", "", "official, operator, verified or community; default: official, for reports community")
	fs.StringVar(&f.area, "area", "", "code of the area where records without code and coordinates lie")
	fs.StringVar(&f.rejects, "rejects", "", "write rejected rows to this CSV file")
	fs.BoolVar(&f.dry, "dry-run", false, "say what would be imported, write nothing")
	fs.BoolVar(&f.strict, "strict", false, "import nothing of a file that has a rejected row")
	if err := parse(fs, args); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return fmt.Errorf("%w: import needs a file", errUsage)
	}
	if f.as != "" && !slices.Contains([]string{"hubs", "outages", "curfews", "needs", "reports", "areas"}, f.as) {
		return fmt.Errorf("%w: --as: %q is not hubs, outages, curfews, needs, reports or areas", errUsage, f.as)
	}
	if !slices.Contains([]string{"auto", "csv", "json", "geojson"}, f.format) {
		return fmt.Errorf("%w: --format: %q is not auto, csv, json or geojson", errUsage, f.format)
	}
	if f.tier != "" && (f.tier == "anonymous" || !report.OneOf(f.tier, report.Tiers)) {
		return fmt.Errorf("%w: --tier: %q is not official, operator, verified or community", errUsage, f.tier)
	}
	now, err := clockFrom(f.now)
	if err != nil {
		return err
	}
	cfg, err := f.config(now())
	if err != nil {
		return err
	}
	if f.dry {
		forget, err := f.aside()
		if err != nil {
			return err
		}
		defer forget()
	}
	w, err := openWriter(ctx, &f.storeFlags, now, nil, false) // --policy checks rows alone
	if err != nil {
		return err
	}
	if _, ok := w.Views().Full().Book.Area(f.area); f.area != "" && !ok {
		return errors.Join(fmt.Errorf("%w: --area: %q is not a known code", errUsage, f.area), w.close())
	}
	return errors.Join(f.files(ctx, e, w, cfg, fs.Args()), w.close())
}

// aside lets a dry run look at a store that does not exist without making it.
func (f *importFlags) aside() (forget func(), err error) {
	if _, err := os.Stat(f.db); !errors.Is(err, os.ErrNotExist) {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "teplo-dry")
	if err != nil {
		return nil, err
	}
	f.db = filepath.Join(dir, "dry.db")
	return func() { _ = os.RemoveAll(dir) }, nil // a temporary folder may stay
}

// config turns the flags into those of the reader.
func (f *importFlags) config(now time.Time) (intake.Config, error) {
	cfg := intake.Config{
		As: report.Collection(f.as), Format: f.format, Source: f.source, SourceURL: f.sourceURL, Licence: f.licence,
		Tier: report.Tier(f.tier), Area: f.area, Now: now,
	}
	policy, err := policyOf(f.policy)
	if err != nil {
		return cfg, err
	}
	cfg.ServiceArea, cfg.Zone = policy.Box(), policy.Location()
	if f.mapping != "" {
		text, err := os.ReadFile(f.mapping)
		if err != nil {
			return cfg, fmt.Errorf("%w: --map: %w", errUsage, err)
		}
		if cfg.Map, err = intake.ParseMapping(text); err != nil {
			return cfg, fmt.Errorf("%w: %s: %w", errUsage, f.mapping, err)
		}
	}
	return cfg, nil
}

// files imports one file after the other and prints the one summary line.
func (f *importFlags) files(ctx context.Context, e *env, w *writer, cfg intake.Config, paths []string) error {
	out, err := newRejects(e, f.rejects)
	if err != nil {
		return err
	}
	var total summary
	var failed []error
	cfg.Book = w.Views().Full().Book
	for _, path := range paths {
		cfg.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		out.file = path
		if err := f.one(ctx, e, w.Tracker, cfg, path, out, &total); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", path, err))
		}
	}
	if err := out.close(); err != nil {
		return err
	}
	if len(failed) > 0 && len(failed) == len(paths) && total.left+total.rejected == 0 {
		return errors.Join(failed...)
	}
	fmt.Fprintln(e.stdout, total.String()) //nolint:errcheck
	if len(failed) == 0 && total.rejected > 0 {
		return fmt.Errorf("%w: %d rows were rejected", errData, total.rejected)
	}
	return errors.Join(failed...)
}

// one imports one file. It is read to its end before anything is written when all
// or nothing of it is wanted.
func (f *importFlags) one(ctx context.Context, e *env, t *tracker.Tracker, cfg intake.Config, path string, out *rejects, total *summary) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w: %w", errData, err)
	}
	defer file.Close() //nolint:errcheck // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	bar := newBar(e, info.Size())
	in := importer{ctx: ctx, t: t, dry: f.dry, strict: f.strict, out: out, bar: bar, began: time.Now()}
	err = intake.Read(io.TeeReader(file, bar), cfg, in.row)
	_ = bar.Finish() // the bar is for the eye alone
	if err != nil {
		return err
	}
	if in.strict && in.sum.rejected > 0 {
		total.rejected += in.sum.rejected
		total.left += in.rows - in.sum.rejected
		return fmt.Errorf("%w: %d rows were rejected, so nothing was imported (--strict)", errData, in.sum.rejected)
	}
	in.strict = false
	err = in.flush()
	total.fresh += in.sum.fresh
	total.changed += in.sum.changed
	total.same += in.sum.same
	total.rejected += in.sum.rejected
	return err
}

// importer collects rows into chunks and imports them.
type importer struct {
	ctx         context.Context
	t           *tracker.Tracker
	dry, strict bool
	out         *rejects
	sum         summary
	records     []report.Record
	numbers     []int
	bar         *progressbar.ProgressBar // nil: none
	began       time.Time
	rows        int
	seen        map[string]firstRow // by feature id
}

// progressRows is after how many rows the bar tells their number.
const progressRows = 500

func (in *importer) row(r intake.Row) error {
	if in.rows++; in.bar != nil && in.rows%progressRows == 0 {
		in.bar.Describe(fmt.Sprintf("%d rows, %.0f rows/s", in.rows, float64(in.rows)/time.Since(in.began).Seconds()))
	}
	for _, n := range r.Notices {
		in.out.notice(r.Number, n)
	}
	if len(r.Problems) > 0 {
		in.sum.rejected++
		for _, p := range r.Problems {
			in.out.reject(r.Number, p)
		}
		return nil
	}
	if p, repeats := in.repeated(&r); repeats {
		in.sum.rejected++
		in.out.reject(r.Number, p)
		return nil
	}
	in.records, in.numbers = append(in.records, r.Record), append(in.numbers, r.Number)
	if len(in.records) >= importChunk && !in.strict {
		return in.flush()
	}
	return nil
}

// firstRow is where an id first stood in a file, and what was said of it.
type firstRow struct {
	number int
	hash   [16]byte
}

// repeated finds a row that says something else under a reference that stands in the
// file before: one of them would be lost.
func (in *importer) repeated(r *intake.Row) (intake.Problem, bool) {
	if _, filed := r.Record.Facts.(report.Filed); filed || r.Record.Ref == "" {
		return intake.Problem{}, false
	}
	if in.seen == nil {
		in.seen = map[string]firstRow{}
	}
	id, hash := r.Record.ID(), r.Record.ContentHash()
	first, again := in.seen[id]
	if !again {
		in.seen[id] = firstRow{r.Number, hash}
		return intake.Problem{}, false
	}
	reason := fmt.Sprintf("stands in row %d too, and says something else there", first.number)
	return intake.Problem{Field: "ref", Value: r.Record.Ref, Reason: reason}, first.hash != hash
}

func (in *importer) flush() error {
	for len(in.records) > 0 {
		n := min(len(in.records), importChunk)
		results, err := in.t.Import(in.ctx, in.records[:n], in.dry)
		if err != nil {
			return err
		}
		for i, res := range results {
			in.count(in.numbers[i], res)
		}
		in.records, in.numbers = in.records[n:], in.numbers[n:]
	}
	return nil
}

func (in *importer) count(row int, res tracker.Imported) {
	switch res.Outcome {
	case tracker.OutcomeNew:
		in.sum.fresh++
	case tracker.OutcomeChanged:
		in.sum.changed++
	case tracker.OutcomeSame:
		in.sum.same++
	case tracker.OutcomeRejected:
		in.sum.rejected++
		in.out.reject(row, intake.Problem{Field: res.Field, Reason: res.Problem})
	}
	if res.Notice != "" {
		in.out.notice(row, intake.Problem{Field: "id", Reason: res.Notice})
	}
}

// rejects tells rejected rows: in a CSV file, or the first on standard error.
type rejects struct {
	e              *env
	file           string
	f              *os.File
	w              *csv.Writer
	shown, notices int
}

func newRejects(e *env, path string) (*rejects, error) {
	r := &rejects{e: e}
	if path == "" {
		return r, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("%w: --rejects: %w", errUsage, err)
	}
	r.f, r.w = f, csv.NewWriter(f)
	return r, r.w.Write([]string{"row", "field", "value", "reason"})
}

func (r *rejects) reject(row int, p intake.Problem) {
	if r.w != nil {
		_ = r.w.Write([]string{strconv.Itoa(row), p.Field, p.Value, p.Reason}) // close tells
		return
	}
	if r.shown++; r.shown <= shownRejects {
		fmt.Fprintf(r.e.stderr, "%s: row %d: %s\n", r.file, row, p) //nolint:errcheck
	}
}

func (r *rejects) notice(row int, p intake.Problem) {
	if r.notices++; r.notices <= shownRejects {
		fmt.Fprintf(r.e.stderr, "%s: row %d: notice: %s\n", r.file, row, p) //nolint:errcheck
	}
}

func (r *rejects) close() error {
	if r.shown > shownRejects {
		fmt.Fprintf(r.e.stderr, "... and %d more; --rejects FILE lists all\n", r.shown-shownRejects) //nolint:errcheck
	}
	if r.notices > shownRejects {
		fmt.Fprintf(r.e.stderr, "... and %d more notices\n", r.notices-shownRejects) //nolint:errcheck
	}
	if r.w == nil {
		return nil
	}
	r.w.Flush()
	return errors.Join(r.w.Error(), r.f.Close())
}

// newBar shows progress on a terminal, and nothing when piped.
func newBar(e *env, size int64) *progressbar.ProgressBar {
	f, ok := e.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return progressbar.DefaultBytesSilent(size)
	}
	return progressbar.NewOptions64(size, progressbar.OptionSetWriter(f), progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(100*time.Millisecond))
}
