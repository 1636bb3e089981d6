package storetest

import (
	"context"
	"time"
)

type toucher interface {
	Touch(ctx context.Context, key string, ttl time.Duration) (found bool, err error)
}

type getToucher interface {
	GetTouch(ctx context.Context, key string, ttl time.Duration) (data []byte, found bool, err error)
}

type swapper interface {
	Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (current []byte, swapped bool, err error)
}

type availability interface {
	Outage(key string) (since time.Time, back <-chan struct{})
}

type closer interface {
	Close() error
}

// in reports whether a store has the method of the capability.
func (c Capability) in(store Store) bool {
	var has bool
	switch c {
	case Touch:
		_, has = store.(toucher)
	case GetTouch:
		_, has = store.(getToucher)
	case Swap:
		_, has = store.(swapper)
	case Outage:
		_, has = store.(availability)
	case Close:
		_, has = store.(closer)
	}
	return has
}
