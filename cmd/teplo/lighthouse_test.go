package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// lighthouse is as much of its report as counts here.
type lighthouse struct {
	Categories map[string]struct {
		Score     float64
		AuditRefs []struct {
			ID     string
			Weight float64
		}
	}
	Audits map[string]struct {
		Title string
		Score *float64
	}
}

// TestLighthouse lets Lighthouse judge the main pages as a phone has them:
// accessibility, best practices and search engines in full, always; speed, on a shared
// and noisy machine, only where TEPLO_BUDGETS is set and nothing else runs: the best of
// three visits.
func TestLighthouse(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	need(t, err == nil, "chromium")
	node, err := exec.LookPath("node")
	need(t, err == nil, "node")
	cli := filepath.Join("..", "..", ".ci", "oracle", "node_modules", "lighthouse", "cli", "index.js")
	_, err = os.Stat(cli)
	need(t, err == nil, "lighthouse: npm ci --prefix .ci/oracle")
	s := serve(t, kyivHubs(t, 200), "--drill", "--now", "2026-01-18T10:00:00Z")
	visits := 1
	if os.Getenv("TEPLO_BUDGETS") != "" {
		visits = 3
	}
	for name, path := range map[string]string{
		"home": "/?lang=uk", "board": "/place/UA80000000000093317?lang=uk", "form": "/report?about=outage&lang=en", "dashboard": "/dashboard?lang=uk",
	} {
		fastest := 0.0
		for range visits {
			file := filepath.Join(t.TempDir(), "report.json")
			cmd := exec.Command(node, cli, s.base+path, "--quiet", "--only-categories=performance,accessibility,best-practices,seo", "--form-factor=mobile",
				"--output=json", "--output-path="+file, "--chrome-flags=--headless=new --no-sandbox --disable-gpu --user-data-dir="+t.TempDir())
			cmd.Env = append(os.Environ(), "CHROME_PATH="+chromium)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v %s", name, err, out)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var r lighthouse
			if err := json.Unmarshal(text, &r); err != nil {
				t.Fatal(err)
			}
			fastest = max(fastest, r.Categories["performance"].Score)
			for _, category := range []string{"accessibility", "best-practices", "seo"} {
				c := r.Categories[category]
				for _, ref := range c.AuditRefs {
					if a := r.Audits[ref.ID]; c.Score < 1 && ref.Weight > 0 && a.Score != nil && *a.Score < 1 {
						t.Errorf("%s, %s: %s", name, category, a.Title)
					}
				}
				if c.Score < 1 {
					t.Errorf("%s: %s %.2f", name, category, c.Score)
				}
			}
		}
		if t.Logf("%s: performance %.2f", name, fastest); os.Getenv("TEPLO_BUDGETS") != "" && fastest < 0.95 {
			t.Errorf("%s: performance %.2f, at least 0.95", name, fastest)
		}
	}
}
