package frameworks

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
)

// A blind store is one without Swap, as every other library's: the last of
// two saves wins.
type blind struct{ of core.Store }

func (b blind) Get(ctx context.Context, key string) ([]byte, bool, error) { return b.of.Get(ctx, key) }

func (b blind) Set(ctx context.Context, key string, data []byte, ttl time.Duration) error {
	return b.of.Set(ctx, key, data, ttl)
}

func (b blind) Destroy(ctx context.Context, key string) error { return b.of.Destroy(ctx, key) }

// TestUncontended prints what it costs to lose nothing, where nobody else
// changes the session: the time of a count-up over HTTP and Redis, with the
// record compared and swapped, over that with a blind SET. Both take two round
// trips, which is asserted; times are not.
func TestUncontended(t *testing.T) {
	rounds, each := 5, 20
	if os.Getenv("RACES") == "full" {
		rounds, each = 101, 50
	}
	server := rediskit.Start(t)
	store := openRedis(t, "redis://"+server.Addr())
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			urls := []string{
				serveActs(t, f, store, func(*core.Options) {}) + "/change",
				serveActs(t, f, blind{store}, func(*core.Options) {}) + "/change",
			}
			var visitors [2][4]func(url string)
			for i, url := range urls {
				for j := range visitors[i] {
					visitors[i][j] = newVisitor(t)
					visitors[i][j](url) // a new session
					visitors[i][j](url) // from now on the server knows the script
				}
				visit := func() { visitors[i][0](url) }
				require.Len(t, server.Sent(visit), 2, "round trips")
			}
			var times [2][]float64
			var ratios []float64
			for round := range rounds {
				for k := range urls {
					i := (k + round) % 2 // who goes first changes from round to round
					times[i] = append(times[i], together(visitors[i][:], urls[i], each))
				}
				ratios = append(ratios, times[0][round]/times[1][round])
			}
			t.Logf("%-8s uncontended count-up: swap %.0f µs, blind SET %.0f µs, ratio %.3f (medians of %d interleaved rounds)",
				f.Name, median(times[0]), median(times[1]), median(ratios), rounds)
		})
	}
}

// together has every visitor come so many times, all at once, and returns the
// microseconds that one visit took.
func together(visitors []func(url string), url string, each int) float64 {
	var wg sync.WaitGroup
	began := time.Now()
	for _, visit := range visitors {
		wg.Go(func() {
			for range each {
				visit(url)
			}
		})
	}
	wg.Wait()
	return float64(time.Since(began).Microseconds()) / float64(each*len(visitors))
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
