package rediskit

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSingle(t *testing.T) {
	s := Start(t)
	require.Equal(t, "OK", s.MustDo("SET", "a", "1"))
	require.Equal(t, []string{"get", "eval"}, s.Sent(func() {
		require.Equal(t, "1", s.MustDo("GET", "a"))
		require.Equal(t, "1", s.MustDo("EVAL", "return redis.call('GET', KEYS[1])", "1", "a"))
	}))

	s.Kill()
	_, err := s.Do("PING")
	require.ErrorContains(t, err, "refused")
	s.Kill()

	s.Restart()
	require.Equal(t, "", s.MustDo("GET", "a"), "nothing is kept")

	s.Stop()
	start := time.Now()
	_, err = s.Do("PING")
	require.ErrorContains(t, err, "timeout")
	require.Greater(t, time.Since(start), time.Second)
	s.Continue()
	require.Equal(t, "PONG", s.MustDo("PING"))
	s.Stop() // a stopped one ends all the same
}

func TestArgumentsAndFolderSurviveRestart(t *testing.T) {
	s := Start(t, "--appendonly", "yes", "--appendfsync", "always")
	s.MustDo("SET", "a", "1")
	s.Restart()
	require.Equal(t, "1", s.MustDo("GET", "a"))
}

func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("takes two seconds")
	}
	c := StartCluster(t, 3, 1)
	require.Len(t, c.Addrs(), 6)
	require.Contains(t, c.Nodes[0].MustDo("CLUSTER", "INFO"), "cluster_slots_ok:16384")
}

func TestSentinel(t *testing.T) {
	x := StartSentinel(t)
	old := x.Master()
	old.MustDo("SET", "a", "1")
	require.NoError(t, until(time.Second, func() error { return x.Servers[1].synced() }))
	x.KillMaster()
	require.NotEqual(t, old.Addr(), x.Master().Addr())
	x.Master().MustDo("SET", "b", "1")
}

func TestClosedPort(t *testing.T) {
	require.True(t, strings.HasPrefix(ClosedPort(t), "127.0.0.1:"))
}
