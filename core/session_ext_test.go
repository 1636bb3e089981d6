package core_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

func TestAFailedEncodingFailsTheCommitOfANewSessionToo(t *testing.T) {
	for name, change := range map[string]func(s *core.Session){
		"a new key":     func(s *core.Session) { _ = s.Set("new", make(chan int)) },
		"a bound value": func(s *core.Session) { v, _ := core.Bind[any](s, "new"); *v = make(chan int) },
		"an Update": func(s *core.Session) {
			_, err := core.Update(s, "n", func(any) any { return make(chan int) })
			_ = s.Set("x", err)
		},
		"beside good ones":  func(s *core.Session) { set("good", 1)(s); _ = s.Set("new", make(chan int)) },
		"forced":            func(s *core.Session) { s.ForceSave(); _ = s.Set("new", make(chan int)) },
		"set twice, badly":  func(s *core.Session) { set("new", 1)(s); _ = s.Set("new", make(chan int)) },
		"under another key": func(s *core.Session) { _ = s.Set("a", make(chan int)); _ = s.Set("b", 1) },
	} {
		for _, newcomer := range []bool{true, false} {
			v := newVault()
			visitor := newVisitor(t, core.Options{Store: full(v)})
			if !newcomer {
				visitor.visit(set("n", 1))
			}
			before := fmt.Sprint(v.records)
			p := visitor.try(change)
			if name == "an Update" {
				require.NoError(t, p.err, "it is returned, and nothing was set")
				continue
			}
			var wrong *core.ValueError
			require.ErrorAs(t, p.err, &wrong, name)
			require.Empty(t, p.SetCookies(), name)
			require.Equal(t, before, fmt.Sprint(v.records), name)
		}
	}
}

func TestAValueThatCanBeEncodedAgainIsNoErrorAnyMore(t *testing.T) {
	for name, mend := range map[string]func(s *core.Session){
		"set":       set("new", 1),
		"delete":    func(s *core.Session) { s.Delete("new") },
		"clear":     func(s *core.Session) { s.Clear() },
		"replace":   func(s *core.Session) { _ = s.Replace(map[string]any{"a": 1}) },
		"destroy":   func(s *core.Session) { s.Destroy() },
		"prevented": func(s *core.Session) { s.PreventSave() },
	} {
		visitor := newVisitor(t, core.Options{})
		visitor.visit(func(s *core.Session) {
			require.Error(t, s.Set("new", make(chan int)), name)
			mend(s)
		})
	}

	visitor := newVisitor(t, core.Options{})
	visitor.visit(set("bound", map[string]any{"a": 1}))
	visitor.visit(func(s *core.Session) {
		bound, err := core.Bind[map[string]any](s, "bound")
		require.NoError(t, err)
		(*bound)["bad"] = make(chan int)
		s.Len() // whoever looks now sees what there was
		delete(*bound, "bad")
	})
	requireValue(visitor, "bound", map[string]any{"a": 1.0})
}

func TestAttributesThatTheOptionsHaveCanBeTakenAway(t *testing.T) {
	generous := core.Cookie{Domain: "example.com", Secure: true, SameSite: core.SameSiteNone, Partitioned: true, Priority: core.PriorityHigh,
		Expires: time.Now().Add(time.Hour)}
	plain := core.Cookie{Path: "/", MaxAge: time.Hour, SameSite: core.SameSiteOmit, DisableHTTPOnly: true}
	for _, newcomer := range []bool{true, false} {
		v := newVault()
		visitor := newVisitor(t, core.Options{Store: full(v), Cookie: generous})
		over := func(handler func(s *core.Session)) page {
			x := visitor.browser.Request("/")
			x.TLS = true
			p := visitor.send(x, handler)
			require.NoError(t, p.err)
			return p
		}
		if !newcomer {
			over(set("n", 1))
		}
		p := over(func(s *core.Session) {
			set("m", 1)(s)
			require.NoError(t, s.SetCookie(plain))
		})
		require.Regexp(t, `^koa\.sid=[\w-]+; path=/; expires=[^;]+$`, p.SetCookies()[0])
		v.asked()
		over(func(s *core.Session) { require.Equal(t, plain, s.Cookie()) })
		require.Equal(t, []string{"get"}, v.asked(), "and they are no change")
	}
}

func TestKeysAreInTheOrderOfTheRecord(t *testing.T) {
	for name, change := range map[string]func(s *core.Session){
		"set":               set("d", 1, "a", 2, "0", 3),
		"deleted, set anew": func(s *core.Session) { s.Delete("c"); set("x", 1, "c", 1)(s) },
		"cleared, set anew": func(s *core.Session) { s.Clear(); set("a", 1, "x", 1, "c", 1)(s) },
		"replaced":          func(s *core.Session) { _ = s.Replace(map[string]any{"a": 1, "x": 1, "c": 1, "b": 2}) },
	} {
		visitor := newVisitor(t, core.Options{})
		visitor.visit(set("c", 1, "b", 1, "a", 1))
		var before []string
		visitor.visit(func(s *core.Session) {
			change(s)
			before = s.Keys()
		})
		visitor.visit(func(s *core.Session) { require.Equal(t, before, s.Keys(), name) })
	}
}

func TestAKeyIsWhateverJSONCanSay(t *testing.T) {
	visitor := newVisitor(t, core.Options{})
	odd := []string{"", " ", "\x00", "\"\\", "\u2028", "é", "\ufffd", "𝄞", "<&>", "_dead", "_w", "Cookie"}
	for _, key := range odd {
		visitor.visit(set(key, key))
	}
	for range 2 {
		visitor.visit(func(s *core.Session) {
			require.Equal(t, odd, s.Keys())
			for _, key := range odd {
				value, err := core.Get[string](s, key)
				require.NoError(t, err)
				require.Equal(t, key, value)
			}
			require.ErrorIs(t, s.Set("\xff", 1), core.ErrReservedKey, "what JSON cannot say would come back as another key")
			_, err := core.Get[int](s, "\xff")
			require.ErrorIs(t, err, core.ErrReservedKey)
		})
	}
}

func TestHooksMayUseTheSessionButNotSaveIt(t *testing.T) {
	inside := func(s *core.Session) {
		require.ErrorIs(t, s.Save(context.Background()), core.ErrInsideHook)
		require.ErrorIs(t, s.Commit(), core.ErrInsideHook)
		_, err := core.Update(s, "hooks", increment)
		require.NoError(t, err)
		s.Len()
		s.ID()
	}
	v := newVault()
	visitor := newVisitor(t, core.Options{
		Store:      full(v),
		Valid:      func(_ core.Request, s *core.Session) bool { inside(s); return true },
		BeforeSave: func(_ core.Request, s *core.Session) error { inside(s); return nil },
		TTLFunc:    func(s *core.Session) time.Duration { inside(s); return time.Hour },
	})
	visitor.visit(set("n", 1))
	require.Contains(t, v.record(visitor.id()), `"hooks":2`)
	visitor.visit(set("n", 2))
	requireValue(visitor, "n", 2)
}

func TestAValidThatPanicsHandsNothingOut(t *testing.T) {
	for _, deferring := range []bool{false, true} {
		v := newVault()
		visitor := newVisitor(t, core.Options{Store: full(v)})
		visitor.visit(set("secret", 1))
		record := v.record(visitor.id())
		visitor.engine = newEngine(t, core.Options{Store: full(v), Defer: deferring, Rolling: true,
			Valid: func(core.Request, *core.Session) bool { panic("valid") }})
		x := visitor.browser.Request("/")
		s := new(core.Session)
		if deferring {
			require.NoError(t, visitor.engine.LoadInto(s, x, x, nil))
			require.Panics(t, func() { _, _ = s.Find() })
			require.Panics(t, func() { _, _ = s.Find() }, "and again")
		} else {
			require.Panics(t, func() { _ = visitor.engine.LoadInto(s, x, x, nil) })
		}
		require.NoError(t, s.Commit())
		require.NoError(t, s.End())
		require.Empty(t, x.SetCookies())
		require.Equal(t, record, v.record(visitor.id()))
	}
}

func TestEndWaitsForASaveThatIsUnderWay(t *testing.T) {
	v := newVault()
	saving, goOn := make(chan struct{}), make(chan struct{})
	visitor := newVisitor(t, core.Options{Store: full(v), BeforeSave: func(core.Request, *core.Session) error {
		close(saving)
		<-goOn
		return nil
	}})
	s, end := visitor.begin()
	set("n", 1)(s)
	saved := make(chan error)
	go func() { saved <- s.Save(context.Background()) }()
	<-saving
	ended := make(chan error)
	go func() { ended <- s.End() }()
	select {
	case <-ended:
		t.Fatal("the request ended under a save")
	case <-time.After(10 * time.Millisecond):
	}
	close(goOn)
	require.NoError(t, <-saved)
	require.NoError(t, <-ended)
	require.Len(t, v.ids(), 1)
	require.NoError(t, end().err)
}

func TestEndWaitsForALoadThatIsUnderWay(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), Defer: true})
	visitor.visit(set("n", 1))
	loading, goOn := make(chan struct{}), make(chan struct{})
	v.before = func(op, _ string) error {
		close(loading)
		<-goOn
		return nil
	}
	x := visitor.browser.Request("/")
	s, err := visitor.engine.Load(x, x)
	require.NoError(t, err)
	loaded := make(chan error)
	go func() { loaded <- s.Load() }()
	<-loading
	ended := make(chan error)
	go func() { ended <- s.End() }()
	close(goOn)
	require.NoError(t, <-loaded)
	require.NoError(t, <-ended)
	require.ErrorIs(t, s.Set("n", 2), core.ErrSealed)
}

// Sixteen goroutines do to one session whatever can be done, through several
// requests' worth of commits. Nothing may hang, panic or race, and what is
// left in the store is what the client has.
func TestNothingThatGoroutinesDoTogetherBreaksASession(t *testing.T) {
	for _, kind := range stores {
		t.Run(kind.name, func(t *testing.T) {
			v := newVault()
			visitor := newVisitor(t, core.Options{Store: kind.store(v), Rolling: true, ErrorHandler: new(lockedLog).pass,
				BeforeSave: func(_ core.Request, s *core.Session) error { return s.Set("saved", true) }})
			visitor.visit(set("n", 0))
			for round := range 20 {
				x := visitor.browser.Request("/")
				s, err := visitor.engine.Load(x, x)
				require.NoError(t, err)
				ctx := core.NewContext(context.Background(), s)
				var all sync.WaitGroup
				for g := range 16 {
					all.Go(func() { doAnything(ctx, rand.New(rand.NewPCG(uint64(round), uint64(g))), 30) })
				}
				if round%2 == 0 {
					all.Wait()
				}
				_ = s.Commit()
				x.Start()
				_ = s.End()
				all.Wait()
				if ids := v.ids(); len(ids) > 0 {
					require.Equal(t, []string{visitor.id()}, ids, "no record that nobody has the id of")
				}
			}
		})
	}
}

func doAnything(ctx context.Context, random *rand.Rand, times int) {
	for range times {
		s, err := core.FromContext(ctx)
		if err != nil {
			continue
		}
		key := string(rune('a' + random.IntN(4)))
		switch random.IntN(30) {
		case 0:
			_ = s.Regenerate()
		case 1:
			_ = s.RegenerateKeep()
		case 2:
			_ = s.Save(ctx)
		case 3:
			s.Clear()
		case 4:
			_ = s.Replace(map[string]any{key: 1, "x": 2})
		case 5:
			_ = s.SetCookie(core.Cookie{MaxAge: time.Duration(1+random.IntN(3)) * time.Hour})
		case 6:
			s.MarkDirty()
		case 7:
			s.ForceSave()
			if random.IntN(4) == 0 {
				s.Destroy()
			}
		case 8, 9, 10:
			s.Delete(key)
		case 11, 12, 13:
			_, _ = core.Pop[int](s, key)
		case 14, 15, 16:
			_, _ = core.Get[int](s, key)
		case 17, 18, 19:
			_, _, _, _ = s.ID(), s.IsNew(), s.Keys(), s.Cookie()
		case 20:
			_, _ = core.Bind[int](s, "bound")
		case 21, 22, 23:
			_ = s.Set(key, random.IntN(3))
		default:
			_, _ = core.Update(s, key, increment)
		}
	}
}

type lockedLog struct {
	mu sync.Mutex
	log
}

func (l *lockedLog) pass(req core.Request, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.pass(req, err)
}

func TestAMiddlewareInsideAnotherIsFoundByName(t *testing.T) {
	outer, inner := newEngine(t, core.Options{Key: "outer"}), newEngine(t, core.Options{Key: "inner"})
	x := recorder.NewBrowser().Request("/")
	out, err := outer.Load(x, x)
	require.NoError(t, err)
	in := new(core.Session)
	require.NoError(t, inner.LoadInto(in, x, x, out))

	type key struct{}
	ctx := core.NewContext(context.WithValue(context.Background(), key{}, "other"), in)
	require.Equal(t, "other", ctx.Value(key{}))
	require.Equal(t, in, ctx.Value(core.ContextKey))
	for name, want := range map[string]*core.Session{"outer": out, "inner": in} {
		found, err := core.FromContext(ctx, name)
		require.NoError(t, err)
		require.Same(t, want, found)
	}

	set("n", 1)(out)
	set("n", 2)(in)
	require.NoError(t, in.Commit())
	require.NoError(t, out.Commit())
	require.Len(t, x.SetCookies(), 4, "two sessions, each with its cookies")
	require.NoError(t, in.End())
	found, err := in.Find()
	require.NoError(t, err)
	require.Same(t, out, found, "also when the inner one is over")
	require.NoError(t, out.End())
}

// A fragile value cannot be encoded any more once it is broken.
type fragile struct{ Broken bool }

func (f *fragile) MarshalJSON() ([]byte, error) {
	if f.Broken {
		panic("a bug of the application")
	}
	return []byte(`{}`), nil
}

func TestABoundValueThatPanicsLeavesNothingLocked(t *testing.T) {
	for name, use := range map[string]func(s *core.Session){
		"Get":    func(s *core.Session) { _, _ = core.Get[any](s, "n") },
		"Update": func(s *core.Session) { _, _ = core.Update(s, "n", func(v any) any { return v }) },
		"Pop":    func(s *core.Session) { _, _ = core.Pop[any](s, "n") },
		"Bind":   func(s *core.Session) { _, _ = core.Bind[any](s, "n") },
		"Keys":   func(s *core.Session) { s.Keys() },
		"Save":   func(s *core.Session) { _ = s.Save(context.Background()) },
		"Commit": func(s *core.Session) { _ = s.Commit() },
		"End":    func(s *core.Session) { _ = s.End() },
	} {
		visitor := newVisitor(t, core.Options{})
		x := visitor.browser.Request("/")
		s, err := visitor.engine.Load(x, x)
		require.NoError(t, err)
		v, err := core.Bind[fragile](s, "n")
		require.NoError(t, err)
		v.Broken = true
		require.Panics(t, func() { use(s) }, name)
		v.Broken = false
		require.NoError(t, s.End(), name)
	}
}
