package cookiecorpus

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCorpusIsWhole(t *testing.T) {
	cases, err := Cases()
	require.NoError(t, err)
	require.Len(t, cases, 81)
	require.Len(t, readings, 81)
	byName := map[string]Case{}
	for _, c := range cases {
		byName[c.Name] = c
	}
	for name := range refusable {
		require.Contains(t, byName, name)
	}
	for name := range generated {
		require.Greater(t, len(byName[name].Lines[0]), 4<<10, name)
	}
}

// The signatures of the corpus are keygrip's, made by Node.
func TestSignIsKeygrips(t *testing.T) {
	cases, err := Cases()
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(cases[0].Lines[0], "koa.sid.sig="+Sign(NewKey, ID)))
	require.True(t, strings.HasSuffix(cases[3].Lines[0], "koa.sid.sig="+Sign(OldKey, ID)))
}
