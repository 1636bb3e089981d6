package frameworks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/adaptersuite"
)

// Every framework does the same with a session; and each has some ways of its
// own that must not come in between.
func TestSuite(t *testing.T) {
	own := map[string][]adaptersuite.Cell{"echo": echoCells(), "gin": ginCells(), "fiber": fiberCells(), "nethttp": netHTTPCells()}
	for _, f := range All {
		cells := append(adaptersuite.Cells(), own[f.Name]...)
		require.NoError(t, adaptersuite.Names(cells))
		t.Run(f.Name, func(t *testing.T) { adaptersuite.Run(t, f, cells) })
	}
}
