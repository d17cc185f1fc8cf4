package site

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"example.org/teplo/geo/pmtiles"
	"example.org/teplo/geo/tile"
)

// Streets are served in squares that tell nobody where a phone stands: a tile up to
// zoom 11, and from there down the whole cell of zoom 12 at once. There is no finer
// route (CONTRACT §3.2, near-me).
const (
	cellZoom = 12
	// detailZoom is what a cell's streets are taken from: from it on tiles have all of
	// them, and what deeper ones have more are buildings.
	detailZoom = 14
	// imageZoom is the deepest that a cell's images are taken from.
	imageZoom = 15
	// sheetBytes bounds a sheet before compression (about a fifth of it after), and
	// imageBytes the images of a cell.
	sheetBytes = 300_000
	imageBytes = 1 << 20
	keptBytes  = 32 << 20 // of squares in memory
	tileBrotli = 6
)

// ErrBasemap is an archive that is one, but of nothing that the map draws.
var ErrBasemap = errors.New("not a street map")

// Basemap is the operator's street map. It is safe for concurrent use.
type Basemap struct {
	archive *pmtiles.Archive
	hash    string
	kept    squares
	making  sync.Mutex // one square is made at a time: anybody may ask for many
}

// NewBasemap takes an archive of vector tiles of a known schema, or of images; what it
// cannot draw is [ErrBasemap].
func NewBasemap(a *pmtiles.Archive) (*Basemap, error) {
	h, sum := a.Header(), a.Hash()
	if h.Type != pmtiles.TypeMVT && h.Type.MediaType() == "" {
		return nil, fmt.Errorf("%w: its tiles are neither vector tiles nor images", ErrBasemap)
	}
	known := func(l pmtiles.VectorLayer) bool { return tile.Wanted(l.ID) }
	if layers := a.Metadata().VectorLayers; h.Type == pmtiles.TypeMVT && len(layers) > 0 && !slices.ContainsFunc(layers, known) {
		return nil, fmt.Errorf("%w: its layers are not those of OpenMapTiles, Protomaps or Shortbread", ErrBasemap)
	}
	return &Basemap{archive: a, hash: hex.EncodeToString(sum[:6]), kept: squares{most: keptBytes}}, nil
}

// streetOptions are what the street module is opened with.
type streetOptions struct {
	Module string      `json:"module"`
	URL    string      `json:"url"` // with {z}, {x} and {y} in it
	Min    uint8       `json:"min"` // zooms of single tiles
	Max    uint8       `json:"max"`
	Cells  bool        `json:"cells"`  // below them there are cells of zoom 12
	Images bool        `json:"images"` // not sheets
	Box    *[4]float64 `json:"box"`    // west, south, east, north in degrees; null: not known
}

func (b *Basemap) options(module string) *streetOptions {
	h := b.archive.Header()
	o := &streetOptions{
		Module: module, URL: "/basemap/" + b.hash + "/{z}/{x}/{y}", Min: min(h.MinZoom, cellZoom-1), Max: min(h.MaxZoom, cellZoom-1),
		Cells: h.MaxZoom >= cellZoom, Images: h.Type != pmtiles.TypeMVT,
	}
	if h.WestDeg < h.EastDeg && h.SouthDeg < h.NorthDeg {
		o.Box = &[4]float64{h.WestDeg, h.SouthDeg, h.EastDeg, h.NorthDeg}
	}
	return o
}

var tags = regexp.MustCompile(`<[^>]*>`)

// credit is whom the archive wants named, as text: many archives have HTML there.
// Streets of the known schemas are OpenStreetMap's, said or not.
func (b *Basemap) credit() string {
	const most = 120
	text := strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(b.archive.Metadata().Attribution, " "))), " ")
	if text == "" && b.archive.Header().Type == pmtiles.TypeMVT {
		return "© OpenStreetMap"
	}
	return string([]rune(text)[:min(len([]rune(text)), most)])
}

// handleBasemap answers with a square. Its address has the archive's hash, so it may
// be kept for ever.
func (s *Site) handleBasemap(c *fiber.Ctx) error {
	b := s.cfg.Basemap
	if b == nil || c.Params("hash") != b.hash {
		return s.missing(c)
	}
	z, errZ := strconv.ParseUint(c.Params("z"), 10, 8)
	x, errX := strconv.ParseUint(c.Params("x"), 10, 32)
	y, errY := strconv.ParseUint(c.Params("y"), 10, 32)
	if err := firstError(errZ, errX, errY); err != nil || z > cellZoom || x>>z > 0 || y>>z > 0 {
		return fiber.NewError(fiber.StatusBadRequest, "there is no such square: z is 0 to 12, x and y are below 2^z")
	}
	a, err := b.square(squareName{uint8(z), uint32(x), uint32(y)})
	if err != nil {
		return fmt.Errorf("basemap: %w", err)
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	return a.send(c)
}

func (b *Basemap) square(n squareName) (*asset, error) {
	if a := b.kept.find(n); a != nil {
		return a, nil
	}
	b.making.Lock()
	defer b.making.Unlock()
	if a := b.kept.find(n); a != nil {
		return a, nil
	}
	build := b.sheet
	if b.archive.Header().Type != pmtiles.TypeMVT {
		build = b.images
	}
	a, err := build(n)
	if err == nil {
		b.kept.keep(n, a)
	}
	return a, err
}

// under calls each with the tiles of a zoom that a square consists of.
func (b *Basemap) under(n squareName, zoom uint8, each func(t []byte, at tile.Square) error) error {
	side := uint32(1) << (zoom - n.z)
	for y := range side {
		for x := range side {
			t, err := b.archive.Tile(zoom, n.x*side+x, n.y*side+y)
			if err != nil {
				return err
			}
			if t == nil {
				continue
			}
			if err := each(t, tile.Square{X: int(x), Y: int(y), Side: int(side)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// sheet makes of a square's vector tiles what the map draws.
func (b *Basemap) sheet(n squareName) (*asset, error) {
	sheet, zoom := tile.NewSheet(), n.z
	if n.z == cellZoom {
		zoom = max(cellZoom, min(detailZoom, b.archive.Header().MaxZoom))
	}
	err := b.under(n, zoom, func(t []byte, at tile.Square) error {
		layers, err := tile.Decode(t, tile.Wanted)
		if err == nil {
			sheet.Add(layers, at)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	plain := []byte("{}")
	if !sheet.Empty() {
		plain = sheet.AppendJSON(nil, sheetBytes)
	}
	gz, err := gzipped(plain, tileBrotli)
	if err != nil {
		return nil, err
	}
	brot, err := brotlied(plain, tileBrotli)
	return &asset{mediaType: "application/json", plain: plain, gz: gz, brot: brot}, err
}

// images puts a square's images into one reply: four bytes with the length of a JSON
// object (little-endian), the object, and the images as they are. The object has their
// type, their zoom, and x, y and length of each. A cell's are of the deepest zoom that
// is not too much.
func (b *Basemap) images(n squareName) (*asset, error) {
	zoom := n.z
	if n.z == cellZoom {
		zoom = max(cellZoom, min(imageZoom, b.archive.Header().MaxZoom))
	}
	for ; ; zoom-- {
		list, pixels := [][3]int{}, []byte(nil)
		err := b.under(n, zoom, func(t []byte, at tile.Square) error {
			list = append(list, [3]int{int(n.x)*at.Side + at.X, int(n.y)*at.Side + at.Y, len(t)})
			pixels = append(pixels, t...)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(pixels) > imageBytes {
			if zoom > n.z {
				continue
			}
			list, pixels = [][3]int{}, nil // one image of more than a megabyte is none for a phone
		}
		head, err := json.Marshal(map[string]any{"type": b.archive.Header().Type.MediaType(), "z": zoom, "tiles": list})
		if err != nil {
			return nil, err
		}
		plain := []byte{byte(len(head)), byte(len(head) >> 8), byte(len(head) >> 16), 0}
		return &asset{mediaType: fiber.MIMEOctetStream, plain: slices.Concat(plain, head, pixels)}, nil
	}
}
