package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/data"
	"example.org/teplo/internal/intake"
	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/store"
	"example.org/teplo/internal/tracker"
)

// importChunk is how many records go into one transaction.
const importChunk = 10_000

// loadBundled brings the bundled reference data into the store: areas first, for
// hubs and rules stand in them. What is there already is left as it is; so a start
// that was cut short does it again, and a new edition of the program brings its new
// data. The same data are not looked at twice.
func loadBundled(ctx context.Context, t *tracker.Tracker, st *store.Store) error {
	mark, err := bundleMark()
	if err != nil {
		return err
	}
	if last, err := st.Bundle(); err != nil || bytes.Equal(last, mark) {
		return err
	}
	if err := importBundled(ctx, t); err != nil {
		return err
	}
	return st.SetBundle(mark)
}

// bundleReader is raised when the same files are to be read in another way.
const bundleReader = 2

// bundleMark is the digest of the bundled files and of how they are read.
func bundleMark() ([]byte, error) {
	h := sha256.New()
	h.Write([]byte{bundleReader})
	err := fs.WalkDir(data.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := data.Files.ReadFile(path)
		h.Write(b)
		return err
	})
	return h.Sum(nil), err
}

func importBundled(ctx context.Context, t *tracker.Tracker) error {
	areas, err := places.LoadBundled(data.Files)
	if err != nil {
		return err
	}
	slices.SortStableFunc(areas, func(a, b places.Area) int { return levelOrder(a.Level) - levelOrder(b.Level) })
	records := make([]report.Record, len(areas))
	for i := range areas {
		records[i] = areaRecord(&areas[i])
	}
	if _, err := t.Import(ctx, records, false); err != nil { // in one transaction: places are indexed once
		return fmt.Errorf("bundled areas: %w", err)
	}
	book := t.Views().Public().Book
	for _, set := range []struct {
		file, source string
		as           report.Collection
	}{{"hubs/hubs.csv", "hubs-ua-press", report.Hubs}, {"curfews/curfews.csv", "curfew-ua", report.Curfews}} {
		f, err := data.Files.Open(set.file)
		if err != nil {
			return err
		}
		var list []report.Record
		policy := report.Ukraine()
		cfg := intake.Config{As: set.as, Source: set.source, Name: set.source, Licence: "facts from public notices", ServiceArea: policy.Box(), Book: book}
		err = intake.Read(f, cfg, func(row intake.Row) error {
			if len(row.Problems) > 0 {
				return fmt.Errorf("bundled %s: row %d: %s", set.file, row.Number, row.Problems[0])
			}
			list = append(list, row.Record)
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := t.Import(ctx, list, false); err != nil {
			return fmt.Errorf("bundled %s: %w", set.file, err)
		}
	}
	return nil
}

func levelOrder(l places.Level) int {
	return slices.Index([]places.Level{places.LevelOblast, places.LevelRaion, places.LevelHromada, places.LevelSettlement, places.LevelDistrict}, l)
}

// areaRecord states a bundled area, with the register as its source.
func areaRecord(a *places.Area) report.Record {
	point := a.Point
	if !a.HasPoint {
		point = orb.Point{}
	}
	return report.Record{
		Source: "katottg", SourceURL: "https://data.gov.ua/", Licence: "CC BY 4.0", Tier: report.TierOfficial, Name: a.NameUK,
		Ref: a.Code, AreaCode: a.Code, Point: point, HasPoint: a.HasPoint, Confirmed: report.Instant(registerDate),
		Facts: report.Area{
			Level: string(a.Level), Category: a.Category, NameUK: a.NameUK, NameEN: a.NameEN, Alias: strings.Join(a.Aliases, ","), Parent: a.Parent,
			Population: a.Population, Outline: a.Outline,
		},
	}
}

// registerDate is 16 May 2025, the edition of the register, in Unix ms.
const registerDate = 1747353600000
