package core

import (
	"context"
	"errors"
	"time"
)

// A Store keeps session records: opaque bytes under a key, for a while. It
// must be safe for several goroutines, and copy what it is given. What Get and
// Swap return is read-only: the engine never changes it, so that a
// store may return the same bytes to all callers. They must stay as they are
// also when the record is replaced or removed. Package storetest checks an
// implementation against this contract.
//
// The contract is made of standard types, so that a store need not import
// this package. A store may have more of the capabilities below; the engine
// looks for each once, in New. One that a store has, and yet cannot offer,
// it declines with an error that is errors.ErrUnsupported.
//
// The error of a store that could not be reached, as opposed to one that
// refused, should have a method Unavailable() bool that returns true.
type Store interface {
	// Get returns the record under key, read-only. A missing or expired record
	// is found == false with a nil error; an error is for a store that could
	// not answer.
	Get(ctx context.Context, key string) (data []byte, found bool, err error)

	// Set stores a record for ttl, in place of any other. A ttl that is not
	// positive means that the record is over: it is removed.
	Set(ctx context.Context, key string, data []byte, ttl time.Duration) error

	// Destroy removes a record. A missing one is no error.
	Destroy(ctx context.Context, key string) error
}

// A Toucher extends the life of a record without rewriting it.
type Toucher interface {
	// Touch makes a record live for ttl from now. It never creates one.
	Touch(ctx context.Context, key string, ttl time.Duration) (found bool, err error)
}

// A Swapper compares and swaps whole records in one step. With it the engine
// loses no update and brings no destroyed session back; over a store without
// it the last of two concurrent saves wins, as in koa-generic-session.
type Swapper interface {
	// Swap stores new under key for ttl if the record there now is old, byte
	// for byte. A nil old means that there is none, a nil new removes the
	// record. If it did not swap, current is what is there now, read-only, nil
	// for nothing.
	Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (current []byte, swapped bool, err error)
}

// An Availability knows when its store is down and when it is back. With it
// requests wait for the store, Options.ReconnectTimeout at the most.
type Availability interface {
	// Outage returns when the part of the store that holds key went down,
	// and a channel that is closed when it is back. A nil channel means that
	// it is up. Every request asks, so it has to be cheap.
	Outage(key string) (since time.Time, back <-chan struct{})
}

// A backend is the store behind its optional capabilities: each method does
// what the store can, waits for a store that is down, and wraps its errors.
type backend struct {
	store   Store
	touch   Toucher
	swap    Swapper
	prefix  string
	outages outages
}

func newBackend(store Store, prefix string, reconnect time.Duration, closed <-chan struct{}) *backend {
	b := &backend{store: store, prefix: prefix}
	b.touch, _ = store.(Toucher)
	b.swap, _ = store.(Swapper)
	b.outages.source, _ = store.(Availability)
	b.outages.timeout = reconnect
	b.outages.closed = closed
	return b
}

// key returns the key of the record of an id.
func (b *backend) key(id string) string { return b.prefix + id }

// id returns the id whose record has this key.
func (b *backend) id(key string) string { return key[len(b.prefix):] }

// get loads a record.
func (b *backend) get(ctx context.Context, key string) (data []byte, found bool, err error) {
	err = b.outages.ride(ctx, "get", key, b.id(key), func() (err error) {
		data, found, err = b.store.Get(ctx, key)
		return err
	})
	return data, found, err
}

func (b *backend) set(ctx context.Context, key string, data []byte, ttl time.Duration) error {
	return b.outages.ride(ctx, "set", key, b.id(key), func() error {
		return b.store.Set(ctx, key, data, ttl)
	})
}

// A swapResult is what came of a compareAndSwap.
type swapResult struct {
	current   []byte
	swapped   bool
	supported bool // the store has Swap
	sent      bool // it was asked to
	unsure    bool // an earlier attempt's answer was lost: a conflict may be with this call's own write
}

// compareAndSwap is Swap, under the name of what it is to do.
func (b *backend) compareAndSwap(ctx context.Context, op, key string, old, new []byte, ttl time.Duration) (r swapResult, err error) {
	if b.swap == nil {
		return swapResult{}, nil
	}
	attempts := 0
	err = b.outages.ride(ctx, op, key, b.id(key), func() (err error) {
		attempts++
		r.current, r.swapped, err = b.swap.Swap(ctx, key, old, new, ttl)
		return err
	})
	if errors.Is(err, errors.ErrUnsupported) {
		return swapResult{}, nil
	}
	r.supported, r.sent, r.unsure = true, attempts > 0, attempts > 1
	return r, afterRetry(err, r.unsure)
}

// afterRetry marks the error of a call of which an earlier attempt had no
// answer: what the last one met says nothing of that.
func afterRetry(err error, retried bool) error {
	if err == nil || !retried {
		return err
	}
	var e *StoreError
	if !errors.As(err, &e) {
		return err
	}
	marked := *e
	marked.retried = true
	return &marked
}

// goesAway reports whether the store may be away for a while. Then calls wait
// for it, and a write may be carried out whose answer does not arrive: if what
// is there to the byte is to be told from another request's, the record has to
// be marked.
func (b *backend) goesAway() bool { return b.outages.source != nil }

// touchRecord is Touch, or errors.ErrUnsupported.
func (b *backend) touchRecord(ctx context.Context, key string, ttl time.Duration) (found bool, err error) {
	if b.touch == nil {
		return false, errors.ErrUnsupported
	}
	err = b.outages.ride(ctx, "touch", key, b.id(key), func() (err error) {
		found, err = b.touch.Touch(ctx, key, ttl)
		return err
	})
	return found, err
}

// removeIf destroys a record, unless it is another one by now.
func (b *backend) removeIf(ctx context.Context, key string, data []byte) error {
	r, err := b.compareAndSwap(ctx, "destroy", key, data, nil, 0)
	if err != nil || r.supported {
		return err
	}
	return b.destroy(ctx, key)
}

func (b *backend) destroy(ctx context.Context, key string) error {
	return b.outages.ride(ctx, "destroy", key, b.id(key), func() error {
		return b.store.Destroy(ctx, key)
	})
}
