package overhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/koa"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/redisserver"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
	"github.com/go-holdall/holdall/internal/testkit/machine"
)

// TestMain lets the test's own program be the server, as the command's is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == ServeCommand {
		if err := Serve(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestServersDoTheirWork(t *testing.T) {
	all := koa.Peers(peers.Memory)
	for _, framework := range peers.Frameworks() {
		p, ok := peers.Find(framework + "/" + peers.Holdall + "/" + peers.Memory)
		require.True(t, ok)
		all = append(all, p)
	}
	for _, p := range all {
		t.Run(p.Name(), func(t *testing.T) { serve(t, p, "") })
	}
}

func TestServersOverRedisDoTheirWork(t *testing.T) {
	server, err := redisserver.Start(t.Context())
	unlessMissing(t, err, redisserver.ErrMissing)
	t.Cleanup(server.Stop)
	holdall, _ := peers.Find("fiber/holdall/redis")
	for _, p := range append(koa.Peers(peers.Redis), holdall) {
		t.Run(p.Name(), func(t *testing.T) { serve(t, p, server.Addr()) })
	}
}

func serve(t *testing.T, p peers.Peer, redisAddr string) {
	process, addr, err := start(t.Context(), p, redisAddr)
	unlessMissing(t, err, koa.ErrMissing)
	defer process.Stop()
	require.NoError(t, drive.Check(p, over(t.Context(), http.DefaultClient, addr)))
}

// unlessMissing fails a test that could not start, if not for what this machine lacks.
func unlessMissing(t *testing.T, err, missing error) {
	t.Helper()
	if errors.Is(err, missing) {
		machine.Lacks(t, err.Error())
	}
	require.NoError(t, err)
}

func TestStartTellsWhyItDidNot(t *testing.T) {
	_, _, err := start(t.Context(), peers.Peer{Framework: "none", Library: "none", Store: "none"}, "")
	require.ErrorContains(t, err, `there is no peer "none/none/none"`)
}

func TestMeasure(t *testing.T) {
	if _, err := exec.LookPath("wrk"); err != nil {
		machine.Lacks(t, ErrNoWrk.Error())
	}
	c := report.Config{Rounds: 1, Peers: regexp.MustCompile("^nethttp/(raws|holdall)/")}
	s, err := measure(t.Context(), c, "http", peers.Memory, []workload.Workload{workload.Count})
	require.NoError(t, err)
	require.Regexp(t, `\| nethttp: / raws \| \d+\.\d\d× \|`, s.Markdown)
	require.Regexp(t, `\| nethttp holdall \| \d+(\.\d+)?k \|`, s.Markdown)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = measure(ctx, c, "http", peers.Memory, []workload.Workload{workload.Count})
	require.Error(t, err)
}

func TestParse(t *testing.T) {
	found, err := parse("Running 1s test\nSUMMARY 50000 1000000 2500 0 0\n")
	require.NoError(t, err)
	require.Equal(t, 50_000.0, found.perSecond())
	require.Equal(t, 2.5, found.p99)
	found.serverCPU = 0.5
	require.Equal(t, 10.0, found.cpu())
	require.Equal(t, 50.0, found.busy())
	for _, out := range []string{"", "SUMMARY 1 2", "SUMMARY 50000 1000000 2500 1 0", "SUMMARY 50000 1000000 2500 0 1"} {
		_, err := parse(out)
		require.Error(t, err, out)
	}
}
