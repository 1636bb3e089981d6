package storetest

import (
	"bytes"
	"fmt"
	"strconv"
	"sync/atomic"
)

// races is how often two calls are set against each other.
const races = 1000

// race runs two calls at once, and returns when both are done.
func (p *probe) race(one, other func()) {
	if p.failed() {
		return
	}
	calls := [...]func(){one, other}
	together(len(calls), func(i int) { calls[i]() })
}

// swapRaceCases are about Swap while others are at the same record.
func swapRaceCases() []testCase {
	return []testCase{
		{
			name:  "SwapIncrements",
			needs: Swap,
			rule:  "Swap compares and stores in one step: of 2,000 increments by 50 at once none is lost or made twice.",
			check: checkIncrements,
		},
		{
			name:  "SwapCreators",
			needs: Swap,
			rule:  "Of 50 who create a record at once exactly one does, and the others are told which it is.",
			check: checkCreators,
		},
		{
			name:  "SwapBesideDestroy",
			needs: Swap,
			rule:  "Swap never brings a record back that is destroyed beside it.",
			check: func(p *probe) {
				for range races {
					key := p.key()
					p.set(key, []byte("a"), long)
					p.race(
						func() { p.swap(key, []byte("a"), []byte("b"), long) },
						func() { p.destroy(key) },
					)
					p.wantNone("after Swap beside Destroy", key)
				}
			},
		},
		{
			name:  "SwapBesideSwap",
			needs: Swap,
			rule:  "Of two that swap the same record at once, one to remove it, exactly one does.",
			check: func(p *probe) {
				for range races {
					key := p.key()
					p.set(key, []byte("a"), long)
					var saved, removed bool
					p.race(
						func() { _, saved = p.swap(key, []byte("a"), []byte("b"), long) },
						func() { _, removed = p.swap(key, []byte("a"), nil, long) },
					)
					if saved == removed {
						p.failf("one swapped: %v, the other: %v", saved, removed)
					}
				}
			},
		},
	}
}

func checkIncrements(p *probe) {
	const workers, each = 50, 40
	key := p.key()
	p.set(key, []byte("0"), long)
	together(workers, func(int) {
		held, _ := p.get(key)
		for range each {
			held = p.increment(key, held, workers*each)
		}
	})
	p.wantHeld("after all increments", key, strconv.AppendInt(nil, workers*each, 10))
}

// increment adds one to the number under key, which was held when last seen,
// and returns what it became. Whenever a swap is refused, another one has
// made its increment; so it cannot be refused more than all times.
func (p *probe) increment(key string, held []byte, all int) []byte {
	for range all {
		n, err := strconv.Atoi(string(held))
		if err != nil {
			p.failf("the record is no number: %s", show(held))
		}
		next := strconv.AppendInt(nil, int64(n)+1, 10)
		current, swapped := p.swap(key, held, next, long)
		if swapped || p.failed() {
			return next
		}
		held = current
	}
	p.failf("Swap was refused more often than there were others to swap")
	return nil
}

func checkCreators(p *probe) {
	const rounds, creators = 20, 50
	for range rounds {
		key := p.key()
		var winners atomic.Int32
		var told [creators][]byte
		together(creators, func(i int) {
			mine := fmt.Appendf(nil, "creator %d", i)
			current, swapped := p.swap(key, nil, mine, long)
			if swapped {
				winners.Add(1)
				current = mine
			}
			told[i] = current
		})
		if n := winners.Load(); n != 1 {
			p.failf("%d have created the record", n)
		}
		held, _ := p.get(key)
		for _, current := range told {
			if !bytes.Equal(current, held) {
				p.failf("one was told %s, the record is %s", show(current), show(held))
			}
		}
	}
}
