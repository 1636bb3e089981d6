package redisstore_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/cutproxy"
	"github.com/go-holdall/holdall/internal/testkit/outages"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// TestOutages shows that no request fails in an outage that is shorter than
// ReconnectTimeout, and that past it they fail at once.
func TestOutages(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var rows []outages.Result
	t.Cleanup(func() { t.Log("\n" + outages.Table(rows)) })
	for _, sc := range outages.All {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && sc.Long {
				t.Skip("left out in short mode")
			}
			r := ride(t, sc, redisstore.Options{})
			mu.Lock()
			rows = append(rows, r)
			mu.Unlock()
		})
	}
}

// TestOutagesPipelined is TestOutages with Pipelining, and fewer scenarios.
func TestOutagesPipelined(t *testing.T) {
	t.Parallel()
	for i, sc := range outages.All {
		if !sc.Long || !testing.Short() && i%4 == 3 { // one that hangs, and one of a Cluster
			t.Run(sc.Name, func(t *testing.T) {
				t.Parallel()
				t.Log("\n" + outages.Table([]outages.Result{ride(t, sc, redisstore.Options{Pipelining: true})}))
			})
		}
	}
}

// ride runs a scenario through a store with these options.
func ride(t *testing.T, sc outages.Scenario, opts redisstore.Options) outages.Result {
	var gone atomic.Int64
	r := sc.Run(t, func(url string) func() outages.User {
		return users(t, open(t, url, opts), sc.Reconnect, &gone)
	})
	r.Gone = int(gone.Load())
	r.Require(t)
	if r.Err != nil {
		require.ErrorIs(t, r.Err, core.ErrStoreUnavailable)
		require.Equal(t, http.StatusServiceUnavailable, core.StatusCode(r.Err))
	}
	return r
}

// users makes users of an engine over a store, and counts the changes of
// sessions that the server has lost.
func users(t *testing.T, store core.Store, reconnect time.Duration, gone *atomic.Int64) func() outages.User {
	engine := newEngine(t, store, reconnect, func(o *core.Options) {
		o.ErrorHandler = func(_ core.Request, err error) error {
			if errors.Is(err, core.ErrGone) {
				gone.Add(1)
			}
			return err
		}
	})
	return func() outages.User {
		user, n := new(browser), 0
		return func(change bool) error {
			return user.request(ctx, engine, func(s *core.Session) error {
				if n++; change {
					return s.Set("n", n)
				}
				_, err := core.Get[int](s, "n")
				if errors.Is(err, core.ErrNoValue) {
					return nil
				}
				return err
			})
		}
	}
}

// TestAbsentAtStart shows that a store can be made before its server.
func TestAbsentAtStart(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	s.Kill()
	engine := newEngine(t, open(t, s.URL(), redisstore.Options{}), 10*time.Second, nil)
	answered := make(chan error, 1)
	go func() {
		var user browser
		answered <- user.request(ctx, engine, func(s *core.Session) error { return s.Set("a", 1) })
	}()
	time.Sleep(300 * time.Millisecond)
	require.Empty(t, answered)
	s.Restart()
	require.NoError(t, <-answered)
}

// TestEvents shows what a log gets to know of an outage.
func TestEvents(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	events := make(chan redisstore.Event, 10)
	store := open(t, s.URL(), redisstore.Options{OnEvent: func(e redisstore.Event) { events <- e }})
	require.NoError(t, store.Set(ctx, secret, []byte("a"), long))

	s.Kill()
	_, _, err := store.Get(ctx, secret)
	require.ErrorIs(t, err, redisstore.ErrUnavailable)
	since, back := store.Outage(secret)
	require.NotNil(t, back)
	require.WithinDuration(t, time.Now(), since, time.Second)
	down := <-events
	require.False(t, down.Back)
	require.Error(t, down.Cause)
	require.NotContains(t, down.Cause.Error(), secret)

	s.Restart()
	<-back
	up := <-events
	require.True(t, up.Back)
	require.Positive(t, up.Down)
	require.Greater(t, up.Probes, 1)
	_, back = store.Outage(secret)
	require.Nil(t, back)
	_, found, err := store.Get(ctx, secret)
	require.NoError(t, err)
	require.False(t, found)
	require.Empty(t, events)
}

// TestCutConnection shows that a lost connection is no outage.
func TestCutConnection(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	p := cutproxy.Start(t, s.Addr())
	events := make(chan redisstore.Event, 10)
	store := open(t, p.URL(), redisstore.Options{OnEvent: func(e redisstore.Event) { events <- e }})
	engine := newEngine(t, store, 10*time.Second, nil)
	var user browser
	require.NoError(t, user.request(ctx, engine, func(s *core.Session) error { return s.Set("a", 1) }))
	for i := range 20 {
		p.Cut(i%2, i%4) // the reply of the load, or of the save
		require.NoError(t, user.request(ctx, engine, func(s *core.Session) error { return s.Set("b", time.Now()) }))
	}
	require.Empty(t, events)
}

// TestReadOnlyServer shows that a server which takes no writes for a while is
// waited for, though it serves reads.
func TestReadOnlyServer(t *testing.T) {
	t.Parallel()
	s, other := rediskit.Start(t), rediskit.Start(t)
	store := open(t, s.URL(), redisstore.Options{})
	engine := newEngine(t, store, 10*time.Second, nil)
	s.MustDo("REPLICAOF", "127.0.0.1", other.Addr()[len("127.0.0.1:"):])
	answered := make(chan error, 1)
	go func() {
		var user browser
		answered <- user.request(ctx, engine, func(s *core.Session) error { return s.Set("a", 1) })
	}()
	time.Sleep(500 * time.Millisecond)
	require.Empty(t, answered)
	s.MustDo("REPLICAOF", "NO", "ONE")
	require.NoError(t, <-answered)
}

// TestScriptOnAReplica shows that the failover of a Redis 6.2 is ridden out by
// its scripts too, which say in a text of their own that they must not write.
func TestScriptOnAReplica(t *testing.T) {
	t.Parallel()
	const readOnly = "READONLY You can't write against a read only replica."
	var replica atomic.Bool
	f := newFake(t, false)
	f.answer = func(args []string) string {
		switch {
		case args[0] == "set" && args[3] == "ifeq":
			return "-ERR syntax error\r\n"
		case args[0] == "exists":
			return ":1\r\n"
		case replica.Load() && args[0] == "del":
			return "-" + readOnly + "\r\n"
		case replica.Load():
			return "-ERR Error running script (call to f_0): @user_script:8: @user_script: 8: -" + readOnly + " \r\n"
		}
		return ":1\r\n"
	}
	store := open(t, f.url(), redisstore.Options{})
	swap := func() error {
		_, swapped, err := store.Swap(ctx, "k", []byte("a"), []byte("b"), long)
		require.Equal(t, err == nil, swapped)
		return err
	}
	require.NoError(t, swap())
	replica.Store(true)
	require.ErrorIs(t, swap(), redisstore.ErrUnavailable)
	_, back := store.Outage("k")
	require.NotNil(t, back, "though it serves reads")
	replica.Store(false)
	<-back
	require.NoError(t, swap())
}

// TestCloseWakes shows that Close ends an outage for all who wait for it.
func TestCloseWakes(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	store, err := redisstore.Open(s.URL(), redisstore.Options{})
	require.NoError(t, err)
	engine := newEngine(t, store, time.Minute, nil)
	s.Kill()
	var waiting sync.WaitGroup
	failures := make(chan error, outages.Users)
	for range outages.Users {
		waiting.Go(func() {
			user := browser{}
			failures <- user.request(ctx, engine, func(s *core.Session) error { return s.Set("a", 1) })
		})
	}
	time.Sleep(300 * time.Millisecond)
	start := time.Now()
	require.NoError(t, store.Close())
	waiting.Wait()
	require.Less(t, time.Since(start), 2*time.Second)
	for range outages.Users {
		require.ErrorIs(t, <-failures, redisstore.ErrClosed)
	}
	_, back := store.Outage("a")
	require.Nil(t, back)
}

// TestCloseWhileHanging shows that a probe without an answer does not keep
// Close of a store that has made its client.
func TestCloseWhileHanging(t *testing.T) {
	t.Parallel()
	for way, opts := range ways {
		t.Run(way, func(t *testing.T) { closeWhileHanging(t, opts) })
	}
}

func closeWhileHanging(t *testing.T, opts redisstore.Options) {
	s := rediskit.Start(t)
	store, err := redisstore.Open(s.URL(), opts)
	require.NoError(t, err)
	require.NoError(t, store.Set(ctx, "a", nil, long))
	s.Stop()
	_, _, err = store.Get(ctx, "a")
	require.ErrorIs(t, err, redisstore.ErrUnavailable)
	_, back := store.Outage("a")
	require.NotNil(t, back)
	start := time.Now()
	require.NoError(t, store.Close())
	<-back
	require.Less(t, time.Since(start), 1500*time.Millisecond)
}

// TestForeignClient shows that a client with go-redis's own settings does
// too, and that Close leaves it open.
func TestForeignClient(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out in short mode")
	}
	var client *redis.Client
	var store *redisstore.Store
	sc := outages.All[0]
	r := sc.Run(t, func(url string) func() outages.User {
		options, err := redis.ParseURL(url)
		require.NoError(t, err)
		client = redis.NewClient(options)
		t.Cleanup(func() { require.NoError(t, client.Close()) })
		store, err = redisstore.New(client, redisstore.Options{})
		require.NoError(t, err)
		return users(t, store, sc.Reconnect, new(atomic.Int64))
	})
	r.Name = "client with go-redis's defaults: SIGKILL for 1 s"
	t.Log("\n" + outages.Table([]outages.Result{r}))
	r.Require(t)

	require.NoError(t, store.Close())
	require.NoError(t, store.Close())
	require.NoError(t, client.Ping(ctx).Err())
	_, _, err := store.Get(ctx, "a")
	require.ErrorIs(t, err, redisstore.ErrClosed)
}

// TestForeignCluster shows that all works over a Cluster's client with
// go-redis's own settings too.
func TestForeignCluster(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out in short mode")
	}
	c := rediskit.StartCluster(t, 3, 0)
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()[:1]})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	store, err := redisstore.New(client, redisstore.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	for _, key := range []string{"a", "b", "c", "d"} {
		_, created, err := store.Swap(ctx, key, nil, []byte("1"), long)
		require.NoError(t, err)
		require.True(t, created)
		_, swapped, err := store.Swap(ctx, key, []byte("1"), []byte("2"), long)
		require.NoError(t, err)
		require.True(t, swapped)
		data, found, err := store.GetTouch(ctx, key, long)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, "2", string(data))
		require.NoError(t, store.Destroy(ctx, key))
		found, err = store.Touch(ctx, key, long)
		require.NoError(t, err)
		require.False(t, found)
	}

	c.Nodes[0].Kill()
	go func() {
		time.Sleep(time.Second)
		c.Nodes[0].Restart()
	}()
	engine := newEngine(t, store, 20*time.Second, nil)
	for range 20 {
		var user browser
		require.NoError(t, user.request(ctx, engine, func(s *core.Session) error { return s.Set("a", 1) }))
	}
}

// TestDeadlines shows that a request's deadline holds while the server hangs,
// whatever the client, and that it says nothing about the server.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	foreign := redis.NewClient(&redis.Options{Addr: s.Addr(), ReadTimeout: time.Second})
	t.Cleanup(func() { require.NoError(t, foreign.Close()) })
	over, err := redisstore.New(foreign, redisstore.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, over.Close()) })
	for name, store := range map[string]*redisstore.Store{
		"client of the store's own": open(t, s.URL(), redisstore.Options{}),
		"client without deadlines":  over,
		"pipeline":                  open(t, s.URL(), redisstore.Options{Pipelining: true}),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, store.Set(ctx, "a", []byte("1"), long))
			s.Stop()
			defer s.Continue()
			for range 10 {
				limited, cancel := context.WithTimeout(ctx, 40*time.Millisecond)
				start := time.Now()
				_, _, err := store.Get(limited, "a")
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.False(t, errors.Is(err, redisstore.ErrUnavailable))
				require.Less(t, time.Since(start), 500*time.Millisecond)
				cancel()
			}
			_, back := store.Outage("a")
			require.Nil(t, back)
		})
	}
}

// TestUpIsFree shows what the store costs while all is well.
func TestUpIsFree(t *testing.T) {
	store := open(t, "redis://"+rediskit.ClosedPort(t), redisstore.Options{})
	require.Zero(t, testing.AllocsPerRun(1000, func() {
		if _, back := store.Outage("a"); back != nil {
			t.Error("down")
		}
	}))
}
