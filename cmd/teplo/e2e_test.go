package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// binary is the built program, as a user would run it.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "teplo")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "teplo")
	build := exec.Command("go", "build", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// need skips a test on a machine that lacks something, and fails it where
// everything is installed (TEPLO_NO_SKIP=1).
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

// realFile is a file from outside, beside the project.
func realFile(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "real", name)
	_, err := os.Stat(path)
	need(t, err == nil, path)
	return path
}

// prepared is a store that holds the bundled data and nothing else, made once, long
// before any time that tests live in.
var prepared = sync.OnceValues(func() (string, error) {
	dir := filepath.Dir(binary)
	db := filepath.Join(dir, "prepared.db")
	file := filepath.Join(dir, "none.csv")
	if err := os.WriteFile(file, []byte("name,lat,lon,heat\n"), 0o600); err != nil {
		return "", err
	}
	cmd := exec.Command(binary, "import", file, "--as", "hubs", "--db", db, "--now", "2022-01-01T00:00:00Z")
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return db, err
})

// bundled returns a copy of the prepared store: a first start without its wait.
func bundled(t testing.TB) string {
	t.Helper()
	from, err := prepared()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "teplo.db")
	for _, suffix := range []string{"", ".keys"} {
		b, err := os.ReadFile(from + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// server is a running teplo serve.
type server struct {
	t    testing.TB
	cmd  *exec.Cmd
	base string
	log  log
}

// log is what a program writes to its standard error, read while it runs.
type log struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func serve(t testing.TB, db string, args ...string) *server {
	t.Helper()
	s := &server{t: t, cmd: exec.Command(binary, append([]string{"serve", "--db", db, "--addr", "127.0.0.1:0"}, args...)...)}
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		t.Fatalf("first line %q, %v; log: %s", line, err, s.log.String())
	}
	s.base = base
	t.Cleanup(func() { s.stop() })
	return s
}

// stop ends the server as a user would, and returns its exit code.
func (s *server) stop() int {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		_ = s.cmd.Wait()
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// get fetches a path and returns the reply with its body.
func (s *server) get(path string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	return s.do(http.MethodGet, path, "", headers...)
}

func (s *server) do(method, path, body string, headers ...string) (*http.Response, string) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	s.keeps(req, body, resp, b)
	return resp, string(b)
}

// teplo runs a command to its end.
func teplo(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// collection is what items answers.
type collection struct {
	NumberMatched, NumberReturned int
	Features                      []feature
	Links                         []struct{ Href, Rel, Type string }
}

type feature struct {
	ID       string
	Geometry struct {
		Type        string
		Coordinates json.RawMessage
	}
	Properties map[string]any
}

func (s *server) items(path string) collection {
	s.t.Helper()
	resp, body := s.get(path)
	if resp.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, resp.StatusCode, body)
	}
	return parse(s.t, body)
}

func parse(t testing.TB, body string) (c collection) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFirstStart(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "teplo.db")
	s := serve(t, db)
	_, home := s.get("/")
	if got := strings.Count(home, `href="/place/UA`); got != 27 {
		t.Errorf("oblasts on the first page: got %d, want 27", got)
	}
	for _, want := range []string{`<html lang="uk">`, "Львівська область", "Севастополь", "Автономна Республіка Крим"} {
		if !strings.Contains(home, want) {
			t.Errorf("the first page lacks %q", want)
		}
	}
	hubs := s.items("/api/collections/hubs/items")
	if hubs.NumberMatched == 0 || hubs.NumberMatched > 62 {
		t.Errorf("hubs: got %d, want at most the 62 bundled ones", hubs.NumberMatched)
	}
	for _, f := range hubs.Features {
		var at [2]float64
		if err := json.Unmarshal(f.Geometry.Coordinates, &at); err != nil || at[0] < 22 || at[1] < 44 {
			t.Errorf("%s lies at %s", f.ID, f.Geometry.Coordinates)
		}
		if f.Properties["geo_precision"] != "settlement" {
			t.Errorf("%s: geo_precision %v", f.ID, f.Properties["geo_precision"])
		}
		for _, withheld := range []string{"UA14", "UA23", "UA44", "UA65"} {
			if f.Properties["adm1_pcode"] == withheld {
				t.Errorf("%s is public in %s", f.ID, withheld)
			}
		}
	}
	if got := s.items("/api/collections/curfews/items").NumberMatched; got != 69 {
		t.Errorf("curfew rules: got %d, want 69", got)
	}
	if got := s.items("/api/collections/areas/items?limit=1").NumberMatched; got != 31748 {
		t.Errorf("areas: got %d, want 31748", got)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code after SIGTERM: got %d, want 0; %s", code, s.log.String())
	}
	out, errs, code := teplo(t, "check", "--db", db)
	if code != 0 || !strings.HasPrefix(out, "ok ") {
		t.Errorf("check: %d %s %s", code, out, errs)
	}
	again := serve(t, db)
	if got := again.items("/api/collections/hubs/items").NumberMatched; got != hubs.NumberMatched {
		t.Errorf("hubs after a restart: got %d, want %d", got, hubs.NumberMatched)
	}
	again.stop()
	if second, _, _ := teplo(t, "check", "--db", db); second != out {
		t.Errorf("a second start wrote something: %s, was %s", second, out)
	}
}

func TestPlacePage(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	_, page := s.get("/place/UA18040190010057814?lang=uk") // Zhytomyr
	for _, want := range []string{"Житомир", "data-hub=", "ДНЗ №10", "zhitomir.info", "data-as-of=", "Комендантська година", "data-rule="} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of Zhytomyr lacks %q", want)
		}
	}
	_, english := s.get("/place/UA18040190010057814?lang=en")
	if !strings.Contains(english, `<html lang="en">`) || !strings.Contains(english, "Zhytomyr") || !strings.Contains(english, "Curfew") {
		t.Error("the English page is not in English")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Get(s.base + "/place/UA80?lang=uk")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusPermanentRedirect || resp.Header.Get("Location") != "/place/UA80000000000093317?lang=uk" {
		t.Errorf("p-code: got %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	for path, want := range map[string]int{"/place/UA99": 404, "/place/xyz": 404, "/hubs/hub-nothing": 404, "/nothing": 404, "/places?q=Київ": 200, "/?utm=x": 200} {
		if resp, _ := s.get(path); resp.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, resp.StatusCode, want)
		}
	}
	if _, withheld := s.get("/place/UA65?lang=en"); !strings.Contains(withheld, "not published here") {
		t.Error("the page of a withheld oblast does not say so")
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	for _, path := range []string{"/", "/nothing", "/api", "/api/collections/hubs/items?x=1", "/healthz", "/api/nothing"} {
		resp, _ := s.get(path)
		for _, h := range []string{"X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"} {
			if resp.Header.Get(h) == "" && path != "/healthz" {
				t.Errorf("%s: no %s", path, h)
			}
		}
		if strings.HasPrefix(path, "/api/nothing") && resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %s", path, resp.Header.Get("Content-Type"))
		}
	}
	resp, _ := s.do(http.MethodDelete, "/api/collections", "")
	if resp.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(resp.Header.Get("Allow"), "GET") {
		t.Errorf("DELETE: %d, Allow %q", resp.StatusCode, resp.Header.Get("Allow"))
	}
	if resp, _ := s.do(http.MethodHead, "/api/collections/hubs/items", ""); resp.StatusCode != 200 || resp.Header.Get("Teplo-Cursor") == "" {
		t.Errorf("HEAD: %d", resp.StatusCode)
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	seen := map[string]bool{}
	path := "/api/collections/curfews/items?limit=7"
	for path != "" {
		page := s.items(path)
		path = ""
		for _, f := range page.Features {
			if seen[f.ID] {
				t.Errorf("%s comes twice", f.ID)
			}
			seen[f.ID] = true
		}
		for _, l := range page.Links {
			if l.Rel == "next" {
				path = strings.TrimPrefix(l.Href, s.base)
			}
		}
	}
	if len(seen) != 69 {
		t.Errorf("paging led through %d rules, want 69", len(seen))
	}
	all := s.items("/api/collections/hubs/items").NumberMatched
	if got := s.items("/api/collections/hubs/items?bbox=22,44.2,40.3,52.4").NumberMatched; got != all {
		t.Errorf("bbox of the country: got %d, want %d", got, all)
	}
	zhytomyr := s.items("/api/collections/hubs/items?bbox=28.5,50.1,28.8,50.4").NumberMatched
	if byArea := s.items("/api/collections/hubs/items?area=UA1804019").NumberMatched; zhytomyr == 0 || byArea != zhytomyr {
		t.Errorf("Zhytomyr: %d by bbox, %d by area", zhytomyr, byArea)
	}
	for query, field := range map[string]string{
		"?bbox=1,2,3": "bbox", "?bbox=a,b,c,d": "bbox", "?limit=0": "limit", "?limit=x": "limit", "?foo=1": "foo", "?limit=1&limit=2": "limit",
		"?area=UA99": "area", "?cursor=%00": "cursor", "?f=xml": "f", "?offset=-1": "offset",
	} {
		resp, body := s.get("/api/collections/hubs/items" + query)
		if resp.StatusCode != 400 || !strings.Contains(body, `"field":"`+field+`"`) {
			t.Errorf("%s: got %d %s", query, resp.StatusCode, body)
		}
	}
	for path, want := range map[string]int{"/api/collections/nothing/items": 404, "/api/collections/reports/items": 401, "/api/collections/needs": 401, "/api/collections/hubs/items/hub-x": 404} {
		if resp, _ := s.get(path); resp.StatusCode != want {
			t.Errorf("%s: got %d, want %d", path, resp.StatusCode, want)
		}
	}
	resp, _ := s.get("/api/collections/hubs/items?limit=3")
	if again, _ := s.get("/api/collections/hubs/items?limit=3", "If-None-Match", resp.Header.Get("ETag")); again.StatusCode != 304 {
		t.Errorf("If-None-Match: got %d, want 304", again.StatusCode)
	}
}

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"nonsense"}, 2, "nonsense"},
		{[]string{"serve", "--nonsense"}, 2, "nonsense"},
		{[]string{"serve", "--now", "2026-01-15T18:00:00Z", "--db", dir + "/a.db"}, 2, "--drill"},
		{[]string{"serve", "--policy", "nothing.yaml", "--db", dir + "/a.db"}, 2, "nothing.yaml"},
		{[]string{"serve", "--max-size", "much", "--db", dir + "/a.db"}, 2, "max-size"},
		{[]string{"import"}, 2, "file"},
		{[]string{"check", "--db", dir + "/nothing.db"}, 1, "nothing.db"},
	} {
		_, errs, code := teplo(t, tc.args...)
		if code != tc.code || !strings.Contains(errs, tc.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: got %d %q, want %d and one line with %q", tc.args, code, errs, tc.code, tc.says)
		}
	}
	if out, _, code := teplo(t, "version"); code != 0 || !strings.HasPrefix(out, "teplo ") {
		t.Errorf("version: %d %q", code, out)
	}
}

func TestOneProcessPerStore(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	s := serve(t, db)
	_, errs, code := teplo(t, "serve", "--db", db, "--addr", "127.0.0.1:0")
	if code != 75 || !strings.Contains(errs, fmt.Sprint(s.cmd.Process.Pid)) {
		t.Errorf("second process: got %d %q, want 75 and pid %d", code, errs, s.cmd.Process.Pid)
	}
}

func TestDamagedStore(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	serve(t, db).stop()
	b, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 2; i < len(b)/2+40_000; i++ {
		b[i] ^= 0x55
	}
	if err := os.WriteFile(db, b, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"serve", "check"} {
		_, errs, code := teplo(t, command, "--db", db)
		if code != 74 || !strings.Contains(errs, "teplo restore") {
			t.Errorf("%s of a damaged store: got %d %q, want 74", command, code, errs)
		}
	}
}

// timeLimit keeps a test that waits for an event from hanging.
const timeLimit = 60 * time.Second
