package fiberadapter

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// The page of an error knows who is signed in, and may leave a message.
func TestTheErrorHandlerHasTheSession(t *testing.T) {
	calls := 0
	app := fiber.New(fiber.Config{ErrorHandler: func(c *fiber.Ctx, _ error) error {
		calls++
		s, err := Session(c)
		require.NoError(t, err)
		require.NoError(t, s.Set("flash", "sorry"))
		return c.Status(http.StatusNotFound).SendString("nothing here")
	}})
	app.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	res, err := app.Test(httptest.NewRequest(http.MethodGet, "/nowhere", nil))
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, res.StatusCode)
	require.Len(t, res.Cookies(), 2)
	require.Equal(t, 1, calls)
}

// What a late request returns of its session keeps its status.
func TestALateChangeIs503(t *testing.T) {
	app := fiber.New()
	app.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	app.Get("/:act", func(c *fiber.Ctx) error {
		s, err := Session(c)
		require.NoError(t, err)
		if c.Params("act") == "sign-in" {
			require.NoError(t, s.RegenerateKeep())
		}
		return s.Set("n", 1)
	})
	var cookies []*http.Cookie
	get := func(path string) *http.Response {
		visit := httptest.NewRequest(http.MethodGet, path, nil)
		for _, cookie := range cookies {
			visit.AddCookie(cookie)
		}
		res, err := app.Test(visit)
		require.NoError(t, err)
		return res
	}
	cookies = get("/begin").Cookies()
	require.Equal(t, http.StatusOK, get("/sign-in").StatusCode)
	late := get("/change")
	require.Equal(t, http.StatusServiceUnavailable, late.StatusCode)
	require.Equal(t, "1", late.Header.Get("Retry-After"))
	require.Empty(t, late.Cookies())
}

// An application's own cookie of the session's name but of another path is
// another cookie, and stays; a dead one's clearing gives way to any.
func TestAnotherCookieOfThatNameStays(t *testing.T) {
	app := fiber.New()
	app.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	app.Get("/:act", func(c *fiber.Ctx) error {
		c.Response().Header.Add("Set-Cookie", "koa.sid=gone; path=/old; max-age=0")
		if c.Params("act") != "set" {
			return nil
		}
		c.Response().Header.Add("Set-Cookie", "koa.sid=mine; path=/")
		s, err := Session(c)
		require.NoError(t, err)
		return s.Set("n", 1)
	})
	get := func(path string) []string {
		visit := httptest.NewRequest(http.MethodGet, path, nil)
		visit.Header.Set("Cookie", "koa.sid=abcdefghijklmnopqrstuvwxyz012345; koa.sid.sig=wrong")
		res, err := app.Test(visit)
		require.NoError(t, err)
		return res.Header["Set-Cookie"]
	}
	lines := strings.Join(get("/set"), "\n")
	require.Contains(t, lines, "koa.sid=gone; path=/old")
	require.NotContains(t, lines, "koa.sid=mine")
	require.Len(t, get("/set"), 3)
	require.Equal(t, []string{"koa.sid=gone; path=/old; max-age=0"}, get("/read"))
}
