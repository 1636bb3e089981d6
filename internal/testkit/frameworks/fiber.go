package frameworks

import (
	"errors"
	"net"
	"testing"

	"github.com/gofiber/fiber/v2"

	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// Fiber is Fiber v2.
var Fiber = testkit.Framework{Name: "fiber", Serve: serveFiber}

func serveFiber(t testing.TB, app testkit.App) string {
	f := fiber.New(fiber.Config{DisableStartupMessage: true})
	f.Use(func(c *fiber.Ctx) error {
		if app.Before != nil {
			app.Before(&fiberContext{c})
		}
		return c.Next()
	})
	for _, engine := range app.Engines {
		f.Use(fiberadapter.Middleware(engine))
	}
	f.Use(func(c *fiber.Ctx) error { return fiberFailure(app.Handler(&fiberContext{c})) })
	return serveFiberApp(t, f)
}

func serveFiberApp(t testing.TB, f *fiber.App) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- f.Listener(listener) }()
	t.Cleanup(func() {
		_ = f.Shutdown()
		if err := <-served; err != nil {
			t.Errorf("fiber: %v", err)
		}
	})
	return "http://" + listener.Addr().String()
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
func (c *fiberContext) Method() string               { return c.c.Method() }
func (c *fiberContext) Path() string                 { return c.c.Path() }
func (c *fiberContext) Query(key string) string      { return c.c.Query(key) }
func (c *fiberContext) Header(name string) string    { return c.c.Get(name) }
func (c *fiberContext) SetHeader(name, value string) { c.c.Set(name, value) }

func (c *fiberContext) String(status int, body string) error {
	return c.c.Status(status).SendString(body)
}

func (c *fiberContext) Redirect(status int, to string) error { return c.c.Redirect(to, status) }

func (c *fiberContext) NoContent(status int) error {
	c.c.Status(status)
	return nil
}
