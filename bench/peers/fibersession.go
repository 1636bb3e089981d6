package peers

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/session"
	"github.com/gofiber/storage/redis/v3"

	"github.com/go-holdall/holdall/bench/workload"
)

// fiberSession is Fiber v2's own session, which is no middleware: the handler gets it from the store and saves it, so that
// a route which does not ask for it pays nothing. Its cookie is not signed.
func fiberSession(store string) func(redisAddr string) (*Site, error) {
	return func(redisAddr string) (*Site, error) {
		config := session.Config{Expiration: workload.Life, CookieHTTPOnly: true}
		if store == Redis {
			config.Storage = redis.New(redis.Config{URL: "redis://" + redisAddr})
		}
		kept := session.New(config)
		f := newFiber()
		for _, w := range workload.All {
			f.Get(w.Path(), fiberSessionHandler(kept, w))
		}
		return fiberSite(f, kept.Storage.Close), nil
	}
}

func fiberSessionHandler(kept *session.Store, w workload.Workload) fiber.Handler {
	if !w.Asks() {
		return fiberUntouched
	}
	do := fiberRead
	switch w {
	case workload.First:
		do = fiberFill
	case workload.Count:
		do = fiberCount
	}
	return func(c *fiber.Ctx) error {
		s, err := kept.Get(c)
		if err != nil {
			return err
		}
		n, known := do(s)
		if !known {
			return c.Status(http.StatusUnauthorized).SendString("0")
		}
		if w != workload.Read {
			if err := s.Save(); err != nil {
				return err
			}
		}
		return c.SendString(number(n))
	}
}

func fiberRead(s *session.Session) (count int, known bool) {
	if id, _ := s.Get("user_id").(int64); id != workload.UserID {
		return 0, false
	}
	count, known = s.Get("count").(int)
	return count, known
}

func fiberCount(s *session.Session) (count int, known bool) {
	if count, known = fiberRead(s); known {
		count++
		s.Set("count", count)
	}
	return count, known
}

func fiberFill(s *session.Session) (count int, known bool) {
	s.Set("user_id", workload.UserID)
	s.Set("name", workload.Name)
	s.Set("roles", workload.Roles())
	s.Set("count", 1)
	s.Set("csrf", workload.CSRF)
	return 1, true
}
