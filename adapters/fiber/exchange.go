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
	cookies [1]string // room for the one Cookie line that clients send
	ended   bool      // finish has run
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
	if name == fiber.HeaderCookie {
		return x.cookieLines(header)
	}
	return appendLines(nil, header.PeekAll(name))
}

func appendLines(values []string, lines [][]byte) []string {
	for _, line := range lines {
		values = append(values, string(line))
	}
	return values
}

// cookieLines returns the lines that stand in the header block that was read
// from the wire. A request made by hand has no such block.
func (x *exchange) cookieLines(header *fasthttp.RequestHeader) []string {
	if sent := header.RawHeaders(); len(sent) > 0 {
		lines := header.PeekAll(fiber.HeaderCookie)
		if len(lines) == 0 || bytes.Contains(sent, lines[0]) {
			return appendLines(x.cookies[:0], lines)
		}
	}
	return append(x.cookies[:0], x.parsedCookies())
}

// parsedCookies returns the Cookie header where an earlier middleware has had
// it parsed, or has changed it. fasthttp's own rendering would give a
// nameless cookie the name that stands in its value.
func (x *exchange) parsedCookies() string {
	var room [512]byte
	line := room[:0]
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
	if !x.HasCookie(name) {
		header.Add(fiber.HeaderSetCookie, line)
		return
	}
	others := otherCookies(header, x.Path(), name, line)
	header.DelCookie(name)
	header.Add(fiber.HeaderSetCookie, line)
	for _, other := range others {
		header.Add(fiber.HeaderSetCookie, other)
	}
}

// otherCookies returns the lines of that name which are about other cookies: of
// another path, domain or partition.
func otherCookies(header *fasthttp.ResponseHeader, path, name, line string) (others []string) {
	header.VisitAllCookie(func(key, value []byte) {
		if string(key) == name && !core.SameCookie(path, string(value), line) {
			others = append(others, string(value))
		}
	})
	return others
}

// HasCookie reports whether there is a Set-Cookie line for a cookie.
func (x *exchange) HasCookie(name string) bool {
	return len(x.c.Response().Header.PeekCookie(name)) > 0
}

// SetHeader sets a response header.
func (x *exchange) SetHeader(name, value string) { x.c.Response().Header.Set(name, value) }

// Started is false: nothing has gone out before the chain returns.
func (x *exchange) Started() bool { return false }

// finish ends the session after the chain. Where the handler has failed its
// own answer stays; otherwise a failed save withdraws it.
func (x *exchange) finish(handlerFailed bool) error {
	x.ended = true
	err := x.session.End()
	if err == nil {
		return nil
	}
	if handlerFailed {
		x.session.Overruled(x, err)
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
	if !x.ended {
		if err := x.session.Abandon(); err != nil {
			x.session.Overruled(x, err)
		}
	}
	x.c.Context().SetUserValue(core.ContextKey, outer)
	x.c = nil
}
