package nethttpadapter_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
)

func Example() {
	sessions := nethttpadapter.New(core.Options{SigningKeys: []string{"replace with 32 random bytes"}})
	server := httptest.NewServer(sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := nethttpadapter.Session(r)
		if err != nil {
			http.Error(w, "no session", core.StatusCode(err))
			return
		}
		n, err := core.Update(s, "visits", func(n int) int { return n + 1 })
		if err != nil {
			http.Error(w, "not counted", core.StatusCode(err))
			return
		}
		fmt.Fprintf(w, "visit %d", n)
	})))
	defer server.Close()

	jar, _ := cookiejar.New(nil)
	browser := http.Client{Jar: jar}
	for range 2 {
		res, err := browser.Get(server.URL)
		if err != nil {
			panic(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		fmt.Println(string(body))
	}
	// Output:
	// visit 1
	// visit 2
}

func ExampleRequest() {
	// A hook that needs more of the request than core.Request has.
	opts := core.Options{
		SigningKeys: []string{"replace with 32 random bytes"},
		Valid: func(req core.Request, s *core.Session) bool {
			agent, err := core.Get[string](s, "agent")
			r, ok := nethttpadapter.Request(req)
			return err != nil || ok && r.UserAgent() == agent
		},
	}
	_, err := core.New(opts)
	fmt.Println(err)
	// Output: <nil>
}
