package core_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

// A conflicted test has a session with {"n":1,"m":1}, changed by mine while
// theirs is carried out in another request of the same browser.
func conflicted(t *testing.T, opts core.Options, mine, theirs func(s *core.Session)) (*vault, *visitor, page) {
	v := newVault()
	opts.Store = full(v)
	visitor := newVisitor(t, opts)
	visitor.visit(set("n", 1, "m", 1))
	s, end := visitor.begin()
	mine(s)
	visitor.visit(theirs)
	return v, visitor, end()
}

func TestAValueThatMineSetToWhatItWasIsTheirs(t *testing.T) {
	for name, mine := range map[string]func(s *core.Session){
		"set":             set("m", 2, "n", 1),
		"set twice":       set("m", 2, "n", 5, "n", 1),
		"deleted nothing": func(s *core.Session) { set("m", 2, "n", 1)(s); s.Delete("new") },
		"bound":           func(s *core.Session) { set("m", 2)(s); _, _ = core.Bind[int](s, "n") },
	} {
		_, visitor, p := conflicted(t, core.Options{}, mine, set("n", 7, "new", 1))
		require.NoError(t, p.err)
		requireValue(visitor, "n", 7)
		requireValue(visitor, "m", 2)
		requireValue(visitor, "new", 1)
		require.NotEmpty(t, name)
	}
}

func TestADeletedValueStaysDeleted(t *testing.T) {
	_, visitor, _ := conflicted(t, core.Options{}, func(s *core.Session) { s.Delete("n") }, set("n", 7))
	_, err := read[int](visitor, "n")
	require.ErrorIs(t, err, core.ErrNoValue, "the later save wins")
	_, visitor, _ = conflicted(t, core.Options{}, set("n", 7), func(s *core.Session) { s.Clear() })
	requireValue(visitor, "n", 7)
	_, err = read[int](visitor, "m")
	require.ErrorIs(t, err, core.ErrNoValue)
}

func TestTheirAttributesAreMineToo(t *testing.T) {
	hour := core.Cookie{MaxAge: time.Hour, SameSite: core.SameSiteStrict}
	v, visitor, p := conflicted(t, core.Options{}, set("n", 2),
		func(s *core.Session) { require.NoError(t, s.SetCookie(hour)) })
	require.Empty(t, p.SetCookies(), "the other response has it")
	require.InDelta(t, time.Hour.Seconds(), v.ttl(visitor.id()).Seconds(), 2, "in the record's life")
	visitor.visit(func(s *core.Session) { require.Equal(t, time.Hour, s.Cookie().MaxAge, "in the record") })

	v, visitor, p = conflicted(t, core.Options{},
		func(s *core.Session) {
			c := s.Cookie()
			c.Priority = core.PriorityHigh
			require.NoError(t, s.SetCookie(c))
		},
		func(s *core.Session) { require.NoError(t, s.SetCookie(hour)) })
	require.Contains(t, p.SetCookies()[0], "priority=high; samesite=strict")
	require.InDelta(t, time.Hour.Seconds(), v.ttl(visitor.id()).Seconds(), 2)
	visitor.visit(func(s *core.Session) {
		require.Equal(t, core.Cookie{Path: "/", MaxAge: time.Hour, SameSite: core.SameSiteStrict, Priority: core.PriorityHigh}, s.Cookie())
	})
}

func TestTheirExpiryEndsTheSession(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 1))
	s, end := visitor.begin()
	set("n", 2)(s)
	v.store(visitor.id(), `{"cookie":{"expires":"2020-01-01T00:00:00.000Z"},"n":3}`)
	require.NoError(t, end().err)
	require.Empty(t, v.ids())
	require.Empty(t, visitor.id())
}

// An Update's function is user code: it may do more than compute, and then
// the engine may neither hang nor lose what it did.
func TestAnUpdateThatChangesTheSessionEnds(t *testing.T) {
	var runs int
	mine := func(s *core.Session) {
		_, err := core.Update(s, "n", func(n int) int {
			runs++
			set("runs", runs, "m", runs)(s)
			return n + 1
		})
		require.NoError(t, err)
	}
	_, visitor, p := conflicted(t, core.Options{}, mine, set("n", 10))
	require.NoError(t, p.err)
	requireValue(visitor, "n", 11)
	requireValue(visitor, "runs", 2)

	visitor.visit(func(s *core.Session) {
		n, err := core.Update(s, "n", func(n int) int {
			set("n", 20)(s)
			return n + 1
		})
		require.NoError(t, err)
		require.Equal(t, 21, n)
		_, err = core.Update(s, "n", func(n int) int {
			s.Destroy()
			return n + 1
		})
		require.ErrorIs(t, err, core.ErrDestroyed)
	})
}

func TestUpdateMayBeNested(t *testing.T) {
	mine := func(s *core.Session) {
		_, err := core.Update(s, "n", func(n int) int {
			_, err := core.Update(s, "m", increment)
			require.NoError(t, err)
			return n + 1
		})
		require.NoError(t, err)
	}
	_, visitor, p := conflicted(t, core.Options{}, mine, set("n", 10))
	require.NoError(t, p.err)
	requireValue(visitor, "n", 11)
}

func TestOnConflictMustGiveJSON(t *testing.T) {
	answer := func(raw string) core.Options {
		return core.Options{OnConflict: func(string, []byte, []byte, []byte) ([]byte, error) { return []byte(raw), nil }}
	}
	for _, bad := range []string{"", "x", "{", "1 2", "\x00"} {
		v, visitor, p := conflicted(t, answer(bad), set("n", 2), set("n", 3))
		var wrong *core.ValueError
		require.ErrorAs(t, p.err, &wrong, "%q", bad)
		require.Equal(t, "n", wrong.Key)
		require.Contains(t, v.record(visitor.id()), `"n":3`, "the record is whole")
	}
	v, visitor, p := conflicted(t, answer(" { \"a\" : 1 }\n"), set("n", 2), set("n", 3))
	require.NoError(t, p.err)
	require.Contains(t, v.record(visitor.id()), `"n":{"a":1}`)
}

func TestOnConflictIsAskedOnlyWhereBothChangedAValue(t *testing.T) {
	var asked []string
	opts := core.Options{OnConflict: func(key string, base, mine, theirs []byte) ([]byte, error) {
		asked = append(asked, fmt.Sprintf("%s %s %s %s", key, base, mine, theirs))
		return mine, nil
	}}
	conflicted(t, opts, func(s *core.Session) {
		set("n", 2, "m", 1, "new", 1)(s)
		_, _ = core.Update(s, "counted", increment)
	}, set("n", 3, "m", 3, "new", 2, "counted", 5, "own", 1))
	require.Equal(t, []string{"n 1 2 3", "new  1 2"}, asked)
}

// An answerVault loses the answer to one swap that it has carried out.
type answerVault struct {
	fullVault
	lose bool
	then func()
}

func (v *answerVault) Outage(string) (time.Time, <-chan struct{}) { return time.Time{}, nil }

func (v *answerVault) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	current, swapped, err := v.fullVault.Swap(ctx, key, old, new, ttl)
	if v.lose {
		v.lose = false
		if v.then != nil {
			v.then()
		}
		return nil, false, away{}
	}
	return current, swapped, err
}

func TestNothingIsAppliedTwiceWhenAnAnswerWasLost(t *testing.T) {
	sum := func(_ string, base, mine, theirs []byte) ([]byte, error) {
		var b, m, t int
		_, _ = fmt.Sscan(string(base)+" "+string(mine)+" "+string(theirs), &b, &m, &t)
		return fmt.Append(nil, m+t-b), nil
	}
	for _, c := range []struct {
		rule    string
		opts    core.Options
		mine    func(s *core.Session)
		between func(v *answerVault, id string)
		want    error
		n       int
	}{
		{"Update", core.Options{}, func(s *core.Session) { _, _ = core.Update(s, "n", increment) }, nil, nil, 2},
		{"Update, another writes in between", core.Options{}, func(s *core.Session) { _, _ = core.Update(s, "n", increment) },
			func(v *answerVault, id string) { v.store(id, `{"n":2,"x":1}`) }, core.ErrAmbiguous, 2},
		{"Set, another writes in between", core.Options{}, set("n", 5),
			func(v *answerVault, id string) { v.store(id, `{"n":5,"x":1}`) }, nil, 5},
		{"OnConflict", core.Options{OnConflict: sum}, set("n", 2), nil, nil, 2},
		{"OnConflict, another writes in between", core.Options{OnConflict: sum}, set("n", 2),
			func(v *answerVault, id string) { v.store(id, `{"n":2,"x":1}`) }, core.ErrAmbiguous, 2},
		{"a session that is gone in between", core.Options{}, set("n", 5), func(v *answerVault, id string) { v.records = map[string]entry{} }, nil, 0},
	} {
		t.Run(c.rule, func(t *testing.T) {
			v, reported := &answerVault{fullVault: full(newVault())}, log{}
			c.opts.Store, c.opts.ErrorHandler = v, reported.pass
			visitor := newVisitor(t, c.opts)
			visitor.visit(set("n", 1))
			s, end := visitor.begin()
			c.mine(s)
			v.lose = true
			if c.between != nil {
				v.then = func() { c.between(v, visitor.id()) }
			}
			p := end()
			if c.want != nil {
				require.ErrorIs(t, p.err, c.want)
			} else {
				require.NoError(t, p.err)
			}
			if c.n == 0 {
				reported.requireOnly(t, core.ErrGone)
				return
			}
			requireValue(visitor, "n", c.n)
		})
	}
}

func TestFiftyWorkersLoseNoIncrement(t *testing.T) {
	visitor := newVisitor(t, core.Options{})
	visitor.visit(set("n", 0))
	cookie := map[string][]string{"Cookie": visitor.browser.Request("/").HeaderValues("Cookie")}
	var all sync.WaitGroup
	for w := range 50 {
		all.Go(func() {
			own := fmt.Sprintf("worker%d", w)
			for range 200 {
				p := visitor.send(&recorder.Exchange{Sent: cookie}, func(s *core.Session) {
					_, _ = core.Update(s, "n", increment)
					_ = s.Set(own, true)
				})
				if p.err != nil {
					t.Error(p.err)
				}
			}
		})
	}
	all.Wait()
	requireValue(visitor, "n", 10_000)
	visitor.visit(func(s *core.Session) { require.Equal(t, 51, s.Len()) })
}

// Many requests of a few browsers do all that a request can do to one
// session. Whatever the order, what a request set is in a session that is alive
// unless the request was told that it is lost, and no record is there that nobody
// was given the id of.
func TestNoOrderOfRequestsLosesAnythingSilently(t *testing.T) {
	v, told := newVault(), new(lockedLog)
	visitor := newVisitor(t, core.Options{Store: full(v), ErrorHandler: told.pass})
	var given sync.Map // ids that some response carried
	var refused atomic.Int64
	var all sync.WaitGroup
	visitor.visit(set("n", 0))
	given.Store(visitor.id(), true)
	saved := make([][]string, 8)
	for w := range saved {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for i := range 100 {
				key := fmt.Sprintf("w%dr%d", w, i)
				regenerate := random.IntN(10) == 0
				p := visitor.try(func(s *core.Session) {
					if regenerate {
						_ = s.RegenerateKeep()
					}
					_ = s.Set(key, true)
				})
				switch {
				case errors.Is(p.err, core.ErrSuperseded):
					refused.Add(1)
				case p.err != nil:
					t.Error(p.err)
				default:
					saved[w] = append(saved[w], key)
				}
				for _, line := range p.SetCookies() {
					if id, ok := strings.CutPrefix(line, "koa.sid="); ok {
						given.Store(id[:strings.IndexByte(id, ';')], true)
					}
				}
			}
		})
	}
	all.Wait()
	require.Len(t, told.told, int(refused.Load()), "nobody is told of anything else: %v", told.told)
	var records strings.Builder
	for _, id := range v.ids() {
		_, ok := given.Load(id)
		require.True(t, ok, "somebody has its id")
		records.WriteString(v.record(id))
	}
	for _, keys := range saved {
		for _, key := range keys {
			require.Contains(t, records.String(), `"`+key+`":true`)
		}
	}
}
