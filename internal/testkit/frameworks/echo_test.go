package frameworks

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/stretchr/testify/require"

	echoadapter "github.com/go-holdall/holdall/adapters/echo"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/adaptersuite"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// echoWith serves an app of Echo's own making around the suite's session.
func echoWith(build func(e *echo.Echo, session echo.MiddlewareFunc, handler echo.HandlerFunc)) func(*adaptersuite.Site, testkit.App) string {
	return func(s *adaptersuite.Site, app testkit.App) string {
		e := echo.New()
		build(e, echoadapter.Middleware(s.Engine), func(c echo.Context) error { return app.Handler(newEchoContext(c)) })
		return serve(s.T, app, e)
	}
}

func echoCells() []adaptersuite.Cell {
	changed := adaptersuite.Outcome{Status: 200, Body: "done", Cookies: adaptersuite.Sets("known"),
		Store: []string{"get known", "swap known"}, Records: []string{`known {"a":"new"}`}}
	wrapped := echo.WrapMiddleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Wrapped", "1")
			next.ServeHTTP(w, r)
		})
	})
	return []adaptersuite.Cell{
		{Name: "own: WrapMiddleware inside", Rule: "it replaces the response, and never restores it", Client: adaptersuite.Known, Do: changeAndAnswer, Want: changed,
			Serve: echoWith(func(e *echo.Echo, session echo.MiddlewareFunc, handler echo.HandlerFunc) {
				e.Use(session, wrapped)
				e.GET("/", handler)
			})},
		{Name: "own: WrapMiddleware inside, the save fails", Rule: "the error page finds the real response", Client: adaptersuite.Known, Do: changeAndAnswer,
			Trouble: failSwap, Want: refusedSave,
			Serve: echoWith(func(e *echo.Echo, session echo.MiddlewareFunc, handler echo.HandlerFunc) {
				e.Use(session, wrapped)
				e.GET("/", handler)
			})},
		{Name: "own: Pre", Rule: "a middleware before the router", Client: adaptersuite.Known, Do: changeAndAnswer, Want: changed,
			Serve: echoWith(func(e *echo.Echo, session echo.MiddlewareFunc, handler echo.HandlerFunc) {
				e.Pre(session)
				e.GET("/", handler)
			})},
		{Name: "own: a Before hook", Rule: "the exchange sits below echo.Response, whose hooks run first", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				c := v.Native().(echo.Context)
				c.Response().Before(func() { _ = change(v) })
				return v.String(200, "done")
			}},
		{Name: "own: an HTTPErrorHandler", Rule: "the error goes to the framework's own handler, and says what it is", Client: adaptersuite.Known, Do: changeAndAnswer,
			Trouble: failSwap, Want: adaptersuite.Outcome{Status: 418, Body: "set 500", Store: []string{"get known", "swap known"}, Reported: []string{"store set"}},
			Serve: echoWith(func(e *echo.Echo, session echo.MiddlewareFunc, handler echo.HandlerFunc) {
				e.HTTPErrorHandler = func(err error, c echo.Context) {
					var store *core.StoreError
					var status *echo.HTTPError
					if errors.As(err, &store) && errors.As(err, &status) {
						_ = c.String(418, store.Op+" "+strconv.Itoa(status.Code))
					}
				}
				e.Use(session)
				e.GET("/", handler)
			})},
		{Name: "own: an HTTPErrorHandler that asks for the session", Rule: "it runs before the session ends, and once", Client: adaptersuite.Known,
			Do:   func(*adaptersuite.Visit) error { return errors.New("oops") },
			Want: adaptersuite.Outcome{Status: 400, Body: "old", Store: []string{"get known"}},
			Serve: echoWith(func(e *echo.Echo, session echo.MiddlewareFunc, handler echo.HandlerFunc) {
				e.HTTPErrorHandler = func(_ error, c echo.Context) {
					s, err := echoadapter.Session(c)
					if err != nil {
						return
					}
					a, _ := core.Get[string](s, "a")
					_ = c.String(400, a)
				}
				e.Use(session)
				e.GET("/", handler)
			})},
		{Name: "own: the hooks' echo.Context", Rule: "hooks that need more get it from the adapter", Client: adaptersuite.Known, Do: changeAndAnswer, Want: changed,
			Options: func(o *core.Options) {
				o.BeforeSave = func(req core.Request, _ *core.Session) error {
					if c, ok := echoadapter.Context(req); !ok || c.Path() != "/*" {
						return errors.New("no echo.Context")
					}
					return nil
				}
			}},
	}
}

func TestEchoAdapter(t *testing.T) {
	require.PanicsWithError(t, wrongOptionsText, func() { echoadapter.New(wrongOptions) })
	require.Panics(t, func() { echoadapter.WithConfig(echoadapter.Config{}) })
	require.NotNil(t, echoadapter.New(core.Options{Cookie: core.Cookie{DisableSigning: true}, Store: faultstore.New()}))
	_, ok := echoadapter.Context(nil)
	require.False(t, ok)
}

// TestEchoLogs shows what the adapter's documentation says of Echo's logger.
func TestEchoLogs(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	store := faultstore.New()
	store.Fail("swap", faultstore.ErrRefused)
	e := echo.New()
	e.Use(middleware.RequestLogger(), echoadapter.New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: store}))
	e.GET("/", func(c echo.Context) error {
		s, err := echoadapter.Session(c)
		if err != nil {
			return err
		}
		return s.Set("a", 1)
	})
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Contains(t, log.String(), faultstore.ErrRefused.Error())
}
