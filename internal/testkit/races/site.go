// Package races drives one session from many requests at once, over real
// HTTP: the schedules under which session libraries lose changes, and bring
// back who has logged out.
package races

import (
	"strconv"
	"testing"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/secrets"
)

// keys sign the cookies of every site, so that processes can share sessions.
var keys = []string{"the key that all processes of a race share"}

// A Site is one or more servers that share a store.
type Site struct {
	// URLs are the servers' base URLs; requests go to them in turn.
	URLs []string
}

// Serve starts a site of one server over a store.
func Serve(t testing.TB, f testkit.Framework, store core.Store) Site {
	e, err := core.New(Options(store))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return Site{URLs: []string{f.Serve(t, App(e))}}
}

// Options are those of every site. An event such as core.ErrGone is what a
// race is about, so nobody has to be told of it.
func Options(store core.Store) core.Options {
	return core.Options{
		SigningKeys: keys,
		Store:       store,
		ErrorHandler: func(_ core.Request, err error) error {
			secrets.Heard(err)
			return err
		},
	}
}

// App is what every server of a site runs.
func App(e *core.Engine) testkit.App {
	return testkit.App{Engines: []*core.Engine{e}, Handler: handle}
}

func handle(c testkit.Context) error {
	s, err := c.Session()
	if err != nil {
		return err
	}
	if wait, err := time.ParseDuration(c.Query("wait")); err == nil {
		time.Sleep(wait)
	}
	answer, err := act(c, s)
	if err != nil {
		return err
	}
	return c.String(200, answer)
}

func act(c testkit.Context, s *core.Session) (string, error) {
	key := c.Query("key")
	switch c.Path() {
	case "/login":
		if err := s.RegenerateKeep(); err != nil {
			return "", err
		}
		return "", s.Set("user", "ann")
	case "/logout":
		s.Destroy()
	case "/update":
		n, err := core.Update(s, "count", func(n int) int { return n + 1 })
		return strconv.Itoa(n), err
	case "/set":
		return "", s.Set(key, true)
	case "/append":
		list, err := core.Bind[[]string](s, key)
		if err != nil {
			return "", err
		}
		*list = append(*list, key)
	case "/count":
		n, err := core.Get[int](s, "count")
		return strconv.Itoa(n), ignoreMissing(err)
	case "/appended":
		list, err := core.Get[[]string](s, key)
		return strconv.Itoa(len(list)), ignoreMissing(err)
	case "/len":
		return strconv.Itoa(s.Len()), nil
	case "/user":
		user, err := core.Get[string](s, "user")
		return user, ignoreMissing(err)
	}
	return "", nil
}

func ignoreMissing(err error) error {
	if err == core.ErrNoValue {
		return nil
	}
	return err
}
