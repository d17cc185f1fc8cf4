package pmtiles_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"example.org/teplo/geo/pmtiles"
	"example.org/teplo/geo/pmtiles/pmtilestest"
)

func open(t testing.TB, file []byte) *pmtiles.Archive {
	t.Helper()
	a, err := pmtiles.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// randomArchive has some hundred tiles, many of the same bytes and side by side.
func randomArchive(rnd *rand.Rand) pmtilestest.Archive {
	a := pmtilestest.Archive{
		Type: pmtiles.TypeMVT, Tiles: map[pmtilestest.Tile][]byte{}, Plain: rnd.IntN(2) == 0, PerLeaf: 7 + rnd.IntN(80),
		Metadata: map[string]any{"attribution": "© somebody", "vector_layers": []map[string]any{{"id": "water", "minzoom": 0, "maxzoom": 9}}},
		Bounds:   [4]float64{22, 44, 40.5, 52.5},
	}
	for range 50 + rnd.IntN(400) {
		z := uint8(rnd.IntN(15))
		side := min(uint32(1)<<z, 12)
		at := pmtilestest.Tile{Z: z, X: (uint32(1)<<z - side) + rnd.Uint32N(side), Y: rnd.Uint32N(side)}
		a.Tiles[at] = []byte(strings.Repeat(fmt.Sprintf("tile %d ", rnd.IntN(30)), 1+rnd.IntN(2)))
	}
	return a
}

// TestRandom reads random archives back against the map that they were made of.
func TestRandom(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		want := randomArchive(rnd)
		got := open(t, want.Bytes())
		for at, b := range want.Tiles {
			if tile, err := got.Tile(at.Z, at.X, at.Y); err != nil || !bytes.Equal(tile, b) {
				t.Fatalf("seed %d: tile %v: got %q, %v, want %q", seed, at, tile, err, b)
			}
		}
		for range 500 {
			z := uint8(rnd.IntN(17))
			at := pmtilestest.Tile{Z: z, X: rnd.Uint32N(1 << z), Y: rnd.Uint32N(1 << z)}
			if tile, err := got.Tile(at.Z, at.X, at.Y); err != nil || !bytes.Equal(tile, want.Tiles[at]) {
				t.Fatalf("seed %d: tile %v: got %q, %v, want %q", seed, at, tile, err, want.Tiles[at])
			}
		}
	}
}

func TestWhatItSays(t *testing.T) {
	a := open(t, randomArchive(rand.New(rand.NewPCG(4, 1))).Bytes())
	h, m := a.Header(), a.Metadata()
	if h.Type != pmtiles.TypeMVT || h.MinZoom != 0 || h.MaxZoom != 14 || h.WestDeg != 22 || h.NorthDeg != 52.5 {
		t.Errorf("header: %+v", h)
	}
	if m.Attribution != "© somebody" || len(m.VectorLayers) != 1 || m.VectorLayers[0] != (pmtiles.VectorLayer{ID: "water", MaxZoom: 9}) {
		t.Errorf("metadata: %+v", m)
	}
	if other := open(t, randomArchive(rand.New(rand.NewPCG(5, 1))).Bytes()); other.Hash() == a.Hash() {
		t.Error("two archives have one hash")
	}
	for _, at := range []pmtilestest.Tile{{Z: 3, X: 8, Y: 0}, {Z: 3, X: 0, Y: 8}, {Z: 27, X: 0, Y: 0}, {Z: 200, X: 0, Y: 0}} {
		if tile, err := a.Tile(at.Z, at.X, at.Y); tile != nil || err != nil {
			t.Errorf("tile %v: got %q, %v, want none", at, tile, err)
		}
	}
}

// TestID has the examples of the specification, section 4.1.
func TestID(t *testing.T) {
	for _, tt := range []struct {
		z    uint8
		x, y uint32
		want uint64
	}{{0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4}, {2, 0, 0, 5}, {12, 3423, 1763, 19078479}} {
		if got, ok := pmtiles.ID(tt.z, tt.x, tt.y); !ok || got != tt.want {
			t.Errorf("%d/%d/%d: got %d, want %d", tt.z, tt.x, tt.y, got, tt.want)
		}
	}
}

// TestTogether has many readers at once: the race detector watches.
func TestTogether(t *testing.T) {
	want := randomArchive(rand.New(rand.NewPCG(9, 1)))
	want.PerLeaf = 5
	a := open(t, want.Bytes())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for at, b := range want.Tiles {
				if tile, err := a.Tile(at.Z, at.X, at.Y); err != nil || !bytes.Equal(tile, b) {
					t.Errorf("tile %v: got %q, %v", at, tile, err)
				}
			}
		})
	}
	all.Wait()
}

// TestHostile has an archive for every rule that bytes can break.
func TestHostile(t *testing.T) {
	whole := func() []byte {
		return pmtilestest.Archive{Type: pmtiles.TypeMVT, Plain: true, Tiles: map[pmtilestest.Tile][]byte{{Z: 1}: []byte("a"), {Z: 2}: []byte("bb")}}.Bytes()
	}
	set := func(at int, v uint64) func([]byte) []byte {
		return func(b []byte) []byte { binary.LittleEndian.PutUint64(b[at:], v); return b }
	}
	put := func(at int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b[at] = v; return b }
	}
	for name, harm := range map[string]func([]byte) []byte{
		"empty":                          func([]byte) []byte { return nil },
		"another file":                   func([]byte) []byte { return bytes.Repeat([]byte("SQLite format 3 "), 20) },
		"version 2":                      put(7, 2),
		"cut short":                      func(b []byte) []byte { return b[:len(b)-1] },
		"root outside":                   set(8, 1<<40),
		"root overflows":                 set(16, 1<<64-1),
		"root too late":                  set(8, 16<<10),
		"no root":                        set(16, 0),
		"leaves outside":                 set(48, 1<<62),
		"tiles outside":                  set(56, 1<<63),
		"compression unknown":            put(97, 9),
		"directories not what they say":  put(97, 2),
		"tiles compressed unknown":       put(98, 77),
		"zooms upside down":              put(100, 31),
		"zoom 31":                        put(101, 31),
		"a directory of many entries":    put(127, 0xff),
		"a directory that does not rise": put(129, 0),
	} {
		b := harm(whole())
		_, err := pmtiles.Open(bytes.NewReader(b), int64(len(b)))
		if !errors.Is(err, pmtiles.ErrFormat) {
			t.Errorf("%s: got %v, want ErrFormat", name, err)
		}
	}
}

// craft is an archive with directories of our own making.
func craft(root, leaves, data []byte) []byte {
	b := pmtilestest.Archive{Type: pmtiles.TypeMVT, Plain: true, Tiles: map[pmtilestest.Tile][]byte{{}: []byte("x"), {Z: 14}: []byte("y")}}.Bytes()[:127]
	at := 127
	for i, part := range [][]byte{root, []byte("{}"), leaves, data} {
		binary.LittleEndian.PutUint64(b[8+16*i:], uint64(at))
		binary.LittleEndian.PutUint64(b[16+16*i:], uint64(len(part)))
		b = append(b, part...)
		at += len(part)
	}
	return b
}

// TestDamagedLater has what is found only when a tile is asked for.
func TestDamagedLater(t *testing.T) {
	self := []byte{1, 0, 0, 5, 1} // one leaf of five bytes at the beginning: this very directory
	bomb := bytes.NewBuffer(nil)
	bomb.Write(gzipOf(t, bytes.Repeat([]byte{0}, 9<<20)))
	packed := craft(append(binary.AppendUvarint([]byte{1, 0, 1}, uint64(bomb.Len())), 1), nil, bomb.Bytes())
	packed[98] = 2
	for name, file := range map[string][]byte{
		"leaves in a circle":   craft(self, self, nil),
		"a leaf outside":       craft([]byte{1, 0, 0, 5, 9}, self, nil),
		"a tile outside":       craft([]byte{1, 0, 1, 5, 1}, nil, []byte("abc")),
		"a bomb":               packed,
		"a leaf that is empty": craft([]byte{1, 0, 0, 3, 1}, []byte{9, 9, 9}, nil),
	} {
		a := open(t, file)
		if tile, err := a.Tile(0, 0, 0); !errors.Is(err, pmtiles.ErrFormat) {
			t.Errorf("%s: got %d bytes, %v, want ErrFormat", name, len(tile), err)
		}
	}
	if tile, err := open(t, craft([]byte{1, 0, 1, 3, 1}, nil, []byte("abc"))).Tile(0, 0, 0); err != nil || string(tile) != "abc" {
		t.Errorf("the control: got %q, %v", tile, err)
	}
}

// FuzzOpen opens whatever there is and asks for tiles.
func FuzzOpen(f *testing.F) {
	small := map[pmtilestest.Tile][]byte{{}: []byte("a"), {Z: 1}: []byte("a"), {Z: 1, Y: 1}: []byte("b"), {Z: 2}: []byte("a")}
	for per := range 3 { // small ones: the fuzzer tries to make them smaller still
		f.Add(pmtilestest.Archive{Tiles: small, PerLeaf: 2 + per, Plain: true}.Bytes(), uint8(per), uint32(0), uint32(0))
		f.Add(pmtilestest.Archive{Tiles: small, PerLeaf: 2 + per}.Bytes(), uint8(per), uint32(0), uint32(0))
	}
	f.Add(craft([]byte{1, 0, 0, 5, 1}, []byte{1, 0, 0, 5, 1}, nil), uint8(0), uint32(0), uint32(0))
	f.Fuzz(func(t *testing.T, file []byte, z uint8, x, y uint32) {
		a, err := pmtiles.Open(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			if !errors.Is(err, pmtiles.ErrFormat) {
				t.Fatalf("bytes that can be read fail with %v", err)
			}
			return
		}
		if _, err := a.Tile(z, x, y); err != nil && !errors.Is(err, pmtiles.ErrFormat) {
			t.Fatal(err)
		}
	})
}
