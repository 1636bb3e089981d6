package core_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// A refusal of the second attempt says nothing of the first, whose answer was
// lost.

func TestAnUpdateIsNotMadeTwiceAfterARefusedRetry(t *testing.T) {
	a := newScripted(faultstore.ErrAnswerLost)
	v := newVisitor(t, core.Options{Store: a})
	v.visit(set("n", 1))
	v.try(func(s *core.Session) {
		_, _ = core.Update(s, "n", increment)
		a.script = []string{"lose", "refuse"}
		require.ErrorIs(t, s.Save(t.Context()), faultstore.ErrRefused)
	})
	requireValue(v, "n", 2)
}

func TestANewRecordIsTakenBackAfterARefusedRetry(t *testing.T) {
	a := newScripted(faultstore.ErrAnswerLost)
	v := newVisitor(t, core.Options{Store: a})
	p := v.try(func(s *core.Session) {
		set("n", 1)(s)
		a.script = []string{"lose", "refuse"}
	})
	require.ErrorIs(t, p.err, faultstore.ErrRefused)
	require.Empty(t, a.Records())
}

func TestACarriedOverRecordIsTakenBackAfterARefusedRetry(t *testing.T) {
	a := newScripted(faultstore.ErrAnswerLost)
	v := newVisitor(t, core.Options{Store: a})
	v.visit(set("n", 1))
	s, end := v.begin()
	require.NoError(t, s.RegenerateKeep())
	v.visit(set("theirs", 1))
	a.script = []string{"", "", "lose", "refuse"}
	require.ErrorIs(t, end().err, faultstore.ErrRefused)
	require.Len(t, a.Records(), 1, "the old session alone")
}

func TestASessionOutlivesATombstoneWhoseRetryIsRefused(t *testing.T) {
	a := newScripted(faultstore.ErrAnswerLost)
	v := newVisitor(t, core.Options{Store: a})
	v.visit(set("user", "ann"))
	v.try(func(s *core.Session) {
		require.NoError(t, s.RegenerateKeep())
		a.script = []string{"", "lose", "refuse"}
	})
	requireValue(v, "user", "ann")
}

func TestToSetWhatItIsIsNoChangeAfterARetry(t *testing.T) {
	a := newScripted(faultstore.ErrAnswerLost)
	v := newVisitor(t, core.Options{Store: a})
	v.visit(set("n", 1, "m", 1))
	s, end := v.begin()
	set("m", 2, "n", 1)(s)
	v.visit(set("n", 7))
	a.script = []string{"drop"}
	require.NoError(t, end().err)
	requireValue(v, "m", 2)
	requireValue(v, "n", 7)
}

func TestWhatIsTakenBackStaysSoWhenTheWriteArrivesLate(t *testing.T) {
	a := newScripted(context.DeadlineExceeded)
	v := newVisitor(t, core.Options{Store: a})
	v.visit(set("n", 1))
	v.visit(func(s *core.Session) {
		set("n", 2)(s)
		a.script = []string{"delay"}
		require.ErrorIs(t, s.Save(t.Context()), context.DeadlineExceeded)
		set("n", 1)(s)
	})
	a.land()
	requireValue(v, "n", 1)
}
