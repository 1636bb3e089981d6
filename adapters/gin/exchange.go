package ginadapter

import (
	"bufio"
	"context"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
)

// An exchange is the request/response pair over Gin, and the
// gin.ResponseWriter around the one that Gin had. Gin records a status and
// sends it later, so the session is committed where it sends.
type exchange struct {
	nethttpadapter.Exchange
	c     *gin.Context
	below gin.ResponseWriter
	inner nethttpadapter.HandlersRequest
}

var _ gin.ResponseWriter = (*exchange)(nil)

// install puts an exchange around the context's writer.
func install(c *gin.Context) *exchange {
	x := &exchange{c: c, below: c.Writer}
	x.Init(c.Writer, c.Request)
	c.Writer = x
	return x
}

// Context returns the context of the request as it is now: handlers may have
// given it another one since the session began.
func (x *exchange) Context() context.Context { return x.c.Request.Context() }

// Started reports whether the header has gone out, also past this writer.
func (x *exchange) Started() bool { return x.Exchange.Started() || x.below.Written() }

// finish ends the session after the handlers, which have no error to return:
// a status of failure is their failure.
func (x *exchange) finish() error {
	if !x.Started() {
		_ = x.Start(x.below.Status())
	}
	err := x.Finish(nil)
	if err != nil {
		x.c.Writer = x.below
	}
	return err
}

// again runs the handlers of an internal redirect. Gin has put its own writer
// back, to which it sends the header when they have returned.
func (x *exchange) again() error {
	below := x.below
	x.below, x.c.Writer = x.c.Writer, x
	defer func() { x.below = below }()
	x.c.Next()
	if x.Started() {
		return nil
	}
	err := x.Start(x.Status())
	if err != nil {
		x.Withdraw()
	}
	return err
}

// restore ends the session, if a panic has kept serve from it, and takes the
// exchange out, so that Gin's pooled context does not hold on to it.
func (x *exchange) restore(outer *core.Session) {
	x.Abandon()
	if x.c.Writer == gin.ResponseWriter(x) {
		x.c.Writer = x.below
	}
	x.c.Request = x.inner.Restore(x.c.Request)
	if outer != nil {
		x.c.Set(core.ContextKey, outer)
	}
	x.c = nil
}

// WriteHeader records the status.
func (x *exchange) WriteHeader(status int) { x.below.WriteHeader(status) }

// WriteHeaderNow commits and sends the recorded status.
func (x *exchange) WriteHeaderNow() {
	if x.Start(x.Status()) == nil {
		x.below.WriteHeaderNow()
	}
}

// Write commits and writes.
func (x *exchange) Write(b []byte) (int, error) {
	if err := x.Start(x.Status()); err != nil {
		return 0, err
	}
	return x.below.Write(b)
}

// WriteString commits and writes.
func (x *exchange) WriteString(s string) (int, error) {
	if err := x.Start(x.Status()); err != nil {
		return 0, err
	}
	return x.below.WriteString(s)
}

// Flush commits and sends what has been written.
func (x *exchange) Flush() { _ = x.FlushError() }

// FlushError is Flush with the error of the commit.
func (x *exchange) FlushError() error {
	err := x.Start(x.Status())
	if err == nil {
		x.below.Flush()
	}
	return err
}

// Hijack commits and hands over the connection.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if err := x.Start(http.StatusSwitchingProtocols); err != nil {
		return nil, nil, err
	}
	return x.below.Hijack()
}

// Status returns the recorded status.
func (x *exchange) Status() int { return x.below.Status() }

// Size returns the number of bytes of content written.
func (x *exchange) Size() int { return x.below.Size() }

// Written reports whether the header has gone out.
func (x *exchange) Written() bool { return x.below.Written() }

// Pusher returns the writer's http.Pusher, if it has one.
func (x *exchange) Pusher() http.Pusher { return x.below.Pusher() }

// Unwrap returns the writer below, for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.below }
