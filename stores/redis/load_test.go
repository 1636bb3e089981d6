package redisstore_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-holdall/holdall/core"
)

const (
	workers = 200
	pause   = 100 * time.Millisecond // between a worker's requests
)

// A load is many users who use their sessions: every fourth request of each
// changes it, the others read.
type load struct {
	stop chan struct{}
	done sync.WaitGroup

	mu       sync.Mutex
	requests []request
	reported []error
}

// A request is one that has been answered.
type request struct {
	began, ended time.Time
	err          error
}

func (r request) took() time.Duration { return r.ended.Sub(r.began) }

// startLoad begins a load that runs until finish.
func startLoad(t *testing.T, store core.Store, reconnect time.Duration) *load {
	l := &load{stop: make(chan struct{})}
	engine := newEngine(t, store, reconnect, func(o *core.Options) {
		o.ErrorHandler = func(_ core.Request, err error) error {
			if errors.Is(err, core.ErrGone) {
				l.mu.Lock()
				defer l.mu.Unlock()
				l.reported = append(l.reported, err)
			}
			return err
		}
	})
	for worker := range workers {
		l.done.Go(func() {
			l.wait(time.Duration(worker) * pause / workers)
			l.work(engine)
		})
	}
	return l
}

func (l *load) work(engine *core.Engine) {
	var user browser
	for n := 0; l.wait(0); n++ {
		r := request{began: time.Now()}
		r.err = user.request(ctx, engine, func(s *core.Session) error {
			_, err := core.Get[int](s, "n")
			if err != nil && !errors.Is(err, core.ErrNoValue) {
				return err
			}
			if n%4 == 0 {
				return s.Set("n", n)
			}
			return nil
		})
		r.ended = time.Now()
		l.mu.Lock()
		l.requests = append(l.requests, r)
		l.mu.Unlock()
		l.wait(pause)
	}
}

// wait returns false if the load is to end.
func (l *load) wait(d time.Duration) bool {
	select {
	case <-l.stop:
		return false
	case <-time.After(d):
		return true
	}
}

// finish ends the load and returns what became of its requests, given when the
// server went and when it was there again.
func (l *load) finish(down, up time.Time, reconnect time.Duration) result {
	close(l.stop)
	l.done.Wait()
	r := result{requests: len(l.requests), lost: len(l.reported), down: up.Sub(down)}
	var turnedAway []time.Duration
	for _, q := range l.requests {
		if q.err != nil {
			r.failed++
			r.err = q.err
			if q.began.After(down.Add(reconnect + settle)) {
				turnedAway = append(turnedAway, q.took())
			}
			continue
		}
		if q.ended.After(up) && (r.first == 0 || q.ended.Sub(up) < r.first) {
			r.first = q.ended.Sub(up)
		}
		if q.began.Before(up) && q.ended.After(up) {
			r.waited++
			r.last = max(r.last, q.ended.Sub(up))
		}
		r.slowest = max(r.slowest, q.took())
	}
	r.turnedAway = len(turnedAway)
	if slices.Sort(turnedAway); len(turnedAway) > 0 {
		r.p50, r.p99 = turnedAway[len(turnedAway)/2], turnedAway[len(turnedAway)*99/100]
	}
	return r
}

// settle is how long after the end of ReconnectTimeout all who waited have
// been told.
const settle = 200 * time.Millisecond

// A result is a row of the table.
type result struct {
	scenario         string
	down             time.Duration
	requests, failed int
	err              error // of one that failed
	waited           int
	first, last      time.Duration // from the server's return to a request's success
	slowest          time.Duration
	turnedAway       int // after ReconnectTimeout had run out
	p50, p99         time.Duration
	lost             int // changes of sessions that the server has lost
}

const header = "scenario                                         |  down  | requests | failed | waited | first ok | last waiter | slowest | turned away p50 / p99     | gone"

func (r result) String() string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.0f ms", float64(d)/1e6) }
	away := "-"
	if r.turnedAway > 0 {
		away = fmt.Sprintf("%d: %v / %v", r.turnedAway, r.p50.Round(time.Microsecond), r.p99.Round(time.Microsecond))
	}
	return fmt.Sprintf("%-48s | %5.2fs | %8d | %6d | %6d | %8s | %11s | %7s | %-25s | %4d",
		r.scenario, r.down.Seconds(), r.requests, r.failed, r.waited, ms(r.first), ms(r.last), ms(r.slowest), away, r.lost)
}

func table(rows []result) string {
	lines := []string{header}
	for _, r := range rows {
		lines = append(lines, r.String())
	}
	return strings.Join(lines, "\n")
}
