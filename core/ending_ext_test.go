package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

func TestAPreventedDestroyUnderATombstoneLeavesTheCookie(t *testing.T) {
	v := newVisitor(t, core.Options{Store: faultstore.New()})
	v.visit(set("n", 1))
	old := v.stale()
	v.visit(keep)
	p := v.send(old, func(s *core.Session) { s.Destroy(); s.PreventSave() })
	require.Empty(t, p.SetCookies())
}

func TestADestroyUnderATombstoneHasItsWay(t *testing.T) {
	st, told := faultstore.New(), &log{}
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass})
	v.visit(set("n", 1))
	old := v.stale()
	v.visit(keep)
	p := v.send(old, func(s *core.Session) {
		_, err := core.Bind[int](s, "n")
		require.ErrorIs(t, err, core.ErrSuperseded)
		s.Destroy()
	})
	require.NoError(t, p.err, "what was refused before goes with the session")
	require.Len(t, p.SetCookies(), 2)
	require.Empty(t, live(st))
	require.Empty(t, told.told)
}

func TestWhatIsSetBeforeADeferredLoadIsKept(t *testing.T) {
	for name, act := range map[string]func(s *core.Session){
		"set":   set("n", 1),
		"force": func(s *core.Session) { s.ForceSave(); require.NoError(t, s.Load()) },
	} {
		t.Run(name, func(t *testing.T) {
			st := faultstore.New()
			v := newVisitor(t, core.Options{Store: st, Defer: true})
			x := v.browser.Request("/")
			s, err := v.engine.Load(x, x)
			require.NoError(t, err)
			id := s.ID()
			act(s)
			require.NoError(t, s.Save(t.Context()))
			require.NoError(t, s.Commit())
			require.Len(t, st.Records(), 1)
			require.Equal(t, id, s.ID())
		})
	}
}

func TestARecordThatCouldNotBeTakenBackIsTriedAgain(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("n", 1))
	s, end := v.begin()
	_, _ = core.Update(s, "n", increment)
	require.NoError(t, s.RegenerateKeep())
	v.visit(set("theirs", 1))
	swaps := 0
	st.During(func(c faultstore.Call) {
		if c.Op == "swap" {
			if swaps++; swaps == 2 { // the tombstone
				_ = s.RegenerateKeep()
			}
		}
		if c.Op == "destroy" {
			st.During(nil)
			st.Fail("destroy", faultstore.ErrRefused)
		}
	})
	_ = s.Save(t.Context())
	st.Fail("destroy", nil)
	require.NoError(t, end().err)
	require.Equal(t, []string{"koa:sess:" + v.id()}, live(st))
}

func TestAChangeOfARecordThatVanishesInTheEndIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, told := faultstore.New(), &log{}
		v := newVisitor(t, core.Options{Store: st, Rolling: true, ErrorHandler: told.pass})
		v.visit(set("n", 1))
		key := "koa:sess:" + v.id()
		time.Sleep(2 * time.Hour)
		s, _ := v.begin()
		inCall(st, "swap", 1, func() {
			st.Put(key, "", -time.Hour)
			require.NoError(t, s.Set("late", 1))
		})
		require.NoError(t, s.End())
		told.requireOnly(t, core.ErrGone)
	})
}

func TestAChangeThatEndCannotKeepUpWithIsTold(t *testing.T) {
	st, told, v := known(t)
	s, _ := v.begin()
	set("n", 2)(s)
	i := 0
	st.During(func(c faultstore.Call) {
		if c.Op == "swap" {
			i++
			require.NoError(t, s.Set("late", i))
		}
	})
	require.NoError(t, s.End())
	st.During(nil)
	told.requireOnly(t, core.ErrTooLate)
}
