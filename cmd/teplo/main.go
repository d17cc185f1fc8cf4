// Command teplo keeps reports of power and heating outages, emergency hubs and
// curfews in one file and serves them as pages and GeoJSON.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // wall-clock rules need zones on machines without them

	"github.com/spf13/pflag"

	"example.org/teplo/internal/intake"
	"example.org/teplo/internal/store"
)

// Exit codes (CONTRACT §1).
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitData    = 65
	exitStorage = 74
	exitInUse   = 75
)

// errUsage marks errors of the command line; errData those of input files.
var (
	errUsage = errors.New("usage")
	errData  = errors.New("input")
)

// command is one word of the command line.
type command struct {
	name, args, about string
	run               func(ctx context.Context, env *env, args []string) error
}

// env is what a command reads and writes.
type env struct {
	stdout, stderr io.Writer
}

func commands() []command {
	return []command{
		{"serve", "", "serves the pages and the API", runServe},
		{"import", "FILE...", "reads foreign files into the store", runImport},
		{"export", "COLLECTION", "writes a collection for other programs", runExport},
		{"key", "add|list|revoke", "makes, lists and ends access keys", runKey},
		{"demo", "", "writes a synthetic data set", runDemo},
		{"check", "", "verifies the whole store", runCheck},
		{"version", "", "prints version, commit and Go version", runVersion},
	}
}

func main() {
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2) // a blocking fdatasync must not hold the only processor
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50) // most of the memory is encoded features that live long
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], &env{stdout: os.Stdout, stderr: os.Stderr}))
}

// run does what the command line says and returns the exit code.
func run(ctx context.Context, args []string, e *env) int {
	if len(args) == 2 && args[0] == "checkstore" { // the child process of store.Open
		if err := store.CheckFile(args[1]); err != nil {
			fmt.Fprintln(e.stderr, err) //nolint:errcheck
			return exitData
		}
		return exitOK
	}
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		usage(e.stdout)
		if len(args) == 0 {
			return exitUsage
		}
		return exitOK
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return conclude(e, c.run(ctx, e, args[1:]))
		}
	}
	fmt.Fprintf(e.stderr, "teplo: %q is not a command; teplo help lists them\n", args[0]) //nolint:errcheck
	return exitUsage
}

// conclude prints an error as one line and turns it into the exit code.
func conclude(e *env, err error) int {
	if err == nil || errors.Is(err, pflag.ErrHelp) {
		return exitOK
	}
	line := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "usage: "), "\n", "; ")
	fmt.Fprintln(e.stderr, "teplo: "+line) //nolint:errcheck
	var inUse *store.InUseError
	switch {
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.As(err, &inUse):
		return exitInUse
	case errors.Is(err, errData), errors.Is(err, intake.ErrFile):
		return exitData
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrUnknown), errors.Is(err, store.ErrFull):
		return exitStorage
	default:
		return exitFailed
	}
}

func usage(w io.Writer) {
	fmt.Fprint(w, "teplo: where is the nearest warm, open place with sockets, and how fresh is that?\n\nusage: teplo COMMAND [FLAGS]\n\n") //nolint:errcheck
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-18s %s\n", c.name+" "+c.args, c.about) //nolint:errcheck
	}
	fmt.Fprintln(w, "\nteplo COMMAND -h shows the flags; each may also be set as TEPLO_FLAG in the environment.") //nolint:errcheck
}

// flags makes the flag set of a command. What the command line leaves out comes
// from TEPLO_<FLAG>, else from the default.
func flags(e *env, name string) *pflag.FlagSet {
	fs := pflag.NewFlagSet("teplo "+name, pflag.ContinueOnError)
	fs.SetOutput(e.stdout)
	fs.SortFlags = false
	return fs
}

// parse reads the flags; wrong ones are errUsage.
func parse(fs *pflag.FlagSet, args []string) error {
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, pflag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	var bad error
	fs.VisitAll(func(f *pflag.Flag) {
		name := "TEPLO_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value, ok := os.LookupEnv(name); ok && !f.Changed && bad == nil {
			if err := fs.Set(f.Name, value); err != nil {
				bad = fmt.Errorf("%w: %s: %w", errUsage, name, err)
			}
		}
	})
	return bad
}

// noArguments refuses what a command would pass over.
func noArguments(fs *pflag.FlagSet, command string) error {
	if fs.NArg() > 0 {
		return fmt.Errorf("%w: %s takes no argument, not %q", errUsage, command, fs.Arg(0))
	}
	return nil
}

func runVersion(_ context.Context, e *env, args []string) error {
	fs := flags(e, "version")
	if err := parse(fs, args); err != nil {
		return err
	}
	if err := noArguments(fs, "version"); err != nil {
		return err
	}
	version, commit := "devel", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	_, err := fmt.Fprintf(e.stdout, "teplo %s, commit %s, %s\n", version, commit, runtime.Version())
	return err
}
