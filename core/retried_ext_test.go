package core_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// An answering does what its script says with each swap: "lose" does it and
// loses the answer, "drop" loses the call, "refuse" refuses it, "delay" does it
// when land is called, after the deadline.
type answering struct {
	*faultstore.Store
	script []string
	land   func()
}

func newAnswering() *answering { return &answering{Store: faultstore.New()} }

func (a *answering) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	act := ""
	if len(a.script) > 0 {
		act, a.script = a.script[0], a.script[1:]
	}
	switch act {
	case "drop":
		return nil, false, faultstore.ErrAnswerLost
	case "refuse":
		return nil, false, faultstore.ErrRefused
	case "delay":
		a.land = func() { _, _, _ = a.Store.Swap(context.Background(), key, old, new, ttl) }
		return nil, false, context.DeadlineExceeded
	}
	current, swapped, err := a.Store.Swap(ctx, key, old, new, ttl)
	if act == "lose" {
		return nil, false, faultstore.ErrAnswerLost
	}
	return current, swapped, err
}

// A refusal of the second attempt says nothing of the first, whose answer was
// lost.

func TestAnUpdateIsNotMadeTwiceAfterARefusedRetry(t *testing.T) {
	a := newAnswering()
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
	a := newAnswering()
	v := newVisitor(t, core.Options{Store: a})
	p := v.try(func(s *core.Session) {
		set("n", 1)(s)
		a.script = []string{"lose", "refuse"}
	})
	require.ErrorIs(t, p.err, faultstore.ErrRefused)
	require.Empty(t, a.Records())
}

func TestACarriedOverRecordIsTakenBackAfterARefusedRetry(t *testing.T) {
	a := newAnswering()
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
	a := newAnswering()
	v := newVisitor(t, core.Options{Store: a})
	v.visit(set("user", "ann"))
	v.try(func(s *core.Session) {
		require.NoError(t, s.RegenerateKeep())
		a.script = []string{"", "lose", "refuse"}
	})
	requireValue(v, "user", "ann")
}

func TestToSetWhatItIsIsNoChangeAfterARetry(t *testing.T) {
	a := newAnswering()
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
	a := newAnswering()
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
