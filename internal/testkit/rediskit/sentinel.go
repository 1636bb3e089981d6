package rediskit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	sentinels = 3

	// Sentinels take a master for dead after this long. What they do by the
	// second they are told to do ten times as often.
	downAfter = 300 * time.Millisecond

	failoverTimeout = 30 * time.Second
	askAgain        = time.Second
)

// A Sentinel is a master and a replica, watched by three Sentinels.
type Sentinel struct {
	Name      string // of the master
	Servers   []*Server
	Sentinels []*Server
	t         testing.TB
}

// StartSentinel starts all of it, and returns when the Sentinels know each
// other and the replica is in sync.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	x := &Sentinel{Name: "main", t: t}
	master := newServer(t, "--repl-diskless-sync-delay", "0")
	replica := newServer(t, "--repl-diskless-sync-delay", "0", "--replicaof", fmt.Sprintf("127.0.0.1 %d", master.port))
	x.Servers = []*Server{master, replica}
	for _, s := range x.Servers {
		if err := s.launch(); err != nil {
			t.Fatalf("rediskit: %v\n%s", err, s.Log())
		}
	}
	if err := until(startTimeout, replica.synced); err != nil {
		t.Fatalf("rediskit: %v\n%s", err, replica.Log())
	}
	for range sentinels {
		x.Sentinels = append(x.Sentinels, newServer(t))
	}
	for i, s := range x.Sentinels {
		file := filepath.Join(s.dir, "sentinel.conf")
		if err := os.WriteFile(file, []byte(x.config(i)), 0o600); err != nil {
			t.Fatalf("rediskit: %v", err)
		}
		if err := s.spawn(file, "--sentinel"); err != nil {
			t.Fatalf("rediskit: %v", err)
		}
	}
	for _, s := range x.Sentinels {
		if err := s.ready(); err != nil {
			t.Fatalf("rediskit: %v\n%s", err, s.Log())
		}
		// A shorter publish period makes the others turn a fresh master back.
		_, _ = s.Do("SENTINEL", "DEBUG", "info-period", "100", "ping-period", "100", "ask-period", "100", "publish-period", "500", "election-timeout", "500")
	}
	for _, s := range x.Sentinels {
		if err := until(startTimeout, func() error { return x.settled(s) }); err != nil {
			t.Fatalf("rediskit: %v\n%s", err, s.Log())
		}
	}
	return x
}

// config returns the configuration of a Sentinel, with all that it would else
// find out in time.
func (x *Sentinel) config(myself int) string {
	s := x.Sentinels[myself]
	var b strings.Builder
	fmt.Fprintf(&b, "port %d\nbind 127.0.0.1\ndir %s\nsentinel myid %s\n", s.port, s.dir, nodeID(myself))
	fmt.Fprintf(&b, "sentinel monitor %s 127.0.0.1 %d %d\n", x.Name, x.Servers[0].port, sentinels/2+1)
	fmt.Fprintf(&b, "sentinel down-after-milliseconds %s %d\n", x.Name, downAfter.Milliseconds())
	fmt.Fprintf(&b, "sentinel failover-timeout %s 3000\n", x.Name)
	fmt.Fprintf(&b, "sentinel known-replica %s 127.0.0.1 %d\n", x.Name, x.Servers[1].port)
	for i, other := range x.Sentinels {
		if i != myself {
			fmt.Fprintf(&b, "sentinel known-sentinel %s 127.0.0.1 %d %s\n", x.Name, other.port, nodeID(i))
		}
	}
	return b.String()
}

// settled returns nil if a Sentinel finds all well.
func (x *Sentinel) settled(s *Server) error {
	master, err := s.Do("SENTINEL", "MASTER", x.Name)
	if err != nil {
		return err
	}
	replicas, err := s.Do("SENTINEL", "REPLICAS", x.Name)
	if err != nil {
		return err
	}
	well := strings.Contains(master, "flags\nmaster\n") &&
		strings.Contains(master, "num-other-sentinels\n"+strconv.Itoa(sentinels-1)+"\n") &&
		strings.Contains(replicas, "master-link-status\nok")
	if !well {
		return errors.New("the sentinel does not know all others yet")
	}
	return nil
}

// Addrs returns the addresses of the Sentinels.
func (x *Sentinel) Addrs() []string { return addrs(x.Sentinels) }

// URL returns what a client is opened with.
func (x *Sentinel) URL() string {
	addrs := x.Addrs()
	return "redis://" + addrs[0] + "?master_name=" + x.Name + "&addr=" + strings.Join(addrs[1:], "&addr=")
}

// Master returns the server that the Sentinels take for the master.
func (x *Sentinel) Master() *Server {
	x.t.Helper()
	for _, s := range x.Sentinels {
		reply, err := s.Do("SENTINEL", "GET-MASTER-ADDR-BY-NAME", x.Name)
		if err != nil {
			continue
		}
		for _, server := range x.Servers {
			if reply == fmt.Sprintf("127.0.0.1\n%d", server.port) {
				return server
			}
		}
	}
	x.t.Fatal("rediskit: no sentinel knows the master")
	return nil
}

// Failover has the Sentinels make the replica the master, and returns when it
// is. A Sentinel gives a failover up that a busy machine has slowed down, and
// after that does nothing of its own accord: so it is asked again.
func (x *Sentinel) Failover() {
	x.t.Helper()
	x.awaitPromotion(x.Master(), func() {
		_, _ = x.Sentinels[0].Do("SENTINEL", "FAILOVER", x.Name) // an error while one is under way
	})
}

// KillMaster kills the master, and returns when the Sentinels have made the
// replica the master.
func (x *Sentinel) KillMaster() {
	x.t.Helper()
	old := x.Master()
	old.Kill()
	x.awaitPromotion(old, func() {})
}

// awaitPromotion asks for a promotion until there is one.
func (x *Sentinel) awaitPromotion(old *Server, ask func()) {
	x.t.Helper()
	ask()
	asked := time.Now()
	err := until(failoverTimeout, func() error {
		master := x.Master()
		if master == old {
			if time.Since(asked) > askAgain {
				ask()
				asked = time.Now()
			}
			return errors.New("no other server was promoted")
		}
		role, err := master.Do("ROLE")
		if err == nil && !strings.HasPrefix(role, "master") {
			err = errors.New("the promoted server is no master yet")
		}
		return err
	})
	if err != nil {
		x.t.Fatalf("rediskit: failover: %v", err)
	}
}
