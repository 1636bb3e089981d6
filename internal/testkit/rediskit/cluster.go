package rediskit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const slots = 16384

// A Cluster is a Redis Cluster, each master with as many replicas.
type Cluster struct {
	Nodes   []*Server // the masters first
	Masters int
}

// StartCluster starts a Cluster, and returns when all its slots are served,
// which takes two seconds: a master waits that long before it accepts writes.
func StartCluster(t testing.TB, masters, replicas int) *Cluster {
	t.Helper()
	c := &Cluster{Masters: masters}
	var bus []int
	for range masters * (1 + replicas) {
		port := freePort(t)
		bus = append(bus, port)
		c.Nodes = append(c.Nodes, newServer(t,
			"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-port", strconv.Itoa(port),
			"--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1",
		))
	}
	for i, s := range c.Nodes {
		// What the nodes would else have to be told, and tell each other.
		if err := os.WriteFile(filepath.Join(s.dir, "nodes.conf"), []byte(c.config(i, bus)), 0o600); err != nil {
			t.Fatalf("rediskit: %v", err)
		}
		if err := s.spawn(s.arguments()...); err != nil {
			t.Fatalf("rediskit: %v", err)
		}
	}
	for _, s := range c.Nodes {
		if err := s.ready(); err != nil {
			t.Fatalf("rediskit: %v\n%s", err, s.Log())
		}
	}
	for i, s := range c.Nodes {
		if err := until(2*startTimeout, func() error { return c.settled(i) }); err != nil {
			t.Fatalf("rediskit: the cluster did not form: %v\n%s", err, s.Log())
		}
	}
	return c
}

// config returns the nodes.conf of a node.
func (c *Cluster) config(myself int, bus []int) string {
	var b strings.Builder
	for i, s := range c.Nodes {
		flags, master, served := "master", "-", ""
		if i < c.Masters {
			served = fmt.Sprintf(" %d-%d", i*slots/c.Masters, (i+1)*slots/c.Masters-1)
		} else {
			flags, master = "slave", nodeID(i%c.Masters)
		}
		if i == myself {
			flags = "myself," + flags
		}
		fmt.Fprintf(&b, "%s 127.0.0.1:%d@%d %s %s 0 0 %d connected%s\n", nodeID(i), s.port, bus[i], flags, master, i%c.Masters+1, served)
	}
	fmt.Fprintf(&b, "vars currentEpoch %d lastVoteEpoch 0\n", c.Masters)
	return b.String()
}

func nodeID(i int) string { return fmt.Sprintf("%040x", 0xA0+i) }

// settled returns nil if a node serves all slots, and if it is a replica has
// a copy: before that it is never promoted.
func (c *Cluster) settled(node int) error {
	info, err := c.Nodes[node].Do("CLUSTER", "INFO")
	if err != nil {
		return err
	}
	if !strings.Contains(info, "cluster_state:ok") {
		return errors.New("cluster_state is not ok")
	}
	if node < c.Masters {
		return nil
	}
	return c.Nodes[node].synced()
}

// synced returns nil if a replica has all that its master has.
func (s *Server) synced() error {
	info, err := s.Do("INFO", "replication")
	if err != nil {
		return err
	}
	if !strings.Contains(info, "master_link_status:up") {
		return errors.New("the replica is not in sync")
	}
	return nil
}

// Addrs returns the address of every node.
func (c *Cluster) Addrs() []string { return addrs(c.Nodes) }

// URL returns what a client is opened with.
func (c *Cluster) URL() string {
	addrs := c.Addrs()
	return "redis://" + addrs[0] + "?addr=" + strings.Join(addrs[1:], "&addr=")
}

func addrs(servers []*Server) (all []string) {
	for _, s := range servers {
		all = append(all, s.Addr())
	}
	return all
}
