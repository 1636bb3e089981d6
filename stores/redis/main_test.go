package redisstore_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/go-holdall/holdall/internal/testkit/rediskit"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

func TestMain(m *testing.M) {
	redis.SetLogger(&logged)
	code := m.Run()
	if leaks := goleak.Find(goleak.IgnoreTopFunction("github.com/go-holdall/holdall/internal/testkit/rediskit.runForks")); leaks != nil && code == 0 {
		fmt.Fprintln(os.Stderr, leaks)
		code = 1
	}
	if text := logged.String(); strings.Contains(text, secret) {
		fmt.Fprintln(os.Stderr, "go-redis logged a key or a record")
		code = 1
	}
	os.Exit(code)
}

// secret is part of every key and record here that an error could give away.
const secret = "s3cr3t"

// logged is what go-redis logs during all tests.
var logged log

type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) Printf(_ context.Context, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// A topology is a kind of server that a store can be opened on.
type topology struct {
	name string
	// start starts it and returns how to open a store on it.
	start func(t *testing.T) (open func(redisstore.Options) (*redisstore.Store, error))
}

var topologies = []topology{
	{"single", func(t *testing.T) func(redisstore.Options) (*redisstore.Store, error) {
		return opener(rediskit.Start(t).URL())
	}},
	{"sentinel", func(t *testing.T) func(redisstore.Options) (*redisstore.Store, error) {
		return opener(rediskit.StartSentinel(t).URL())
	}},
	{"cluster", func(t *testing.T) func(redisstore.Options) (*redisstore.Store, error) {
		return opener(rediskit.StartCluster(t, 3, 0).URL())
	}},
	{"cluster, pipelined", func(t *testing.T) func(redisstore.Options) (*redisstore.Store, error) {
		open := opener(rediskit.StartCluster(t, 3, 0).URL())
		return func(opts redisstore.Options) (*redisstore.Store, error) {
			opts.Pipelining = true
			return open(opts)
		}
	}},
}

// ways are those on which commands reach a server.
var ways = map[string]redisstore.Options{
	"one by one": {},
	"pipelined":  {Pipelining: true},
}

func opener(url string) func(redisstore.Options) (*redisstore.Store, error) {
	return func(opts redisstore.Options) (*redisstore.Store, error) { return redisstore.Open(url, opts) }
}

// open opens a store that the test closes.
func open(t *testing.T, url string, opts redisstore.Options) *redisstore.Store {
	t.Helper()
	store, err := redisstore.Open(url, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// ctx is a context without a deadline.
var ctx = context.Background()

const long = time.Hour
