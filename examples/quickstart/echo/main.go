package main

import (
	echoadapter "github.com/go-holdall/holdall/adapters/echo"
	"github.com/go-holdall/holdall/core"
	redisstore "github.com/go-holdall/holdall/stores/redis"
	"github.com/labstack/echo/v4"
)

func main() {
	e := echo.New()
	e.Use(echoadapter.New(core.Options{
		SigningKeys: []string{"replace with 32 random bytes"},
		Store:       redisstore.FromEnv("REDIS_URL"),
	}))
	e.GET("/", func(c echo.Context) error {
		s, _ := echoadapter.Session(c)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		return c.JSON(200, n)
	})
	e.Logger.Fatal(e.Start("127.0.0.1:8080"))
}
