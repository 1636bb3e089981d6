package fiberadapter

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

func TestWrongUseIsFoundAtStartUp(t *testing.T) {
	require.PanicsWithValue(t, "fiberadapter: Config.Engine is nil", func() { WithConfig(Config{}) })
	require.Panics(t, func() { New(core.Options{}) })
}

func TestErrorsAreFibers(t *testing.T) {
	e, err := core.New(core.Options{SigningKeys: []string{"correct horse battery staple"}})
	require.NoError(t, err)
	require.NoError(t, e.Close())
	var seen error
	app := fiber.New(fiber.Config{ErrorHandler: func(c *fiber.Ctx, err error) error {
		seen = err
		return fiber.DefaultErrorHandler(c, err)
	}})
	app.Use(WithConfig(Config{Engine: e, Next: func(c *fiber.Ctx) bool { return c.Path() == "/skip" }}))
	app.Use(func(c *fiber.Ctx) error {
		_, err := Session(c)
		return err
	})
	for path, want := range map[string]error{"/skip": core.ErrNoSession, "/": core.ErrClosed} {
		res, err := app.Test(httptest.NewRequest(http.MethodGet, path, nil))
		require.NoError(t, err)
		require.ErrorIs(t, seen, want)
		var status *fiber.Error
		require.True(t, errors.As(seen, &status))
		require.Equal(t, core.StatusCode(want), status.Code)
		require.Equal(t, core.StatusCode(want), res.StatusCode)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusText(res.StatusCode), string(body), "Fiber shows the text to the client")
	}
}

func TestContextIsThatOfThisPackage(t *testing.T) {
	_, ok := Context(struct{ core.Request }{})
	require.False(t, ok)
	c := new(fiber.Ctx)
	got, ok := Context(&exchange{c: c})
	require.True(t, ok)
	require.Same(t, c, got)
}
