package machine

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An ended test has ended in one of two ways.
type ended struct {
	testing.TB
	skipped, failed []any
}

func (e *ended) Helper()           {}
func (e *ended) Skip(args ...any)  { e.skipped = args }
func (e *ended) Fatal(args ...any) { e.failed = args; panic(e) }

func TestLacksSkipsElsewhereAndFailsInCI(t *testing.T) {
	t.Setenv("CI", "")
	e := &ended{}
	Lacks(e, "no browser")
	require.Equal(t, []any{"no browser"}, e.skipped)

	t.Setenv("CI", "true")
	e = &ended{}
	require.PanicsWithValue(t, e, func() { Lacks(e, "no browser") })
	require.Equal(t, []any{"no browser"}, e.failed)
	require.Nil(t, e.skipped)
}
