package redisstore_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// A fake is a server that knows the few commands it has to, for what a real
// one at hand may lack: a newer one's SET with IFEQ, an older one's errors.
type fake struct {
	listener net.Listener
	modern   bool
	answer   func(args []string) string // if not nil, in place of what follows
	running  sync.WaitGroup

	mu       sync.Mutex // guards the following
	records  map[string]string
	commands []string
	conns    []net.Conn
}

func newFake(t *testing.T, modern bool) *fake {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := &fake{listener: listener, modern: modern, records: map[string]string{}}
	f.running.Go(f.accept)
	t.Cleanup(f.close)
	return f
}

func (f *fake) url() string { return "redis://" + f.listener.Addr().String() }

func (f *fake) get(key string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.records[key]
}

// sent returns the names of the commands so far.
func (f *fake) sent() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.commands...)
}

func (f *fake) accept() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		f.conns = append(f.conns, conn)
		f.mu.Unlock()
		f.running.Go(func() { f.serve(conn) })
	}
}

func (f *fake) close() {
	_ = f.listener.Close()
	f.mu.Lock()
	for _, conn := range f.conns {
		_ = conn.Close()
	}
	f.mu.Unlock()
	f.running.Wait()
}

func (f *fake) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	for {
		args, err := readCommand(r)
		if err != nil {
			return
		}
		if _, err := io.WriteString(conn, f.reply(args)); err != nil {
			return
		}
	}
}

func readCommand(r *bufio.Reader) (args []string, err error) {
	number := func() (n int) {
		line, e := r.ReadString('\n')
		if e != nil {
			err = e
			return 0
		}
		n, err = strconv.Atoi(strings.TrimRight(line[1:], "\r\n"))
		return n
	}
	for range number() {
		data := make([]byte, number()+2)
		if _, e := io.ReadFull(r, data); e != nil {
			return nil, e
		}
		args = append(args, string(data[:len(data)-2]))
	}
	return args, err
}

func (f *fake) reply(args []string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := strings.ToLower(args[0])
	if name == "hello" {
		return "-ERR unknown command\r\n"
	}
	f.commands = append(f.commands, name)
	if f.answer != nil {
		return f.answer(args)
	}
	held, found := f.records[args[1]]
	switch name {
	case "get":
		return bulk(held, found)
	case "set":
		return f.set(args, held, found)
	case "del":
		delete(f.records, args[1])
		return ":1\r\n"
	case "pexpire", "exists", "evalsha":
		return ":1\r\n"
	}
	return fmt.Sprintf("-ERR unknown command '%s', with args beginning with: '%s' \r\n", args[0], args[1])
}

func (f *fake) set(args []string, held string, found bool) string {
	options := strings.Join(args[3:], " ")
	switch {
	case strings.HasPrefix(options, "ifeq ") && !f.modern:
		return "-ERR syntax error\r\n"
	case strings.HasPrefix(options, "ifeq "):
		if found && held == args[4] {
			f.records[args[1]] = args[2]
		}
		return bulk(held, found)
	case strings.HasPrefix(options, "nx ") && found:
		return "$-1\r\n"
	}
	f.records[args[1]] = args[2]
	return "+OK\r\n"
}

func bulk(data string, found bool) string {
	if !found {
		return "$-1\r\n"
	}
	return fmt.Sprintf("$%d\r\n%s\r\n", len(data), data)
}
