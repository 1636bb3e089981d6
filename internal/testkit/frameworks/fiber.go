package frameworks

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/compress"
	"github.com/gofiber/fiber/v2/middleware/proxy"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/gofiber/fiber/v2/middleware/timeout"

	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// Fiber is Fiber v2.
var Fiber = testkit.Framework{Name: "fiber", Serve: serveFiber}

func serveFiber(t testing.TB, app testkit.App) string {
	return serveFiberApp(t, newFiber(app), app.TLS)
}

// newFiber builds the app as a Fiber user would.
func newFiber(app testkit.App) *fiber.App {
	f := fiber.New(fiber.Config{DisableStartupMessage: true})
	f.Use(func(c *fiber.Ctx) error {
		returned := make(chan struct{})
		defer close(returned)
		c.Locals(chainReturned, (<-chan struct{})(returned))
		if app.Before != nil {
			app.Before(&fiberContext{c})
		}
		return c.Next()
	})
	use(f, fiberMiddlewares(app.Outside))
	use(f, fiberSessions(app, app.Global))
	inner := f
	if app.Group != "" {
		inner = fiber.New()
	}
	use(inner, fiberSessions(app, app.Engines))
	use(inner, fiberMiddlewares(app.Inside))
	handler := func(c *fiber.Ctx) error { return fiberFailure(app.Handler(&fiberContext{c})) }
	if app.Route != "" {
		inner.Get(app.Route, handler)
	} else {
		inner.Use(handler)
	}
	if app.Group != "" {
		f.Mount(app.Group, inner)
	}
	return f
}

func use(f *fiber.App, handlers []fiber.Handler) {
	for _, h := range handlers {
		f.Use(h)
	}
}

func fiberSessions(app testkit.App, engines []*core.Engine) (all []fiber.Handler) {
	for _, engine := range engines {
		config := fiberadapter.Config{Engine: engine}
		if app.Skip != nil {
			config.Next = func(c *fiber.Ctx) bool { return app.Skip(&fiberContext{c}) }
		}
		all = append(all, fiberadapter.WithConfig(config))
	}
	return all
}

func fiberMiddlewares(kinds []testkit.Middleware) (all []fiber.Handler) {
	for _, kind := range kinds {
		switch kind {
		case testkit.Recover:
			all = append(all, recover.New())
		case testkit.Gzip:
			all = append(all, compress.New())
		case testkit.Timeout:
			all = append(all, timeout.NewWithContext(func(c *fiber.Ctx) error { return c.Next() }, testkit.Patience))
		}
	}
	return all
}

// serveFiberApp starts a Fiber app on a free port.
func serveFiberApp(t testing.TB, f *fiber.App, secure bool) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	if secure {
		url = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, &tls.Config{Certificates: borrowedCertificate()})
	}
	// Or Shutdown waits for ever for a connection that a client has to spare.
	f.Server().ReadTimeout = 5 * time.Second
	served := make(chan error, 1)
	go func() { served <- f.Listener(listener) }()
	t.Cleanup(func() {
		_ = f.Shutdown()
		if err := <-served; err != nil {
			t.Errorf("fiber: %v", err)
		}
	})
	return url
}

// borrowedCertificate is the one that net/http's test servers use.
func borrowedCertificate() []tls.Certificate {
	lender := httptest.NewTLSServer(nil)
	defer lender.Close()
	return lender.TLS.Certificates
}

// fiberFailure is how a handler of Fiber fails: it returns an Error.
func fiberFailure(err error) error {
	if f := (*testkit.Failure)(nil); errors.As(err, &f) {
		return fiber.NewError(f.Status, f.Text)
	}
	return err
}

type fiberContext struct{ c *fiber.Ctx }

func (c *fiberContext) Session(name ...string) (*core.Session, error) {
	return fiberadapter.Session(c.c, name...)
}

func (c *fiberContext) ForceID(id string) {
	c.c.SetUserContext(core.WithID(c.c.UserContext(), id))
}

func (c *fiberContext) Native() any                  { return c.c }
func (c *fiberContext) Context() context.Context     { return c.c.UserContext() }
func (c *fiberContext) Method() string               { return c.c.Method() }
func (c *fiberContext) Path() string                 { return c.c.Path() }
func (c *fiberContext) Query(key string) string      { return c.c.Query(key) }
func (c *fiberContext) Header(name string) string    { return c.c.Get(name) }
func (c *fiberContext) SetHeader(name, value string) { c.c.Set(name, value) }
func (c *fiberContext) AddCookie(line string)        { c.c.Response().Header.Add(fiber.HeaderSetCookie, line) }

func (c *fiberContext) String(status int, body string) error {
	return c.c.Status(status).SendString(body)
}

func (c *fiberContext) JSON(status int, v any) error         { return c.c.Status(status).JSON(v) }
func (c *fiberContext) Redirect(status int, to string) error { return c.c.Redirect(to, status) }
func (c *fiberContext) File(name string) error               { return c.c.SendFile(name) }
func (c *fiberContext) Abort(status int) error               { return fiber.NewError(status) }
func (c *fiberContext) Proxy(url string) error               { return proxy.Do(c.c, url+c.c.Path()) }

func (c *fiberContext) NoContent(status int) error {
	c.c.Status(status)
	return nil
}

func (c *fiberContext) Stream(status int, r io.Reader) error {
	return c.c.Status(status).SendStream(r)
}

// chainReturned is where a request keeps the channel that is closed when its
// whole chain has returned.
const chainReturned = "testkit.chain returned"

// Events makes the pieces after the chain has returned. Fiber itself starts a
// stream beside the chain, and only its first bytes fit before the chain's
// end; which of the two is ahead must not decide over a case.
func (c *fiberContext) Events(pieces ...func() string) error {
	c.c.Set(fiber.HeaderContentType, "text/event-stream")
	returned, known := c.c.Locals(chainReturned).(<-chan struct{})
	c.c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		if known {
			<-returned
		}
		for _, piece := range pieces {
			_, _ = w.WriteString(piece())
			if w.Flush() != nil {
				return
			}
		}
	})
	return nil
}

func (c *fiberContext) Hijack(talk func(net.Conn, http.Header)) error {
	c.c.Context().Hijack(func(conn net.Conn) { talk(conn, nil) })
	return nil
}

func (c *fiberContext) Write(b []byte) (int, error) { return c.c.Write(b) }
func (c *fiberContext) WriteHeader(status int)      { c.c.Status(status) }

// Flush does nothing: nothing of a response leaves before the chain returns.
func (c *fiberContext) Flush() {}

func (c *fiberContext) Writer() http.ResponseWriter { return nil }
