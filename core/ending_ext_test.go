package core_test

import (
	"testing"
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

func TestADestroyUnderATombstoneIsToldOnce(t *testing.T) {
	told := &log{}
	v := newVisitor(t, core.Options{Store: faultstore.New(), ErrorHandler: told.pass})
	v.visit(set("n", 1))
	old := v.stale()
	v.visit(keep)
	p := v.send(old, func(s *core.Session) {
		_, err := core.Bind[int](s, "n")
		require.NoError(t, err)
		s.Destroy()
	})
	require.NotEmpty(t, p.SetCookies())
	told.requireOnly(t, core.ErrSuperseded)
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
	live := 0
	for _, r := range st.Records() {
		if r.Data[0] == '{' {
			live++
		}
	}
	require.Equal(t, 1, live)
}

func TestAChangeOfARecordThatVanishesInTheEndIsTold(t *testing.T) {
	st, told := faultstore.New(), &log{}
	v := newVisitor(t, core.Options{
		Store: st, Rolling: true, TTLFunc: func(*core.Session) time.Duration { return time.Hour }, ErrorHandler: told.pass,
	})
	v.visit(set("n", 1))
	key := "koa:sess:" + v.id()
	s, _ := v.begin()
	inCall(st, "gettouch", 1, func() {
		st.Put(key, "", -time.Hour)
		require.NoError(t, s.Set("late", 1))
	})
	require.NoError(t, s.End())
	told.requireOnly(t, core.ErrGone)
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
