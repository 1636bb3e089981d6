package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// What a request has saved, or found to be no change, is the record's from
// then on, and others' changes count on top of it.

func TestAfterASaveWithNothingToSaveChangesAreMadeOfTheRecord(t *testing.T) {
	for name, nothing := range map[string]func(s *core.Session){
		"set to what it is":  set("n", 1),
		"delete the missing": func(s *core.Session) { s.Delete("missing") },
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisitor(t, core.Options{Store: faultstore.New()})
			v.visit(set("n", 1))
			s, end := v.begin()
			nothing(s)
			require.NoError(t, s.Save(t.Context()))
			count(s)
			v.visit(count)
			require.NoError(t, end().err)
			requireValue(v, "n", 3)
		})
	}
}

func count(s *core.Session) {
	if _, err := core.Update(s, "n", increment); err != nil {
		panic(err)
	}
}

func TestAClearWithNothingToClearHidesNothingLater(t *testing.T) {
	v := newVisitor(t, core.Options{Store: faultstore.New()})
	v.visit(set("n", 1))
	v.visit(func(s *core.Session) { s.Clear() })
	s, end := v.begin()
	s.Clear()
	require.NoError(t, s.Save(t.Context()))
	set("mine", 1)(s)
	v.visit(set("theirs", 1))
	require.NoError(t, end().err)
	requireValue(v, "mine", 1)
	requireValue(v, "theirs", 1)
}

// duringSave runs f, once, while the session is saved.
func duringSave(t *testing.T, st *faultstore.Store, s *core.Session, f func()) {
	inCall(st, "swap", 1, f)
	require.NoError(t, s.Save(t.Context()))
}

func TestASavedReplaceHidesNothingThoughAGoroutineWentOn(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("n", 1))
	s, end := v.begin()
	require.NoError(t, s.Replace(map[string]any{"a": 1}))
	duringSave(t, st, s, func() { set("b", 1)(s) })
	v.visit(set("theirs", 1))
	require.NoError(t, end().err)
	for _, key := range []string{"a", "b", "theirs"} {
		requireValue(v, key, 1)
	}
}

func TestAnUpdateOfASavedValueLosesNoOthers(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("x", 1))
	s, end := v.begin()
	set("n", 10)(s)
	duringSave(t, st, s, func() { set("b", 1)(s) })
	count(s)
	v.visit(count)
	require.NoError(t, end().err)
	requireValue(v, "n", 12)
}

func TestADeleteHoldsThroughASecondConflict(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("a", 1, "z", 1))
	s, end := v.begin()
	s.Delete("a")
	others := []func(*core.Session){
		func(s *core.Session) { s.Delete("a") },
		set("a", 2),
	}
	busy := false
	st.During(func(c faultstore.Call) {
		if c.Op == "swap" && !busy && len(others) > 0 {
			busy = true
			other := others[0]
			others = others[1:]
			v.visit(other)
			busy = false
		}
	})
	require.NoError(t, end().err)
	require.Empty(t, others)
	_, err := read[int](v, "a")
	require.ErrorIs(t, err, core.ErrNoValue)
}

func TestAPanicWhileMergingSavesNothing(t *testing.T) {
	v := newVisitor(t, core.Options{Store: faultstore.New()})
	v.visit(set("n", 1))
	s, end := v.begin()
	calls := 0
	_, err := core.Update(s, "n", func(n int) int {
		if calls++; calls > 1 {
			panic("boom")
		}
		return n + 1
	})
	require.NoError(t, err)
	v.visit(set("n", 5))
	require.Panics(t, func() { _ = s.Commit() })
	require.NoError(t, end().err)
	require.Equal(t, 2, calls)
	requireValue(v, "n", 5)
}

func TestAnUpdateThatIsRunAgainCannotSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisitor(t, core.Options{Store: faultstore.New()})
		v.visit(set("n", 1))
		s, end := v.begin()
		var saved []error
		_, err := core.Update(s, "n", func(n int) int {
			if n == 5 {
				saved = append(saved, s.Save(t.Context()))
			}
			return n + 1
		})
		require.NoError(t, err)
		v.visit(set("n", 5))
		begun := time.Now()
		require.NoError(t, end().err)
		require.Equal(t, hookBound, time.Since(begun), "it might have been another goroutine")
		require.Len(t, saved, 1)
		require.ErrorIs(t, saved[0], core.ErrInsideHook)
		requireValue(v, "n", 6)
	})
}

func TestWhatIsCarriedOverLivesAsLongAsItsOwnCookie(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("a", 1))
	s, end := v.begin()
	keep(s)
	v.visit(func(s *core.Session) {
		cookie := s.Cookie()
		cookie.MaxAge = time.Minute
		require.NoError(t, s.SetCookie(cookie))
	})
	require.NoError(t, end().err)
	require.Equal(t, time.Minute, st.Records()["koa:sess:"+v.id()].TTL)
}
