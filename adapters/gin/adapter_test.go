package ginadapter

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

func TestWrongUseIsFoundAtStartUp(t *testing.T) {
	require.PanicsWithValue(t, "ginadapter: Config.Engine is nil", func() { WithConfig(Config{}) })
	require.Panics(t, func() { New(core.Options{}) })
}

func TestErrorsAreGins(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	e, err := core.New(core.Options{SigningKeys: []string{"correct horse battery staple"}})
	require.NoError(t, err)
	require.NoError(t, e.Close())
	r := gin.New()
	var seen []*gin.Error
	var reached bool
	r.Use(func(c *gin.Context) {
		c.Next()
		seen = c.Errors
	})
	r.Use(WithConfig(Config{Engine: e, Skipper: func(c *gin.Context) bool { return c.FullPath() == "/skip" }}))
	handler := func(c *gin.Context) {
		reached = true
		_, err := Session(c)
		_ = c.AbortWithError(core.StatusCode(err), err)
	}
	r.GET("/skip", handler)
	r.GET("/", handler)
	for path, want := range map[string]error{"/skip": core.ErrNoSession, "/": core.ErrClosed} {
		reached = false
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		require.Len(t, seen, 1)
		require.ErrorIs(t, seen[0], want)
		require.Equal(t, core.StatusCode(want), w.Code)
		require.Equal(t, path == "/skip", reached)
	}
}

// full is a store that takes no more records.
type full struct{}

var errFull = errors.New("no room")

func (full) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, nil }
func (full) Set(context.Context, string, []byte, time.Duration) error { return errFull }
func (full) Destroy(context.Context, string) error                    { return nil }

func TestAFailedSaveIsLoggedOnce(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	for name, answer := range map[string]func(*gin.Context){
		"by a page":    func(c *gin.Context) { c.JSON(http.StatusOK, "done") }, // whose Render notes the error too
		"by a status":  func(c *gin.Context) { c.Status(http.StatusNoContent) },
		"by the heads": func(c *gin.Context) { c.Writer.WriteHeaderNow() },
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			r := gin.New()
			r.Use(gin.LoggerWithWriter(&log), New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: full{}}))
			r.GET("/", func(c *gin.Context) {
				_ = c.Error(errors.New("something else"))
				s, err := Session(c)
				require.NoError(t, err)
				require.NoError(t, s.Set("a", 1))
				answer(c)
			})
			w := httptest.NewRecorder()
			r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			require.Equal(t, http.StatusInternalServerError, w.Code)
			require.Equal(t, 1, strings.Count(log.String(), errFull.Error()), log.String())
			require.Contains(t, log.String(), "something else")
		})
	}
}

func TestContextIsThatOfThisPackage(t *testing.T) {
	_, ok := Context(struct{ core.Request }{})
	require.False(t, ok)
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	got, ok := Context(&exchange{c: c})
	require.True(t, ok)
	require.Same(t, c, got)
}

// A failing store has nothing, and cannot be written to.
type failing struct{}

func (failing) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, nil }
func (failing) Set(context.Context, string, []byte, time.Duration) error { return errors.New("full") }
func (failing) Destroy(context.Context, string) error                    { return errors.New("full") }

// HandleContext puts Gin's own writer back: the second pass has to have a
// session that commits before its first byte.
func TestHandleContextCommitsBeforeTheFirstByte(t *testing.T) {
	for name, store := range map[string]core.Store{"": nil, "and the save fails": failing{}} {
		t.Run(name, func(t *testing.T) {
			app := gin.New()
			app.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: store}))
			app.GET("/old", func(c *gin.Context) {
				c.Request.URL.Path = "/new"
				app.HandleContext(c)
			})
			app.GET("/new", func(c *gin.Context) {
				s, err := Session(c)
				require.NoError(t, err)
				require.NoError(t, s.Set("user", "ada"))
				c.String(http.StatusOK, "welcome")
			})
			w := httptest.NewRecorder()
			app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/old", nil))
			if store == nil {
				require.Equal(t, "welcome", w.Body.String())
				require.Len(t, w.Result().Cookies(), 2)
				return
			}
			require.Equal(t, http.StatusInternalServerError, w.Code)
			require.Empty(t, w.Body.String())
		})
	}
}
