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
			rule: "A call whose context is done already may fail, and changes nothing then; it does not panic or wait.",
			check: func(p *probe) {
				ctx, cancel := context.WithCancel(context.Background())
				cancel()
				key := p.key()
				if p.store.Set(ctx, key, []byte("a"), long) == nil {
					p.wantHeld("after a Set that succeeded", key, []byte("a"))
				} else {
					p.wantNone("after a Set that failed before it began", key)
				}
				p.set(key, []byte("b"), long)
				if p.store.Destroy(ctx, key) == nil {
					p.wantNone("after a Destroy that succeeded", key)
				} else {
					p.wantHeld("after a Destroy that failed before it began", key, []byte("b"))
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
