package core

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// meanwhile has another request change the session between this one's load
// and its save.
func meanwhile(t *testing.T, b *bench, c *client, mine, theirs func(s *Session)) error {
	return b.request(c, func(s *Session) {
		mine(s)
		require.NoError(t, b.request(c.again(), theirs))
	})
}

func TestChangesOfDifferentValuesBothStay(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"a": 1, "b": 1, "c": 1, "d": []string{"x"}})
	require.NoError(t, meanwhile(t, b, c, func(s *Session) {
		require.NoError(t, s.Set("a", 2))
		s.Delete("b")
		list, err := Bind[[]string](s, "d")
		require.NoError(t, err)
		*list = append(*list, "y")
	}, func(s *Session) {
		require.NoError(t, s.Set("c", 3))
		require.NoError(t, s.Set("e", 4))
		require.NoError(t, s.SetCookie(Cookie{MaxAge: time.Hour}))
	}))
	require.Equal(t, `{"cookie":{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":3600000,"sameSite":"lax"},"a":2,"c":3,"d":["x","y"],"e":4}`, unsent(b.record(b.id(c))))
}

func TestAttributesOfBothStay(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"a": 1})
	require.NoError(t, meanwhile(t, b, c,
		func(s *Session) { require.NoError(t, s.SetCookie(Cookie{SameSite: SameSiteStrict})) },
		func(s *Session) { require.NoError(t, s.SetCookie(Cookie{MaxAge: time.Hour})) }))
	require.Contains(t, b.record(b.id(c)), `"maxAge":3600000,"sameSite":"strict"`)
}

func TestOfTheSameValueTheLaterOneWins(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"a": 1})
	require.NoError(t, meanwhile(t, b, c,
		func(s *Session) { require.NoError(t, s.Set("a", 2)) },
		func(s *Session) { require.NoError(t, s.Set("a", 3)) }))
	require.Contains(t, b.record(b.id(c)), `"a":2`)
}

func TestOnConflictDecides(t *testing.T) {
	refuse := errors.New("ask the user")
	var asked []string
	b := newBench(t, Options{OnConflict: func(key string, base, mine, theirs []byte) ([]byte, error) {
		asked = append(asked, key+" "+string(base)+" "+string(mine)+" "+string(theirs))
		switch key {
		case "sum":
			return []byte("5"), nil
		case "drop":
			return nil, nil
		}
		return nil, refuse
	}}, "full")
	c := b.signedIn(map[string]any{"sum": 1, "drop": 1, "same": 1, "error": 1})
	require.NoError(t, meanwhile(t, b, c, func(s *Session) {
		require.NoError(t, s.Set("sum", 3))
		require.NoError(t, s.Set("drop", 2))
		require.NoError(t, s.Set("same", 2))
	}, func(s *Session) {
		require.NoError(t, s.Set("sum", 4))
		s.Delete("drop")
	}))
	require.Equal(t, []string{"sum 1 3 4", "drop 1 2 "}, asked)
	require.Contains(t, b.record(b.id(c)), `"error":1,"same":2,"sum":5}`)

	require.ErrorIs(t, meanwhile(t, b, c.again(),
		func(s *Session) { require.NoError(t, s.Set("error", 2)) },
		func(s *Session) { require.NoError(t, s.Set("error", 3)) }), refuse)
}

func TestReplaceRemovesWhatItDoesNotName(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"a": 1, "b": 1})
	require.NoError(t, meanwhile(t, b, c,
		func(s *Session) { require.NoError(t, s.Replace(map[string]any{"z": 1})) },
		func(s *Session) { require.NoError(t, s.Set("new", 1)) }))
	require.Contains(t, b.record(b.id(c)), `},"z":1}`)
}

func TestAnUpdateRunsAgainOnWhatIsThereNow(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 10})
	plus := func(s *Session) {
		_, err := Update(s, "n", func(n int) int { return n + 1 })
		require.NoError(t, err)
	}
	require.NoError(t, meanwhile(t, b, c, func(s *Session) { plus(s); plus(s) }, plus))
	require.Contains(t, b.record(b.id(c)), `"n":13`)

	require.NoError(t, meanwhile(t, b, c.again(), func(s *Session) {
		require.NoError(t, s.Set("n", 100))
		plus(s)
	}, plus))
	require.Contains(t, b.record(b.id(c)), `"n":101`, "on top of a Set there is nothing to run again")

	err := meanwhile(t, b, c.again(), plus, func(s *Session) { require.NoError(t, s.Set("n", "text")) })
	var value *ValueError
	require.ErrorAs(t, err, &value)
	require.Contains(t, b.record(b.id(c)), `"n":"text"`)
}

func TestGoneMeansGone(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	id := b.id(c)
	require.NoError(t, meanwhile(t, b, c,
		func(s *Session) { require.NoError(t, s.Set("n", 2)) },
		func(s *Session) { s.Destroy() }))
	require.Empty(t, b.record(id))
	require.Empty(t, c.lines)
	told := b.told.take()
	require.Len(t, told, 1)
	require.ErrorIs(t, told[0], ErrGone)
}

func TestALateWriterCannotWriteToARegeneratedID(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	id := b.id(c)
	require.NoError(t, meanwhile(t, b, c,
		func(s *Session) { require.NoError(t, s.Set("n", 2)) },
		func(s *Session) { require.NoError(t, s.RegenerateKeep()) }))
	require.True(t, isTombstone([]byte(b.record(id))))
	require.Empty(t, c.lines)
	told := b.told.take()
	require.Len(t, told, 1)
	require.ErrorIs(t, told[0], ErrSuperseded)
}

func TestWhatOthersWroteIsCarriedOverByRegenerateKeepAlone(t *testing.T) {
	for _, keeps := range []bool{true, false} {
		b := newBench(t, Options{}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		old := b.id(c)
		require.NoError(t, meanwhile(t, b, c, func(s *Session) {
			if keeps {
				require.NoError(t, s.RegenerateKeep())
			} else {
				require.NoError(t, s.Regenerate())
			}
			require.NoError(t, s.Set("user", "ann"))
		}, func(s *Session) { require.NoError(t, s.Set("theirs", 1)) }))
		require.True(t, isTombstone([]byte(b.record(old))))
		record := b.record(b.id(c))
		require.Contains(t, record, `"user":"ann"`)
		if keeps {
			require.Contains(t, record, `"theirs":1`)
		} else {
			require.NotContains(t, record, `"theirs"`)
		}
		require.Len(t, b.records, 2)
	}
}

func TestTwoRegeneratesEndWithOneSession(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	var winner *client
	require.NoError(t, b.request(c, func(s *Session) {
		require.NoError(t, s.RegenerateKeep())
		winner = c.again()
		require.NoError(t, b.request(winner, func(s *Session) { require.NoError(t, s.RegenerateKeep()) }))
	}))
	require.Empty(t, c.lines)
	require.Len(t, b.records, 2, "the winner's and the tombstone")
	require.Contains(t, b.record(b.id(winner)), `"n":1`)
	require.ErrorIs(t, b.told.take()[0], ErrSuperseded)
}

func TestARegenerateOfASessionThatIsGoneLeavesNothing(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	require.NoError(t, meanwhile(t, b, c,
		func(s *Session) { require.NoError(t, s.RegenerateKeep()) },
		func(s *Session) { s.Destroy() }))
	require.Empty(t, b.records)
	require.Empty(t, c.lines)
	require.ErrorIs(t, b.told.take()[0], ErrGone)
}

func TestARegenerateThatFailsHalfwayLeavesTheOldSessionWhole(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	old := b.id(c)
	swaps := 0
	b.engine.backend.swap = swapFunc(func(ctx context.Context, key string, before, after []byte, ttl time.Duration) ([]byte, bool, error) {
		if swaps++; swaps == 2 {
			return nil, false, errStore
		}
		return fullSpy{b.spy}.Swap(ctx, key, before, after, ttl)
	})
	require.ErrorIs(t, b.request(c, func(s *Session) { require.NoError(t, s.RegenerateKeep()) }), errStore)
	require.Len(t, b.records, 1)
	require.Contains(t, b.record(old), `"n":1`)
	require.Empty(t, c.lines)

	swaps = 0
	b.fail["destroy"] = errors.New("this too")
	err := b.request(c.again(), func(s *Session) { require.NoError(t, s.RegenerateKeep()) })
	require.ErrorIs(t, err, errStore)
	require.ErrorContains(t, err, "this too")
}

func TestARecordThatKeepsChangingIsGivenUp(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	n := 0
	b.engine.backend.swap = swapFunc(func(context.Context, string, []byte, []byte, time.Duration) ([]byte, bool, error) {
		n++
		return []byte(`{"n":` + strconv.Itoa(n) + `}`), false, nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // no pauses
	s := b.begin(c)
	require.NoError(t, s.Set("m", 1))
	require.ErrorIs(t, s.Save(ctx), ErrConflict)
	require.Equal(t, mergeAttempts, n)
	s = b.begin(c)
	require.NoError(t, s.RegenerateKeep())
	b.engine.backend.swap = swapFunc(func(_ context.Context, _ string, old, _ []byte, _ time.Duration) ([]byte, bool, error) {
		n++
		return []byte(`{"n":` + strconv.Itoa(n) + `}`), old == nil, nil
	})
	require.ErrorIs(t, s.Save(ctx), ErrConflict)

	b.engine.backend.swap = swapFunc(func(context.Context, string, []byte, []byte, time.Duration) ([]byte, bool, error) {
		return []byte(`[]`), false, nil
	})
	s = b.begin(c)
	require.NoError(t, s.Set("m", 1))
	require.ErrorIs(t, s.Save(ctx), ErrCorruptRecord)
}

func TestFiftyRequestsLoseNoUpdate(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 0})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for range 20 {
				err := b.request(c.again(), func(s *Session) {
					_, err := Update(s, "n", func(n int) int { return n + 1 })
					if err != nil {
						t.Error(err)
					}
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Contains(t, b.record(b.id(c)), `"n":1000`)
}

func TestWithoutSwapTheLastSaveWins(t *testing.T) {
	b := newBench(t, Options{}, "plain")
	c := b.signedIn(map[string]any{"a": 1})
	require.NoError(t, meanwhile(t, b, c,
		func(s *Session) { require.NoError(t, s.Set("a", 2)) },
		func(s *Session) { require.NoError(t, s.Set("b", 3)) }))
	require.NotContains(t, b.record(b.id(c)), `"b"`)
}
