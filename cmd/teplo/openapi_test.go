package main_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const openAPIType = "application/vnd.oai.openapi+json;version=3.0"

// TestOpenAPI asks for the document as its readers do.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t), "--public-url", "https://teplo.example/")
	for accept, want := range map[string]string{
		"": openAPIType, "*/*": openAPIType, "application/json": "application/json",
		"application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json": openAPIType, // QGIS, GDAL
	} {
		var headers []string
		if accept != "" {
			headers = []string{"Accept", accept}
		}
		resp, body := s.get("/api/openapi.json", headers...)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != want || !strings.Contains(body, `"url":"https://teplo.example/api"`) {
			t.Errorf("Accept %q: %d %s", accept, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
		again, _ := s.get("/api/openapi.json", append(headers, "If-None-Match", resp.Header.Get("ETag"))...)
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("Accept %q: the second time %d", accept, again.StatusCode)
		}
	}
	if resp, _ := s.get("/api/openapi.json", "Accept", "image/png"); resp.StatusCode != http.StatusNotAcceptable {
		t.Errorf("image/png: %d", resp.StatusCode)
	}
	if n := s.weigh("/api/openapi.json"); n > 20<<10 {
		t.Errorf("%d bytes, at most 20 KB", n)
	}
	c, err := s.contract()
	if err != nil {
		s.stop()
		t.Fatal(err, s.log.String()) // it names the route that is not described
	}
	// What QGIS and the tests of OGC look for.
	limit := c.doc.Components.Parameters["limit"].Value
	if limit == nil || *limit.Schema.Value.Min != 1 || *limit.Schema.Value.Max != 10000 || limit.Style != "form" || *limit.Explode {
		t.Errorf("limit: %+v", limit)
	}
	bbox := c.doc.Paths.Value("/collections/hubs/items").Get.Parameters.GetByInAndName("query", "bbox")
	if bbox == nil || bbox.Schema.Value.MinItems != 4 || *bbox.Schema.Value.MaxItems != 6 || bbox.Style != "form" || *bbox.Explode {
		t.Errorf("bbox: %+v", bbox)
	}
}

// TestOpenAPIParameters tries every parameter of every question: the server knows those
// that the document has, and no other.
func TestOpenAPIParameters(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	admin := keys(t, db, "admin:")[0]
	s := serve(t, db)
	c, err := s.contract()
	if err != nil {
		t.Fatal(err)
	}
	const word = "is not a parameter here"
	tried := 0
	for path, item := range c.doc.Paths.Map() {
		if item.Get == nil || path == "/live" || path == "/docs" || item.Servers != nil { // a stream, and pages, which take anything
			continue
		}
		for name, value := range map[string]string{
			"code": "UA80", "adm1": "UA80", "z": "12", "x": "2395", "y": "1381", "id": "hub-nothing",
		} {
			path = strings.ReplaceAll(path, "{"+name+"}", value)
		}
		names := []string{"nonsense"}
		for _, p := range item.Get.Parameters {
			if p.Value.In == "query" {
				names = append(names, p.Value.Name)
			}
		}
		for _, name := range names {
			resp, body := s.get("/api"+path+"?"+url.Values{name: {""}}.Encode(), "Authorization", "Bearer "+admin)
			if got := strings.Contains(body, word); got != (name == "nonsense") && resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s?%s: %d %s", path, name, resp.StatusCode, body)
			}
			tried++
		}
	}
	if tried < 200 {
		t.Errorf("%d parameters were tried: the test looks at the wrong place", tried)
	}
}

// TestOpenAPILint lets the linters of others judge the document.
func TestOpenAPILint(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	need(t, err == nil, "node")
	oracle, err := filepath.Abs(filepath.Join("..", "..", ".ci", "oracle"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(filepath.Join(oracle, "node_modules", "@stoplight", "spectral-core"))
	need(t, err == nil, "spectral: npm ci --prefix .ci/oracle")
	s := serve(t, bundled(t))
	_, text := s.get("/api/openapi.json")
	lint := func(text string) string {
		file := filepath.Join(t.TempDir(), "api.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(node, filepath.Join(oracle, "openapi.mjs"), file).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
	if found := lint(text); found != "" {
		t.Error(found)
	}
	for _, broken := range []string{ // the controls, one for each linter
		strings.Replace(text, `"operationId":"getGo"`, `"operationId":"getLive"`, 1),
		strings.Replace(text, `"openapi":"3.0.3"`, `"openapi":"3.0.3","nonsense":1`, 1),
	} {
		if found := lint(broken); broken == text || found == "" {
			t.Error("a broken document passes")
		}
	}
}
