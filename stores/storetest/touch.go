package storetest

import (
	"bytes"
	"time"
)

// touchCases are about what Touch and GetTouch have in common.
func touchCases(capability Capability, touch func(p *probe, key string, ttl time.Duration) (found bool)) []testCase {
	name := string(capability)
	return []testCase{
		{
			name:  name + "Extends",
			needs: capability,
			rule:  name + " makes a record live for ttl from now, and changes nothing else of it.",
			check: func(p *probe) {
				key := p.promptly(p.short, func(p *probe, key string) {
					p.set(key, []byte("a"), p.short)
					if !touch(p, key, long) {
						p.failf("%s found no record", name)
					}
				})
				p.outlast(p.short)
				p.wantHeld("after the first ttl", key, []byte("a"))
			},
		},
		{
			name:  name + "Shortens",
			needs: capability,
			rule:  name + " makes a record live for ttl from now, also if that is shorter than before.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte("a"), long)
				touch(p, key, p.short)
				p.outlast(p.short)
				p.wantNone("after the second ttl", key)
			},
		},
		{
			name:  name + "Missing",
			needs: capability,
			rule:  name + " never creates a record, neither where there was none nor where one was destroyed or has expired.",
			check: func(p *probe) {
				never, destroyed, expired := p.key(), p.key(), p.key()
				p.set(destroyed, []byte("a"), long)
				p.destroy(destroyed)
				p.set(expired, []byte("a"), p.short)
				p.outlast(p.short)
				for _, key := range []string{never, destroyed, expired} {
					if touch(p, key, long) {
						p.failf("%s found a record where there is none", name)
					}
					p.wantNone("after "+name, key)
				}
			},
		},
		{
			name:  name + "Over",
			needs: capability,
			rule:  name + " with a ttl that is not positive removes the record.",
			check: func(p *probe) {
				for _, ttl := range []time.Duration{0, -1, -long} {
					key := p.key()
					p.set(key, []byte("a"), long)
					touch(p, key, ttl)
					p.wantNone("after "+name+" with "+ttl.String(), key)
				}
			},
		},
		{
			name:  name + "BesideSet",
			needs: capability,
			rule:  name + " never writes a record back: a Set that runs beside it stays.",
			check: func(p *probe) {
				for range races {
					key := p.key()
					p.set(key, []byte("old"), long)
					p.race(
						func() { touch(p, key, long) },
						func() { p.set(key, []byte("new"), long) },
					)
					p.wantHeld("after "+name+" beside Set", key, []byte("new"))
				}
			},
		},
		{
			name:  name + "BesideDestroy",
			needs: capability,
			rule:  name + " never brings a record back that is destroyed beside it.",
			check: func(p *probe) {
				for range races {
					key := p.key()
					p.set(key, []byte("a"), long)
					p.race(
						func() { touch(p, key, long) },
						func() { p.destroy(key) },
					)
					p.wantNone("after "+name+" beside Destroy", key)
				}
			},
		},
	}
}

// getTouchCases are about what GetTouch has in common with Get.
func getTouchCases() []testCase {
	return []testCase{
		{
			name:  "GetTouchData",
			needs: GetTouch,
			rule:  "GetTouch returns the record as Get does, byte for byte, and it stays as it is.",
			check: func(p *probe) {
				for _, want := range append(binaries(), []byte{}) {
					key := p.key()
					p.set(key, want, long)
					data, found := p.getTouch(key, long)
					if !p.failed() && (!found || !bytes.Equal(data, want)) {
						p.failf("GetTouch returned %s, found == %v, want %s", show(data), found, show(want))
					}
					p.wantStays("what GetTouch returned", key, data, want)
				}
			},
		},
	}
}
