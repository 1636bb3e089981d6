package redisstore

import (
	"bytes"
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// A once is a command that go-redis sends at most once. It would repeat one
// whose reply is lost, and find that a swap which succeeded has failed; the
// engine knows better what may be repeated. Besides, go-redis does not answer
// such a command from a client-side cache, which can be out of date.
//
// Every reply that the store waits for can be read as a string.
type once struct{ *redis.StringCmd }

// NoRetry overrides that of go-redis.
func (once) NoRetry() bool { return true }

func newOnce(ctx context.Context, args ...any) once {
	cmd := once{redis.NewStringCmd(ctx, args...)}
	cmd.SetStepCount(1) // or the client of a Cluster asks the server, also one that is down
	return cmd
}

// ask sends a command about key and returns its reply, which the caller owns.
// found is false for a nil reply. An error has been judged, and is an *Error
// or ErrClosed.
func (s *Store) ask(ctx context.Context, key string, args ...any) (data []byte, found bool, err error) {
	cmd := newOnce(ctx, args...)
	if err := s.send(ctx, key, cmd); err != nil {
		return nil, false, err
	}
	if cmd.Err() != nil {
		return nil, false, nil // redis.Nil, or send would have returned it
	}
	if data, _ = cmd.Bytes(); data == nil {
		data = []byte{}
	}
	return data, true, nil
}

// send sends a command about key. A nil reply is no error of send.
func (s *Store) send(ctx context.Context, key string, cmd redis.Cmder) error {
	if s.isClosed.Load() {
		return ErrClosed
	}
	err := s.perform(ctx, cmd)
	switch judge(ctx, err) {
	case served:
		return nil
	case refused:
		return &Error{Command: cmd.Name(), Err: redacted(err, key)}
	case gaveUp:
		return ended(ctx, cmd.Name())
	case closed:
		return ErrClosed
	}
	cause := redacted(err, key)
	s.monitor.suspect(ctx, key, cause, refusesWrites(err))
	return &Error{Command: cmd.Name(), Err: cause, unavailable: true}
}

// perform has a command sent, and returns when the caller's deadline is over
// even if the client knows no deadlines.
func (s *Store) perform(ctx context.Context, cmd redis.Cmder) error {
	if _, limited := ctx.Deadline(); !limited || s.keepsDeadlines {
		return s.process(ctx, cmd)
	}
	// The command may outlive this call, the caller's bytes need not.
	for i, arg := range cmd.Args() {
		if data, ok := arg.([]byte); ok {
			cmd.Args()[i] = bytes.Clone(data)
		}
	}
	outcome := make(chan error, 1)
	go func() { outcome <- s.process(ctx, cmd) }()
	select {
	case err := <-outcome:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// milliseconds returns a ttl as Redis takes it, rounded up: none that is
// positive may become zero.
func milliseconds(ttl time.Duration) int64 {
	ms := int64(ttl / time.Millisecond)
	if ttl%time.Millisecond > 0 {
		ms++
	}
	return ms
}
