package frameworks

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/gin-contrib/gzip"
	"github.com/gin-gonic/gin"

	ginadapter "github.com/go-holdall/holdall/adapters/gin"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// Gin is Gin.
var Gin = testkit.Framework{Name: "gin", Serve: serveGin}

func serveGin(t testing.TB, app testkit.App) string {
	return serve(t, app, newGin(app))
}

// newGin builds the app as a Gin user would.
func newGin(app testkit.App) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.Use(func(c *gin.Context) {
		if app.Before != nil {
			app.Before(newGinContext(c))
		}
	})
	r.Use(ginMiddlewares(app.Outside)...)
	r.Use(ginSessions(app, app.Global)...)
	handler := func(c *gin.Context) {
		if err := app.Handler(newGinContext(c)); err != nil {
			ginFailure(c, err)
		}
	}
	inner := append(ginSessions(app, app.Engines), ginMiddlewares(app.Inside)...)
	switch {
	case app.Group != "":
		r.Group(app.Group, inner...).Any("/*rest", handler)
	case app.Route != "":
		r.Use(inner...)
		r.GET(app.Route, handler)
	default:
		r.Use(inner...)
		// The catch-all of NoRoute, unlike a route's, takes the methods that
		// Gin has not heard of too.
		r.NoRoute(func(c *gin.Context) {
			c.Status(http.StatusOK) // gin has set 404 for a path without a route
			handler(c)
		})
	}
	return r
}

func ginSessions(app testkit.App, engines []*core.Engine) (all []gin.HandlerFunc) {
	for _, engine := range engines {
		config := ginadapter.Config{Engine: engine}
		if app.Skip != nil {
			config.Skipper = func(c *gin.Context) bool { return app.Skip(newGinContext(c)) }
		}
		all = append(all, ginadapter.WithConfig(config))
	}
	return all
}

func ginMiddlewares(kinds []testkit.Middleware) (all []gin.HandlerFunc) {
	for _, kind := range kinds {
		switch kind {
		case testkit.Recover:
			all = append(all, gin.RecoveryWithWriter(io.Discard))
		case testkit.Gzip:
			all = append(all, gzip.Gzip(gzip.DefaultCompression))
		case testkit.Timeout:
			all = append(all, ginTimeout)
		}
	}
	return all
}

// ginTimeout is what Gin users write, since Gin has none: it runs the handler
// under a deadline and answers for it if it gave up.
func ginTimeout(c *gin.Context) {
	r, cancel := withPatience(c.Request)
	defer cancel()
	c.Request = r
	c.Next()
	if r.Context().Err() != nil && !c.Writer.Written() {
		c.AbortWithStatus(http.StatusServiceUnavailable)
	}
}

// ginFailure is how a handler of Gin fails: it answers, and aborts.
func ginFailure(c *gin.Context, err error) {
	_ = c.Error(err)
	if f := (*testkit.Failure)(nil); errors.As(err, &f) {
		c.String(f.Status, f.Text)
		c.Abort()
		return
	}
	c.AbortWithStatus(core.StatusCode(err))
}

type ginContext struct {
	overHTTP
	c *gin.Context
}

func newGinContext(c *gin.Context) *ginContext {
	return &ginContext{overHTTP{c.Writer, c.Request}, c}
}

func (c *ginContext) Session(name ...string) (*core.Session, error) {
	return ginadapter.Session(c.c, name...)
}

func (c *ginContext) ForceID(id string) {
	c.c.Request = c.c.Request.WithContext(core.WithID(c.c.Request.Context(), id))
}

func (c *ginContext) Native() any             { return c.c }
func (c *ginContext) Query(key string) string { return c.c.Query(key) }

func (c *ginContext) String(status int, body string) error {
	c.c.String(status, "%s", body)
	return nil
}

func (c *ginContext) JSON(status int, v any) error {
	c.c.JSON(status, v)
	return nil
}

func (c *ginContext) Redirect(status int, to string) error {
	c.c.Redirect(status, to)
	return nil
}

func (c *ginContext) NoContent(status int) error {
	c.c.Status(status)
	return nil
}

func (c *ginContext) File(name string) error {
	c.c.File(name)
	return nil
}

func (c *ginContext) Stream(status int, r io.Reader) error {
	c.c.DataFromReader(status, -1, "text/plain", r, nil)
	return nil
}

func (c *ginContext) Events(pieces ...func() string) error {
	c.c.Stream(func(w io.Writer) bool {
		if len(pieces) > 0 {
			_, _ = io.WriteString(w, pieces[0]())
			pieces = pieces[1:]
		}
		return len(pieces) > 0
	})
	return nil
}

func (c *ginContext) Abort(status int) error {
	c.c.AbortWithStatus(status)
	return nil
}

// WriteHeader sends the status, which Gin's own only records.
func (c *ginContext) WriteHeader(status int) {
	c.c.Writer.WriteHeader(status)
	c.c.Writer.WriteHeaderNow()
}
