package outages

import (
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// Users are how many there are in a load.
	Users = 200
	// Pause is what each leaves between two requests, more or less: or those
	// who have waited for the same server would stay in step.
	Pause = 100 * time.Millisecond
)

// A User sends one request, which changes the session or only reads it, and
// returns what went wrong.
type User func(change bool) error

// A load is many users at once: every fourth request of each changes the
// session.
type load struct {
	stop chan struct{}
	done sync.WaitGroup

	mu       sync.Mutex
	requests []request
}

// A request is one that has been answered.
type request struct {
	began, ended time.Time
	err          error
}

func (r request) took() time.Duration { return r.ended.Sub(r.began) }

// start begins a load that runs until finish.
func start(newUser func() User) *load {
	l := &load{stop: make(chan struct{})}
	for i := range Users {
		user := newUser()
		l.done.Go(func() {
			l.wait(time.Duration(i) * Pause / Users)
			l.use(user)
		})
	}
	return l
}

func (l *load) use(user User) {
	for n := 0; l.wait(0); n++ {
		r := request{began: time.Now()}
		r.err = user(n%4 == 0)
		r.ended = time.Now()
		l.mu.Lock()
		l.requests = append(l.requests, r)
		l.mu.Unlock()
		l.wait(Pause/2 + rand.N(Pause))
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

// finish ends the load and returns its requests.
func (l *load) finish() []request {
	close(l.stop)
	l.done.Wait()
	return l.requests
}
