// Package testkit is what the suites of several modules share: one view of
// all web frameworks, so that a case is written once and run under each of
// them over real HTTP, and stores that fail on command.
package testkit

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/go-holdall/holdall/core"
)

// A Framework runs an App under one web framework and its adapter.
type Framework struct {
	// Name is "echo", "gin", "fiber" or "nethttp".
	Name string
	// Serve starts an app on a free loopback port and returns its base URL.
	// The server ends with the test.
	Serve func(t testing.TB, app App) (url string)
}

// An App is what a case runs: one handler for every path and method, behind
// the session middlewares.
type App struct {
	// Engines are the session middlewares, the outermost first.
	Engines []*core.Engine
	// Before runs in a middleware outside the session's. Nil runs nothing.
	Before func(c Context)
	// Handler answers every request. What it returns is the handler's
	// failure, said the way that the framework's users say it.
	Handler func(c Context) error

	// Outside and Inside are middlewares of the framework's own around the
	// session's, and between it and the handler; the outermost first.
	Outside, Inside []Middleware
	// Skip is the adapter's Skipper, or Next. Nil skips nothing.
	Skip func(c Context) bool
	// Route limits the handler to GET requests of one path. What answers the
	// others is the framework. Empty is no limit.
	Route string
	// Group puts everything but Before and Outside below a path, with what
	// the framework has for that: a group, a mounted app, StripPrefix.
	Group string
	// Global are engines that are registered outside the Group too.
	Global []*core.Engine
	// Shell is put around the whole of a net/http server. Fiber has none.
	Shell func(http.Handler) http.Handler
	// TLS serves https, with HTTP/2 where the framework has it.
	TLS bool
}

// A Middleware is one that each framework brings, or has a common one for.
type Middleware int

// The middlewares, as their users know them.
const (
	// Recover makes a panic a status of 500.
	Recover Middleware = iota + 1
	// Gzip compresses what the client accepts compressed.
	Gzip
	// Timeout gives the request's context Patience.
	Timeout
)

// Patience is how long a Timeout gives a request: more than a busy machine
// takes to get it to its handler.
const Patience = time.Second

// A Context is one request as a handler sees it, the same under each
// framework. Its methods answer the way that the framework's users would.
type Context interface {
	// Session is the adapter's Session.
	Session(name ...string) (*core.Session, error)
	// ForceID puts core.WithID into the request's context.
	ForceID(id string)
	// Native returns the framework's own context.
	Native() any
	// Context returns the request's context.
	Context() context.Context

	Method() string
	Path() string
	Query(key string) string
	Header(name string) string
	SetHeader(name, value string)
	// AddCookie adds a Set-Cookie line of the application's own.
	AddCookie(line string)

	String(status int, body string) error
	JSON(status int, v any) error
	Redirect(status int, to string) error
	NoContent(status int) error
	// File answers with a file.
	File(name string) error
	// Stream answers with what a reader has.
	Stream(status int, r io.Reader) error
	// Events answers piece by piece, and flushes each. It is told where
	// handlers of the framework are when the last one is made: still in the
	// chain, or, on Fiber, long out of it.
	Events(pieces ...func() string) error
	// Proxy answers with what another server does.
	Proxy(url string) error
	// Abort ends the chain with a status.
	Abort(status int) error
	// Hijack takes over the connection. talk gets the response header as it
	// would have been sent, nil on Fiber, which sends it all the same.
	Hijack(talk func(conn net.Conn, header http.Header)) error

	// Write writes a piece of the body to the response itself.
	io.Writer
	// WriteHeader sends a status where the framework can, or else sets it.
	WriteHeader(status int)
	// Flush sends what has been written so far, where the framework can.
	Flush()
	// Writer returns what net/http code would be given to answer with, nil
	// on Fiber.
	Writer() http.ResponseWriter
}

// A Failure is a handler's error with the status and the text to answer.
type Failure struct {
	Status int
	Text   string
}

func (f *Failure) Error() string { return f.Text }
