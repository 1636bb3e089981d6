// Package redisserver starts a Redis server of its own for the measurements.
package redisserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/go-holdall/holdall/bench/child"
)

// ErrMissing is the error of Start where there is no server to start.
var ErrMissing = errors.New("neither redis-server nor valkey-server is in PATH")

// A Server is a Redis server on a free loopback port, which keeps nothing on disk.
type Server struct {
	process *child.Process
	folder  string
	addr    string
	client  *redis.Client
}

// Start starts a server, and returns when it answers. The words before are what starts it, such as taskset -c 1.
func Start(ctx context.Context, before ...string) (*Server, error) {
	bin, err := binary()
	if err != nil {
		return nil, err
	}
	addr, err := child.FreePort()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "holdall-bench-redis-")
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	words := append(before, bin, "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no", "--daemonize", "no")
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	process, err := child.Start(cmd)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	s := &Server{process, folder, addr, redis.NewClient(&redis.Options{Addr: addr})}
	if err := s.ready(ctx); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func binary() (string, error) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrMissing
}

func (s *Server) ready(ctx context.Context) error {
	giveUp := time.After(10 * time.Second)
	for {
		if s.client.Ping(ctx).Err() == nil {
			return nil
		}
		select {
		case <-s.process.Ended():
			return s.process.Err(ctx)
		case <-giveUp:
			return fmt.Errorf("the server does not answer: %w", s.process.Err(ctx))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Addr returns the server's host and port.
func (s *Server) Addr() string { return s.addr }

// Flush removes all that the server holds.
func (s *Server) Flush(ctx context.Context) error { return s.client.FlushAll(ctx).Err() }

// Version returns the server's version.
func (s *Server) Version(ctx context.Context) string {
	info := s.client.InfoMap(ctx, "server").Item("Server", "redis_version")
	return info
}

// Stop ends the server.
func (s *Server) Stop() {
	_ = s.client.Close()
	s.process.Stop()
	_ = os.RemoveAll(s.folder)
}
