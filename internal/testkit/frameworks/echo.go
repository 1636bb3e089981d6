package frameworks

import (
	"errors"
	"testing"

	"github.com/labstack/echo/v4"

	echoadapter "github.com/go-holdall/holdall/adapters/echo"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// Echo is Echo v4.
var Echo = testkit.Framework{Name: "echo", Serve: serveEcho}

func serveEcho(t testing.TB, app testkit.App) string {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if app.Before != nil {
				app.Before(&echoContext{c})
			}
			return next(c)
		}
	})
	for _, engine := range app.Engines {
		e.Use(echoadapter.Middleware(engine))
	}
	e.Any("/*", func(c echo.Context) error { return echoFailure(app.Handler(&echoContext{c})) })
	return serve(t, e)
}

// echoFailure is how a handler of Echo fails: it returns an HTTPError.
func echoFailure(err error) error {
	if f := (*testkit.Failure)(nil); errors.As(err, &f) {
		return echo.NewHTTPError(f.Status, f.Text).SetInternal(err)
	}
	return err
}

type echoContext struct{ c echo.Context }

func (c *echoContext) Session(name ...string) (*core.Session, error) {
	return echoadapter.Session(c.c, name...)
}

func (c *echoContext) ForceID(id string) {
	r := c.c.Request()
	c.c.SetRequest(r.WithContext(core.WithID(r.Context(), id)))
}

func (c *echoContext) Native() any                          { return c.c }
func (c *echoContext) Method() string                       { return c.c.Request().Method }
func (c *echoContext) Path() string                         { return c.c.Request().URL.Path }
func (c *echoContext) Query(key string) string              { return c.c.QueryParam(key) }
func (c *echoContext) Header(name string) string            { return c.c.Request().Header.Get(name) }
func (c *echoContext) SetHeader(name, value string)         { c.c.Response().Header().Set(name, value) }
func (c *echoContext) String(status int, body string) error { return c.c.String(status, body) }
func (c *echoContext) Redirect(status int, to string) error { return c.c.Redirect(status, to) }
func (c *echoContext) NoContent(status int) error           { return c.c.NoContent(status) }
