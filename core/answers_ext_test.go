package core_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

// A lossy store carries swaps out and loses the answers of some.
type lossy struct {
	*faultstore.Store
	err  error
	lose func() bool // nil: none
}

func newLossy(err error) *lossy { return &lossy{Store: faultstore.New(), err: err} }

// nth loses the answer of one swap from now.
func (l *lossy) nth(n int) {
	l.lose = func() bool { n--; return n == 0 }
}

func (l *lossy) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	current, swapped, err := l.Store.Swap(ctx, key, old, new, ttl)
	if l.lose != nil && l.lose() {
		return nil, false, l.err
	}
	return current, swapped, err
}

// lateAnswers are the errors of a write that was carried out.
var lateAnswers = map[string]error{"late": context.DeadlineExceeded, "lost": faultstore.ErrAnswerLost}

func TestAnUpdateWhoseSaveHadNoAnswerIsNotMadeTwice(t *testing.T) {
	for name, err := range lateAnswers {
		t.Run(name, func(t *testing.T) {
			l := newLossy(err)
			v := newVisitor(t, core.Options{Store: l})
			v.visit(set("n", 1))
			v.visit(func(s *core.Session) {
				_, err := core.Update(s, "n", increment)
				require.NoError(t, err)
				l.nth(1)
				_ = s.Save(t.Context())
				_, err = core.Update(s, "m", increment) // the commit has more to do
				require.NoError(t, err)
			})
			requireValue(v, "n", 2)
			requireValue(v, "m", 1)
		})
	}
}

func TestAnUpdateThatMayBeSavedIsAmbiguousToTheEnd(t *testing.T) {
	l := newLossy(faultstore.ErrAnswerLost)
	v := newVisitor(t, core.Options{Store: l})
	v.visit(set("n", 1))
	key := "koa:sess:" + v.id()
	p := v.try(func(s *core.Session) {
		_, err := core.Update(s, "n", increment)
		require.NoError(t, err)
		l.lose = func() bool { // and another request changes the record
			l.lose = nil
			l.Put(key, strings.Replace(l.Records()[key].Data, "{", `{"other":1,`, 1), time.Hour)
			return true
		}
		require.ErrorIs(t, s.Save(t.Context()), core.ErrAmbiguous)
	})
	require.ErrorIs(t, p.err, core.ErrAmbiguous, "the commit does not try again")
	requireValue(v, "n", 2)
}

func TestARegenerateWhoseTombstoneHadNoAnswerIsDone(t *testing.T) {
	for name, err := range lateAnswers {
		for _, saves := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				l := newLossy(err)
				var store core.Store = l
				if !saves { // a store that does not tell when it is down
					store = struct {
						core.Store
						core.Swapper
					}{l.Store, l}
				}
				v := newVisitor(t, core.Options{Store: store})
				v.visit(set("user", "ann"))
				old := v.id()
				v.visit(func(s *core.Session) {
					require.NoError(t, s.RegenerateKeep())
					l.nth(2)
					if saves {
						require.NoError(t, s.Save(t.Context()))
					}
				})
				require.NotEqual(t, old, v.id())
				requireValue(v, "user", "ann")
				require.Len(t, l.Records(), 2, "the session and the tombstone")
			})
		}
	}
}

func TestANewSessionWhoseSaveHadNoAnswerKeepsItsID(t *testing.T) {
	l := newLossy(context.DeadlineExceeded)
	v := newVisitor(t, core.Options{Store: l})
	var id string
	v.visit(func(s *core.Session) {
		set("n", 1)(s)
		id = s.ID()
		l.nth(1)
		require.Error(t, s.Save(t.Context()))
		set("n", 2)(s)
	})
	require.Equal(t, id, v.id())
	requireValue(v, "n", 2)
	require.Len(t, l.Records(), 1)
}

func TestANewSessionThatNobodyIsToldOfDoesNotStay(t *testing.T) {
	for name, begin := range map[string]func(s *core.Session){
		"with a value":         set("n", 1),
		"that may be empty":    func(*core.Session) {},
		"that has to be saved": func(s *core.Session) { s.ForceSave() },
	} {
		l := newLossy(context.DeadlineExceeded)
		v := newVisitor(t, core.Options{Store: l, AllowEmpty: name == "that may be empty"})
		v.visit(func(s *core.Session) {
			begin(s)
			l.nth(1)
			require.Error(t, s.Save(t.Context()))
			s.PreventSave()
		})
		require.Empty(t, l.Records(), name)
	}
}

// noise has a store lose some swaps, and the answers of others.
type noise struct {
	*faultstore.Store
	mu      sync.Mutex
	random  *rand.Rand
	percent int
}

func (n *noise) dice() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.random.IntN(100)
}

func (n *noise) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	dice := n.dice()
	if dice < n.percent {
		return nil, false, faultstore.ErrAnswerLost
	}
	current, swapped, err := n.Store.Swap(ctx, key, old, new, ttl)
	if dice < 2*n.percent {
		return nil, false, faultstore.ErrAnswerLost
	}
	return current, swapped, err
}

// Two regenerate and four count up, all at once and through much noise. Who has
// regenerated has a session, nobody else has one of his own, and if nobody was
// told of an error all that was counted is in one of the sessions, and in none
// twice.
func TestNoiseLosesNoSessionAndNoUpdate(t *testing.T) {
	for seed := range uint64(500) {
		n := &noise{Store: faultstore.New(), random: rand.New(rand.NewPCG(seed, 7))}
		told := &lockedLog{}
		v := newVisitor(t, core.Options{Store: n, ErrorHandler: told.pass})
		v.visit(set("n", 0))
		n.percent = 12
		failed := rush(v.engine, v.stale().Sent)
		regenerated := 0
		for _, err := range failed[:2] {
			if err == nil {
				regenerated++
			}
		}
		sessions := live(n.Store)
		require.GreaterOrEqual(t, len(sessions), max(1, regenerated), "seed %d: %v", seed, failed)
		if len(sessions) > max(1, regenerated) {
			require.ErrorContains(t, errors.Join(failed...), "destroy", "seed %d: one that could not be taken back", seed)
		}
		if errors.Join(failed...) != nil || len(told.told) > 0 {
			continue
		}
		sum := 0
		for _, key := range sessions {
			_, counted, _ := strings.Cut(n.Records()[key].Data, `"n":`)
			count, err := strconv.Atoi(strings.TrimRight(counted, "} \t\n\r"))
			require.NoError(t, err)
			require.LessOrEqual(t, count, 6, "seed %d: nothing is counted twice", seed)
			sum += count
		}
		require.GreaterOrEqual(t, sum, 6, "seed %d: what both had loaded is in both", seed)
	}
}

// rush sends six requests that have all loaded before the first one saves.
func rush(e *core.Engine, sent map[string][]string) []error {
	var wg, loaded sync.WaitGroup
	errs := make([]error, 6)
	loaded.Add(len(errs))
	for i := range errs {
		wg.Go(func() {
			x := &recorder.Exchange{Sent: sent}
			s, err := e.Load(x, x)
			loaded.Done()
			loaded.Wait()
			if i < 2 {
				err = errors.Join(err, s.RegenerateKeep())
			}
			_, update := core.Update(s, "n", increment)
			errs[i] = errors.Join(err, update, s.Commit())
			x.Start()
			_ = s.End()
		})
	}
	wg.Wait()
	return errs
}
