package core

import (
	"context"
	"errors"
	"time"
)

// disprovedRetries is how often a call is repeated whose store says that it
// could not be reached, and yet that it is not down: one cut connection.
const disprovedRetries = 2

// outages makes calls wait for a store that is down. It has no goroutine and
// no timer while nobody waits; a waiting call has a timer of its own.
type outages struct {
	source  Availability // nil for a store that does not tell
	timeout time.Duration
	closed  <-chan struct{}
}

// ride calls the store, waiting for it before and again after, for as long as
// it is down and ReconnectTimeout has not run out for this outage.
func (o *outages) ride(ctx context.Context, op, key, id string, call func() error) error {
	if o.source == nil {
		return o.wrap(op, id, call())
	}
	if err := o.wait(ctx, key, time.Time{}); err != nil {
		return newStoreError(op, id, unavailable(err), err)
	}
	var first time.Time
	for disproved := 0; ; {
		err := call()
		if err == nil || !unavailable(err) || ctx.Err() != nil {
			return o.wrap(op, id, err)
		}
		since, back := o.source.Outage(key)
		if back == nil {
			if disproved++; disproved > disprovedRetries {
				return newStoreError(op, id, true, err)
			}
			continue
		}
		if first.IsZero() {
			first = since
		}
		if o.wait(ctx, key, first) != nil {
			return newStoreError(op, id, true, err)
		}
	}
}

func (o *outages) wrap(op, id string, err error) error {
	if err == nil || errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return newStoreError(op, id, unavailable(err), err)
}

// wait returns when the store is up. The clock runs from first, or from the
// beginning of the outage if that is zero, so that all who come after it has
// run out are turned away at once.
func (o *outages) wait(ctx context.Context, key string, first time.Time) error {
	since, back := o.source.Outage(key)
	if back == nil {
		return nil
	}
	if first.IsZero() {
		first = since
	}
	left := o.timeout - time.Since(first)
	if left <= 0 {
		return errOutage
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-back:
		return nil
	case <-timer.C:
		return errOutage
	case <-ctx.Done():
		return ctx.Err()
	case <-o.closed:
		return ErrClosed
	}
}

// errOutage is the cause in the error of a call that was never made.
var errOutage error = outageError{}

type outageError struct{}

func (outageError) Error() string     { return "still down after ReconnectTimeout" }
func (outageError) Unavailable() bool { return true }

// unavailable reports whether an error says that the store was not reached.
func unavailable(err error) bool {
	var e interface{ Unavailable() bool }
	return errors.As(err, &e) && e.Unavailable()
}
