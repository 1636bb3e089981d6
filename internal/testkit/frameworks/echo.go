package frameworks

import (
	"errors"
	"io"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	echoadapter "github.com/go-holdall/holdall/adapters/echo"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// Echo is Echo v4.
var Echo = testkit.Framework{Name: "echo", Serve: serveEcho}

func serveEcho(t testing.TB, app testkit.App) string {
	return serve(t, app, newEcho(app))
}

// newEcho builds the app as an Echo user would.
func newEcho(app testkit.App) *echo.Echo {
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if app.Before != nil {
				app.Before(newEchoContext(c))
			}
			return next(c)
		}
	})
	e.Use(echoMiddlewares(app.Outside)...)
	e.Use(echoSessions(app, app.Global)...)
	handler := func(c echo.Context) error { return echoFailure(app.Handler(newEchoContext(c))) }
	inner := append(echoSessions(app, app.Engines), echoMiddlewares(app.Inside)...)
	switch {
	case app.Group != "":
		e.Group(app.Group, inner...).Any("/*", handler)
	case app.Route != "":
		e.Use(inner...)
		e.GET(app.Route, handler)
	default:
		e.Use(inner...)
		e.Any("/*", handler)
	}
	return e
}

func echoSessions(app testkit.App, engines []*core.Engine) (all []echo.MiddlewareFunc) {
	for _, engine := range engines {
		config := echoadapter.Config{Engine: engine}
		if app.Skip != nil {
			config.Skipper = func(c echo.Context) bool { return app.Skip(newEchoContext(c)) }
		}
		all = append(all, echoadapter.WithConfig(config))
	}
	return all
}

func echoMiddlewares(kinds []testkit.Middleware) (all []echo.MiddlewareFunc) {
	for _, kind := range kinds {
		switch kind {
		case testkit.Recover:
			all = append(all, middleware.RecoverWithConfig(middleware.RecoverConfig{DisableStackAll: true, DisablePrintStack: true}))
		case testkit.Gzip:
			all = append(all, middleware.Gzip())
		case testkit.Timeout:
			all = append(all, middleware.ContextTimeout(testkit.Patience))
		}
	}
	return all
}

// echoFailure is how a handler of Echo fails: it returns an HTTPError.
func echoFailure(err error) error {
	if f := (*testkit.Failure)(nil); errors.As(err, &f) {
		return echo.NewHTTPError(f.Status, f.Text).SetInternal(err)
	}
	return err
}

type echoContext struct {
	overHTTP
	c echo.Context
}

func newEchoContext(c echo.Context) *echoContext {
	return &echoContext{overHTTP{c.Response(), c.Request()}, c}
}

func (c *echoContext) Session(name ...string) (*core.Session, error) {
	return echoadapter.Session(c.c, name...)
}

func (c *echoContext) ForceID(id string) {
	r := c.c.Request()
	c.c.SetRequest(r.WithContext(core.WithID(r.Context(), id)))
}

func (c *echoContext) Native() any                          { return c.c }
func (c *echoContext) Query(key string) string              { return c.c.QueryParam(key) }
func (c *echoContext) String(status int, body string) error { return c.c.String(status, body) }
func (c *echoContext) JSON(status int, v any) error         { return c.c.JSON(status, v) }
func (c *echoContext) Redirect(status int, to string) error { return c.c.Redirect(status, to) }
func (c *echoContext) NoContent(status int) error           { return c.c.NoContent(status) }
func (c *echoContext) File(name string) error               { return c.c.File(name) }
func (c *echoContext) Abort(status int) error               { return echo.NewHTTPError(status) }

func (c *echoContext) Stream(status int, r io.Reader) error {
	return c.c.Stream(status, echo.MIMETextPlain, r)
}
