package redisstore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/rediskit"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

const (
	secretKey    = "koa:sess:" + secret + "-key"
	secretRecord = `{"user":"` + secret + `-record"}`
)

// everyError calls everything, and returns all errors.
func everyError(store *redisstore.Store) (errs []error) {
	_, _, err := store.Get(ctx, secretKey)
	errs = append(errs, err, store.Set(ctx, secretKey, []byte(secretRecord), time.Hour), store.Destroy(ctx, secretKey))
	_, err = store.Touch(ctx, secretKey, time.Hour)
	errs = append(errs, err)
	_, _, err = store.GetTouch(ctx, secretKey, time.Hour)
	errs = append(errs, err)
	_, _, err = store.Swap(ctx, secretKey, nil, []byte(secretRecord), time.Hour)
	errs = append(errs, err)
	_, _, err = store.Swap(ctx, secretKey, []byte(secretRecord), []byte(secretRecord), time.Hour)
	return append(errs, err)
}

// requireSilent fails if an error, or one that it wraps, gives anything away.
func requireSilent(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), secret)
	}
}

// TestErrorsTellNothing shows that no error's text has the key or the record,
// whatever the server says.
func TestErrorsTellNothing(t *testing.T) {
	t.Parallel()
	echo := func(args []string) string {
		return strings.ReplaceAll(strings.Join(args, "' '"), "\r\n", " ")
	}
	answers := map[string]func(args []string) string{
		"unknown command": func(args []string) string {
			return fmt.Sprintf("-ERR unknown command '%s', with args beginning with: '%s'\r\n", args[0], echo(args[1:]))
		},
		"unquoted key":      func(args []string) string { return "-WRONGTYPE the key " + args[1] + " is of another type\r\n" },
		"not a reply":       func(args []string) string { return echo(args) + "\r\n" },
		"reply of odd kind": func(args []string) string { return "%" + echo(args) + "\r\n" },
		"not now":           func(args []string) string { return "-LOADING '" + echo(args) + "'\r\n" },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, true)
			f.answer = answer
			store := open(t, f.url(), redisstore.Options{OnEvent: func(e redisstore.Event) { requireSilent(t, e.Cause) }})
			for _, err := range everyError(store) {
				require.Error(t, err)
				requireSilent(t, err)
			}
		})
	}
	t.Run("refused port", func(t *testing.T) {
		store := open(t, "redis://"+rediskit.ClosedPort(t), redisstore.Options{})
		for _, err := range everyError(store) {
			require.ErrorIs(t, err, redisstore.ErrUnavailable)
			requireSilent(t, err)
		}
	})
}

// TestErrorKinds shows which errors say that the server is unavailable.
func TestErrorKinds(t *testing.T) {
	t.Parallel()
	for text, unavailable := range map[string]bool{
		"LOADING Redis is loading the dataset in memory":        true,
		"CLUSTERDOWN The cluster is down":                       true,
		"MASTERDOWN Link with MASTER is down":                   true,
		"READONLY You can't write against a read only replica.": true,
		"NOREPLICAS Not enough good replicas to write.":         true,
		"BUSY Redis is busy running a script.":                  true,
		"ERR max number of clients reached":                     true,
		"NOAUTH Authentication required.":                       true,
		"TRYAGAIN Multiple keys request during rehashing":       true,
		"WRONGTYPE Operation against a key":                     false,
		"OOM command not allowed":                               false,
		"MISCONF Redis is configured to save":                   false,
		"NOPERM this user has no permissions":                   false,
		"ERR something":                                         false,
	} {
		t.Run(text, func(t *testing.T) {
			f := newFake(t, true)
			f.answer = func([]string) string { return "-" + text + "\r\n" }
			store := open(t, f.url(), redisstore.Options{})
			_, _, err := store.Get(ctx, secretKey)
			var e *redisstore.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, unavailable, e.Unavailable())
			require.Equal(t, unavailable, errors.Is(err, redisstore.ErrUnavailable))
			require.Equal(t, "get", e.Command)
			require.True(t, redis.HasErrorPrefix(err, strings.Fields(text)[0]) || strings.HasPrefix(text, "ERR"))
			_, back := store.Outage(secretKey)
			require.Equal(t, unavailable, back != nil)
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": "127.0.0.1:1"}})
	replicas := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:1"}, ReadOnly: true})
	patient := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", ReadTimeout: -1})
	plain := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	t.Cleanup(func() { require.NoError(t, plain.Close()) })
	pipeline, err := plain.AutoPipeline()
	require.NoError(t, err)
	for reason, client := range map[string]redis.UniversalClient{
		"Pipelining": pipeline, "Ring": ring, "replicas": replicas, "ReadTimeout": patient, "nil": nil,
	} {
		_, err := redisstore.New(client, redisstore.Options{})
		require.ErrorContains(t, err, reason)
		if client != nil {
			require.NoError(t, client.Close())
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for url, reason := range map[string]string{
		"":                                                                  "want redis://",
		"127.0.0.1:6379":                                                    "want redis://",
		"localhost:6379":                                                    "want redis://",
		"redis:6379":                                                        "want redis://",
		"http://user:" + secret + "@host":                                   "want redis://",
		"redis://user:" + secret + "@%zz":                                   "want redis://",
		"redis://user:" + secret + "@host:port":                             "want redis://",
		"redis://:" + secret + "/#@host:1/":                                 "want redis://",
		"redis://:12/" + secret + "@host":                                   "invalid database number",
		"redis://:12/3/" + secret + "@host":                                 "invalid URL path",
		"redis://:12?" + secret + "@host":                                   "unexpected option",
		"redis://host:1/x":                                                  "invalid database number",
		"redis://host:1?nonsense=1":                                         "unexpected option nonsense",
		"redis://host:1?read_timeout=" + secret:                             "invalid read_timeout duration",
		"redis://host:1?pool_size=" + secret:                                "invalid pool_size number",
		"redis://host:1?pool_fifo=" + secret:                                "invalid pool_fifo boolean",
		"redis://host:1?addr=" + secret:                                     "unable to parse addr param",
		"redis://host:1?master_name=":                                       "unexpected option master_name",
		"unix://host?addr=host:2":                                           "invalid URL scheme",
		"unix://host":                                                       "empty unix socket path",
		"redis://host:1?read_timeout=-1":                                    "ReadTimeout",
		"redis://host:1?addr=host:2&read_only=1":                            "replicas",
		"redis://host:1?master_name=m&replica_only=true":                    "replicas",
		"redis://host:1?master_name=m&password=12&" + secret:                "unexpected option",
		"redis://host:1?sentinel_password=12&" + secret:                     "unexpected option",
		"redis://user:12?read_timeout=" + secret + "@host:1":                "invalid read_timeout duration",
		"redis://host:1?addr=host:2&addr=" + secret:                         "unable to parse addr param",
		"redis://host:1?master_name=m&db=" + secret + "&password=" + secret: "invalid database number",
	} {
		_, err := redisstore.Open(url, redisstore.Options{})
		require.ErrorContains(t, err, reason, url)
		require.True(t, strings.HasPrefix(err.Error(), "redisstore: "), err)
		require.NotContains(t, err.Error(), secret)
	}
}

func TestConnectRefuses(t *testing.T) {
	t.Parallel()
	for _, options := range []redis.UniversalOptions{
		{Addrs: []string{"a:1", "b:1"}, ReadOnly: true},
		{MasterName: "main", ReadOnly: true},
		{MasterName: "main", RouteByLatency: true},
		{MasterName: "main", RouteRandomly: true},
	} {
		_, err := redisstore.Connect(options, redisstore.Options{})
		require.ErrorContains(t, err, "replicas")
	}
}

// TestConnect shows that options do what a URL does, and that nothing dials.
func TestConnect(t *testing.T) {
	t.Parallel()
	s := rediskit.Start(t)
	store, err := redisstore.Connect(redis.UniversalOptions{Addrs: []string{s.Addr()}, DB: 1}, redisstore.Options{})
	require.NoError(t, err)
	require.NoError(t, store.Set(ctx, "a", []byte("1"), time.Hour))
	require.NoError(t, store.Close())
	require.NoError(t, store.Close())
	require.ErrorIs(t, store.Set(ctx, "a", nil, time.Hour), redisstore.ErrClosed)
	require.Empty(t, s.MustDo("GET", "a"), "it is in another database")

	nobody := []string{rediskit.ClosedPort(t), rediskit.ClosedPort(t)}
	for _, options := range []redis.UniversalOptions{
		{Addrs: nobody}, {Addrs: nobody, MasterName: "main"}, {Addrs: nobody[:1], IsClusterMode: true},
	} {
		store, err := redisstore.Connect(options, redisstore.Options{})
		require.NoError(t, err)
		require.ErrorIs(t, store.Destroy(ctx, "a"), redisstore.ErrUnavailable)
		require.NoError(t, store.Close())
	}
}
