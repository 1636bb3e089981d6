package storetest

import "time"

// swapCases are about Swap while nobody else is there.
func swapCases() []testCase {
	a, b, c := []byte("a"), []byte("b"), []byte("c")
	return []testCase{
		{
			name:  "SwapCreates",
			needs: Swap,
			rule:  "Swap with a nil old stores a record where there is none: never was, was destroyed, or has expired.",
			check: func(p *probe) {
				never, destroyed, expired := p.key(), p.key(), p.key()
				p.set(destroyed, a, long)
				p.destroy(destroyed)
				p.set(expired, a, p.short)
				p.outlast(p.short)
				for _, key := range []string{never, destroyed, expired} {
					p.wantSwapped("Swap from nil", key, nil, b, long)
					p.wantHeld("after Swap from nil", key, b)
				}
			},
		},
		{
			name:  "SwapCreatesOnly",
			needs: Swap,
			rule:  "Swap with a nil old is refused where there is a record, even an equal or an empty one, and tells which.",
			check: func(p *probe) {
				for _, held := range [][]byte{a, b, {}} {
					key := p.key()
					p.set(key, held, long)
					p.wantRefused("Swap from nil", key, nil, b, long, held)
					p.wantHeld("after a refused Swap", key, held)
				}
			},
		},
		{
			name:  "SwapEqual",
			needs: Swap,
			rule:  "Swap stores new if the record is old, byte for byte, also if they are the same.",
			check: func(p *probe) {
				key, held := p.key(), a
				p.set(key, held, long)
				for _, data := range append(binaries(), b, b, []byte{}, c) {
					p.wantSwapped("Swap from equal bytes", key, held, data, long)
					p.wantHeld("after Swap", key, data)
					held = data
				}
			},
		},
		{
			name:  "SwapConflict",
			needs: Swap,
			rule:  "Swap is refused if the record is not old, byte for byte, tells what it is, and leaves it.",
			check: func(p *probe) {
				key, held := p.key(), []byte("a\x00b")
				p.set(key, held, long)
				for _, old := range []string{"", "a", "a\x00", "a\x00c", "a\x00b ", "A\x00b", "a\x00b\x00"} {
					p.wantRefused("Swap from other bytes", key, []byte(old), c, long, held)
					p.wantHeld("after a refused Swap", key, held)
				}
			},
		},
		{
			name:  "SwapGone",
			needs: Swap,
			rule:  "Swap with an old never creates a record: where there is none it is refused, and current is nil.",
			check: func(p *probe) {
				never, destroyed, expired := p.key(), p.key(), p.key()
				p.set(destroyed, a, long)
				p.destroy(destroyed)
				p.set(expired, a, p.short)
				p.outlast(p.short)
				for _, key := range []string{never, destroyed, expired} {
					for _, old := range [][]byte{a, {}} {
						p.wantRefused("Swap where there is no record", key, old, b, long, nil)
						p.wantNone("after a refused Swap", key)
					}
				}
			},
		},
		{
			name:  "SwapRemoves",
			needs: Swap,
			rule:  "Swap with a nil new removes the record if it is old.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, a, long)
				p.wantSwapped("Swap to nil", key, a, nil, long)
				p.wantNone("after Swap to nil", key)
			},
		},
		{
			name:  "SwapRemovesOnly",
			needs: Swap,
			rule:  "Swap with a nil new is refused if the record is not old, or is gone, and tells which.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, a, long)
				p.wantRefused("Swap to nil from other bytes", key, b, nil, long, a)
				p.wantHeld("after a refused Swap", key, a)
				p.wantRefused("Swap to nil where there is no record", p.key(), b, nil, long, nil)
			},
		},
		{
			name:  "SwapEmpty",
			needs: Swap,
			rule:  "A record of no length is one: Swap stores it, and compares with it, where nil would mean none.",
			check: func(p *probe) {
				key := p.key()
				p.wantSwapped("Swap from nil to empty", key, nil, []byte{}, long)
				p.wantHeld("after Swap to empty", key, []byte{})
				p.wantRefused("Swap from other bytes", key, a, b, long, []byte{})
				p.wantSwapped("Swap from empty", key, []byte{}, b, long)
				p.wantHeld("after Swap from empty", key, b)
			},
		},
		{
			name:  "SwapTombstone",
			needs: Swap,
			rule:  "The record null is one like any other: it is found, and no new one can be created in its place.",
			check: func(p *probe) {
				key, tombstone := p.key(), []byte("null")
				p.set(key, a, long)
				p.wantSwapped("Swap to null", key, a, tombstone, long)
				p.wantHeld("after Swap to null", key, tombstone)
				p.wantRefused("Swap from nil", key, nil, b, long, tombstone)
				p.wantRefused("Swap from what was there before", key, a, b, long, tombstone)
			},
		},
		{
			name:  "SwapCopies",
			needs: Swap,
			rule:  "The caller may change what it gave to Swap, and the record stays what it was; what it got from it stays as it is.",
			check: func(p *probe) {
				key, old, data := p.key(), []byte("original 1"), []byte("original 2")
				p.set(key, old, long)
				p.wantSwapped("Swap", key, old, data, long)
				scribble(old)
				scribble(data)
				p.wantHeld("after the caller changed its data", key, []byte("original 2"))
				current, _ := p.swap(key, nil, a, long)
				p.wantSwapped("Swap to bytes of the same length", key, []byte("original 2"), []byte("original 3"), long)
				p.wantStays("what Swap returned", key, current, []byte("original 2"))
			},
		},
		{
			name:  "SwapTTL",
			needs: Swap,
			rule:  "A record that was swapped lives by its new ttl, be it longer or shorter.",
			check: func(p *probe) {
				created, shorter := p.key(), p.key()
				p.wantSwapped("Swap from nil", created, nil, a, p.short)
				p.set(shorter, a, long)
				p.wantSwapped("Swap", shorter, a, b, p.short)
				longer := p.promptly(p.short, func(p *probe, key string) {
					p.set(key, a, p.short)
					p.wantSwapped("Swap", key, a, b, long)
				})
				p.outlast(p.short)
				p.wantNone("after the ttl of the Swap that created it", created)
				p.wantNone("after the ttl of Swap", shorter)
				p.wantHeld("after the first ttl", longer, b)
			},
		},
		{
			name:  "SwapRefusedTTL",
			needs: Swap,
			rule:  "A refused Swap does not extend the life of the record.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, a, p.short)
				p.swap(key, b, c, long)
				p.swap(key, nil, c, long)
				p.outlast(p.short)
				p.wantNone("after the ttl", key)
			},
		},
		{
			name:  "SwapOver",
			needs: Swap,
			rule:  "Swap with a ttl that is not positive removes the record if it is old, and is refused as ever if it is not.",
			check: func(p *probe) {
				for _, ttl := range []time.Duration{0, -1, -long} {
					key := p.key()
					p.wantSwapped("Swap from nil with "+ttl.String(), key, nil, a, ttl)
					p.wantNone("after Swap with "+ttl.String(), key)
					p.set(key, a, long)
					p.wantRefused("Swap from other bytes with "+ttl.String(), key, b, c, ttl, a)
					p.wantHeld("after a refused Swap", key, a)
					p.wantSwapped("Swap with "+ttl.String(), key, a, b, ttl)
					p.wantNone("after Swap with "+ttl.String(), key)
				}
			},
		},
	}
}
