package peers

import (
	"net/http"

	"github.com/alexedwards/scs/goredisstore"
	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/redis/go-redis/v9"

	"github.com/go-holdall/holdall/bench/workload"
)

// scsSessions is alexedwards/scs as its README sets it up, for net/http. It has no lazy loading, so LoadAndSave stands
// before every route as it would before the whole mux. Its IdleTimeout is what extends a session with each use.
//
// With no codec it stores gob, its default.
func scsSessions(store string, codec scs.Codec) func(redisAddr string) (*Site, error) {
	return func(redisAddr string) (*Site, error) {
		kept, closer := scsStore(store, redisAddr)
		manager := func() *scs.SessionManager {
			m := scs.New()
			m.Store = kept
			m.Lifetime = workload.Life
			if codec != nil {
				m.Codec = codec
			}
			return m
		}
		plain, rolling := manager(), manager()
		rolling.IdleTimeout = workload.Life
		mux := http.NewServeMux()
		for _, w := range workload.All {
			m := plain
			if w == workload.Roll {
				m = rolling
			}
			mux.Handle(pattern(w), m.LoadAndSave(scsHandler(m, w)))
		}
		return &Site{HTTP: mux, close: []func() error{closer}}, nil
	}
}

func scsStore(store, redisAddr string) (scs.Store, func() error) {
	if store == Redis {
		c := redis.NewClient(&redis.Options{Addr: redisAddr})
		return goredisstore.New(c), c.Close
	}
	// Without its sweep, which would find nothing in a run: to stop it right after its start is a data race in scs.
	return memstore.NewWithCleanupInterval(0), func() error { return nil }
}

func scsHandler(m *scs.SessionManager, w workload.Workload) http.HandlerFunc {
	switch w {
	case workload.Untouched, workload.Stranger:
		return httpUntouched
	case workload.First:
		return scsFill(m)
	}
	return func(rw http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if m.GetInt64(ctx, "user_id") != workload.UserID {
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		n := m.GetInt(ctx, "count")
		if w == workload.Count {
			n++
			m.Put(ctx, "count", n)
		}
		writeNumber(rw, n)
	}
}

func scsFill(m *scs.SessionManager) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		m.Put(ctx, "user_id", workload.UserID)
		m.Put(ctx, "name", workload.Name)
		m.Put(ctx, "roles", workload.Roles())
		m.Put(ctx, "count", 1)
		m.Put(ctx, "csrf", workload.CSRF)
		writeNumber(rw, 1)
	}
}
