package main

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"

	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
)

func fiberServer(d *demo) server {
	app := fiber.New(fiber.Config{DisableStartupMessage: true, ReadTimeout: 5 * time.Second, IdleTimeout: time.Minute})
	app.Use(recover.New(), fiberadapter.Middleware(d.engine))
	app.Get("/", func(c *fiber.Ctx) error {
		s, err := fiberadapter.Session(c)
		if err != nil {
			return err
		}
		v, err := d.view(c.UserContext(), s, visit{"Fiber", c.Get(fiber.HeaderHost), []string{c.Get(fiber.HeaderCookie)}})
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		return page.Execute(c.Type("html", "utf-8"), v)
	})
	for path, act := range actions {
		app.Post(path, fiberAction(act))
	}
	return server{app.Listener, app.ShutdownWithContext}
}

func fiberAction(act action) fiber.Handler {
	return func(c *fiber.Ctx) error {
		s, err := fiberadapter.Session(c)
		if err != nil {
			return err
		}
		// Fiber reuses the memory of what a form holds. The session does not
		// mind: it encodes a value when it is set.
		form := func(field string) string { return c.FormValue(field) }
		if err := act(s, form); err != nil {
			return err
		}
		return c.Redirect("/", fiber.StatusSeeOther)
	}
}
