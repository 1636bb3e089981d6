package redisstore_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// A scenario is an outage in the middle of a load.
type scenario struct {
	name      string
	reconnect time.Duration
	long      bool // left out in short mode
	setup     func(t *testing.T) (url string, outage func() (down, up time.Time))
}

// between runs down, waits, and runs up.
func between(d time.Duration, down, up func()) func() (time.Time, time.Time) {
	return func() (time.Time, time.Time) {
		began := time.Now()
		down()
		time.Sleep(d)
		up()
		return began, time.Now()
	}
}

// durable has a server lose nothing when it is killed.
var durable = []string{"--appendonly", "yes", "--appendfsync", "always"}

func single(d time.Duration, down, up func(*rediskit.Server)) func(*testing.T) (string, func() (time.Time, time.Time)) {
	return func(t *testing.T) (string, func() (time.Time, time.Time)) {
		s := rediskit.Start(t, durable...)
		return singleURL(s), between(d, func() { down(s) }, func() { up(s) })
	}
}

func sentinel(outage func(*rediskit.Sentinel)) func(*testing.T) (string, func() (time.Time, time.Time)) {
	return func(t *testing.T) (string, func() (time.Time, time.Time)) {
		x := rediskit.StartSentinel(t)
		return sentinelURL(x), between(0, func() { outage(x) }, func() {})
	}
}

func cluster(replicas int, outage func(*testing.T, *rediskit.Cluster) func() (time.Time, time.Time)) func(*testing.T) (string, func() (time.Time, time.Time)) {
	return func(t *testing.T) (string, func() (time.Time, time.Time)) {
		c := rediskit.StartCluster(t, 3, replicas)
		return clusterURL(c), outage(t, c)
	}
}

func kill(s *rediskit.Server)    { s.Kill() }
func restart(s *rediskit.Server) { s.Restart() }
func hang(s *rediskit.Server)    { s.Stop() }
func goOn(s *rediskit.Server)    { s.Continue() }

// settled waits until a Cluster serves all slots again.
func settled(t *testing.T, c *rediskit.Cluster, asked *rediskit.Server) {
	require.Eventually(t, func() bool {
		info, err := asked.Do("CLUSTER", "INFO")
		return err == nil && len(info) > 16 && info[:16] == "cluster_state:ok"
	}, 20*time.Second, 5*time.Millisecond)
}

var scenarios = []scenario{
	{"single: SIGKILL for 1 s", 10 * time.Second, false, single(time.Second, kill, restart)},
	{"single: SIGKILL for 5 s", 10 * time.Second, true, single(5*time.Second, kill, restart)},
	{"single: SIGSTOP for 0.5 s", 10 * time.Second, true, single(500*time.Millisecond, hang, goOn)},
	{"single: SIGSTOP for 3 s", 10 * time.Second, true, single(3*time.Second, hang, goOn)},
	{"single: SIGKILL for 3 s, ReconnectTimeout 1 s", time.Second, false, single(3*time.Second, kill, restart)},
	{"sentinel: failover by hand", 10 * time.Second, true, sentinel((*rediskit.Sentinel).Failover)},
	{"sentinel: master killed, replica promoted", 10 * time.Second, false, sentinel((*rediskit.Sentinel).KillMaster)},
	{"cluster of 3: master killed for 2 s", 10 * time.Second, true, cluster(0, func(t *testing.T, c *rediskit.Cluster) func() (time.Time, time.Time) {
		return between(2*time.Second, c.Nodes[0].Kill, func() { c.Nodes[0].Restart(); settled(t, c, c.Nodes[0]) })
	})},
	{"cluster of 3: master stopped for 3 s", 10 * time.Second, true, cluster(0, func(t *testing.T, c *rediskit.Cluster) func() (time.Time, time.Time) {
		return between(3*time.Second, c.Nodes[1].Stop, func() { c.Nodes[1].Continue(); settled(t, c, c.Nodes[1]) })
	})},
	{"cluster of 3+3: master killed, replica promoted", 10 * time.Second, true, cluster(1, func(t *testing.T, c *rediskit.Cluster) func() (time.Time, time.Time) {
		return between(1500*time.Millisecond, c.Nodes[0].Kill, func() { settled(t, c, c.Nodes[3]) })
	})},
}

// TestOutages shows that no request fails in an outage that is shorter than
// ReconnectTimeout, and that past it they fail at once.
func TestOutages(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var rows []result
	t.Cleanup(func() {
		t.Logf("%d workers, a request each every %v, one in four changes the session\n%s", workers, pause, table(rows))
	})
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && sc.long {
				t.Skip("left out in short mode")
			}
			url, outage := sc.setup(t)
			store := open(t, url, redisstore.Options{})
			l := startLoad(t, store, sc.reconnect)
			time.Sleep(400 * time.Millisecond)
			down, up := outage()
			time.Sleep(1500 * time.Millisecond)
			r := l.finish(down, up, sc.reconnect)
			r.scenario = sc.name
			mu.Lock()
			rows = append(rows, r)
			mu.Unlock()

			require.Greater(t, r.requests, workers)
			require.Less(t, r.first, 5*time.Second, "first success after the server's return")
			if r.down < sc.reconnect {
				require.NoError(t, r.err)
				require.Zero(t, r.failed)
				return
			}
			require.ErrorIs(t, r.err, core.ErrStoreUnavailable)
			require.Equal(t, http.StatusServiceUnavailable, core.StatusCode(r.err))
			require.Positive(t, r.turnedAway)
			require.Less(t, r.p99, 100*time.Millisecond, "failures past ReconnectTimeout")
		})
	}
}

// TestAbsentAtStart shows that a store can be made before its server.
func TestAbsentAtStart(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	s.Kill()
	engine := newEngine(t, open(t, singleURL(s), redisstore.Options{}), 10*time.Second, nil)
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
	store := open(t, singleURL(s), redisstore.Options{OnEvent: func(e redisstore.Event) { events <- e }})
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
	p := newProxy(t, s.Addr())
	events := make(chan redisstore.Event, 10)
	store := open(t, "redis://"+p.addr(), redisstore.Options{OnEvent: func(e redisstore.Event) { events <- e }})
	engine := newEngine(t, store, 10*time.Second, nil)
	var user browser
	require.NoError(t, user.request(ctx, engine, func(s *core.Session) error { return s.Set("a", 1) }))
	for i := range 20 {
		p.cut(i%2, i%4) // the reply of the load, or of the save
		require.NoError(t, user.request(ctx, engine, func(s *core.Session) error { return s.Set("b", time.Now()) }))
	}
	require.Empty(t, events)
}

// TestReadOnlyServer shows that a server which takes no writes for a while is
// waited for, though it serves reads.
func TestReadOnlyServer(t *testing.T) {
	t.Parallel()
	s, other := rediskit.Start(t), rediskit.Start(t)
	store := open(t, singleURL(s), redisstore.Options{})
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

// TestCloseWakes shows that Close ends an outage for all who wait for it.
func TestCloseWakes(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	store, err := redisstore.Open(singleURL(s), redisstore.Options{})
	require.NoError(t, err)
	engine := newEngine(t, store, time.Minute, nil)
	s.Kill()
	var waiting sync.WaitGroup
	failures := make(chan error, workers)
	for range workers {
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
	for range workers {
		require.ErrorIs(t, <-failures, redisstore.ErrClosed)
	}
	_, back := store.Outage("a")
	require.Nil(t, back)
}

// TestCloseWhileHanging shows that a probe without an answer does not keep
// Close of a store that has made its client.
func TestCloseWhileHanging(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	store, err := redisstore.Open(singleURL(s), redisstore.Options{})
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
	s := rediskit.Start(t)
	client := redis.NewClient(&redis.Options{Addr: s.Addr()})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	store, err := redisstore.New(client, redisstore.Options{})
	require.NoError(t, err)
	l := startLoad(t, store, 10*time.Second)
	time.Sleep(300 * time.Millisecond)
	down, up := between(time.Second, s.Kill, s.Restart)()
	time.Sleep(1500 * time.Millisecond)
	r := l.finish(down, up, 10*time.Second)
	r.scenario = "client with go-redis's defaults: SIGKILL for 1 s"
	t.Log("\n" + table([]result{r}))
	require.NoError(t, r.err)

	require.NoError(t, store.Close())
	require.NoError(t, store.Close())
	require.NoError(t, client.Ping(ctx).Err())
	_, _, err = store.Get(ctx, "a")
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
		"client of the store's own": open(t, singleURL(s), redisstore.Options{}),
		"client without deadlines":  over,
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
