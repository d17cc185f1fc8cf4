package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"example.org/teplo/geo/pmtiles"
	"example.org/teplo/internal/site"
)

// openBasemap opens the operator's street map; the file stays open until the closer is
// called. No name: no map, and nothing to close.
func openBasemap(name string) (*site.Basemap, io.Closer, error) {
	if name == "" {
		return nil, io.NopCloser(nil), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: --basemap: %w", errUsage, err)
	}
	m, err := readBasemap(f)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("--basemap: %s: %w", name, err), f.Close())
	}
	return m, f, nil
}

func readBasemap(f *os.File) (*site.Basemap, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is no file", errData)
	}
	a, err := pmtiles.Open(f, info.Size())
	if err == nil {
		var m *site.Basemap
		if m, err = site.NewBasemap(a); err == nil {
			return m, nil
		}
	}
	if errors.Is(err, pmtiles.ErrFormat) || errors.Is(err, site.ErrBasemap) {
		err = fmt.Errorf("%w: %w; `pmtiles extract` or planetiler make one that fits", errData, err)
	}
	return nil, err
}
