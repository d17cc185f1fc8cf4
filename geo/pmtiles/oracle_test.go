package pmtiles_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"example.org/teplo/geo/pmtiles"
	"example.org/teplo/geo/pmtiles/pmtilestest"
)

// need skips a test on a machine that lacks something, and fails it where everything
// is installed (TEPLO_NO_SKIP=1).
func need(t testing.TB, ok bool, what string) {
	t.Helper()
	switch {
	case ok:
	case os.Getenv("TEPLO_NO_SKIP") == "1":
		t.Fatalf("%s is missing", what)
	default:
		t.Skipf("%s is missing", what)
	}
}

func gzipOf(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestOracle compares with npm pmtiles: every tile there is, and many that are not.
func TestOracle(t *testing.T) {
	node, err := exec.LookPath("node")
	need(t, err == nil, "node")
	folder := filepath.Join("..", "..", ".ci", "oracle")
	_, err = os.Stat(filepath.Join(folder, "node_modules", "pmtiles"))
	need(t, err == nil, "npm pmtiles (npm ci in .ci/oracle)")
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		archive := randomArchive(rnd)
		ours := open(t, archive.Bytes())
		file := filepath.Join(t.TempDir(), "test.pmtiles")
		if err := os.WriteFile(file, archive.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		var asked []pmtilestest.Tile
		for at := range archive.Tiles {
			asked = append(asked, at)
		}
		for range 300 {
			z := uint8(rnd.IntN(21))
			asked = append(asked, pmtilestest.Tile{Z: z, X: rnd.Uint32N(1 << z), Y: rnd.Uint32N(1 << z)})
		}
		var in bytes.Buffer
		for _, at := range asked {
			fmt.Fprintln(&in, at.Z, at.X, at.Y)
		}
		cmd := exec.Command(node, "tiles.mjs", file)
		cmd.Dir, cmd.Stdin, cmd.Stderr = folder, &in, os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		compare(t, ours, asked, out)
	}
}

func compare(t *testing.T, ours *pmtiles.Archive, asked []pmtilestest.Tile, out []byte) {
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Scan()
	var head struct {
		MinZoom, MaxZoom, TileType int
		MinLon, MaxLat             float64
	}
	if err := json.Unmarshal(lines.Bytes(), &head); err != nil {
		t.Fatal(err)
	}
	if h := ours.Header(); head.MinZoom != int(h.MinZoom) || head.MaxZoom != int(h.MaxZoom) || head.TileType != int(h.Type) || head.MinLon != h.WestDeg || head.MaxLat != h.NorthDeg {
		t.Errorf("header: theirs %+v, ours %+v", head, h)
	}
	found := 0
	for _, at := range asked {
		var theirs struct {
			ID    uint64
			Bytes []byte
		}
		if !lines.Scan() {
			t.Fatal("the oracle ended early")
		}
		if err := json.Unmarshal(lines.Bytes(), &theirs); err != nil {
			t.Fatal(err)
		}
		if id, ok := pmtiles.ID(at.Z, at.X, at.Y); !ok || id != theirs.ID {
			t.Errorf("%v: id %d, theirs %d", at, id, theirs.ID)
		}
		if tile, err := ours.Tile(at.Z, at.X, at.Y); err != nil || !bytes.Equal(tile, theirs.Bytes) {
			t.Errorf("%v: ours %q, %v; theirs %q", at, tile, err, theirs.Bytes)
		}
		if theirs.Bytes != nil {
			found++
		}
	}
	if found < 40 {
		t.Errorf("only %d tiles were there", found)
	}
}

// TestCompressions has a tile in each way that the specification names.
func TestCompressions(t *testing.T) {
	var brot bytes.Buffer
	w := brotli.NewWriter(&brot)
	if _, err := w.Write([]byte("a tile")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for c, packed := range [][]byte{gzipOf(t, []byte("a tile")), []byte("a tile"), gzipOf(t, []byte("a tile")), brot.Bytes(), z.EncodeAll([]byte("a tile"), nil)} {
		file := craft([]byte{1, 0, 1, byte(len(packed)), 1}, nil, packed)
		file[98] = byte(c)
		if tile, err := open(t, file).Tile(0, 0, 0); err != nil || string(tile) != "a tile" {
			t.Errorf("compression %d: got %q, %v", c, tile, err)
		}
	}
}
