package core

import (
	"testing"

	"go.uber.org/goleak"
)

// The package starts no goroutine that outlives what it was started for.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
