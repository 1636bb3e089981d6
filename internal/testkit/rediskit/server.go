package rediskit

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startTimeout = 10 * time.Second
	pollInterval = 2 * time.Millisecond
)

// A Server is a server process on a port of its own, which it keeps when it
// is restarted.
type Server struct {
	t    testing.TB
	bin  string
	dir  string
	port int
	args []string
	log  lockedBuffer

	mu   sync.Mutex
	cmd  *exec.Cmd     // nil while it does not run
	done chan struct{} // closed when cmd has been waited for
}

// Start starts a single server with more arguments, such as "--appendonly",
// "yes", and returns when it answers.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	s := newServer(t, args...)
	for attempt := range 5 {
		err := s.launch()
		if err == nil {
			return s
		}
		// Somebody else may have taken the port meanwhile.
		if attempt == 4 || !strings.Contains(s.Log(), "ddress already in use") {
			t.Fatalf("rediskit: %v\n%s", err, s.Log())
		}
		s.port = freePort(t)
	}
	return s
}

func newServer(t testing.TB, args ...string) *Server {
	t.Helper()
	s := &Server{t: t, bin: Binary(t), dir: t.TempDir(), port: freePort(t), args: args}
	t.Cleanup(s.Kill)
	return s
}

// Addr returns the server's host and port.
func (s *Server) Addr() string { return address(s.port) }

// URL returns what a client is opened with.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Port returns the server's port.
func (s *Server) Port() int { return s.port }

// Log returns what the server has printed.
func (s *Server) Log() string { return s.log.String() }

// Kill ends the process with SIGKILL, and returns when it is gone.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill() // also ends one that is stopped
	<-s.done
	s.cmd = nil
}

// Restart kills the process if it runs, starts another one on the same port
// and in the same folder, and returns when it answers.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	if err := s.launch(); err != nil {
		s.t.Fatalf("rediskit: restart: %v\n%s", err, s.Log())
	}
}

// Stop freezes the process with SIGSTOP: its connections stay, new ones are
// accepted by the system, and nothing is answered.
func (s *Server) Stop() { s.signal(syscall.SIGSTOP) }

// Continue ends what Stop began.
func (s *Server) Continue() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd != nil {
		_ = s.cmd.Process.Signal(sig)
	}
}

func (s *Server) launch() error {
	if err := s.spawn(s.arguments()...); err != nil {
		return err
	}
	return s.ready()
}

func (s *Server) arguments() []string {
	return append([]string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir,
		"--save", "", "--appendonly", "no", "--daemonize", "no",
	}, s.args...)
}

func (s *Server) spawn(args ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	cmd := exec.Command(s.bin, args...)
	cmd.Dir = s.dir
	cmd.Stdout, cmd.Stderr = &s.log, &s.log
	if err := startChild(cmd); err != nil {
		return err
	}
	done := make(chan struct{})
	s.cmd, s.done = cmd, done
	go func() {
		_ = cmd.Wait()
		close(done)
	}()
	return nil
}

// ready returns when the server answers.
func (s *Server) ready() error {
	s.mu.Lock()
	done := s.done
	s.mu.Unlock()
	return until(startTimeout, func() error {
		select {
		case <-done:
			return errFatal{errors.New("the server has ended")}
		default:
		}
		_, err := s.Do("PING")
		return err
	})
}

// An errFatal is not worth another try.
type errFatal struct{ error }

// until calls f until it returns nil.
func until(timeout time.Duration, f func() error) error {
	for start := time.Now(); ; time.Sleep(pollInterval) {
		err := f()
		var fatal errFatal
		switch {
		case err == nil:
			return nil
		case errors.As(err, &fatal):
			return err
		case time.Since(start) > timeout:
			return fmt.Errorf("not after %v: %w", timeout, err)
		}
	}
}

// Ports are taken from below those that systems give to clients: a server that
// is killed and restarted must not find its port taken by a connection.
const firstPort, lastPort = 20000, 32000

// freePort returns a port that nobody listens on, and that no other call has
// returned.
func freePort(t testing.TB) int {
	t.Helper()
	for range 1000 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		if _, known := given.LoadOrStore(port, true); known {
			continue
		}
		listener, err := net.Listen("tcp", address(port))
		if err == nil {
			_ = listener.Close()
			return port
		}
	}
	t.Fatal("rediskit: no free port")
	return 0
}

var given sync.Map // ports

// ClosedPort returns an address that refuses connections.
func ClosedPort(t testing.TB) string { return address(freePort(t)) }

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// A lockedBuffer may be read while a process writes to it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.TrimSpace(b.buf.String())
}
