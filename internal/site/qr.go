package site

import (
	"image/color"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"

	"example.org/teplo/internal/places"
)

// shortURL is the short link of a place's code or a hub's id; "" where the address
// of the server is not known.
func (s *Site) shortURL(id string) string {
	if s.cfg.PublicURL == "" {
		return ""
	}
	if strings.HasPrefix(id, hubIDPrefix) {
		return s.cfg.PublicURL + "/s/" + shortOfHub(id)
	}
	return s.cfg.PublicURL + "/s/" + places.Serial(id)
}

// qrCode is a QR code as one path of an SVG image, with the margin of four modules
// that readers need (ISO/IEC 18004 §6.3.8).
type qrCode struct {
	Text string
	Size int // width and height of the image, in modules
	Path string
}

const qrMargin = 4

// newQR draws a text with medium error correction: 15 % of it may be dirty or torn.
func newQR(text string) (*qrCode, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return nil, err
	}
	n := code.Bounds().Dx()
	var b strings.Builder
	for y := range n {
		for x := 0; x < n; x++ {
			from := x
			for x < n && code.At(x, y) == color.Black {
				x++
			}
			if x > from {
				b.WriteString("M" + strconv.Itoa(from+qrMargin) + " " + strconv.Itoa(y+qrMargin) + "h" + strconv.Itoa(x-from) + "v1h-" + strconv.Itoa(x-from) + "z")
			}
		}
	}
	return &qrCode{Text: text, Size: n + 2*qrMargin, Path: b.String()}, nil
}
