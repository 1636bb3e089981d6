// Package rediskit starts real Redis servers for tests: a single one, a
// Cluster, or a master with replicas behind Sentinels.
//
// Servers listen on the loopback interface only, keep nothing beyond their
// test's temporary folder, and end with the test, or with its process if that
// is killed. The kit talks to and ends none but those that it started.
package rediskit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/go-holdall/holdall/internal/testkit/machine"
)

// BinaryVariable is the environment variable with the path of the server to
// use. Without it that is redis-server or valkey-server in PATH.
const BinaryVariable = "HOLDALL_TEST_REDIS_SERVER"

var find = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(BinaryVariable); path != "" {
		if _, err := exec.LookPath(path); err != nil {
			return "", fmt.Errorf("%s: %w", BinaryVariable, err)
		}
		return path, nil
	}
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("neither redis-server nor valkey-server is in PATH (apt-get install redis-server, brew install redis), and " + BinaryVariable + " is not set")
})

// Binary returns the path of the server's binary. Without one it skips the
// test, and in CI, where the variable of that name is set, fails it.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := find()
	if err == nil {
		return path
	}
	if os.Getenv(BinaryVariable) != "" {
		t.Fatalf("rediskit: %v", err)
	}
	machine.Lacks(t, "rediskit: "+err.Error())
	return ""
}
