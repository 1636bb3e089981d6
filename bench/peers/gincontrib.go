package peers

import (
	"net/http"

	"github.com/gin-contrib/sessions"
	"github.com/gin-contrib/sessions/memstore"
	"github.com/gin-contrib/sessions/redis"
	"github.com/gin-gonic/gin"

	"github.com/go-holdall/holdall/bench/workload"
)

// ginIdle is how many connections gin-contrib's Redis pool keeps. With the 10 of its README it would close and dial all
// the time under the load of these measurements, and so it is given more.
const ginIdle = 64

// ginContrib is gin-contrib/sessions as its README sets it up.
func ginContrib(store string) func(redisAddr string) (*Site, error) {
	return func(redisAddr string) (*Site, error) {
		kept, closer, err := ginStore(store, redisAddr)
		if err != nil {
			return nil, err
		}
		kept.Options(sessions.Options{Path: "/", MaxAge: int(workload.Life.Seconds()), HttpOnly: true})
		g := newGin()
		for _, w := range workload.All {
			g.GET(w.Path(), sessions.Sessions(gorillaName, kept), ginContribHandler(w))
		}
		return &Site{HTTP: g, close: []func() error{closer}}, nil
	}
}

func ginStore(store, redisAddr string) (sessions.Store, func() error, error) {
	if store == Memory {
		return memstore.NewStore([]byte(workload.Key)), func() error { return nil }, nil
	}
	s, err := redis.NewStore(ginIdle, "tcp", redisAddr, "", "", []byte(workload.Key))
	if err != nil {
		return nil, nil, err
	}
	inner, err := redis.GetRedisStore(s)
	if err != nil {
		return nil, nil, err
	}
	return s, inner.Close, nil
}

func ginContribHandler(w workload.Workload) gin.HandlerFunc {
	if !w.Asks() {
		return ginUntouched
	}
	do := ginRead
	switch w {
	case workload.First:
		do = ginFill
	case workload.Count:
		do = ginCount
	case workload.Roll:
		do = ginTouch
	}
	return func(c *gin.Context) {
		s := sessions.Default(c)
		n, known := do(s)
		if !known {
			c.String(http.StatusUnauthorized, "0")
			return
		}
		if w != workload.Read {
			if err := s.Save(); err != nil {
				_ = c.AbortWithError(http.StatusInternalServerError, err)
				return
			}
		}
		c.String(http.StatusOK, number(n))
	}
}

func ginRead(s sessions.Session) (count int, known bool) {
	if id, _ := s.Get("user_id").(int64); id != workload.UserID {
		return 0, false
	}
	count, known = s.Get("count").(int)
	return count, known
}

func ginCount(s sessions.Session) (count int, known bool) {
	if count, known = ginRead(s); known {
		count++
		s.Set("count", count)
	}
	return count, known
}

// ginTouch sets what is there already: Save does nothing unless something was set.
func ginTouch(s sessions.Session) (count int, known bool) {
	if count, known = ginRead(s); known {
		s.Set("count", count)
	}
	return count, known
}

func ginFill(s sessions.Session) (count int, known bool) {
	s.Set("user_id", workload.UserID)
	s.Set("name", workload.Name)
	s.Set("roles", workload.Roles())
	s.Set("count", 1)
	s.Set("csrf", workload.CSRF)
	return 1, true
}
