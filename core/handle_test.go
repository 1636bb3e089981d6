package core_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

func TestANilSessionIsEmptyAndDoesNothing(t *testing.T) {
	var s *core.Session
	require.Empty(t, s.ID())
	require.True(t, s.IsNew())
	require.Zero(t, s.Cookie())
	require.Empty(t, s.Keys())
	require.Zero(t, s.Len())
	s.Destroy()
	s.MarkDirty()
	s.ForceSave()
	s.PreventSave()
	s.Delete("a")
	s.Clear()
	require.ErrorIs(t, s.Set("a", 1), core.ErrNoSession)
	require.ErrorIs(t, s.Replace(nil), core.ErrNoSession)
	require.ErrorIs(t, s.Save(t.Context()), core.ErrNoSession)
	require.ErrorIs(t, s.Regenerate(), core.ErrNoSession)
	require.ErrorIs(t, s.SetCookie(core.Cookie{}), core.ErrNoSession)
	_, err := core.Pop[int](s, "a")
	require.ErrorIs(t, err, core.ErrNoSession)
	_, err = core.Bind[int](s, "a")
	require.ErrorIs(t, err, core.ErrNoSession)
}

func TestASealedSessionAnswersAsAnEmptyOneOrSaysSo(t *testing.T) {
	var told log
	visitor := newVisitor(t, core.Options{ErrorHandler: told.pass})
	var kept *core.Session
	visitor.visit(func(s *core.Session) { set("a", 1)(s); kept = s })
	require.Empty(t, kept.Keys())
	require.ErrorIs(t, kept.Load(), core.ErrSealed)
	_, err := kept.Find()
	require.ErrorIs(t, err, core.ErrSealed)
	require.Empty(t, told.told)
	kept.Destroy()
	told.requireOnly(t, core.ErrSealed)
}

func TestOneOfSeveralGoroutinesPopsAValue(t *testing.T) {
	visitor := newVisitor(t, core.Options{})
	visitor.visit(func(s *core.Session) {
		for range 500 {
			set("flash", "once")(s)
			var got atomic.Int32
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if _, err := core.Pop[string](s, "flash"); err == nil {
						got.Add(1)
					}
				})
			}
			wg.Wait()
			require.EqualValues(t, 1, got.Load())
		}
	})
}

func TestGoroutinesThatBindAKeyShareOneValue(t *testing.T) {
	visitor := newVisitor(t, core.Options{})
	visitor.visit(func(s *core.Session) {
		for range 200 {
			set("cart", []int{1})(s)
			var wg sync.WaitGroup
			bound := make([]*[]int, 4)
			for i := range bound {
				wg.Go(func() { bound[i], _ = core.Bind[[]int](s, "cart") })
			}
			wg.Wait()
			for _, ptr := range bound {
				require.Same(t, bound[0], ptr)
			}
		}
	})
}

// What TTLFunc makes of the session, though it is only to read it, is part of
// what is saved, and judged with it.
func TestWhatATTLFuncChangesIsSavedWithTheRest(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), TTLFunc: func(s *core.Session) time.Duration {
		require.NoError(t, s.SetCookie(core.Cookie{MaxAge: time.Hour}))
		return 0
	}})
	visitor.visit(set("a", 1))
	require.InDelta(t, time.Hour, v.ttl(visitor.id()), float64(time.Second))

	newcomer := newVisitor(t, core.Options{TTLFunc: func(s *core.Session) time.Duration {
		require.NoError(t, s.SetCookie(core.Cookie{Secure: true}))
		return 0
	}})
	require.ErrorIs(t, newcomer.try(set("a", 1)).err, core.ErrInsecureCookie)
	require.Empty(t, newcomer.id())
}

func TestHeaderIDsTakesAnySpellingOfTheName(t *testing.T) {
	visitor := newVisitor(t, core.Options{SessionIDStore: core.HeaderIDs("x-session-id")})
	x := visitor.browser.Request("/")
	visitor.send(x, set("a", 1))
	id, _ := x.Header("X-Session-Id")
	require.NotEmpty(t, id)
	again := visitor.browser.Request("/")
	again.Sent = map[string][]string{"X-Session-Id": {id}}
	visitor.send(again, func(s *core.Session) {
		require.False(t, s.IsNew())
	})
}
