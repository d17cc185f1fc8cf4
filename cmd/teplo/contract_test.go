package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/klauspost/compress/gzip"
)

// contract is the OpenAPI document of the program, read as a promise: members and
// statuses that it does not name are not allowed.
type contract struct {
	doc    *openapi3.T
	router routers.Router
}

// promised is the document of the first server that is asked; all have the same, but for
// their addresses.
var promised struct {
	once sync.Once
	contract
	err error
}

func (s *server) contract() (*contract, error) {
	promised.once.Do(func() {
		var text []byte
		resp, err := http.Get(s.base + "/api/openapi.json")
		if err == nil {
			text, err = io.ReadAll(resp.Body)
			err = errors.Join(err, resp.Body.Close())
		}
		if err == nil {
			promised.contract, err = readContract(text)
		}
		promised.err = err
	})
	return &promised.contract, promised.err
}

func readContract(text []byte) (contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return contract{}, fmt.Errorf("%w: %.300s", err, text)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return contract{}, err
	}
	doc.Servers = openapi3.Servers{{URL: "/api"}}
	seen := map[*openapi3.Schema]bool{}
	for _, item := range doc.Paths.Map() {
		for _, server := range item.Servers {
			server.URL = "/"
		}
		for _, o := range item.Operations() {
			for _, r := range o.Responses.Map() {
				for mediaType, media := range r.Value.Content {
					strict(media.Schema, seen)
					decoded(mediaType)
				}
			}
		}
	}
	router, err := gorillamux.NewRouter(doc)
	return contract{doc, router}, err
}

// decoded tells the validator to read a media type as JSON, or as a text.
func decoded(mediaType string) {
	bare, _, _ := strings.Cut(mediaType, ";")
	decoder := openapi3filter.BodyDecoder(openapi3filter.PlainBodyDecoder)
	if bare == "application/json" || strings.HasSuffix(bare, "+json") {
		decoder = openapi3filter.JSONBodyDecoder
	}
	openapi3filter.RegisterBodyDecoder(bare, decoder)
}

// strict closes every object of a reply that does not say that it is open.
func strict(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	schema := ref.Value
	seen[schema] = true
	if len(schema.Properties) > 0 && schema.AdditionalProperties.Has == nil && schema.AdditionalProperties.Schema == nil {
		schema.AdditionalProperties.Has = new(bool)
	}
	strict(schema.Items, seen)
	strict(schema.AdditionalProperties.Schema, seen)
	for _, property := range schema.Properties {
		strict(property, seen)
	}
	for _, one := range slices.Concat(schema.AllOf, schema.AnyOf, schema.OneOf) {
		strict(one, seen)
	}
}

// keeps checks that a reply of the API is what the OpenAPI document promises.
func (s *server) keeps(req *http.Request, sent string, resp *http.Response, got []byte) {
	s.t.Helper()
	path := req.URL.Path
	if path != "/api" && !strings.HasPrefix(path, "/api/") && path != "/healthz" && path != "/readyz" {
		return
	}
	c, err := s.contract()
	if err == nil {
		err = c.judge(req, sent, resp, got)
	}
	if err != nil {
		s.t.Errorf("%s %s: %d breaks the OpenAPI document: %v", req.Method, req.URL.RequestURI(), resp.StatusCode, err)
	}
}

func (c *contract) judge(req *http.Request, sent string, resp *http.Response, got []byte) error {
	asked := req.Clone(context.Background())
	asked.URL.Host, asked.URL.Scheme = "", ""
	if asked.Method == http.MethodHead {
		asked.Method = http.MethodGet
	}
	if asked.URL.Path == "/api" {
		asked.URL.Path = "/api/"
	}
	route, vars, err := c.router.FindRoute(asked)
	if err != nil {
		return unknownRoute(err, resp, got)
	}
	if route.Operation.Responses.Status(resp.StatusCode) == nil {
		return errors.New("the status is not in the document")
	}
	asked.Body = io.NopCloser(strings.NewReader(sent))
	query := asked.URL.Query()
	if resp.StatusCode < 400 {
		if err := declared(route, query); err != nil {
			return err
		}
		asked.URL.RawQuery = query.Encode()
	}
	in := &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: vars, Route: route, QueryParams: query,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true},
	}
	if resp.StatusCode < 400 {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			return fmt.Errorf("the server takes what the document forbids: %w", err)
		}
	}
	if req.Method == http.MethodHead {
		return nil
	}
	body, err := plainBody(resp, got)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Body: io.NopCloser(bytes.NewReader(sampled(body))), Options: in.Options,
	})
}

// unknownRoute judges the reply of a route that the document does not have: it must be
// refused as a problem, a wrong method with those that there are.
func unknownRoute(why error, resp *http.Response, got []byte) error {
	var p struct {
		Type, Title, Detail string
		Status              int
	}
	// A bad key, or one without rights, is refused before the route is looked for.
	refused := slices.Contains([]int{401, 403, 404, 405}, resp.StatusCode)
	if !refused || resp.Header.Get("Content-Type") != "application/problem+json" {
		return fmt.Errorf("%w, and the reply is no refusal", why)
	}
	if resp.StatusCode == 405 && resp.Header.Get("Allow") == "" {
		return errors.New("405 without Allow")
	}
	if resp.Request.Method == http.MethodHead {
		return nil
	}
	if err := json.Unmarshal(got, &p); err != nil || p.Status != resp.StatusCode || p.Type == "" || p.Title == "" {
		return fmt.Errorf("no problem document: %s", got)
	}
	return nil
}

// declared checks that an operation has the parameters of a query, and puts the maximum in
// the place of a limit above it, as servers must.
func declared(route *routers.Route, query url.Values) error {
	for name, values := range query {
		p := route.Operation.Parameters.GetByInAndName("query", name)
		if p == nil {
			return fmt.Errorf("the parameter %s is not in the document", name)
		}
		if name == "limit" && p.Schema.Value.Max != nil {
			if n, err := strconv.ParseFloat(values[0], 64); err == nil {
				query.Set(name, strconv.FormatFloat(math.Min(n, *p.Schema.Value.Max), 'f', -1, 64))
			}
		}
	}
	return nil
}

// plainBody is a body without its content coding.
func plainBody(resp *http.Response, got []byte) ([]byte, error) {
	switch resp.Header.Get("Content-Encoding") {
	case "br":
		return io.ReadAll(brotli.NewReader(bytes.NewReader(got)))
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(got))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	return got, nil
}

// sampled leaves of a large collection some hundred features, spread over it: they are
// encoded by the same few lines, and the validator is slow.
func sampled(body []byte) []byte {
	const large, kept = 1 << 20, 200
	var doc map[string]json.RawMessage
	var features []json.RawMessage
	if len(body) < large || json.Unmarshal(body, &doc) != nil || json.Unmarshal(doc["features"], &features) != nil || len(features) < 2*kept {
		return body
	}
	var some []json.RawMessage
	for i := 0; i < len(features); i += len(features) / kept {
		some = append(some, features[i])
	}
	doc["features"], _ = json.Marshal(some) // it was JSON
	out, _ := json.Marshal(doc)
	return out
}

// TestContractBreaks is the control: what is not promised must be seen.
func TestContractBreaks(t *testing.T) {
	t.Parallel()
	s := serve(t, bundled(t))
	c, err := s.contract()
	if err != nil {
		t.Fatal(err)
	}
	const geoJSON = "application/geo+json"
	hub := s.items("/api/collections/hubs/items?limit=1")
	_, good := s.get("/api/collections/hubs/items?limit=1")
	more := strings.Replace(good, `"properties":{`, `"properties":{"secret":1,`, 1)
	for name, tc := range map[string]struct {
		path, mediaType, body string
		status                int
		fine                  bool
	}{
		"good":                {path: "/api/collections/hubs/items?limit=1", mediaType: geoJSON, body: good, status: 200, fine: true},
		"limit above maximum": {path: "/api/collections/hubs/items?limit=99999", mediaType: geoJSON, body: good, status: 200, fine: true},
		"unknown property":    {path: "/api/collections/hubs/items?limit=1", mediaType: geoJSON, body: more, status: 200},
		"unknown parameter":   {path: "/api/collections/hubs/items?limit=1&nonsense=1", mediaType: geoJSON, body: good, status: 200},
		"wrong value":         {path: "/api/collections/hubs/items?category=castle", mediaType: geoJSON, body: good, status: 200},
		"other collection":    {path: "/api/collections/outages/items", mediaType: geoJSON, body: good, status: 200},
		"other status":        {path: "/api/collections/hubs/items", mediaType: "application/problem+json", body: `{"type":"about:blank","title":"Teapot","status":418}`, status: 418},
		"other media type":    {path: "/api/collections/hubs/items", mediaType: "image/png", body: "a,b", status: 200},
		"unknown route":       {path: "/api/treasure", mediaType: "application/json", body: "{}", status: 200},
		"no problem":          {path: "/api/treasure", mediaType: "application/problem+json", body: "{}", status: 404},
		"problem of more":     {path: "/api/collections/hubs/items/x", mediaType: "application/problem+json", body: `{"type":"a","title":"b","status":404,"stack":"c"}`, status: 404},
	} {
		req, err := http.NewRequest(http.MethodGet, s.base+tc.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp := &http.Response{StatusCode: tc.status, Header: http.Header{"Content-Type": {tc.mediaType}, "Etag": {"x"}, "Teplo-Cursor": {"1"}}, Request: req}
		if err := c.judge(req, "", resp, []byte(tc.body)); (err == nil) != tc.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(hub.Features) != 1 {
		t.Fatal("there is no hub to look at")
	}
}
