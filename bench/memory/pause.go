package memory

import (
	"context"
	"fmt"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

// visitors is how many sessions are read, in turn. The others are only there.
const visitors = 1024

// A look is what was seen of requests while the collector ran.
type look struct {
	calls  *latencies
	cycles uint64
	pause  float64 // the longest for which it stopped the world, in s
}

// A view is one row: so many sessions in the store, and what is called beside them.
type view struct {
	name string
	live bool // a million, not only those that are read
	call func(*site, []*client) func(int) error
}

var views = []view{
	{"reads, with few sessions in the store", false, reads},
	{"reads, with all of them", true, reads},
	{"nothing but a look at the clock, with all of them", true, func(*site, []*client) func(int) error { return theClock }},
}

func reads(s *site, clients []*client) func(int) error {
	return func(i int) error { return clients[i%len(clients)].call(s.read) }
}

// pauses looks for the slowest request while somebody else makes garbage.
func (b *bench) pauses(ctx context.Context) (string, error) {
	rounds := make([][]look, len(views))
	for round := range b.scale.rounds {
		for i := range views {
			i = (i + round) % len(views)
			if err := ctx.Err(); err != nil {
				return "", err
			}
			found, err := b.look(views[i])
			if err != nil {
				return "", err
			}
			b.Logf("memory: round %d: %s: %v, %d collections, longest pause %.3f ms", round+1, views[i].name, found.calls, found.cycles, found.pause*1e3)
			rounds[i] = append(rounds[i], *found)
		}
	}
	return pauseTable(b.scale.sessions, rounds), nil
}

func (b *bench) look(v view) (*look, error) {
	site, clients, err := b.populated(v.live)
	if err != nil {
		return nil, err
	}
	defer site.close()
	heap()
	done := make(chan struct{})
	time.AfterFunc(time.Duration(b.scale.seconds*float64(time.Second)), func() { close(done) })
	littered := make(chan struct{})
	go func() {
		defer close(littered)
		litter(done)
	}()
	before, cycles := collector()
	calls, err := watch(done, v.call(site, clients))
	<-littered
	if err != nil {
		return nil, err
	}
	after, cyclesAfter := collector()
	return &look{calls, cyclesAfter - cycles, longest(before, after)}, nil
}

// populated returns a site with sessions that are read, and if asked with all the others.
func (b *bench) populated(live bool) (*site, []*client, error) {
	site, err := newSite(roomy(b.scale.sessions), false)
	if err != nil {
		return nil, nil, err
	}
	for i := 0; live && i < b.scale.sessions; i++ {
		if err := site.store.Set(context.Background(), key(i), b.record, workload.Life); err != nil {
			return nil, nil, err
		}
	}
	clients := make([]*client, visitors)
	for i := range clients {
		cookies, err := site.firstVisit()
		if err != nil {
			return nil, nil, err
		}
		if clients[i], err = newClient(cookies); err != nil {
			return nil, nil, err
		}
	}
	return site, clients, nil
}

// litter makes garbage as a busy server does, some hundred megabytes a second, and leaves most of a core to others.
func litter(done <-chan struct{}) {
	var recent [64][]byte
	for i := 0; ; i++ {
		recent[i%len(recent)] = make([]byte, 8<<10)
		if i%len(recent) == 0 {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}
}

// collector returns the pauses of the garbage collector so far, and its cycles.
func collector() (pauses *metrics.Float64Histogram, cycles uint64) {
	samples := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}, {Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(samples)
	return samples[0].Value.Float64Histogram(), samples[1].Value.Uint64()
}

// longest returns the longest pause since, to the upper end of its class, or 0 if there was none.
func longest(before, after *metrics.Float64Histogram) float64 {
	for i, count := range slices.Backward(after.Counts) {
		if count > before.Counts[i] {
			return after.Buckets[i+1]
		}
	}
	return 0
}

func pauseTable(n int, rounds [][]look) string {
	t := report.NewTable(fmt.Sprintf("while garbage is made, of %s sessions", thousands(n)),
		"worst (ms)", "in the calmest round (ms)", "p99.9 (µs)", "median (µs)", "collections", "longest pause (ms)")
	microseconds := func(share float64) func(look) float64 {
		return func(l look) float64 { return milliseconds(l.calls.at(share)) * 1e3 }
	}
	for i, view := range views {
		found := rounds[i]
		worst := each(found, func(l look) float64 { return milliseconds(l.calls.worst) })
		t.Add(view.name,
			report.Number(report.Median(worst), ""),
			report.Number(slices.Min(worst), ""),
			report.Number(median(found, microseconds(0.999)), ""),
			report.Number(median(found, microseconds(0.5)), ""),
			report.Number(median(found, func(l look) float64 { return float64(l.cycles) }), ""),
			report.Number(median(found, func(l look) float64 { return l.pause * 1e3 }), ""))
	}
	return t.String()
}
