package memorystore

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// payload has the size of a typical session document.
var payload = make([]byte, 257)

// keys returns n keys of about the length that Koa's have.
func keys(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("koa:sess:%016x%016x", rand.Uint64(), i)
	}
	return keys
}

func filled(tb testing.TB, opts Options, keys []string, ttl time.Duration) *Store {
	tb.Helper()
	s := newStore(tb, opts)
	for _, key := range keys {
		require.NoError(tb, s.Set(ctx, key, payload, ttl))
	}
	return s
}

func BenchmarkStore(b *testing.B) {
	keys := keys(100_000)
	for _, op := range []struct {
		name string
		do   func(s *Store, key string) error
	}{
		{"Get", func(s *Store, key string) error { _, _, err := s.Get(ctx, key); return err }},
		{"Set", func(s *Store, key string) error { return s.Set(ctx, key, payload, time.Hour) }},
		{"Touch", func(s *Store, key string) error { _, err := s.Touch(ctx, key, time.Hour); return err }},
		{"GetTouch", func(s *Store, key string) error { _, _, err := s.GetTouch(ctx, key, time.Hour); return err }},
		{"Swap", func(s *Store, key string) error {
			_, _, err := s.Swap(ctx, key, payload, payload, time.Hour)
			return err
		}},
	} {
		b.Run(op.name, func(b *testing.B) {
			s := filled(b, Options{}, keys, time.Hour)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				random := rand.New(rand.NewPCG(rand.Uint64(), 0))
				for pb.Next() {
					if err := op.do(s, keys[random.IntN(len(keys))]); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

var million = Options{MaxSessions: 2_000_000, SweepInterval: time.Hour}

// BenchmarkFootprint reports the heap that 1,000,000 sessions take, and a full
// garbage collection beside one of a plain map with the same data.
func BenchmarkFootprint(b *testing.B) {
	keys := keys(1_000_000)
	for b.Loop() {
		var s *Store
		bytes, objects := footprint(func() { s = filled(b, million, keys, time.Hour) })
		collection := collect()
		runtime.KeepAlive(s)
		_ = s.Close()

		plain := map[string][]byte{}
		for _, key := range keys {
			plain[string([]byte(key))] = slices.Clone(payload)
		}
		ofMap := collect()
		runtime.KeepAlive(plain)

		b.ReportMetric(float64(bytes)/float64(len(keys)), "B/session")
		b.ReportMetric(float64(objects)/float64(len(keys)), "objects/session")
		b.ReportMetric(collection.Seconds()*1e3, "ms/gc")
		b.ReportMetric(ofMap.Seconds()*1e3, "ms/gc-of-map")
	}
}

// collect returns the median duration of some full garbage collections.
func collect() time.Duration {
	var took [7]time.Duration
	for i := range took {
		start := time.Now()
		runtime.GC()
		took[i] = time.Since(start)
	}
	slices.Sort(took[:])
	return took[len(took)/2]
}

// BenchmarkSweep reports what writers notice while 1,000,000 expired records
// are swept, from the store that they write to, or from another one: the
// difference is the fault of locks, the rest that of the machine.
func BenchmarkSweep(b *testing.B) {
	keys := keys(1_000_000)
	for _, where := range []string{"Own", "Other"} {
		b.Run(where, func(b *testing.B) {
			for b.Loop() {
				swept := filled(b, million, keys, time.Nanosecond)
				written := swept
				if where == "Other" {
					written = newStore(b, million)
				}
				runtime.GC()
				writes, took := writeBesideSweep(written, swept, keys)
				b.ReportMetric(took.Seconds()*1e3, "ms/sweep")
				b.ReportMetric(float64(writes[len(writes)*999/1000].Microseconds()), "µs/write-p99.9")
				b.ReportMetric(float64(writes[len(writes)-1].Microseconds()), "µs/write-worst")
				_, _ = swept.Close(), written.Close()
			}
		})
	}
}

// writeBesideSweep returns how long each write took, sorted, and the sweep.
func writeBesideSweep(written, swept *Store, keys []string) (writes []time.Duration, took time.Duration) {
	swept.sweeper.stop() // and do at once what its timer would
	swept.sweeper.running.Add(1)
	done := make(chan struct{})
	start := time.Now()
	go func() {
		defer close(done)
		swept.sweep()
		took = time.Since(start)
	}()
	writes = make([]time.Duration, 0, 4*len(keys))
	for i := 0; ; i = (i + 1) % len(keys) {
		select {
		case <-done:
			slices.Sort(writes)
			return writes, took
		default:
		}
		before := time.Now()
		_ = written.Set(ctx, keys[i], payload, time.Hour)
		writes = append(writes, time.Since(before))
	}
}
