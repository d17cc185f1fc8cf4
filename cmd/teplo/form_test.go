package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// phone is a browser without JavaScript.
type phone struct {
	*http.Client
	s *server
}

func newPhone(s *server) *phone {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &phone{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, s}
}

// send submits a form and returns the reply with its body.
func (p *phone) send(path string, fields url.Values, headers ...string) (*http.Response, string) {
	p.s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.s.base+path, strings.NewReader(fields.Encode()))
	if err != nil {
		p.s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return p.do(req)
}

func (p *phone) open(path string) (*http.Response, string) {
	p.s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.s.base+path, nil)
	if err != nil {
		p.s.t.Fatal(err)
	}
	return p.do(req)
}

func (p *phone) do(req *http.Request) (*http.Response, string) {
	p.s.t.Helper()
	resp, err := p.Do(req)
	if err != nil {
		p.s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.s.t.Fatal(err)
	}
	return resp, string(b)
}

var hiddenID = regexp.MustCompile(`name="id" value="([0-9a-f-]{36})"`)

// outageForm is what a phone sends that was shown the form.
func (p *phone) outageForm(place string) url.Values {
	p.s.t.Helper()
	_, page := p.open("/report?about=outage&lang=uk")
	id := hiddenID.FindStringSubmatch(page)
	if id == nil || !strings.Contains(page, `name="place"`) || !strings.Contains(page, "Надіслати") {
		p.s.t.Fatalf("the form: %s", page)
	}
	return url.Values{"about": {"outage"}, "id": {id[1]}, "service": {"power"}, "state": {"out"}, "place": {place}, "age_s": {"3600"}}
}

func TestForm(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	p := newPhone(s)
	if resp, _ := p.open("/report"); resp.StatusCode != 200 || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the form: %d, %s", resp.StatusCode, resp.Header.Get("Cache-Control"))
	}
	form := p.outageForm("Житомир")
	resp, body := p.send("/report?lang=uk", form)
	target := resp.Header.Get("Location")
	if resp.StatusCode != 303 || target != "/receipts/"+form.Get("id")+"?lang=uk" {
		t.Fatalf("sent: %d to %q: %s", resp.StatusCode, target, body)
	}
	if again, _ := p.send("/report?lang=uk", form); again.StatusCode != 303 || again.Header.Get("Location") != target {
		t.Errorf("sent twice: %d", again.StatusCode)
	}
	_, receipt := p.open(target)
	if !strings.Contains(receipt, "Враховано") || !strings.Contains(receipt, "Відкликати") {
		t.Errorf("receipt: %s", receipt)
	}
	if _, other := newPhone(s).open(target); strings.Contains(other, "Відкликати") {
		t.Error("another phone may withdraw it")
	}
	if resp, _ := newPhone(s).send("/receipts/"+form.Get("id"), nil); resp.StatusCode != 403 {
		t.Errorf("withdrawn by another phone: %d", resp.StatusCode)
	}
	if resp, _ := p.send("/receipts/"+form.Get("id"), nil); resp.StatusCode != 303 {
		t.Errorf("withdrawn: %d", resp.StatusCode)
	}
	if _, receipt := p.open(target); !strings.Contains(receipt, "Відкликано") {
		t.Errorf("after the withdrawal: %s", receipt)
	}
}

func TestFormRefuses(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	p := newPhone(s)
	change := func(name, value string) url.Values {
		form := p.outageForm("Житомир")
		form.Set(name, value)
		return form
	}
	for name, tc := range map[string]struct {
		form   url.Values
		status int
		says   string
	}{
		"ambiguous":    {change("place", "Іванівка"), 400, `type="radio" name="place" value="UA`},
		"no place":     {change("place", ""), 400, "Вкажіть місце"},
		"no such":      {change("place", "Абракадабра"), 400, "не знайдено"},
		"military":     {change("note", "стоїть блокпост"), 400, "Примітка"},
		"no service":   {change("service", ""), 400, "Що зникло"},
		"wrong id":     {change("id", "x"), 400, ""},
		"nobody there": {url.Values{"about": {"need"}, "need": {"heat"}, "place": {"Житомир"}}, 409, "103"},
	} {
		resp, body := p.send("/report?lang=uk", tc.form)
		if resp.StatusCode != tc.status || !strings.Contains(body, tc.says) {
			t.Errorf("%s: got %d %s", name, resp.StatusCode, body)
		}
		if name == "military" && !strings.Contains(body, "стоїть блокпост") {
			t.Error("what was written is lost")
		}
	}
	form := p.outageForm("Житомир")
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		if resp, _ := p.send("/report", form, headers...); resp.StatusCode != 403 {
			t.Errorf("%v: %d", headers, resp.StatusCode)
		}
	}
	if resp, _ := s.do(http.MethodPost, "/report", "{}", "Content-Type", "application/json"); resp.StatusCode != 415 {
		t.Errorf("JSON: %d", resp.StatusCode)
	}
	if resp, _ := p.send("/report", url.Values{"note": {strings.Repeat("x", 70_000)}}); resp.StatusCode != 413 {
		t.Errorf("70 KB: %d", resp.StatusCode)
	}
}

// TestFormConfirms: from a hub's page two taps say that it is open.
func TestFormConfirms(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	p := newPhone(s)
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0].ID
	_, page := p.open("/hubs/" + hub + "?lang=en")
	link := regexp.MustCompile(`href="(/report\?about=hub_status[^"]*state=open[^"]*)"`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("the hub's page has no button: %s", page)
	}
	_, form := p.open(strings.ReplaceAll(link[1], "&amp;", "&"))
	id := hiddenID.FindStringSubmatch(form)
	if id == nil || !strings.Contains(form, `value="open" checked`) {
		t.Fatalf("the form is not filled in: %s", form)
	}
	if resp, body := p.send("/report?lang=en", url.Values{"about": {"hub_status"}, "hub": {hub}, "state": {"open"}, "id": {id[1]}}); resp.StatusCode != 303 {
		t.Fatalf("sent: %d %s", resp.StatusCode, body)
	}
	if _, page := p.open("/hubs/" + hub + "?lang=en"); !strings.Contains(page, "1 person on the spot") {
		t.Errorf("the hub's page: %s", page)
	}
}

// TestHubProvenance: a hub's page tells from whom each side is known, and how long ago.
func TestHubProvenance(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), "--trusted-proxies", "127.0.0.0/8")
	hub := s.items("/api/collections/hubs/items?limit=1").Features[0].ID
	say := func(i int, state string) {
		body := fmt.Sprintf(`{"type":"Feature","id":%q,"geometry":null,"properties":{"about":"hub_status","hub":%q,"state":%q}}`, uuid.NewString(), hub, state)
		resp, text := s.do(http.MethodPost, "/api/reports", body, "Content-Type", geoJSON, "Teplo-Reporter", fmt.Sprintf("reporter-%010d", i), "X-Forwarded-For", fmt.Sprintf("203.0.%d.7", i))
		if resp.StatusCode != 201 {
			t.Fatalf("%s: %d %s", state, resp.StatusCode, text)
		}
	}
	say(1, "open")
	say(2, "open")
	for i := range 3 {
		say(10+i, "closed")
	}
	for lang, want := range map[string][]string{
		"en": {"How this is known", "on the list: official", "2 people on the spot: open", "3 people on the spot: not open", "reports contradict"},
		"uk": {"Звідки це відомо", "у переліку: офіційно", "2 людини на місці: відчинено", "3 людини на місці: не відчинено"},
	} {
		_, page := s.get("/hubs/" + hub + "?lang=" + lang)
		for _, w := range want {
			if !strings.Contains(page, w) {
				t.Errorf("%s: the page of a disputed hub lacks %q", lang, w)
			}
		}
		if strings.Contains(page, "reporter-") || strings.Contains(page, "203.0.") {
			t.Errorf("%s: the page says who", lang)
		}
	}
}
