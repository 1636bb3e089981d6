package core

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A shaky store can be told that it is down and back.
type shaky struct {
	fullSpy
	mu    sync.Mutex
	since time.Time
	back  chan struct{}
	cut   int // so many calls fail though the store is up
}

type unreached struct{}

func (unreached) Error() string     { return "connection refused" }
func (unreached) Unavailable() bool { return true }

func (s *shaky) goDown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since, s.back = time.Now(), make(chan struct{})
}

func (s *shaky) comeBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.back)
	s.back = nil
}

func (s *shaky) Outage(string) (time.Time, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.since, s.back
}

func (s *shaky) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut > 0 {
		s.cut--
		return unreached{}
	}
	if s.back != nil {
		return unreached{}
	}
	return nil
}

func (s *shaky) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if err := s.err(); err != nil {
		return nil, false, err
	}
	return s.fullSpy.Get(ctx, key)
}

func (s *shaky) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	if err := s.err(); err != nil {
		return nil, false, err
	}
	return s.fullSpy.Swap(ctx, key, old, new, ttl)
}

func newShaky(t *testing.T) (*bench, *shaky, *client) {
	store := &shaky{fullSpy: fullSpy{newSpy()}}
	b := newBench(t, Options{Store: store, ReconnectTimeout: 10 * time.Second}, "full")
	b.spy = store.spy
	return b, store, b.signedIn(map[string]any{"n": 1})
}

func TestRequestsWaitForTheStoreAndThenGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, store, c := newShaky(t)
		store.goDown()
		began := time.Now()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				err := b.request(c.again(), func(s *Session) {
					_, err := Update(s, "n", func(n int) int { return n + 1 })
					if err != nil {
						t.Error(err)
					}
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(9 * time.Second)
		synctest.Wait()
		require.Empty(t, store.took(), "while it is known to be down nobody calls it")
		store.comeBack()
		wg.Wait()
		require.Less(t, time.Since(began), 10*time.Second)
		require.Contains(t, b.record(b.id(c)), `"n":21`)
		require.Empty(t, b.told.take())
	})
}

func TestTheRequestThatMeetsTheOutageWaitsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, store, c := newShaky(t)
		s := b.begin(c)
		require.NoError(t, s.Set("n", 2))
		store.goDown()
		time.AfterFunc(3*time.Second, store.comeBack)
		require.NoError(t, s.Commit())
		require.NoError(t, s.End())
		require.Contains(t, b.record(b.id(c)), `"n":2`)
	})
}

func TestPastTheTimeoutRequestsFailAtOnceUntilTheStoreIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, store, c := newShaky(t)
		store.goDown()
		began := time.Now()
		_, err := b.engine.Load(c, c)
		require.ErrorIs(t, err, ErrStoreUnavailable)
		require.Equal(t, 503, StatusCode(err))
		require.Equal(t, 10*time.Second, time.Since(began))
		for range 3 {
			_, err = b.engine.Load(c, c)
			require.ErrorIs(t, err, ErrStoreUnavailable)
		}
		require.Equal(t, 10*time.Second, time.Since(began), "one wait for one outage")
		require.Empty(t, c.lines, "and the cookie is left alone")

		store.comeBack()
		require.NoError(t, b.request(c, func(s *Session) { require.False(t, s.IsNew()) }))
		store.goDown()
		time.AfterFunc(time.Second, store.comeBack)
		require.NoError(t, b.request(c.again(), func(*Session) {}), "the next outage has a wait of its own")
	})
}

func TestTheClockOfTheWaitDoesNotStartAnewWithEachOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, store, _ := newShaky(t)
		o := outages{source: store, timeout: 10 * time.Second, closed: make(chan struct{})}
		store.goDown()
		flap := time.AfterFunc(6*time.Second, func() {
			store.comeBack()
			store.goDown()
		})
		defer flap.Stop()
		began := time.Now()
		err := o.ride(context.Background(), "get", "key", "id", func() error { return store.err() })
		require.ErrorIs(t, err, ErrStoreUnavailable)
		require.LessOrEqual(t, time.Since(began), 16*time.Second)
	})
}

func TestACutConnectionIsNoOutage(t *testing.T) {
	b, store, c := newShaky(t)
	store.cut = disprovedRetries
	require.NoError(t, b.request(c, func(s *Session) { require.False(t, s.IsNew()) }))

	store.cut = disprovedRetries + 1
	_, err := b.engine.Load(c, c)
	require.ErrorIs(t, err, ErrStoreUnavailable)
	require.ErrorIs(t, err, error(unreached{}))
}

func TestAWaitEndsWithTheRequestOrTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, store, c := newShaky(t)
		store.goDown()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		c.ctx = ctx
		_, err := b.engine.Load(c, c)
		require.ErrorIs(t, err, context.DeadlineExceeded)

		c.ctx = context.Background()
		time.AfterFunc(time.Second, func() { _ = b.engine.Close() })
		began := time.Now()
		_, err = b.engine.Load(c, c)
		require.ErrorIs(t, err, ErrClosed)
		require.Equal(t, 503, StatusCode(err))
		require.Equal(t, time.Second, time.Since(began))
		_, err = b.engine.Load(c, c)
		require.ErrorIs(t, err, ErrClosed)
	})
}

func TestASaveThatWaitsIsNotGivenUpWithTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, store, c := newShaky(t)
		ctx, cancel := context.WithCancel(context.Background())
		c.ctx = ctx
		s := b.begin(c)
		require.NoError(t, s.Set("n", 2))
		store.goDown()
		cancel()
		time.AfterFunc(3*time.Second, store.comeBack)
		require.NoError(t, s.Commit())
		require.Contains(t, b.record(b.id(c)), `"n":2`)
	})
}

// lossy loses the answer to the first swap, after applying it or not.
func lossy(b *bench, applied bool, then func()) {
	lost := false
	store := fullSpy{b.spy}
	b.engine.backend.outages.source = &shaky{}
	b.engine.backend.swap = swapFunc(func(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
		if lost {
			return store.Swap(ctx, key, old, new, ttl)
		}
		lost = true
		if applied {
			_, _, _ = store.Swap(ctx, key, old, new, ttl)
		}
		if then != nil {
			then()
		}
		return nil, false, unreached{}
	})
}

func TestALostAnswer(t *testing.T) {
	plus := func(s *Session) { _, _ = Update(s, "n", func(n int) int { return n + 1 }) }
	for _, applied := range []bool{true, false} {
		b := newBench(t, Options{}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		lossy(b, applied, nil)
		require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 2)) }), "a Set can be told, or repeated")
		require.Contains(t, b.record(b.id(c)), `"n":2`)

		b = newBench(t, Options{}, "full")
		c = b.signedIn(map[string]any{"n": 1})
		lossy(b, applied, nil)
		require.NoError(t, b.request(c, plus))
		require.Contains(t, b.record(b.id(c)), `"n":2`, "never twice")

		b = newBench(t, Options{}, "full")
		c = b.signedIn(map[string]any{"n": 1})
		id := b.id(c)
		lossy(b, applied, func() { b.put(id, `{"n":2}`) })
		err := b.request(c, plus)
		require.ErrorIs(t, err, ErrAmbiguous, "another writer's record does not tell")
		require.Equal(t, `{"n":2}`, b.record(id))

		b = newBench(t, Options{}, "full")
		c = newClient()
		lossy(b, applied, nil)
		require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }))
		require.Len(t, b.records, 1, "no second record")
	}
}

func TestALostAnswerToATombstone(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	old := b.id(c)
	store, swaps := fullSpy{b.spy}, 0
	b.engine.backend.outages.source = &shaky{}
	b.engine.backend.swap = swapFunc(func(ctx context.Context, key string, before, after []byte, ttl time.Duration) ([]byte, bool, error) {
		current, swapped, err := store.Swap(ctx, key, before, after, ttl)
		if swaps++; swaps == 2 {
			return nil, false, unreached{}
		}
		return current, swapped, err
	})
	require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.RegenerateKeep()) }))
	require.True(t, isTombstone([]byte(b.record(old))))
	require.Contains(t, b.record(b.id(c)), `"n":1`)
}

func TestAnErrorOfAStoreThatCannotTell(t *testing.T) {
	o := outages{}
	err := o.ride(context.Background(), "get", "prefix:secret", "secret", func() error {
		return errors.New("no answer for prefix:secret")
	})
	require.EqualError(t, err, "session: store get: no answer for prefix:[id]")
	require.NotErrorIs(t, err, ErrStoreUnavailable)
	err = o.ride(context.Background(), "get", "key", "id", func() error { return unreached{} })
	require.ErrorIs(t, err, ErrStoreUnavailable)
}
