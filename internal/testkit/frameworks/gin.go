package frameworks

import (
	"errors"
	"testing"

	"github.com/gin-gonic/gin"

	ginadapter "github.com/go-holdall/holdall/adapters/gin"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// Gin is Gin.
var Gin = testkit.Framework{Name: "gin", Serve: serveGin}

func serveGin(t testing.TB, app testkit.App) string {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(func(c *gin.Context) {
		if app.Before != nil {
			app.Before(&ginContext{c})
		}
	})
	for _, engine := range app.Engines {
		r.Use(ginadapter.Middleware(engine))
	}
	r.NoRoute(func(c *gin.Context) {
		c.Status(200) // gin has set 404 for a path without a route
		if err := app.Handler(&ginContext{c}); err != nil {
			ginFailure(c, err)
		}
	})
	return serve(t, r)
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

type ginContext struct{ c *gin.Context }

func (c *ginContext) Session(name ...string) (*core.Session, error) {
	return ginadapter.Session(c.c, name...)
}

func (c *ginContext) ForceID(id string) {
	c.c.Request = c.c.Request.WithContext(core.WithID(c.c.Request.Context(), id))
}

func (c *ginContext) Native() any                  { return c.c }
func (c *ginContext) Method() string               { return c.c.Request.Method }
func (c *ginContext) Path() string                 { return c.c.Request.URL.Path }
func (c *ginContext) Query(key string) string      { return c.c.Query(key) }
func (c *ginContext) Header(name string) string    { return c.c.GetHeader(name) }
func (c *ginContext) SetHeader(name, value string) { c.c.Header(name, value) }

func (c *ginContext) String(status int, body string) error {
	c.c.String(status, "%s", body)
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
