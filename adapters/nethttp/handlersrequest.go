package nethttpadapter

import (
	"net/http"

	"github.com/go-holdall/holdall/core"
)

// A HandlersRequest is the request that a handler is given: a copy of the
// server's whose context leads to the session. It is meant to be part of the
// object that has the Exchange, where it is no allocation of its own. The zero
// value needs Init.
type HandlersRequest struct {
	server *http.Request
	ctx    core.SessionContext
	copy   http.Request
}

// Init makes the copy of the server's request, and returns it. To call it again
// would change the request that a handler has.
func (h *HandlersRequest) Init(server *http.Request, s *core.Session) *http.Request {
	h.server, h.ctx = server, core.SessionContext{Context: server.Context(), Session: s}
	h.copy = *server.WithContext(&h.ctx)
	return &h.copy
}

// Restore is for when the handler has returned. It gives the server's request
// the form that was parsed of the one that handlers have now, since the server
// removes an upload's files by the request that it has made. It returns the
// request that is to be theirs further out: the server's in place of the copy,
// or what they have put in its place. Without Init it does nothing.
func (h *HandlersRequest) Restore(now *http.Request) *http.Request {
	if h.server == nil {
		return now
	}
	// Others may be reading the server's request, so it is left alone if it can be.
	if form := now.MultipartForm; form != nil && form != h.server.MultipartForm {
		h.server.MultipartForm = form
	}
	if now == &h.copy {
		return h.server
	}
	return now
}
