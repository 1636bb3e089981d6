package frameworks

import (
	"errors"
	"net/http"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	ginadapter "github.com/go-holdall/holdall/adapters/gin"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/adaptersuite"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// ginWith serves an app of Gin's own making around the suite's session.
func ginWith(build func(r *gin.Engine, session, handler gin.HandlerFunc)) func(*adaptersuite.Site, testkit.App) string {
	return func(s *adaptersuite.Site, app testkit.App) string {
		r := gin.New()
		build(r, ginadapter.Middleware(s.Engine), func(c *gin.Context) { _ = app.Handler(newGinContext(c)) })
		return serve(s.T, app, r)
	}
}

func ginCells() []adaptersuite.Cell {
	changed := adaptersuite.Outcome{Status: 200, Body: "done", Cookies: adaptersuite.Sets("known"),
		Store: []string{"get known", "swap known"}, Records: []string{`known {"a":"new"}`}}
	native := func(v *adaptersuite.Visit) *gin.Context { return v.Native().(*gin.Context) }
	return []adaptersuite.Cell{
		{Name: "own: HandleContext", Rule: "it forgets the keys and the writer, not the request: one session", Client: adaptersuite.Known,
			Do: func(v *adaptersuite.Visit) error { return nil },
			Want: adaptersuite.Outcome{Status: 200, Body: "done", Cookies: adaptersuite.Sets("known"),
				Store:   []string{"get known", "swap known"},
				Records: []string{`known {"a":"old","c":3,"b":2}`}},
			Serve: ginWith(func(r *gin.Engine, session, _ gin.HandlerFunc) {
				r.Use(session)
				r.GET("/", func(c *gin.Context) {
					if s, err := ginadapter.Session(c); err == nil {
						_ = s.Set("c", 3)
					}
					c.Request.URL.Path = "/inner"
					r.HandleContext(c)
				})
				r.GET("/inner", func(c *gin.Context) {
					if s, err := ginadapter.Session(c); err == nil {
						_ = s.Set("b", 2)
					}
					c.String(200, "done")
				})
			})},
		{Name: "own: AbortWithStatusJSON", Rule: "the handler's own error wins", Client: adaptersuite.Known,
			Do: func(v *adaptersuite.Visit) error {
				native(v).AbortWithStatusJSON(403, "no")
				return change(v)
			},
			Want: adaptersuite.Outcome{Status: 403, Body: `"no"`, Store: []string{"get known", "swap known"}, Records: []string{`known {"a":"new"}`}}},
		{Name: "own: the middleware of a group", Rule: "a group's middleware does not run where no route is", Client: adaptersuite.Known,
			Ask:   adaptersuite.Ask{Path: "/g/nowhere"},
			Want:  adaptersuite.Outcome{Status: 404, Body: adaptersuite.Anything},
			Serve: ginWith(func(r *gin.Engine, session, handler gin.HandlerFunc) { r.Group("/g", session).GET("/here", handler) })},
		{Name: "own: the errors of the context", Rule: "the error goes the framework's own way", Client: adaptersuite.Known, Do: changeAndAnswer, Trouble: failSwap,
			Want: adaptersuite.Outcome{Status: 500, Body: "set", Store: []string{"get known", "swap known"}, Reported: []string{"store set"}},
			Serve: ginWith(func(r *gin.Engine, session, handler gin.HandlerFunc) {
				r.Use(func(c *gin.Context) {
					c.Next()
					var store *core.StoreError
					if errors.As(c.Errors.Last(), &store) {
						_, _ = c.Writer.WriteString(store.Op)
					}
				}, session)
				r.GET("/", handler)
			})},
		{Name: "own: a handler that writes past the writer", Rule: "what has gone cannot be called back",
			Do: func(v *adaptersuite.Visit) error {
				w := v.Writer().(interface{ Unwrap() http.ResponseWriter }).Unwrap()
				_, err := w.Write([]byte("done"))
				if err == nil {
					err = change(v)
				}
				return err
			},
			Want: adaptersuite.Outcome{Status: 200, Body: "done", Reported: []string{"ErrTooLate"}}},
		{Name: "own: what the writer tells", Rule: "it is a gin.ResponseWriter", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				w := native(v).Writer
				w.WriteHeader(201)
				if w.Status() != 201 || w.Written() || w.Size() != -1 || w.Pusher() != nil || w.CloseNotify() == nil {
					return errors.New("before the answer")
				}
				if err := changeAndAnswer(v); err != nil {
					return err
				}
				if w.Status() != 200 || !w.Written() || w.Size() != 4 {
					panic("after the answer")
				}
				return nil
			}},
		{Name: "own: core.FromContext", Rule: "a *gin.Context carries the session", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				s, err := core.FromContext(native(v))
				if err != nil {
					return err
				}
				if err := s.Set("a", "new"); err != nil {
					return err
				}
				return v.String(200, "done")
			}},
		{Name: "own: the hooks' gin.Context", Rule: "hooks that need more get it from the adapter", Client: adaptersuite.Known, Do: changeAndAnswer, Want: changed,
			Options: func(o *core.Options) {
				o.BeforeSave = func(req core.Request, _ *core.Session) error {
					if c, ok := ginadapter.Context(req); !ok || c.Request.URL.Path != "/" {
						return errors.New("no gin.Context")
					}
					return nil
				}
			}},
	}
}

func TestGinAdapter(t *testing.T) {
	require.PanicsWithError(t, wrongOptionsText, func() { ginadapter.New(wrongOptions) })
	require.Panics(t, func() { ginadapter.WithConfig(ginadapter.Config{}) })
	require.NotNil(t, ginadapter.New(core.Options{Cookie: core.Cookie{DisableSigning: true}, Store: faultstore.New()}))
	_, ok := ginadapter.Context(nil)
	require.False(t, ok)
}
