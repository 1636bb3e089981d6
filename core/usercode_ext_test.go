package core_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// What becomes of a session whose user code does not do as it should: the table
// of docs/user-code.md.

// A trap is what user code does once it is set.
type trap struct{ act func() }

func (t *trap) spring() {
	if act := t.act; act != nil {
		t.act = nil
		act()
	}
}

func boom() { panic("boom") }

// sprung are the ways in which a save runs user code, with what a trap in it
// interrupts.
func sprung(t *trap) map[string]core.Options {
	return map[string]core.Options{
		"BeforeSave": {BeforeSave: func(core.Request, *core.Session) error { t.spring(); return nil }},
		"TTLFunc":    {TTLFunc: func(*core.Session) time.Duration { t.spring(); return time.Hour }},
		"OnConflict": {OnConflict: func(_ string, _, mine, _ []byte) ([]byte, error) { t.spring(); return mine, nil }},
		"GenSID":     {GenSID: func() (string, error) { t.spring(); return "anIDThatNobodyCouldGuess", nil }},
	}
}

// conflicting begins a request with a change, about to be saved over another
// one's. Under GenSID it is a new session's.
func conflicting(t *testing.T, name string, opts core.Options) (v *visitor, s *core.Session, end func() page) {
	opts.Store = faultstore.New()
	v = newVisitor(t, opts)
	if name == "GenSID" {
		s, end = v.begin()
		set("n", 2)(s)
		return v, s, end
	}
	v.visit(set("n", 1))
	s, end = v.begin()
	set("n", 2)(s)
	v.visit(set("n", 5))
	return v, s, end
}

func TestAfterAPanicInASaveTheNextOneSaves(t *testing.T) {
	var trap trap
	for name, opts := range sprung(&trap) {
		for again, retry := range map[string]func(s *core.Session) error{
			"Save":    func(s *core.Session) error { return s.Save(t.Context()) },
			"the end": func(*core.Session) error { return nil },
		} {
			t.Run(name+", "+again, func(t *testing.T) {
				v, s, end := conflicting(t, name, opts)
				trap.act = boom
				require.PanicsWithValue(t, "boom", func() { _ = s.Save(t.Context()) })
				require.NoError(t, retry(s))
				require.NoError(t, end().err)
				requireValue(v, "n", 2)
			})
		}
	}
}

// The headers have gone, and the end looks only for what has changed.
func TestAfterAPanicInALateSaveTheEndSaves(t *testing.T) {
	var trap trap
	v := newVisitor(t, core.Options{BeforeSave: func(core.Request, *core.Session) error { trap.spring(); return nil }})
	v.visit(set("n", 1))
	s, end := v.begin()
	require.NoError(t, s.Commit())
	set("n", 2)(s)
	trap.act = boom
	require.Panics(t, func() { _ = s.Save(t.Context()) })
	require.NoError(t, end().err)
	requireValue(v, "n", 2)
}

func TestAfterAPanicInTheCommitOnlyAnEndIsCarriedOut(t *testing.T) {
	var trap trap
	for name, opts := range sprung(&trap) {
		if name == "GenSID" {
			continue // there is nothing to end, see below
		}
		for how, act := range map[string]func(){"panic": boom, "Goexit": runtime.Goexit} {
			t.Run(name+", "+how, func(t *testing.T) {
				interrupt := func(s *core.Session) {
					trap.act = act
					done := make(chan bool)
					go func() {
						defer close(done)
						defer func() { _ = recover() }()
						_ = s.Commit()
					}()
					<-done
				}
				v, s, end := conflicting(t, name, opts)
				interrupt(s)
				require.Equal(t, core.ErrSpoiled, s.Save(t.Context()))
				require.NoError(t, end().err)
				requireValue(v, "n", 5)

				v, s, end = conflicting(t, name, opts)
				interrupt(s)
				s.Destroy()
				require.ErrorIs(t, s.Save(t.Context()), core.ErrTooLate, "for the cookie")
				require.NoError(t, end().err)
				_, err := read[int](v, "n")
				require.ErrorIs(t, err, core.ErrNoValue)
			})
		}
	}
}

func TestAGenSIDThatPanicsInTheCommitHasNothingSaved(t *testing.T) {
	var trap trap
	v, s, end := conflicting(t, "GenSID", sprung(&trap)["GenSID"])
	trap.act = boom
	require.Panics(t, func() { _ = s.Commit() })
	require.Equal(t, core.ErrSpoiled, s.Save(t.Context()))
	require.NoError(t, end().err)
	require.Empty(t, v.id())
}

func TestAGenSIDThatPanicsLeavesTheSessionAsItIs(t *testing.T) {
	var trap trap
	v := newVisitor(t, core.Options{GenSID: func() (string, error) { trap.spring(); return "anIDThatNobodyCouldGuess", nil }})
	v.visit(func(s *core.Session) {
		trap.act = boom
		require.Panics(t, func() { s.ID() })
		trap.act = boom
		require.Panics(t, func() { _ = s.Regenerate() })
		set("n", 1)(s)
	})
	requireValue(v, "n", 1)
}

func TestAnErrorHandlerMayPanicOrUseTheSession(t *testing.T) {
	var s *core.Session
	var trap trap
	full := errors.New("disk full")
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: func(_ core.Request, err error) error { trap.spring(); return err }})
	v.visit(set("n", 1))

	for _, act := range []func(){boom, func() {
		require.ErrorIs(t, s.Save(t.Context()), full, "it is not tried again")
		require.NoError(t, s.Commit())
	}} {
		var end func() page
		s, end = v.begin()
		set("n", 2)(s)
		st.Fail("swap", full)
		trap.act = act
		func() {
			defer func() { _ = recover() }()
			require.ErrorIs(t, s.Commit(), full)
		}()
		require.Nil(t, trap.act)
		st.Fail("swap", nil)
		require.ErrorIs(t, s.Save(t.Context()), full)
		require.NoError(t, end().err)
		requireValue(v, "n", 1)
	}
}

// An oddIDs is a SessionIDStore whose user code springs a trap.
type oddIDs struct {
	core.SessionIDStore
	get, set trap
}

func (o *oddIDs) Get(req core.Request) string {
	o.get.spring()
	return o.SessionIDStore.Get(req)
}

func (o *oddIDs) Set(res core.Response, id string) {
	o.set.spring()
	o.SessionIDStore.Set(res, id)
}

func TestASessionIDStoreMayPanicOrAskForTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ids := &oddIDs{SessionIDStore: core.HeaderIDs("X-Session")}
		v := newVisitor(t, core.Options{SessionIDStore: ids, Defer: true})
		x := v.browser.Request("/")
		s, err := v.engine.Load(x, x)
		require.NoError(t, err)

		ids.get.act = boom
		require.Panics(t, func() { _ = s.Load() })
		begun := time.Now()
		ids.get.act = func() { require.Equal(t, core.ErrInsideHook, s.Load()) }
		require.NoError(t, s.Load(), "the next load goes on")
		require.Equal(t, hookBound, time.Since(begun))

		set("n", 1)(s)
		begun = time.Now()
		ids.set.act = func() { require.Equal(t, core.ErrInsideHook, s.Save(t.Context())) }
		require.NoError(t, s.Commit())
		require.Equal(t, hookBound, time.Since(begun))
		require.NoError(t, s.End())

		x = v.browser.Request("/")
		s, err = v.engine.Load(x, x)
		require.NoError(t, err)
		require.NoError(t, s.Load())
		set("n", 1)(s)
		ids.set.act = boom
		require.Panics(t, func() { _ = s.Commit() })
		set("n", 2)(s)
		require.Equal(t, core.ErrSpoiled, s.Save(t.Context()))
		require.NoError(t, s.End())
	})
}

func TestTheTableOfUserCodeNamesTestsThatExist(t *testing.T) {
	table, err := os.ReadFile("../docs/user-code.md")
	require.NoError(t, err)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var tests []byte
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		tests = append(tests, source...)
	}
	named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllSubmatch(table, -1)
	require.NotEmpty(t, named)
	for _, name := range named {
		require.Contains(t, string(tests), "\nfunc "+string(name[1])+"(t *testing.T)")
	}
}
