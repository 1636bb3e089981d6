package main

import (
	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	"github.com/go-holdall/holdall/core"
	redisstore "github.com/go-holdall/holdall/stores/redis"
	"github.com/gofiber/fiber/v2"
)

func main() {
	app := fiber.New()
	app.Use(fiberadapter.New(core.Options{
		SigningKeys: []string{"replace with 32 random bytes"},
		Store:       redisstore.FromEnv("REDIS_URL"),
	}))
	app.Get("/", func(c *fiber.Ctx) error {
		s, _ := fiberadapter.Session(c)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		return c.JSON(n)
	})
	panic(app.Listen("127.0.0.1:8080"))
}
