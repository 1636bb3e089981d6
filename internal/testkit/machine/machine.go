// Package machine says what becomes of a test that needs what the machine may
// not have.
package machine

import (
	"os"
	"testing"
)

// Lacks ends a test that needs something else on this machine: it is skipped,
// but in CI, where setup.sh installs whatever tests can use, it fails.
func Lacks(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}
