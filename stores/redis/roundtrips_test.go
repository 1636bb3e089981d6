package redisstore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// TestRoundTrips counts, at the server, what each act of a request costs.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	store := open(t, s.URL(), redisstore.Options{})
	engine := newEngine(t, store, 0, nil)
	deferred := newEngine(t, store, 0, func(o *core.Options) { o.Defer = true })
	rolling := newEngine(t, store, 0, func(o *core.Options) { o.Rolling = true })

	nothing := func(*core.Session) error { return nil }
	read := func(s *core.Session) error { _, err := core.Get[int](s, "n"); return err }
	change := func(s *core.Session) error {
		_, err := core.Update(s, "n", func(n int) int { return n + 1 })
		return err
	}
	var user, stranger browser
	destroy := func(s *core.Session) error { s.Destroy(); return nil }
	for _, act := range []func(*core.Session) error{change, change, destroy, change} {
		require.NoError(t, user.request(ctx, engine, act), "the scripts are known from now on")
	}

	acts := []struct {
		name    string
		browser *browser
		engine  *core.Engine
		handler func(*core.Session) error
		want    int
	}{
		{"untouched, without a cookie", &stranger, engine, nothing, 0},
		{"untouched, deferred", &user, deferred, nothing, 0},
		{"untouched", &user, engine, nothing, 1},
		{"read", &user, engine, read, 1},
		{"read, rolling", &user, rolling, read, 1},
		{"changed", &user, engine, change, 2},
		{"new", &stranger, engine, change, 1},
		{"regenerated", &user, engine, (*core.Session).RegenerateKeep, 3},
		{"destroyed", &user, engine, destroy, 2},
	}
	var lines []string
	for _, act := range acts {
		sent := s.Sent(func() { require.NoError(t, act.browser.request(ctx, act.engine, act.handler), act.name) })
		lines = append(lines, fmt.Sprintf("%-28s %d  %s", act.name, len(sent), strings.Join(sent, ", ")))
		require.Len(t, sent, act.want, act.name)
	}
	t.Logf("round trips\n%s", strings.Join(lines, "\n"))
}
