package core_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// duringWrite has a function run while the store carries out the next write,
// as another goroutine of the request might.
func duringWrite(v *vault, f func()) {
	v.before = func(op, _ string) error {
		if op == "swap" || op == "set" {
			v.before = nil
			f()
		}
		return nil
	}
}

func TestWhatChangesWhileARecordIsWrittenIsSavedAtTheEnd(t *testing.T) {
	cookie := core.Cookie{MaxAge: time.Hour, SameSite: core.SameSiteStrict}
	for name, c := range map[string]struct {
		change func(s *core.Session)
		check  func(t *testing.T, s *core.Session)
	}{
		"set": {set("late", 1), func(t *testing.T, s *core.Session) {
			n, err := core.Get[int](s, "late")
			require.NoError(t, err)
			require.Equal(t, 1, n)
			require.Equal(t, 3, s.Len())
		}},
		"set again": {set("n", 9), func(t *testing.T, s *core.Session) {
			n, _ := core.Get[int](s, "n")
			require.Equal(t, 9, n)
		}},
		"delete": {func(s *core.Session) { s.Delete("n") }, func(t *testing.T, s *core.Session) {
			require.Equal(t, []string{"m"}, s.Keys())
		}},
		"clear": {func(s *core.Session) { s.Clear() }, func(t *testing.T, s *core.Session) {
			require.Zero(t, s.Len())
		}},
		"replace": {func(s *core.Session) { _ = s.Replace(map[string]any{"x": 1}) }, func(t *testing.T, s *core.Session) {
			require.Equal(t, []string{"x"}, s.Keys())
		}},
		"attributes": {func(s *core.Session) { _ = s.SetCookie(cookie) }, func(t *testing.T, s *core.Session) {
			require.Equal(t, time.Hour, s.Cookie().MaxAge)
			require.Equal(t, 2, s.Len())
		}},
		"update": {func(s *core.Session) { _, _ = core.Update(s, "n", increment) }, func(t *testing.T, s *core.Session) {
			n, _ := core.Get[int](s, "n")
			require.Equal(t, 3, n)
		}},
		"destroy": {func(s *core.Session) { s.Destroy() }, func(t *testing.T, s *core.Session) {
			require.True(t, s.IsNew())
		}},
		"regenerate": {func(s *core.Session) { _ = s.Regenerate(); set("user", "ada")(s) }, func(t *testing.T, s *core.Session) {
			require.False(t, s.IsNew())
			require.Equal(t, []string{"user"}, s.Keys())
		}},
		"regenerate and keep": {func(s *core.Session) { _ = s.RegenerateKeep() }, func(t *testing.T, s *core.Session) {
			require.False(t, s.IsNew())
			require.Equal(t, []string{"m", "n"}, s.Keys())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, newcomer := range []bool{false, true} {
				eachStore(t, func(t *testing.T, v *vault, store core.Store, _ bool) {
					visitor := newVisitor(t, core.Options{Store: store})
					if !newcomer {
						visitor.visit(set("m", 1))
					}
					s, end := visitor.begin()
					set("m", 1, "n", 2)(s)
					duringWrite(v, func() { c.change(s) })
					require.NoError(t, s.Save(context.Background()))
					require.NoError(t, end().err)

					visitor.visit(func(s *core.Session) { c.check(t, s) })
					want := 1
					if name == "destroy" {
						want = 0
					}
					require.Len(t, v.ids(), want, "no orphans")
				})
			}
		})
	}
}

func TestAnUpdateThatCameDuringAWriteIsRunAgainOnWhatOthersMadeOfIt(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 10))
	s, end := visitor.begin()
	_, _ = core.Update(s, "n", increment)
	duringWrite(v, func() { _, _ = core.Update(s, "n", increment) })
	require.NoError(t, s.Save(context.Background()))
	require.Contains(t, v.record(visitor.id()), `"n":11`)
	visitor.visit(func(s *core.Session) { _, _ = core.Update(s, "n", func(n int) int { return n + 100 }) })
	require.NoError(t, end().err)
	requireValue(visitor, "n", 112)
}

func TestWhatASaveWroteDoesNotOverwriteWhatOthersMadeOfIt(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 1))
	s, end := visitor.begin()
	set("n", 2)(s)
	duringWrite(v, func() { set("m", 1)(s) })
	require.NoError(t, s.Save(context.Background()))
	visitor.visit(set("n", 7))
	require.NoError(t, end().err)
	requireValue(visitor, "n", 7)
	requireValue(visitor, "m", 1)
}

func TestARegenerateDuringAConflictIsNotFilledWithTheOldValues(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		v := newVault()
		visitor := newVisitor(t, core.Options{Store: full(v)})
		visitor.visit(set("n", 1))
		old := visitor.id()
		s, end := visitor.begin()
		set("n", 2)(s)
		duringWrite(v, func() {
			v.store(old, `{"theirs":1}`)
			if keeps {
				require.NoError(t, s.RegenerateKeep())
			} else {
				require.NoError(t, s.Regenerate())
			}
			set("user", "ada")(s)
		})
		require.NoError(t, s.Save(context.Background()))
		require.NoError(t, end().err)
		visitor.visit(func(s *core.Session) {
			if keeps {
				require.Equal(t, []string{"theirs", "n", "user"}, s.Keys())
			} else {
				require.Equal(t, []string{"user"}, s.Keys())
			}
		})
		require.Equal(t, "null", v.record(old))
		require.Len(t, v.ids(), 1)
	}
}

func TestARegenerateWhileAnIdIsFoundTakenWins(t *testing.T) {
	ids := []string{"taken", "second", "third"}
	next := 0
	v := newVault()
	v.store("taken", "{}")
	visitor := newVisitor(t, core.Options{Store: full(v), GenSID: func() (string, error) { next++; return ids[next-1], nil }})
	s, end := visitor.begin()
	set("n", 1)(s)
	duringWrite(v, func() { require.NoError(t, s.Regenerate()); set("n", 2)(s) })
	require.NoError(t, s.Save(context.Background()))
	require.NoError(t, end().err)
	require.Equal(t, "second", visitor.id())
	requireValue(visitor, "n", 2)
	require.Equal(t, []string{"second", "taken"}, v.ids())
}

func TestACancelledSaveLeavesNoOrphan(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: heedful{full(v)}})
	visitor.visit(set("n", 1))
	old := visitor.id()
	s, end := visitor.begin()
	require.NoError(t, s.RegenerateKeep())
	ctx, cancel := context.WithCancel(context.Background())
	v.after = func(op, _ string) error { cancel(); return nil }
	require.ErrorIs(t, s.Save(ctx), context.Canceled)
	require.Contains(t, v.ids(), old)
	require.Len(t, v.ids(), 2, "nobody knows what became of the old record")

	v.after = nil
	require.NoError(t, end().err, "and the commit finds out")
	requireValue(visitor, "n", 1)
	require.Len(t, v.ids(), 1)
}

// A heedful store looks at its context.
type heedful struct{ fullVault }

func (h heedful) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	return h.fullVault.Swap(ctx, key, old, new, ttl)
}

func (h heedful) Destroy(ctx context.Context, key string) error {
	return errors.Join(ctx.Err(), h.fullVault.Destroy(ctx, key))
}

func TestTheTombstoneLivesForAMinuteWhoeverUsesTheOldId(t *testing.T) {
	for _, rolling := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			v := newVault()
			visitor := newVisitor(t, core.Options{Store: full(v), Rolling: rolling})
			visitor.visit(set("n", 1))
			old := visitor.id()
			stale := map[string][]string{"Cookie": visitor.browser.Request("/").HeaderValues("Cookie")}
			visitor.visit(func(s *core.Session) { require.NoError(t, s.RegenerateKeep()) })
			require.Equal(t, time.Minute, v.ttl(old))

			late := func(superseded bool) []string {
				x := visitor.browser.Request("/")
				x.Sent = stale
				return visitor.send(x, func(s *core.Session) {
					require.Zero(t, s.Len())
					require.Equal(t, superseded, s.IsSuperseded())
				}).SetCookies()
			}
			time.Sleep(2 * time.Second)
			require.Empty(t, late(true))
			time.Sleep(8 * time.Second)
			require.Len(t, late(false), 2, "after the grace it is an unknown id")
			require.Equal(t, 50*time.Second, v.ttl(old), "for requests that had loaded it")
			time.Sleep(time.Minute)
			require.Len(t, late(false), 2)
		})
	}
}

func TestARollingVisitThatIsOvertakenSendsNoCookie(t *testing.T) {
	for _, kind := range stores {
		if kind.name == "three methods" || kind.name == "declining" {
			continue // there a rewrite, of what is there, is all there is
		}
		for name, overtake := range map[string]func(s *core.Session){
			"regenerated": func(s *core.Session) { _ = s.RegenerateKeep() },
			"destroyed":   func(s *core.Session) { s.Destroy() },
		} {
			t.Run(kind.name+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					v := newVault()
					visitor := newVisitor(t, core.Options{Store: kind.store(v), Rolling: true})
					visitor.visit(set("n", 1))
					time.Sleep(2 * time.Hour)
					_, end := visitor.begin()
					visitor.visit(overtake)
					id, records := visitor.id(), v.ids()
					require.Empty(t, end().SetCookies())
					require.Equal(t, id, visitor.id())
					require.Equal(t, records, v.ids(), "and brings nothing back")
				})
			})
		}
	}
}

func TestALateChangeOfAnExpiredSessionIsReported(t *testing.T) {
	v, reported := newVault(), log{}
	visitor := newVisitor(t, core.Options{Store: full(v), Rolling: true, ErrorHandler: reported.pass,
		TTLFunc: func(*core.Session) time.Duration { return time.Hour }})
	visitor.visit(set("n", 1))
	x := visitor.browser.Request("/")
	s, err := visitor.engine.Load(x, x)
	require.NoError(t, err)
	v.records = map[string]entry{}
	require.NoError(t, s.Commit())
	x.Start()
	require.Empty(t, x.SetCookies())
	require.Empty(t, reported.told, "nothing was lost so far")
	set("n", 2)(s)
	require.NoError(t, s.End())
	reported.requireOnly(t, core.ErrGone)
	require.Empty(t, v.ids())
}

func TestARollingVisitIsTriedAgainAfterASaveThatFailed(t *testing.T) {
	for op, store := range map[string]func(v *vault) core.Store{
		"touch": func(v *vault) core.Store { return touchVault{v} },
		"swap":  func(v *vault) core.Store { return swapVault{v} },
		"set":   func(v *vault) core.Store { return v },
	} {
		synctest.Test(t, func(t *testing.T) {
			v := newVault()
			visitor := newVisitor(t, core.Options{Store: store(v), Rolling: true})
			visitor.visit(set("n", 1))
			time.Sleep(2 * time.Hour)
			s, end := visitor.begin()
			v.before = failing(op, errBroken)
			require.ErrorIs(t, s.Save(context.Background()), errBroken)
			v.before = nil
			p := end()
			require.NoError(t, p.err)
			require.Len(t, p.SetCookies(), 2)
			require.Equal(t, 25*time.Hour, v.ttl(visitor.id()))
		})
	}
}

func TestParallelRegeneratesEachMakeASession(t *testing.T) {
	for range 20 {
		v, reported := newVault(), new(lockedLog)
		visitor := newVisitor(t, core.Options{Store: full(v), ErrorHandler: reported.pass})
		visitor.visit(set("n", 1))
		var all sync.WaitGroup
		var ends []func() page
		for range 8 {
			s, end := visitor.begin()
			require.NoError(t, s.RegenerateKeep())
			ends = append(ends, end)
		}
		for _, end := range ends {
			all.Go(func() { assert.NoError(t, end().err) })
		}
		all.Wait()
		require.Len(t, v.ids(), 8)
		require.Contains(t, v.ids(), visitor.id(), "the browser has one of them")
		requireValue(visitor, "n", 1)
		require.Empty(t, reported.told)
	}
}

func TestTheCookieIsClearedByTheAttributesThatTheClientHasItWith(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 1))
	p := visitor.visit(func(s *core.Session) {
		require.NoError(t, s.SetCookie(core.Cookie{Path: "/elsewhere"}))
		s.Destroy()
	})
	require.Contains(t, p.SetCookies()[0], "koa.sid=; path=/; ")
	require.Empty(t, visitor.id())
}

func TestOnceTheCommitHasRunItIsTooLateForACookie(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 1))
	x := visitor.browser.Request("/")
	s, err := visitor.engine.Load(x, x)
	require.NoError(t, err)
	set("n", 2)(s)
	require.NoError(t, s.Commit())
	sent := x.SetCookies()
	// The headers are about to leave, and nobody may touch them any more.
	set("n", 3)(s)
	require.NoError(t, s.Save(context.Background()), "the client has the id")
	require.Contains(t, v.record(visitor.id()), `"n":3`)
	require.NoError(t, s.Regenerate())
	require.ErrorIs(t, s.Save(context.Background()), core.ErrTooLate)
	require.Equal(t, sent, x.SetCookies())
	require.Empty(t, v.ids())
	x.Start()
	require.NoError(t, s.End())
}

func TestARegenerateThatCannotCarryOverIsUndone(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 1))
	old := visitor.id()
	s, end := visitor.begin()
	require.NoError(t, s.RegenerateKeep())
	visitor.visit(set("theirs", 1))
	swaps := 0
	v.before = func(op, _ string) error {
		if !strings.HasPrefix(op, "swap") {
			return nil
		}
		if swaps++; swaps == 3 { // after the new record, and the tombstone that did not fit
			return errBroken
		}
		return nil
	}
	p := end()
	require.ErrorIs(t, p.err, errBroken)
	require.Empty(t, p.SetCookies())
	require.Equal(t, []string{old}, v.ids())
	requireValue(visitor, "theirs", 1)

	visitor.visit(set("n", 2))
	s, end = visitor.begin()
	require.NoError(t, s.RegenerateKeep())
	v.before = nil
	v.store(old, "[]")
	require.ErrorIs(t, end().err, core.ErrCorruptRecord, "what they left cannot be carried over")
	require.Equal(t, []string{old}, v.ids())
}

func TestWhatIsLostIsNotTriedAgain(t *testing.T) {
	v, reported := newVault(), log{}
	visitor := newVisitor(t, core.Options{Store: full(v), ErrorHandler: reported.pass})
	visitor.visit(set("n", 1))
	s, end := visitor.begin()
	visitor.visit(func(s *core.Session) { s.Destroy() })
	set("n", 2)(s)
	require.ErrorIs(t, s.Save(context.Background()), core.ErrGone)
	v.asked()
	set("n", 3)(s)
	require.ErrorIs(t, s.Save(context.Background()), core.ErrGone)
	require.NoError(t, end().err)
	reported.requireOnly(t, core.ErrGone)
	require.Empty(t, v.asked())
}

func TestASaveThatComesAfterTheEndIsTold(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	s, _ := visitor.begin()
	set("n", 1)(s)
	writing, goOn := make(chan struct{}), make(chan struct{})
	duringWrite(v, func() { close(writing); <-goOn })
	var saves sync.WaitGroup
	saves.Go(func() { assert.NoError(t, s.Save(context.Background())) })
	<-writing
	saves.Go(func() { assert.NoError(t, s.End()) })
	for range 4 {
		time.Sleep(time.Millisecond) // behind the end, most likely
		saves.Go(func() {
			if err := s.Save(context.Background()); err != nil {
				assert.ErrorIs(t, err, core.ErrSealed)
			}
		})
	}
	time.Sleep(time.Millisecond)
	close(goOn)
	saves.Wait()
	require.Len(t, v.ids(), 1)
}
