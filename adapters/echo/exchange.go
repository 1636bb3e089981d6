package echoadapter

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
)

// An exchange is the request/response pair over Echo. It sits below
// echo.Response, since Echo's own hooks miss a Flush that comes first, and
// mistake a 103 for the answer.
type exchange struct {
	nethttpadapter.Exchange
	c        echo.Context
	response *echo.Response
	inner    nethttpadapter.HandlersRequest
	finished bool // the handler has returned
}

// install puts an exchange under the response.
func install(c echo.Context) *exchange {
	res := c.Response()
	x := &exchange{c: c, response: res}
	x.Init(res.Writer, c.Request())
	res.Writer = x
	return x
}

// Context returns the context of the request as it is now: handlers may have
// given it another one since the session began.
func (x *exchange) Context() context.Context { return x.c.Request().Context() }

// restore ends the session, if a panic has kept serve from it, and takes the
// exchange out. The outermost one leaves the request in place: what runs around
// it, such as a logger, may look for what handlers have put into its context.
func (x *exchange) restore(outer *core.Session) {
	x.Abandon()
	if x.Withheld() && !x.finished {
		x.reopen() // a panic, and a middleware outside may answer it
	}
	if x.response.Writer == http.ResponseWriter(x) {
		x.response.Writer = x.Unwrap()
	}
	if r := x.inner.Restore(x.c.Request()); outer != nil {
		x.c.SetRequest(r)
	}
	x.c, x.response = nil, nil
}

// answer has Echo's HTTPErrorHandler answer the handler's error while the
// session is still there for it, and before it is committed. Echo itself would
// call it after all middleware. An error of the session keeps its status.
func (x *exchange) answer(err error) {
	if x.Withheld() {
		x.reopen()
	}
	var known *echo.HTTPError
	if errors.Is(err, core.ErrSuperseded) && !errors.As(err, &known) {
		err = httpError(err)
	}
	x.c.Error(err)
}

// logged returns the answer to an error of the session, which Echo logs nowhere.
func (x *exchange) logged(err error) error {
	slog.Default().ErrorContext(x.Context(), "session error", "error", err)
	return httpError(err)
}

// reopen undoes what Echo believes to have sent of a withheld answer, so that
// its error handler can answer. Inner middlewares such as gzip may have left
// a writer of their own, or another response.
func (x *exchange) reopen() {
	for _, res := range [...]*echo.Response{x.response, x.c.Response()} {
		res.Writer = x.Unwrap()
		res.Committed, res.Size, res.Status = false, 0, http.StatusOK
	}
}
