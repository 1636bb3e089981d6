package frameworks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/cutproxy"
	"github.com/go-holdall/holdall/internal/testkit/races"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
)

// TestCuts loses every reply of Redis to an act, after every byte of it, and
// shows that no act is carried out twice, nor said to be when it is not.
func TestCuts(t *testing.T) {
	server := rediskit.Start(t)
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			proxy := cutproxy.Start(t, server.Addr())
			browsers := &races.Browsers{Site: races.Serve(t, f, openRedis(t, proxy.URL()))}
			t.Cleanup(browsers.Close)
			for _, cut := range races.Cuts {
				r, err := cut.Run(browsers, proxy)
				require.NoError(t, err)
				t.Logf("%-8s %-28s %4d replies cut: %d failed, %d carried out twice, %d said to be and were not",
					f.Name, cut.Name, r.Replies, r.Failed, r.Twice, r.False)
				require.Zero(t, r.Twice, cut.Name)
				require.Zero(t, r.False, cut.Name)
				require.Greater(t, r.Replies, 100, cut.Name)
			}
		})
	}
}
