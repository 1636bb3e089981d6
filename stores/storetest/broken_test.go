package storetest

import (
	"bytes"
	"context"
	"errors"
	"path"
	"strings"
	"sync/atomic"
	"time"
)

// A broken store breaks rules, and must fail the cases of these rules.
type broken struct {
	how   string
	fails string // names of cases, separated by spaces
	build func(s *reference)
}

// pause lets everybody else run, in the bubble of the test: its clock stands
// still until nobody can.
func pause() { time.Sleep(time.Nanosecond) }

var brokenRecords = []broken{
	{"a missing record is an error", "GetMissing Expiry SwapGone TouchMissing", func(s *reference) {
		s.get = func(ctx context.Context, key string) ([]byte, bool, error) {
			data, found, err := s.doGet(ctx, key)
			if err == nil && !found {
				err = errors.New("no such key")
			}
			return data, found, err
		}
	}},
	{"nothing is stored", "SetGet SetReplaces SetAfterDestroy", func(s *reference) {
		s.set = func(context.Context, string, []byte, time.Duration) error { return nil }
	}},
	{"the first record stays", "SetReplaces", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			_, _, err := s.doSwap(ctx, key, nil, data, ttl)
			return err
		}
	}},
	{"an expired record blocks its key", "SetAfterExpiry", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			if r, ok := s.records[key]; ok && time.Now().After(r.expires) {
				return nil
			}
			return s.doSet(ctx, key, data, ttl)
		}
	}},
	{"a shorter record leaves the end of a longer one", "SetReplaces", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			held, _, _ := s.doGet(ctx, key)
			if len(held) > len(data) {
				data = append(bytes.Clone(data), held[len(data):]...)
			}
			return s.doSet(ctx, key, data, ttl)
		}
	}},
	{"destroy does nothing", "Destroy DestroyTwice Keys Parallel SwapBesideDestroy TouchBesideDestroy", func(s *reference) {
		s.destroy = func(context.Context, string) error { return nil }
	}},
	{"destroy takes patterns", "Destroy", func(s *reference) {
		s.destroy = func(ctx context.Context, pattern string) error {
			for key := range s.records {
				if ok, _ := path.Match(pattern, key); ok {
					_ = s.doDestroy(ctx, key)
				}
			}
			return nil
		}
	}},
	{"destroy of a missing record is an error", "DestroyTwice", func(s *reference) {
		s.destroy = func(ctx context.Context, key string) error {
			if _, found, _ := s.doGet(ctx, key); !found {
				return errors.New("no such key")
			}
			return s.doDestroy(ctx, key)
		}
	}},
	{"what was destroyed stays so", "SetAfterDestroy", func(s *reference) {
		destroyed := map[string]bool{}
		s.destroy = func(ctx context.Context, key string) error {
			destroyed[key] = true
			return s.doDestroy(ctx, key)
		}
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			if destroyed[key] {
				return nil
			}
			return s.doSet(ctx, key, data, ttl)
		}
	}},
	{"data is kept, not copied", "CopiedIn", func(s *reference) {
		s.set = func(_ context.Context, key string, data []byte, ttl time.Duration) error {
			s.records[key] = record{data: data, expires: time.Now().Add(ttl)}
			return nil
		}
	}},
	{"data is lent, and overwritten in place", "GivenStays GetTouchData", lendInPlace},
	{"data ends at a zero byte", "Binary", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			data, _, _ = bytes.Cut(data, []byte{0})
			return s.doSet(ctx, key, data, ttl)
		}
	}},
	{"data is made UTF-8", "Binary Large", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			return s.doSet(ctx, key, bytes.ToValidUTF8(data, []byte("?")), ttl)
		}
	}},
	{"an empty record is none", "Empty", func(s *reference) {
		s.get = func(ctx context.Context, key string) ([]byte, bool, error) {
			data, _, err := s.doGet(ctx, key)
			return data, len(data) > 0, err
		}
	}},
	{"data is cut at 64 KiB", "Large", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			return s.doSet(ctx, key, data[:min(len(data), 1<<16)], ttl)
		}
	}},
	{"keys are folded to lower case", "Keys", rekeyed(strings.ToLower)},
	{"keys are trimmed", "Keys", rekeyed(strings.TrimSpace)},
	{"keys end at a zero byte", "Keys", rekeyed(func(key string) string {
		key, _, _ = strings.Cut(key, "\x00")
		return key
	})},
	{"keys are cut", "Keys", rekeyed(func(key string) string { return key[:min(len(key), 37)] })},
}

// rekeyed makes a store that changes keys.
func rekeyed(change func(key string) string) func(s *reference) {
	return func(s *reference) {
		s.get = func(ctx context.Context, key string) ([]byte, bool, error) {
			return s.doGet(ctx, change(key))
		}
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			return s.doSet(ctx, change(key), data, ttl)
		}
		s.destroy = func(ctx context.Context, key string) error {
			return s.doDestroy(ctx, change(key))
		}
	}
}

var brokenExpiry = []broken{
	{"nothing expires", "Expiry ExpiryReplaced ExpiryIsNoLoan TTLTiny TTL999ms", retimed(func(ttl time.Duration) time.Duration {
		return ttl + long
	})},
	{"everything expires soon", "ExpiryReplaced TTL400Days", retimed(func(ttl time.Duration) time.Duration {
		return min(ttl, time.Millisecond)
	})},
	{"ttls are cut to seconds", "Expiry TTL999ms", retimed(func(ttl time.Duration) time.Duration {
		return ttl.Truncate(time.Second)
	})},
	{"a ttl that is cut to none is for ever", "TTLTiny Expiry", retimed(func(ttl time.Duration) time.Duration {
		if ttl = ttl.Truncate(time.Second); ttl == 0 {
			return long
		}
		return ttl
	})},
	{"no ttl is for ever", "TTLOver", retimed(func(ttl time.Duration) time.Duration {
		if ttl == 0 {
			return long
		}
		return ttl
	})},
	{"a negative ttl is for ever", "TTLOver", retimed(func(ttl time.Duration) time.Duration {
		if ttl < 0 {
			return long
		}
		return ttl
	})},
	{"a ttl overflows 32 bits of milliseconds", "TTL400Days", retimed(func(ttl time.Duration) time.Duration {
		return time.Duration(int32(ttl.Milliseconds())) * time.Millisecond
	})},
	{"a ttl of more than 30 days is a date", "TTL400Days", retimed(func(ttl time.Duration) time.Duration {
		if ttl > 30*24*time.Hour {
			return 0
		}
		return ttl
	})},
	{"no ttl is an error", "TTLOver", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			if ttl <= 0 {
				return errors.New("invalid expire time")
			}
			return s.doSet(ctx, key, data, ttl)
		}
	}},
	{"the first ttl stays", "ExpiryReplaced", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			if r, ok := s.records[key]; ok && ttl > 0 {
				ttl = time.Until(r.expires)
			}
			return s.doSet(ctx, key, data, ttl)
		}
	}},
	{"a read extends", "ExpiryIsNoLoan", func(s *reference) {
		s.get = func(ctx context.Context, key string) ([]byte, bool, error) {
			return s.doGetTouch(ctx, key, long)
		}
	}},
}

// retimed makes a store that changes the ttl of Set.
func retimed(change func(ttl time.Duration) time.Duration) func(s *reference) {
	return func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			return s.doSet(ctx, key, data, change(ttl))
		}
	}
}

var brokenWhole = []broken{
	{"one buffer serves all who read", "Parallel", func(s *reference) {
		var last atomic.Pointer[[]byte]
		s.get = func(ctx context.Context, key string) ([]byte, bool, error) {
			data, found, err := s.doGet(ctx, key)
			last.Store(&data)
			pause()
			return *last.Load(), found, err
		}
	}},
	{"a cancelled read leaves its answer to the next", "Cancelled", func(s *reference) {
		late := make(chan []byte, 1000)
		s.get = func(ctx context.Context, key string) ([]byte, bool, error) {
			data, found, err := s.doGet(ctx, key)
			pause()
			select {
			case data = <-late:
				return data, true, nil
			default:
			}
			if ctx.Err() != nil {
				late <- data
				return nil, false, ctx.Err()
			}
			return data, found, err
		}
	}},
	{"a cancelled read finds nothing", "Cancelled CancelledBefore", func(s *reference) {
		s.get = func(ctx context.Context, key string) ([]byte, bool, error) {
			pause()
			if ctx.Err() != nil {
				return nil, false, nil
			}
			return s.doGet(ctx, key)
		}
	}},
	{"a cancelled write is forgotten", "CancelledBefore", func(s *reference) {
		s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
			if ctx.Err() != nil {
				return nil
			}
			return s.doSet(ctx, key, data, ttl)
		}
	}},
	{"it says that it is down", "OutageNone", func(s *reference) {
		s.outage = func(string) (time.Time, <-chan struct{}) { return time.Now(), make(chan struct{}) }
	}},
	{"closing twice is an error", "CloseTwice", func(s *reference) {
		s.close = func() error {
			if err := s.begin(); err != nil {
				return err
			}
			defer s.mu.Unlock()
			s.closed = true
			return nil
		}
	}},
	{"closing ends nothing", "CloseEnds", func(s *reference) {
		s.close = func() error { return nil }
	}},
}

func lendInPlace(s *reference) {
	s.set = func(ctx context.Context, key string, data []byte, ttl time.Duration) error {
		if held := s.live(key); len(held) == len(data) && held != nil {
			copy(held, data)
			_, err := s.doTouch(ctx, key, ttl)
			return err
		}
		return s.doSet(ctx, key, data, ttl)
	}
	lend := func(key string) ([]byte, bool, error) {
		held := s.live(key)
		return held, held != nil, nil
	}
	s.get = func(_ context.Context, key string) ([]byte, bool, error) { return lend(key) }
	s.getTouch = func(ctx context.Context, key string, ttl time.Duration) ([]byte, bool, error) {
		_, _ = s.doTouch(ctx, key, ttl)
		return lend(key)
	}
}
