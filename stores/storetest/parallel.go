package storetest

import (
	"bytes"
	"context"
	"fmt"
)

// parallelCases are about callers who have nothing to do with each other.
func parallelCases() []testCase {
	return []testCase{
		{
			name:  "Parallel",
			rule:  "A store is safe for several goroutines, and never gives one the record of another.",
			check: checkParallel,
		},
		{
			name:  "Cancelled",
			rule:  "A read that is cancelled returns an error or the right record, and does not leave its answer to the next read.",
			check: checkCancelled,
		},
		{
			name: "CancelledBefore",
			rule: "A call whose context is done already may fail. If it says that it did not, it has done its work.",
			check: func(p *probe) {
				ctx, cancel := context.WithCancel(context.Background())
				cancel()
				key := p.key()
				if p.store.Set(ctx, key, []byte("a"), long) == nil {
					p.wantHeld("after a Set that did not fail", key, []byte("a"))
				}
				p.set(key, []byte("b"), long)
				if data, found, err := p.store.Get(ctx, key); err == nil && (!found || string(data) != "b") {
					p.failf("a Get that did not fail returned %s, found == %v", show(data), found)
				}
				if p.store.Destroy(ctx, key) == nil {
					p.wantNone("after a Destroy that did not fail", key)
				}
			},
		},
	}
}

func checkParallel(p *probe) {
	const workers, rounds = 16, 100
	together(workers, func(worker int) {
		key := p.key()
		for round := range rounds {
			stamp := fmt.Appendf(nil, "worker %d, round %d;", worker, round)
			data := bytes.Repeat(stamp, 1+(worker+round)%100)
			p.set(key, data, long)
			p.wantHeld("after Set", key, data)
			if round%10 == 9 {
				p.destroy(key)
				p.wantNone("after Destroy", key)
			}
		}
	})
}

func checkCancelled(p *probe) {
	const workers, rounds = 4, 100
	together(workers, func(worker int) {
		first, second := p.key(), p.key()
		mine, other := fmt.Appendf(nil, "first of %d", worker), fmt.Appendf(nil, "second of %d", worker)
		p.set(first, mine, long)
		p.set(second, other, long)
		for range rounds {
			ctx, cancel := context.WithCancel(context.Background())
			p.race(cancel, func() {
				data, found, err := p.store.Get(ctx, first)
				if err == nil && (!found || !bytes.Equal(data, mine)) {
					p.failf("a cancelled Get returned %s, found == %v, want %s or an error", show(data), found, show(mine))
				}
			})
			cancel()
			p.wantHeld("after a cancelled Get of another key", second, other)
		}
	})
}
