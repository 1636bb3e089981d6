package nethttpadapter

import (
	"context"
	"net/http"
	"time"

	"github.com/go-holdall/holdall/core"
)

// A HandlersRequest is the request that a handler is given: a copy of the
// server's whose context leads to the session. It is meant to be part of the
// object that has the Exchange, where it is no allocation of its own. The zero
// value needs Init.
type HandlersRequest struct{ copy http.Request }

// Init makes the copy of the exchange's request, and returns it. To call it
// again would change the request that a handler has.
func (h *HandlersRequest) Init(x *Exchange) *http.Request {
	h.copy = *x.request.WithContext((*handlersContext)(x))
	return &h.copy
}

// Restore is for when the handler has returned. It gives the server's request
// the form that was parsed of the one that handlers have now, since the server
// removes an upload's files by the request that it has made. It returns the
// request that is to be theirs further out: the server's in place of the copy,
// or what they have put in its place.
func (h *HandlersRequest) Restore(x *Exchange, now *http.Request) *http.Request {
	// Others may be reading the server's request, so it is left alone if it can be.
	if form := now.MultipartForm; form != nil && form != x.request.MultipartForm {
		x.request.MultipartForm = form
	}
	if now == &h.copy {
		return x.request
	}
	return now
}

// A handlersContext is that of the exchange's request, and leads to its
// session. It may outlive the request: nothing of it ends before.
type handlersContext Exchange

func (x *handlersContext) below() context.Context { return x.request.Context() }

func (x *handlersContext) Deadline() (deadline time.Time, ok bool) { return x.below().Deadline() }
func (x *handlersContext) Done() <-chan struct{}                   { return x.below().Done() }
func (x *handlersContext) Err() error                              { return x.below().Err() }

func (x *handlersContext) Value(key any) any {
	if key == core.ContextKey {
		return &x.session
	}
	return x.below().Value(key)
}
