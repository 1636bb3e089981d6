package memory

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/go-holdall/holdall/bench/report"
)

// A footprint is what one filling of a holder has cost. Bytes, objects and nanoseconds are those of one session.
type footprint struct {
	bytes, objects, nanoseconds float64
	collection                  float64 // of all of them, in ms
}

// footprints fills each holder in turn, a round after the other, and never two at once: a collection of the one would have to
// mark the other.
func (b *bench) footprints(ctx context.Context) (string, error) {
	rounds := map[string][]footprint{}
	for round := range b.scale.rounds {
		for i := range holders {
			h := holders[(i+round)%len(holders)]
			if h.name != plain && !b.Wants(h.name) || h.slow && round > 0 {
				continue
			}
			if err := ctx.Err(); err != nil {
				return "", err
			}
			found, err := b.footprint(h)
			if err != nil {
				return "", fmt.Errorf("%s: %w", h.name, err)
			}
			b.Logf("memory: round %d: %s: %.0f B, %.2f objects, %.1f ms of collection", round+1, h.name, found.bytes, found.objects, found.collection)
			rounds[h.name] = append(rounds[h.name], found)
		}
	}
	return footprintTable(rounds), nil
}

func (b *bench) footprint(h holder) (footprint, error) {
	n := b.scale.sessions
	bytesBefore, objectsBefore := heap()
	held, err := h.open(n)
	if err != nil {
		return footprint{}, err
	}
	defer held.close()
	start := time.Now()
	for i := range n {
		if err := held.put(key(i), b.record); err != nil {
			return footprint{}, err
		}
	}
	took := time.Since(start)
	bytes, objects := heap()
	collection := collect()
	for i := 0; i < n; i += max(n/100, 1) {
		if !held.has(key(i)) {
			return footprint{}, fmt.Errorf("session %d is missing", i)
		}
	}
	return footprint{
		bytes:       (bytes - bytesBefore) / float64(n),
		objects:     (objects - objectsBefore) / float64(n),
		nanoseconds: float64(took) / float64(n),
		collection:  collection.Seconds() * 1e3,
	}, nil
}

// heap returns what of the heap is in use. What has a finalizer, or lies in a pool, takes two collections to go.
func heap() (bytes, objects float64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc), float64(m.HeapObjects)
}

// collect returns the median time of some full collections.
func collect() time.Duration {
	took := make([]float64, 7)
	for i := range took {
		start := time.Now()
		runtime.GC()
		took[i] = float64(time.Since(start))
	}
	return time.Duration(report.Median(took))
}

func footprintTable(rounds map[string][]footprint) string {
	t := report.NewTable("held by", "heap bytes a session", "objects a session", "full collection (ms)", "beside the plain map", "to store one (µs)")
	collection := func(f footprint) float64 { return f.collection }
	for _, h := range holders {
		found := rounds[h.name]
		t.Add(h.name,
			report.Number(median(found, func(f footprint) float64 { return f.bytes }), ""),
			report.Number(median(found, func(f footprint) float64 { return f.objects }), ""),
			report.Number(median(found, collection), ""),
			report.Times(report.MedianRatio(each(found, collection), each(rounds[plain], collection))),
			report.Number(median(found, func(f footprint) float64 { return f.nanoseconds / 1e3 }), ""))
	}
	return t.String()
}

func each[T any](all []T, figure func(T) float64) []float64 {
	figures := make([]float64, len(all))
	for i, one := range all {
		figures[i] = figure(one)
	}
	return figures
}

func median[T any](all []T, figure func(T) float64) float64 { return report.Median(each(all, figure)) }
