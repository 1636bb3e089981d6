package memory

import (
	"context"
	"errors"
	"slices"
	"time"

	scsstore "github.com/alexedwards/scs/v2/memstore"

	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// Writes go to this many sessions in turn, which are all alive.
const written = 1 << 16

// early is how long before a sweep is due the watch begins: timers are late when the machine is busy.
const early = 20 * time.Millisecond

// errTooEarly is worth another try, with more time.
var errTooEarly = errors.New("memory: the sweep began while the store was being filled; the machine is too busy")

// A beside is a call to watch while expired sessions are swept.
type beside struct {
	name  string
	watch func(b *bench, keys []string, interval time.Duration) (*swept, error)
}

// swept is what was seen during one sweep.
type swept struct {
	calls *latencies
	took  time.Duration // the sweep, or for as long as was watched
}

var besides = []beside{
	{"written to the store that is swept", func(b *bench, keys []string, interval time.Duration) (*swept, error) {
		return b.sweep(interval, func(own *memorystore.Store) func(int) error { return b.writes(own, keys) })
	}},
	{"written to another store", func(b *bench, keys []string, interval time.Duration) (*swept, error) {
		other, err := memorystore.New(roomy(b.scale.sessions))
		if err != nil {
			return nil, err
		}
		defer other.Close()
		return b.sweep(interval, func(*memorystore.Store) func(int) error { return b.writes(other, keys) })
	}},
	{"nothing but a look at the clock", func(b *bench, _ []string, interval time.Duration) (*swept, error) {
		return b.sweep(interval, func(*memorystore.Store) func(int) error { return theClock })
	}},
	{"written to an scs memstore that cleans up", (*bench).cleanUp},
}

// sweeps watches writes while all sessions of a store, which have expired, are swept.
func (b *bench) sweeps(ctx context.Context) (string, error) {
	keys := make([]string, written)
	for i := range keys {
		keys[i] = key(b.scale.sessions + i)
	}
	interval, err := b.fillingTime()
	if err != nil {
		return "", err
	}
	interval = 2*interval + 200*time.Millisecond
	rounds := make([][]swept, len(besides))
	for round := range b.scale.rounds {
		for i := range besides {
			i = (i + round) % len(besides)
			if err := ctx.Err(); err != nil {
				return "", err
			}
			found, err := besides[i].watch(b, keys, interval)
			for try := 0; errors.Is(err, errTooEarly) && try < 4; try++ {
				interval *= 2
				found, err = besides[i].watch(b, keys, interval)
			}
			if err != nil {
				return "", err
			}
			b.Logf("memory: round %d: %s: %v, sweep %v", round+1, besides[i].name, found.calls, found.took)
			rounds[i] = append(rounds[i], *found)
		}
	}
	return sweepTable(b.scale.sessions, rounds), nil
}

func (b *bench) writes(s *memorystore.Store, keys []string) func(int) error {
	ctx := context.Background()
	return func(i int) error { return s.Set(ctx, keys[i%len(keys)], b.record, workload.Life) }
}

// expired returns a store full of sessions that are over. When it was made its first sweep is due an interval later.
func (b *bench) expired(interval time.Duration) (s *memorystore.Store, made time.Time, err error) {
	opts := roomy(b.scale.sessions)
	opts.SweepInterval = interval
	if s, err = memorystore.New(opts); err != nil {
		return nil, made, err
	}
	made = time.Now()
	for i := range b.scale.sessions {
		if err := s.Set(context.Background(), key(i), b.record, time.Nanosecond); err != nil {
			return nil, made, errors.Join(err, s.Close())
		}
	}
	return s, made, nil
}

// fillingTime is how long it takes to fill a store: the sweep must not begin before.
func (b *bench) fillingTime() (time.Duration, error) {
	s, made, err := b.expired(time.Hour)
	if err != nil {
		return 0, err
	}
	return time.Since(made), s.Close()
}

// sweep watches a call from just before a sweep begins until there is nothing left to sweep.
func (b *bench) sweep(interval time.Duration, call func(own *memorystore.Store) func(int) error) (*swept, error) {
	s, made, err := b.expired(interval)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	heap()
	if s.Stats().Expired > 0 {
		return nil, errTooEarly
	}
	time.Sleep(time.Until(made.Add(interval - early)))
	done := make(chan struct{})
	var took time.Duration
	go func() {
		defer close(done)
		took = b.awaitSweep(s)
	}()
	calls, err := watch(done, call(s))
	if err != nil {
		return nil, err
	}
	<-done
	return &swept{calls, took}, nil
}

// awaitSweep returns how long a sweep took. It looks seldom: each look takes all locks, if only for a moment.
func (b *bench) awaitSweep(s *memorystore.Store) time.Duration {
	begun := time.Now()
	for {
		switch freed := s.Stats().Expired; {
		case freed >= uint64(b.scale.sessions):
			return time.Since(begun)
		case freed == 0:
			begun = time.Now()
		}
		time.Sleep(time.Millisecond)
	}
}

// cleanUp is the same for the memory store of scs, which does not tell how far it is. But it holds its lock for all of a
// clean-up, so that who asks for a session meanwhile is answered at its end.
func (b *bench) cleanUp(keys []string, interval time.Duration) (*swept, error) {
	s := scsstore.NewWithCleanupInterval(interval)
	due := time.Now().Add(interval)
	for i := range b.scale.sessions {
		if err := s.Commit(key(i), slices.Clone(b.record), time.Now()); err != nil {
			return nil, err
		}
	}
	heap()
	tooEarly := time.Now().After(due)
	time.Sleep(time.Until(due.Add(-early)))
	done := make(chan struct{})
	var took time.Duration
	go func() {
		defer close(done)
		defer s.StopCleanup()
		time.Sleep(time.Until(due.Add(early)))
		_, _, _ = s.Find(keys[0])
		took = time.Since(due)
	}()
	calls, err := watch(done, func(i int) error {
		return s.Commit(keys[i%len(keys)], slices.Clone(b.record), time.Now().Add(workload.Life))
	})
	<-done
	if err == nil && tooEarly {
		err = errTooEarly
	}
	return &swept{calls, took}, err
}

func sweepTable(n int, rounds [][]swept) string {
	t := report.NewTable("while "+thousands(n)+" expired sessions are swept", "worst (ms)", "in the calmest round (ms)", "p99.9 (µs)", "calls", "sweep (ms)")
	for i, beside := range besides {
		found := rounds[i]
		worst := each(found, func(s swept) float64 { return milliseconds(s.calls.worst) })
		t.Add(beside.name,
			report.Number(report.Median(worst), ""),
			report.Number(slices.Min(worst), ""),
			report.Number(median(found, func(s swept) float64 { return milliseconds(s.calls.at(0.999)) * 1e3 }), ""),
			report.Number(median(found, func(s swept) float64 { return float64(s.calls.calls) }), ""),
			report.Number(median(found, func(s swept) float64 { return milliseconds(s.took) }), ""))
	}
	return t.String() + "\nThe other store and the clock are controls: they show what the machine and its other users do to anybody.\n"
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
