package storetest

import (
	"math"
	"time"
)

// expiryCases are about the ttl given to Set.
func expiryCases() []testCase {
	return []testCase{
		{
			name: "Expiry",
			rule: "A record is there until its ttl is over, and then is missing, with a nil error.",
			check: func(p *probe) {
				p.wantExpiry(p.short)
			},
		},
		{
			name: "ExpiryReplaced",
			rule: "A record that was set again lives by its new ttl, be it longer or shorter.",
			check: func(p *probe) {
				longer, shorter := p.key(), p.key()
				p.set(longer, []byte("a"), p.short)
				p.set(longer, []byte("b"), long)
				p.set(shorter, []byte("a"), long)
				p.set(shorter, []byte("b"), p.short)
				p.outlast(p.short)
				p.wantHeld("after the first ttl", longer, []byte("b"))
				p.wantNone("after the second ttl", shorter)
			},
		},
		{
			name: "SetAfterExpiry",
			rule: "Set stores a record also where one has expired.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte("a"), p.short)
				p.outlast(p.short)
				p.set(key, []byte("b"), long)
				p.wantHeld("after Set", key, []byte("b"))
			},
		},
		{
			name: "ExpiryIsNoLoan",
			rule: "Get does not extend the life of a record.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte("a"), 2*p.short)
				p.outlast(p.short)
				p.get(key)
				p.outlast(p.short)
				p.wantNone("after the ttl", key)
			},
		},
		{
			name: "TTLOver",
			rule: "Set with a ttl that is not positive removes the record. It is neither an error nor a record that never expires.",
			check: func(p *probe) {
				for _, ttl := range []time.Duration{0, -1, -time.Millisecond, -time.Second, -long, math.MinInt64} {
					key := p.key()
					p.set(key, []byte("a"), ttl)
					p.wantNone("after Set with "+ttl.String(), key)
					p.set(key, []byte("a"), long)
					p.set(key, []byte("b"), ttl)
					p.wantNone("after Set with "+ttl.String()+" over a record", key)
				}
			},
		},
		{
			name: "TTLTiny",
			rule: "A ttl below what the store can measure is rounded: it is neither an error nor a record that never expires.",
			check: func(p *probe) {
				for _, ttl := range []time.Duration{1, time.Microsecond, time.Millisecond, time.Millisecond + 1} {
					key := p.key()
					p.set(key, []byte("a"), ttl)
					p.outlast(ttl)
					p.wantNone("after a ttl of "+ttl.String(), key)
				}
			},
		},
		{
			name: "TTL999ms",
			rule: "A ttl that is no whole number of seconds is not cut down to one: 999 ms are not 0.",
			check: func(p *probe) {
				p.wantExpiry(999 * time.Millisecond)
			},
		},
		{
			name: "TTL400Days",
			rule: "A ttl of many days neither overflows nor is taken for a date.",
			check: func(p *probe) {
				const day = 24 * time.Hour
				days := map[string]time.Duration{p.key(): 25 * day, p.key(): 31 * day, p.key(): 400 * day}
				for key, ttl := range days {
					p.set(key, []byte("a"), ttl)
				}
				p.outlast(p.short)
				for key, ttl := range days {
					p.wantHeld("soon after Set with "+ttl.String(), key, []byte("a"))
				}
			},
		},
	}
}

// wantExpiry fails unless a record with this ttl is there before, and not
// after.
func (p *probe) wantExpiry(ttl time.Duration) {
	key := p.promptly(ttl, func(p *probe, key string) {
		p.set(key, []byte("a"), ttl)
		p.wantHeld("before the ttl", key, []byte("a"))
	})
	p.outlast(ttl)
	p.wantNone("after the ttl", key)
}
