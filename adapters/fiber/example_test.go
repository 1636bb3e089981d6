package fiberadapter_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/gofiber/fiber/v2"

	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	"github.com/go-holdall/holdall/core"
)

func Example() {
	app := fiber.New()
	app.Use(fiberadapter.New(core.Options{SigningKeys: []string{"replace with 32 random bytes"}}))
	app.Get("/", func(c *fiber.Ctx) error {
		s, err := fiberadapter.Session(c)
		if err != nil {
			return err
		}
		n, err := core.Update(s, "visits", func(n int) int { return n + 1 })
		if err != nil {
			return err
		}
		return c.SendString(fmt.Sprint("visit ", n))
	})

	visit := httptest.NewRequest(http.MethodGet, "/", nil)
	for range 2 {
		res, err := app.Test(visit)
		if err != nil {
			panic(err)
		}
		body, _ := io.ReadAll(res.Body)
		fmt.Println(string(body))
		for _, cookie := range res.Cookies() {
			visit.AddCookie(cookie)
		}
	}
	// Output:
	// visit 1
	// visit 2
}
