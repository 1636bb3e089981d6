package echoadapter

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// full is a store that takes no more records.
type full struct{}

func (full) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, nil }
func (full) Set(context.Context, string, []byte, time.Duration) error { return errors.New("full") }
func (full) Destroy(context.Context, string) error                    { return nil }

// recovering does what Echo's Recover does, whose package needs more modules.
func recovering(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if panicked, ok := recover().(error); ok {
				c.Error(panicked)
			}
		}()
		return next(c)
	}
}

// Echo takes a withheld answer for sent. What comes after it has to be sent.
func TestAWithheldAnswerIsReplaced(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		fail   func(error) error
	}{
		"by the session's error": {500, func(err error) error { return err }},
		"by none":                {500, func(error) error { return nil }},
		"by another error":       {500, func(error) error { return errors.New("rendering failed") }},
		"by an HTTPError":        {502, func(error) error { return echo.NewHTTPError(http.StatusBadGateway) }},
		"by a panic":             {500, func(err error) error { panic(err) }},
	} {
		t.Run(name, func(t *testing.T) {
			server := echo.New()
			server.Use(recovering, New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: full{}}))
			server.GET("/", func(c echo.Context) error {
				s, err := Session(c)
				require.NoError(t, err)
				require.NoError(t, s.Set("n", 1))
				return test.fail(c.String(http.StatusOK, "saved"))
			})
			w := httptest.NewRecorder()
			server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			require.Equal(t, test.status, w.Code)
			require.NotContains(t, w.Body.String(), "saved")
			require.NotEmpty(t, w.Body.String())
		})
	}
}

// An error handler that makes a success of an error does not make one of a
// session that was not saved.
func TestAnErrorHandlersSuccessIsWithheldToo(t *testing.T) {
	server := echo.New()
	var seen []int
	server.HTTPErrorHandler = func(err error, c echo.Context) {
		status := http.StatusOK
		if e := (*echo.HTTPError)(nil); errors.As(err, &e) {
			status = e.Code
		}
		seen = append(seen, status)
		_ = c.String(status, "page")
	}
	server.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: full{}}))
	server.GET("/", func(c echo.Context) error {
		s, err := Session(c)
		require.NoError(t, err)
		return errors.Join(errors.New("oops"), s.Set("n", 1))
	})
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Equal(t, []int{200, 500}, seen)
}

// Middleware outside sees the status that was sent.
func TestMiddlewareOutsideSeesTheStatus(t *testing.T) {
	server := echo.New()
	var status int
	server.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			status = c.Response().Status
			return err
		}
	}, New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	w := httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/nowhere", nil))
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Equal(t, http.StatusNotFound, status)
}
