// Command demo serves one page from Echo, Gin and Fiber at once, each on a
// port of its own. A visitor who goes from one to the other keeps the session:
// the three share a store, and cookies know no ports.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-holdall/holdall/core"
)

func main() {
	echoAddr := flag.String("echo", "127.0.0.1:8081", "`address` of the Echo server")
	ginAddr := flag.String("gin", "127.0.0.1:8082", "`address` of the Gin server")
	fiberAddr := flag.String("fiber", "127.0.0.1:8083", "`address` of the Fiber server")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	if err := run(ctx, *echoAddr, *ginAddr, *fiberAddr); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, echoAddr, ginAddr, fiberAddr string) error {
	d, err := newDemo()
	if err != nil {
		return err
	}
	sites, err := d.open(echoAddr, ginAddr, fiberAddr)
	if err != nil {
		return errors.Join(err, d.close())
	}
	fmt.Println("One session, three frameworks. Ctrl-C ends it.")
	for _, s := range sites {
		fmt.Printf("  %-6s http://%s\n", s.name, s.listener.Addr())
	}
	return errors.Join(serve(ctx, sites), d.close())
}

// A demo is what the three servers share.
type demo struct {
	engine *core.Engine
	store  core.Store
	close  func() error
	sites  []*site
}

// newDemo makes the engine. One is enough for all three frameworks; were they
// three programs, each would have its own, made of the same options.
func newDemo() (*demo, error) {
	store, closeStore, err := openStore()
	if err != nil {
		return nil, err
	}
	engine, err := core.New(core.Options{
		SigningKeys: []string{rand.Text()}, // lasts as long as the program
		Prefix:      recordPrefix,
		Store:       store,
	})
	if err != nil {
		return nil, errors.Join(err, closeStore())
	}
	closeAll := func() error { return errors.Join(engine.Close(), closeStore()) }
	return &demo{engine: engine, store: store, close: closeAll}, nil
}
