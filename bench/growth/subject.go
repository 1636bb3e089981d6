package growth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-holdall/holdall/bench/peers"
)

// A subject is somebody who is measured: a library on a framework.
type subject struct {
	library, framework string
	open               func() (*stand, error)
}

// A stand is a subject's site, with its own store.
type stand struct {
	site  *peers.Site
	close func() error
}

// scsLibrary is scs as it comes, with gob.
const scsLibrary = "scs"

// name is what the subject is called in tables and pictures.
func (s subject) name() string { return s.library + ", " + frameworks[s.framework] }

// flag is what it is called on the command line, as among the peers.
func (s subject) flag() string {
	return strings.Join([]string{s.framework, s.library, peers.Memory}, "/")
}

// of returns the subjects for sessions of a shape.
func of(s shape, among func(library string) bool) []subject {
	all := []subject{
		{peers.Holdall, peers.NetHTTP, func() (*stand, error) { return openHoldall(s, peers.NetHTTP) }},
		{peers.Holdall, peers.Fiber, func() (*stand, error) { return openHoldall(s, peers.Fiber) }},
		{peers.Raws, peers.NetHTTP, func() (*stand, error) { return openHand(s, peers.NetHTTP) }},
		{peers.Raws, peers.Fiber, func() (*stand, error) { return openHand(s, peers.Fiber) }},
		{peers.Bare, peers.NetHTTP, func() (*stand, error) { return openBare(peers.NetHTTP) }},
		{peers.Bare, peers.Fiber, func() (*stand, error) { return openBare(peers.Fiber) }},
		{scsLibrary, peers.NetHTTP, func() (*stand, error) { return openSCS(s) }},
	}
	return slices.DeleteFunc(all, func(s subject) bool { return !among(s.library) })
}

func openBare(framework string) (*stand, error) {
	name := strings.Join([]string{framework, peers.Bare, peers.Memory}, "/")
	p, ok := peers.Find(name)
	if !ok {
		return nil, fmt.Errorf("growth: there is no peer %s", name)
	}
	site, err := p.Build("")
	if err != nil {
		return nil, err
	}
	return &stand{site, site.Close}, nil
}
