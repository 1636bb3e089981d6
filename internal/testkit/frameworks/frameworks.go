// Package frameworks runs a testkit.App under Echo, Gin, Fiber and net/http.
package frameworks

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-holdall/holdall/internal/testkit"
)

// All are the frameworks that every suite runs under.
var All = []testkit.Framework{Echo, Gin, Fiber, NetHTTP}

// serve starts a handler of net/http.
func serve(t testing.TB, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
