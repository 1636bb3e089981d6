// Package adaptersuite says what a session does to a request and to a store,
// and that it is the same under every framework. It is a table of cells: each
// is one thing that handlers do, over HTTP, and all that can be seen of it
// from outside. Where a framework must differ the cell says so, with the
// reason.
package adaptersuite
