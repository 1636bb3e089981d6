package nethttpadapter

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/go-holdall/holdall/core"
)

// An Exchange is one request and its response as the engine sees them, and
// the http.ResponseWriter that commits the session before the first byte. The
// middleware of this package makes one for each request; the echo and gin
// adapters embed it. The zero value needs Init.
//
// It keeps the optional interfaces of the writer that it wraps: its own
// methods commit and pass the call on, everything else is reached by
// http.ResponseController through Unwrap.
type Exchange struct {
	next    http.ResponseWriter
	request *http.Request
	session core.Session
	started atomic.Bool
	ended   bool  // Finish has run
	failure error // the commit's, if the handler's answer is withheld for it
}

var (
	_ core.Request        = (*Exchange)(nil)
	_ core.Response       = (*Exchange)(nil)
	_ http.ResponseWriter = (*Exchange)(nil)
	_ http.Flusher        = (*Exchange)(nil)
	_ http.Hijacker       = (*Exchange)(nil)
	_ http.Pusher         = (*Exchange)(nil)
	_ io.ReaderFrom       = (*Exchange)(nil)
	_ io.StringWriter     = (*Exchange)(nil)
)

// Init sets the writer and the request that the exchange is about.
func (x *Exchange) Init(next http.ResponseWriter, r *http.Request) {
	x.next, x.request = next, r
}

// CoreSession returns the exchange's session, which core.Engine.LoadInto fills.
// It is the same one for the exchange's whole life.
func (x *Exchange) CoreSession() *core.Session { return &x.session }

// Context returns the request's context.
func (x *Exchange) Context() context.Context { return x.request.Context() }

// Path returns the path as it was sent: what StripPrefix and routers make of
// URL.Path has no part in it.
func (x *Exchange) Path() string {
	if x.request.RequestURI == "" {
		return x.request.URL.EscapedPath()
	}
	return pathOf(x.request.RequestURI)
}

// pathOf cuts the path out of a request target (RFC 9112 section 3.2).
func pathOf(target string) string {
	if !strings.HasPrefix(target, "/") {
		_, rest, absolute := strings.Cut(target, "://")
		if !absolute {
			return target
		}
		if _, target, absolute = strings.Cut(rest, "/"); !absolute {
			return "/"
		}
		target = "/" + target
	}
	if end := strings.IndexAny(target, "?#"); end >= 0 {
		target = target[:end]
	}
	return target
}

// Secure reports whether the connection is TLS.
func (x *Exchange) Secure() bool { return x.request.TLS != nil }

// HeaderValues returns the lines of a request header.
func (x *Exchange) HeaderValues(name string) []string { return x.request.Header[name] }

// SetCookie sets a Set-Cookie line, in place of those of the same cookie.
func (x *Exchange) SetCookie(name, line string) {
	header := x.next.Header()
	lines := header["Set-Cookie"]
	if lines == nil {
		lines = make([]string, 0, 2) // the id and its signature
	}
	kept := lines[:0]
	for _, other := range lines {
		if !names(other, name) || !core.SameCookie(x.Path(), other, line) {
			kept = append(kept, other)
		}
	}
	header["Set-Cookie"] = append(kept, line)
}

// HasCookie reports whether there is a Set-Cookie line for a cookie.
func (x *Exchange) HasCookie(name string) bool {
	return slices.ContainsFunc(x.next.Header()["Set-Cookie"], func(line string) bool { return names(line, name) })
}

// names reports whether a Set-Cookie line is that of a cookie so named.
func names(line, name string) bool {
	return strings.HasPrefix(line, name) && strings.HasPrefix(line[len(name):], "=")
}

// SetHeader sets a response header.
func (x *Exchange) SetHeader(name, value string) { x.next.Header().Set(name, value) }

// Started reports whether the response header has gone out.
func (x *Exchange) Started() bool { return x.started.Load() }

// Start commits the session, unless that is done: a header block with this
// status is about to leave. If it returns an error nothing may be sent. An
// answer that says itself that something failed goes out in any case.
func (x *Exchange) Start(status int) error {
	if informational(status) || x.started.Load() {
		return nil
	}
	err := x.failure
	if err == nil {
		err = x.session.Commit()
	}
	if err != nil && status < http.StatusBadRequest {
		x.failure = err
		return err
	}
	if x.failure = nil; err != nil {
		x.session.Overruled(x, err)
	}
	x.started.Store(true)
	return nil
}

// informational reports whether a status announces another header block.
func informational(status int) bool {
	return status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
}

// Finish ends the exchange after the handler has returned. handlerErr is the
// error that the handler gave to its framework, if there is such a thing; it
// goes before the session's own. What Finish returns is to be answered on the
// writer that was given to Init, where nothing has been sent and what the
// handler said of its content is removed.
func (x *Exchange) Finish(handlerErr error) error {
	x.ended = true
	withheld := x.Withheld()
	if err := x.session.End(); err != nil && x.failure == nil {
		x.failure = err
	}
	err := x.failure
	if err == nil {
		return nil
	}
	overruled := x.started.Load() || handlerErr != nil && !errors.Is(handlerErr, err)
	if withheld || !overruled {
		dropContentHeaders(x.next.Header())
	}
	if overruled {
		x.session.Overruled(x, err)
		return nil
	}
	return err
}

// Withheld reports whether something of the handler's answer was not sent since
// the commit had failed. Nothing else was either, so that another answer can
// be given on the writer that was given to Init.
func (x *Exchange) Withheld() bool { return x.failure != nil && !x.started.Load() }

// Withdraw removes what the handler has said of a content that was withheld.
func (x *Exchange) Withdraw() { dropContentHeaders(x.next.Header()) }

// Caused reports whether a handler's error is that for which its answer was
// withheld.
func (x *Exchange) Caused(err error) bool { return x.failure != nil && errors.Is(err, x.failure) }

// Abandon ends the exchange of a handler that has panicked. After Finish it
// does nothing, so it can be deferred.
func (x *Exchange) Abandon() {
	if x.ended {
		return
	}
	if x.Withheld() {
		dropContentHeaders(x.next.Header())
	}
	if err := x.session.Abandon(); err != nil {
		x.session.Overruled(x, err)
	}
}

// dropContentHeaders removes what describes a content that is not sent.
func dropContentHeaders(header http.Header) {
	for _, name := range [...]string{
		"Accept-Ranges", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language",
		"Content-Length", "Content-Range", "Content-Type", "Etag", "Last-Modified", "Location",
	} {
		delete(header, name)
	}
}

// Header returns the response header, which may be changed until the first
// byte.
func (x *Exchange) Header() http.Header { return x.next.Header() }

// WriteHeader commits and sends the header, an informational one without
// committing.
func (x *Exchange) WriteHeader(status int) {
	if x.Start(status) == nil {
		x.next.WriteHeader(status)
	}
}

// Write commits and writes. If the commit fails it returns that error, and
// nothing is sent.
func (x *Exchange) Write(b []byte) (int, error) {
	if err := x.Start(http.StatusOK); err != nil {
		return 0, err
	}
	return x.next.Write(b)
}

// WriteString is Write for a string.
func (x *Exchange) WriteString(s string) (int, error) {
	if err := x.Start(http.StatusOK); err != nil {
		return 0, err
	}
	return io.WriteString(x.next, s)
}

// ReadFrom is Write for what r has, with the wrapped writer's own ReadFrom if
// it has one.
func (x *Exchange) ReadFrom(r io.Reader) (int64, error) {
	if err := x.Start(http.StatusOK); err != nil {
		return 0, err
	}
	return io.Copy(x.next, r)
}

// Flush is FlushError without the error.
func (x *Exchange) Flush() { _ = x.FlushError() }

// FlushError commits and sends what has been written, the header at least.
func (x *Exchange) FlushError() error {
	if err := x.Start(http.StatusOK); err != nil {
		return err
	}
	return http.NewResponseController(x.next).Flush()
}

// Hijack commits and hands over the connection. The handler then has to send
// the Set-Cookie lines of Header itself.
func (x *Exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if err := x.Start(http.StatusSwitchingProtocols); err != nil {
		return nil, nil, err
	}
	return http.NewResponseController(x.next).Hijack()
}

// Push starts an HTTP/2 server push, where the wrapped writer can.
func (x *Exchange) Push(target string, opts *http.PushOptions) error {
	if pusher, ok := x.next.(http.Pusher); ok {
		return pusher.Push(target, opts)
	}
	return http.ErrNotSupported
}

// CloseNotify serves handlers that still use http.CloseNotifier. Without one
// below, the channel never receives.
func (x *Exchange) CloseNotify() <-chan bool {
	if notifier, ok := x.next.(interface{ CloseNotify() <-chan bool }); ok {
		return notifier.CloseNotify()
	}
	return make(chan bool)
}

// Unwrap returns the wrapped writer, for http.ResponseController.
func (x *Exchange) Unwrap() http.ResponseWriter { return x.next }
