package frameworks

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// A load is what a request does, and how many allocations it may cost above
// those of the framework's handler that does nothing.
type load struct {
	name   string
	cookie bool
	do     func(c testkit.Context) error
	most   int
}

var loads = []load{
	{"no cookie, untouched", false, nothing, 4},
	{"cookie, untouched", true, nothing, 4},
	{"cookie, one int read", true, func(c testkit.Context) error {
		s, err := c.Session()
		if err == nil {
			_, err = core.Get[int](s, "n")
		}
		return err
	}, 12},
	{"cookie, counted up", true, func(c testkit.Context) error {
		s, err := c.Session()
		if err == nil {
			_, err = core.Update(s, "n", func(n int) int { return n + 1 })
		}
		return err
	}, 20},
}

func nothing(testkit.Context) error { return nil }

// once are the frameworks without a network: each returns what serves one
// request with a Cookie header.
var once = []struct {
	name  string
	serve func(app testkit.App, cookie string) func()
}{
	{"echo", func(app testkit.App, cookie string) func() { return overHTTPOnce(newEcho(app), cookie) }},
	{"gin", func(app testkit.App, cookie string) func() { return overHTTPOnce(newGin(app), cookie) }},
	{"fiber", fiberOnce},
	{"nethttp", func(app testkit.App, cookie string) func() { return overHTTPOnce(newNetHTTP(app), cookie) }},
}

func TestAllocations(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates, and empties pools")
	}
	var table strings.Builder
	fmt.Fprintf(&table, "allocations above a handler that does nothing\n%-24s", "")
	for _, f := range once {
		fmt.Fprintf(&table, "%9s", f.name)
	}
	for _, l := range loads {
		fmt.Fprintf(&table, "\n%-24s", l.name)
		for _, f := range once {
			got := above(t, f.serve, l)
			fmt.Fprintf(&table, "%9d", got)
			if got > l.most {
				t.Errorf("%s, %s: %d allocations, at most %d", f.name, l.name, got, l.most)
			}
		}
		fmt.Fprintf(&table, "   at most %d", l.most)
	}
	t.Log(table.String())
}

// above measures a load, and takes away what the framework needs by itself.
func above(t *testing.T, serve func(testkit.App, string) func(), l load) int {
	e, err := core.New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Defer: true})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	cookie := ""
	if l.cookie {
		cookie = begin(t, e)
	}
	do := func(c testkit.Context) error {
		if err := l.do(c); err != nil {
			t.Errorf("%s: %v", l.name, err)
		}
		return nil
	}
	bare := serve(testkit.App{Handler: nothing}, cookie)
	ours := serve(testkit.App{Handler: do, Engines: []*core.Engine{e}}, cookie)
	return int(testing.AllocsPerRun(500, ours) - testing.AllocsPerRun(500, bare))
}

// begin stores a session and returns its Cookie header.
func begin(t *testing.T, e *core.Engine) string {
	w := httptest.NewRecorder()
	nethttpadapter.Middleware(e)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s, err := nethttpadapter.Session(r)
		require.NoError(t, err)
		require.NoError(t, s.Set("n", 1))
	})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	var pairs []string
	for _, line := range w.Header()["Set-Cookie"] {
		pair, _, _ := strings.Cut(line, ";")
		pairs = append(pairs, pair)
	}
	require.Len(t, pairs, 2)
	return strings.Join(pairs, "; ")
}

// A discard is a ResponseWriter that can be used again.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

func overHTTPOnce(h http.Handler, cookie string) func() {
	w, r := &discard{http.Header{}}, httptest.NewRequest(http.MethodGet, "/", nil)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	return func() {
		clear(w.header)
		h.ServeHTTP(w, r)
	}
}

func fiberOnce(app testkit.App, cookie string) func() {
	h, c := newFiber(app).Handler(), new(fasthttp.RequestCtx)
	c.Request.Header.SetMethod(fasthttp.MethodGet)
	c.Request.SetRequestURI("/")
	if cookie != "" {
		c.Request.Header.Set("Cookie", cookie)
	}
	return func() {
		c.Response.Reset()
		c.ResetUserValues()
		h(c)
	}
}
