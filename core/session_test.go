package core

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnIDThatTheStoreDoesNotKnowIsNeverAdopted(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := b.signedIn(map[string]any{"n": 1})
		foreign := b.id(c)
		b.spy.records = map[string]string{}
		require.NoError(t, b.request(c, func(s *Session) {
			require.True(t, s.IsNew())
			require.NotEqual(t, foreign, s.ID())
		}))
		require.Len(t, c.lines, 2, "what is dead is cleared")
		require.Empty(t, c.cookies)

		c.cookies = map[string]string{}
		require.Empty(t, b.records)
	})
}

func TestADeadCookieIsReplacedByANewSessions(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	foreign := b.id(c)
	b.spy.records = map[string]string{}
	require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 2)) }))
	require.NotEqual(t, foreign, b.id(c))
	require.Empty(t, b.record(foreign))
	require.Len(t, c.lines, 2)
}

func TestARecordThatIsNoObjectIsReportedAndLikeNone(t *testing.T) {
	for _, record := range []string{``, `null`, " null\n", `5`, `[]`, `"x"`, `true`, `{`, `{}x`, "\ufeff{}", `{"a":}`} {
		b := newBench(t, Options{}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		b.put(b.id(c), record)
		require.NoError(t, b.request(c, func(s *Session) { require.True(t, s.IsNew()) }), record)
		told := b.told.take()
		require.Len(t, told, 1, record)
		require.ErrorIs(t, told[0], ErrCorruptRecord)
		require.Empty(t, c.cookies)
	}
}

func TestASupersededIDCannotWriteAndGetsNoCookie(t *testing.T) {
	for name, replace := range map[string]func(s *Session){
		"regenerated": func(s *Session) { _ = s.Regenerate(); _ = s.Set("user", "ann") },
		"kept":        func(s *Session) { _ = s.RegenerateKeep() },
		"ended":       (*Session).Destroy,
	} {
		for _, rolling := range []bool{false, true} {
			b := newBench(t, Options{Rolling: rolling}, "full")
			c := b.signedIn(map[string]any{"n": 1})
			id := b.id(c)
			require.NoError(t, b.request(c.again(), replace))
			before := maps.Clone(b.records)
			require.NoError(t, b.request(c, func(s *Session) {
				require.True(t, s.IsSuperseded(), name)
				require.True(t, s.IsNew(), name)
				require.Empty(t, s.ID(), name)
				require.Zero(t, s.Len(), name)
			}))
			require.Empty(t, b.told.take(), "a read is no fault")
			require.Empty(t, c.lines)

			err := b.request(c, func(s *Session) {
				require.ErrorIs(t, s.Set("n", 2), ErrSuperseded)
				require.ErrorIs(t, s.Save(context.Background()), ErrSuperseded)
			})
			require.ErrorIs(t, err, ErrSuperseded, name)
			require.Equal(t, 503, StatusCode(err))
			require.Equal(t, "1", c.out["Retry-After"])
			require.Empty(t, c.lines)
			require.Equal(t, before, b.records, id)
		}
	}
}

func TestAStoreThatFailsLeavesTheCookieAlone(t *testing.T) {
	b := newBench(t, Options{}, "plain")
	c := b.signedIn(map[string]any{"n": 1})
	b.fail["get"] = errStore
	s, err := b.engine.Load(c, c)
	require.ErrorIs(t, err, errStore)
	var store *StoreError
	require.ErrorAs(t, err, &store)
	require.Equal(t, "get", store.Op)
	require.ErrorIs(t, s.Load(), errStore, "it is not tried again")
	require.NoError(t, s.Commit())
	require.NoError(t, s.End())
	require.Empty(t, c.lines)
	require.Len(t, b.took(), 1)
}

func TestAfterASwallowedLoadErrorNothingIsSaved(t *testing.T) {
	o := &told{}
	b := newBench(t, Options{AllowEmpty: true, Rolling: true, ErrorHandler: func(r Request, err error) error {
		_ = o.handle(r, err)
		return nil
	}}, "plain")
	c := b.signedIn(map[string]any{"n": 1})
	record := b.record(b.id(c))
	b.fail["get"] = errStore
	require.NoError(t, b.request(c, func(s *Session) { require.Zero(t, s.Len()) }))
	require.ErrorIs(t, b.request(c, func(s *Session) {
		s.Destroy()
		require.ErrorIs(t, s.Save(context.Background()), ErrUnsaved)
	}), ErrUnsaved, "D30: an end that was not carried out is not passed over")
	require.Empty(t, c.lines)
	require.Equal(t, record, b.record(b.id(c)))
	told := o.take()
	require.ErrorIs(t, told[len(told)-1], ErrUnsaved)
}

func TestValid(t *testing.T) {
	var reenter error
	b := newBench(t, Options{Valid: func(_ Request, s *Session) bool {
		reenter = s.Load()
		user, _ := Get[string](s, "user")
		return user != "mallory"
	}}, "full")
	c := b.signedIn(map[string]any{"user": "ann"})
	require.NoError(t, b.request(c, func(s *Session) { require.Equal(t, 1, s.Len()) }))
	require.ErrorIs(t, reenter, ErrInsideHook)
	require.Empty(t, c.lines)

	c = b.signedIn(map[string]any{"user": "mallory"})
	id := b.id(c)
	require.NoError(t, b.request(c, func(s *Session) {
		require.True(t, s.IsNew())
		require.Zero(t, s.Len())
	}))
	require.Empty(t, c.cookies)
	require.NotEmpty(t, b.record(id), "the record stays")
}

func TestOutsideTheCookiesPathThereIsNoSession(t *testing.T) {
	b := newBench(t, Options{Cookie: Cookie{Path: "/app"}}, "full")
	c := newClient()
	c.path = "/apple"
	s, err := b.engine.Load(c, c)
	require.NoError(t, err)
	_, err = s.Find()
	require.ErrorIs(t, err, ErrOutsidePath)
	require.NoError(t, s.Commit())
	require.NoError(t, s.End())
	require.Empty(t, b.took())
}

func TestDeferLoadsOnFirstUse(t *testing.T) {
	b := newBench(t, Options{Defer: true, Rolling: true}, "full")
	c := newClient()
	require.NoError(t, b.request(c, func(*Session) {}))
	require.Empty(t, b.took())
	require.NoError(t, b.request(c, func(s *Session) {
		require.NoError(t, s.Load())
		require.NoError(t, s.Set("n", 1))
	}))
	c = c.again()
	b.took()
	require.NoError(t, b.request(c, func(*Session) {}))
	require.Empty(t, b.took())
	require.NoError(t, b.request(c, func(s *Session) {
		_, err := s.Find("other.sid")
		require.ErrorIs(t, err, ErrNoSession)
		found, err := s.Find()
		require.NoError(t, err)
		n, err := Get[int](found, "n")
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}))
	require.Equal(t, []string{"get"}, b.took())
}

func TestSessionsOfSeveralNames(t *testing.T) {
	app, admin := newBench(t, Options{}, "full"), newBench(t, Options{Key: "admin.sid"}, "full")
	c := newClient()
	outer := app.begin(c)
	var inner Session
	require.False(t, outer.Has(admin.engine))
	require.NoError(t, admin.engine.LoadInto(&inner, c, c, outer))
	require.True(t, inner.Has(app.engine))
	require.True(t, inner.Has(admin.engine))

	other := newBench(t, Options{}, "full")
	require.False(t, inner.Has(other.engine))

	ctx := NewContext(context.Background(), &inner)
	for name, want := range map[string]*Session{"admin.sid": &inner, "koa.sid": outer} {
		found, err := FromContext(ctx, name)
		require.NoError(t, err)
		require.Same(t, want, found)
	}
	found, err := FromContext(ctx)
	require.NoError(t, err)
	require.Same(t, outer, found, "without a name it is the outermost")
	_, err = FromContext(context.Background())
	require.ErrorIs(t, err, ErrNoSession)
	_, err = FromContext(ctx, "other")
	require.ErrorIs(t, err, ErrNoSession)
}

func TestASealedSessionSaysSo(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	s := b.begin(c)
	id := s.ID()
	require.NoError(t, s.End())
	_, err := Get[int](s, "n")
	require.ErrorIs(t, err, ErrSealed)
	_, err = Update(s, "n", func(n int) int { return n + 1 })
	require.ErrorIs(t, err, ErrSealed)
	_, err = Pop[int](s, "n")
	require.ErrorIs(t, err, ErrSealed)
	_, err = Bind[int](s, "n")
	require.ErrorIs(t, err, ErrSealed)
	require.ErrorIs(t, s.Set("n", 2), ErrSealed)
	require.ErrorIs(t, s.Replace(nil), ErrSealed)
	require.ErrorIs(t, s.SetCookie(Cookie{}), ErrSealed)
	require.ErrorIs(t, s.Regenerate(), ErrSealed)
	require.ErrorIs(t, s.Save(context.Background()), ErrSealed)
	require.NoError(t, s.Commit())
	require.NoError(t, s.End())
	require.Equal(t, id, s.ID())
	b.told.take()
	for _, change := range []func(){func() { s.Delete("n") }, s.Clear, s.Destroy, s.MarkDirty, s.ForceSave, s.PreventSave} {
		change()
		told := b.told.take()
		require.Len(t, told, 1)
		require.ErrorIs(t, told[0], ErrSealed)
	}
	require.Empty(t, b.took()[1:])
}

func TestASealedSessionHasNothingOfAnothers(t *testing.T) {
	b := newBench(t, Options{}, "full")
	stale := b.begin(b.signedIn(map[string]any{"n": 1}))
	require.NoError(t, stale.Set("mine", true))
	id := stale.ID()
	require.NoError(t, stale.End())
	for range 100 { // whatever of the first is used again is used by now
		c := b.signedIn(map[string]any{"secret": "theirs"})
		require.NoError(t, b.request(c, func(s *Session) {
			stale.MarkDirty()
			stale.Destroy()
			stale.ForceSave()
			stale.Delete("secret")
			require.Error(t, stale.SetCookie(Cookie{MaxAge: time.Hour}))
			require.Empty(t, stale.Keys())
			require.Equal(t, id, stale.ID())
			require.False(t, stale.IsNew())
			require.Equal(t, Cookie{}.normal(), stale.Cookie())
			require.Equal(t, []string{"secret"}, s.Keys())
		}))
		require.Empty(t, c.lines)
		require.Contains(t, b.record(b.id(c)), "theirs")
		require.NotEqual(t, id, b.id(c))
	}
}

func TestADeferredSessionThatIsSealedDoesNotLoad(t *testing.T) {
	b := newBench(t, Options{Defer: true}, "full")
	s := b.begin(newClient())
	require.NoError(t, s.End())
	require.ErrorIs(t, s.Load(), ErrSealed)
}

func TestANilSessionHasNoSession(t *testing.T) {
	var s *Session
	_, err := Get[int](s, "n")
	require.ErrorIs(t, err, ErrNoSession)
	_, err = Update(s, "n", func(n int) int { return n })
	require.ErrorIs(t, err, ErrNoSession)
	_, err = Bind[int](s, "n")
	require.ErrorIs(t, err, ErrNoSession)
	_, err = Pop[int](s, "n")
	require.ErrorIs(t, err, ErrNoSession)
	for _, err := range []error{s.Set("n", 1), s.Replace(nil), s.SetCookie(Cookie{}), s.Regenerate(), s.Load(), s.Save(context.Background())} {
		require.ErrorIs(t, err, ErrNoSession)
	}
	_, err = s.Find()
	require.ErrorIs(t, err, ErrNoSession)
}

func TestManyGoroutinesMayUseOneSession(t *testing.T) {
	b := newBench(t, Options{Defer: true, Rolling: true}, "full")
	c := b.signedIn(nil)
	s := b.begin(c)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 50 {
				if s.Load() != nil {
					return
				}
				_, _ = Update(s, "n", func(n int) int { return n + 1 })
				_ = s.Set(string(rune('A'+i)), i)
				_, _ = Get[int](s, "n")
				_, _, _, _ = s.ID(), s.IsNew(), s.Len(), s.Cookie()
				if i == 0 {
					_ = s.Save(context.Background())
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, s.Commit())
	n, err := Get[int](s, "n")
	require.NoError(t, err)
	require.Equal(t, 16*50, n)
	go func() { _ = s.Set("late", true) }()
	require.NoError(t, s.End())
}

func TestAnUpdateMayUseTheSession(t *testing.T) {
	b := newBench(t, Options{}, "full")
	s := b.begin(newClient())
	require.NoError(t, s.Set("step", 5))
	n, err := Update(s, "n", func(n int) int {
		step, err := Get[int](s, "step")
		require.NoError(t, err)
		return n + step
	})
	require.NoError(t, err)
	require.Equal(t, 5, n)
}

func TestAttributesAreStoredWithTheSession(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := b.signedIn(map[string]any{"n": 1})
		want := Cookie{Path: "/x", Domain: "example.test", MaxAge: time.Hour, SameSite: SameSiteStrict, Priority: PriorityHigh, DisableHTTPOnly: true}
		require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.SetCookie(want)) }))
		require.Len(t, c.lines, 2, "a change of attributes is a change")
		require.Equal(t, time.Hour, b.ttls["koa:sess:"+b.id(c)])
		c = c.again()
		require.NoError(t, b.request(c, func(s *Session) { require.Equal(t, want, s.Cookie()) }))
		require.Empty(t, c.lines)
		c = c.again()
		require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.SetCookie(s.Cookie())) }))
		require.Empty(t, c.lines, "the same attributes are no change")

		err := b.request(c.again(), func(s *Session) {
			err := s.SetCookie(Cookie{Path: "x", MaxAge: -5, DisableSigning: true})
			var option *OptionError
			require.ErrorAs(t, err, &option)
			require.ErrorContains(t, err, "Cookie.Path")
			require.ErrorContains(t, err, "Cookie.MaxAge")
			require.ErrorContains(t, err, "Cookie.DisableSigning")
		})
		require.NoError(t, err)
	})
}

func TestARecordWithoutAttributesGetsTheEngines(t *testing.T) {
	for _, cookie := range []string{``, `"cookie":null,`, `"cookie":5,`, `"cookie":[],`} {
		b := newBench(t, Options{}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		b.put(b.id(c), `{`+cookie+`"n":1}`)
		require.NoError(t, b.request(c, func(*Session) {}))
		require.Empty(t, c.lines, "it is no change by itself")
		require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 2)) }))
		require.Contains(t, unsent(b.record(b.id(c))), `"cookie":`+string(b.engine.newCookie))
	}
}

func TestIDs(t *testing.T) {
	t.Run("a generator that fails", func(t *testing.T) {
		fault := errors.New("no entropy")
		b := newBench(t, Options{GenSID: func() (string, error) { return "", fault }}, "full")
		s := b.begin(newClient())
		require.Empty(t, s.ID())
		require.NoError(t, s.Set("n", 1))
		require.ErrorIs(t, s.Regenerate(), fault)
		require.ErrorIs(t, s.Commit(), fault)
		require.Empty(t, b.took())
	})
	for _, bad := range []string{"", "a b", "a\r\nSet-Cookie: x=1", "é", "../x", "{x}", string(make([]byte, 200))} {
		b := newBench(t, Options{GenSID: func() (string, error) { return bad, nil }}, "full")
		c := newClient()
		require.ErrorIs(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }), ErrBadID)
		require.Empty(t, b.took())
		require.Empty(t, c.lines)
	}
	t.Run("one that repeats itself", func(t *testing.T) {
		ids := []string{"taken", "taken", "free"}
		b := newBench(t, Options{GenSID: func() (string, error) {
			id := ids[0]
			ids = ids[1:]
			return id, nil
		}}, "full")
		b.put("taken", `{"n":0}`)
		c := newClient()
		require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }))
		require.Equal(t, "free", b.id(c))
		require.Equal(t, `{"n":0}`, b.record("taken"))
	})
	t.Run("one that knows a single id", func(t *testing.T) {
		b := newBench(t, Options{GenSID: func() (string, error) { return "taken", nil }}, "full")
		b.put("taken", `{"n":0}`)
		require.ErrorIs(t, b.request(newClient(), func(s *Session) { require.NoError(t, s.Set("n", 1)) }), ErrBadID)
		require.Equal(t, `{"n":0}`, b.record("taken"))
	})
}

func TestAForcedID(t *testing.T) {
	b := newBench(t, Options{}, "full")
	owner := b.signedIn(map[string]any{"n": 1})
	id := b.id(owner)
	c := newClient()
	c.ctx = WithID(c.ctx, id)
	require.NoError(t, b.request(c, func(s *Session) {
		require.Equal(t, id, s.ID())
		require.NoError(t, s.Set("n", 2))
	}))
	require.Equal(t, id, b.id(c))

	for _, unknown := range []string{"abcdefghijklmnopqrstuvwxyz012345", "not a shape"} {
		c = owner.again()
		c.ctx = WithID(c.ctx, unknown)
		require.NoError(t, b.request(c, func(s *Session) { require.True(t, s.IsNew()) }))
		require.Empty(t, c.lines, "the client's own cookie is another matter")
	}
}

func TestIDsInAHeader(t *testing.T) {
	b := newBench(t, Options{SessionIDStore: HeaderIDs("X-Session-Id"), SigningKeys: []string{}}, "full")
	c := newClient()
	require.NoError(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 1)) }))
	id := c.out["X-Session-Id"]
	require.Len(t, id, 32)
	require.Empty(t, c.lines)

	next := newClient()
	next.headers["X-Session-Id"] = []string{id}
	require.NoError(t, b.request(next, func(s *Session) { require.False(t, s.IsNew()); s.Destroy() }))
	require.Equal(t, map[string]string{"X-Session-Id": ""}, next.out)

	odd := newClient()
	odd.headers["X-Session-Id"] = []string{"../../etc/passwd"}
	b.took()
	require.NoError(t, b.request(odd, func(*Session) {}))
	require.Empty(t, b.took())
}

func TestOpenPassesOverWhatHasEnded(t *testing.T) {
	b := newBench(t, Options{}, "full")
	outer, inner := newClient(), newClient()
	o := b.begin(outer)
	i := new(Session)
	require.NoError(t, b.engine.LoadInto(i, inner, inner, o))
	require.Same(t, i, i.Open())
	require.NoError(t, i.End())
	require.Same(t, o, i.Open())
	require.NoError(t, o.End())
	require.Nil(t, i.Open())
	require.Nil(t, (*Session)(nil).Open())
}
