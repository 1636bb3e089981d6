package core

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// nothing is a handler that does not change the session.
func nothing(*Session) {}

// A touchSpy can extend, and not swap.
type touchSpy struct{ *spy }

func (p touchSpy) Touch(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	return fullSpy(p).Touch(ctx, key, ttl)
}

// expiresIn returns how long the cookie of a Set-Cookie line is to live.
func expiresIn(t *testing.T, line string) time.Duration {
	_, rest, _ := strings.Cut(line, "expires=")
	date, _, _ := strings.Cut(rest, ";")
	expires, err := time.Parse(http.TimeFormat, date)
	require.NoError(t, err)
	return time.Until(expires)
}

func TestRollingRenewsOnceInATwentyFourthOfALife(t *testing.T) {
	eachStore(t, Options{Rolling: true}, func(t *testing.T, b *bench, swaps bool) {
		c := b.signedIn(map[string]any{"n": 1})
		key := "koa:sess:" + b.id(c)
		require.Equal(t, 25*time.Hour, b.ttls[key], "until the next renewal must have come")
		for _, ago := range []time.Duration{0, 59 * time.Minute} {
			b.age(c, ago)
			before := b.record(b.id(c))
			require.NoError(t, b.request(c, nothing))
			require.Empty(t, c.lines, ago)
			require.Equal(t, []string{"get"}, b.took(), ago)
			require.Equal(t, before, b.record(b.id(c)), ago)
		}
		b.age(c, 61*time.Minute)
		delete(b.ttls, key)
		require.NoError(t, b.request(c, nothing))
		require.Len(t, c.lines, 2)
		require.InDelta(t, (25 * time.Hour).Seconds(), expiresIn(t, c.lines[0]).Seconds(), 5)
		require.Equal(t, 25*time.Hour, b.ttls[key])
		if swaps {
			require.Equal(t, []string{"get", "swap"}, b.took())
		} else {
			require.Equal(t, []string{"get", "get", "set"}, b.took(), "it looks before it writes")
		}
		c = c.again()
		require.NoError(t, b.request(c, nothing))
		require.Empty(t, c.lines, "it was renewed by the last request")
	})
}

func TestRollingTouchesWhereTheStoreCannotSwap(t *testing.T) {
	spy := newSpy()
	b := newBench(t, Options{Rolling: true, Store: touchSpy{spy}}, "full")
	b.spy = spy
	c := b.signedIn(map[string]any{"n": 1})
	b.age(c, 2*time.Hour)
	require.NoError(t, b.request(c, nothing))
	require.Equal(t, []string{"get", "touch"}, b.took())
	require.Len(t, c.lines, 2)

	c = c.again()
	require.NoError(t, b.request(c, func(*Session) { b.spy.records = map[string]string{} }))
	require.Empty(t, c.lines)
	require.Empty(t, b.records)

	c = b.signedIn(map[string]any{"n": 1})
	b.age(c, 2*time.Hour)
	b.fail["touch"] = errStore
	require.ErrorIs(t, b.request(c, nothing), errStore)
	require.Empty(t, c.lines)
}

func TestRollingWithoutSwapOrTouchWritesNothingOverAnothersRecord(t *testing.T) {
	for name, other := range map[string]func(b *bench, id string){
		"gone":      func(b *bench, id string) { _ = b.spy.Destroy(context.Background(), "koa:sess:"+id) },
		"another's": func(b *bench, id string) { b.put(id, `{"n":2}`) },
	} {
		b := newBench(t, Options{Rolling: true}, "plain")
		c := b.signedIn(map[string]any{"n": 1})
		b.age(c, 2*time.Hour)
		id, after := b.id(c), ""
		require.NoError(t, b.request(c, func(*Session) {
			other(b, id)
			after = b.record(id)
		}))
		require.Empty(t, c.lines, name)
		require.Equal(t, after, b.record(id), name)
		require.Empty(t, b.told.take(), name)
	}
	for _, op := range []string{"get", "set"} {
		b := newBench(t, Options{Rolling: true}, "plain")
		c := b.signedIn(map[string]any{"n": 1})
		b.age(c, 2*time.Hour)
		require.ErrorIs(t, b.request(c, func(*Session) { b.fail[op] = errStore }), errStore, op)
		require.Empty(t, c.lines, op)
	}
}

func TestRollingByTheTTLThatTTLFuncGives(t *testing.T) {
	asked := 0
	opts := Options{Rolling: true, TTLFunc: func(s *Session) time.Duration {
		asked++
		n, _ := Get[int](s, "n")
		return time.Duration(n) * time.Minute
	}}
	eachStore(t, opts, func(t *testing.T, b *bench, _ bool) {
		c := b.signedIn(map[string]any{"n": 24})
		key := "koa:sess:" + b.id(c)
		require.Equal(t, 25*time.Minute, b.ttls[key])
		asked = 0
		b.age(c, 58*time.Second)
		require.NoError(t, b.request(c, nothing))
		require.Equal(t, 1, asked)
		require.Equal(t, []string{"get"}, b.took())
		require.Empty(t, c.lines)
		b.age(c, 62*time.Second)
		delete(b.ttls, key)
		require.NoError(t, b.request(c, nothing))
		require.Equal(t, 25*time.Minute, b.ttls[key])
	})
}

func TestACookieThatNoSendingProlongsIsNotSentAgain(t *testing.T) {
	b := newBench(t, Options{Rolling: true, Cookie: Cookie{MaxAge: BrowserSession}}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	require.Contains(t, b.record(b.id(c)), attrSent, "when the record was written")
	require.NoError(t, b.request(c, nothing))
	require.Equal(t, []string{"get"}, b.took())
	b.age(c, 2*time.Hour)
	require.NoError(t, b.request(c, nothing))
	require.Equal(t, []string{"get", "swap"}, b.took(), "the record lives on")
	require.Equal(t, 25*time.Hour, b.ttls["koa:sess:"+b.id(c)])
	require.Empty(t, c.lines)

	b = newBench(t, Options{Rolling: true, Cookie: Cookie{Expires: time.Now().Add(72 * time.Hour)}}, "full")
	c = b.signedIn(map[string]any{"n": 1})
	require.InDelta(t, (72 * time.Hour).Seconds(), b.ttls["koa:sess:"+b.id(c)].Seconds(), 5, "a fixed date is exact")
	b.age(c, 48*time.Hour)
	require.NoError(t, b.request(c, nothing))
	require.Equal(t, []string{"get"}, b.took(), "nor does writing it")
	require.Empty(t, c.lines)
}

func TestRollingSendsAnIDOfItsOwnCarrier(t *testing.T) {
	b := newBench(t, Options{Rolling: true, SessionIDStore: HeaderIDs("X-Session-Id")}, "full")
	c := newClient()
	require.NoError(t, b.request(c, count))
	id := c.out["X-Session-Id"]
	next := func() *client {
		c := newClient()
		c.headers["X-Session-Id"] = []string{id}
		return c
	}
	c = next()
	require.NoError(t, b.request(c, nothing))
	require.Empty(t, c.out)
	b.put(id, sentAgo(b.record(id), 2*time.Hour))
	c = next()
	require.NoError(t, b.request(c, nothing))
	require.Equal(t, map[string]string{"X-Session-Id": id}, c.out)
}

func TestARenewalThatFailsIsAnError(t *testing.T) {
	b := newBench(t, Options{Rolling: true}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	b.age(c, 2*time.Hour)
	b.fail["swap"] = errStore
	err := b.request(c, nothing)
	require.ErrorIs(t, err, errStore)
	var store *StoreError
	require.ErrorAs(t, err, &store)
	require.Equal(t, "touch", store.Op)
	require.Empty(t, c.lines)
}

func TestARenewalOfWhatAnotherHasChangedKeepsTheChange(t *testing.T) {
	b := newBench(t, Options{Rolling: true}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	b.age(c, 2*time.Hour)
	require.NoError(t, meanwhile(t, b, c, nothing, count))
	require.Contains(t, b.record(b.id(c)), `"n":2`)
	require.Len(t, c.lines, 2)
	require.Equal(t, 25*time.Hour, b.ttls["koa:sess:"+b.id(c)])
}

func TestARenewalBringsNothingBackAndSendsNothingForWhatIsGone(t *testing.T) {
	for name, other := range map[string]func(b *bench, c *client){
		"removed": func(b *bench, c *client) { b.spy.records = map[string]string{} },
		"corrupt": func(b *bench, c *client) { b.put(b.id(c), "[]") },
		"ended":   func(b *bench, c *client) { require.NoError(b.t, b.request(c.again(), (*Session).Destroy)) },
		"replaced": func(b *bench, c *client) {
			require.NoError(b.t, b.request(c.again(), func(s *Session) { _ = s.RegenerateKeep() }))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Options{Rolling: true}, "full")
			c := b.signedIn(map[string]any{"n": 1})
			b.age(c, 2*time.Hour)
			id, after := b.id(c), ""
			require.NoError(t, b.request(c, func(*Session) {
				other(b, c)
				after = b.record(id)
			}))
			require.Empty(t, c.lines)
			require.Equal(t, after, b.record(id))
			require.Empty(t, b.told.take(), "a reader has lost nothing")
		})
	}
}

func TestARenewalIsGivenUpWhereTheRecordKeepsChanging(t *testing.T) {
	b := newBench(t, Options{Rolling: true}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	b.age(c, 2*time.Hour)
	swaps := 0
	b.engine.backend.swap = swapFunc(func(context.Context, string, []byte, []byte, time.Duration) ([]byte, bool, error) {
		swaps++
		return []byte(`{"n":1}` + strings.Repeat(" ", swaps)), false, nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // no pauses
	s := b.begin(c)
	require.ErrorIs(t, s.Save(ctx), ErrConflict)
	require.Equal(t, mergeAttempts, swaps)
}

func TestARenewalWhoseAnswerWasLostIsDone(t *testing.T) {
	for _, applied := range []bool{true, false} {
		b := newBench(t, Options{Rolling: true}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		b.age(c, 2*time.Hour)
		lossy(b, applied, nil)
		require.NoError(t, b.request(c, nothing))
		require.Len(t, c.lines, 2)
	}
}

func TestARenewalThatAnotherGoroutineOvertakesIsNotNeeded(t *testing.T) {
	var s *Session
	var do func()
	b := newBench(t, Options{Rolling: true, TTLFunc: func(*Session) time.Duration {
		if f := do; f != nil {
			do = nil
			f()
		}
		return 24 * time.Hour
	}}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	old := b.id(c)
	b.age(c, 2*time.Hour)
	s = b.begin(c)
	do = func() { _ = s.Regenerate(); _ = s.Set("user", "ann") }
	require.NoError(t, s.End())
	require.True(t, isTombstone([]byte(b.record(old))) || len(c.lines) == 0, "never the old id")
	for _, line := range c.lines {
		require.NotContains(t, line, old)
	}
}

func TestASecureCookieIsNotRenewedWithoutTLS(t *testing.T) {
	b := newBench(t, Options{Rolling: true, Cookie: Cookie{Secure: true}}, "full")
	c := newClient()
	c.secure = true
	require.NoError(t, b.request(c, count))
	c = c.again()
	b.age(c, 2*time.Hour)
	b.took()
	require.ErrorIs(t, b.request(c, nothing), ErrInsecureCookie)
	require.Equal(t, []string{"get"}, b.took())
}
