package browser

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/go-holdall/holdall/core"
)

// A pace lets nobody wake at the same moment as anybody else, so that under a
// fake clock one goroutine runs at a time and in one order.
type pace struct {
	mu    sync.Mutex
	taken map[int64]bool
}

func (p *pace) until(at time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, wake := time.Now().UnixNano(), at.UnixNano()
	for wake = max(wake, now+1); p.taken[wake]; wake++ {
	}
	p.taken[wake] = true
	return time.Duration(wake - now)
}

func (p *pace) sleep(d time.Duration) { time.Sleep(p.until(time.Now().Add(d))) }

// A world is a person's browser and the application.
type world struct {
	pace   pace
	engine *core.Engine
	mu     sync.Mutex
	jar    jar
	tabs   [2]struct {
		nav   int
		token string
	}
	log []*visit
}

// A visit is a request of the log.
type visit struct {
	Act
	world                      *world
	cookies                    []string
	token                      string
	nav, item                  int
	sent, arrived, done, ended time.Time
	status                     int
	page                       page
	lines                      []string
	started, taken             bool
}

type page struct {
	user, token string
	cart        []int
}

func (v *visit) Context() context.Context {
	return context.WithValue(context.Background(), callKey{}, v)
}
func (v *visit) Path() string { return "/" }
func (v *visit) Secure() bool { return true }
func (v *visit) HeaderValues(name string) []string {
	if name == "Cookie" {
		return v.cookies
	}
	return nil
}
func (v *visit) SetHeader(string, string) {}
func (v *visit) Started() bool            { return v.started }
func (v *visit) HasCookie(name string) bool {
	return slices.ContainsFunc(v.lines, func(l string) bool { return len(l) > len(name) && l[:len(name)+1] == name+"=" })
}
func (v *visit) SetCookie(name, line string) {
	v.lines = slices.DeleteFunc(v.lines, func(l string) bool { return l[:len(name)+1] == name+"=" })
	v.lines = append(v.lines, line)
}

// send does one request from the click to the page.
func (w *world) send(a Act) *visit {
	v := &visit{Act: a, world: w}
	w.mu.Lock()
	tab := &w.tabs[a.Tab]
	if a.Kind.navigates() {
		tab.nav++
	}
	v.nav, v.token, v.sent, v.item = tab.nav, tab.token, time.Now(), len(w.log)
	v.cookies = w.jar.header("/", v.sent)
	w.log = append(w.log, v)
	w.mu.Unlock()
	w.pace.sleep(a.Up)
	v.arrived = time.Now()
	v.serve()
	v.done = time.Now()
	w.pace.sleep(a.Down)
	w.deliver(v)
	return v
}

// deliver applies an answer, unless it was lost or a newer navigation of its
// tab has begun before its headers came.
func (w *world) deliver(v *visit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v.ended = time.Now()
	tab := &w.tabs[v.Tab]
	if v.Lost || v.Kind.navigates() && v.nav != tab.nav {
		return
	}
	v.taken = true
	w.jar.take(v.lines, "/", v.ended)
	if v.Kind.navigates() {
		tab.token = v.page.token
	}
}
