// Package frameworks runs a testkit.App under Echo, Gin, Fiber and net/http.
package frameworks

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-holdall/holdall/internal/testkit"
)

// All are the frameworks that every suite runs under.
var All = []testkit.Framework{Echo, Gin, Fiber, NetHTTP}

// serve starts a handler of net/http.
func serve(t testing.TB, app testkit.App, h http.Handler) string {
	if app.Shell != nil {
		h = app.Shell(h)
	}
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // some cases panic
	if app.TLS {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	return server.URL
}
