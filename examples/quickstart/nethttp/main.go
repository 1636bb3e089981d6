package main

import "fmt"
import "net/http"
import nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
import "github.com/go-holdall/holdall/core"

func main() {
	sessions := nethttpadapter.New(core.Options{SigningKeys: []string{"replace with 32 random bytes"}})
	panic(http.ListenAndServe("127.0.0.1:8080", sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, _ := nethttpadapter.Session(r)
		n, _ := core.Update(s, "count", func(n int) int { return n + 1 })
		fmt.Fprintln(w, n)
	}))))
}
