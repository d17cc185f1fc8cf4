package api

import (
	"encoding/json"
	"fmt"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Ask puts one question to this API for the caller of c, in the same process: a page's
// form does what the API does, with the same checks. body is sent as JSON (nil: none);
// reply is empty where the answer has no body.
func (s *Server) Ask(c *fiber.Ctx, method, path string, body any) (status int, reply map[string]any, err error) {
	var req fasthttp.Request
	req.Header.SetMethod(method)
	req.SetRequestURI(path)
	req.Header.SetHostBytes(c.Request().Host())
	for _, name := range []string{fiber.HeaderCookie, fiber.HeaderAuthorization, fiber.HeaderOrigin, "Sec-Fetch-Site"} {
		if v := c.Get(name); v != "" {
			req.Header.Set(name, v)
		}
	}
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, nil, fmt.Errorf("api: ask %s: %w", path, err)
		}
		req.Header.SetContentType(typeJSON)
		req.SetBody(b)
	}
	var ctx fasthttp.RequestCtx
	ctx.Init(&req, c.Context().RemoteAddr(), nil)
	s.app.Handler()(&ctx)
	if answer := ctx.Response.Body(); len(answer) > 0 && ctx.Response.StatusCode() != fiber.StatusNoContent {
		if err := json.Unmarshal(answer, &reply); err != nil {
			return 0, nil, fmt.Errorf("api: answer of %s: %w", path, err)
		}
	}
	return ctx.Response.StatusCode(), reply, nil
}
