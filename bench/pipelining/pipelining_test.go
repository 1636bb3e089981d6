package pipelining

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/redisserver"
	"github.com/go-holdall/holdall/internal/testkit/machine"
)

func TestRound(t *testing.T) {
	server, err := redisserver.Start(t.Context())
	if errors.Is(err, redisserver.ErrMissing) {
		machine.Lacks(t, err.Error())
	}
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	b, err := newBench(server.Addr())
	require.NoError(t, err)
	b.slice = 2 * time.Millisecond
	for n := range 2 {
		require.NoError(t, b.round(t.Context(), n))
	}
	require.Len(t, b.measured, len(variants)*len(concurrencies)*len(workloads))
	require.Contains(t, b.markdown(1), "| W1 plain | 256 |")
	require.NoError(t, b.close())
}

func TestPercentile(t *testing.T) {
	sorted := make([]time.Duration, 101)
	for i := range sorted {
		sorted[i] = time.Duration(i) * time.Microsecond
	}
	require.Equal(t, 50.0, percentile(sorted, 0.50))
	require.Equal(t, 99.0, percentile(sorted, 0.99))
	require.Equal(t, 0.0, percentile(sorted[:1], 0.99))
}
