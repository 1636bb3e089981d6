package main

import echoadapter "github.com/go-holdall/holdall/adapters/echo"
import "github.com/go-holdall/holdall/core"
import redisstore "github.com/go-holdall/holdall/stores/redis"
import "github.com/labstack/echo/v4"

var keys = []string{"replace with 32 random bytes"}

func main() {
	e := echo.New()
	e.GET("/", func(c echo.Context) error {
		s, _ := echoadapter.Session(c)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		return c.JSON(200, n)
	}, echoadapter.New(core.Options{SigningKeys: keys, Store: redisstore.FromEnv("REDIS_URL")}))
	e.Logger.Fatal(e.Start("127.0.0.1:8080"))
}
