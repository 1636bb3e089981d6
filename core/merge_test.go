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
	b.requireEnded(id, true)
	require.Empty(t, c.lines)
	told := b.told.take()
	require.Len(t, told, 1)
	require.ErrorIs(t, told[0], ErrGone)
}

func TestALateWriterDoesNotWriteToARegeneratedID(t *testing.T) {
	for name, regenerate := range map[string]func(*Session) error{"keeps": (*Session).RegenerateKeep, "plain": (*Session).Regenerate} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Options{}, "full")
			c := b.signedIn(map[string]any{"n": 1})
			id, other := b.id(c), c.again()
			require.NoError(t, b.request(c, func(s *Session) {
				require.NoError(t, s.Set("n", 2))
				require.NoError(t, b.request(other, func(s *Session) {
					require.NoError(t, regenerate(s))
					require.NoError(t, s.Set("user", "ann"))
				}))
			}))
			require.True(t, isTombstone([]byte(b.record(id))))
			require.Empty(t, c.lines)
			if name == "keeps" {
				require.Contains(t, b.record(b.id(other)), `"n":2,"user":"ann"`, "it is carried into the successor")
				require.Empty(t, b.told.take())
				return
			}
			require.NotContains(t, b.record(b.id(other)), `"n"`)
			told := b.told.take()
			require.Len(t, told, 1)
			require.ErrorIs(t, told[0], ErrSuperseded)
		})
	}
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

func TestTwoRegeneratesAtOnceMakeTwoSessions(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	old := b.id(c)
	var other *client
	require.NoError(t, b.request(c, func(s *Session) {
		require.NoError(t, s.RegenerateKeep())
		other = c.again()
		require.NoError(t, b.request(other, func(s *Session) { require.NoError(t, s.RegenerateKeep()) }))
	}))
	require.Len(t, c.lines, 2)
	require.Len(t, other.lines, 2)
	require.Empty(t, b.told.take())
	require.ElementsMatch(t, []string{b.id(c), b.id(other)}, b.live())
	require.Contains(t, b.record(b.id(c)), `"n":1`)
	require.Contains(t, b.record(b.id(other)), `"n":1`)
	require.Equal(t, []successor{{b.id(other), true}, {b.id(c), true}}, b.tombstone(old).successors)
}

func TestARegenerateOfASessionThatIsGoneKeepsOnlyWhatItSetItself(t *testing.T) {
	for name, end := range map[string]func(b *bench, c *client){
		"ended":    func(b *bench, c *client) { require.NoError(b.t, b.request(c.again(), (*Session).Destroy)) },
		"vanished": func(b *bench, c *client) { b.spy.records = map[string]string{} },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Options{}, "full")
			c := b.signedIn(map[string]any{"n": 1, "count": 10})
			require.NoError(t, b.request(c, func(s *Session) {
				require.NoError(t, s.RegenerateKeep())
				require.NoError(t, s.Set("user", "ann"))
				_, err := Update(s, "count", func(n int) int { return n + 1 })
				require.NoError(t, err)
				end(b, c)
			}))
			require.Len(t, c.lines, 2)
			require.Empty(t, b.told.take())
			require.Equal(t, []string{b.id(c)}, b.live())
			record := b.record(b.id(c))
			require.Contains(t, record, `"user":"ann"`)
			require.Contains(t, record, `"count":1`+"}", "an update begins with nothing")
			require.NotContains(t, record, `"n"`)
		})
	}
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
