package growth

import (
	"io"
	"net/http"
	"strconv"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// openSCS opens scs as it comes, over its own memory store, whose clean-up, once a minute, nothing here would wait for.
func openSCS(s shape) (*stand, error) {
	m := scs.New()
	m.Store = memstore.NewWithCleanupInterval(0)
	m.Lifetime = workload.Life
	mux := http.NewServeMux()
	for w, do := range map[workload.Workload]func(*http.Request) int{
		workload.Read:  scsRead(m),
		workload.Count: scsCount(m),
		workload.First: scsFill(m, s.extra()),
	} {
		mux.HandleFunc("GET "+w.Path(), func(rw http.ResponseWriter, r *http.Request) {
			if w != workload.First && m.GetInt64(r.Context(), "user_id") != workload.UserID {
				rw.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = io.WriteString(rw, strconv.Itoa(do(r)))
		})
	}
	return &stand{&peers.Site{HTTP: m.LoadAndSave(mux)}, func() error { return nil }}, nil
}

func scsRead(m *scs.SessionManager) func(*http.Request) int {
	return func(r *http.Request) int { return m.GetInt(r.Context(), "count") }
}

func scsCount(m *scs.SessionManager) func(*http.Request) int {
	return func(r *http.Request) int {
		n := m.GetInt(r.Context(), "count") + 1
		m.Put(r.Context(), "count", n)
		return n
	}
}

func scsFill(m *scs.SessionManager, extra []member) func(*http.Request) int {
	p := workload.New()
	return func(r *http.Request) int {
		ctx := r.Context()
		m.Put(ctx, "user_id", p.UserID)
		m.Put(ctx, "name", p.Name)
		m.Put(ctx, "roles", p.Roles)
		m.Put(ctx, "count", p.Count)
		m.Put(ctx, "csrf", p.CSRF)
		for _, x := range extra {
			m.Put(ctx, x.key, x.value)
		}
		return p.Count
	}
}
