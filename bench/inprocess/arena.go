package inprocess

import (
	"context"
	"math/rand/v2"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/redisserver"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

// sessions is how many each peer has, which the requests go round.
const sessions = 256

// An arena lets all peers of a store take turns. In each round all sites are made anew, and each peer and workload has one
// slice, in an order that differs from round to round, so that whatever disturbs the machine meets all of them.
type arena struct {
	settings
	config   report.Config
	server   *redisserver.Server
	lengths  map[cell]int // requests of a slice
	measured *results
}

func newArena(c report.Config, s settings, server *redisserver.Server) *arena {
	return &arena{s, c, server, map[cell]int{}, newResults()}
}

// rounds begins with one that finds out how many requests make a slice, and does not count.
func (a *arena) rounds(ctx context.Context) (*results, error) {
	for n := range a.settings.rounds + 1 {
		if err := a.round(ctx, n); err != nil {
			return nil, err
		}
		a.config.Logf("inprocess: %s, GOMAXPROCS=%d, round %d of %d", a.store, a.procs, n, a.settings.rounds)
	}
	return a.measured, nil
}

func (a *arena) round(ctx context.Context, n int) (err error) {
	if a.server != nil {
		if err := a.server.Flush(ctx); err != nil {
			return err
		}
	}
	stands, err := a.open()
	defer func() {
		for _, s := range stands {
			if failed := s.site.Close(); err == nil {
				err = failed
			}
		}
	}()
	if err != nil {
		return err
	}
	for _, turn := range turns(stands, n) {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if err := a.slice(turn, n == 0); err != nil {
			return err
		}
	}
	return nil
}

// A turn is a peer's with a workload.
type turn struct {
	*stand
	w workload.Workload
}

func turns(stands []*stand, round int) []turn {
	var all []turn
	for _, s := range stands {
		for _, w := range workload.All {
			if s.peer.Does(w) {
				all = append(all, turn{s, w})
			}
		}
	}
	order := rand.New(rand.NewPCG(uint64(round), 0))
	order.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// open makes the sites of all peers that were asked for, and the two that measure the driver itself.
func (a *arena) open() (stands []*stand, err error) {
	for _, p := range peers.All() {
		if p.Store != a.store || !a.config.Wants(p.Name()) {
			continue
		}
		s, err := a.newStand(p)
		if err != nil {
			return stands, err
		}
		stands = append(stands, s)
	}
	for _, framework := range []string{peers.NetHTTP, peers.Fiber} {
		stands = append(stands, harness(framework, a.store))
	}
	return stands, nil
}

// slice measures one turn, or with calibrate finds out how many requests fill a slice.
func (a *arena) slice(t turn, calibrate bool) error {
	at := cell{t.peer.Framework, t.peer.Library, t.w}
	switch {
	case t.w == workload.First:
		a.lengths[at] = a.first
	case calibrate:
		n, err := a.load(t, 0).Fit(a.settings.slice)
		if err != nil {
			return named(t.peer, err)
		}
		a.lengths[at] = n
		return nil
	}
	sample, err := a.measure(t, a.lengths[at])
	if err == nil && !calibrate {
		a.measured.add(at, sample)
	}
	return err
}
