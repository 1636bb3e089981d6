package redisstore

import (
	"bytes"
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// createAttempts is how often a Swap tries to create a record which it finds
// there and then, asking what it is, gone.
const createAttempts = 4

// swapSource does what SET with IFEQ does on servers that have that. With a
// ttl of 0 it removes the record. Its reply is 1, the record that is there
// instead behind a mark, or nothing: what it was given need not come back.
const swapSource = `
local current = redis.call('GET', KEYS[1])
if current ~= ARGV[1] then
	return current and '!' .. current
end
if ARGV[2] == '0' then
	redis.call('DEL', KEYS[1])
else
	redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
end
return 1
`

var swapHash = redis.NewScript(swapSource).Hash()

// Swap stores new under key for ttl if the record there now is old, byte for
// byte. A nil old means that there is none. A nil new, or a ttl that is not
// positive, removes the record. If it did not swap, current is what is there
// now, nil for nothing.
//
// It is never sent twice. If the reply is lost the error is an
// [ErrUnavailable], and nobody knows whether it was carried out.
func (s *Store) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (current []byte, swapped bool, err error) {
	ms := milliseconds(ttl)
	if new == nil || ttl <= 0 {
		new, ms = []byte{}, 0
	}
	if old == nil {
		return s.create(ctx, key, new, ms)
	}
	return s.exchange(ctx, key, old, new, ms)
}

// create stores a record where there is none, or with an ms of 0 finds out
// whether that is so.
func (s *Store) create(ctx context.Context, key string, data []byte, ms int64) (current []byte, created bool, err error) {
	for range createAttempts {
		if ms > 0 {
			if _, created, err = s.ask(ctx, key, "set", key, data, "nx", "px", ms); created || err != nil {
				return nil, created, err
			}
		}
		current, found, err := s.ask(ctx, key, "get", key)
		if found || err != nil {
			return current, false, err
		}
		if ms == 0 {
			return nil, true, nil
		}
	}
	return nil, false, nil
}

// exchange stores data if the record is old.
func (s *Store) exchange(ctx context.Context, key string, old, data []byte, ms int64) (current []byte, swapped bool, err error) {
	if ms > 0 && !s.lacksIfeq.Load() {
		held, found, err := s.ask(ctx, key, "set", key, data, "ifeq", old, "get", "px", ms)
		switch now, always := unsupported(err); {
		case always:
			s.lacksIfeq.Store(true)
		case now: // the script may do
		case found && bytes.Equal(held, old):
			return nil, true, nil
		default:
			return held, false, err
		}
	}
	reply, found, err := s.ask(ctx, key, "evalsha", swapHash, 1, key, old, ms, data)
	if refusedAs(err, "NOSCRIPT") {
		// A server that was restarted or promoted has no scripts.
		reply, found, err = s.ask(ctx, key, "eval", swapSource, 1, key, old, ms, data)
	}
	if found && reply[0] == '!' {
		return reply[1:], false, nil
	}
	return nil, found, err
}
