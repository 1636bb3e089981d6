package core_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// hookBound is the documented time after which who waits for a hook is told.
const hookBound = 5 * time.Second

// Goroutines of one request beside a hook wait for it. The clocks are those of
// synctest: no real time passes.

func TestWhoAsksForASessionBesideValidWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVisitor(t, core.Options{Defer: true, Valid: func(core.Request, *core.Session) bool {
			time.Sleep(time.Second)
			return true
		}})
		v.visit(set("n", 1))
		x := v.browser.Request("/")
		s, err := v.engine.Load(x, x)
		require.NoError(t, err)
		results := make(chan error)
		for i := range 8 {
			go func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				_, err := s.Find()
				results <- err
			}()
		}
		for range 8 {
			require.NoError(t, <-results)
		}
		require.NoError(t, s.End())
	})
}

func TestACommitBesideASaveInAHookWaits(t *testing.T) {
	slow := func() { time.Sleep(time.Second) }
	for name, opts := range map[string]core.Options{
		"BeforeSave": {BeforeSave: func(core.Request, *core.Session) error { slow(); return nil }},
		"TTLFunc":    {TTLFunc: func(*core.Session) time.Duration { slow(); return time.Hour }},
		"OnConflict": {OnConflict: func(_ string, _, mine, _ []byte) ([]byte, error) { slow(); return mine, nil }},
		"Update":     {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opts.Store = faultstore.New()
				v := newVisitor(t, opts)
				v.visit(set("n", 1, "m", 1))
				s, end := v.begin()
				_, err := core.Update(s, "n", func(n int) int {
					if n == 5 {
						slow()
					}
					return n + 1
				})
				require.NoError(t, err)
				set("m", 2)(s)
				v.visit(set("n", 5, "m", 5))
				begun := time.Now()
				saved := make(chan error, 1)
				go func() { saved <- s.Save(t.Context()) }()
				synctest.Wait()
				require.NoError(t, end().err)
				require.NoError(t, <-saved)
				require.GreaterOrEqual(t, time.Since(begun), time.Second)
				requireValue(v, "n", 6)
				requireValue(v, "m", 2)
			})
		})
	}
}

func TestAHookThatUsesTheRequestsSessionIsTold(t *testing.T) {
	var s *core.Session
	var told []error
	armed := false
	stuck := func(call func() error) {
		if !armed {
			return
		}
		armed = false
		begun := time.Now()
		told = append(told, call())
		require.Equal(t, hookBound, time.Since(begun))
	}
	save := func() error { return s.Save(t.Context()) }
	commit := func() error { return s.Commit() }
	for name, opts := range map[string]core.Options{
		"Valid":      {Defer: true, Valid: func(core.Request, *core.Session) bool { stuck(s.Load); return true }},
		"BeforeSave": {BeforeSave: func(core.Request, *core.Session) error { stuck(save); return nil }},
		"TTLFunc":    {TTLFunc: func(*core.Session) time.Duration { stuck(commit); return time.Hour }},
		"OnConflict": {OnConflict: func(_ string, _, mine, _ []byte) ([]byte, error) { stuck(save); return mine, nil }},
		"a goroutine of BeforeSave": {BeforeSave: func(core.Request, *core.Session) error {
			stuck(func() error {
				result := make(chan error)
				go func() { result <- save() }()
				return <-result
			})
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				armed, told = false, nil
				opts.Store = faultstore.New()
				v := newVisitor(t, opts)
				v.visit(set("n", 1))
				x := v.browser.Request("/")
				s = new(core.Session)
				armed = name == "Valid"
				require.NoError(t, v.engine.LoadInto(s, x, x, nil))
				require.NoError(t, s.Load())
				set("n", 2)(s)
				if name == "OnConflict" {
					v.visit(set("n", 5))
				}
				armed = name != "Valid"
				require.NoError(t, s.Commit())
				require.NoError(t, s.End())
				require.Equal(t, []error{core.ErrInsideHook}, told)
				requireValue(v, "n", 2)
			})
		})
	}
}

// It has asked before the hook has begun.
func TestAHookThatWaitsForOneWhoWaitsForTheSessionGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVault()
		result, first := make(chan error, 1), true
		visitor := newVisitor(t, core.Options{Store: full(v)})
		visitor.visit(set("n", 1))
		s, end := visitor.begin()
		_, err := core.Update(s, "n", func(n int) int {
			if n == 5 && first {
				first = false
				require.ErrorIs(t, <-result, core.ErrInsideHook)
			}
			return n + 1
		})
		require.NoError(t, err)
		visitor.visit(set("n", 5))
		v.before = func(string, string) error {
			v.before = nil
			go func() { result <- s.Save(t.Context()) }()
			synctest.Wait()
			return nil
		}
		require.NoError(t, end().err)
		requireValue(visitor, "n", 6)
	})
}

func TestAHandleThatAHookHasKeptIsOneAsAnyOther(t *testing.T) {
	var kept *core.Session
	v := newVisitor(t, core.Options{Valid: func(_ core.Request, s *core.Session) bool {
		require.ErrorIs(t, s.Load(), core.ErrInsideHook)
		require.ErrorIs(t, s.End(), core.ErrInsideHook)
		kept = s
		return true
	}})
	v.visit(set("n", 1))
	s, end := v.begin()
	set("n", 2)(kept)
	n, err := core.Get[int](s, "n")
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.NoError(t, kept.Save(t.Context()))
	require.NoError(t, end().err)
	require.ErrorIs(t, kept.Set("n", 3), core.ErrSealed)
	requireValue(v, "n", 2)
}
