package frameworks

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
)

// TestRoundTrips counts, at a Redis server, what each act of a request costs
// under each framework.
func TestRoundTrips(t *testing.T) {
	server := rediskit.Start(t)
	store := openRedis(t, "redis://"+server.Addr())
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			site := func(change func(*core.Options)) string { return serveActs(t, f, store, change) }
			plain := site(func(*core.Options) {})
			deferred := site(func(o *core.Options) { o.Defer = true })
			rolling := site(func(o *core.Options) { o.Rolling = true })
			brief := site(func(o *core.Options) { o.Rolling, o.Cookie.MaxAge = true, 20*time.Second })

			user, stranger := newVisitor(t), newVisitor(t)
			user(plain + "/change")
			user(plain + "/change")
			user(plain + "/destroy") // from now on the server knows the scripts
			user(plain + "/change")
			due := newVisitor(t) // a twenty-fourth of so short a life is always over
			due(brief + "/change")
			for _, act := range []struct {
				name  string
				visit func(url string)
				url   string
				want  int
			}{
				{"untouched, without a cookie", stranger, plain + "/untouched", 0},
				{"untouched, deferred", user, deferred + "/untouched", 0},
				{"untouched", user, plain + "/untouched", 1},
				{"read", user, plain + "/read", 1},
				{"read, rolling", user, rolling + "/read", 1},
				{"read, rolling, renewed", due, brief + "/read", 2},
				{"changed, rolling", user, rolling + "/change", 2},
				{"changed", user, plain + "/change", 2},
				{"new", stranger, plain + "/change", 1},
				{"regenerated", user, plain + "/regenerate", 3},
				{"destroyed", user, plain + "/destroy", 2},
			} {
				sent := server.Sent(func() { act.visit(act.url) })
				t.Logf("%-8s %-28s %d  %s", f.Name, act.name, len(sent), strings.Join(sent, ", "))
				require.Len(t, sent, act.want, act.name)
			}
		})
	}
}

func serveActs(t *testing.T, f testkit.Framework, store core.Store, change func(*core.Options)) string {
	opts := core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: store}
	change(&opts)
	e, err := core.New(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return f.Serve(t, testkit.App{Engines: []*core.Engine{e}, Handler: func(c testkit.Context) error {
		if c.Path() == "/untouched" {
			return c.NoContent(http.StatusNoContent)
		}
		s, err := c.Session()
		if err != nil {
			return err
		}
		switch c.Path() {
		case "/read":
			_, err = core.Get[int](s, "n")
		case "/change":
			_, err = core.Update(s, "n", func(n int) int { return n + 1 })
		case "/regenerate":
			err = s.RegenerateKeep()
		case "/destroy":
			s.Destroy()
		}
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, fmt.Sprint(s.IsNew()))
	}})
}

// newVisitor returns a browser with a jar of its own.
func newVisitor(t *testing.T) func(url string) {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := &http.Client{Jar: jar, Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	return func(url string) {
		res, err := client.Get(url)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Less(t, res.StatusCode, 300, url)
	}
}
