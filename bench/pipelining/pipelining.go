// Package pipelining measures the Redis store with 1, 64 and 256 requests under way at once, with each kind of client that it
// can be given.
package pipelining

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/redisserver"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

// sessions is how many there are: one for each request under way at the most.
const sessions = 256

// warmup is how many requests each worker sends first, which opens the connections.
const warmup = 4

var concurrencies = []int{1, 64, sessions}

var workloads = []workload.Workload{workload.Read, workload.Count, workload.Roll}

// A cell is one of the things that take turns.
type cell struct {
	variant int // its place in variants
	workers int
	w       workload.Workload
}

// figures are one for each round.
type figures struct{ perSecond, cpu, p50, p99 []float64 }

// Run measures. A machine without a Redis server gets an empty section that says so.
func Run(ctx context.Context, c report.Config) (section report.Section, err error) {
	server, err := redisserver.Start(ctx)
	if errors.Is(err, redisserver.ErrMissing) {
		return report.Section{Name: "pipelining", Markdown: fmt.Sprintf("Not measured: %v.", err)}, nil
	}
	if err != nil {
		return report.Section{}, err
	}
	defer server.Stop()
	b, err := newBench(server.Addr())
	defer func() { err = errors.Join(err, b.close()) }()
	if err != nil {
		return report.Section{}, err
	}
	b.slice = time.Second
	if c.Quick {
		b.slice = 100 * time.Millisecond
	}
	rounds := c.RoundsOr(2, 7)
	for n := range rounds + 1 {
		if err := b.round(ctx, n); err != nil {
			return report.Section{}, err
		}
		c.Logf("pipelining: round %d of %d", n, rounds)
	}
	return report.Section{Name: "pipelining", Markdown: b.markdown(rounds)}, nil
}

// A bench has a site for each variant, and the sessions that all of them share.
type bench struct {
	slice    time.Duration
	sites    []*peers.Site
	closers  []func() error
	cookies  []string
	lengths  map[cell]int
	measured map[cell]*figures
}

func newBench(addr string) (*bench, error) {
	b := &bench{lengths: map[cell]int{}, measured: map[cell]*figures{}}
	for _, v := range variants {
		store, closeStore, err := v.open(addr)
		if err != nil {
			return b, fmt.Errorf("%s: %w", v.name, err)
		}
		b.closers = append(b.closers, closeStore)
		site, err := peers.HoldallOver(peers.NetHTTP, store)
		if err != nil {
			return b, err
		}
		b.closers, b.sites = append(b.closers, site.Close), append(b.sites, site)
		like := peers.Peer{Framework: peers.NetHTTP, Library: peers.Holdall, Store: peers.Redis}
		if err := drive.Check(like, drive.To(site)); err != nil {
			return b, fmt.Errorf("%s: %w", v.name, err)
		}
	}
	var err error
	b.cookies, err = drive.Begin(drive.To(b.sites[0]), sessions)
	return b, err
}

func (b *bench) close() (err error) {
	for _, c := range slices.Backward(b.closers) {
		err = errors.Join(err, c())
	}
	return err
}

func (b *bench) cells() (all []cell) {
	for _, workers := range concurrencies {
		for _, w := range workloads {
			for v := range variants {
				all = append(all, cell{v, workers, w})
			}
		}
	}
	return all
}

// round lets all take turns. The first one finds out how many requests make a slice, and does not count.
func (b *bench) round(ctx context.Context, n int) error {
	cells := b.cells()
	order := rand.New(rand.NewPCG(uint64(n), 0))
	order.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	for _, at := range cells {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := b.turn(at, n == 0); err != nil {
			return fmt.Errorf("%s, %d under way: %w", variants[at.variant].name, at.workers, err)
		}
	}
	return nil
}

func (b *bench) turn(at cell, calibrate bool) error {
	load := drive.Load{
		Site: b.sites[at.variant], Workload: at.w, Sessions: b.cookies, Workers: at.workers, Warmup: warmup, Requests: b.lengths[at], Latencies: true,
	}
	if calibrate {
		n, err := load.Fit(b.slice)
		b.lengths[at] = n
		return err
	}
	before := b.total()
	sample, err := load.Run()
	if err != nil {
		return err
	}
	if after := b.total(); at.w == workload.Count && after != before+sample.Sent {
		return fmt.Errorf("%d requests have counted from %d to %d", sample.Sent, before, after)
	}
	b.add(at, sample)
	return nil
}

// total is the sum of all sessions' counts.
func (b *bench) total() (total int) {
	visit := drive.To(b.sites[0])
	for _, cookies := range b.cookies {
		n, _ := strconv.Atoi(visit(workload.Read, cookies).Body)
		total += n
	}
	return total
}

func (b *bench) add(at cell, sample drive.Sample) {
	f := b.measured[at]
	if f == nil {
		f = &figures{}
		b.measured[at] = f
	}
	slices.Sort(sample.Latencies)
	f.perSecond = append(f.perSecond, float64(sample.Requests)/sample.Wall.Seconds())
	f.cpu = append(f.cpu, sample.Per(float64(sample.CPU.Microseconds())))
	f.p50 = append(f.p50, percentile(sample.Latencies, 0.50))
	f.p99 = append(f.p99, percentile(sample.Latencies, 0.99))
}

// percentile is in microseconds.
func percentile(sorted []time.Duration, part float64) float64 {
	return float64(sorted[int(part*float64(len(sorted)-1))].Nanoseconds()) / 1000
}

func (b *bench) markdown(rounds int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "Medians of %d rounds of %v, in one process with the net/http adapter, Redis on the same cores.\n\n", rounds, b.slice)
	t := report.NewTable("", "under way", "requests/s", "× plain", "CPU µs", "p50 µs", "p99 µs")
	for _, w := range workloads {
		for _, workers := range concurrencies {
			for v, variant := range variants {
				f := b.measured[cell{v, workers, w}]
				plain := b.measured[cell{0, workers, w}]
				t.Add(w.String()+" "+variant.name, fmt.Sprint(workers), report.Number(report.Median(f.perSecond)/1000, "k"),
					report.Times(report.MedianRatio(f.perSecond, plain.perSecond)), report.Number(report.Median(f.cpu), ""),
					report.Number(report.Median(f.p50), ""), report.Number(report.Median(f.p99), ""))
			}
		}
	}
	text.WriteString(t.String())
	return text.String()
}
