package races

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
)

// A Race is one schedule. Run drives it n times against a site and returns
// how often it ended otherwise than it has to.
type Race struct {
	// Name says what must not happen.
	Name string
	// Rounds are how often it is tried, in full and in the short form.
	Rounds, Short int
	// Peers is what other libraries did by such a schedule of 1,000 rounds,
	// with their sessions in Redis: scs v2.9.0, gin-contrib/sessions v1.0.4,
	// Fiber v2.52.15, express-session 1.19.0 and koa-generic-session 2.3.1
	// (Koa), measured on 2026-11-23.
	Peers string
	// Run returns the number of failures.
	Run func(b *Browsers, rounds int) (failures int, err error)
}

const workers = 50

// All are the races.
var All = []Race{
	{"updates lost", 10000, 500, "scs 94.8 %, gin-contrib 94.8 %, Fiber 89 %, express 94 %, Koa 93 %", lostUpdates},
	{"values lost", 2000, 500, "scs 89 %, gin-contrib 92 %, Fiber 92 %, express 98 %, Koa 96 %", lostValues},
	{"bound values lost", 1000, 200, "not measured", lostBindings},
	{"sessions alive after logout", 10000, 200, "100 % each", aliveAfterLogout},
	{"users logged out by regenerate", 1000, 100, "scs 14.3 %, Fiber 14.2 %, Koa 39.1 %", loggedOut},
	{"old ids alive after regenerate", 1000, 100, "scs 13.9 %, gin-contrib 100 %, Fiber 14.5 %, Koa 83.8 %", oldAlive},
	{"updates lost beside a sign-in", 1000, 100, "not measured", lostBesideSignIn},
	{"pairs of regenerates that lost one", 1000, 100, "not measured", pairs},
}

// parallel runs f for every number below n, on so many goroutines.
func parallel(n, goroutines int, f func(i int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, goroutines)
	for range goroutines {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := f(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// count asks a browser for a number.
func count(b *Browser, path string) (int, error) {
	answer, err := b.Get(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(answer)
}

// together drives one session from all workers, and returns how many of the
// changes are missing in the end.
func together(b *Browsers, rounds int, path func(i int) string, counted string) (int, error) {
	browser := b.New()
	if _, err := browser.Get("/login"); err != nil {
		return 0, err
	}
	before, err := count(browser, counted)
	if err != nil {
		return 0, err
	}
	err = parallel(rounds, workers, func(i int) error {
		_, err := browser.Copy().Get(path(i))
		return err
	})
	if err != nil {
		return 0, err
	}
	after, err := count(browser, counted)
	return before + rounds - after, err
}

func lostUpdates(b *Browsers, rounds int) (int, error) {
	return together(b, rounds, func(int) string { return "/update" }, "/count")
}

func lostValues(b *Browsers, rounds int) (int, error) {
	return together(b, rounds, func(i int) string { return fmt.Sprintf("/set?key=k%d", i) }, "/len")
}

func lostBindings(b *Browsers, rounds int) (int, error) {
	return together(b, rounds, func(i int) string { return fmt.Sprintf("/append?key=k%d", i) }, "/len")
}

// each plays a scene with a browser of its own, many at a time, and counts
// those that end badly.
func each(b *Browsers, rounds int, scene func(*Browser) (bad bool, err error)) (int, error) {
	var bad atomic.Int64
	err := parallel(rounds, 8, func(int) error {
		browser := b.New()
		if _, err := browser.Get("/login"); err != nil {
			return err
		}
		failed, err := scene(browser)
		if failed {
			bad.Add(1)
		}
		return err
	})
	return int(bad.Load()), err
}

// flight sends requests at once from one browser. That a change came late is
// no error: its page did not say that anything was saved.
func flight(b *Browser, paths ...string) error {
	_, err := flightOf(b, paths...)
	return err
}

// flightOf is flight, and returns how many of the requests were told that they
// came late.
func flightOf(b *Browser, paths ...string) (late int, err error) {
	var count atomic.Int64
	err = parallel(len(paths), len(paths), func(i int) error {
		_, err := b.Get(paths[i])
		if errors.Is(err, errLate) {
			count.Add(1)
			return nil
		}
		return err
	})
	return int(count.Load()), err
}

func signedIn(b *Browser) (bool, error) {
	user, err := b.Get("/user")
	return user != "", err
}

// aliveAfterLogout logs out while a writer and a reader are under way, and
// looks whether the cookies from before, or those that the browser was left
// with, still belong to somebody.
func aliveAfterLogout(b *Browsers, rounds int) (int, error) {
	return each(b, rounds, func(browser *Browser) (bool, error) {
		before := browser.Copy()
		if err := flight(browser, "/update?wait=2ms", "/user?wait=2ms", "/logout?wait=1ms"); err != nil {
			return false, err
		}
		old, err := signedIn(before)
		if err != nil {
			return false, err
		}
		now, err := signedIn(browser)
		return old || now, err
	})
}

// page is one browser's requests around a regenerate.
var page = []string{"/update", "/set?key=b", "/update", "/login", "/user", "/set?key=a", "/user"}

func loggedOut(b *Browsers, rounds int) (int, error) {
	return each(b, rounds, func(browser *Browser) (bool, error) {
		if err := flight(browser, page...); err != nil {
			return false, err
		}
		in, err := signedIn(browser)
		return !in, err
	})
}

func oldAlive(b *Browsers, rounds int) (int, error) {
	return each(b, rounds, func(browser *Browser) (bool, error) {
		before := browser.Copy()
		if err := flight(browser, page...); err != nil {
			return false, err
		}
		return signedIn(before)
	})
}

// lostBesideSignIn updates the session while it is signed in again, and looks
// whether each update that was said to be saved is there afterwards.
func lostBesideSignIn(b *Browsers, rounds int) (int, error) {
	return each(b, rounds, func(browser *Browser) (bool, error) {
		late, err := flightOf(browser, "/update?wait=1ms", "/update", "/login?wait=1ms", "/update?wait=2ms", "/update?wait=3ms")
		if err != nil {
			return false, err
		}
		counted, err := count(browser, "/count")
		return counted != 4-late, err
	})
}

// pairs signs in twice at once. Both have their way: two browsers with the
// same cookies have a session each, one browser has one of the two, and
// nobody the one from before.
func pairs(b *Browsers, rounds int) (int, error) {
	return each(b, rounds, func(browser *Browser) (bool, error) {
		before := browser.Copy()
		one, other := browser.Copy(), browser.Copy()
		err := parallel(2, 2, func(i int) error {
			_, err := []*Browser{one, other}[i].Get("/login")
			return err
		})
		if err == nil {
			err = flight(browser, "/login", "/login")
		}
		if err != nil {
			return false, err
		}
		for _, b := range []*Browser{one, other, browser} {
			if in, err := signedIn(b); err != nil || !in {
				return true, err
			}
		}
		if one.id() == other.id() {
			return true, nil
		}
		return signedIn(before)
	})
}
