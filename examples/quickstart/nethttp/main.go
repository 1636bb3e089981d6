package main

import "fmt"
import "net/http"
import nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
import "github.com/go-holdall/holdall/core"
import redisstore "github.com/go-holdall/holdall/stores/redis"

var keys = []string{"replace with 32 random bytes"}

func main() {
	sessions := nethttpadapter.New(core.Options{SigningKeys: keys, Store: redisstore.FromEnv("REDIS_URL")})
	panic(http.ListenAndServe("127.0.0.1:8080", sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, _ := nethttpadapter.Session(r)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		fmt.Fprintln(w, n)
	}))))
}
