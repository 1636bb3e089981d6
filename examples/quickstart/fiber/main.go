package main

import fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
import "github.com/go-holdall/holdall/core"
import redisstore "github.com/go-holdall/holdall/stores/redis"
import "github.com/gofiber/fiber/v2"

var keys = []string{"replace with 32 random bytes"}

func main() {
	app := fiber.New()
	app.Get("/", fiberadapter.New(core.Options{SigningKeys: keys, Store: redisstore.FromEnv("REDIS_URL")}), func(c *fiber.Ctx) error {
		s, _ := fiberadapter.Session(c)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		return c.JSON(n)
	})
	panic(app.Listen("127.0.0.1:8080"))
}
