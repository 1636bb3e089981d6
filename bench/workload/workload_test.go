package workload

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPayloadIsAsLargeAsSaid(t *testing.T) {
	p := New()
	require.Len(t, p.Name, 20)
	require.Len(t, p.CSRF, 32)
	require.Len(t, p.Roles, 5)
	data, err := json.Marshal(p)
	require.NoError(t, err)
	require.InDelta(t, 170, len(data), 15, "%s", data)
}

func TestUserIDIsANumberInJavaScript(t *testing.T) {
	require.Equal(t, UserID, int64(float64(UserID)))
}

func TestEachWorkloadHasARoute(t *testing.T) {
	paths := map[string]bool{}
	for i, w := range All {
		require.Equal(t, Workload(i), w)
		require.NotEmpty(t, w.Title())
		require.True(t, strings.HasPrefix(w.Path(), "/"))
		paths[w.Path()] = true
	}
	require.Len(t, paths, len(All))
}
