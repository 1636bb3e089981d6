package drive

import (
	"net/http"

	"github.com/valyala/fasthttp"

	"github.com/go-holdall/holdall/bench/peers"
)

// Harness is a site that does nothing at all, of the kind that the framework is: what a load on it costs is the driver's own.
func Harness(framework string) *peers.Site {
	if framework == peers.Fiber {
		return &peers.Site{Fast: func(*fasthttp.RequestCtx) {}}
	}
	return &peers.Site{HTTP: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})}
}
