package core

import "context"

// A Request is the engine's view of one incoming request. An adapter
// implements it over its framework; handlers never need it.
//
// The engine calls its methods only between Load and End, from whichever
// goroutine uses the session. Strings that it returns must stay valid after
// the request, so a framework that reuses its buffers has to be copied from.
type Request interface {
	// Context returns the request's context. Loads run under it; writes run
	// under one that keeps its values and outlives its cancellation.
	Context() context.Context

	// Path returns the path that the browser sent: not decoded, without the
	// query, with every mount prefix.
	Path() string

	// Secure reports whether this connection itself is TLS. What a proxy says
	// is the engine's business: see Options.TrustProxy.
	Secure() bool

	// HeaderValues returns the raw values of a request header, one for each
	// line that was sent. The name is in canonical form, such as "Cookie".
	HeaderValues(name string) []string
}

// A Response is where the engine puts its cookies. An adapter implements it
// over its framework; handlers never need it.
type Response interface {
	// SetCookie adds a Set-Cookie header with that whole value, in place of
	// every earlier one of the same cookie, see SameCookie. Name is its name.
	SetCookie(name, line string)

	// HasCookie reports whether there is a Set-Cookie header for a cookie of
	// that name, whatever its path.
	HasCookie(name string) bool

	// SetHeader sets a response header.
	SetHeader(name, value string)

	// Started reports whether the header block has gone out, after which the
	// other methods are without effect. It may be called from any
	// goroutine.
	Started() bool
}
