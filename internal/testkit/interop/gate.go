package interop

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// gateTimeout is how long a request may take to the gate, or stay there.
const gateTimeout = 10 * time.Second

// Gates stop requests of either side between their load and their save: the
// handler asks for a URL, and is answered when the test says so.
type gates struct {
	url string

	mu   sync.Mutex
	open []*gate
}

type gate struct {
	url             string
	arrived, passed chan struct{}
}

func startGates(t testing.TB) *gates {
	g := &gates{}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func (g *gates) new() *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	one := &gate{g.url + "/" + strconv.Itoa(len(g.open)), make(chan struct{}), make(chan struct{})}
	g.open = append(g.open, one)
	return one
}

func (g *gates) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	n, err := strconv.Atoi(r.URL.Path[1:])
	if err != nil || n < 0 || n >= len(g.open) {
		g.mu.Unlock()
		w.WriteHeader(http.StatusNotFound)
		return
	}
	one := g.open[n]
	g.mu.Unlock()
	close(one.arrived)
	select {
	case <-one.passed:
	case <-time.After(gateTimeout):
	}
}
