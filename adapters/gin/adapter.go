// Package ginadapter puts the session engine under Gin:
//
//	r.Use(ginadapter.New(opts))
//
// and in a handler
//
//	s, err := ginadapter.Session(c)
//
// HandleContext, Gin's redirect inside, keeps the session: what the first
// handler has set is saved before the first byte of the second.
//
// Gin's Logger, which gin.Default has, logs the errors of the session.
package ginadapter

import (
	"errors"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/go-holdall/holdall/core"
)

// New returns the middleware of a new engine. It panics if an option is
// wrong, with an error that names all that are. To have the error instead, or
// the engine to Close, use core.New and Middleware.
func New(opts core.Options) gin.HandlerFunc {
	return Middleware(core.Must(core.New(opts)))
}

// Middleware returns the middleware of an engine.
func Middleware(e *core.Engine) gin.HandlerFunc {
	return WithConfig(Config{Engine: e})
}

// Config is what can be told to WithConfig.
type Config struct {
	// Engine is required.
	Engine *core.Engine

	// Skipper keeps the session off the requests for which it returns true.
	// Nil skips none.
	Skipper func(*gin.Context) bool
}

// WithConfig returns a middleware. It panics without an engine.
//
// An error of the session aborts the request with the status of
// core.StatusCode, and is among the errors of the gin.Context. Nothing is
// written: a middleware outside may give it a page.
func WithConfig(config Config) gin.HandlerFunc {
	if config.Engine == nil {
		panic("ginadapter: Config.Engine is nil")
	}
	return func(c *gin.Context) {
		outer := kept(c)
		if outer.Has(config.Engine) || config.Skipper != nil && config.Skipper(c) {
			c.Next()
			return
		}
		if err := pass(config.Engine, c, outer); err != nil {
			fail(c, err)
		}
	}
}

// fail aborts the request and sets the status, which Gin sends unless a
// middleware outside answers in its own way: so nothing is written here. The
// error goes before those of the handlers, which middleware looks for at the end.
// What Gin's Render has met when it wrote is among them already.
func fail(c *gin.Context, err error) {
	c.Status(core.StatusCode(err))
	c.Abort()
	if !slices.ContainsFunc(c.Errors, func(e *gin.Error) bool { return errors.Is(e, err) }) {
		ours := c.Error(err)
		c.Errors = slices.Insert(c.Errors[:len(c.Errors)-1], 0, ours)
	}
}

// kept returns the session among the context's keys.
func kept(c *gin.Context) *core.Session {
	v, _ := c.Get(core.ContextKey)
	s, _ := v.(*core.Session)
	return s
}

// innermost returns the session of the request: HandleContext, with which Gin
// redirects inside, forgets the keys and leaves the request.
func innermost(c *gin.Context) *core.Session {
	if s := kept(c); s != nil || c.Request == nil {
		return s
	}
	s, _ := c.Request.Context().Value(core.ContextKey).(*core.Session)
	return s
}

// pass runs the handlers with a session, with that of the request if this is
// not the first time that it passes here.
func pass(e *core.Engine, c *gin.Context, outer *core.Session) error {
	known, _ := c.Request.Context().Value(core.ContextKey).(*core.Session)
	if known = known.Open(); !known.Has(e) {
		if outer == nil {
			outer = known
		}
		return serve(e, c, outer)
	}
	if x, ok := known.RequestOf(e).(*exchange); ok && x.c == c {
		c.Set(core.ContextKey, x.CoreSession())
		return x.again()
	}
	c.Set(core.ContextKey, known)
	c.Next()
	return nil
}

func serve(e *core.Engine, c *gin.Context, outer *core.Session) error {
	x := install(c)
	defer x.restore(outer)
	if err := e.LoadInto(x.CoreSession(), x, x, outer); err != nil {
		return err
	}
	c.Set(core.ContextKey, x.CoreSession())
	c.Request = x.inner.Init(c.Request, x.CoreSession())
	c.Next()
	return x.finish()
}

// Session returns the session of a request, loaded. With a name it returns
// that of the cookie so named, without one that of the outermost middleware.
// The error is core.ErrNoSession, core.ErrOutsidePath, or that of the load;
// core.StatusCode has the status to abort with.
func Session(c *gin.Context, name ...string) (*core.Session, error) {
	return innermost(c).Find(name...)
}

// Context returns the gin.Context of what one of the hooks in core.Options is
// given, if it comes from this package.
func Context(req core.Request) (*gin.Context, bool) {
	x, ok := req.(*exchange)
	if !ok {
		return nil, false
	}
	return x.c, true
}
