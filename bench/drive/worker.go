package drive

import (
	"io"
	"net/http"

	"github.com/valyala/fasthttp"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// A worker sends its own requests again and again, one at a time. It makes them beforehand, so that what is left is to lay
// a request out anew: a handler may have changed it.
type worker interface {
	// send returns the status of the i-th of its requests.
	send(i int) int
	// requests is how many different ones it has.
	requests() int
}

// newWorkers shares out the sessions, so that no two workers have one in common.
func newWorkers(s *peers.Site, w workload.Workload, sessions []string, n int) []worker {
	workers := make([]worker, n)
	for k := range workers {
		var own []string
		for i := k; i < len(sessions); i += n {
			own = append(own, sessions[i])
		}
		if !w.HasCookie() || len(own) == 0 {
			own = []string{""}
		}
		if s.Fast != nil {
			workers[k] = newFastWorker(s.Fast, w, own)
		} else {
			workers[k] = newHTTPWorker(s.HTTP, w, own)
		}
	}
	return workers
}

type httpWorker struct {
	handler   http.Handler
	templates []*http.Request
	request   *http.Request
	response  discard
}

func newHTTPWorker(handler http.Handler, w workload.Workload, sessions []string) *httpWorker {
	x := &httpWorker{handler: handler, request: new(http.Request), response: discard{header: http.Header{}}}
	for _, cookies := range sessions {
		x.templates = append(x.templates, newHTTP(w, cookies))
	}
	return x
}

func (x *httpWorker) requests() int { return len(x.templates) }

func (x *httpWorker) send(i int) int {
	*x.request = *x.templates[i]
	clear(x.response.header)
	x.response.status = http.StatusOK
	x.handler.ServeHTTP(&x.response, x.request)
	return x.response.status
}

// A discard is a ResponseWriter that can be used again.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header               { return d.header }
func (d *discard) Write(b []byte) (int, error)       { return len(b), nil }
func (d *discard) WriteString(s string) (int, error) { return len(s), nil }
func (d *discard) WriteHeader(status int)            { d.status = status }

var _ io.StringWriter = (*discard)(nil)

type fastWorker struct {
	handler   fasthttp.RequestHandler
	templates []*fasthttp.Request
	exchange  fasthttp.RequestCtx
}

func newFastWorker(handler fasthttp.RequestHandler, w workload.Workload, sessions []string) *fastWorker {
	x := &fastWorker{handler: handler}
	for _, cookies := range sessions {
		x.templates = append(x.templates, newFast(w, cookies))
	}
	x.exchange.Init(x.templates[0], nil, nil)
	return x
}

func (x *fastWorker) requests() int { return len(x.templates) }

func (x *fastWorker) send(i int) int {
	x.templates[i].CopyTo(&x.exchange.Request)
	x.exchange.Response.Reset()
	x.exchange.ResetUserValues()
	x.handler(&x.exchange)
	return x.exchange.Response.StatusCode()
}
