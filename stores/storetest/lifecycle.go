package storetest

import "context"

// lifecycleCases are about a store as a whole.
func lifecycleCases() []testCase {
	return []testCase{
		{
			name:  "OutageNone",
			needs: Outage,
			rule:  "A store that answers is not down: the channel that Outage returns is nil.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte("a"), long)
				p.wantHeld("after Set", key, []byte("a"))
				if _, back := p.store.(availability).Outage(key); back != nil {
					p.failf("Outage says that the store is down")
				}
			},
		},
		{
			name:  "CloseTwice",
			needs: Close,
			rule:  "Close may be called again, also at once, and is no error then.",
			check: func(p *probe) {
				p.set(p.key(), []byte("a"), long)
				together(4, func(int) { p.close() })
				p.close()
			},
		},
		{
			name:  "CloseEnds",
			needs: Close,
			rule:  "After Close every call returns an error.",
			check: checkCloseEnds,
		},
		{
			name:  "CloseBeside",
			needs: Close,
			rule:  "Close may come while calls are going on: they end, with or without an error.",
			check: func(p *probe) {
				key := p.key()
				together(8, func(worker int) {
					if worker == 0 {
						p.close()
					}
					for range 100 {
						_ = p.store.Set(context.Background(), key, []byte("a"), long)
						_, _, _ = p.store.Get(context.Background(), key)
					}
				})
			},
		},
	}
}

func (p *probe) close() {
	if err := p.store.(closer).Close(); err != nil {
		p.failf("Close: %w", err)
	}
}

func checkCloseEnds(p *probe) {
	ctx, key, data := context.Background(), p.key(), []byte("a")
	p.set(key, data, long)
	p.close()

	errs := map[string]error{}
	_, _, errs["Get"] = p.store.Get(ctx, key)
	errs["Set"] = p.store.Set(ctx, key, data, long)
	errs["Set with a ttl of 0"] = p.store.Set(ctx, key, data, 0)
	errs["Destroy"] = p.store.Destroy(ctx, key)
	if s, ok := p.store.(toucher); ok {
		_, errs["Touch"] = s.Touch(ctx, key, long)
	}
	if s, ok := p.store.(getToucher); ok {
		_, _, errs["GetTouch"] = s.GetTouch(ctx, key, long)
	}
	if s, ok := p.store.(swapper); ok {
		_, _, errs["Swap"] = s.Swap(ctx, key, data, data, long)
	}
	for call, err := range errs {
		if err == nil {
			p.failf("%s after Close returned no error", call)
		}
	}
}
