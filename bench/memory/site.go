package memory

import (
	"fmt"
	"net/http"
	"strings"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/bench/workload"
	"github.com/go-holdall/holdall/core"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// A site is holdall over net/http and a memory store, called without a network.
type site struct {
	store     *memorystore.Store
	visit     http.Handler // sets five values
	read      http.Handler // reads two
	untouched http.Handler
}

func newSite(opts memorystore.Options, deferred bool) (*site, error) {
	store, err := memorystore.New(opts)
	if err != nil {
		return nil, err
	}
	engine, err := core.New(core.Options{SigningKeys: []string{workload.Key}, Store: store, Defer: deferred})
	if err != nil {
		return nil, err
	}
	sessions := nethttpadapter.Middleware(engine)
	return &site{
		store:     store,
		visit:     sessions(http.HandlerFunc(visit)),
		read:      sessions(http.HandlerFunc(read)),
		untouched: sessions(http.HandlerFunc(untouched)),
	}, nil
}

func (s *site) close() { _ = s.store.Close() }

func visit(w http.ResponseWriter, r *http.Request) {
	s, err := nethttpadapter.Session(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	p := workload.New()
	for _, err := range []error{
		s.Set("user_id", p.UserID), s.Set("name", p.Name), s.Set("roles", p.Roles), s.Set("count", p.Count), s.Set("csrf", p.CSRF),
	} {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

func read(w http.ResponseWriter, r *http.Request) {
	s, err := nethttpadapter.Session(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	count, err := core.Get[int](s, "count")
	user, err2 := core.Get[int64](s, "user_id")
	if err != nil || err2 != nil || count < 1 || user != workload.UserID {
		http.Error(w, "this is not the session", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func untouched(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// A client calls handlers one after the other, with the same request and the same response.
type client struct {
	request *http.Request
	header  http.Header
	status  int
}

func newClient(cookies string) (*client, error) {
	request, err := http.NewRequest(http.MethodGet, "http://localhost/", nil)
	if err != nil {
		return nil, err
	}
	if cookies != "" {
		request.Header.Set("Cookie", cookies)
	}
	return &client{request: request, header: http.Header{}}, nil
}

func (c *client) Header() http.Header         { return c.header }
func (c *client) WriteHeader(status int)      { c.status = status }
func (c *client) Write(b []byte) (int, error) { return len(b), nil }

// call returns an error if the answer is not 204.
func (c *client) call(h http.Handler) error {
	clear(c.header)
	c.status = 0
	h.ServeHTTP(c, c.request)
	if c.status != http.StatusNoContent {
		return fmt.Errorf("memory: a request was answered with %d", c.status)
	}
	return nil
}

// firstVisit makes a session, and returns the Cookie header of its client.
func (s *site) firstVisit() (string, error) {
	c, err := newClient("")
	if err != nil {
		return "", err
	}
	if err := c.call(s.visit); err != nil {
		return "", err
	}
	var pairs []string
	for _, line := range c.header["Set-Cookie"] {
		pair, _, _ := strings.Cut(line, ";")
		pairs = append(pairs, pair)
	}
	return strings.Join(pairs, "; "), nil
}
