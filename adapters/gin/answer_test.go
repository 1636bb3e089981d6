package ginadapter

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// Gin's documented error middleware gives the session's error a page, and still
// finds the handler's own as the last one.
func TestAnErrorMiddlewareAnswers(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	for name, handler := range map[string]error{"the session's alone": nil, "the handler's too": errors.New("rendering failed")} {
		r := gin.New()
		var last error
		r.Use(func(c *gin.Context) {
			c.Next()
			if last = c.Errors.Last(); last != nil && !c.Writer.Written() {
				c.JSON(c.Writer.Status(), gin.H{"error": "sorry"})
			}
		}, New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: full{}}))
		r.GET("/", func(c *gin.Context) {
			s, err := Session(c)
			require.NoError(t, err)
			require.NoError(t, s.Set("n", 1))
			if handler != nil {
				_ = c.Error(handler)
			}
		})
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		require.Equal(t, http.StatusInternalServerError, w.Code, name)
		require.JSONEq(t, `{"error":"sorry"}`, w.Body.String(), name)
		if handler == nil {
			require.ErrorIs(t, last, errFull, name)
		} else {
			require.ErrorIs(t, last, handler, name)
		}
	}
}

// Without one Gin sends the status.
func TestNobodyAnswers(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: full{}}))
	r.GET("/", func(c *gin.Context) {
		s, err := Session(c)
		require.NoError(t, err)
		require.NoError(t, s.Set("n", 1))
		c.String(http.StatusOK, "saved")
	})
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Empty(t, w.Body.String())
	require.Empty(t, w.Result().Cookies())
}
