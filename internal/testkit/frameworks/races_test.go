package frameworks

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/races"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// TestRaces runs every race under every framework, in the short form unless
// RACES is "full".
func TestRaces(t *testing.T) {
	full := os.Getenv("RACES") == "full"
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			store, err := memorystore.New(memorystore.Options{})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			browsers := &races.Browsers{Site: races.Serve(t, f, store)}
			t.Cleanup(browsers.Close)
			for _, race := range races.All {
				rounds := race.Short
				if full {
					rounds = race.Rounds
				}
				failures, err := race.Run(browsers, rounds)
				require.NoError(t, err, race.Name)
				t.Logf("%-8s %-42s %5d of %5d   peers: %s", f.Name, race.Name, failures, rounds, race.Peers)
				require.Zero(t, failures, race.Name)
			}
		})
	}
}
