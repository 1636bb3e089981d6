// Package workload is what every peer has to do: six kinds of request, and the session that they are about.
package workload

import "fmt"

// A Workload is what a request does to its session.
type Workload int

// The workloads.
const (
	// Untouched brings a session's cookie to a handler that does not ask for the session.
	Untouched Workload = iota
	// Read reads two of five values.
	Read
	// Count makes one value one higher.
	Count
	// First is a first visit: no cookie, and five values are set.
	First
	// Roll is Read, with the life of record and cookie extended.
	Roll
	// Stranger brings no cookie to a handler that does not ask for the session.
	Stranger
)

// All are the workloads in order.
var All = [...]Workload{Untouched, Read, Count, First, Roll, Stranger}

// String returns the short name, such as W1.
func (w Workload) String() string { return fmt.Sprintf("W%d", int(w)) }

// Path returns the path of the route that does it.
func (w Workload) Path() string { return fmt.Sprintf("/w%d", int(w)) }

// HasCookie reports whether its requests bring the cookie of a session.
func (w Workload) HasCookie() bool { return w != First && w != Stranger }

// Asks reports whether its handler asks for the session.
func (w Workload) Asks() bool { return w != Untouched && w != Stranger }

// Title says in a few words what it does.
func (w Workload) Title() string {
	return [...]string{
		"a cookie, session untouched", "two values read", "counted up",
		"first visit, five values set", "two values read, life extended", "no cookie, untouched",
	}[w]
}
