package redisstore

import "time"

// Options are the settings of a [Store]. The zero value is the default.
type Options struct {
	// Pipelining sends the commands of requests that are under way at the same
	// time together, by go-redis's AutoPipeline, which is experimental there.
	// A process with many requests at once serves more of them, and a lone one
	// waits longer: docs/performance.md has the figures. What it starts ends
	// when the client is closed.
	Pipelining bool

	// OnEvent is told when a part of the server goes down and when it is
	// back, for logs and metrics. It runs outside of requests, and for several
	// parts of a Cluster maybe at once. Until it returns the part is not
	// probed again, so it must not take long, nor call Close.
	OnEvent func(Event)
}

// An Event is the beginning or the end of an outage. A lost connection is
// none, as long as the server can be reached by another one.
type Event struct {
	// Part is the address of the master of a Cluster that is meant. It is
	// empty for a single server, for Sentinel, and for a Cluster that has not
	// been reached yet.
	Part string

	// Cause is the error that made the store look.
	Cause error

	// Back is true at the end of the outage.
	Back bool

	// Down is how long it lasted, and Probes how often the server was asked,
	// at its end.
	Down   time.Duration
	Probes int
}
