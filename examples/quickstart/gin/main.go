package main

import ginadapter "github.com/go-holdall/holdall/adapters/gin"
import "github.com/go-holdall/holdall/core"
import redisstore "github.com/go-holdall/holdall/stores/redis"
import "github.com/gin-gonic/gin"

var keys = []string{"replace with 32 random bytes"}

func main() {
	r := gin.Default()
	r.GET("/", ginadapter.New(core.Options{SigningKeys: keys, Store: redisstore.FromEnv("REDIS_URL")}), func(c *gin.Context) {
		s, _ := ginadapter.Session(c)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		c.JSON(200, n)
	})
	panic(r.Run("127.0.0.1:8080"))
}
