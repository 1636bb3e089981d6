package storetest

import (
	"bytes"
	"context"
	"time"
)

// touching makes a store whose Touch and GetTouch are the same broken one.
func touching(getTouch func(s *reference, key string, ttl time.Duration) (data []byte, found bool, err error)) func(s *reference) {
	return func(s *reference) {
		s.getTouch = func(_ context.Context, key string, ttl time.Duration) ([]byte, bool, error) {
			return getTouch(s, key, ttl)
		}
		s.touch = func(_ context.Context, key string, ttl time.Duration) (bool, error) {
			_, found, err := getTouch(s, key, ttl)
			return found, err
		}
	}
}

var brokenTouch = []broken{
	{"touch does nothing", "TouchExtends TouchShortens TouchOver GetTouchExtends GetTouchShortens GetTouchOver",
		touching(func(s *reference, key string, _ time.Duration) ([]byte, bool, error) {
			return s.doGet(context.Background(), key)
		})},
	{"touch only lengthens", "TouchShortens GetTouchShortens",
		touching(func(s *reference, key string, ttl time.Duration) ([]byte, bool, error) {
			return s.doGetTouch(context.Background(), key, max(ttl, time.Until(s.records[key].expires)))
		})},
	{"touch creates", "TouchMissing GetTouchMissing",
		touching(func(s *reference, key string, ttl time.Duration) ([]byte, bool, error) {
			data, found, _ := s.doGet(context.Background(), key)
			return data, found, s.doSet(context.Background(), key, data, ttl)
		})},
	{"touch revives what has expired", "TouchMissing GetTouchMissing",
		touching(func(s *reference, key string, ttl time.Duration) ([]byte, bool, error) {
			r, found := s.records[key]
			if found {
				s.put(key, r.data, ttl)
			}
			return r.data, found, nil
		})},
	{"touch finds what is missing", "TouchMissing GetTouchMissing",
		touching(func(s *reference, key string, ttl time.Duration) ([]byte, bool, error) {
			data, _, err := s.doGetTouch(context.Background(), key, ttl)
			return data, true, err
		})},
	{"touch reads and writes back", "TouchBesideSet TouchBesideDestroy GetTouchBesideSet GetTouchBesideDestroy",
		touching(func(s *reference, key string, ttl time.Duration) ([]byte, bool, error) {
			data, found, _ := s.doGet(context.Background(), key)
			pause()
			if found {
				_ = s.doSet(context.Background(), key, data, ttl)
			}
			return data, found, nil
		})},
	{"touch returns no data", "GetTouchData",
		touching(func(s *reference, key string, ttl time.Duration) ([]byte, bool, error) {
			_, found, err := s.doGetTouch(context.Background(), key, ttl)
			return nil, found, err
		})},
}

// swapping makes a store with a broken Swap.
func swapping(swap func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error)) func(s *reference) {
	return func(s *reference) {
		s.swap = func(_ context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			return swap(s, key, old, new, ttl)
		}
	}
}

var brokenSwap = []broken{
	{"swap does not compare", "SwapCreatesOnly SwapConflict SwapGone SwapRemovesOnly SwapIncrements SwapCreators SwapBesideDestroy SwapBesideSwap",
		swapping(func(s *reference, key string, _, new []byte, ttl time.Duration) ([]byte, bool, error) {
			pause()
			s.mu.Lock()
			defer s.mu.Unlock()
			s.put(key, new, ttl)
			return nil, true, nil
		})},
	{"swap compares, and stores later", "SwapIncrements SwapCreators SwapBesideDestroy SwapBesideSwap",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			held, found, _ := s.doGet(context.Background(), key)
			if found != (old != nil) || !bytes.Equal(held, old) {
				return held, false, nil
			}
			pause()
			s.mu.Lock()
			defer s.mu.Unlock()
			s.put(key, new, ttl)
			return nil, true, nil
		})},
	{"swap is always refused", "SwapCreates SwapEqual SwapRemoves SwapIncrements SwapOver SwapTTL",
		swapping(func(s *reference, key string, _, _ []byte, _ time.Duration) ([]byte, bool, error) {
			held, _, err := s.doGet(context.Background(), key)
			return held, false, err
		})},
	{"swap takes an expired record for one", "SwapCreates SwapGone",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			r, found := s.records[key]
			if found != (old != nil) || !bytes.Equal(r.data, old) {
				return r.data, false, nil
			}
			s.put(key, new, ttl)
			return nil, true, nil
		})},
	{"swap takes nil and empty for the same", "SwapCreatesOnly SwapGone",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			if held := s.live(key); !bytes.Equal(held, old) {
				return bytes.Clone(held), false, nil
			}
			s.put(key, new, ttl)
			return nil, true, nil
		})},
	{"swap tells nothing", "SwapCreatesOnly SwapConflict SwapRemovesOnly SwapTombstone SwapCreators",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			_, swapped, err := s.doSwap(context.Background(), key, old, new, ttl)
			return nil, swapped, err
		})},
	{"swap tells an empty record as none", "SwapEmpty SwapCreatesOnly",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			current, swapped, err := s.doSwap(context.Background(), key, old, new, ttl)
			return append([]byte(nil), current...), swapped, err
		})},
	{"swap compares beginnings", "SwapConflict",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			if held := s.live(key); old != nil && held != nil && bytes.HasPrefix(held, old) {
				old = held
			}
			return s.doSwap(context.Background(), key, old, new, ttl)
		})},
	{"swap compares up to a zero byte", "SwapConflict",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			held, _, _ := bytes.Cut(s.live(key), []byte{0})
			text, _, _ := bytes.Cut(old, []byte{0})
			if bytes.Equal(held, text) {
				old = s.live(key)
			}
			return s.doSwap(context.Background(), key, old, new, ttl)
		})},
	{"swap stores nil as an empty record", "SwapRemoves",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			return s.doSwap(context.Background(), key, old, append([]byte{}, new...), ttl)
		})},
	{"swap takes null for none", "SwapTombstone",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			if old == nil && string(s.live(key)) == "null" {
				old = []byte("null")
			}
			return s.doSwap(context.Background(), key, old, new, ttl)
		})},
	{"swap keeps new", "SwapCopies",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			current, swapped, err := s.doSwap(context.Background(), key, old, new, ttl)
			if swapped && new != nil {
				s.records[key] = record{data: new, expires: time.Now().Add(ttl)}
			}
			return current, swapped, err
		})},
	{"swap lends current, and overwrites in place", "SwapCopies",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			held := s.live(key)
			_, swapped, err := s.doSwap(context.Background(), key, old, new, ttl)
			if !swapped {
				return held, false, err
			}
			if held != nil && len(held) == len(new) {
				copy(held, new)
				s.records[key] = record{data: held, expires: time.Now().Add(ttl)}
			}
			return nil, true, err
		})},
	{"swap keeps the ttl", "SwapTTL",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			if r, ok := s.records[key]; ok {
				ttl = time.Until(r.expires)
			}
			return s.doSwap(context.Background(), key, old, new, ttl)
		})},
	{"a refused swap extends", "SwapRefusedTTL",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			current, swapped, err := s.doSwap(context.Background(), key, old, new, ttl)
			if !swapped {
				_, _ = s.doTouch(context.Background(), key, ttl)
			}
			return current, swapped, err
		})},
	{"swap takes no ttl for ever", "SwapOver",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			if ttl <= 0 {
				ttl = long
			}
			return s.doSwap(context.Background(), key, old, new, ttl)
		})},
	{"swap without a ttl does not compare", "SwapOver",
		swapping(func(s *reference, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
			if ttl <= 0 {
				return nil, true, s.doDestroy(context.Background(), key)
			}
			return s.doSwap(context.Background(), key, old, new, ttl)
		})},
}
