package frameworks

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/interop"
	"github.com/go-holdall/holdall/internal/testkit/koatraces"
	"github.com/go-holdall/holdall/internal/testkit/machine"
)

// walksAtOnce bounds the servers that are open at a time.
const walksAtOnce = 200

// New random walks beside the real koa-generic-session: what it does under
// requests that nobody has recorded yet is explained by the numbered
// differences, under every framework and over both kinds of store. SEED and
// WALKS say which and how many.
func TestKoaWalks(t *testing.T) {
	seed, walks := number(t, "SEED", 1), number(t, "WALKS", 60)
	koa := realKoa(t)
	var tallies []*koatraces.Tally
	for _, f := range All {
		for _, kind := range []koatraces.StoreKind{koatraces.Plain, koatraces.Swapping} {
			tallies = append(tallies, &koatraces.Tally{Name: f.Name + "/" + string(kind), Scenarios: walks})
		}
	}
	for from := 0; from < walks; from += walksAtOnce {
		t.Run(strconv.Itoa(from), func(t *testing.T) {
			expectations := record(t, koa, seed, from, min(from+walksAtOnce, walks))
			for i, tally := range tallies {
				kind := []koatraces.StoreKind{koatraces.Plain, koatraces.Swapping}[i%2]
				t.Run(tally.Name, func(t *testing.T) { replayAll(t, All[i/2], kind, expectations, tally) })
			}
		})
	}
	t.Log(koatraces.Table(tallies))
	for _, tally := range tallies {
		require.Equal(t, walks, tally.Explained, tally.Name)
	}
}

// record returns what the suite has to do in new walks. A walk that the model
// does not follow is an error of the test, and left out.
func record(t *testing.T, koa koatraces.Koa, seed, from, to int) []koatraces.Expectation {
	fresh, err := koatraces.Generate(uint64(seed), from, to)
	require.NoError(t, err)
	recorded, err := koa.Record(t.Context(), fresh)
	require.NoError(t, err)
	require.Len(t, recorded, to-from)
	var expectations []koatraces.Expectation
	for i := range recorded {
		e, err := koatraces.Expect(recorded[i : i+1])
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		expectations = append(expectations, e...)
	}
	return expectations
}

func realKoa(t *testing.T) koatraces.Koa {
	node, err := exec.LookPath("node")
	if err != nil {
		machine.Lacks(t, "walks: node is not in PATH: install Node.js 20 or later")
	}
	return koatraces.Koa{Node: node, Folder: "../koatraces/koa", Modules: absolute(t, interop.Modules(t, "../interop/koa"))}
}

func absolute(t *testing.T, path string) string {
	abs, err := filepath.Abs(path)
	require.NoError(t, err)
	return abs
}

// number returns an environment variable's, or the usual one.
func number(t *testing.T, name string, usual int) int {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, name)
	return n
}
