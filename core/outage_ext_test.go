package core_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

// A gridVault goes down and comes back on command, as a whole.
type gridVault struct {
	fullVault
	mu    sync.Mutex
	since time.Time
	back  chan struct{}
}

func newGridVault() *gridVault {
	g := &gridVault{fullVault: full(newVault())}
	g.vault.before = func(string, string) error {
		if _, back := g.Outage(""); back != nil {
			return away{}
		}
		return nil
	}
	return g
}

func (g *gridVault) Outage(string) (time.Time, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.since, g.back
}

func (g *gridVault) fail() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.since, g.back = time.Now(), make(chan struct{})
}

func (g *gridVault) recover() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.back)
	g.back = nil
}

// crowd has n requests of the browser's session begin, and returns when all
// of them have ended, how long each took and with which error.
func crowd(v *visitor, n int) (took []time.Duration, errs []error) {
	sent := map[string][]string{"Cookie": v.browser.Request("/").HeaderValues("Cookie")}
	took, errs = make([]time.Duration, n), make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			began := time.Now()
			errs[i] = v.send(&recorder.Exchange{Sent: sent}, func(*core.Session) {}).err
			took[i] = time.Since(began)
		})
	}
	all.Wait()
	return took, errs
}

func TestEveryWaiterWakesAtOnce(t *testing.T) {
	for _, c := range []struct {
		rule  string
		after time.Duration
		end   func(g *gridVault, e *core.Engine)
		want  error
	}{
		{"when the store is back", 3 * time.Second, func(g *gridVault, _ *core.Engine) { g.recover() }, nil},
		{"when the engine closes", 3 * time.Second, func(_ *gridVault, e *core.Engine) { _ = e.Close() }, core.ErrClosed},
		{"when the wait has run out", 10 * time.Second, func(*gridVault, *core.Engine) {}, core.ErrStoreUnavailable},
	} {
		t.Run(c.rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGridVault()
				visitor := newVisitor(t, core.Options{Store: g})
				visitor.visit(set("n", 1))
				g.fail()
				time.AfterFunc(c.after, func() { c.end(g, visitor.engine) })
				took, errs := crowd(visitor, 200)
				for i := range took {
					require.Equal(t, c.after, took[i])
					if c.want == nil {
						require.NoError(t, errs[i])
					} else {
						require.ErrorIs(t, errs[i], c.want)
						require.Equal(t, 503, core.StatusCode(errs[i]))
					}
				}
			})
		})
	}
}

func TestAShorterReconnectTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGridVault()
		visitor := newVisitor(t, core.Options{Store: g, ReconnectTimeout: time.Second})
		visitor.visit(set("n", 1))
		g.fail()
		time.Sleep(700 * time.Millisecond)
		took, _ := crowd(visitor, 2)
		require.Equal(t, []time.Duration{300 * time.Millisecond, 300 * time.Millisecond}, took, "the clock is the outage's, not the request's")
		took, errs := crowd(visitor, 2)
		require.Equal(t, []time.Duration{0, 0}, took)
		require.ErrorIs(t, errs[0], core.ErrStoreUnavailable)
		g.recover()
	})
}

func TestAStoreThatFlapsHoldsARequestForOneTimeoutAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGridVault()
		visitor := newVisitor(t, core.Options{Store: g})
		visitor.visit(set("n", 1))
		// It comes back for a moment every second, too short for a call.
		g.fail()
		stop := make(chan struct{})
		var flapping sync.WaitGroup
		flapping.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Second):
					g.recover()
					g.fail()
				}
			}
		})
		took, errs := crowd(visitor, 5)
		close(stop)
		flapping.Wait()
		for i := range took {
			require.ErrorIs(t, errs[i], core.ErrStoreUnavailable)
			require.LessOrEqual(t, took[i], 11*time.Second)
		}
	})
}

func TestEveryOperationRidesOutAnOutage(t *testing.T) {
	for name, act := range map[string]func(s *core.Session){
		"set":        set("n", 2),
		"destroy":    func(s *core.Session) { s.Destroy() },
		"regenerate": func(s *core.Session) { _ = s.RegenerateKeep() },
		"touch":      func(*core.Session) {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGridVault()
				visitor := newVisitor(t, core.Options{Store: g, Rolling: true, TTLFunc: func(*core.Session) time.Duration { return time.Hour }})
				visitor.visit(set("n", 1))
				old := visitor.id()
				time.Sleep(61 * time.Minute) // it is to be renewed
				s, end := visitor.begin()
				act(s)
				g.fail()
				time.AfterFunc(5*time.Second, g.recover)
				p := end()
				require.NoError(t, p.err)
				require.Len(t, p.SetCookies(), 2)
				switch name {
				case "destroy":
					require.Empty(t, g.ids())
				case "regenerate":
					require.Equal(t, []string{visitor.id()}, g.ids())
					require.Equal(t, "null", g.record(old))
				default:
					require.Equal(t, []string{old}, g.ids())
				}
			})
		})
	}
}

func TestAWaitOfASaveEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGridVault()
		visitor := newVisitor(t, core.Options{Store: g})
		s, end := visitor.begin()
		set("n", 1)(s)
		g.fail()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		began := time.Now()
		err := s.Save(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(began))
		var failed *core.StoreError
		require.True(t, errors.As(err, &failed))
		require.Equal(t, "set", failed.Op)
		g.recover()
		require.NoError(t, end().err)
		requireValue(visitor, "n", 1)
	})
}
