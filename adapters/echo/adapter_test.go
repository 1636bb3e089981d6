package echoadapter

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

func TestWrongUseIsFoundAtStartUp(t *testing.T) {
	require.PanicsWithValue(t, "echoadapter: Config.Engine is nil", func() { WithConfig(Config{}) })
	require.Panics(t, func() { New(core.Options{}) })
}

func TestErrorsAreEchos(t *testing.T) {
	e, err := core.New(core.Options{SigningKeys: []string{"correct horse battery staple"}})
	require.NoError(t, err)
	require.NoError(t, e.Close())
	server := echo.New()
	var seen error
	server.HTTPErrorHandler = func(err error, c echo.Context) {
		seen = err
		server.DefaultHTTPErrorHandler(err, c)
	}
	server.Use(WithConfig(Config{Engine: e, Skipper: func(c echo.Context) bool { return c.Path() == "/skip" }}))
	handler := func(c echo.Context) error {
		_, err := Session(c)
		return err
	}
	server.GET("/skip", handler)
	server.GET("/", handler)
	for path, want := range map[string]error{"/skip": core.ErrNoSession, "/": core.ErrClosed} {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		require.ErrorIs(t, seen, want)
		require.Equal(t, core.StatusCode(want), w.Code)
		require.NotContains(t, w.Body.String(), want.Error())
	}
}

func TestContextIsThatOfThisPackage(t *testing.T) {
	_, ok := Context(struct{ core.Request }{})
	require.False(t, ok)
	c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder())
	got, ok := Context(&exchange{c: c})
	require.True(t, ok)
	require.Same(t, c, got)
}

func TestTheRequestsContextLeadsToTheSession(t *testing.T) {
	server := echo.New()
	outer := func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			require.NotNil(t, c.Request().MultipartForm, "the server removes an upload's files by its own request")
			return err
		}
	}
	server.Use(outer, New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	server.POST("/", func(c echo.Context) error {
		s, err := core.FromContext(c.Request().Context())
		require.NoError(t, err)
		same, err := Session(c)
		require.NoError(t, err)
		require.Same(t, s, same)
		return c.Request().ParseMultipartForm(1)
	})
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n"))
	request.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	server.ServeHTTP(httptest.NewRecorder(), request)
	require.NotNil(t, request.MultipartForm)
}

// Echo's error handler answers inside the session, so that what is to see the
// handler's error belongs there too.
func TestARetryInsideIsOneSession(t *testing.T) {
	server := echo.New()
	visits := 0
	retry := func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if next(c) == nil {
				return errors.New("the first try fails")
			}
			return next(c)
		}
	}
	server.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}}), retry)
	server.GET("/", func(c echo.Context) error {
		visits++
		s, err := Session(c)
		if err != nil {
			return err
		}
		if visits == 1 {
			return errors.New("try again")
		}
		require.NoError(t, s.Set("visits", visits))
		return c.NoContent(http.StatusNoContent)
	})
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusNoContent, w.Code)
	require.Len(t, w.Result().Cookies(), 2)
}

// An outer middleware that runs the rest again, after an answer that was not
// sent, begins a session anew.
func TestTheRestIsRunAgain(t *testing.T) {
	server := echo.New()
	again := func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error { return errors.Join(next(c), next(c)) }
	}
	server.Use(again, New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	visits := 0
	server.GET("/", func(c echo.Context) error {
		s, err := Session(c)
		if visits++; err != nil || visits == 1 {
			return err
		}
		require.NoError(t, s.Set("visits", visits))
		return c.NoContent(http.StatusNoContent)
	})
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusNoContent, w.Code)
	require.Len(t, w.Result().Cookies(), 2)
}

// The page of an error knows who is signed in, and may leave a message.
func TestTheErrorHandlerHasTheSession(t *testing.T) {
	server := echo.New()
	calls := 0
	server.HTTPErrorHandler = func(err error, c echo.Context) {
		calls++
		s, failure := Session(c)
		require.NoError(t, failure)
		require.NoError(t, s.Set("flash", "sorry"))
		_ = c.String(http.StatusNotFound, "nothing here")
	}
	server.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/nowhere", nil))
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Len(t, w.Result().Cookies(), 2)
	require.Equal(t, 1, calls)
}

// What a late request returns of its session keeps its status.
func TestALateChangeIs503(t *testing.T) {
	server := echo.New()
	server.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	server.GET("/:act", func(c echo.Context) error {
		s, err := Session(c)
		require.NoError(t, err)
		if c.Param("act") == "sign-in" {
			require.NoError(t, s.RegenerateKeep())
		}
		return s.Set("n", 1)
	})
	visit := httptest.NewRequest(http.MethodGet, "/begin", nil)
	get := func(path string) *httptest.ResponseRecorder {
		visit.URL.Path = path
		w := httptest.NewRecorder()
		server.ServeHTTP(w, visit)
		return w
	}
	for _, cookie := range get("/begin").Result().Cookies() {
		visit.AddCookie(cookie)
	}
	require.Equal(t, http.StatusOK, get("/sign-in").Code)
	late := get("/change")
	require.Equal(t, http.StatusServiceUnavailable, late.Code)
	require.Equal(t, "1", late.Header().Get("Retry-After"))
	require.Empty(t, late.Result().Cookies())
}

// What a hook puts into the request's context is there for the handler.
func TestAHookMayChangeTheRequest(t *testing.T) {
	type key struct{}
	server := echo.New()
	server.Use(New(core.Options{
		SigningKeys: []string{"correct horse battery staple"},
		Valid: func(req core.Request, _ *core.Session) bool {
			c, ok := Context(req)
			r := c.Request()
			c.SetRequest(r.WithContext(context.WithValue(r.Context(), key{}, "hook")))
			return ok
		},
	}))
	server.GET("/", func(c echo.Context) error {
		s, err := Session(c)
		if err != nil {
			return err
		}
		seen, _ := c.Request().Context().Value(key{}).(string)
		return errors.Join(s.Set("a", 1), c.String(http.StatusOK, seen))
	})
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		r.AddCookie(cookie)
	}
	w = httptest.NewRecorder()
	server.ServeHTTP(w, r)
	require.Equal(t, "hook", w.Body.String())
}
