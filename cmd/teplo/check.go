package main

import (
	"context"
	"fmt"

	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
)

// runCheck verifies structure, checksums and chain of a store that nobody uses.
func runCheck(_ context.Context, e *env, args []string) error {
	var db string
	fs := flags(e, "check")
	fs.StringVar(&db, "db", "teplo.db", "the store's file")
	if err := parse(fs, args); err != nil {
		return err
	}
	if err := noArguments(fs, "check"); err != nil {
		return err
	}
	st, err := store.Open(store.Config{Path: db, MustExist: true})
	if err != nil {
		return err
	}
	defer st.Close() //nolint:errcheck // it was only read
	state := report.NewState()
	if err := st.Replay(state.Apply); err != nil {
		return err
	}
	h := st.Head()
	_, err = fmt.Fprintf(e.stdout, "ok %d events, head %d %x\n", h.Seq, h.Seq, h.Chain)
	return err
}
