// Package inprocess measures what a request costs in CPU time, allocations and bytes, without a network: every peer, every
// workload, both stores, on one core and on two.
package inprocess

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/redisserver"
	"github.com/go-holdall/holdall/bench/report"
)

// settings are those of one table: a store on a number of cores.
type settings struct {
	store   string
	procs   int
	workers int           // requests under way at once
	slice   time.Duration // how long a peer and workload are measured at a time
	first   int           // requests of W3, whose store grows with them
	rounds  int
}

// Run measures. Without a Redis server it leaves Redis out, and says so.
func Run(ctx context.Context, c report.Config) (report.Section, error) {
	var text strings.Builder
	for _, store := range []string{peers.Memory, peers.Redis} {
		if !slices.ContainsFunc(peers.All(), func(p peers.Peer) bool { return p.Store == store && c.Wants(p.Name()) }) {
			continue
		}
		err := measure(ctx, c, store, &text)
		if errors.Is(err, redisserver.ErrMissing) {
			fmt.Fprintf(&text, "Redis was not measured: %v.\n\n", err)
			continue
		}
		if err != nil {
			return report.Section{}, err
		}
	}
	return report.Section{Name: "inprocess", Markdown: text.String()}, nil
}

func measure(ctx context.Context, c report.Config, store string, text *strings.Builder) error {
	var server *redisserver.Server
	if store == peers.Redis {
		var err error
		if server, err = redisserver.Start(ctx); err != nil {
			return err
		}
		defer server.Stop()
	}
	for _, procs := range []int{1, 2} {
		if procs > runtime.NumCPU() {
			break
		}
		s := choose(c, store, procs)
		c.Logf("inprocess: %s, GOMAXPROCS=%d, %d rounds", s.store, s.procs, s.rounds)
		r, err := run(ctx, c, s, server)
		if err != nil {
			return err
		}
		text.WriteString(r.markdown(s))
	}
	return nil
}

// run measures with as many processors as the settings say, and leaves the process as it was.
func run(ctx context.Context, c report.Config, s settings, server *redisserver.Server) (*results, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(s.procs))
	a := newArena(c, s, server)
	return a.rounds(ctx)
}

// redisWorkers are the requests under way for each core: a server waits for Redis with many at once.
const redisWorkers = 16

func choose(c report.Config, store string, procs int) settings {
	s := settings{store: store, procs: procs, workers: procs, slice: 40 * time.Millisecond, first: 10_000, rounds: c.RoundsOr(3, 9)}
	if store == peers.Redis {
		s.workers, s.slice, s.first = redisWorkers*procs, 80*time.Millisecond, 4_000
	}
	if c.Quick {
		s.slice, s.first = s.slice/5, s.first/5
	}
	return s
}
