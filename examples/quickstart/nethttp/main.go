package main

import (
	"fmt"
	"net/http"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

func main() {
	sessions := nethttpadapter.New(core.Options{
		SigningKeys: []string{"replace with 32 random bytes"},
		Store:       redisstore.FromEnv("REDIS_URL"),
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		s, _ := nethttpadapter.Session(r)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		fmt.Fprintln(w, n)
	})
	panic(http.ListenAndServe("127.0.0.1:8080", sessions(mux)))
}
