package core

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAHookCostsOneAllocation(t *testing.T) {
	b := newBench(t, Options{}, "full")
	s := b.begin(newClient())
	ran := 0
	allocs := testing.AllocsPerRun(100, func() { s.hook(func(*Session) { ran++ }) })
	require.Positive(t, ran)
	require.LessOrEqual(t, allocs, 1.0)
	require.Zero(t, testing.AllocsPerRun(100, func() { s.asHook(func() { ran++ }) }))
	require.NoError(t, s.End())
}
