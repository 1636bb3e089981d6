package peers

import (
	"context"
	"errors"
	"net/http"

	"github.com/gorilla/sessions"
	"github.com/labstack/echo-contrib/session"
	"github.com/labstack/echo/v4"
	"github.com/quasoft/memstore"
	"github.com/rbcervilla/redisstore/v9"
	"github.com/redis/go-redis/v9"

	"github.com/go-holdall/holdall/bench/workload"
)

const gorillaName = "session"

// gorilla is gorilla/sessions on Echo through echo-contrib, which documents it so: the middleware puts the store into the
// context, and the handler gets and saves the session. quasoft/memstore signs its cookies, rbcervilla/redisstore does not.
func gorilla(store string) func(redisAddr string) (*Site, error) {
	return func(redisAddr string) (*Site, error) {
		kept, closer, err := gorillaStore(store, redisAddr)
		if err != nil {
			return nil, err
		}
		e := echo.New()
		for _, w := range workload.All {
			e.GET(w.Path(), gorillaHandler(w), session.Middleware(kept))
		}
		return &Site{HTTP: e, close: []func() error{closer}}, nil
	}
}

func gorillaStore(store, redisAddr string) (sessions.Store, func() error, error) {
	life := int(workload.Life.Seconds())
	if store == Memory {
		s := memstore.NewMemStore([]byte(workload.Key))
		s.MaxAge(life)
		s.Options.HttpOnly = true
		return s, func() error { return nil }, nil
	}
	c := redis.NewClient(&redis.Options{Addr: redisAddr})
	s, err := redisstore.NewRedisStore(context.Background(), c)
	if err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	s.Options(sessions.Options{Path: "/", MaxAge: life, HttpOnly: true})
	return s, c.Close, nil
}

func gorillaHandler(w workload.Workload) echo.HandlerFunc {
	if !w.Asks() {
		return echoUntouched
	}
	do := gorillaRead
	switch w {
	case workload.First:
		do = gorillaFill
	case workload.Count:
		do = gorillaCount
	}
	return func(c echo.Context) error {
		s, err := session.Get(gorillaName, c)
		if err != nil {
			return err
		}
		n, ok := do(s.Values)
		if !ok {
			return c.String(http.StatusUnauthorized, "0")
		}
		if w != workload.Read {
			if err := s.Save(c.Request(), c.Response()); err != nil {
				return err
			}
		}
		return c.String(http.StatusOK, number(n))
	}
}

func gorillaRead(values map[any]any) (count int, known bool) {
	if id, _ := values["user_id"].(int64); id != workload.UserID {
		return 0, false
	}
	count, known = values["count"].(int)
	return count, known
}

func gorillaCount(values map[any]any) (count int, known bool) {
	if count, known = gorillaRead(values); known {
		count++
		values["count"] = count
	}
	return count, known
}

func gorillaFill(values map[any]any) (count int, known bool) {
	values["user_id"] = workload.UserID
	values["name"] = workload.Name
	values["roles"] = workload.Roles()
	values["count"] = 1
	values["csrf"] = workload.CSRF
	return 1, true
}
