// Package overhttp measures requests per second over loopback HTTP: a server on one core, the peer's framework and all, and
// wrk on another.
package overhttp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/go-holdall/holdall/bench/child"
	"github.com/go-holdall/holdall/bench/koa"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/redisserver"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

// sessions is how many the requests go round.
const sessions = 64

// seconds is how long a peer and workload are measured at a time.
const seconds = 1

// Run measures all workloads over the memory store.
func Run(ctx context.Context, c report.Config) (report.Section, error) {
	ws := workload.All[:]
	if c.Quick {
		ws = []workload.Workload{workload.Read, workload.Count}
	}
	return measure(ctx, c, "http", peers.Memory, ws)
}

// RunRedis measures what asks for a session over Redis. A machine without a Redis server gets an empty section that says so.
func RunRedis(ctx context.Context, c report.Config) (report.Section, error) {
	ws := []workload.Workload{workload.Read, workload.Count, workload.Roll}
	s, err := measure(ctx, c, "http-redis", peers.Redis, ws)
	if errors.Is(err, redisserver.ErrMissing) {
		return report.Section{Name: "http-redis", Markdown: fmt.Sprintf("Not measured: %v.", err)}, nil
	}
	return s, err
}

func measure(ctx context.Context, c report.Config, name, store string, ws []workload.Workload) (report.Section, error) {
	l, err := newLoader()
	if err != nil {
		return report.Section{}, err
	}
	defer func() { _ = l.close() }()
	m := &meeting{config: c, loader: l, workloads: ws, measured: newResults()}
	if store == peers.Redis {
		if m.server, err = redisserver.Start(ctx, child.Pin(clientCore)...); err != nil {
			return report.Section{}, err
		}
		defer m.server.Stop()
	}
	m.peers = chosen(c, store)
	rounds := c.RoundsOr(1, 5)
	for n := range rounds {
		if err := m.round(ctx, n); err != nil {
			return report.Section{}, err
		}
		c.Logf("%s: round %d of %d", name, n+1, rounds)
	}
	return report.Section{Name: name, Markdown: m.measured.markdown(m.peers, ws, rounds)}, nil
}

// chosen are the peers that were asked for, Koa among them. The quiet variant of the hand-written handler is left to the
// in-process part.
func chosen(c report.Config, store string) (all []peers.Peer) {
	for _, p := range append(peers.All(), koa.Peers(store)...) {
		if p.Store == store && p.Library != peers.RawsQuiet && c.Wants(p.Name()) {
			all = append(all, p)
		}
	}
	return all
}

// A meeting lets all peers take turns. In each round every peer has a new server, all run at once and wait, and one after the
// other is asked for the same workload: what is compared is seconds apart. The order differs from round to round.
type meeting struct {
	config    report.Config
	loader    *loader
	server    *redisserver.Server // nil for the memory stores
	peers     []peers.Peer
	workloads []workload.Workload
	measured  *results
}

func (m *meeting) round(ctx context.Context, n int) error {
	if m.server != nil {
		if err := m.server.Flush(ctx); err != nil {
			return err
		}
	}
	guests, err := m.gather(ctx)
	defer func() {
		for _, g := range guests {
			g.leave()
		}
	}()
	if err != nil {
		return err
	}
	order := rand.New(rand.NewPCG(uint64(n), 0))
	for _, w := range m.workloads {
		for _, i := range order.Perm(len(guests)) {
			found, err := guests[i].measure(ctx, m.loader, w)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", guests[i].peer.Name(), w, err)
			}
			m.measured.add(guests[i].peer, w, found)
		}
	}
	return nil
}

// gather starts the servers. A machine without Node does without Koa.
func (m *meeting) gather(ctx context.Context) (guests []*guest, err error) {
	redisAddr := ""
	if m.server != nil {
		redisAddr = m.server.Addr()
	}
	for _, p := range m.peers {
		g, err := invite(ctx, p, redisAddr)
		if errors.Is(err, koa.ErrMissing) {
			m.config.Logf("%s: %v", p.Name(), err)
			continue
		}
		if err != nil {
			return guests, fmt.Errorf("%s: %w", p.Name(), err)
		}
		guests = append(guests, g)
	}
	return guests, nil
}
