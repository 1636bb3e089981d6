// Package echoadapter puts the session engine under Echo v4:
//
//	e.Use(echoadapter.New(opts))
//
// and in a handler
//
//	s, err := echoadapter.Session(c)
//
// The session lasts until Echo's HTTPErrorHandler has answered: the middleware
// calls it itself, so that error pages know who is signed in, and hands on no
// error. Middleware around this one sees the status, and no error of the handler;
// what has to see that error, such as a retry, belongs inside.
//
// An error of the session that is answered is logged by slog.Default.
package echoadapter

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/go-holdall/holdall/core"
)

// New returns the middleware of a new engine. It panics if an option is
// wrong, with an error that names all that are. To have the error instead, or
// the engine to Close, use core.New and Middleware.
func New(opts core.Options) echo.MiddlewareFunc {
	return Middleware(core.Must(core.New(opts)))
}

// Middleware returns the middleware of an engine.
func Middleware(e *core.Engine) echo.MiddlewareFunc {
	return WithConfig(Config{Engine: e})
}

// Config is what can be told to WithConfig.
type Config struct {
	// Engine is required.
	Engine *core.Engine

	// Skipper keeps the session off the requests for which it returns true.
	// Nil skips none.
	Skipper func(echo.Context) bool
}

// WithConfig returns a middleware. It panics without an engine.
//
// An error of the session goes to Echo's HTTPErrorHandler, as an
// *echo.HTTPError with the status of core.StatusCode that wraps it.
func WithConfig(config Config) echo.MiddlewareFunc {
	if config.Engine == nil {
		panic("echoadapter: Config.Engine is nil")
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			outer := innermost(c).Open()
			if outer.Has(config.Engine) || config.Skipper != nil && config.Skipper(c) {
				return next(c)
			}
			return serve(config.Engine, c, outer, next)
		}
	}
}

func innermost(c echo.Context) *core.Session {
	s, _ := c.Request().Context().Value(core.ContextKey).(*core.Session)
	return s
}

func serve(e *core.Engine, c echo.Context, outer *core.Session, next echo.HandlerFunc) error {
	x := install(c)
	defer x.restore(outer)
	if err := e.LoadInto(x.CoreSession(), x, x, outer); err != nil {
		return x.logged(err)
	}
	c.SetRequest(x.inner.Init(c.Request(), x.CoreSession()))
	err := next(c)
	answered := err != nil && !x.Started() && !x.Caused(err)
	if answered {
		x.answer(err)
		err = nil // what was answered shows in the status
	}
	x.finished = true
	failure := x.Finish(err)
	if failure != nil {
		x.reopen()
		return x.logged(failure)
	}
	return err
}

func httpError(err error) error {
	status := core.StatusCode(err)
	return echo.NewHTTPError(status, http.StatusText(status)).SetInternal(err)
}

// Session returns the session of a request, loaded. With a name it returns
// that of the cookie so named, without one that of the outermost middleware.
// The error wraps core.ErrNoSession, core.ErrOutsidePath, or that of the
// load, and can be returned by the handler as it is.
func Session(c echo.Context, name ...string) (*core.Session, error) {
	s, err := innermost(c).Find(name...)
	if err != nil {
		return nil, httpError(err)
	}
	return s, nil
}

// Context returns the echo.Context of what one of the hooks in core.Options
// is given, if it comes from this package.
func Context(req core.Request) (echo.Context, bool) {
	x, ok := req.(*exchange)
	if !ok {
		return nil, false
	}
	return x.c, true
}
