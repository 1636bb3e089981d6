package drive

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-holdall/holdall/bench/cpu"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// A Load is many requests of one workload to one site.
type Load struct {
	Site     *peers.Site
	Workload workload.Workload
	// Sessions are the cookies of the sessions, which the workers share out among them.
	Sessions []string
	// Workers is how many requests are under way at once.
	Workers int
	// Requests is how many there are in all, rounded up to a multiple of Workers.
	Requests int
	// Warmup is how many each worker sends beforehand.
	Warmup int
	// Latencies asks for the time that each request took.
	Latencies bool
}

// A Sample is what a Load cost.
type Sample struct {
	Requests int
	CPU      time.Duration // of the whole process, garbage collection included
	Wall     time.Duration
	Mallocs  uint64
	Bytes    uint64
	// Sent is the number of requests with those of the warm-up.
	Sent int
	// Latencies are in no order.
	Latencies []time.Duration
}

// Per divides a figure of the sample by its requests.
func (s Sample) Per(figure float64) float64 { return figure / float64(s.Requests) }

// Run sends the requests. It begins with a garbage collection, so that nobody pays for another's garbage. The error is
// that of an answer other than 200.
func (l Load) Run() (Sample, error) {
	workers := newWorkers(l.Site, l.Workload, l.Sessions, l.Workers)
	each := max(1, (l.Requests+l.Workers-1)/l.Workers)
	if failed := together(workers, l.Warmup, nil); failed != nil {
		return Sample{}, fmt.Errorf("%s: %w", l.Workload, failed)
	}
	var latencies [][]time.Duration
	if l.Latencies {
		latencies = make([][]time.Duration, l.Workers)
		for k := range latencies {
			latencies[k] = make([]time.Duration, 0, each)
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	usedBefore, began := cpu.Time(), time.Now()
	failed := together(workers, each, latencies)
	wall, used := time.Since(began), cpu.Time()-usedBefore
	runtime.ReadMemStats(&after)
	if failed != nil {
		return Sample{}, fmt.Errorf("%s: %w", l.Workload, failed)
	}
	return Sample{
		Requests: each * l.Workers, CPU: used, Wall: wall,
		Mallocs: after.Mallocs - before.Mallocs, Bytes: after.TotalAlloc - before.TotalAlloc,
		Sent: (each + l.Warmup) * l.Workers, Latencies: slices.Concat(latencies...),
	}, nil
}

// Fit returns how many requests of this load take about that long, which it finds out with more and more of them. It goes by
// the fastest of a few runs: a neighbour can only make one slower, and would leave the slice too short for good.
func (l Load) Fit(slice time.Duration) (int, error) {
	for l.Requests = 8 * l.Workers; ; l.Requests *= 4 {
		each, err := l.fastest(3)
		if err != nil {
			return 0, err
		}
		if fits := float64(slice) / each; fits < 8*float64(l.Requests) {
			return max(l.Workers, int(fits)), nil
		}
	}
}

// fastest returns how long a request takes, in nanoseconds of the clock, in the fastest of some runs.
func (l Load) fastest(runs int) (each float64, err error) {
	for n := range runs {
		sample, err := l.Run()
		if err != nil {
			return 0, err
		}
		if took := sample.Per(float64(sample.Wall)); n == 0 || took < each {
			each = took
		}
	}
	return each, nil
}

// together has all workers send a number of requests each. latencies is nil, or has a list for each worker.
func together(workers []worker, each int, latencies [][]time.Duration) error {
	var bad atomic.Int64
	var lastStatus atomic.Int64
	var done sync.WaitGroup
	for k, w := range workers {
		done.Go(func() {
			var failures, status int
			if latencies == nil {
				failures, status = run(w, each)
			} else {
				failures, status = runTimed(w, each, &latencies[k])
			}
			if failures > 0 {
				bad.Add(int64(failures))
				lastStatus.Store(int64(status))
			}
		})
	}
	done.Wait()
	if n := bad.Load(); n > 0 {
		return fmt.Errorf("%d requests failed, one of them with status %d", n, lastStatus.Load())
	}
	return nil
}

func run(w worker, n int) (failures, lastStatus int) {
	own := w.requests()
	for i, next := 0, 0; i < n; i++ {
		if status := w.send(next); status != http.StatusOK {
			failures, lastStatus = failures+1, status
		}
		if next++; next == own {
			next = 0
		}
	}
	return failures, lastStatus
}

func runTimed(w worker, n int, latencies *[]time.Duration) (failures, lastStatus int) {
	own := w.requests()
	for i := range n {
		began := time.Now()
		if status := w.send(i % own); status != http.StatusOK {
			failures, lastStatus = failures+1, status
		}
		*latencies = append(*latencies, time.Since(began))
	}
	return failures, lastStatus
}
