package ginadapter

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
)

var keys = []string{"correct horse battery staple"}

// redirecting sets a value in its first handler and redirects inside.
func redirecting(t *testing.T, target gin.HandlerFunc, middleware ...gin.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	app := gin.New()
	app.Use(middleware...)
	app.GET("/old", func(c *gin.Context) {
		s, err := Session(c)
		require.NoError(t, err)
		require.NoError(t, s.Set("user", "ada"))
		c.Request.URL.Path = "/new"
		app.HandleContext(c)
		same, err := Session(c)
		require.NoError(t, err)
		require.Same(t, s, same)
	})
	if target != nil {
		app.GET("/new", target)
	}
	w := httptest.NewRecorder()
	app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/old", nil))
	return w
}

func TestARedirectInsideKeepsWhatTheFirstHandlerSet(t *testing.T) {
	for name, target := range map[string]gin.HandlerFunc{
		"a page":     func(c *gin.Context) { c.String(http.StatusOK, "welcome") },
		"a status":   func(c *gin.Context) { c.Status(http.StatusAccepted) },
		"nothing":    func(*gin.Context) {},
		"no route":   nil,
		"the header": func(c *gin.Context) { c.Writer.WriteHeaderNow() },
		"the same session": func(c *gin.Context) {
			s, err := Session(c)
			require.NoError(t, err)
			user, _ := core.Get[string](s, "user")
			require.Equal(t, "ada", user)
			same, err := core.FromContext(c.Request.Context())
			require.NoError(t, err)
			require.Same(t, s, same)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := redirecting(t, target, New(core.Options{SigningKeys: keys}))
			require.Less(t, w.Code, 500)
			require.Len(t, w.Result().Cookies(), 2)
		})
	}
}

func TestARedirectInsideKeepsBothOfTwoSessions(t *testing.T) {
	page := func(c *gin.Context) {
		s, err := Session(c, "cart")
		require.NoError(t, err)
		require.NoError(t, s.Set("items", 1))
		c.String(http.StatusOK, "welcome")
	}
	w := redirecting(t, page, New(core.Options{SigningKeys: keys, Key: "cart"}))
	require.Len(t, w.Result().Cookies(), 2)
	w = redirecting(t, page, New(core.Options{SigningKeys: keys}), New(core.Options{SigningKeys: keys, Key: "cart"}))
	require.Equal(t, http.StatusOK, w.Code)
	require.Len(t, w.Result().Cookies(), 4)
}

func TestARedirectInsideWhoseSaveFails(t *testing.T) {
	for name, target := range map[string]gin.HandlerFunc{
		"a page":   func(c *gin.Context) { c.String(http.StatusOK, "welcome") },
		"a status": func(c *gin.Context) { c.Status(http.StatusAccepted) },
	} {
		t.Run(name, func(t *testing.T) {
			var failures []*gin.Error
			w := redirecting(t, target, func(c *gin.Context) {
				c.Next()
				failures = c.Errors
			}, New(core.Options{SigningKeys: keys, Store: full{}}))
			require.Equal(t, http.StatusInternalServerError, w.Code)
			require.Empty(t, w.Body.String())
			require.Empty(t, w.Header().Get("Content-Type"))
			require.Empty(t, w.Result().Cookies())
			require.Len(t, failures, 1)
			require.ErrorIs(t, failures[0], errFull)
		})
	}
}

// Under net/http's middleware of the same engine there is one session too.
func TestTheSessionOfAMiddlewareAroundGin(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	engine := core.Must(core.New(core.Options{SigningKeys: keys}))
	defer func() { require.NoError(t, engine.Close()) }()
	app := gin.New()
	app.Use(Middleware(engine))
	app.GET("/", func(c *gin.Context) {
		s, err := Session(c)
		require.NoError(t, err)
		same, err := nethttpadapter.Session(c.Request)
		require.NoError(t, err)
		require.Same(t, same, s)
		require.NoError(t, s.Set("user", "ada"))
		c.String(http.StatusOK, "welcome")
	})
	w := httptest.NewRecorder()
	nethttpadapter.Middleware(engine)(app).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, "welcome", w.Body.String())
	require.Len(t, w.Result().Cookies(), 2)
}
