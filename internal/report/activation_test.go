package report_test

import (
	"testing"
	"time"

	"example.org/teplo/internal/report"
)

func TestReadActivation(t *testing.T) {
	for text, want := range map[string]string{
		"під час повного блекауту":                                "blackout+0s",
		"відкривається після 24 годин без світла":                 "power+24h0m0s",
		"якщо світла немає понад добу: працює без електроенергії": "power+24h0m0s",
		"понад 4 год без електропостачання":                       "power+4h0m0s",
		"через 2 години після відбою тривоги":                     "alert+2h0m0s",
		"за годину після відбою":                                  "alert+1h0m0s",
		"opens 2 h after the all-clear":                           "alert+2h0m0s",
		"after two hours without power":                           "power+2h0m0s",
		"через 8 часов без света":                                 "power+8h0m0s",
		"за потреби": "",
		"цілодобово": "",
		"1 год після відбою у будні, 2 год у вихідні": "",
		"після 99999999999999999999 годин без світла": "",
		"": "",
	} {
		got := ""
		if a, ok := report.ReadActivation(text); ok {
			got = a.String()
			if w := a.Words(); w.UK == "" || w.EN == "" {
				t.Errorf("%q: no words", text)
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	rule := report.Activation{Trigger: "power", After: 4 * time.Hour}
	out := report.InstantOf(time.Date(2026, 1, 15, 8, 0, 0, 0, time.UTC))
	for hours, want := range map[int]bool{3: false, 4: true, 9: true} {
		if got := rule.Reached(out, out.Add(time.Duration(hours)*time.Hour)); got != want {
			t.Errorf("after %d h: got %v", hours, got)
		}
	}
	if rule.Reached(0, out) {
		t.Error("reached without an outage")
	}
}

func FuzzReadActivation(f *testing.F) {
	f.Add("після 24 годин без світла")
	f.Fuzz(func(t *testing.T, text string) {
		if a, ok := report.ReadActivation(text); ok && (a.After < 0 || a.Words().UK == "") {
			t.Errorf("%q: %v", text, a)
		}
	})
}
