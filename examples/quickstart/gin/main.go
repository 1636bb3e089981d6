package main

import (
	"github.com/gin-gonic/gin"
	ginadapter "github.com/go-holdall/holdall/adapters/gin"
	"github.com/go-holdall/holdall/core"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

func main() {
	r := gin.Default()
	r.Use(ginadapter.New(core.Options{
		SigningKeys: []string{"replace with 32 random bytes"},
		Store:       redisstore.FromEnv("REDIS_URL"),
	}))
	r.GET("/", func(c *gin.Context) {
		s, _ := ginadapter.Session(c)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		c.JSON(200, n)
	})
	panic(r.Run("127.0.0.1:8080"))
}
