package growth

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
	"github.com/go-holdall/holdall/core"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// An act is what a handler does with its session; it returns the count.
type act func(*core.Session) (int, error)

func openHoldall(s shape, framework string) (*stand, error) {
	store, err := memorystore.New(s.bounds())
	if err != nil {
		return nil, err
	}
	stand, err := holdallOn(store, s, framework)
	if err != nil {
		return nil, err
	}
	closeEngine := stand.close
	stand.close = func() error { return errors.Join(closeEngine(), store.Close()) }
	return stand, nil
}

func holdallOn(store core.Store, s shape, framework string) (*stand, error) {
	engine, err := core.New(core.Options{SigningKeys: []string{workload.Key}, Store: store})
	if err != nil {
		return nil, err
	}
	acts := map[workload.Workload]act{workload.Read: readCount, workload.Count: countUp, workload.First: fill(s.extra())}
	site := &peers.Site{}
	if framework == peers.Fiber {
		site.Fast = holdallFiber(engine, acts).Handler()
	} else {
		site.HTTP = holdallHTTP(engine, acts)
	}
	return &stand{site, engine.Close}, nil
}

func readCount(s *core.Session) (int, error) {
	if err := known(s); err != nil {
		return 0, err
	}
	return core.Get[int](s, "count")
}

func countUp(s *core.Session) (int, error) {
	if err := known(s); err != nil {
		return 0, err
	}
	return core.Update(s, "count", func(n int) int { return n + 1 })
}

// known reads the second of the two values that are read.
func known(s *core.Session) error {
	user, err := core.Get[int64](s, "user_id")
	if err == nil && user != workload.UserID {
		return errors.New("growth: this is not the session")
	}
	return err
}

func fill(extra []member) act {
	p := workload.New()
	return func(s *core.Session) (int, error) {
		err := errors.Join(
			s.Set("user_id", p.UserID), s.Set("name", p.Name), s.Set("roles", p.Roles), s.Set("count", p.Count), s.Set("csrf", p.CSRF))
		for _, m := range extra {
			if err == nil {
				err = s.Set(m.key, m.value)
			}
		}
		return p.Count, err
	}
}

func holdallHTTP(e *core.Engine, acts map[workload.Workload]act) http.Handler {
	mux := http.NewServeMux()
	for w, do := range acts {
		mux.HandleFunc("GET "+w.Path(), func(rw http.ResponseWriter, r *http.Request) {
			s, err := nethttpadapter.Session(r)
			if err == nil {
				var n int
				if n, err = do(s); err == nil {
					_, _ = io.WriteString(rw, strconv.Itoa(n))
					return
				}
			}
			http.Error(rw, err.Error(), http.StatusInternalServerError)
		})
	}
	return nethttpadapter.Middleware(e)(mux)
}

func holdallFiber(e *core.Engine, acts map[workload.Workload]act) *fiber.App {
	app := fiber.New()
	app.Use(fiberadapter.Middleware(e))
	for w, do := range acts {
		app.Get(w.Path(), func(c *fiber.Ctx) error {
			s, err := fiberadapter.Session(c)
			if err != nil {
				return err
			}
			n, err := do(s)
			if err != nil {
				return err
			}
			return c.SendString(strconv.Itoa(n))
		})
	}
	return app
}
