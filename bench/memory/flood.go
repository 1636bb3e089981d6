package memory

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-holdall/holdall/bench/report"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// A flood is a great many requests without a cookie.
type flood struct {
	name    string
	store   memorystore.Options
	defers  bool
	handler func(*site) http.Handler
	holds   int // sessions, at the most
}

func floods() []flood {
	untouched := func(s *site) http.Handler { return s.untouched }
	visit := func(s *site) http.Handler { return s.visit }
	return []flood{
		{"session untouched", memorystore.Options{}, false, untouched, 0},
		{"session untouched, with `Defer`", memorystore.Options{}, true, untouched, 0},
		{"written, `MaxSessions` 50,000", memorystore.Options{MaxSessions: 50_000}, false, visit, 50_000},
		{"written, `MaxBytes` 16 MiB", memorystore.Options{MaxBytes: 16 << 20}, false, visit, memorystore.DefaultMaxSessions},
		{"written, default bounds", memorystore.Options{}, false, visit, memorystore.DefaultMaxSessions},
	}
}

// floods sends them, and looks at what is left.
func (b *bench) floods(ctx context.Context) (string, error) {
	t := report.NewTable("requests without a cookie", "number", "sessions held", "given up", "bytes held (MB)", "heap before (MB)", "heap after (MB)")
	for _, n := range b.scale.floods {
		for _, f := range floods() {
			if err := ctx.Err(); err != nil {
				return "", err
			}
			if err := f.send(n, t); err != nil {
				return "", fmt.Errorf("flood, %s: %w", f.name, err)
			}
			b.Logf("memory: flood of %d: %s", n, f.name)
		}
	}
	return t.String(), nil
}

func (f flood) send(n int, t *report.Table) error {
	before, _ := heap()
	site, err := newSite(f.store, f.defers)
	if err != nil {
		return err
	}
	defer site.close()
	visitor, err := newClient("")
	if err != nil {
		return err
	}
	handler := f.handler(site)
	for range n {
		if err := visitor.call(handler); err != nil {
			return err
		}
	}
	after, _ := heap()
	stats := site.store.Stats()
	if stats.Sessions > f.holds || f.store.MaxBytes > 0 && stats.Bytes > f.store.MaxBytes {
		return fmt.Errorf("%d sessions and %d bytes are held", stats.Sessions, stats.Bytes)
	}
	t.Add(f.name, thousands(n), thousands(stats.Sessions), thousands(int(stats.Evicted)),
		report.Number(float64(stats.Bytes)/1e6, ""), report.Number(before/1e6, ""), report.Number(after/1e6, ""))
	return nil
}
