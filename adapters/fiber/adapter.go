// Package fiberadapter puts the session engine under Fiber v2:
//
//	app.Use(fiberadapter.New(opts))
//
// and in a handler
//
//	s, err := fiberadapter.Session(c)
//
// The session lasts until Fiber's ErrorHandler has answered: the middleware calls
// it itself, so that error pages know who is signed in, and hands on no error.
// Middleware around this one sees the status, and no error of the handler.
//
// An error of the session that is answered is logged by slog.Default.
//
// Use Fiber's recover middleware too: fasthttp lets a panic end the process.
package fiberadapter

import (
	"errors"
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"github.com/go-holdall/holdall/core"
)

// New returns the middleware of a new engine. It panics if an option is
// wrong, with an error that names all that are. To have the error instead, or
// the engine to Close, use core.New and Middleware.
func New(opts core.Options) fiber.Handler {
	return Middleware(core.Must(core.New(opts)))
}

// Middleware returns the middleware of an engine.
func Middleware(e *core.Engine) fiber.Handler {
	return WithConfig(Config{Engine: e})
}

// Config is what can be told to WithConfig.
type Config struct {
	// Engine is required.
	Engine *core.Engine

	// Next keeps the session off the requests for which it returns true. Nil
	// skips none.
	Next func(*fiber.Ctx) bool
}

// WithConfig returns a middleware. It panics without an engine.
//
// An error of the session goes to Fiber's ErrorHandler: as an *Error, which
// is a *fiber.Error with the status of core.StatusCode and wraps the cause.
func WithConfig(config Config) fiber.Handler {
	if config.Engine == nil {
		panic("fiberadapter: Config.Engine is nil")
	}
	return func(c *fiber.Ctx) error {
		outer := innermost(c)
		if outer.Has(config.Engine) || config.Next != nil && config.Next(c) {
			return c.Next()
		}
		return serve(config.Engine, c, outer)
	}
}

func innermost(c *fiber.Ctx) *core.Session {
	s, _ := c.Context().UserValue(core.ContextKey).(*core.Session)
	return s
}

func serve(e *core.Engine, c *fiber.Ctx, outer *core.Session) error {
	x := &exchange{c: c}
	defer x.restore(outer)
	if err := e.LoadInto(&x.session, x, x, outer); err != nil {
		slog.Default().ErrorContext(c.UserContext(), "session error", "error", err)
		return wrap(err)
	}
	c.Context().SetUserValue(core.ContextKey, &x.session)
	if err := c.Next(); err != nil {
		answer(c, err)
	}
	if failure := x.finish(c.Response().StatusCode() >= fiber.StatusBadRequest); failure != nil {
		slog.Default().ErrorContext(c.UserContext(), "session error", "error", failure)
		return wrap(failure)
	}
	return nil
}

// answer has Fiber's ErrorHandler answer the handler's error while the session
// is still there for it, and before it is committed. Fiber itself would call it
// after all middleware, and answers 500 where the ErrorHandler fails. An error of
// the session keeps its status.
func answer(c *fiber.Ctx, err error) {
	var known *fiber.Error
	if errors.Is(err, core.ErrSuperseded) && !errors.As(err, &known) {
		err = wrap(err)
	}
	if c.App().ErrorHandler(c, err) != nil {
		_ = c.SendStatus(fiber.StatusInternalServerError)
	}
}

// Session returns the session of a request, loaded. With a name it returns
// that of the cookie so named, without one that of the outermost middleware.
// The error is an *Error that wraps core.ErrNoSession, core.ErrOutsidePath, or
// that of the load, and can be returned by the handler as it is.
func Session(c *fiber.Ctx, name ...string) (*core.Session, error) {
	s, err := innermost(c).Find(name...)
	if err != nil {
		return nil, wrap(err)
	}
	return s, nil
}

// Context returns the fiber.Ctx of what one of the hooks in core.Options is
// given, if it comes from this package.
func Context(req core.Request) (*fiber.Ctx, bool) {
	x, ok := req.(*exchange)
	if !ok {
		return nil, false
	}
	return x.c, true
}

// An Error is an error of the session in Fiber's terms. Its text is that of
// the status, since Fiber shows an error's text to the client; what Fiber's
// logger prints is that text too. To log the cause, look for it in Fiber's
// ErrorHandler:
//
//	func(c *fiber.Ctx, err error) error {
//		if e := (*fiberadapter.Error)(nil); errors.As(err, &e) {
//			slog.Error("session error", "error", e.Cause)
//		}
//		return fiber.DefaultErrorHandler(c, err)
//	}
type Error struct {
	// Status is a *fiber.Error with the status and its text.
	Status *fiber.Error
	// Cause is the session's error.
	Cause error
}

func wrap(err error) error {
	return &Error{Status: fiber.NewError(core.StatusCode(err)), Cause: err}
}

func (e *Error) Error() string { return e.Status.Error() }

// Unwrap returns both errors.
func (e *Error) Unwrap() []error { return []error{e.Status, e.Cause} }
