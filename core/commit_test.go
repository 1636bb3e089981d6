package core

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var errStore = errors.New("mock store error")

func TestAnUntouchedVisitorLeavesNoTrace(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := newClient()
		require.NoError(t, b.request(c, func(*Session) {}))
		require.Empty(t, c.lines)
		require.Empty(t, b.took())
	})
}

func TestANewSessionIsWrittenThenAnnounced(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, swaps bool) {
		c := newClient()
		require.NoError(t, b.request(c, func(s *Session) {
			require.True(t, s.IsNew())
			require.NoError(t, s.Set("n", 1))
		}))
		require.Len(t, c.lines, 2)
		require.Contains(t, b.record(b.id(c)), `"n":1`)
		if swaps {
			require.Equal(t, []string{"swap"}, b.took())
		} else {
			require.Equal(t, []string{"set"}, b.took())
		}
		require.Equal(t, 24*time.Hour, b.ttls["koa:sess:"+b.id(c)])
	})
}

func TestAFailedWriteSetsNoCookieAndIsNotTriedAgain(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := newClient()
		b.fail["set"], b.fail["swap"] = errStore, errStore
		s := b.begin(c)
		require.NoError(t, s.Set("n", 1))
		require.ErrorIs(t, s.Commit(), errStore)
		require.NoError(t, s.End())
		require.Empty(t, c.lines)
		require.Len(t, b.took(), 1)
		require.Len(t, b.told.take(), 1)
	})
}

func TestASwallowedWriteErrorLetsTheRequestGoOn(t *testing.T) {
	b := newBench(t, Options{ErrorHandler: func(Request, error) error { return nil }}, "full")
	b.fail["swap"] = errStore
	c := newClient()
	require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }))
	require.Empty(t, c.lines)
}

func TestDestroyEndsTheRecordAndClearsTheCookies(t *testing.T) {
	eachStore(t, Options{Cookie: Cookie{Path: "/app", Domain: "example.test"}}, func(t *testing.T, b *bench, swaps bool) {
		c := newClient()
		c.path = "/app"
		require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }))
		id := b.id(c)
		c = c.again()
		c.path = "/app/x"
		require.NoError(t, b.request(c, func(s *Session) {
			s.Destroy()
			require.ErrorIs(t, s.Set("n", 2), ErrDestroyed)
			_, err := Get[int](s, "n")
			require.ErrorIs(t, err, ErrNoValue)
			require.Zero(t, s.Len())
		}))
		b.requireEnded(id, swaps)
		require.Empty(t, c.cookies)
		for _, line := range c.lines {
			require.Contains(t, line, "=; path=/app; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.test")
		}
	})
}

func TestAFailedDestroyIsAnErrorAndClearsTheCookiesAllTheSame(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	b.fail["destroy"] = errStore
	require.ErrorIs(t, b.request(c, func(s *Session) { s.Destroy() }), errStore)
	require.Empty(t, c.cookies)
}

func TestRegenerateWritesTheNewRecordBeforeTheOldOneGoes(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, swaps bool) {
		c := b.signedIn(map[string]any{"n": 1})
		old := b.id(c)
		require.NoError(t, b.request(c, func(s *Session) {
			require.NoError(t, s.Regenerate())
			require.NotEqual(t, old, s.ID())
			require.Zero(t, s.Len())
			require.True(t, s.IsNew())
			require.NoError(t, s.Set("user", "ann"))
		}))
		require.Contains(t, b.record(b.id(c)), `"user":"ann"`)
		require.NotContains(t, b.record(b.id(c)), `"n"`)
		if swaps {
			require.Equal(t, []string{"get", "swap", "swap"}, b.took())
			require.True(t, isTombstone([]byte(b.record(old))))
			require.Equal(t, tombstoneTTL, b.ttls["koa:sess:"+old])
			return
		}
		require.Equal(t, []string{"get", "set", "destroy"}, b.took())
		require.Empty(t, b.record(old))
	})
}

func TestRegenerateKeepCarriesValuesAndAttributesOver(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := newClient()
		require.NoError(t, b.request(c, func(s *Session) {
			require.NoError(t, s.Set("n", 1))
			require.NoError(t, s.SetCookie(Cookie{MaxAge: time.Minute}))
		}))
		c = c.again()
		old := b.id(c)
		require.NoError(t, b.request(c, func(s *Session) {
			require.NoError(t, s.RegenerateKeep())
			require.NoError(t, s.RegenerateKeep())
		}))
		require.NotEqual(t, old, b.id(c))
		require.Contains(t, b.record(b.id(c)), `"n":1`)
		require.Contains(t, b.record(b.id(c)), `"maxAge":60000`)
		require.NotContains(t, b.record(old), `"n":1`)
	})
}

func TestARegeneratedSessionThatStaysEmptyIsGone(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, swaps bool) {
		c := b.signedIn(map[string]any{"n": 1})
		old := b.id(c)
		require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Regenerate()) }))
		require.Empty(t, c.cookies)
		b.requireEnded(old, swaps)
	})
}

func TestRegenerateAfterDestroyGoesOnWithAnEmptySession(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := b.signedIn(map[string]any{"n": 1})
		old := b.id(c)
		require.NoError(t, b.request(c, func(s *Session) {
			s.Destroy()
			require.NoError(t, s.RegenerateKeep(), "what is destroyed is not carried over")
			require.Zero(t, s.Len())
			require.NoError(t, s.Set("flash", "bye"))
		}))
		require.NotContains(t, b.record(old), `"n"`)
		require.Contains(t, b.record(b.id(c)), `"flash":"bye"`)
	})
}

func TestPreventAndForce(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := b.signedIn(map[string]any{"n": 1})
		before := b.record(b.id(c))
		require.NoError(t, b.request(c, func(s *Session) {
			require.NoError(t, s.Set("n", 2))
			s.PreventSave()
		}))
		require.Equal(t, before, b.record(b.id(c)))
		require.Empty(t, c.lines)

		c = c.again()
		require.NoError(t, b.request(c, func(s *Session) { s.PreventSave(); s.ForceSave() }))
		require.Len(t, c.lines, 2)

		c = c.again()
		b.took()
		require.NoError(t, b.request(c, func(s *Session) { s.MarkDirty() }))
		require.Len(t, b.took(), 2, "a load and a save")

		c = newClient()
		require.NoError(t, b.request(c, func(s *Session) { s.ForceSave() }))
		require.NotEmpty(t, b.record(b.id(c)))
	})
}

func TestATTLThatIsOverEndsTheSession(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, swaps bool) {
		c := b.signedIn(map[string]any{"n": 1})
		id := b.id(c)
		require.NoError(t, b.request(c, func(s *Session) {
			require.NoError(t, s.SetCookie(Cookie{Expires: time.Now().Add(-time.Millisecond)}))
		}))
		b.requireEnded(id, swaps)
		require.Empty(t, c.cookies)
	})
	b := newBench(t, Options{Rolling: true, TTLFunc: func(*Session) time.Duration { return -1 }}, "full")
	b.put("abcdefghijklmnopqrstuvwxyz012345", `{"n":1}`)
	c := newClient()
	c.ctx = WithID(c.ctx, "abcdefghijklmnopqrstuvwxyz012345")
	require.NoError(t, b.request(c, func(*Session) {}))
	b.requireEnded("abcdefghijklmnopqrstuvwxyz012345", true)
}

func TestBeforeSaveRunsBeforeEachWriteAndMayChangeOrRefuse(t *testing.T) {
	var runs int
	refuse := errors.New("not today")
	opts := Options{BeforeSave: func(_ Request, s *Session) error {
		runs++
		if n, _ := Get[int](s, "n"); n == 13 {
			return refuse
		}
		if err := s.Save(context.Background()); err != ErrInsideHook {
			return errors.New("Save inside a hook")
		}
		if err := s.Commit(); err != ErrInsideHook {
			return errors.New("Commit inside a hook")
		}
		return s.Set("saved", true)
	}}
	b := newBench(t, opts, "full")
	c := newClient()
	require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }))
	require.Contains(t, b.record(b.id(c)), `"saved":true`)
	require.NoError(t, b.request(c.again(), func(*Session) {}))
	require.Equal(t, 1, runs, "nothing was written")

	err := b.request(c.again(), func(s *Session) { require.NoError(t, s.Set("n", 13)) })
	var hook *HookError
	require.ErrorAs(t, err, &hook)
	require.Equal(t, "BeforeSave", hook.Hook)
	require.ErrorIs(t, err, refuse)
	require.Contains(t, b.record(b.id(c)), `"n":1,`)
}

func TestABeforeSaveThatPanicsHasNothingSaved(t *testing.T) {
	b := newBench(t, Options{BeforeSave: func(Request, *Session) error { panic("hook") }}, "full")
	c := newClient()
	s := b.begin(c)
	require.NoError(t, s.Set("n", 1))
	require.Panics(t, func() { _ = s.Commit() })
	require.NoError(t, s.End())
	require.Empty(t, b.took())
	require.Empty(t, c.lines)
}

func TestALateChange(t *testing.T) {
	late := func(t *testing.T, b *bench, c *client, change func(s *Session)) []error {
		s := b.begin(c)
		require.NoError(t, s.Commit())
		c.started = true
		change(s)
		require.NoError(t, s.End())
		return b.told.take()
	}
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := b.signedIn(map[string]any{"n": 1})
		id := b.id(c)
		require.Empty(t, late(t, b, c, func(s *Session) { require.NoError(t, s.Set("n", 2)) }))
		require.Contains(t, b.record(id), `"n":2`, "the client has the id")
		require.Empty(t, c.lines)

		visitor := newClient()
		told := late(t, b, visitor, func(s *Session) { require.NoError(t, s.Set("n", 1)) })
		require.Len(t, told, 1)
		require.ErrorIs(t, told[0], ErrTooLate)
		require.Len(t, b.records, 1, "no record that nobody has the id of")

		c = c.again()
		told = late(t, b, c, func(s *Session) { require.NoError(t, s.Regenerate()); require.NoError(t, s.Set("n", 3)) })
		require.Len(t, told, 1)
		require.ErrorIs(t, told[0], ErrTooLate)
		require.Empty(t, b.live(), "the old record goes all the same")

		c = b.signedIn(map[string]any{"n": 1})
		told = late(t, b, c, func(s *Session) { s.Destroy() })
		require.Len(t, told, 1)
		require.ErrorIs(t, told[0], ErrTooLate)
		require.Empty(t, b.live())
		require.Empty(t, c.lines)
	})
}

func TestSaveWritesNowAndWhatChangesAfterwardsIsSavedAtTheEnd(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := newClient()
		s := b.begin(c)
		require.NoError(t, s.Set("n", 1))
		require.NoError(t, s.Save(context.Background()))
		require.False(t, s.IsNew())
		require.Contains(t, b.record(s.ID()), `"n":1`)
		require.NoError(t, s.Save(context.Background()))
		require.Len(t, b.took(), 1, "nothing has changed since")
		require.NoError(t, s.Set("m", 2))
		require.NoError(t, s.Commit())
		require.NoError(t, s.Set("m", 3))
		require.NoError(t, s.End())
		require.Contains(t, b.record(b.id(c)), `"n":1,"m":3`)
	})
}

func TestSaveReturnsItsErrorAndTheCommitTriesAgain(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	id := b.id(c)
	s := b.begin(c)
	s.Destroy()
	b.fail["destroy"] = errStore
	require.ErrorIs(t, s.Save(context.Background()), errStore)
	require.Empty(t, b.told.take(), "whoever called Save has the error")
	delete(b.fail, "destroy")
	require.NoError(t, s.Commit())
	require.NoError(t, s.End())
	b.requireEnded(id, true)
}

func TestASecureCookieOnAPlainRequestIsAnErrorAndNothingIsStored(t *testing.T) {
	b := newBench(t, Options{Cookie: Cookie{Secure: true}, TrustProxy: true}, "full")
	c := newClient()
	require.ErrorIs(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }), ErrInsecureCookie)
	require.Empty(t, b.took())

	for _, forwarded := range [][]string{{"http"}, {"https, http"}, {"https", "https"}} {
		c = newClient()
		c.headers["X-Forwarded-Proto"] = forwarded
		require.ErrorIs(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }), ErrInsecureCookie)
	}
	c = newClient()
	c.headers["X-Forwarded-Proto"] = []string{"HTTPS"}
	require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }))
	c = newClient()
	c.secure = true
	require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }))
}

func TestAnOldKeysSignatureIsRenewedWithTheSessionsAttributes(t *testing.T) {
	older := "an older key of this application"
	b := newBench(t, Options{SigningKeys: []string{older}}, "full")
	c := newClient()
	require.NoError(t, b.request(c, func(s *Session) {
		require.NoError(t, s.Set("n", 1))
		require.NoError(t, s.SetCookie(Cookie{MaxAge: BrowserSession, SameSite: SameSiteStrict}))
	}))
	rotated := newBench(t, Options{SigningKeys: []string{testKeys[0], older}, Store: fullSpy{b.spy}}, "full")
	b.took()
	c = c.again()
	require.NoError(t, rotated.request(c, func(*Session) {}))
	require.Equal(t, []string{"get", "get"}, b.took(), "the id is known to be alive when it is sent")
	require.Len(t, c.lines, 2)
	for _, line := range c.lines {
		require.NotContains(t, line, "expires")
		require.Contains(t, line, "samesite=strict")
	}
	c = c.again()
	require.NoError(t, rotated.request(c, func(*Session) {}))
	require.Empty(t, c.lines)
}

func TestAnErrorHandlerMayAnswerTheRequest(t *testing.T) {
	var s *Session
	b := newBench(t, Options{ErrorHandler: func(_ Request, err error) error {
		if s != nil { // writing an answer commits again
			require.NoError(t, s.Commit())
		}
		return err
	}}, "full")
	b.fail["swap"] = errStore
	s = b.begin(newClient())
	require.NoError(t, s.Set("n", 1))
	require.ErrorIs(t, s.Commit(), errStore)
}

func TestAClientThatHasGoneStillHasItsChangeSaved(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	ctx, cancel := context.WithCancel(context.Background())
	c.ctx = ctx
	seen := errors.New("no swap")
	b.engine.backend.swap = swapFunc(func(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
		seen = ctx.Err()
		return fullSpy{b.spy}.Swap(ctx, key, old, new, ttl)
	})
	require.NoError(t, b.request(c, func(s *Session) {
		require.NoError(t, s.Set("n", 2))
		cancel()
	}))
	require.NoError(t, seen)
}

type swapFunc func(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error)

func (f swapFunc) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	return f(ctx, key, old, new, ttl)
}
