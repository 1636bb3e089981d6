package core_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

func TestNoErrorTellsASecret(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), ErrorHandler: new(log).pass})
	visitor.visit(set("n", 1))
	id := visitor.id()
	leak := fmt.Errorf("command GET %s%s failed, args %q", prefix, id, []string{id})
	for _, c := range []struct {
		call, op string
		do       func(s *core.Session)
	}{
		{"get", "get", func(*core.Session) {}},
		{"swap", "set", set("n", 2)},
		{"destroy", "destroy", func(s *core.Session) { s.Destroy() }},
	} {
		v.before = failing(c.call, leak)
		err := visitor.try(c.do).err
		v.before = nil

		var failed *core.StoreError
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, leak, "the store's own error can be had")
		for _, text := range []string{err.Error(), failed.Error(), fmt.Sprintf("%v %+v %s", err, err, err)} {
			require.NotContains(t, text, id)
			require.Contains(t, text, "command GET koa:sess:[id] failed")
		}
		require.Equal(t, c.op, failed.Op)
		require.Equal(t, 500, core.StatusCode(err))
		require.NotErrorIs(t, err, core.ErrStoreUnavailable)
	}
}

type away struct{}

func (away) Error() string     { return "connection refused" }
func (away) Unavailable() bool { return true }

func TestAStoreThatWasNotReachedIsUnavailable(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 1))
	v.before = failing("get", fmt.Errorf("get: %w", away{}))
	err := visitor.try(nil).err
	require.ErrorIs(t, err, core.ErrStoreUnavailable)
	require.ErrorIs(t, err, away{})
	var failed *core.StoreError
	require.ErrorAs(t, err, &failed)
	require.EqualError(t, failed, "session: the store is unavailable: get: get: connection refused")
	require.Equal(t, 503, core.StatusCode(err))
}

func TestStatusCode(t *testing.T) {
	for err, want := range map[error]int{
		core.ErrStoreUnavailable:                    503,
		core.ErrClosed:                              503,
		core.ErrSuperseded:                          503,
		fmt.Errorf("x: %w", core.ErrClosed):         503,
		core.ErrConflict:                            500,
		&core.StoreError{Op: "get", Err: errBroken}: 500,
		errBroken: 500,
		errors.Join(errBroken, core.ErrNoSession):       500,
		&core.HookError{Hook: "GenSID", Err: errBroken}: 500,
	} {
		require.Equal(t, want, core.StatusCode(err), err)
	}
}

var errBroken = errors.New("broken")

func TestErrorTexts(t *testing.T) {
	hook := &core.HookError{Hook: "BeforeSave", Err: errBroken}
	require.EqualError(t, hook, "session: BeforeSave: broken")
	require.ErrorIs(t, hook, errBroken)

	visitor := newVisitor(t, core.Options{})
	visitor.try(func(s *core.Session) {
		err := s.Set("secret", make(chan int))
		require.EqualError(t, err, `session: value "secret": a chan int cannot be encoded as JSON`)
		set("secret", "hunter2")(s)
		_, err = core.Get[int](s, "secret")
		require.EqualError(t, err, `session: value "secret": the stored one is not a int`)
		require.NotNil(t, errors.Unwrap(err))
		_, err = core.Get[any](s, "nothing")
		require.EqualError(t, err, "session: no such value")
	})
}

func TestWhatNobodyIsAnsweredWithIsLogged(t *testing.T) {
	logged := captureLog(t)
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 1))
	v.store(visitor.id(), "not JSON")
	s, end := visitor.begin()
	require.Contains(t, logged(), "session: the stored record is not a JSON object")
	require.NoError(t, end().err)
	require.Empty(t, logged())
	require.ErrorIs(t, s.Set("n", 3), core.ErrSealed)
	require.Contains(t, logged(), "session: used after its request ended")
}

func TestAnOverruledErrorIsLoggedUnlessTheErrorHandlerKnowsIt(t *testing.T) {
	logged := captureLog(t)
	told := log{}
	for handler, want := range map[string]bool{"none": true, "some": false} {
		opts := core.Options{}
		if handler == "some" {
			opts.ErrorHandler = told.pass
		}
		v := newVisitor(t, opts)
		s, end := v.begin()
		s.Overruled(v.browser.Request("/"), errBroken)
		require.Equal(t, want, logged() != "", handler)
		require.NoError(t, end().err)
	}
}
