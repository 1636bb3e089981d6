package frameworks

import (
	"errors"
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

// A workload is what a request does to its session.
type workload struct {
	name    string
	cookie  bool // the client has a session
	options core.Options
	do      func(c testkit.Context) error
	// above are its allocations over those of a handler that does nothing, in
	// the order of once.
	above [4]int
}

var workloads = []workload{
	{"W0 cookie, untouched", true, core.Options{Defer: true}, nothing, [4]int{2, 3, 1, 1}},
	{"W1 two values read", true, core.Options{}, read, [4]int{2, 3, 2, 1}},
	{"W2 counted up", true, core.Options{}, count, [4]int{6, 7, 6, 5}},
	{"W3 new, five values set", false, core.Options{}, fill, [4]int{9, 10, 7, 8}},
	{"W4 rolling, two values read", true, core.Options{Rolling: true}, read, [4]int{2, 3, 2, 1}},
	{"W5 no cookie, untouched", false, core.Options{Defer: true}, nothing, [4]int{2, 3, 1, 1}},
}

func nothing(testkit.Context) error { return nil }

func read(c testkit.Context) error {
	s, err := c.Session()
	if err != nil {
		return err
	}
	if _, err := core.Get[int](s, "count"); err != nil {
		return err
	}
	_, err = core.Get[int64](s, "user_id")
	return err
}

func count(c testkit.Context) error {
	s, err := c.Session()
	if err == nil {
		_, err = core.Update(s, "count", func(n int) int { return n + 1 })
	}
	return err
}

func fill(c testkit.Context) error {
	s, err := c.Session()
	if err != nil {
		return err
	}
	return payload(s)
}

var roles = []string{"reader", "author", "editor", "owner", "admin"}

func payload(s *core.Session) error {
	return errors.Join(
		s.Set("user_id", int64(1234567890123)),
		s.Set("name", "twentyletterstwentyl"),
		s.Set("roles", roles),
		s.Set("count", 1),
		s.Set("csrf", "thirtytwolettersthirtytwoletters"))
}

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

// TestAllocations is exact: one more is one that somebody has to want.
func TestAllocations(t *testing.T) {
	if raced {
		t.Skip("the race detector allocates, and empties pools")
	}
	var table strings.Builder
	fmt.Fprintf(&table, "allocations above a handler that does nothing\n%-28s", "")
	for _, f := range once {
		fmt.Fprintf(&table, "%9s", f.name)
	}
	for _, w := range workloads {
		fmt.Fprintf(&table, "\n%-28s", w.name)
		for i, f := range once {
			got := above(t, f.serve, w)
			fmt.Fprintf(&table, "%9d", got)
			if got != w.above[i] {
				t.Errorf("%s, %s: %d allocations, not %d", f.name, w.name, got, w.above[i])
			}
		}
	}
	t.Log(table.String())
}

// above measures a workload, and takes away what the framework needs by
// itself.
func above(t *testing.T, serve func(testkit.App, string) func(), w workload) int {
	w.options.SigningKeys = []string{"correct horse battery staple"}
	e, err := core.New(w.options)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	cookie := ""
	if w.cookie {
		cookie = begin(t, e)
	}
	do := func(c testkit.Context) error {
		if err := w.do(c); err != nil {
			t.Errorf("%s: %v", w.name, err)
		}
		return nil
	}
	bare := serve(testkit.App{Handler: nothing}, cookie)
	ours := serve(testkit.App{Handler: do, Engines: []*core.Engine{e}}, cookie)
	return int(testing.AllocsPerRun(500, ours) - testing.AllocsPerRun(500, bare))
}

// begin stores a session and returns its Cookie header.
func begin(t testing.TB, e *core.Engine) string {
	w := httptest.NewRecorder()
	nethttpadapter.Middleware(e)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s, err := nethttpadapter.Session(r)
		require.NoError(t, err)
		require.NoError(t, payload(s))
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
