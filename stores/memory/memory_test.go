package memorystore

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/go-holdall/holdall/stores/storetest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

var ctx = context.Background()

func newStore(tb testing.TB, opts Options) *Store {
	tb.Helper()
	s, err := New(opts)
	require.NoError(tb, err)
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

var harness = storetest.Harness{
	New:     func() (storetest.Store, error) { return New(Options{}) },
	Require: []storetest.Capability{storetest.Touch, storetest.GetTouch, storetest.Swap, storetest.Close},
}

func TestConformance(t *testing.T) {
	storetest.Run(t, harness)
}

func TestConformanceInFakeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.NoError(t, storetest.Check(harness))
	})
}

// Every key of this store has the same hash: nothing but the keys themselves
// tells its records apart.
func TestConformanceOfCollidingKeys(t *testing.T) {
	colliding := harness
	colliding.New = func() (storetest.Store, error) {
		s, err := New(Options{})
		s.hash = func(string) uint64 { return 42 }
		return s, err
	}
	synctest.Test(t, func(t *testing.T) {
		assert.NoError(t, storetest.Check(colliding))
	})
}

func TestRemoveFromCollidingKeys(t *testing.T) {
	orders := [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"b", "a", "c"}, {"b", "c", "a"}}
	for _, order := range orders {
		s := newStore(t, Options{})
		s.hash = func(string) uint64 { return 42 }
		left := map[string]bool{"a": true, "b": true, "c": true}
		for _, key := range []string{"a", "b", "c"} {
			require.NoError(t, s.Set(ctx, key, []byte("data of "+key), time.Hour))
		}
		for _, key := range order {
			require.NoError(t, s.Destroy(ctx, key))
			delete(left, key)
			for _, key := range order {
				data, found, err := s.Get(ctx, key)
				require.NoError(t, err)
				require.Equal(t, left[key], found)
				if found {
					require.Equal(t, "data of "+key, string(data))
				}
			}
			checkStructure(t, s)
		}
	}
}

func TestOptions(t *testing.T) {
	_, err := New(Options{MaxSessions: -1, MaxBytes: -2, SweepInterval: -3})
	assert.ErrorContains(t, err, "memorystore: MaxSessions is negative: -1")
	assert.ErrorContains(t, err, "memorystore: MaxBytes is negative: -2")
	assert.ErrorContains(t, err, "memorystore: SweepInterval is negative: -3ns")

	opts, err := Options{}.complete()
	require.NoError(t, err)
	assert.Equal(t, Options{
		MaxSessions:   DefaultMaxSessions,
		MaxBytes:      DefaultMaxBytes,
		SweepInterval: DefaultSweepInterval,
	}, opts)
}

func TestEndlessTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, Options{SweepInterval: 24 * time.Hour})
		time.Sleep(time.Hour)
		for _, ttl := range []time.Duration{math.MaxInt64, math.MaxInt64 - time.Minute} {
			require.NoError(t, s.Set(ctx, "key", []byte("data"), ttl))
			time.Sleep(365 * 24 * time.Hour)
			found, err := s.Touch(ctx, "key", ttl)
			require.NoError(t, err)
			assert.True(t, found)
		}
	})
}

func TestContextIsIgnored(t *testing.T) {
	s := newStore(t, Options{})
	done, cancel := context.WithCancel(ctx)
	cancel()
	require.NoError(t, s.Set(done, "key", []byte("data"), time.Hour))
	_, found, err := s.Get(done, "key")
	require.NoError(t, err)
	assert.True(t, found)
}

func TestClose(t *testing.T) {
	s := newStore(t, Options{})
	require.NoError(t, s.Set(ctx, "key", []byte("data"), time.Hour))

	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { assert.NoError(t, s.Close()) })
	}
	wg.Wait()

	_, _, err := s.Get(ctx, "key")
	assert.ErrorIs(t, err, ErrClosed)
	assert.ErrorIs(t, s.Set(ctx, "key", nil, time.Hour), ErrClosed)
	assert.ErrorIs(t, s.Destroy(ctx, "key"), ErrClosed)
	_, err = s.Touch(ctx, "key", time.Hour)
	assert.ErrorIs(t, err, ErrClosed)
	_, _, err = s.GetTouch(ctx, "key", time.Hour)
	assert.ErrorIs(t, err, ErrClosed)
	_, _, err = s.Swap(ctx, "key", nil, nil, time.Hour)
	assert.ErrorIs(t, err, ErrClosed)
	assert.Zero(t, s.Stats())
}

func TestCloseWaitsForSweep(t *testing.T) {
	s := newStore(t, Options{})
	s.sweeper.running.Add(1) // a sweep that goes on
	closed := make(chan struct{})
	go func() {
		_ = s.Close()
		close(closed)
	}()
	select {
	case <-closed:
		t.Error("Close has not waited")
	case <-time.After(20 * time.Millisecond):
	}
	s.sweeper.running.Done()
	<-closed
}

func TestErrorsHoldNoKey(t *testing.T) {
	s := newStore(t, Options{MaxBytes: 10})
	err := s.Set(ctx, "key-of-somebody", []byte("data"), time.Hour)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "somebody")
}
