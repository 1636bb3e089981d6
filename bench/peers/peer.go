// Package peers are the ways of keeping a session that are measured: each a framework, a library and a store, and behind
// them a site with one route for each workload.
//
// All answer alike: a 200 with the session's count, which is 0 where the handler does not ask for the session, and a 401
// where there is no session to read. All sessions live for a day.
package peers

import (
	"net"
	"net/http"
	"slices"

	"github.com/valyala/fasthttp"

	"github.com/go-holdall/holdall/bench/workload"
)

// The frameworks.
const (
	Echo    = "echo"
	Fiber   = "fiber"
	Gin     = "gin"
	NetHTTP = "nethttp"
)

// Frameworks are all of them, in the order of the tables.
func Frameworks() []string { return []string{Echo, Gin, Fiber, NetHTTP} }

// The stores.
const (
	Memory = "memory"
	Redis  = "redis"
)

// The libraries that have a part of their own in the tables.
const (
	Bare      = "base"       // the framework without sessions
	Raw       = "raw"        // written by hand, unsigned
	Raws      = "raws"       // the same, signed as Koa signs
	RawsQuiet = "raws-quiet" // the same, and as quiet as holdall: a change does not send the cookie again
	Holdall   = "holdall"    // this library
	ScsJSON   = "scs-json"   // scs with a JSON codec
)

// A Peer is a library under a framework over a store.
type Peer struct {
	Framework string
	Library   string
	Store     string

	only  []workload.Workload // nil means all
	build func(redisAddr string) (*Site, error)
}

// Name is what the peer is called on the command line, such as echo/holdall/redis.
func (p Peer) Name() string { return p.Framework + "/" + p.Library + "/" + p.Store }

// Does reports whether the peer is there for this workload.
func (p Peer) Does(w workload.Workload) bool { return p.only == nil || slices.Contains(p.only, w) }

// HasSessions is false for a bare framework, which answers every workload alike.
func (p Peer) HasSessions() bool { return p.Library != Bare }

// Control reports whether the peer is there to compare with, and not a library that somebody could choose.
func (p Peer) Control() bool {
	return slices.Contains([]string{Bare, Raw, Raws, RawsQuiet, ScsJSON}, p.Library)
}

// Sends reports whether the answer to a workload brings a cookie. What a count does differs, and a rolling read: holdall
// keeps still, as the client has the cookie and a twenty-fourth of its life is not over, and all others send it again.
func (p Peer) Sends(w workload.Workload) bool {
	switch w {
	case workload.First:
		return p.HasSessions()
	case workload.Roll:
		return p.HasSessions() && p.Library != Holdall
	case workload.Count:
		return p.HasSessions() && p.Library != Holdall && p.Library != RawsQuiet
	}
	return false
}

// Build makes the peer's site, over a store of its own or over the Redis server at that address.
func (p Peer) Build(redisAddr string) (*Site, error) { return p.build(redisAddr) }

// A Site serves a peer's workloads. It has either HTTP or Fast.
type Site struct {
	HTTP http.Handler
	Fast fasthttp.RequestHandler

	serve func(net.Listener) error
	close []func() error
}

// Serve serves the site's routes until the listener is closed, as the framework's own server does.
func (s *Site) Serve(l net.Listener) error {
	if s.serve != nil {
		return s.serve(l)
	}
	return (&http.Server{Handler: s.HTTP}).Serve(l)
}

// Close frees what the site holds: stores, connections, and the goroutines that go with them.
func (s *Site) Close() error {
	var first error
	for _, c := range slices.Backward(s.close) {
		if err := c(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Find returns the peer of that name.
func Find(name string) (Peer, bool) {
	for _, p := range All() {
		if p.Name() == name {
			return p, true
		}
	}
	return Peer{}, false
}

// All are the peers, in the order of the tables: by framework, and for each the controls, holdall, and the others.
func All() []Peer {
	var all []Peer
	for _, framework := range Frameworks() {
		for _, store := range []string{Memory, Redis} {
			add := func(library string, build func(redisAddr string) (*Site, error), only ...workload.Workload) {
				all = append(all, Peer{framework, library, store, only, build})
			}
			add(Bare, func(string) (*Site, error) { return bare(framework), nil })
			add(Raw, hands(framework, store, hand{}))
			add(Raws, hands(framework, store, hand{signed: true}))
			add(RawsQuiet, hands(framework, store, hand{signed: true, quiet: true}), workload.Count)
			add(Holdall, holdall(framework, store))
			others(framework, store, add)
		}
	}
	return all
}

// others adds the libraries that there are for a framework.
func others(framework, store string, add func(string, func(string) (*Site, error), ...workload.Workload)) {
	switch framework {
	case Echo:
		add("gorilla", gorilla(store))
	case Gin:
		add("gin-contrib", ginContrib(store))
	case Fiber:
		add("fiber-session", fiberSession(store))
	case NetHTTP:
		add("scs", scsSessions(store, nil))
		add(ScsJSON, scsSessions(store, jsonCodec{}))
	}
}
