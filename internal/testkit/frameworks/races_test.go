package frameworks

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/races"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
	memorystore "github.com/go-holdall/holdall/stores/memory"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// TestRaces runs every race under every framework, over the memory store and
// over Redis, and once against three processes on one Redis: in the short form
// unless RACES is "full".
func TestRaces(t *testing.T) {
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			t.Run("memory", func(t *testing.T) {
				store, err := memorystore.New(memorystore.Options{})
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, store.Close()) })
				race(t, races.Serve(t, f, store), 1)
			})
			t.Run("redis", func(t *testing.T) {
				race(t, races.Serve(t, f, openRedis(t, "redis://"+rediskit.Start(t).Addr())), 5)
			})
		})
	}
	t.Run("processes", func(t *testing.T) {
		url := "redis://" + rediskit.Start(t).Addr()
		var site races.Site
		for _, f := range []testkit.Framework{Echo, Gin, Fiber} {
			site.URLs = append(site.URLs, startProcess(t, f, url))
		}
		race(t, site, 5)
	})
}

// race runs all races against a site, in the short form with a part of the
// rounds.
func race(t *testing.T, site races.Site, part int) {
	browsers := &races.Browsers{Site: site}
	t.Cleanup(browsers.Close)
	for _, race := range races.All {
		rounds := race.Short / part
		if os.Getenv("RACES") == "full" {
			rounds = race.Rounds
		}
		failures, err := race.Run(browsers, rounds)
		require.NoError(t, err, race.Name)
		t.Logf("%-26s %-42s %5d of %5d   peers: %s", t.Name(), race.Name, failures, rounds, race.Peers)
		require.Zero(t, failures, race.Name)
	}
}

func openRedis(t testing.TB, url string) core.Store {
	store, err := redisstore.Open(url, redisstore.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// The variables that make this test binary a server of a site.
const (
	raceFramework = "RACE_FRAMEWORK"
	raceStore     = "RACE_STORE"
)

// startProcess starts a server of a site in a process of its own, which ends
// with the test, and returns its URL.
func startProcess(t *testing.T, f testkit.Framework, store string) string {
	cmd := exec.Command(os.Args[0], "-test.run=^TestRaceProcess$", "-test.v")
	cmd.Env = append(os.Environ(), raceFramework+"="+f.Name, raceStore+"="+store)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, stdin.Close())
		require.NoError(t, cmd.Wait())
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			go func() { // or the process could not print any more
				for lines.Scan() {
				}
			}()
			return url
		}
	}
	t.Fatal("the process has not said where it serves")
	return ""
}

// TestRaceProcess is the process that startProcess starts. It serves until its
// standard input ends.
func TestRaceProcess(t *testing.T) {
	name := os.Getenv(raceFramework)
	if name == "" {
		t.Skip("this is no test of its own: TestRaces starts it")
	}
	for _, f := range All {
		if f.Name == name {
			site := races.Serve(t, f, openRedis(t, os.Getenv(raceStore)))
			fmt.Println("serving", site.URLs[0])
		}
	}
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
}
