package redisstore_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/cutproxy"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// TestSwapByIfeq shows that a server which compares by itself is not sent a
// script, but for what it cannot do.
func TestSwapByIfeq(t *testing.T) {
	t.Parallel()
	f := newFake(t, true)
	store := open(t, f.url(), redisstore.Options{})
	swap := func(old, new string) (string, bool) {
		current, swapped, err := store.Swap(ctx, "k", []byte(old), []byte(new), long)
		require.NoError(t, err)
		require.Equal(t, current == nil, swapped || f.get("k") == "")
		return string(current), swapped
	}
	_, swapped, err := store.Swap(ctx, "k", nil, []byte("a"), long)
	require.NoError(t, err)
	require.True(t, swapped)

	_, swapped = swap("a", "b")
	require.True(t, swapped)
	require.Equal(t, "b", f.get("k"))
	current, swapped := swap("a", "c")
	require.False(t, swapped)
	require.Equal(t, "b", current)
	require.Equal(t, "b", f.get("k"))
	_, swapped = swap("b", "b")
	require.True(t, swapped)

	require.NoError(t, store.Destroy(ctx, "k"))
	current, swapped = swap("b", "c")
	require.False(t, swapped)
	require.Empty(t, current)
	require.Equal(t, []string{"set", "set", "set", "set", "del", "set"}, f.sent())
}

// TestSwapByScript shows that a server which cannot compare by itself is
// asked to once.
func TestSwapByScript(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	store := open(t, s.URL(), redisstore.Options{})
	require.NoError(t, store.Set(ctx, "k", []byte("a"), long))
	swap := func(old, new string) func() {
		return func() {
			_, swapped, err := store.Swap(ctx, "k", []byte(old), []byte(new), long)
			require.NoError(t, err)
			require.True(t, swapped)
		}
	}
	first := s.Sent(swap("a", "b"))
	if len(first) == 1 {
		t.Skip("this server compares by itself")
	}
	require.Equal(t, []string{"set", "evalsha", "eval"}, first)
	require.Equal(t, []string{"evalsha"}, s.Sent(swap("b", "c")))
	s.MustDo("SCRIPT", "FLUSH")
	require.Equal(t, []string{"evalsha", "eval"}, s.Sent(swap("c", "d")))

	s.Restart()
	require.Eventually(t, func() bool { return store.Set(ctx, "k", []byte("d"), long) == nil }, long, 1)
	require.Equal(t, []string{"evalsha", "eval"}, s.Sent(swap("d", "e")), "a server that was restarted has no scripts")
	require.Equal(t, "e", s.MustDo("GET", "k"))
	require.NotEqual(t, "-1", s.MustDo("PTTL", "k"))
}

// TestSwapOnce shows that a swap whose reply is lost is not sent again, though
// the client would.
func TestSwapOnce(t *testing.T) {
	t.Parallel()
	for way, opts := range ways {
		t.Run(way, func(t *testing.T) { swapOnce(t, opts) })
	}
}

func swapOnce(t *testing.T, opts redisstore.Options) {
	s := rediskit.Start(t)
	p := cutproxy.Start(t, s.Addr())
	client := redis.NewClient(&redis.Options{Addr: p.Addr(), MaxRetries: 3})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	store, err := redisstore.New(client, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Set(ctx, "k", []byte("a"), long))
	_, _, err = store.Swap(ctx, "k", []byte("a"), []byte("b"), long)
	require.NoError(t, err)

	sent := s.Sent(func() {
		p.Cut(0, 1)
		_, _, err := store.Swap(ctx, "k", []byte("b"), []byte("c"), long)
		require.ErrorIs(t, err, redisstore.ErrUnavailable)
	})
	require.Len(t, sent, 2, "the swap and the probe: %v", sent)
	require.Equal(t, "c", s.MustDo("GET", "k"))
	require.Equal(t, 1, p.Cuts())
}

// TestLostReplies shows that no change is saved twice, or said to be saved
// when it is not, though replies are lost.
func TestLostReplies(t *testing.T) {
	t.Parallel()
	for way, opts := range ways {
		t.Run(way, func(t *testing.T) { loseReplies(t, opts) })
	}
}

func loseReplies(t *testing.T, opts redisstore.Options) {
	s := rediskit.Start(t)
	p := cutproxy.Start(t, s.Addr())
	engine := newEngine(t, open(t, p.URL(), opts), 0, nil)
	var user browser
	increment := func(s *core.Session) error {
		_, err := core.Update(s, "n", func(n int) int { return n + 1 })
		return err
	}
	require.NoError(t, user.request(ctx, engine, increment))
	saved, ambiguous := 1, 0
	for i := range 100 {
		if i%2 == 0 {
			p.Cut(i%3, i%7)
		}
		switch err := user.request(ctx, engine, increment); {
		case err == nil:
			saved++
		case errors.Is(err, core.ErrAmbiguous):
			ambiguous++
		default:
			require.NoError(t, err)
		}
	}
	var n int
	require.NoError(t, user.request(ctx, engine, func(s *core.Session) (err error) {
		n, err = core.Get[int](s, "n")
		return err
	}))
	t.Logf("of 101 updates %d were saved, %d are unknown; the counter is %d; %d replies were cut", saved, ambiguous, n, p.Cuts())
	require.GreaterOrEqual(t, n, saved)
	require.LessOrEqual(t, n, saved+ambiguous)
	require.Positive(t, p.Cuts())
}

// TestGetTouchDeclined shows what an old server makes of GetTouch.
func TestGetTouchDeclined(t *testing.T) {
	t.Parallel()
	f := newFake(t, false)
	store := open(t, f.url(), redisstore.Options{})
	require.NoError(t, store.Set(ctx, secretKey, []byte("a"), long))
	for range 2 {
		_, _, err := store.GetTouch(ctx, secretKey, long)
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
	require.Equal(t, []string{"set", "getex"}, f.sent())
}

// TestOneRefusalIsNotForEver shows that a server which could not do something
// once is asked again, unless it said that it does not know how.
func TestOneRefusalIsNotForEver(t *testing.T) {
	t.Parallel()
	f := newFake(t, true)
	var refusals atomic.Int32
	f.answer = func(args []string) string {
		if args[0] == "getex" && refusals.Add(1) == 1 {
			return "-ERR out of luck\r\n"
		}
		return "$2\r\n{}\r\n"
	}
	store := open(t, f.url(), redisstore.Options{})
	_, _, err := store.GetTouch(ctx, "k", long)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, found, err := store.GetTouch(ctx, "k", long)
	require.NoError(t, err)
	require.True(t, found)
}

func TestCancelledBefore(t *testing.T) {
	t.Parallel()
	store := open(t, newFake(t, true).url(), redisstore.Options{})
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, _, err := store.Get(cancelled, "k")
	require.ErrorIs(t, err, context.Canceled)
}
