package overhttp

import (
	"fmt"
	"io"
	"net"
	"os"

	"github.com/go-holdall/holdall/bench/peers"
)

// ServeCommand is the first argument of a process that is to serve a peer for another one. The others are the peer's name,
// the address, and that of the Redis server.
const ServeCommand = "serve"

// Serve is such a process. It ends when its standard input does, and so with the process that started it.
func Serve(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("%s takes a peer, an address and a Redis server's address", ServeCommand)
	}
	p, ok := peers.Find(args[0])
	if !ok {
		return fmt.Errorf("there is no peer %q", args[0])
	}
	site, err := p.Build(args[2])
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", args[1])
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- site.Serve(l) }()
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	return <-failed
}
