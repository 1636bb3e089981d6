package koatraces

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The Model without any difference does what the library did on every random
// walk.
func TestModelIsKoaOnWalks(t *testing.T) {
	walks, err := LoadWalks()
	require.NoError(t, err)
	require.Len(t, walks, 700)
	for _, trace := range walks {
		scenario := trace.Scenarios[0]
		got := Model{Options: trace.Options}.Run(scenario)
		for i, step := range scenario.Steps {
			require.Equal(t, step.Outcome.String(), got[i].String(), "%s, step %d: %s", trace.Name, i+1, step.Request.Get)
		}
	}
}
