package ginadapter

import (
	"net/http"
	"net/http/httptest"
	"testing"

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

func TestContextIsThatOfThisPackage(t *testing.T) {
	_, ok := Context(struct{ core.Request }{})
	require.False(t, ok)
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	got, ok := Context(&exchange{c: c})
	require.True(t, ok)
	require.Same(t, c, got)
}
