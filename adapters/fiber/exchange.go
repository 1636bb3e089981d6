package fiberadapter

import (
	"bytes"
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/go-holdall/holdall/core"
)

// An exchange is the request/response pair over Fiber. It needs no writer:
// fasthttp sends nothing before the whole chain has returned. For the same
// reason it sets no cookie earlier, where file servers, proxies and error
// pages would wipe it.
type exchange struct {
	c       *fiber.Ctx
	session core.Session
}

// Context returns the request's user context.
func (x *exchange) Context() context.Context { return x.c.UserContext() }

// Path returns the path as it was sent.
func (x *exchange) Path() string { return string(x.c.Context().URI().PathOriginal()) }

// Secure reports whether the connection is TLS. Fiber's own Secure believes
// the headers of everybody.
func (x *exchange) Secure() bool { return x.c.Context().IsTLS() }

// HeaderValues returns copies of the lines of a request header.
func (x *exchange) HeaderValues(name string) []string {
	header := &x.c.Request().Header
	lines := header.PeekAll(name)
	if name == fiber.HeaderCookie && len(lines) > 0 && !asSent(header, lines[0]) {
		return []string{x.parsedCookies()}
	}
	values := make([]string, len(lines))
	for i, line := range lines {
		values[i] = string(line)
	}
	return values
}

// asSent reports whether a line stands in the header block that was read from
// the wire. A request made by hand has none.
func asSent(header *fasthttp.RequestHeader, line []byte) bool {
	raw := header.RawHeaders()
	return len(raw) == 0 || bytes.Contains(raw, line)
}

// parsedCookies returns the Cookie header where an earlier middleware has had
// it parsed, or has changed it. fasthttp's own rendering would give a
// nameless cookie the name that stands in its value.
func (x *exchange) parsedCookies() string {
	var line []byte
	x.c.Request().Header.VisitAllCookie(func(name, value []byte) {
		if len(name) == 0 {
			return
		}
		line = append(append(append(line, name...), '='), value...)
		line = append(line, ';')
	})
	return string(line)
}

// SetCookie sets a Set-Cookie line, in place of that of the same cookie.
func (x *exchange) SetCookie(name, line string) {
	header := &x.c.Response().Header
	header.DelCookie(name)
	header.Add(fiber.HeaderSetCookie, line)
}

// SetHeader sets a response header.
func (x *exchange) SetHeader(name, value string) { x.c.Response().Header.Set(name, value) }

// Started is false: nothing has gone out before the chain returns.
func (x *exchange) Started() bool { return false }

// finish ends the session after the chain. Where the handler has failed its
// own answer stays; otherwise a failed save withdraws it.
func (x *exchange) finish(handlerFailed bool) error {
	err := x.session.End()
	if err == nil {
		return nil
	}
	if handlerFailed {
		x.session.Overruled(err)
		return nil
	}
	x.c.Context().Hijack(nil) // it would run after the error page
	x.c.Context().HijackSetNoResponse(false)
	res := x.c.Response()
	res.ResetBody()
	for _, name := range contentHeaders {
		res.Header.Del(name)
	}
	return err
}

// contentHeaders describe a content that is not sent.
var contentHeaders = [...]string{
	fiber.HeaderAcceptRanges, fiber.HeaderCacheControl, fiber.HeaderContentDisposition, fiber.HeaderContentEncoding,
	fiber.HeaderContentLanguage, fiber.HeaderContentLength, fiber.HeaderContentRange, fiber.HeaderContentType,
	fiber.HeaderETag, fiber.HeaderLastModified, fiber.HeaderLocation,
}

// restore ends the session, if a panic has kept serve from it, and lets go of
// the context, which Fiber will use for another request.
func (x *exchange) restore(outer *core.Session) {
	if err := x.session.End(); err != nil {
		x.session.Overruled(err)
	}
	x.c.Context().SetUserValue(core.ContextKey, outer)
	x.c = nil
}
