package koatraces

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The Model without any difference is koa-generic-session, so far as the
// traces can tell: statuses, bodies, cookies with their signatures, ids, and
// store calls.
func TestModelIsKoa(t *testing.T) {
	traces, err := Load()
	require.NoError(t, err)
	require.Len(t, traces, 20)
	scenarios := 0
	for _, trace := range traces {
		require.Len(t, trace.Scenarios, 39)
		for _, scenario := range trace.Scenarios {
			scenarios++
			got := Model{Options: trace.Options}.Run(scenario)
			for i, step := range scenario.Steps {
				require.Equal(t, step.Outcome.String(), got[i].String(), "%s/%s: %s", trace.Name, scenario.Name, step.Request.Get)
			}
		}
	}
	t.Logf("the model without differences: %d of %d scenarios as recorded", scenarios, scenarios)
}

// Each difference is met somewhere, and where some are met they make our
// outcome of Koa's without help of the others.
func TestDifferencesExplainAll(t *testing.T) {
	scenarios, err := Load()
	require.NoError(t, err)
	walks, err := LoadWalks()
	require.NoError(t, err)
	expectations, err := Expect(append(scenarios, walks...))
	require.NoError(t, err)
	tally := &Tally{Name: "model", Scenarios: 780 + 700}
	for _, e := range expectations {
		tally.Add(e)
	}
	require.Equal(t, tally.Scenarios, tally.Explained)
	for _, d := range all {
		require.NotZero(t, tally.met[d], "%v is never met", d)
	}
	t.Log(Table([]*Tally{tally}))
}
