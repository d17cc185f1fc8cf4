package main_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/chromedp/chromedp"
	"github.com/klauspost/compress/gzip"
)

// packDocument is the part of a pack that these tests look at.
type packDocument struct {
	ADM1, Cell    string
	Seq           uint64
	Withheld      bool
	Revoked       []string
	WithheldAreas []string `json:"withheld_areas"`
	Hubs          struct{ ID, Name []string }
}

var (
	oblasts  = strings.Fields("UA01 UA05 UA07 UA12 UA14 UA18 UA21 UA23 UA26 UA32 UA35 UA44 UA46 UA48 UA51 UA53 UA56 UA59 UA61 UA63 UA65 UA68 UA71 UA73 UA74 UA80 UA85")
	withheld = []string{"UA14", "UA23", "UA44", "UA65"} // by the policy of Ukraine
)

// pack reads a pack whose signature must be good, and returns its public key too.
func (s *server) pack(adm1 string) (packDocument, []byte) {
	s.t.Helper()
	resp, body := s.get("/api/packs/" + adm1 + ".json")
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "application/json" {
		s.t.Fatalf("%s: %d %s %.200s", adm1, resp.StatusCode, resp.Header.Get("Content-Type"), body)
	}
	var p packDocument
	if err := json.Unmarshal([]byte(body), &p); err != nil || p.ADM1 != adm1 {
		s.t.Fatalf("%s: %v, adm1 %s", adm1, err, p.ADM1)
	}
	return p, s.verified(resp.Header.Get("Teplo-Pack-Signature"), []byte(body))
}

func (s *server) verified(header string, body []byte) []byte {
	s.t.Helper()
	m := regexp.MustCompile(`^key=([^,]+), sig=(.+)$`).FindStringSubmatch(header)
	if m == nil {
		s.t.Fatalf("signature %q", header)
	}
	point, err1 := base64.StdEncoding.DecodeString(m[1])
	sig, err2 := base64.StdEncoding.DecodeString(m[2])
	key, err3 := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err1 != nil || err2 != nil || err3 != nil || len(sig) != 64 {
		s.t.Fatalf("signature %q: %v %v %v", header, err1, err2, err3)
	}
	digest := sha256.Sum256(body)
	if !ecdsa.Verify(key, digest[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
		s.t.Fatal("the signature is not of these bytes")
	}
	return point
}

// shelters fills a store with as many hubs as three districts of Kyiv have.
func shelters(t *testing.T, db string) {
	t.Helper()
	var csv strings.Builder
	csv.WriteString("ref,name,address,lat,lon,heat,charging,opening_hours\n")
	for i := range 1000 {
		fmt.Fprintf(&csv, "%d,Пункт %d,\"вул. Зрошувальна, %d\",%.5f,%.5f,yes,%s,%s\n", i, i, i*7%211, 50.4+float64(i*37%1000)*0.0001, 30.45+float64(i*91%1000)*0.0002,
			[]string{"yes", "no", ""}[i%3], []string{"24/7", "Mo-Su 08:00-20:00", "Mo-Fr 09:00-18:00"}[i%3])
	}
	file := filepath.Join(t.TempDir(), "hubs.csv")
	if err := os.WriteFile(file, []byte(csv.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := teplo(t, "import", file, "--db", db, "--as", "hubs", "--source", "shelters"); code != 0 {
		t.Fatal(out, errs)
	}
}

func TestPacks(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	shelters(t, db)
	k := keys(t, db, "moderator:*", "admin:*")
	s := serve(t, db)
	var point []byte
	total := 0
	for _, adm1 := range oblasts {
		p, key := s.pack(adm1)
		total += len(p.Hubs.ID)
		if point != nil && !bytes.Equal(key, point) {
			t.Fatal("two keys")
		}
		point = key
		if want := slices.Contains(withheld, adm1); p.Withheld != want || want && len(p.Hubs.ID) > 0 {
			t.Errorf("%s: withheld %v with %d hubs", adm1, p.Withheld, len(p.Hubs.ID))
		}
	}
	if want := s.items("/api/collections/hubs/items?limit=1").NumberMatched; total != want {
		t.Errorf("hubs in packs: got %d, want %d", total, want)
	}
	s.encodings("/api/packs/UA80.json")
	s.encodings("/api/cells/12/2395/1381.json")
	s.packErrors()

	mine, _ := s.pack("UA80")
	if got := s.want(200, k[0], http.MethodGet, "/api/packs/UA14.json", nil)["hubs"].(object)["id"].([]any); len(got) > 0 {
		t.Errorf("a moderator's pack has %d withheld hubs", len(got))
	}
	gone := mine.Hubs.ID[0]
	s.want(200, k[0], http.MethodPost, "/api/hubs/"+gone+"/retire", object{"reason": "burnt down"})
	now, _ := s.pack("UA80")
	if !slices.Equal(now.Revoked, []string{gone}) || slices.Contains(now.Hubs.ID, gone) || now.Seq <= mine.Seq {
		t.Errorf("after a retirement: revoked %v, seq %d after %d", now.Revoked, now.Seq, mine.Seq)
	}
	zhytomyr, _ := s.pack("UA18")
	s.want(200, k[1], http.MethodPost, "/api/policy", object{"withheld_areas": append(withheld, "UA18"), "reason": "a strike"})
	slices.Sort(zhytomyr.Hubs.ID)
	if p, _ := s.pack("UA18"); !p.Withheld || len(p.Hubs.ID) > 0 || len(p.Revoked) == 0 || !slices.Equal(p.Revoked, zhytomyr.Hubs.ID) {
		t.Errorf("after the brake: withheld %v, %d hubs, revoked %v; before %v", p.Withheld, len(p.Hubs.ID), p.Revoked, zhytomyr.Hubs.ID)
	}
	s.stop()

	again := serve(t, db)
	if p, key := again.pack("UA80"); !bytes.Equal(key, point) || !slices.Equal(p.Revoked, []string{gone}) {
		t.Errorf("after a restart: the same key %v, revoked %v, want %s", bytes.Equal(key, point), p.Revoked, gone)
	}
	sum := sha256.Sum256(point)
	fingerprint := regexp.MustCompile(`.{4}`).ReplaceAllString(hex.EncodeToString(sum[:16]), "$0 ")
	for _, lang := range []string{"uk", "en"} {
		if _, page := again.get("/about?lang=" + lang); !strings.Contains(page, strings.TrimSpace(fingerprint)) {
			t.Errorf("/about in %s lacks the fingerprint %s", lang, fingerprint)
		}
	}
	again.stop()
	if out, errs, code := teplo(t, "check", "--db", db); code != 0 {
		t.Errorf("check: %d %s %s", code, out, errs)
	}
}

// encodings asks for one document in each content coding, until all are of one version:
// the bytes are the same, and who has them gets 304.
func (s *server) encodings(path string) {
	s.t.Helper()
	for {
		resp, plain := s.get(path, "Accept-Encoding", "identity")
		tag := resp.Header.Get("ETag")
		sizes := map[string]int{"identity": len(plain)}
		same := true
		for coding, open := range map[string]func(io.Reader) (io.Reader, error){
			"br": func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }, "gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		} {
			got, body := s.get(path, "Accept-Encoding", coding+", x;q=0.5")
			sizes[coding] = len(body)
			r, err := open(strings.NewReader(body))
			if err != nil {
				s.t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil || got.Header.Get("Content-Encoding") != coding {
				s.t.Fatalf("%s as %s: %v", path, coding, err)
			}
			if header := got.Header.Get("Teplo-Pack-Signature"); strings.Contains(path, "packs") {
				s.verified(header, text)
			} else if header != "" {
				s.t.Errorf("%s is signed", path)
			}
			if same = same && got.Header.Get("ETag") == tag; same && string(text) != plain {
				s.t.Fatalf("%s as %s differs", path, coding)
			}
		}
		refused, _ := s.get(path, "Accept-Encoding", "br;q=0")
		if got := refused.Header.Get("Content-Encoding"); got != "" {
			s.t.Errorf("br;q=0 gets %s", got)
		}
		kept, body := s.get(path, "If-None-Match", tag)
		if !same || kept.Header.Get("ETag") != tag {
			continue // a minute passed
		}
		if kept.StatusCode != 304 || body != "" {
			s.t.Errorf("%s again: %d", path, kept.StatusCode)
		}
		if resp.Header.Get("Access-Control-Allow-Origin") != "*" || !regexp.MustCompile(`^public, max-age=\d+$`).MatchString(resp.Header.Get("Cache-Control")) {
			s.t.Errorf("%s: %v", path, resp.Header)
		}
		s.t.Log(path, sizes)
		return
	}
}

func (s *server) packErrors() {
	s.t.Helper()
	for path, want := range map[string]int{
		"/api/packs/UA99.json": 404, "/api/packs/ua80.json": 404, "/api/packs/UA80000000000093317.json": 404, "/api/packs/UA1206.json": 404, "/api/packs/UA80": 404,
		"/api/packs/UA80.json?x=1": 400, "/api/cells/12/4096/0.json": 400, "/api/cells/12/0/4096.json": 400, "/api/cells/12/-1/0.json": 400, "/api/cells/12/a/0.json": 400,
		"/api/cells/11/1/1.json": 400, "/api/cells/13/1/1.json": 400, "/api/cells/12/1/1.json?at=now": 400, "/api/cells/12/0/0.json": 200, "/api/cells/12/4095/4095.json": 200,
	} {
		if resp, body := s.get(path); resp.StatusCode != want {
			s.t.Errorf("%s: got %d, want %d: %.200s", path, resp.StatusCode, want, body)
		}
	}
	if resp, _ := s.get("/api/packs/UA80.json", "Accept", "text/html"); resp.StatusCode != 406 {
		s.t.Errorf("a pack as HTML: %d", resp.StatusCode)
	}
	if resp, _ := s.do(http.MethodPost, "/api/packs/UA80.json", ""); resp.StatusCode != 405 {
		s.t.Errorf("POST of a pack: %d", resp.StatusCode)
	}
}

// checkInBrowser is what the page's script does with a pack: the good bytes pass,
// others do not.
const checkInBrowser = `(async () => {
	const reply = await fetch('/api/packs/UA18.json');
	const [, key, sig] = /^key=([^,]+), sig=(.+)$/.exec(reply.headers.get('Teplo-Pack-Signature'));
	const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
	const body = new Uint8Array(await reply.arrayBuffer());
	const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
	const known = await crypto.subtle.importKey('raw', bytes(key), ecdsa, false, ['verify']);
	const good = await crypto.subtle.verify(ecdsa, known, bytes(sig), body);
	body[100] ^= 1;
	const bad = await crypto.subtle.verify(ecdsa, known, bytes(sig), body);
	window.checked = good + ' ' + bad;
})().catch((e) => { window.checked = String(e); }); 0`

func TestPackInBrowser(t *testing.T) {
	t.Parallel()
	ctx := browserAt(t)
	s := serve(t, bundled(t))
	act(ctx, t, chromedp.Navigate(s.base+"/about?lang=uk"))
	act(ctx, t, chromedp.Evaluate[chromedp.Void](checkInBrowser))
	until(ctx, t, `!!window.checked`)
	if got := act(ctx, t, chromedp.Evaluate[string](`window.checked`)); got != "true false" {
		t.Errorf("WebCrypto: got %q, want true of the bytes and false of others", got)
	}
	shoot(ctx, t, "about-uk")
}
