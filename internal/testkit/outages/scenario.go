// Package outages takes real Redis servers away in the middle of a load, in
// every way that one can go, and tells what the requests noticed.
package outages

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/rediskit"
)

// A Scenario is an outage in the middle of a load.
type Scenario struct {
	// Name says what is down, and for how long.
	Name string
	// Reconnect is the engine's ReconnectTimeout.
	Reconnect time.Duration
	// Long scenarios are those to leave out where there is little time.
	Long bool

	setup func(t testing.TB) (url string, outage outage)
}

// An outage takes a server away and brings it back, and returns when.
type outage func() (down, up time.Time)

// What is left to a load before and after an outage.
const before, after = 400 * time.Millisecond, 1500 * time.Millisecond

// Run starts the servers, and serve a site over them whose users the load is
// made of.
func (sc Scenario) Run(t testing.TB, serve func(url string) (newUser func() User)) Result {
	url, outage := sc.setup(t)
	l := start(serve(url))
	time.Sleep(before)
	down, up := outage()
	time.Sleep(after)
	return sc.result(l.finish(), down, up)
}

// between runs down, waits, and runs up.
func between(d time.Duration, down, up func()) outage {
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

func single(d time.Duration, down, up func(*rediskit.Server)) func(testing.TB) (string, outage) {
	return func(t testing.TB) (string, outage) {
		s := rediskit.Start(t, durable...)
		return s.URL(), between(d, func() { down(s) }, func() { up(s) })
	}
}

func sentinel(fail func(*rediskit.Sentinel)) func(testing.TB) (string, outage) {
	return func(t testing.TB) (string, outage) {
		x := rediskit.StartSentinel(t)
		return x.URL(), between(0, func() { fail(x) }, func() {})
	}
}

func cluster(replicas int, d time.Duration, down, up func(*rediskit.Cluster) *rediskit.Server) func(testing.TB) (string, outage) {
	return func(t testing.TB) (string, outage) {
		c := rediskit.StartCluster(t, 3, replicas)
		return c.URL(), between(d, func() { down(c) }, func() { settled(t, up(c)) })
	}
}

// settled waits until a Cluster, as one of its nodes sees it, serves all slots
// again.
func settled(t testing.TB, asked *rediskit.Server) {
	require.Eventually(t, func() bool {
		info, err := asked.Do("CLUSTER", "INFO")
		return err == nil && len(info) > 16 && info[:16] == "cluster_state:ok"
	}, 20*time.Second, 5*time.Millisecond)
}

func killNode(c *rediskit.Cluster) *rediskit.Server    { c.Nodes[0].Kill(); return c.Nodes[0] }
func restartNode(c *rediskit.Cluster) *rediskit.Server { c.Nodes[0].Restart(); return c.Nodes[0] }
func stopNode(c *rediskit.Cluster) *rediskit.Server    { c.Nodes[0].Stop(); return c.Nodes[0] }
func goOnNode(c *rediskit.Cluster) *rediskit.Server    { c.Nodes[0].Continue(); return c.Nodes[0] }
func replica(c *rediskit.Cluster) *rediskit.Server     { return c.Nodes[3] }

// patient is a ReconnectTimeout that every outage is shorter than.
const patient = 10 * time.Second

// All are the scenarios.
var All = []Scenario{
	{"single: SIGKILL for 1 s", patient, false, single(time.Second, (*rediskit.Server).Kill, (*rediskit.Server).Restart)},
	{"single: SIGKILL for 5 s", patient, true, single(5*time.Second, (*rediskit.Server).Kill, (*rediskit.Server).Restart)},
	{"single: SIGSTOP for 0.5 s", patient, true, single(500*time.Millisecond, (*rediskit.Server).Stop, (*rediskit.Server).Continue)},
	{"single: SIGSTOP for 3 s", patient, true, single(3*time.Second, (*rediskit.Server).Stop, (*rediskit.Server).Continue)},
	{"single: SIGKILL for 3 s, ReconnectTimeout 1 s", time.Second, false, single(3*time.Second, (*rediskit.Server).Kill, (*rediskit.Server).Restart)},
	{"sentinel: failover by hand", patient, true, sentinel((*rediskit.Sentinel).Failover)},
	{"sentinel: master killed, replica promoted", patient, true, sentinel((*rediskit.Sentinel).KillMaster)},
	{"cluster of 3: master killed for 2 s", patient, true, cluster(0, 2*time.Second, killNode, restartNode)},
	{"cluster of 3: master stopped for 3 s", patient, true, cluster(0, 3*time.Second, stopNode, goOnNode)},
	{"cluster of 3+3: master killed, replica promoted", patient, true, cluster(1, 1500*time.Millisecond, killNode, replica)},
}
