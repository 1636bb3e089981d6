package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// shutdownTimeout is how long requests under way may take to end.
const shutdownTimeout = 2 * time.Second

// A site is the demo as one framework serves it.
type site struct {
	name     string
	listener net.Listener
	server   server
}

// A server is what net/http and Fiber have in common.
type server struct {
	serve    func(net.Listener) error
	shutdown func(context.Context) error
}

// open makes the three sites and takes their ports.
func (d *demo) open(echoAddr, ginAddr, fiberAddr string) ([]*site, error) {
	for _, s := range []struct {
		name, addr string
		server     server
	}{
		{"Echo", echoAddr, echoServer(d)},
		{"Gin", ginAddr, ginServer(d)},
		{"Fiber", fiberAddr, fiberServer(d)},
	} {
		listener, err := net.Listen("tcp", s.addr)
		if err != nil {
			for _, opened := range d.sites {
				err = errors.Join(err, opened.listener.Close())
			}
			return nil, err
		}
		d.sites = append(d.sites, &site{s.name, listener, s.server})
	}
	return d.sites, nil
}

// serve serves all sites until ctx is done or one of them fails, and then
// lets the requests under way come to their end.
func serve(ctx context.Context, sites []*site) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, len(sites))
	for _, s := range sites {
		go func() {
			defer cancel()
			ended <- s.server.serve(s.listener)
		}()
	}
	<-ctx.Done()
	err := shutdown(sites)
	for range sites {
		err = errors.Join(err, failure(<-ended))
	}
	return err
}

// shutdown stops all sites at once.
func shutdown(sites []*site) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	errs := make([]error, len(sites))
	var stopping sync.WaitGroup
	for i, s := range sites {
		stopping.Go(func() {
			err := failure(s.server.shutdown(ctx))
			// A server that was told before it had begun would begin yet.
			errs[i] = errors.Join(err, failure(s.listener.Close()))
		})
	}
	stopping.Wait()
	return errors.Join(errs...)
}

// failure is err, unless it only says that a server was told to stop, or that
// somebody was cut off in the end: browsers open connections in advance and
// hold on to them.
func failure(err error) error {
	for _, expected := range []error{http.ErrServerClosed, net.ErrClosed, context.DeadlineExceeded} {
		if errors.Is(err, expected) {
			return nil
		}
	}
	return err
}

// httpServer is the server of a framework that is an http.Handler.
func httpServer(h http.Handler) server {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	return server{s.Serve, s.Shutdown}
}
