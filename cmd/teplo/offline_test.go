package main_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestFormAnswersScripts: what the page's script sends to /report gets the replies of
// POST /api/reports.
func TestFormAnswersScripts(t *testing.T) {
	s := serve(t, bundled(t))
	p := newPhone(s)
	script := []string{"Accept", "application/json", "Sec-Fetch-Site", "same-origin"}
	form := p.outageForm("Житомир")
	resp, body := p.send("/report?lang=uk", form, script...)
	var receipt struct{ ID, Status, Secret string }
	if err := json.Unmarshal([]byte(body), &receipt); err != nil || resp.StatusCode != 201 || receipt.ID != form.Get("id") || receipt.Status != "counted" || receipt.Secret == "" {
		t.Fatalf("sent: %d %s", resp.StatusCode, body)
	}
	if _, page := p.open("/receipts/" + receipt.ID + "?lang=uk"); !strings.Contains(page, "Відкликати") {
		t.Error("the browser that sent it cannot withdraw it")
	}
	form.Set("age_s", "4000") // later, from the queue
	if resp, body := p.send("/report?lang=uk", form, script...); resp.StatusCode != 200 || !strings.Contains(body, receipt.ID) {
		t.Errorf("sent twice: %d %s", resp.StatusCode, body)
	}
	if resp, _ := p.send("/report?lang=uk", form); resp.StatusCode != 303 {
		t.Errorf("the same without the script: %d", resp.StatusCode)
	}
	form.Set("service", "water")
	if resp, _ := p.send("/report?lang=uk", form, script...); resp.StatusCode != 409 {
		t.Errorf("another body under the same id: %d", resp.StatusCode)
	}
	for name, tc := range map[string]struct{ field, value, says string }{
		"ambiguous": {"place", "Іванівка", `{"field":"place","value":"UA`},
		"no place":  {"place", "", `"field":"place"`},
		"military":  {"note", "стоїть блокпост", `"field":"properties.note"`},
		"wrong id":  {"id", "x", `"field":"id"`},
	} {
		form := p.outageForm("Житомир")
		form.Set(tc.field, tc.value)
		resp, body := p.send("/report?lang=uk", form, script...)
		if resp.StatusCode != 400 || resp.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(body, tc.says) {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	if resp, _ := p.send("/report", form, "Accept", "application/json", "Sec-Fetch-Site", "cross-site"); resp.StatusCode != 403 {
		t.Errorf("from another site: %d", resp.StatusCode)
	}
	if resp, _ := p.send("/report", form, "Accept", "text/html,application/json;q=0.9,*/*;q=0.8"); resp.StatusCode != 409 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("a browser's form: %d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
}
