// Package testkit is what the suites of several modules share: one view of
// all web frameworks, so that a case is written once and run under each of
// them over real HTTP, and stores that fail on command.
package testkit

import (
	"testing"

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
}

// A Context is one request as a handler sees it, the same under each
// framework. Its methods answer the way that the framework's users would.
type Context interface {
	// Session is the adapter's Session.
	Session(name ...string) (*core.Session, error)
	// ForceID puts core.WithID into the request's context.
	ForceID(id string)
	// Native returns the framework's own context.
	Native() any

	Method() string
	Path() string
	Query(key string) string
	Header(name string) string
	SetHeader(name, value string)

	String(status int, body string) error
	Redirect(status int, to string) error
	NoContent(status int) error
}

// A Failure is a handler's error with the status and the text to answer.
type Failure struct {
	Status int
	Text   string
}

func (f *Failure) Error() string { return f.Text }
