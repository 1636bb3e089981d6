package redisstore_test

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// A proxy stands between the store and a server, and cuts a connection in the
// middle of a reply when it is told to.
type proxy struct {
	listener net.Listener
	server   string
	cuts     atomic.Int64 // how many connections it has cut
	running  sync.WaitGroup

	mu    sync.Mutex // guards the following
	conns []net.Conn
	armed bool
	skip  int // replies to let through before
	bytes int // of the reply after those to let through
}

func newProxy(t *testing.T, server string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{listener: listener, server: server}
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

// cut has the proxy let some replies through, and then cut the connection on
// which the next one arrives, after some bytes of it.
func (p *proxy) cut(skip, bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed, p.skip, p.bytes = true, skip, bytes
}

// due returns how much of a reply of n bytes to let through.
func (p *proxy) due(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !p.armed:
		return n
	case p.skip > 0:
		p.skip--
		return n
	}
	p.armed = false
	p.cuts.Add(1)
	return min(p.bytes, n-1)
}

func (p *proxy) accept() {
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

func (p *proxy) replies(client, server net.Conn) {
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		if err != nil {
			return
		}
		if part := p.due(n); part < n {
			_, _ = client.Write(buf[:part])
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}
