// Package cutproxy stands between a store and its server, and loses replies:
// after so many bytes of the reply that it is told to, once. Where a proxy for
// whole connections would cut every one of them at the same place, the next
// connection through this one is whole, as after a blip of a network.
package cutproxy

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// A Proxy listens on a loopback port of its own. It is safe for several
// goroutines.
type Proxy struct {
	listener net.Listener
	server   string
	running  sync.WaitGroup

	mu    sync.Mutex // guards the following
	conns []net.Conn
	armed bool
	skip  int // replies to let through before
	bytes int // of the reply after those to let through
	reply int // the size of the reply that was cut last
	cuts  int
	delay time.Duration
}

// Start starts a proxy of a server, which ends with the test.
func Start(t testing.TB, server string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("cutproxy: %v", err)
	}
	p := &Proxy{listener: listener, server: server}
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// URL returns what a client is opened with.
func (p *Proxy) URL() string { return "redis://" + p.Addr() }

// Addr returns the proxy's host and port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Cut has the proxy let some replies through, and then cut the connection on
// which the next one arrives, after some bytes of it, the last one excepted.
func (p *Proxy) Cut(skip, bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed, p.skip, p.bytes = true, skip, bytes
}

// Disarm has the proxy cut nothing, and reports whether it was still to.
func (p *Proxy) Disarm() (armed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	armed, p.armed = p.armed, false
	return armed
}

// Delay has every reply from now on wait for so long.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Cuts returns how many replies were cut.
func (p *Proxy) Cuts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

// Reply returns how many bytes the reply had that was cut last.
func (p *Proxy) Reply() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reply
}

// due returns how much of a reply of n bytes to let through, and when.
func (p *Proxy) due(n int) (bytes int, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !p.armed:
		return n, p.delay
	case p.skip > 0:
		p.skip--
		return n, p.delay
	}
	p.armed = false
	p.cuts++
	p.reply = n
	return min(p.bytes, n-1), p.delay
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		p.running.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
		p.running.Go(func() { p.replies(client, server); _ = client.Close() })
	}
}

func (p *Proxy) replies(client, server net.Conn) {
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		part, delay := p.due(n)
		time.Sleep(delay)
		if _, err := client.Write(buf[:part]); err != nil || part < n {
			return
		}
	}
}

func (p *Proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}
