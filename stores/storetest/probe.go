package storetest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"
)

// A probe is a store in the hands of a case. Its first failure stays: what
// comes after it is not tried any more, and returns zeros. It is safe for
// several goroutines.
type probe struct {
	store   Store
	advance func(d time.Duration)

	// short is a ttl that the suite can wait for, grace how much longer it
	// waits before a record has to be gone.
	short, grace time.Duration

	mu  sync.Mutex // guards err
	err error
}

// long is a ttl that does not run out during a case.
const long = time.Hour

func newProbe(store Store, h Harness) *probe {
	resolution := cmp.Or(h.Resolution, time.Millisecond)
	p := &probe{
		store:   store,
		advance: h.Advance,
		short:   100*time.Millisecond + 2*resolution,
		grace:   10*time.Millisecond + resolution,
	}
	if p.advance == nil {
		p.advance = time.Sleep
	}
	return p
}

func (p *probe) failf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

func (p *probe) failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err != nil
}

// key returns a key that nothing else uses, of the form that Koa's have.
func (p *probe) key() string {
	return "storetest:" + rand.Text()
}

func (p *probe) set(key string, data []byte, ttl time.Duration) {
	if p.failed() {
		return
	}
	if err := p.store.Set(context.Background(), key, data, ttl); err != nil {
		p.failf("Set(ttl %v): %w", ttl, err)
	}
}

func (p *probe) destroy(key string) {
	if p.failed() {
		return
	}
	if err := p.store.Destroy(context.Background(), key); err != nil {
		p.failf("Destroy: %w", err)
	}
}

func (p *probe) get(key string) (data []byte, found bool) {
	if p.failed() {
		return nil, false
	}
	data, found, err := p.store.Get(context.Background(), key)
	if err != nil {
		p.failf("Get: %w", err)
	}
	return data, found
}

func (p *probe) touch(key string, ttl time.Duration) (found bool) {
	if p.failed() {
		return false
	}
	found, err := p.store.(toucher).Touch(context.Background(), key, ttl)
	if err != nil {
		p.failf("Touch(ttl %v): %w", ttl, err)
	}
	return found
}

func (p *probe) getTouch(key string, ttl time.Duration) (data []byte, found bool) {
	if p.failed() {
		return nil, false
	}
	data, found, err := p.store.(getToucher).GetTouch(context.Background(), key, ttl)
	if err != nil {
		p.failf("GetTouch(ttl %v): %w", ttl, err)
	}
	return data, found
}

func (p *probe) getTouchFound(key string, ttl time.Duration) (found bool) {
	_, found = p.getTouch(key, ttl)
	return found
}

func (p *probe) swap(key string, old, new []byte, ttl time.Duration) (current []byte, swapped bool) {
	if p.failed() {
		return nil, false
	}
	current, swapped, err := p.store.(swapper).Swap(context.Background(), key, old, new, ttl)
	if err != nil {
		p.failf("Swap(ttl %v): %w", ttl, err)
	}
	return current, swapped
}

// wantHeld fails unless the store holds want under key.
func (p *probe) wantHeld(when, key string, want []byte) {
	data, found := p.get(key)
	switch {
	case p.failed():
	case !found:
		p.failf("%s: there is no record, want %s", when, show(want))
	case !bytes.Equal(data, want):
		p.failf("%s: the record is %s, want %s", when, show(data), show(want))
	}
}

// wantNone fails unless the store holds nothing under key.
func (p *probe) wantNone(when, key string) {
	if data, found := p.get(key); found {
		p.failf("%s: the record is %s, want none", when, show(data))
	}
}

func (p *probe) wantSwapped(when, key string, old, new []byte, ttl time.Duration) {
	current, swapped := p.swap(key, old, new, ttl)
	if !p.failed() && !swapped {
		p.failf("%s: refused, and the record there now is %s", when, show(current))
	}
}

// wantRefused fails unless the swap is refused, with want there now.
func (p *probe) wantRefused(when, key string, old, new []byte, ttl time.Duration, want []byte) {
	current, swapped := p.swap(key, old, new, ttl)
	switch {
	case p.failed():
	case swapped:
		p.failf("%s: swapped, want it refused", when)
	case (current == nil) != (want == nil) || !bytes.Equal(current, want):
		p.failf("%s: the record there now is said to be %s, want %s", when, show(current), show(want))
	}
}

// wantStays fails unless got is still want after the record was replaced by one
// of the same length, and removed, and another took its room.
func (p *probe) wantStays(what, key string, got, want []byte) {
	p.set(key, bytes.Repeat([]byte("!"), len(want)), long)
	p.destroy(key)
	p.set(p.key(), bytes.Repeat([]byte("?"), len(want)), long)
	if !p.failed() && !bytes.Equal(got, want) {
		p.failf("%s has become %s, and was %s", what, show(got), show(want))
	}
}

// outlast lets ttl pass, and so much more that a record has to be gone.
func (p *probe) outlast(ttl time.Duration) {
	if !p.failed() {
		p.advance(ttl + p.grace)
	}
}

// promptly calls f, which fails if a record with that ttl has expired. A
// failure counts if the ttl was not over yet. Otherwise the machine was slow,
// the record may rightly be gone, and f gets another try with another key.
func (p *probe) promptly(ttl time.Duration, f func(p *probe, key string)) (key string) {
	for tries := 5; ; tries-- {
		try := &probe{store: p.store, advance: p.advance, short: p.short, grace: p.grace}
		key = p.key()
		start := time.Now()
		f(try, key)
		if try.err == nil {
			return key
		}
		if tries == 1 || time.Since(start) < ttl {
			p.failf("%w", try.err)
			return key
		}
	}
}

// together calls f n times at once, and returns when all are done.
func together(n int, f func(worker int)) {
	var ready, done sync.WaitGroup
	ready.Add(n)
	for worker := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			f(worker)
		})
	}
	done.Wait()
}

// show describes data for a failure.
func show(data []byte) string {
	const enough = 32
	switch {
	case data == nil:
		return "nil"
	case len(data) > enough:
		return fmt.Sprintf("%q and %d bytes more", data[:enough], len(data)-enough)
	default:
		return fmt.Sprintf("%q", data)
	}
}

// scribble overwrites data, and the memory behind it that came along.
func scribble(data []byte) {
	data = data[:cap(data)]
	for i := range data {
		data[i] = '!'
	}
}
