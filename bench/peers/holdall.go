package peers

import (
	"errors"
	"fmt"

	"github.com/go-holdall/holdall/bench/workload"
	"github.com/go-holdall/holdall/core"
	memorystore "github.com/go-holdall/holdall/stores/memory"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// holdall is this library as its README says: signed, Defer where a handler may not ask for the session, and Rolling where
// each use extends it.
func holdall(framework, store string) func(redisAddr string) (*Site, error) {
	return func(redisAddr string) (*Site, error) {
		s, closeStore, err := openStore(store, redisAddr)
		if err != nil {
			return nil, err
		}
		site, err := HoldallOver(framework, s)
		if err != nil {
			return nil, errors.Join(err, closeStore())
		}
		site.close = append([]func() error{closeStore}, site.close...)
		return site, nil
	}
}

func openStore(store, redisAddr string) (core.Store, func() error, error) {
	if store == Redis {
		s, err := redisstore.Open("redis://"+redisAddr, redisstore.Options{})
		if err != nil {
			return nil, nil, err
		}
		return s, s.Close, nil
	}
	s, err := memorystore.New(memorystore.Options{})
	if err != nil {
		return nil, nil, err
	}
	return s, s.Close, nil
}

// HoldallOver is this library's site under a framework over any store, which stays the caller's to close.
func HoldallOver(framework string, store core.Store) (*Site, error) {
	e, err := newEngines(store)
	if err != nil {
		return nil, err
	}
	var site *Site
	switch framework {
	case Echo:
		site = &Site{HTTP: e.echo()}
	case Gin:
		site = &Site{HTTP: e.gin()}
	case Fiber:
		site = fiberSite(e.fiber())
	case NetHTTP:
		site = &Site{HTTP: e.netHTTP()}
	default:
		return nil, fmt.Errorf("there is no framework %q", framework)
	}
	site.close = append(site.close, e.close)
	return site, nil
}

// engines are three over one store, as an application may have them on its routes.
type engines struct{ plain, deferred, rolling *core.Engine }

func newEngines(store core.Store) (e engines, err error) {
	opts := core.Options{SigningKeys: []string{workload.Key}, Store: store}
	deferred, rolling := opts, opts
	deferred.Defer, rolling.Rolling = true, true
	for _, made := range []struct {
		engine  **core.Engine
		options core.Options
	}{{&e.plain, opts}, {&e.deferred, deferred}, {&e.rolling, rolling}} {
		if *made.engine, err = core.New(made.options); err != nil {
			return e, err
		}
	}
	return e, nil
}

func (e engines) of(w workload.Workload) *core.Engine {
	switch w {
	case workload.Untouched, workload.Stranger:
		return e.deferred
	case workload.Roll:
		return e.rolling
	}
	return e.plain
}

func (e engines) close() error {
	return errors.Join(e.plain.Close(), e.deferred.Close(), e.rolling.Close())
}

// act does a workload with a session that is there for the asking.
func act(w workload.Workload) func(*core.Session) (int, error) {
	switch w {
	case workload.Count:
		return func(s *core.Session) (int, error) {
			if err := known(s); err != nil {
				return 0, err
			}
			return core.Update(s, "count", func(n int) int { return n + 1 })
		}
	case workload.First:
		return fill
	}
	return func(s *core.Session) (int, error) {
		if err := known(s); err != nil {
			return 0, err
		}
		return core.Get[int](s, "count")
	}
}

// known reports who nobody has signed in as the error of a value that is not there.
func known(s *core.Session) error {
	id, err := core.Get[int64](s, "user_id")
	if err == nil && id != workload.UserID {
		return core.ErrNoValue
	}
	return err
}

func fill(s *core.Session) (int, error) {
	return 1, errors.Join(
		s.Set("user_id", workload.UserID),
		s.Set("name", workload.Name),
		s.Set("roles", workload.Roles()),
		s.Set("count", 1),
		s.Set("csrf", workload.CSRF))
}
