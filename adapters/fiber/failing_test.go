package fiberadapter

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// full is a store that takes no more records.
type full struct{}

func (full) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, nil }
func (full) Set(context.Context, string, []byte, time.Duration) error { return errors.New("full") }
func (full) Destroy(context.Context, string) error                    { return nil }

// An ErrorHandler that makes a success of an error does not make one of a
// session that was not saved.
func TestAnErrorHandlersSuccessIsWithheldToo(t *testing.T) {
	app := fiber.New(fiber.Config{ErrorHandler: func(c *fiber.Ctx, err error) error {
		status := http.StatusOK
		if e := (*fiber.Error)(nil); errors.As(err, &e) {
			status = e.Code
		}
		return c.Status(status).SendString("page")
	}})
	app.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: full{}}))
	app.Get("/", func(c *fiber.Ctx) error {
		s, err := Session(c)
		require.NoError(t, err)
		return errors.Join(errors.New("oops"), s.Set("n", 1))
	})
	res, err := app.Test(httptest.NewRequest(http.MethodGet, "/", nil))
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, res.StatusCode)
}

// An ErrorHandler that fails is not asked again.
func TestAFailingErrorHandlerIsAskedOnce(t *testing.T) {
	calls := 0
	app := fiber.New(fiber.Config{ErrorHandler: func(_ *fiber.Ctx, err error) error {
		calls++
		return err
	}})
	app.Use(New(core.Options{SigningKeys: []string{"correct horse battery staple"}}))
	res, err := app.Test(httptest.NewRequest(http.MethodGet, "/nowhere", nil))
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, res.StatusCode)
	require.Equal(t, 1, calls)
}
