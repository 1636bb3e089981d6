package core_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

func TestWhatAGoroutineSetsDuringTheCommitIsSaved(t *testing.T) {
	st, told, v := known(t)
	s, end := v.begin()
	set("n", 2)(s)
	inCall(st, "swap", 1, func() { require.NoError(t, s.Set("late", 1)) })
	require.NoError(t, end().err)
	require.Empty(t, told.told)
	requireValue(v, "late", 1)
}

func TestADestroyDuringTheCommitIsCarriedOut(t *testing.T) {
	st, _, v := known(t)
	s, end := v.begin()
	set("n", 2)(s)
	inCall(st, "swap", 1, func() { s.Destroy() })
	require.NoError(t, end().err)
	require.Empty(t, live(st), "destroyed")
}

func TestWhatAGoroutineSetsDuringTheEndIsSaved(t *testing.T) {
	st, _, v := known(t)
	s, _ := v.begin()
	set("n", 2)(s)
	inCall(st, "swap", 1, func() { require.NoError(t, s.Set("late", 1)) })
	require.NoError(t, s.End())
	requireValue(v, "late", 1)
}

func TestWhatIsTakenBackAfterASaveWithoutAnAnswerIsTakenBack(t *testing.T) {
	for name, acts := range map[string]struct{ do, undo func(s *core.Session) }{
		"set": {set("n", 2), set("n", 1)},
		"update": {
			func(s *core.Session) { _, _ = core.Update(s, "n", increment) },
			func(s *core.Session) { _, _ = core.Update(s, "n", func(n int) int { return n - 1 }) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLossy(context.DeadlineExceeded)
			v := newVisitor(t, core.Options{Store: l})
			v.visit(set("n", 1))
			v.visit(func(s *core.Session) {
				acts.do(s)
				l.nth(1)
				require.Error(t, s.Save(t.Context()))
				acts.undo(s)
			})
			requireValue(v, "n", 1)
		})
	}
}

func TestRegenerateNeedNotKnowWhatBecameOfAnUpdate(t *testing.T) {
	l := newLossy(faultstore.ErrAnswerLost)
	v := newVisitor(t, core.Options{Store: l})
	v.visit(set("n", 1))
	key := "koa:sess:" + v.id()
	p := v.try(func(s *core.Session) {
		_, _ = core.Update(s, "n", increment)
		l.lose = func() bool {
			l.lose = nil
			l.Put(key, strings.Replace(l.Records()[key].Data, "{", `{"other":1,`, 1), time.Hour)
			return true
		}
		require.ErrorIs(t, s.Save(t.Context()), core.ErrAmbiguous)
		require.NoError(t, s.Regenerate())
		set("user", "ann")(s)
	})
	require.NoError(t, p.err)
}

func TestARegenerateAfterThePlanIsMadeSendsItsCookie(t *testing.T) {
	st, told := faultstore.New(), &log{}
	var during func(s *core.Session)
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass, TTLFunc: func(s *core.Session) time.Duration {
		if f := during; f != nil {
			during = nil
			done := make(chan struct{})
			go func() { defer close(done); f(s) }()
			<-done
		}
		return time.Hour
	}})
	v.visit(set("n", 1))
	s, end := v.begin()
	set("n", 2)(s)
	during = func(s *core.Session) { _ = s.Regenerate(); set("user", "ann")(s) }
	require.NoError(t, s.Save(t.Context()))
	p := end()
	require.NoError(t, p.err)
	require.Empty(t, told.told)
	requireValue(v, "user", "ann")
}

func TestALoadThatMeetsATombstoneClearsNothing(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st, Rolling: true})
	v.visit(func(s *core.Session) {
		set("n", 1)(s)
		c := s.Cookie()
		c.MaxAge = time.Hour
		require.NoError(t, s.SetCookie(c))
	})
	old := v.stale()
	inCall(st, "get", 1, func() { v.visit(keep) })
	p := v.send(old, func(s *core.Session) { require.True(t, s.IsSuperseded()) })
	require.NoError(t, p.err)
	require.Empty(t, p.SetCookies(), "a superseded id is left alone")
}

func TestSaveAfterAFailedCommitSaysSo(t *testing.T) {
	st, told := faultstore.New(), &log{}
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.swallow})
	v.visit(set("n", 1))
	x := v.browser.Request("/")
	s, err := v.engine.Load(x, x)
	require.NoError(t, err)
	set("n", 2)(s)
	st.Fail("swap", faultstore.ErrRefused)
	require.NoError(t, s.Commit())
	x.Start()
	st.Fail("swap", nil)
	set("n", 3)(s)
	require.Error(t, s.Save(t.Context()), "nothing is saved, and nobody told: %v", st.Records())
}

func TestSavesWithoutAnswersLeaveNoOrphan(t *testing.T) {
	l := newScripted(context.DeadlineExceeded)
	v := newVisitor(t, core.Options{Store: l})
	v.visit(func(s *core.Session) {
		set("n", 1)(s)
		l.script = []string{"lose"}
		require.Error(t, s.Save(t.Context()))
		set("n", 2)(s)
		l.script = []string{"", "drop"}
		require.Error(t, s.Save(t.Context()))
		set("n", 3)(s)
	})
	require.Len(t, l.Records(), 1)
}

func TestACarryOverWithoutAnAnswerLeavesNoOrphan(t *testing.T) {
	l := newScripted(context.DeadlineExceeded)
	v := newVisitor(t, core.Options{Store: l})
	v.visit(set("n", 1))
	s, end := v.begin()
	require.NoError(t, s.RegenerateKeep())
	v.visit(set("theirs", 1))
	l.script = []string{"", "", "lose"}
	require.Error(t, s.Save(t.Context()))
	set("m", 1)(s)
	require.NoError(t, end().err)
	require.Len(t, l.Records(), 2, "the session and the tombstone")
}

func TestALogoutUnderALoadedTombstoneClearsTheCookie(t *testing.T) {
	_, told, v := known(t)
	old := v.stale()
	v.visit(keep)
	p := v.send(old, func(s *core.Session) { s.Destroy() })
	require.NotEmpty(t, p.SetCookies(), "cleared as under a tombstone met at the commit; told %v", told.told)
}

func TestACookieThatCannotBeSentAnyMoreTakesItsRecordAlong(t *testing.T) {
	st, told := faultstore.New(), &log{}
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass})
	x := v.browser.Request("/")
	s, err := v.engine.Load(x, x)
	require.NoError(t, err)
	set("n", 1)(s)
	require.NoError(t, s.Save(t.Context()))
	x.Start()
	require.NoError(t, s.End())
	require.Empty(t, x.SetCookies())
	require.True(t, len(told.told) > 0 && len(live(st)) == 0, "told %v, records %d", told.told, len(live(st)))
}

// A hooked store has something happen around one swap.
type hooked struct {
	*faultstore.Store
	swap func(do func() ([]byte, bool, error)) ([]byte, bool, error)
}

func (h *hooked) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	do := func() ([]byte, bool, error) { return h.Store.Swap(ctx, key, old, new, ttl) }
	if f := h.swap; f != nil {
		h.swap = nil
		return f(do)
	}
	return do()
}

func TestARegenerateWhileAWriteIsRecognisedEndsTheOldID(t *testing.T) {
	h := &hooked{Store: faultstore.New()}
	v := newVisitor(t, core.Options{Store: h})
	v.visit(set("n", 1))
	old := "koa:sess:" + v.id()
	s, end := v.begin()
	set("n", 2)(s)
	h.swap = func(do func() ([]byte, bool, error)) ([]byte, bool, error) {
		_, _, _ = do()
		require.NoError(t, s.Regenerate())
		set("user", "ann")(s)
		return nil, false, faultstore.ErrAnswerLost
	}
	require.NoError(t, s.Save(t.Context()))
	require.NoError(t, end().err)
	require.Equal(t, "null", strings.TrimSpace(h.Records()[old].Data), "the old record has gone")
}

func TestARefusalLeavesNoDoubt(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("n", 1))
	key := "koa:sess:" + v.id()
	p := v.try(func(s *core.Session) {
		_, _ = core.Update(s, "n", increment)
		st.Fail("swap", faultstore.ErrRefused)
		require.Error(t, s.Save(t.Context()))
		st.Fail("swap", nil)
		st.Put(key, strings.Replace(st.Records()[key].Data, "{", `{"other":1,`, 1), time.Hour)
	})
	require.NoError(t, p.err)
}

func TestRegenerateAfterALostSaveStartsAnew(t *testing.T) {
	for name, c := range map[string]struct {
		other func(s *core.Session)
		want  error
	}{
		"superseded":   {func(s *core.Session) { _ = s.Regenerate(); set("user", "bob")(s) }, core.ErrSuperseded},
		"carried over": {keep, nil},
		"gone":         {(*core.Session).Destroy, core.ErrGone},
	} {
		t.Run(name, func(t *testing.T) {
			_, told, v := known(t)
			s, end := v.begin()
			set("n", 2)(s)
			v.visit(c.other)
			require.ErrorIs(t, s.Save(t.Context()), c.want)
			require.NoError(t, s.Regenerate())
			set("user", "ann")(s)
			p := end()
			require.NotEmpty(t, p.SetCookies(), "told %v", told.told)
		})
	}
}

func TestItsOwnTombstoneIsNoOtherRequests(t *testing.T) {
	l, told := newScripted(context.DeadlineExceeded), &log{}
	v := newVisitor(t, core.Options{Store: l, ErrorHandler: told.pass})
	v.visit(set("n", 1))
	s, end := v.begin()
	require.NoError(t, s.RegenerateKeep())
	l.script = []string{"", "lose"}
	l.Fail("get", context.DeadlineExceeded)
	require.Error(t, s.Save(t.Context()))
	l.Fail("get", nil)
	s.Destroy()
	require.NoError(t, end().err)
	require.Empty(t, told.told, "it was its own tombstone")
}

func TestForceSaveOutlivesARegenerate(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("n", 1))
	p := v.visit(func(s *core.Session) { s.ForceSave(); require.NoError(t, s.Regenerate()) })
	require.NotEmpty(t, v.id(), "%v", p.SetCookies())
}
