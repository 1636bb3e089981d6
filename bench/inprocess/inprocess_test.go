package inprocess

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

var tiny = settings{store: peers.Memory, procs: 2, workers: 2, slice: time.Millisecond, first: 20, rounds: 2}

func TestRound(t *testing.T) {
	c := report.Config{Peers: regexp.MustCompile("^(nethttp|fiber)/")}
	r, err := run(t.Context(), c, tiny, nil)
	require.NoError(t, err)
	for _, w := range workload.All {
		for _, library := range []string{peers.Bare, peers.Holdall, "scs", harnessLibrary} {
			require.Len(t, r.at(cell{peers.NetHTTP, library, w}).cpu, 2, "%s %s", library, w)
		}
	}
	text := r.markdown(tiny)
	for _, row := range []string{"| nethttp raws | 1.00× |", "| fiber holdall |", "| nethttp: scs |", "| nethttp: scs-json |", "| fiber: fiber-session |", "raws-quiet"} {
		require.Contains(t, text, row)
	}
	require.NotContains(t, text, "gin")
	require.NotContains(t, text, "NaN")
}

func TestCancelledRunEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := run(ctx, report.Config{Peers: regexp.MustCompile("^nethttp/raws/")}, tiny, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestOrderDiffersFromRoundToRoundAndNotFromRunToRun(t *testing.T) {
	a := newArena(report.Config{Peers: regexp.MustCompile("^nethttp/")}, tiny, nil)
	stands, err := a.open()
	require.NoError(t, err)
	defer func() {
		for _, s := range stands {
			require.NoError(t, s.site.Close())
		}
	}()
	names := func(round int) string {
		var all strings.Builder
		for _, at := range turns(stands, round) {
			all.WriteString(at.peer.Name() + at.w.String() + " ")
		}
		return all.String()
	}
	require.Equal(t, names(1), names(1))
	require.NotEqual(t, names(1), names(2))
}

func TestRatiosAreOfTheHandlerAlone(t *testing.T) {
	r := newResults()
	add := func(library string, nanos ...int) {
		for _, n := range nanos {
			r.add(cell{peers.Echo, library, workload.Read}, drive.Sample{Requests: 1, CPU: time.Duration(n)})
		}
	}
	add(peers.Raws, 110, 220, 310)
	add(peers.Holdall, 60, 120, 310)
	for _, n := range []int{10, 20, 10} {
		r.add(cell{peers.NetHTTP, harnessLibrary, workload.Read}, drive.Sample{Requests: 1, CPU: time.Duration(n)})
	}
	require.Equal(t, 0.5, r.ratio(cell{peers.Echo, peers.Holdall, workload.Read}, peers.Raws))
	require.Equal(t, 2.0, r.lead(peers.Echo, peers.Raws, workload.Read))
}

func TestInspectNoticesALateBreak(t *testing.T) {
	a := newArena(report.Config{}, tiny, nil)
	p, _ := peers.Find("nethttp/raws/memory")
	s, err := a.newStand(p)
	require.NoError(t, err)
	_, err = s.inspect(workload.Read)
	require.NoError(t, err)
	s.cookies[3] = "koa.sid=gone"
	_, err = s.inspect(workload.Read)
	require.Error(t, err)
}
